// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading no more of the kernel than a comparison needs. */
#include "net/planner.h"

/* Acts that what is not named has a say in: names and numbers taken, ends left over. */
static bool is_structural(enum net_act_kind kind)
{
	switch (kind) {
	case NET_ACT_NETNS_CREATE:
	case NET_ACT_NETNS_DELETE:
	case NET_ACT_LINK_CREATE:
	case NET_ACT_LINK_DELETE:
	case NET_ACT_LINK_MOVE_IN:
	case NET_ACT_LINK_GIVE_BACK:
	case NET_ACT_LINK_RENAME:
		return true;
	case NET_ACT_LINK_SET_UP:
	case NET_ACT_LINK_SET_MTU:
	case NET_ACT_LINK_SET_MAC:
	case NET_ACT_LINK_SET_ADDR_GEN_MODE:
	case NET_ACT_ALTNAME_ADD:
	case NET_ACT_ALTNAME_DELETE:
	case NET_ACT_ADDRESS_ADD:
	case NET_ACT_ADDRESS_DELETE:
	case NET_ACT_NEIGHBOUR_SET:
	case NET_ACT_ROUTE_ADD:
	case NET_ACT_ROUTE_DELETE:
	case NET_ACT_SYSCTL_SET:
	case NET_ACT_KINDS:
		return false;
	}
	__builtin_unreachable();
}

static bool group_is_structural(const struct net_plan_group *group)
{
	for (size_t i = 0; i < group->n_acts; i++)
		if (is_structural(group->acts[i].kind))
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

static int compare_once(const struct net_want *want, struct net_have **have, struct net_plan **plan,
	struct error *err)
{
	int ret = net_have_read(want, have, err);

	if (ret == 0)
		*plan = net_plan_create(want, *have);
	return ret;
}

int net_compare(const struct net_want *want, struct net_have **have, struct net_plan **plan,
	struct error *err)
{
	struct net_want glance = *want;
	int ret;

	*have = NULL;
	*plan = NULL;
	if (want->partial) {
		glance.glance = true;
		ret = compare_once(&glance, have, plan, err);
		if (ret < 0 || !plan_is_structural(*plan))
			return ret;
		net_plan_destroy(*plan);
		net_have_destroy(*have);
		*plan = NULL;
	}
	return compare_once(want, have, plan, err);
}
