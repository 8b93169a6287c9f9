// SPDX-License-Identifier: GPL-2.0-or-later
/* Netlink sockets: dumps, and batches whose errors are told apart by sequence number. */
#include "net/channel.h"

#include <errno.h>
#include <linux/netlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "net/netns.h"

/* A dump answers in pieces of at most 32 KiB (NLMSG_GOODSIZE and the receiver's largest buffer). */
#define RECEIVE_SIZE 32768

/* Of a route with several next hops. */
#define ANSWER_SIZE 1024

/* What any socket takes at once: net.core.wmem_default is several times as much. */
#define SEND_SIZE 32768

static void option_set(int fd, int option)
{
	int on = 1;

	/* Each only makes answers better or shorter: an old kernel without one will do. */
	(void)setsockopt(fd, SOL_NETLINK, option, &on, sizeof(on));
}

static int channel_open(struct net_channel *channel, int protocol, struct error *err)
{
	channel->sequence = 0;
	channel->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
	if (channel->fd < 0)
		return error_set_errno(err, errno, "cannot open a netlink socket");
	option_set(channel->fd, NETLINK_EXT_ACK);
	option_set(channel->fd, NETLINK_CAP_ACK);
	option_set(channel->fd, NETLINK_GET_STRICT_CHK);
	return 0;
}

int net_channel_open(struct net_channel *channel, struct error *err)
{
	return channel_open(channel, NETLINK_ROUTE, err);
}

int net_channel_open_in(struct net_channel *channel, const char *netns, struct error *err)
{
	cleanup_fd int fd = netns_open(netns, err);
	cleanup(netns_leave) int back = -1;
	int ret = fd < 0 ? fd : netns_enter(fd, &back, err);

	return ret < 0 ? ret : net_channel_open(channel, err);
}

int net_channel_open_netfilter(struct net_channel *channel, struct error *err)
{
	return channel_open(channel, NETLINK_NETFILTER, err);
}

int net_channel_open_sockets(struct net_channel *channel, struct error *err)
{
	return channel_open(channel, NETLINK_SOCK_DIAG, err);
}

void net_channel_close(struct net_channel *channel)
{
	if (channel->fd >= 0)
		close(channel->fd);
	channel->fd = -1;
}

static int channel_send(
	const struct net_channel *channel, const void *data, size_t size, struct error *err)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	ssize_t sent;

	do
		sent = sendto(
			channel->fd, data, size, 0, (struct sockaddr *)&kernel, sizeof(kernel));
	while (sent < 0 && errno == EINTR);
	if (sent < 0)
		return error_set_errno(err, errno, "cannot send to netlink");
	return 0;
}

static int channel_receive(
	const struct net_channel *channel, void *buffer, size_t size, struct error *err)
{
	ssize_t received;

	do
		received = recv(channel->fd, buffer, size, 0);
	while (received < 0 && errno == EINTR);
	if (received < 0)
		return error_set_errno(err, errno, "cannot receive from netlink");
	return (int)received;
}

static void fault_read_text(const struct nlmsghdr *header, char *text, size_t size)
{
	struct nlattr *attributes[NLMSGERR_ATTR_MAX + 1] = { 0 };
	const struct nlmsgerr *error = nlmsg_data(header);
	int skip = NLMSG_ALIGN(sizeof(*error));

	text[0] = '\0';
	if (!(header->nlmsg_flags & NLM_F_ACK_TLVS) || nlmsg_datalen(header) < (int)sizeof(*error))
		return;
	/* What was asked stands in the answer, which is longer than it. */
	if (!(header->nlmsg_flags & NLM_F_CAPPED)) {
		if (error->msg.nlmsg_len < sizeof(error->msg) ||
			error->msg.nlmsg_len > header->nlmsg_len)
			return;
		skip += NLMSG_ALIGN((int)error->msg.nlmsg_len - (int)sizeof(error->msg));
	}
	if (nlmsg_parse((struct nlmsghdr *)header, skip, attributes, NLMSGERR_ATTR_MAX, NULL) ==
			0 &&
		attributes[NLMSGERR_ATTR_MSG])
		nla_strlcpy(text, attributes[NLMSGERR_ATTR_MSG], size);
}

/* The kernel's errors are from -4095 to -1, and 0 is none. */
static int errno_of(int32_t error)
{
	return error > 0 || error < -4095 ? EPROTO : -error;
}

static int header_errno(const struct nlmsghdr *header)
{
	const struct nlmsgerr *error = nlmsg_data(header);

	return nlmsg_datalen(header) < (int)sizeof(*error) ? EPROTO : errno_of(error->error);
}

static int header_error(const struct nlmsghdr *header, struct error *err)
{
	int code = header_errno(header);
	char text[256];

	if (code == 0)
		return 0;
	fault_read_text(header, text, sizeof(text));
	return error_set_errno(err, code, "netlink%s%s", text[0] ? ": " : "", text);
}

