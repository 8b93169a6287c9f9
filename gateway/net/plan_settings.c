// SPDX-License-Identifier: GPL-2.0-or-later
/* Planning the settings of links. */
#include <linux/if_link.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>

#include "net/planner.h"

static struct net_act *add(
	struct net_planner *planner, const struct net_goal *goal, enum net_act_kind kind)
{
	struct net_act *act = net_planner_add(planner, kind, goal->in_root, goal->name);

	act->ifindex = goal->have->ifindex;
	return act;
}

/* ---- the link itself ---- */

bool net_plan_ipv6_comes_back(const struct net_goal *goal)
{
	return goal->have->addr_gen_mode < 0 && goal->have->mtu_bytes < IPV6_MIN_MTU &&
		goal->mtu_bytes >= IPV6_MIN_MTU;
}

bool net_plan_has_ipv6(const struct net_goal *goal)
{
	uint32_t mtu_bytes = goal->mtu_bytes ? goal->mtu_bytes : goal->have->mtu_bytes;

	return !mtu_bytes || mtu_bytes >= IPV6_MIN_MTU;
}

static void plan_mark(struct net_planner *planner, const struct net_goal *goal)
{
	if (!goal->have->mark[0])
		add(planner, goal, NET_ACT_ALTNAME_ADD)->name =
			net_planner_keep(planner, goal->mark);
}

/* A VLAN is made without ARP on a parent without. */
static bool lacks_arp(const struct net_goal *goal)
{
	return goal->arp && (goal->have->flags & IFF_NOARP);
}

/*
 * What comes in by a port of a bridge or bond goes there, and what a link of a kernel VRF routes is in that one's table:
 * the link has its addresses and hears nothing by them. Its root end may be in a VRF of the machine's management.
 */
static void plan_release(
	struct net_planner *planner, const struct net_goal *goal, const struct net_have_netns *side)
{
	char text[2 * NET_IFNAME_SIZE];

	if (!goal->have->master || (goal->in_root && strcmp(goal->have->port_kind, "vrf") == 0))
		return;
	add(planner, goal, NET_ACT_LINK_RELEASE)->name =
		net_planner_keep(planner, net_have_master_text(side, goal->have, text));
}

/* Where the link is new its name is as good as an index, and known. */
static void plan_link(struct net_planner *planner, const struct net_goal *goal)
{
	const struct net_have_link *have = goal->have;
	struct net_act *act;
	int mode = goal->quiet ? IN6_ADDR_GEN_MODE_NONE : IN6_ADDR_GEN_MODE_EUI64;
	bool mode_differs = have->addr_gen_mode >= 0 &&
		(have->addr_gen_mode == IN6_ADDR_GEN_MODE_NONE) != goal->quiet;

	if (lacks_arp(goal))
		add(planner, goal, NET_ACT_LINK_SET_ARP);
	if (goal->mtu_bytes && have->mtu_bytes != goal->mtu_bytes) {
		act = add(planner, goal, NET_ACT_LINK_SET_MTU);
		act->mtu.bytes = goal->mtu_bytes;
		if (goal->narrow)
			memcpy(act->mtu.below, goal->narrow->name, sizeof(act->mtu.below));
		act->mtu.below_bytes = goal->narrow ? goal->narrow->mtu_bytes : 0;
		act->minor = goal->want;
	}
	if (goal->has_mac && memcmp(have->mac, goal->mac, sizeof(goal->mac)) != 0)
		memcpy(add(planner, goal, NET_ACT_LINK_SET_MAC)->mac, goal->mac, sizeof(goal->mac));
	/* Before the link goes up: a link-local address once made would stay. */
	if (net_plan_has_ipv6(goal) &&
		(mode_differs || (goal->quiet && net_plan_ipv6_comes_back(goal))))
		add(planner, goal, NET_ACT_LINK_SET_ADDR_GEN_MODE)->number = (uint32_t)mode;
	if (!(have->flags & IFF_UP))
		add(planner, goal, NET_ACT_LINK_SET_UP);
}

/* ---- addresses ---- */

static const struct net_have_netns *side(const struct net_planner *planner,
	const struct net_goals *goals, const struct net_goal *goal)
{
	return goal->in_root ? &planner->context.have->root : goals->have;
}

static bool is_our_address(const struct net_planner *planner, const struct net_have_address *a)
{
	return planner->context.have->knows_address_protocol ? a->protocol == NET_PROTOCOL
							     : !a->link_local && !a->passing;
}

