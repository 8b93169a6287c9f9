// SPDX-License-Identifier: GPL-2.0-or-later
/* Planning the root namespace's forwarding: off before the firewall opens, on when it is narrow. */
#include "net/planner.h"

#define LO_IFINDEX 1

/* With ip_forward off the kernel would have every interface take redirects, whatever its own setting. */
static void plan_off(struct net_planner *planner, enum net_forwarding_kind kind)
{
	net_planner_sysctl(planner, true, net_forwarding_key(kind), "0");
	if (kind == NET_FORWARDING_IPV4)
		net_planner_sysctl(planner, true, "net.ipv4.conf.all.accept_redirects", "0");
}

static void plan_mark(
	struct net_planner *planner, enum net_forwarding_kind kind, enum net_act_kind what)
{
	char mark[NET_MARK_SIZE];
	struct net_act *act = net_planner_add(planner, what, true, "lo");

	act->ifindex = LO_IFINDEX;
	act->name =
		net_planner_keep(planner, net_forwarding_mark(mark, kind, planner->context.owner));
}

void net_plan_forwarding_off(struct net_planner *planner, bool all)
{
	const struct net_have_forwarding *have = planner->context.have->forwarding;

	for (int i = 0; i < NET_FORWARDING_KINDS; i++) {
		enum net_forwarding_kind kind = (enum net_forwarding_kind)i;

		if (!have[kind].ours ||
			(!all && net_forwarding_wanted(planner->context.want, kind)))
			continue;
		if (have[kind].on)
			plan_off(planner, kind);
		plan_mark(planner, kind, NET_ACT_ALTNAME_DELETE);
	}
}

void net_plan_forwarding_on(struct net_planner *planner)
{
	const struct net_have_forwarding *have = planner->context.have->forwarding;

	for (int i = 0; i < NET_FORWARDING_KINDS; i++) {
		enum net_forwarding_kind kind = (enum net_forwarding_kind)i;

		if (have[kind].on || !net_forwarding_wanted(planner->context.want, kind))
			continue;
		if (!have[kind].ours)
			plan_mark(planner, kind, NET_ACT_ALTNAME_ADD);
		net_planner_sysctl(planner, true, net_forwarding_key(kind), "1");
	}
}
