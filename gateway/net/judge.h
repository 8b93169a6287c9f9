// SPDX-License-Identifier: GPL-2.0-or-later
/* What speaks against bringing a namespace up: names taken, parents missing. */
#pragma once

#include "net/goal.h"

/* What is at fault in the want alone, by the number of the uplink: IPv4 networks of the customer that take from
 * it, next hops that are another one's. */
void net_judge_want(const struct net_want *want, const struct net_want_netns *netns,
	net_goal_fault_fn fault, void *data);

void net_judge_goals(const struct net_goals *goals, const struct net_goals_context *context,
	net_goal_fault_fn fault, void *data);