static bool wants_address(const struct net_goal *goal, const struct address *address)
{
	for (size_t i = 0; i < goal->n_addresses; i++)
		if (address_equal(&goal->addresses[i], address))
			return true;
	return false;
}

/* One of ours that is not wanted any more. */
static bool address_goes(const struct net_planner *planner, const struct net_goal *goal,
	const struct net_have_address *a, int family)
{
	return a->ifindex == goal->have->ifindex && a->address.family == family &&
		is_our_address(planner, a) && !wants_address(goal, &a->address);
}

static void plan_address_delete(
	struct net_planner *planner, const struct net_goal *goal, const struct address *address)
{
	struct net_act *act = add(planner, goal, NET_ACT_ADDRESS_DELETE);

	act->address.address = *address;
	act->minor = goal->want;
}

static void plan_addresses_delete(struct net_planner *planner, const struct net_have_netns *have,
	const struct net_goal *goal, int family)
{
	for (size_t i = 0; i < have->n_addresses; i++)
		if (address_goes(planner, goal, &have->addresses[i], family))
			plan_address_delete(planner, goal, &have->addresses[i].address);
}

static const struct net_have_address *find_address(const struct net_have_netns *have,
	const struct net_goal *goal, const struct address *address)
{
	for (size_t i = 0; goal->have != &goal->fresh && i < have->n_addresses; i++)
		if (have->addresses[i].ifindex == goal->have->ifindex &&
			address_equal(&have->addresses[i].address, address))
			return &have->addresses[i];
	return NULL;
}

static bool has_address(const struct net_have_netns *have, const struct net_goal *goal,
	const struct address *address)
{
	return find_address(have, goal, address) != NULL;
}

static void plan_address(
	struct net_planner *planner, const struct net_goal *goal, const struct address *address)
{
	struct net_act *act = add(planner, goal, NET_ACT_ADDRESS_ADD);

	act->address.address = *address;
	act->address.nodad = !goal->want;
	act->minor = goal->want;
}

static bool is_last(const struct address *network, const struct address *address)
{
	struct address last;

	address_network_last(network, &last);
	return address_in_network(network, address) &&
		memcmp(last.bytes, address->bytes, address_size(address)) == 0;
}

static bool goes_anywhere(const struct net_planner *planner, const struct net_goals *goals,
	bool in_root, const struct net_have_address *a)
{
	for (size_t i = 0; i < goals->count; i++)
		if (goals->items[i].in_root == in_root &&
			address_goes(planner, &goals->items[i], a, AF_INET))
			return true;
	return false;
}

/* With the first address of an IPv4 network its others go, too, or are kept, as a setting of the host has
 * it (promote_secondaries). So what shares a network with one that goes is made anew behind it; as is what
 * is the broadcast address of a network that goes, for it would get no network of its own. */
static bool waits_for_going(const struct net_planner *planner, const struct net_goals *goals,
	const struct net_goal *goal, const struct address *address)
{
	const struct net_have_netns *have = side(planner, goals, goal);

	for (size_t i = 0; address->family == AF_INET && i < have->n_addresses; i++) {
		const struct net_have_address *a = &have->addresses[i];

		if (!address_in_network(&a->address, address))
			continue;
		if (!a->secondary && a->address.prefix_length == address->prefix_length &&
			address_goes(planner, goal, a, AF_INET))
			return true;
		if (a->address.prefix_length < 31 && is_last(&a->address, address) &&
			goes_anywhere(planner, goals, goal->in_root, a))
			return true;
	}
	return false;
}

static bool keeps_an_ipv4(const struct net_planner *planner, const struct net_goals *goals,
	const struct net_goal *goal)
{
	const struct net_have_netns *have = side(planner, goals, goal);

	for (size_t i = 0; i < goal->n_addresses; i++)
		if (goal->addresses[i].family == AF_INET &&
			!waits_for_going(planner, goals, goal, &goal->addresses[i]))
			return true;
	for (size_t i = 0; i < have->n_addresses; i++) {
		const struct net_have_address *a = &have->addresses[i];

		if (a->ifindex == goal->have->ifindex && a->address.family == AF_INET &&
			!address_goes(planner, goal, a, AF_INET) &&
			!waits_for_going(planner, goals, goal, &a->address))
			return true;
	}
	return false;
}

/* With its last IPv4 address a link loses its IPv4 routes. */
static bool loses_ipv4(const struct net_planner *planner, const struct net_goals *goals,
	const struct net_goal *goal)
{
	const struct net_have_netns *have = side(planner, goals, goal);

	for (size_t i = 0; i < have->n_addresses; i++)
		if (address_goes(planner, goal, &have->addresses[i], AF_INET))
			return !keeps_an_ipv4(planner, goals, goal);
	return false;
}

