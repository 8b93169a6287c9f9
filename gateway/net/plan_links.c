// SPDX-License-Identifier: GPL-2.0-or-later
/* Planning which links go and which come. */
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "net/link.h"
#include "net/planner.h"

void net_plan_stray(struct net_planner *planner, const struct net_stray *stray)
{
	if (stray->mark.kind == NET_MARK_MOVED)
		net_plan_returned(planner, stray);
	else
		net_planner_add(planner, NET_ACT_LINK_DELETE, true, stray->link->name)->ifindex =
			stray->link->ifindex;
}

static void plan_delete_inside(struct net_planner *planner, const struct net_have_link *link)
{
	struct net_mark mark;

	if (net_mark_parse(link->mark, &mark) && mark.kind == NET_MARK_MOVED)
		net_plan_give_back(planner, link);
	else
		net_planner_add(planner, NET_ACT_LINK_DELETE, false, link->name)->ifindex =
			link->ifindex;
}

/* The end of a pair that an earlier group has already deleted with its other end. */
static bool goes_with_peer(
	const struct net_planner *planner, const char *netns, const struct net_have_link *link)
{
	char end[NET_MARK_SIZE];

	snprintf(end, sizeof(end), "%s/%s", netns, link->name);
	return strings_contain(&planner->veths, end);
}

/* Half of an uplink goes with its other half. */
static bool goes_with_root_end(const struct net_planner *planner, const struct net_goals *goals,
	const struct net_have_link *link)
{
	const struct net_goal *root = goals->want->has_uplink ? &goals->items[0] : NULL;
	size_t count;
	const struct net_stray *strays = net_planner_strays(planner, goals->want->name, &count);

	if (root && root->misfit && net_links_are_pair(root->misfit, link))
		return true;
	for (size_t i = 0; i < count; i++)
		if (net_links_are_pair(strays[i].link, link))
			return true;
	return false;
}

static bool is_renamed(const struct net_goals *goals, const struct net_have_link *link)
{
	for (size_t i = 0; i < goals->count; i++)
		if (goals->items[i].renamed == link)
			return true;
	return false;
}

void net_plan_links_delete(struct net_planner *planner, struct net_goals *goals)
{
	const struct net_have_netns *have = goals->have;
	const struct net_goal *root = goals->want->has_uplink ? &goals->items[0] : NULL;

	for (size_t i = 0; i < have->n_links; i++) {
		const struct net_have_link *link = &have->links[i];
		const struct net_goal *goal = net_goals_find(goals, link->name);

		if ((link->flags & IFF_LOOPBACK) || !net_have_link_is_ours(link) ||
			(goal && goal->have) || is_renamed(goals, link) ||
			goes_with_peer(planner, have->name, link) ||
			goes_with_root_end(planner, goals, link))
			continue;
		plan_delete_inside(planner, link);
	}
	if (root && root->misfit)
		net_planner_add(planner, NET_ACT_LINK_DELETE, true, root->name)->ifindex =
			root->misfit->ifindex;
}

/* ---- coming ---- */

/* 0, the kernel's choice, where that one is taken. */
static int chosen_ifindex(const struct net_have_netns *have, int ifindex)
{
	return net_have_find_ifindex(have, ifindex) ? 0 : ifindex;
}

void net_plan_forget_guards(struct net_have_link *fresh)
{
	for (size_t i = 0; i < NET_GUARDS; i++)
		fresh->guards[i] = !net_guards[i].value;
}

static struct net_act *plan_create(
	struct net_planner *planner, struct net_goal *goal, enum net_link_kind kind, int ifindex)
{
	struct net_act *act = net_planner_add(planner, NET_ACT_LINK_CREATE, true, goal->name);

