// SPDX-License-Identifier: GPL-2.0-or-later
/* Planning which links go and which come. */
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "net/planner.h"

/* ---- going ---- */

static bool is_free_for(
	const struct net_planner *planner, const struct net_have_link *link, const char *name)
{
	const struct net_have_link *other = net_have_find_root(planner->context.have, name);

	return !other || other == link;
}

/* A NIC back in the root namespace gets its own settings again; last goes the mark. */
static void restore_device(struct net_planner *planner, const char *mark_text, const char *name,
	const struct net_have_link *link, const struct net_mark_was *was)
{
	if (link->mtu_bytes != was->mtu_bytes)
		net_planner_add(planner, NET_ACT_LINK_SET_MTU, true, name)->mtu.bytes =
			was->mtu_bytes;
	if (memcmp(link->mac, was->mac, sizeof(was->mac)) != 0)
		memcpy(net_planner_add(planner, NET_ACT_LINK_SET_MAC, true, name)->mac, was->mac,
			sizeof(was->mac));
	if (was->up)
		net_planner_add(planner, NET_ACT_LINK_SET_UP, true, name);
	if (was->alias == net_mark_alias(link->name) && is_free_for(planner, link, link->name))
		net_planner_add(planner, NET_ACT_ALTNAME_ADD, true, name)->name = link->name;
	net_planner_add(planner, NET_ACT_ALTNAME_DELETE, true, name)->name = mark_text;
}

/* Its old name, or a free one where somebody has taken that meanwhile. */
static const char *free_name(struct net_planner *planner, const char *name)
{
	char other[NET_IFNAME_SIZE];

	if (!net_have_find_root(planner->context.have, name))
		return net_planner_keep(planner, name);
	for (unsigned int i = 0;; i++) {
		snprintf(other, sizeof(other), "dev%u", i);
		if (!net_have_find_root(planner->context.have, other))
			return net_planner_keep(planner, other);
	}
}

void net_plan_give_back(struct net_planner *planner, const struct net_have_link *link)
{
	const char *name;
	struct net_act *act;
	struct net_mark mark;

	if (!net_mark_parse(link->mark, &mark))
		return;
	name = free_name(planner, mark.was.name);
	act = net_planner_add(planner, NET_ACT_LINK_GIVE_BACK, false, link->name);
	act->ifindex = link->ifindex;
	act->name = name;
	restore_device(planner, link->mark, name, link, &mark.was);
}

/* Up it would keep its name on kernels before 6.2 (EBUSY). Returns the new name. */
static const char *rename_link(struct net_planner *planner, bool in_root,
	const struct net_have_link *link, const char *name)
{
	struct net_act *act;

	if (link->flags & IFF_UP)
		net_planner_add(planner, NET_ACT_LINK_SET_DOWN, in_root, link->name)->ifindex =
			link->ifindex;
	act = net_planner_add(planner, NET_ACT_LINK_RENAME, in_root, link->name);
	act->ifindex = link->ifindex;
	act->name = name;
	return name;
}

/* A NIC that came back to the root namespace on its own, with its namespace's end. */
static void plan_returned(struct net_planner *planner, const struct net_stray *stray)
{
	const char *name = stray->link->name;

	if (strcmp(name, stray->mark.was.name) != 0)
		name = rename_link(
			planner, true, stray->link, free_name(planner, stray->mark.was.name));
	restore_device(planner, stray->link->mark, name, stray->link, &stray->mark.was);
}

