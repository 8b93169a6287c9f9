// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Removal of namespaces. All lose their names and are held open; then all are let go together, and their
 * end is waited for once: a namespace that dies while others still lose their names holds those up, and
 * the kernel would clear up a few at a time. That the root end of its uplink is gone proves that a
 * namespace and all in it is.
 */
#pragma once

#include "net/busy.h"
#include "net/channel.h"
#include "net/planner.h"

struct net_removal_pending {
	struct net_outcome outcome;
	const char *link; /* root end of its uplink, NULL: none */
	int netns_fd;     /* held open; -1: let go */
};

struct net_removal {
	struct net_busy busy;
	struct net_removal_pending *pending;
	size_t n_pending;
	size_t n_let_go; /* of the pending, from the first on */
	unsigned int patience_ms;
	size_t held_max; /* more would take the descriptors that others need */
};

/* Looks for processes in namespaces where the plan deletes any. */
void net_removal_init(struct net_removal *removal, const struct net_plan *plan);
void net_removal_finish(struct net_removal *removal);

/* Unmounts a namespace and notes it as pending; takes over the fd of it. */
int net_removal_netns(
	struct net_removal *removal, const struct net_act *act, int *netns_fd, struct error *err);

/* Keeps the outcome for net_removal_wait() where its namespace is the one last noted. */
bool net_removal_hold(struct net_removal *removal, const struct net_outcome *outcome);

/* Lets those go that are held: what others wait for becomes free. */
void net_removal_let_go(struct net_removal *removal);

/* Lets them go, waits until all are gone and reports each; the caller's thread is in the root namespace. -EBUSY where one does not go. */
int net_removal_wait(
	struct net_removal *removal, struct net_channel *root, net_outcome_fn report, void *data);