/* The end of a dump carries how it went: a failed one is not an empty table. */
static int done_error(const struct nlmsghdr *header, struct error *err)
{
	int code = 0;

	if (nlmsg_datalen(header) >= (int)sizeof(code))
		memcpy(&code, nlmsg_data(header), sizeof(code));
	return code < 0 ? error_set_errno(err, errno_of(code), "netlink dump") : 0;
}

struct exchange {
	uint32_t sequence;
	bool dump;
	bool interrupted;
	bool done;
	net_channel_fn fn;
	void *data;
};

static int exchange_take(struct exchange *x, const struct nlmsghdr *header, struct error *err)
{
	if (header->nlmsg_seq != x->sequence)
		return 0;
	if (header->nlmsg_flags & NLM_F_DUMP_INTR)
		x->interrupted = true;
	if (header->nlmsg_type == NLMSG_ERROR) {
		x->done = true;
		return header_error(header, err);
	}
	if (header->nlmsg_type == NLMSG_DONE) {
		x->done = true;
		return done_error(header, err);
	}
	x->fn(header, x->data);
	x->done = !x->dump;
	return 0;
}

static int exchange_run(
	struct net_channel *channel, struct nl_msg *request, struct exchange *x, struct error *err)
{
	struct nlmsghdr *header = nlmsg_hdr(request);
	_Alignas(NLMSG_ALIGNTO) uint8_t buffer[RECEIVE_SIZE];
	int ret;

	x->sequence = header->nlmsg_seq = ++channel->sequence;
	header->nlmsg_flags |= NLM_F_REQUEST;
	header->nlmsg_pid = 0;
	ret = channel_send(channel, header, header->nlmsg_len, err);
	while (ret >= 0 && !x->done) {
		ret = channel_receive(channel, buffer, sizeof(buffer), err);
		for (struct nlmsghdr *h = (void *)buffer; ret >= 0 && nlmsg_ok(h, ret) && !x->done;
			h = nlmsg_next(h, &ret)) {
			int result = exchange_take(x, h, err);

			if (result < 0)
				return result;
		}
	}
	if (ret < 0)
		return ret;
	return x->interrupted ? error_set(err, EINTR, "the kernel's tables changed during a dump")
			      : 0;
}

int net_channel_dump(struct net_channel *channel, struct nl_msg *request, net_channel_fn fn,
	void *data, struct error *err)
{
	struct exchange x = { .dump = true, .fn = fn, .data = data };

	nlmsg_hdr(request)->nlmsg_flags |= NLM_F_DUMP;
	return exchange_run(channel, request, &x, err);
}

int net_channel_get(struct net_channel *channel, struct nl_msg *request, net_channel_fn fn,
	void *data, struct error *err)
{
	struct exchange x = { .fn = fn, .data = data };

	return exchange_run(channel, request, &x, err);
}

void net_batch_finish(struct net_batch *batch)
{
	free(batch->data);
	memset(batch, 0, sizeof(*batch));
}

void net_batch_add(struct net_batch *batch, struct nl_msg *message)
{
	const struct nlmsghdr *header = nlmsg_hdr(message);
	size_t size = NLMSG_ALIGN(header->nlmsg_len);

	if (batch->size + size > batch->capacity) {
		batch->capacity = (batch->size + size) * 2;
		batch->data = xreallocarray(batch->data, batch->capacity, 1);
	}
	memset(batch->data + batch->size, 0, size);
	memcpy(batch->data + batch->size, header, header->nlmsg_len);
	batch->size += size;
	batch->count++;
}

void net_batch_clear(struct net_batch *batch)
{
	batch->size = batch->count = 0;
}

/* A stretch of a batch, as it is sent. */
struct stretch {
	uint8_t *data;
	size_t size, index;
	uint32_t first_sequence;
	uint32_t last_sequence; /* of the message whose answer is the last one */
	bool transaction;
};

struct answers {
	struct mmsghdr messages[NET_CHANNEL_ASK_MAX];
	struct iovec parts[NET_CHANNEL_ASK_MAX];
	_Alignas(NLMSG_ALIGNTO) uint8_t data[NET_CHANNEL_ASK_MAX][ANSWER_SIZE];
};

static int answers_receive(
	const struct net_channel *channel, struct answers *answers, struct error *err)
{
	int received;

	for (size_t i = 0; i < NET_CHANNEL_ASK_MAX; i++) {
		answers->parts[i] = (struct iovec){ answers->data[i], ANSWER_SIZE };
		answers->messages[i].msg_hdr =
			(struct msghdr){ .msg_iov = &answers->parts[i], .msg_iovlen = 1 };
	}
	do
		received = recvmmsg(
			channel->fd, answers->messages, NET_CHANNEL_ASK_MAX, MSG_DONTWAIT, NULL);
	while (received < 0 && errno == EINTR);
	return received < 0 ? error_set_errno(err, errno, "cannot receive from netlink") : received;
}

