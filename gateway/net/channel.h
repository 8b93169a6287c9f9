// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A netlink socket (rtnetlink, nfnetlink or sock_diag), bound for life to the namespace its maker's thread was in, and batches of
 * requests: many messages in one sendmsg, an answer only to the last and to those that fail.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct nl_msg;
struct nlmsghdr;

struct net_channel {
	int fd; /* -1: closed */
	uint32_t sequence;
};

#define NET_CHANNEL_INIT \
	{                \
		-1, 0    \
	}

int net_channel_open(struct net_channel *channel, struct error *err); /* rtnetlink */
int net_channel_open_netfilter(struct net_channel *channel, struct error *err);
int net_channel_open_sockets(struct net_channel *channel, struct error *err); /* sock_diag(7) */
/* rtnetlink of a named namespace; the caller's thread stays where it is. -ENOENT: there is none. */
int net_channel_open_in(struct net_channel *channel, const char *netns, struct error *err);
void net_channel_close(struct net_channel *channel);

/* Called for each answer; the header is valid during the call. */
typedef void (*net_channel_fn)(const struct nlmsghdr *header, void *data);

/* Sends a dump request and hands every answer to fn. -EINTR: the kernel's tables changed meanwhile,
 * ask again. */
int net_channel_dump(struct net_channel *channel, struct nl_msg *request, net_channel_fn fn,
	void *data, struct error *err);

/* As above for a request with one answer. */
int net_channel_get(struct net_channel *channel, struct nl_msg *request, net_channel_fn fn,
	void *data, struct error *err);

#define NET_CHANNEL_ASK_MAX 32

/* `at` says which request of the batch is answered, with what was asked for or with NLMSG_ERROR of that errno. */
typedef void (*net_channel_answer_fn)(
	const struct nlmsghdr *header, int code, size_t at, void *data);

struct net_batch;

/*
 * Sends a batch of at most NET_CHANNEL_ASK_MAX requests, each with one short answer that the kernel gives from its
 * tables while it is sent, and hands every answer to fn; one that is longer than a kilobyte is left out. Never waits.
 */
int net_channel_ask(struct net_channel *channel, struct net_batch *batch, net_channel_answer_fn fn,
	void *data, struct error *err);

/* The first request of a batch that failed; the kernel does the others all the same, or none of them in a
 * transaction. */
struct net_batch_fault {
	size_t index;
	int code;       /* positive errno */
	char text[256]; /* the kernel's words (extended ACK), or "" */
};

struct net_batch {
	uint8_t *data;
	size_t size, capacity;
	size_t count;
};

void net_batch_finish(struct net_batch *batch);

/* Copies the message. */
void net_batch_add(struct net_batch *batch, struct nl_msg *message);

/* Empties the batch, its memory kept. */
void net_batch_clear(struct net_batch *batch);

/* True where the failure of a message does not matter. */
typedef bool (*net_batch_ignore_fn)(const struct net_batch_fault *fault, void *data);

/*
 * Sends `count` messages from `index` on and waits for the kernel to have done them; the batch
 * stays as it is. ignore may be NULL. -EREMOTEIO: *fault tells; another errno: the socket itself
 * failed.
 */
int net_batch_send(struct net_batch *batch, size_t index, size_t count, net_batch_ignore_fn ignore,
	void *data, struct net_channel *channel, struct net_batch_fault *fault, struct error *err);

/*
 * Sends a batch that is one transaction of nfnetlink, from NFNL_MSG_BATCH_BEGIN to _END: all of it is
 * done, or nothing. Returns as above; what fails as a whole is a fault of one of the first two messages.
 */
int net_batch_commit(struct net_batch *batch, struct net_channel *channel,
	struct net_batch_fault *fault, struct error *err);
