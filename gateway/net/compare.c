// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading no more of the kernel than a comparison needs. */
#include "net/have_read.h"
#include "net/planner.h"

static bool group_is_structural(const struct net_plan_group *group)
{
	for (size_t i = 0; i < group->n_acts; i++)
		if (net_act_is_structural(&group->acts[i]))
			return true;
	return group->faults.count > 0;
}

static bool plan_is_structural(const struct net_plan *plan)
{
	for (size_t i = 0; i < plan->n_groups; i++)
		if (group_is_structural(&plan->groups[i]))
			return true;
	return false;
}

typedef int (*read_fn)(const struct net_want *want, struct net_have **have, struct error *err);

static int compare_once(read_fn reader, const struct net_want *want, struct net_have **have,
	struct net_plan **plan, struct error *err)
{
	int ret = reader(want, have, err);

	if (ret == 0)
		*plan = net_plan_create(want, *have);
	return ret;
}

int net_compare(const struct net_want *want, struct net_have **have, struct net_plan **plan,
	struct error *err)
{
	int ret;

	*have = NULL;
	*plan = NULL;
	if (want->partial) {
		ret = compare_once(net_have_glance, want, have, plan, err);
		if (ret != 0 || !plan_is_structural(*plan))
			return ret;
		net_plan_destroy(*plan);
		net_have_destroy(*have);
		*plan = NULL;
	}
	return compare_once(net_have_read, want, have, plan, err);
}