int net_channel_ask(struct net_channel *channel, struct net_batch *batch, net_channel_answer_fn fn,
	void *data, struct error *err)
{
	uint32_t first = channel->sequence + 1;
	struct answers answers;
	uint8_t *at = batch->data;
	int received;

	for (size_t i = 0; i < batch->count; i++) {
		struct nlmsghdr *header = (void *)at;

		header->nlmsg_seq = ++channel->sequence;
		header->nlmsg_pid = 0;
		header->nlmsg_flags |= NLM_F_REQUEST;
		at += NLMSG_ALIGN(header->nlmsg_len);
	}
	received = channel_send(channel, batch->data, batch->size, err);
	if (received < 0)
		return received;
	received = answers_receive(channel, &answers, err);
	for (int i = 0; i < received; i++) {
		const struct nlmsghdr *header = (void *)answers.data[i];
		int size = (int)answers.messages[i].msg_len;

		if (nlmsg_ok(header, size) && header->nlmsg_seq >= first &&
			header->nlmsg_seq - first < batch->count)
			fn(header, header->nlmsg_type == NLMSG_ERROR ? header_errno(header) : 0,
				header->nlmsg_seq - first, data);
	}
	return received < 0 ? received : 0;
}

/* Older kernels never answer the end of a transaction, so the message before it is asked for. */
static struct stretch batch_number(struct net_batch *batch, size_t index, size_t count,
	bool transaction, struct net_channel *channel)
{
	struct stretch stretch = {
		.data = batch->data,
		.index = index,
		.first_sequence = channel->sequence + 1,
		.last_sequence = channel->sequence + (uint32_t)(count - transaction),
		.transaction = transaction,
	};

	for (size_t i = 0; i < index + count; i++) {
		struct nlmsghdr *header = (void *)(stretch.data + stretch.size);

		if (i < index) {
			stretch.data += NLMSG_ALIGN(header->nlmsg_len);
			continue;
		}
		header->nlmsg_seq = ++channel->sequence;
		header->nlmsg_pid = 0;
		header->nlmsg_flags |= NLM_F_REQUEST;
		if (header->nlmsg_seq == stretch.last_sequence)
			header->nlmsg_flags |= NLM_F_ACK;
		stretch.size += NLMSG_ALIGN(header->nlmsg_len);
	}
	return stretch;
}

static void fault_set(struct net_batch_fault *fault, const struct nlmsghdr *header, size_t index)
{
	fault->index = index;
	fault->code = header_errno(header);
	fault_read_text(header, fault->text, sizeof(fault->text));
}

static int stretch_send(const struct stretch *stretch, net_batch_ignore_fn ignore, void *data,
	const struct net_channel *channel, struct net_batch_fault *fault, struct error *err)
{
	_Alignas(NLMSG_ALIGNTO) uint8_t buffer[RECEIVE_SIZE];
	bool done = false;
	int ret = channel_send(channel, stretch->data, stretch->size, err);

	while (ret >= 0 && !done) {
		ret = channel_receive(channel, buffer, sizeof(buffer), err);
		for (struct nlmsghdr *h = (void *)buffer; ret >= 0 && nlmsg_ok(h, ret);
			h = nlmsg_next(h, &ret)) {
			size_t at = stretch->index + (h->nlmsg_seq - stretch->first_sequence);
			int code;

			if (h->nlmsg_type != NLMSG_ERROR || h->nlmsg_seq < stretch->first_sequence)
				continue;
			code = header_errno(h);
			/* A transaction that fails may have no answer but the failure. */
			done = done || h->nlmsg_seq == stretch->last_sequence ||
				(stretch->transaction && code);
			if (code && !fault->code)
				fault_set(fault, h, at);
			if (code && fault->index == at && ignore && ignore(fault, data))
				fault->code = 0;
		}
	}
	if (ret < 0)
		return ret;
	return fault->code ? -EREMOTEIO : 0;
}

int net_batch_send(struct net_batch *batch, size_t index, size_t count, net_batch_ignore_fn ignore,
	void *data, struct net_channel *channel, struct net_batch_fault *fault, struct error *err)
{
	struct stretch stretch;

	memset(fault, 0, sizeof(*fault));
	if (!count)
		return 0;
	stretch = batch_number(batch, index, count, false, channel);
	return stretch_send(&stretch, ignore, data, channel, fault, err);
}

/* A transaction goes as one, however long it is, and netlink takes no more than the socket's buffer. */
static void make_room(const struct net_channel *channel, size_t size)
{
	int bytes = (int)size;

	/* The kernel doubles it, for what it needs beside the bytes. */
	if (size > SEND_SIZE)
		(void)setsockopt(channel->fd, SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof(bytes));
}

int net_batch_commit(struct net_batch *batch, struct net_channel *channel,
	struct net_batch_fault *fault, struct error *err)
{
	struct stretch stretch = batch_number(batch, 0, batch->count, true, channel);

	memset(fault, 0, sizeof(*fault));
	make_room(channel, batch->size);
	return stretch_send(&stretch, NULL, NULL, channel, fault, err);
}
