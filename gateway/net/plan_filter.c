// SPDX-License-Identifier: GPL-2.0-or-later
/* Leaving acts out of a plan. */
#include "net/planner.h"

static void group_filter(struct net_plan_group *group, net_plan_may_fn may, void *data)
{
	size_t kept = 0, early = 0;

	for (size_t i = 0; i < group->n_acts; i++) {
		const struct net_act act = group->acts[i];

		if (net_act_is_retry(&act) || may(group->netns, &act, data)) {
			group->acts[kept++] = act;
			early += i < group->n_early;
		} else if (net_act_is_structural(&act)) {
			kept = early = 0;
			break;
		}
	}
	group->n_acts = kept;
	group->n_early = early;
}

void net_plan_filter(struct net_plan *plan, net_plan_may_fn may, void *data)
{
	for (size_t i = 0; i < plan->n_groups; i++)
		if (!plan->groups[i].removed && !plan->groups[i].faults.count)
			group_filter(&plan->groups[i], may, data);
}
