// SPDX-License-Identifier: GPL-2.0-or-later
/* Planning the tables of rules: each is right as a whole, or made anew as a whole. */
#include "net/channel.h"
#include "net/planner.h"

static bool is_ours(const struct net_have_firewall *have)
{
	return have->exists && !have->foreign;
}

static bool is_heard(const struct net_have_firewall *have)
{
	return have->exists && !have->dormant;
}

static struct net_act_firewall *plan_table_set(
	struct net_planner *planner, bool in_root, const struct net_have_firewall *have)
{
	struct net_act_firewall *set =
		&net_planner_add(planner, NET_ACT_FIREWALL_SET, in_root, NULL)->firewall;

	set->table = net_planner_keep(planner, have->table[0] ? have->table : NET_FIREWALL_TABLE);
	set->replace = have->exists;
	return set;
}

static void plan_table_delete(
	struct net_planner *planner, bool in_root, const struct net_have_firewall *have)
{
	net_planner_add(planner, NET_ACT_FIREWALL_DELETE, in_root, NULL)->firewall.table =
		net_planner_keep(planner, have->table);
}

static bool is_right(const struct net_want *want, const struct net_want_netns *netns,
	const struct net_have_firewall *have)
{
	return is_heard(have) && have->digest == net_firewall_inside(NULL, want, netns, true);
}

void net_plan_firewall(struct net_planner *planner, const struct net_goals *goals)
{
	const struct net_have_firewall *have = &goals->have->firewall;
	const struct net_want *want = planner->context.want;
	struct net_act_firewall *set;

	if (!goals->want->firewall) {
		if (is_ours(have))
			plan_table_delete(planner, false, have);
		return;
	}
	if (is_right(want, goals->want, have))
		return;
	set = plan_table_set(planner, false, have);
	set->transaction = net_planner_keep_batch(planner);
	net_firewall_inside(set->transaction, want, goals->want, set->replace);
}

static bool wants_uplink(const struct net_want *want)
{
	for (size_t i = 0; i < want->n_netns; i++)
		if (want->netns[i].has_uplink)
			return true;
	return want->keeps_uplinks;
}

void net_plan_root_firewall(struct net_planner *planner)
{
	const struct net_want *want = planner->context.want;
	const struct net_have_firewall *have = &planner->context.have->root.firewall;
	struct net_firewall firewall;

	if (!want->firewall || !wants_uplink(want))
		return;
	net_plan_forwarding_off(planner, false);
	net_firewall_root(&firewall, want, planner->context.have->forwarding);
	if (!is_heard(have) || have->digest != firewall.digest)
		plan_table_set(planner, true, have)->chains =
			net_planner_keep(planner, firewall.chains);
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
