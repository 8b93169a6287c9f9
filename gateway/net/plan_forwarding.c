// SPDX-License-Identifier: GPL-2.0-or-later
/* Planning the root namespace's forwarding: off before the firewall opens, on when it is narrow. */
#include <stdio.h>
#include <string.h>

#include "net/planner.h"

#define LO_IFINDEX 1
#define KEY_SIZE   64

static void plan_mark(struct net_planner *planner, const char *mark, enum net_act_kind what)
{
	struct net_act *act = net_planner_add(planner, what, true, "lo");

	act->ifindex = LO_IFINDEX;
	act->name = net_planner_keep(planner, mark);
}

static void plan_kind_mark(
	struct net_planner *planner, enum net_forwarding_kind kind, enum net_act_kind what)
{
	char mark[NET_MARK_SIZE];

	plan_mark(planner, net_forwarding_mark(mark, kind, NULL, planner->context.owner), what);
}

static void plan_seal(struct net_planner *planner, enum net_act_kind what)
{
	char mark[NET_MARK_SIZE];

	plan_mark(planner, net_forwarding_seal(mark, planner->context.owner), what);
}

/* Of a link: "net.ipv4.conf.eth0/10.forwarding" */
static void plan_link(struct net_planner *planner, const char *link, const char *value)
{
	char key[KEY_SIZE], name[NET_IFNAME_SIZE] = "";

	for (size_t i = 0; i < sizeof(name) - 1 && link[i]; i++)
		name[i] = link[i] == '.' ? '/' : link[i];
	snprintf(key, sizeof(key), "net.ipv4.conf.%s.forwarding", name);
	net_planner_sysctl(planner, true, net_planner_keep(planner, key), value);
}

static void plan_way_mark(
	struct net_planner *planner, const struct net_have_way *way, enum net_act_kind what)
{
	char mark[NET_MARK_SIZE];

	plan_mark(planner,
		net_forwarding_mark(mark, NET_FORWARDING_IPV4, way->name, planner->context.owner),
		what);
}

/* ---- off ---- */

/* What somebody else has switched on since is not taken back. */
static void plan_way_off(struct net_planner *planner, const struct net_have_way *way, bool general)
{
	if (!general && way->on)
		plan_link(planner, way->name, "0");
	plan_way_mark(planner, way, NET_ACT_ALTNAME_DELETE);
}

/* An earlier version had the whole namespace forward. With ip_forward off the kernel would have every interface
 * take redirects, whatever its own setting. */
static void plan_general4_off(struct net_planner *planner, const struct net_have_forwarding *have)
{
	if (have->on) {
		net_planner_sysctl(planner, true, net_forwarding_key(NET_FORWARDING_IPV4), "0");
		net_planner_sysctl(planner, true, "net.ipv4.conf.all.accept_redirects", "0");
	}
	plan_kind_mark(planner, NET_FORWARDING_IPV4, NET_ACT_ALTNAME_DELETE);
}

static void plan_ipv4_off(struct net_planner *planner, bool all)
{
	const struct net_have_forwarding *have = planner->context.have->forwarding;
	const struct net_have_forwarding *ipv4 = &have[NET_FORWARDING_IPV4];
	bool general = net_forwarding_is_general(have, NET_FORWARDING_IPV4);
	bool wanted = !all && net_forwarding_wanted(planner->context.want, NET_FORWARDING_IPV4);

	if (ipv4->ours)
		plan_general4_off(planner, ipv4);
	for (size_t i = 0; i < ipv4->n_ways; i++)
		if (ipv4->ways[i].ours && (general || !wanted || !ipv4->ways[i].wanted))
			plan_way_off(planner, &ipv4->ways[i], general);
}

static void plan_ipv6_off(struct net_planner *planner, bool all)
{
	const struct net_have_forwarding *have =
		&planner->context.have->forwarding[NET_FORWARDING_IPV6];
	bool wanted = !all && net_forwarding_wanted(planner->context.want, NET_FORWARDING_IPV6);

	if (have->ours && wanted && !have->shared)
		return;
	if (have->ours && have->on && !have->shared)
		net_planner_sysctl(planner, true, net_forwarding_key(NET_FORWARDING_IPV6), "0");
	if (have->sealed)
		plan_seal(planner, NET_ACT_ALTNAME_DELETE);
	if (have->ours)
		plan_kind_mark(planner, NET_FORWARDING_IPV6, NET_ACT_ALTNAME_DELETE);
}

void net_plan_forwarding_off(struct net_planner *planner, bool all)
{
	plan_ipv6_off(planner, all);
	plan_ipv4_off(planner, all);
}

/* ---- on ---- */

static void plan_ipv4_on(struct net_planner *planner)
{
	const struct net_have_forwarding *have = planner->context.have->forwarding;
	const struct net_have_way *way = NULL;

	if (net_forwarding_is_general(have, NET_FORWARDING_IPV4))
		return;
	while ((way = net_forwarding_next_way(have, way))) {
		/* That of an earlier version takes those of all links along. */
		if (way->on && !have[NET_FORWARDING_IPV4].on)
			continue;
		if (!way->ours)
			plan_way_mark(planner, way, NET_ACT_ALTNAME_ADD);
		plan_link(planner, way->name, "1");
	}
}

static void plan_ipv6_on(struct net_planner *planner)
{
	const struct net_have_forwarding *have = planner->context.have->forwarding;
	const struct net_have_forwarding *ipv6 = &have[NET_FORWARDING_IPV6];
	bool mine = ipv6->ours && !ipv6->shared;

	if (ipv6->on && (!mine || ipv6->sealed))
		return;
	if (!mine)
		plan_kind_mark(planner, NET_FORWARDING_IPV6, NET_ACT_ALTNAME_ADD);
	if (!ipv6->on)
		net_planner_sysctl(planner, true, net_forwarding_key(NET_FORWARDING_IPV6), "1");
	net_planner_sysctl(planner, true, "net.ipv6.conf.default.forwarding", "0");
	if (!ipv6->sealed)
		plan_seal(planner, NET_ACT_ALTNAME_ADD);
}

void net_plan_forwarding_on(struct net_planner *planner)
{
	if (net_forwarding_wanted(planner->context.want, NET_FORWARDING_IPV4))
		plan_ipv4_on(planner);
	if (net_forwarding_wanted(planner->context.want, NET_FORWARDING_IPV6))
		plan_ipv6_on(planner);
}

void net_plan_forwarding_uplink(struct net_planner *planner, const struct net_goal *root)
{
	const struct net_have_forwarding *have = planner->context.have->forwarding;
	bool taken_back = have[NET_FORWARDING_IPV4].on && have[NET_FORWARDING_IPV4].ours;
	bool general = net_forwarding_is_general(have, NET_FORWARDING_IPV4);
	bool wanted = net_forwarding_wanted(planner->context.want, NET_FORWARDING_IPV4);
	bool on = root->have->forwarding4 > 0 && !taken_back;

	if (planner->context.want->firewall && on != wanted && (wanted || !general))
		plan_link(planner, root->name, wanted ? "1" : "0");
}
