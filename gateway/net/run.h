// SPDX-License-Identifier: GPL-2.0-or-later
/* A plan being applied: which namespace the thread is in, and the batch under way. */
#pragma once

#include <stdbool.h>

#include "net/channel.h"
#include "net/planner.h"
#include "net/removal.h"
#include "net/sysctl.h"

/* Names of links met in one group, each looked up once. */
struct net_known_link {
	const char *name;
	bool in_root;
	int ifindex;
};

struct net_run {
	struct net_channel root;
	int root_fd;
	uint32_t owner;
	struct net_removal removal;
	struct net_sysctls sysctls;
	bool unguarded;             /* the root namespace's firewall could not be set */
	bool patient;               /* what is about to pass is waited for */
	uint64_t retry_deadline_ms; /* 0: nothing had to be tried again so far */

	/* of the group at hand */
	const struct net_plan_group *group;
	const struct net_act *failed;  /* NULL: none, or none in particular */
	const struct net_act **missed; /* minor ones that failed */
	size_t n_missed;
	struct error missed_error; /* of the first */
	bool passing;              /* by what is about to pass */
	struct net_channel inside;
	int netns_fd;  /* -1: not opened yet */
	int thread_in; /* root_fd, netns_fd, or -1: somewhere else */
	struct net_batch batch;
	const struct net_act **batched; /* the act of each message in the batch */
	size_t n_batched;
	bool batch_in_root;
	struct net_known_link *links;
	size_t n_links;
	int *peer_fds; /* open until the group's end */
	size_t n_peer_fds;
};

/* Opens the group's namespace where that has not been done. */
int net_run_open_netns(struct net_run *run, struct error *err);

/* Moves the thread into the root namespace or the group's own. */
int net_run_go(struct net_run *run, bool root, struct error *err);

/* The channel of a place, made when first wanted. */
int net_run_get_channel(
	struct net_run *run, bool root, struct net_channel **channel, struct error *err);

/* Adds an act that is a message; sends what was batched where the place changes, or where an
 * interface index must be learnt first. */
int net_run_add(struct net_run *run, const struct net_act *act, struct error *err);

/* Notes that a minor act failed, and why. */
void net_run_miss(struct net_run *run, const struct net_act *act, const struct error *err);

/* Sends what is batched. The error names the act that failed. */
int net_run_flush(struct net_run *run, struct error *err);