	act->ifindex = goal->fresh.ifindex = ifindex;
	act->create.kind = kind;
	if (!goal->narrow)
		act->create.mtu_bytes = goal->want ? goal->want->mtu_bytes : goal->mtu_bytes;
	act->create.has_mac = goal->has_mac;
	memcpy(act->create.mac, goal->mac, sizeof(goal->mac));
	snprintf(goal->fresh.name, sizeof(goal->fresh.name), "%s", goal->name);
	goal->fresh.mtu_bytes = goal->narrow ? goal->narrow->mtu_bytes : goal->mtu_bytes;
	memcpy(goal->fresh.mac, goal->mac, sizeof(goal->mac));
	net_plan_forget_guards(&goal->fresh);
	goal->have = &goal->fresh;
	return act;
}

/* Before Linux 6.14 RTM_NEWLINK looks for the new link's name in the sender's namespace, not in the one
 * it is made in, and fails where it finds it; with an index given it looks for that. */
struct net_act *net_plan_create_inside(
	struct net_planner *planner, const struct net_goals *goals, struct net_goal *goal)
{
	int ifindex = NET_LINK_IFINDEX_BASE + (int)(goal - goals->items);

	while (net_have_find_ifindex(&planner->context.have->root, ifindex) ||
		net_have_find_ifindex(goals->have, ifindex))
		ifindex += (int)goals->count;
	return plan_create(planner, goal, goal->want->kind, ifindex);
}

static int root_ifindex(const struct net_planner *planner, const char *name)
{
	const struct net_have_link *link = net_have_find_root(planner->context.have, name);

	/* One that goes gives its name to another. */
	return link && !net_goal_outer_goes(&planner->context, link) ? link->ifindex : 0;
}

struct net_act_create *net_plan_create_on(struct net_planner *planner,
	const struct net_goals *goals, struct net_goal *goal, const char *below)
{
	struct net_act_create *create = &net_plan_create_inside(planner, goals, goal)->create;

	create->parent = net_planner_keep(planner, below);
	create->parent_ifindex = root_ifindex(planner, below);
	return create;
}

static void create_uplink(struct net_planner *planner, struct net_goals *goals)
{
	struct net_goal *root = &goals->items[0], *inside = &goals->items[1];
	int ifindex = NET_UPLINK_IFINDEX_BASE + (int)(goals->want->id & 0x3fffffff);
	struct net_act *act = plan_create(planner, root, NET_LINK_VETH,
		chosen_ifindex(&planner->context.have->root, ifindex));

	/* The kernel heeds the peer's only where the main end has one. */
	act->create.peer_ifindex = act->ifindex ? chosen_ifindex(goals->have, ifindex) : 0;
	act->create.stays = true;
	act->create.peer_name = inside->name;
	memcpy(act->create.peer_mac, inside->mac, sizeof(inside->mac));
	root->fresh.accept_ra = root->fresh.accept_redirects6 = 1;
	root->fresh.forwarding4 =
		net_forwarding_is_general(planner->context.have->forwarding, NET_FORWARDING_IPV4);
	inside->fresh = root->fresh;
	inside->fresh.accept_ra = inside->fresh.accept_redirects6 = 0;
	inside->fresh.ifindex = act->create.peer_ifindex;
	root->fresh.disable_ipv6 = planner->context.have->ipv6_off;
	memcpy(inside->fresh.mac, inside->mac, sizeof(inside->mac));
	inside->have = &inside->fresh;
}

static void create_link(struct net_planner *planner, struct net_goals *goals, struct net_goal *goal)
{
	const struct net_link_type *type = net_link_type(goal->want->kind);

	if (type->create)
		type->create(planner, goals, goal);
	else
		(void)net_plan_create_inside(planner, goals, goal);
}

void net_plan_links_create(struct net_planner *planner, struct net_goals *goals)
{
	size_t first = goals->want->has_uplink ? 2 : 0;

	if (first && !goals->items[0].have)
		create_uplink(planner, goals);
	/* A new link may have the name that another one gives up. */
	for (size_t i = first; i < goals->count; i++)
		if (goals->items[i].renamed)
			net_plan_rename(planner, &goals->items[i]);
	for (size_t i = first; i < goals->count; i++)
		if (goals->items[i].renamed)
			continue;
		else if (goals->items[i].have)
			(void)net_plan_outers(planner, goals->items[i].want);
		else
			create_link(planner, goals, &goals->items[i]);
}
