// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Removal of namespaces. Each loses its name at once; the kernel clears the dead ones up together,
 * so that is waited for once, at the end. That the root end of its uplink is gone proves that a
 * namespace and all in it is.
 */
#pragma once

#include "net/busy.h"
#include "net/channel.h"
#include "net/planner.h"

struct net_removal_pending {
	struct net_outcome outcome;
	const char *link; /* root end of its uplink, NULL: none */
};

struct net_removal {
	struct net_busy busy;
	struct net_removal_pending *pending;
	size_t n_pending;
};

/* Looks for processes in namespaces where the plan deletes any. */
void net_removal_init(struct net_removal *removal, const struct net_plan *plan);
void net_removal_finish(struct net_removal *removal);

/* Unmounts a namespace and notes it as pending. */
int net_removal_netns(struct net_removal *removal, const struct net_act *act, struct error *err);

/* Keeps the outcome for net_removal_wait() where its namespace is the one last noted. */
bool net_removal_hold(struct net_removal *removal, const struct net_outcome *outcome);

/* Waits until all are gone and reports each; the caller's thread is in the root namespace and holds
 * none of them open. -EBUSY where one does not go. */
int net_removal_wait(
	struct net_removal *removal, struct net_channel *root, net_outcome_fn report, void *data);
