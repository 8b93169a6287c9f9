// SPDX-License-Identifier: GPL-2.0-or-later
/* Planning the settings of links, and a namespace's routes. */
#include <linux/if_link.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>

#include "net/planner.h"

#define IPV6_DEFAULT_METRIC 1024 /* IP6_RT_PRIO_USER */
#define IPV6_MIN_MTU        1280 /* RFC 8200, 5 */

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

static void plan_mark(struct net_planner *planner, const struct net_goal *goal)
{
	if (!goal->have->mark[0])
		add(planner, goal, NET_ACT_ALTNAME_ADD)->name =
			net_planner_keep(planner, goal->mark);
}

/* Where the link is new its name is as good as an index, and known. */
static void plan_link(struct net_planner *planner, const struct net_goal *goal)
{
	const struct net_have_link *have = goal->have;
	int mode = goal->quiet ? IN6_ADDR_GEN_MODE_NONE : IN6_ADDR_GEN_MODE_EUI64;
	bool mode_differs = have->addr_gen_mode >= 0 &&
		(have->addr_gen_mode == IN6_ADDR_GEN_MODE_NONE) != goal->quiet;

	if (goal->mtu_bytes && have->mtu_bytes != goal->mtu_bytes)
		add(planner, goal, NET_ACT_LINK_SET_MTU)->number = goal->mtu_bytes;
	if (goal->has_mac && memcmp(have->mac, goal->mac, sizeof(goal->mac)) != 0)
		memcpy(add(planner, goal, NET_ACT_LINK_SET_MAC)->mac, goal->mac, sizeof(goal->mac));
	/* Before the link goes up: a link-local address once made would stay. */
	if (mode_differs || (goal->quiet && net_plan_ipv6_comes_back(goal)))
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
							     : !a->link_local;
}

static bool wants_address(const struct net_goal *goal, const struct address *address)
{
	for (size_t i = 0; i < goal->n_addresses; i++)
		if (address_equal(&goal->addresses[i], address))
			return true;
	return false;
}

static void plan_addresses_delete(
	struct net_planner *planner, const struct net_have_netns *have, struct net_goal *goal)
{
	for (size_t i = 0; i < have->n_addresses; i++) {
		const struct net_have_address *a = &have->addresses[i];

		if (a->ifindex != goal->have->ifindex || !is_our_address(planner, a) ||
			wants_address(goal, &a->address))
			continue;
		add(planner, goal, NET_ACT_ADDRESS_DELETE)->address.address = a->address;
		if (a->address.family == AF_INET)
			goal->lost_ipv4 = true;
	}
}

static bool has_address(const struct net_have_netns *have, const struct net_goal *goal,
	const struct address *address)
{
	/* Deleting the first address of an IPv4 network takes its others along. */
	if (goal->have == &goal->fresh || (goal->lost_ipv4 && address->family == AF_INET))
		return false;
	for (size_t i = 0; i < have->n_addresses; i++)
		if (have->addresses[i].ifindex == goal->have->ifindex &&
			address_equal(&have->addresses[i].address, address))
			return true;
	return false;
}

static void plan_addresses(
	struct net_planner *planner, const struct net_have_netns *have, struct net_goal *goal)
{
	plan_addresses_delete(planner, have, goal);
	for (size_t i = 0; i < goal->n_addresses; i++) {
		struct net_act *act;

		if (has_address(have, goal, &goal->addresses[i]))
			continue;
		act = add(planner, goal, NET_ACT_ADDRESS_ADD);
		act->address.address = goal->addresses[i];
		act->address.nodad = !goal->want;
	}
}

static bool has_neighbour(const struct net_have_netns *have, const struct net_goal *goal,
	const struct address *address)
{
	for (size_t i = 0; goal->have != &goal->fresh && i < have->n_neighbours; i++) {
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
		act->neighbour.address = goal->neighbours[i];
		memcpy(act->neighbour.mac, goal->neighbour_mac, sizeof(goal->neighbour_mac));
	}
}

void net_plan_settings(
	struct net_planner *planner, const struct net_goals *goals, struct net_goal *goal)
{
	const struct net_have_netns *have = side(planner, goals, goal);

	plan_mark(planner, goal);
	net_plan_guards(planner, goals, goal);
	plan_link(planner, goal);
	plan_addresses(planner, have, goal);
	plan_neighbours(planner, have, goal);
}

/* ---- routes ---- */

/* A wanted route with its device found. */
struct route_goal {
	const struct net_want_route *want;
	const char *dev; /* NULL: the kernel finds it */
	int ifindex;     /* 0: not known yet */
	bool fresh;      /* its link is new, or has lost its routes */
	bool onlink;
};

static bool reaches(const struct net_goal *goal, const struct address *via)
{
	for (size_t i = 0; i < goal->n_addresses; i++)
		if (goal->addresses[i].family == via->family &&
			address_in_network(&goal->addresses[i], via))
			return true;
	return false;
}