/* One that is wanted twice is there once. */
static bool is_repeated(const struct net_goal *goal, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (address_equal(&goal->addresses[i], &goal->addresses[n]))
			return true;
	return false;
}

/* The kernel looks for a duplicate only when an address comes. */
static void plan_retry(
	struct net_planner *planner, const struct net_goal *goal, const struct address *address)
{
	plan_address_delete(planner, goal, address);
	planner->group->acts[planner->group->n_acts - 1].address.retry = true;
	plan_address(planner, goal, address);
	planner->group->acts[planner->group->n_acts - 1].address.retry = true;
}

static bool is_retried(enum net_retry retry, const struct net_have_address *have)
{
	switch (have->standing) {
	case NET_ADDRESS_USABLE:
		return false;
	case NET_ADDRESS_TENTATIVE:
		return retry == NET_RETRY_TENTATIVE;
	case NET_ADDRESS_DUPLICATE:
		return retry != NET_RETRY_NONE;
	}
	__builtin_unreachable();
}

static void plan_addresses(struct net_planner *planner, const struct net_goals *goals,
	struct net_goal *goal, const struct net_have_netns *have)
{
	for (size_t i = 0; i < goal->n_addresses; i++) {
		const struct address *address = &goal->addresses[i];
		const struct net_have_address *there = find_address(have, goal, address);

		if (is_repeated(goal, i))
			continue;
		if (there && is_retried(goals->want->retry, there))
			plan_retry(planner, goal, address);
		else if (!there && !waits_for_going(planner, goals, goal, address))
			plan_address(planner, goal, address);
	}
	goal->lost_ipv4 = loses_ipv4(planner, goals, goal);
}

void net_plan_addresses_delete6(
	struct net_planner *planner, const struct net_goals *goals, const struct net_goal *goal)
{
	plan_addresses_delete(planner, side(planner, goals, goal), goal, AF_INET6);
}

void net_plan_addresses_delete4(
	struct net_planner *planner, const struct net_goals *goals, const struct net_goal *goal)
{
	const struct net_have_netns *have = side(planner, goals, goal);

	for (size_t i = 0; i < goal->n_addresses; i++)
		if (!is_repeated(goal, i) && has_address(have, goal, &goal->addresses[i]) &&
			waits_for_going(planner, goals, goal, &goal->addresses[i]))
			plan_address_delete(planner, goal, &goal->addresses[i]);
	plan_addresses_delete(planner, have, goal, AF_INET);
}

void net_plan_addresses_add4(
	struct net_planner *planner, const struct net_goals *goals, const struct net_goal *goal)
{
	for (size_t i = 0; i < goal->n_addresses; i++)
		if (!is_repeated(goal, i) &&
			waits_for_going(planner, goals, goal, &goal->addresses[i]))
			plan_address(planner, goal, &goal->addresses[i]);
}

static bool has_neighbour(const struct net_have_netns *have, const struct net_goal *goal,
	const struct address *address)
{
	/* Switching ARP on drops all of them. */
	if (goal->have == &goal->fresh || lacks_arp(goal))
		return false;
	for (size_t i = 0; i < have->n_neighbours; i++) {
		const struct net_have_neighbour *n = &have->neighbours[i];

		if (n->ifindex == goal->have->ifindex && address_equal(&n->address, address) &&
			memcmp(n->mac, goal->neighbour_mac, sizeof(n->mac)) == 0)
			return true;
	}
	return false;
}

static void plan_neighbours(
	struct net_planner *planner, const struct net_have_netns *have, const struct net_goal *goal)
{
	for (size_t i = 0; i < goal->n_neighbours; i++) {
		struct net_act *act;

		if (has_neighbour(have, goal, &goal->neighbours[i]))
			continue;
		act = add(planner, goal, NET_ACT_NEIGHBOUR_SET);
		/* Without it the kernel asks for the other end. */
		act->minor = true;
		act->neighbour.address = goal->neighbours[i];
		memcpy(act->neighbour.mac, goal->neighbour_mac, sizeof(goal->neighbour_mac));
	}
}

void net_plan_settings(
	struct net_planner *planner, const struct net_goals *goals, struct net_goal *goal)
{
	const struct net_have_netns *have = side(planner, goals, goal);

	plan_mark(planner, goal);
	plan_release(planner, goal, have);
	net_plan_guards(planner, goals, goal);
	plan_link(planner, goal);
	plan_addresses(planner, goals, goal, have);
	plan_neighbours(planner, have, goal);
}
