// SPDX-License-Identifier: GPL-2.0-or-later
/* What speaks against bringing a namespace up: names taken, parents missing. */
#pragma once

#include "net/goal.h"

void net_judge_goals(const struct net_goals *goals, const struct net_goals_context *context,
	net_goal_fault_fn fault, void *data);
