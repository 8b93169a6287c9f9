// SPDX-License-Identifier: GPL-2.0-or-later
/* Planning the tables of rules: each is right as a whole, or made anew as a whole. */
#include "net/planner.h"

static bool is_ours(const struct net_have_firewall *have)
{
	return have->exists && !have->foreign;
}

static void plan_table(struct net_planner *planner, bool in_root,
	const struct net_have_firewall *have, const struct net_firewall *want)
{
	struct net_act *act;

	if (have->exists && !have->dormant && have->digest == want->digest)
		return;
	act = net_planner_add(planner, NET_ACT_FIREWALL_SET, in_root, NULL);
	act->firewall.table = have->table[0] ? have->table : NET_FIREWALL_TABLE;
	act->firewall.chains = net_planner_keep(planner, want->chains);
	act->firewall.replace = have->exists;
}

static void plan_table_delete(
	struct net_planner *planner, bool in_root, const struct net_have_firewall *have)
{
	net_planner_add(planner, NET_ACT_FIREWALL_DELETE, in_root, NULL)->firewall.table =
		have->table;
}

void net_plan_firewall(struct net_planner *planner, const struct net_goals *goals)
{
	const struct net_have_firewall *have = &goals->have->firewall;
	struct net_firewall want;

	if (!goals->want->firewall) {
		if (is_ours(have))
			plan_table_delete(planner, false, have);
		return;
	}
	net_firewall_inside(&want, planner->context.want, goals->want);
	plan_table(planner, false, have, &want);
	net_firewall_finish(&want);
}

static bool wants_uplink(const struct net_want *want)
{
	for (size_t i = 0; i < want->n_netns; i++)
		if (want->netns[i].has_uplink)
			return true;
	return false;
}

void net_plan_root_firewall(struct net_planner *planner)
{
	const struct net_want *want = planner->context.want;
	struct net_firewall firewall;

	if (!want->firewall || !wants_uplink(want))
		return;
	net_plan_forwarding_off(planner, false);
	net_firewall_root(&firewall, want, planner->context.have->forwarding);
	plan_table(planner, true, &planner->context.have->root.firewall, &firewall);
	net_firewall_finish(&firewall);
	net_plan_forwarding_on(planner);
}

void net_plan_root_firewall_delete(struct net_planner *planner)
{
	const struct net_want *want = planner->context.want;
	const struct net_have_firewall *have = &planner->context.have->root.firewall;

	if (want->firewall && wants_uplink(want))
		return;
	net_plan_forwarding_off(planner, true);
	if (is_ours(have))
		plan_table_delete(planner, true, have);
}