static const struct net_goal *route_link(
	const struct net_goals *goals, const struct net_want_route *want)
{
	if (want->dev)
		return net_goals_find(goals, want->dev);
	for (size_t i = 0; i < goals->count; i++)
		if (!goals->items[i].in_root && reaches(&goals->items[i], &want->via))
			return &goals->items[i];
	return NULL;
}

static struct route_goal route_goal_make(
	const struct net_goals *goals, const struct net_want_route *want)
{
	const struct net_goal *link = route_link(goals, want);
	const struct net_have_link *other =
		!link && want->dev ? net_have_find_link(goals->have, want->dev) : NULL;
	struct route_goal route = { .want = want, .dev = link ? link->name : want->dev };

	if (link) {
		route.ifindex = link->have->ifindex;
		route.fresh = link->have == &link->fresh || !(link->have->flags & IFF_UP) ||
			(link->lost_ipv4 && want->destination.family == AF_INET);
	} else if (other) {
		route.ifindex = other->ifindex;
	}
	route.onlink =
		want->dev && want->via.family != AF_UNSPEC && !(link && reaches(link, &want->via));
	return route;
}

static uint32_t metric_of(const struct net_want_route *want)
{
	return want->metric || want->destination.family == AF_INET ? want->metric
								   : IPV6_DEFAULT_METRIC;
}

static bool same_hop(const struct address *a, const struct address *b)
{
	return a->family == b->family &&
		(a->family == AF_UNSPEC || memcmp(a->bytes, b->bytes, address_size(a)) == 0);
}

static bool route_matches(const struct route_goal *route, const struct net_have_route *have)
{
	return address_equal(&route->want->destination, &have->destination) &&
		metric_of(route->want) == have->metric && same_hop(&route->want->via, &have->via) &&
		(!route->ifindex || route->ifindex == have->ifindex);
}

static const struct net_have_route *have_route(
	const struct net_have_netns *have, const struct route_goal *route)
{
	for (size_t i = 0; i < have->n_routes; i++)
		if (route_matches(route, &have->routes[i]))
			return &have->routes[i];
	return NULL;
}

static bool wants_route(const struct net_goals *goals, const struct net_have_route *have)
{
	for (size_t i = 0; i < goals->want->n_routes; i++) {
		struct route_goal route = route_goal_make(goals, &goals->want->routes[i]);

		if (route_matches(&route, have))
			return true;
	}
	return false;
}

/* Routes over a link that goes or is down are gone with it. */
static bool survives(const struct net_goals *goals, const struct net_have_route *route)
{
	const struct net_have_link *link = net_have_find_ifindex(goals->have, route->ifindex);
	const struct net_goal *goal = link ? net_goals_find(goals, link->name) : NULL;

	if (!link)
		return false;
	if (goal && goal->lost_ipv4 && route->destination.family == AF_INET)
		return false;
	return goal ? goal->have == link : !net_have_link_is_ours(link);
}

static void plan_routes_delete(struct net_planner *planner, const struct net_goals *goals)
{
	for (size_t i = 0; i < goals->have->n_routes; i++) {
		const struct net_have_route *route = &goals->have->routes[i];
		struct net_act *act;

		if (route->protocol != NET_PROTOCOL || wants_route(goals, route) ||
			!survives(goals, route))
			continue;
		act = net_planner_add(planner, NET_ACT_ROUTE_DELETE, false,
			net_have_find_ifindex(goals->have, route->ifindex)->name);
		act->ifindex = route->ifindex;
		act->route.destination = route->destination;
		act->route.via = route->via;
		act->route.metric = route->metric;
	}
}

static void plan_route(
	struct net_planner *planner, const struct net_goals *goals, const struct route_goal *route)
{
	struct net_act *act;
	const struct net_have_route *had = have_route(goals->have, route);

	if (had && !route->fresh)
		return;
	act = net_planner_add(planner, NET_ACT_ROUTE_ADD, false, route->dev);
	act->ifindex = route->ifindex;
	act->route.destination = route->want->destination;
	act->route.via = route->want->via;
	act->route.metric = route->want->metric;
	act->route.onlink = route->onlink;
	/* One that somebody else made is not ours to replace. */
	act->route.replace = had && had->protocol == NET_PROTOCOL;
}

/* First those whose device is known; the others may lead over them. */
void net_plan_routes(struct net_planner *planner, struct net_goals *goals)
{
	plan_routes_delete(planner, goals);
	for (int known = 1; known >= 0; known--)
		for (size_t i = 0; i < goals->want->n_routes; i++) {
			struct route_goal route = route_goal_make(goals, &goals->want->routes[i]);

			if ((route.dev != NULL) == known)
				plan_route(planner, goals, &route);
		}
}