void net_plan_stray(struct net_planner *planner, const struct net_stray *stray)
{
	if (stray->mark.kind == NET_MARK_MOVED)
		plan_returned(planner, stray);
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

static bool are_pair(const struct net_have_link *a, const struct net_have_link *b)
{
	return a->lower == b->ifindex && b->lower == a->ifindex;
}

/* Half of an uplink goes with its other half. */
static bool goes_with_root_end(const struct net_planner *planner, const struct net_goals *goals,
	const struct net_have_link *link)
{
	const struct net_goal *root = goals->want->has_uplink ? &goals->items[0] : NULL;
	size_t count;
	const struct net_stray *strays = net_planner_strays(planner, goals->want->name, &count);

	if (root && root->misfit && are_pair(root->misfit, link))
		return true;
	for (size_t i = 0; i < count; i++)
		if (are_pair(strays[i].link, link))
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

/* A link begins with what its namespace inherited. */
static void forget_guards(struct net_have_link *fresh)
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
	forget_guards(&goal->fresh);
	goal->have = &goal->fresh;
	return act;
}

/* Before Linux 6.14 RTM_NEWLINK looks for the new link's name in the sender's namespace, not in the one
 * it is made in, and fails where it finds it; with an index given it looks for that. */
static struct net_act *plan_create_inside(struct net_planner *planner,
	const struct net_goals *goals, struct net_goal *goal, enum net_link_kind kind)
{
	int ifindex = NET_LINK_IFINDEX_BASE + (int)(goal - goals->items);

	while (net_have_find_ifindex(&planner->context.have->root, ifindex) ||
		net_have_find_ifindex(goals->have, ifindex))
		ifindex += (int)goals->count;
	return plan_create(planner, goal, kind, ifindex);
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

static void create_outer(struct net_planner *planner, const struct net_want_link *want, size_t tags,
	const char *below, const char *name)
{
	char mark[NET_MARK_SIZE];
	struct net_act *act = net_planner_add(planner, NET_ACT_LINK_CREATE, true, name);

	act->create = (struct net_act_create){
		.kind = NET_LINK_VLAN,
		.stays = true,
		.parent = below,
		.vlan_id = want->tags[tags - 1],
		.vlan_protocol = net_goal_vlan_protocol(want, tags - 1),
	};
	act = net_planner_add(planner, NET_ACT_ALTNAME_ADD, true, name);
	act->name = net_planner_keep(planner, net_mark_shared(mark, name, planner->context.owner));
	net_planner_add(planner, NET_ACT_LINK_SET_UP, true, name);
}

static bool is_taken(const struct net_planner *planner, const char *name)
{
	return strings_contain(&planner->outer_names, name) ||
		(net_have_find_root(planner->context.have, name) &&
			!net_goal_outer_goes(&planner->context,
				net_have_find_root(planner->context.have, name)));
}

/* As an operator would, "eth0.100"; another one where that is too long or taken. */
static const char *choose_outer_name(struct net_planner *planner, const struct net_want_link *want,
	const char *parent, size_t tags)
{
	char name[NET_IFNAME_SIZE];

	if (!net_goal_outer_name(want, parent, tags, name) || is_taken(planner, name))
		for (unsigned int i = 0; i == 0 || is_taken(planner, name); i++)
			snprintf(name, sizeof(name), "outer%u", i);
	return net_planner_keep(planner, name);
}

/* "BELOW/PROTOCOL ID" */
static const char *outer_key(struct net_planner *planner, const struct net_want_link *want,
	size_t tags, const char *below)
{
	char key[64];

	snprintf(key, sizeof(key), "%s/%x %u", below, net_goal_vlan_protocol(want, tags - 1),
		want->tags[tags - 1]);
	return net_planner_keep(planner, key);
}

/* That device's name; it is made, or set up, with the first that needs it. */
static const char *plan_outer(struct net_planner *planner, const struct net_want_link *want,
	const char *parent, size_t tags, const char *below)
{
	const struct net_have_link *link = net_goal_outer(&planner->context, want, tags);
	const char *key = outer_key(planner, want, tags, below), *name;

	for (size_t i = 0; i < planner->outer_keys.count; i++)
		if (strcmp(planner->outer_keys.items[i], key) == 0)
			return net_planner_keep(planner, planner->outer_names.items[i]);
	name = link ? link->name : choose_outer_name(planner, want, parent, tags);
	if (!link)
		create_outer(planner, want, tags, below, name);
	else if (!(link->flags & IFF_UP) && net_goal_is_our_outer(&planner->context, link))
		net_planner_add(planner, NET_ACT_LINK_SET_UP, true, name);
	strings_add(&planner->outer_keys, key);
	strings_add(&planner->outer_names, name);
	return name;
}

/* Its own name, whichever the config knows it by. */
static const char *parent_name(const struct net_planner *planner, const struct net_want_link *want)
{
	const struct net_have_link *link = net_have_find_root(planner->context.have, want->parent);

	return link ? link->name : want->parent;
}

/* The shared devices that the last tag stands on are there and up; returns the innermost's name.
 */
static const char *plan_outers(struct net_planner *planner, const struct net_want_link *want)
{
	const char *parent = want->n_tags > 1 ? parent_name(planner, want) : want->parent;
	const char *below = parent;

	for (size_t tags = 1; tags < want->n_tags; tags++)
		below = plan_outer(planner, want, parent, tags, below);
	return below;
}

static int root_ifindex(const struct net_planner *planner, const char *name)
{
	const struct net_have_link *link = net_have_find_root(planner->context.have, name);

	/* One that goes gives its name to another. */
	return link && !net_goal_outer_goes(&planner->context, link) ? link->ifindex : 0;
}

/* It takes its flags from what it is made on. */
static void create_vlan(struct net_planner *planner, struct net_goals *goals, struct net_goal *goal)
{
	const struct net_want_link *want = goal->want;
	const struct net_have_link *trunk = net_have_find_root(planner->context.have, want->parent);
	const char *below = plan_outers(planner, want);
	struct net_act_create *create =
		&plan_create_inside(planner, goals, goal, NET_LINK_VLAN)->create;

	create->parent = below;
	create->parent_ifindex = root_ifindex(planner, below);
	create->vlan_id = want->tags[want->n_tags - 1];
	create->vlan_protocol = net_goal_vlan_protocol(want, want->n_tags - 1);
	snprintf(goal->fresh.kind, sizeof(goal->fresh.kind), "vlan");
	goal->fresh.flags |= trunk ? trunk->flags & IFF_NOARP : 0;
}

static void create_macvlan(
	struct net_planner *planner, struct net_goals *goals, struct net_goal *goal)
{
	struct net_act_create *create =
		&plan_create_inside(planner, goals, goal, NET_LINK_MACVLAN)->create;

	create->has_mac = true;
	create->parent = goal->want->parent;
	create->parent_ifindex = root_ifindex(planner, goal->want->parent);
}

/* Set down it loses its IPv6 addresses and routes, so all is put on it again. */
static void rename_device(struct net_planner *planner, struct net_goal *goal)
{
	rename_link(planner, false, goal->renamed, goal->name);
	goal->fresh = *goal->renamed;
	goal->fresh.flags &= ~(unsigned int)IFF_UP;
	goal->have = &goal->fresh;
}

/* As it will be in the root namespace by then; aliased: its name inside is an alternative one of it there, which
 * the kernel has once only. */
static struct net_have_link device_of(struct net_planner *planner, const struct net_goals *goals,
	const struct net_goal *goal, bool *aliased)
{
	const struct net_have *have = planner->context.have;
	const struct net_have_link *link =
		net_have_find_device(have, goal->want, goals->want->name, planner->context.owner);
	const struct net_have_netns *from = &have->root;
	struct net_have_link coming;
	struct net_mark mark;

	*aliased = link && strcmp(link->name, goal->name) != 0 &&
		net_have_is_named(from, link, goal->name);
	if (link)
		return *link;
	link = net_goal_coming_device(&planner->context, goal->want, goals->want->name, &from);
	coming = *link;
	(void)net_mark_parse(coming.mark, &mark);
	/* Given back it has that again where it is the name that it has inside now. */
	*aliased = strcmp(mark.was.name, goal->name) != 0 &&
		(strcmp(link->name, goal->name) == 0 ? mark.was.alias == net_mark_alias(goal->name)
						     : net_have_is_named(from, link, goal->name));
	coming.ifindex = 0;
	coming.mtu_bytes = mark.was.mtu_bytes;
	coming.flags = mark.was.up ? IFF_UP : 0;
	coming.mark[0] = '\0';
	memcpy(coming.name, mark.was.name, sizeof(coming.name));
	memcpy(coming.mac, mark.was.mac, sizeof(coming.mac));
	return coming;
}

/* The mark goes on before the move, so that a NIC can never be inside and unknown. */
static void move_device(struct net_planner *planner, struct net_goals *goals, struct net_goal *goal)
{
	bool aliased;
	const struct net_have_link link = device_of(planner, goals, goal, &aliased);
	struct net_mark_was was = { .mtu_bytes = link.mtu_bytes, .up = link.flags & IFF_UP };
	const char *name = net_planner_keep(planner, link.name);
	struct net_act *act;

	goal->fresh = link;
	if (!link.mark[0]) {
		memcpy(was.name, link.name, sizeof(was.name));
		memcpy(was.mac, link.mac, sizeof(was.mac));
		was.alias = aliased ? net_mark_alias(goal->name) : 0;
		net_mark_moved(goal->fresh.mark, goals->want->name, &was, planner->context.owner);
		act = net_planner_add(planner, NET_ACT_ALTNAME_ADD, true, name);
		act->name = net_planner_keep(planner, goal->fresh.mark);
	}
	if (aliased)
		net_planner_add(planner, NET_ACT_ALTNAME_DELETE, true, name)->name = goal->name;
	act = net_planner_add(planner, NET_ACT_LINK_MOVE_IN, true, goal->name);
	act->name = name;
	act->ifindex = link.ifindex;
	goal->fresh.ifindex = 0;
	goal->fresh.flags = 0;
	goal->fresh.addr_gen_mode = IN6_ADDR_GEN_MODE_EUI64;
	forget_guards(&goal->fresh);
	goal->fresh.accept_ra = goal->fresh.accept_redirects6 = 1;
	goal->fresh.disable_ipv6 = 0;
	goal->have = &goal->fresh;
}

/* Both ends begin with what the one has whose group makes them. */
static uint32_t peer_mtu(const struct net_planner *planner, const struct net_want_link *want)
{
	const struct net_want *all = planner->context.want;

	for (size_t i = 0; i < all->n_netns; i++)
		for (size_t l = 0; l < all->netns[i].n_links; l++) {
			const struct net_want_link *link = &all->netns[i].links[l];

			if (strcmp(all->netns[i].name, want->peer_netns) == 0 &&
				strcmp(link->name, want->peer_name) == 0 && link->mtu_bytes)
				return link->mtu_bytes;
		}
	return ETH_DATA_LEN;
}

/* Either end's group makes both: the one that comes first. */
static void create_veth(struct net_planner *planner, struct net_goals *goals, struct net_goal *goal)
{
	const struct net_want_link *want = goal->want;
	char end[NET_MARK_SIZE];
	struct net_act *act;

	snprintf(end, sizeof(end), "%s/%s", goals->want->name, want->name);
	if (strings_contain(&planner->veths, end)) {
		snprintf(goal->fresh.name, sizeof(goal->fresh.name), "%s", goal->name);
		forget_guards(&goal->fresh);
		goal->fresh.accept_ra = goal->fresh.accept_redirects6 = 1;
		goal->fresh.mtu_bytes = peer_mtu(planner, want);
		if (goal->fresh.mtu_bytes < IPV6_MIN_MTU)
			goal->fresh.addr_gen_mode = goal->fresh.accept_ra =
				goal->fresh.accept_redirects6 = goal->fresh.disable_ipv6 = -1;
		goal->have = &goal->fresh;
		return;
	}
	act = plan_create_inside(planner, goals, goal, NET_LINK_VETH);
	act->create.peer_netns = want->peer_netns;
	act->create.peer_name = want->peer_name;
	snprintf(end, sizeof(end), "%s/%s", want->peer_netns, want->peer_name);
	strings_add(&planner->veths, end);
}

typedef void (*create_fn)(struct net_planner *, struct net_goals *, struct net_goal *);

static const create_fn creators[] = {
	[NET_LINK_VLAN] = create_vlan,
	[NET_LINK_MACVLAN] = create_macvlan,
	[NET_LINK_DEVICE] = move_device,
	[NET_LINK_VETH] = create_veth,
};

void net_plan_links_create(struct net_planner *planner, struct net_goals *goals)
{
	size_t first = goals->want->has_uplink ? 2 : 0;

	if (first && !goals->items[0].have)
		create_uplink(planner, goals);
	/* A new link may have the name that another one gives up. */
	for (size_t i = first; i < goals->count; i++)
		if (goals->items[i].renamed)
			rename_device(planner, &goals->items[i]);
	for (size_t i = first; i < goals->count; i++)
		if (goals->items[i].renamed)
			continue;
		else if (goals->items[i].have)
			(void)plan_outers(planner, goals->items[i].want);
		else
			creators[goals->items[i].want->kind](planner, goals, &goals->items[i]);
}
