// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Planning a namespace's routes. One destination and metric is one route, however many next hops it
 * has: the kernel keeps them as one in IPv4 and IPv6 alike. What differs is deleted before addresses
 * go and made anew behind them, so that neither hangs on what the kernel drops along with an address.
 */
#include <stdlib.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/memory.h"
#include "net/foreign.h"
#include "net/planner.h"

#define IPV6_DEFAULT_METRIC   1024 /* IP6_RT_PRIO_USER */
#define IPV6_CONNECTED_METRIC 256  /* IP6_RT_PRIO_ADDRCONF */

struct hop {
	const char *dev; /* NULL: the kernel finds it */
	int ifindex;     /* 0: not known yet */
	struct address via;
	bool onlink;
	bool fresh;     /* its link is new, or has lost its routes */
	bool connected; /* the kernel has made it with an address */
};

struct route_goal {
	const struct net_want_route *want; /* the first of its next hops */
	uint32_t metric;
	struct hop *hops;
	size_t n_hops;
	bool met; /* the kernel has it, and will still */
};

struct net_route_goals {
	struct route_goal *items; /* by key */
	size_t count;
	struct route_goal **ordered; /* as wanted */
};

/* ---- next hops ---- */

static bool reaches(const struct net_goal *goal, const struct address *via, int *length)
{
	bool found = false;

	for (size_t i = 0; i < goal->n_addresses; i++)
		if (address_in_network(&goal->addresses[i], via) &&
			goal->addresses[i].prefix_length > *length) {
			*length = goal->addresses[i].prefix_length;
			found = true;
		}
	return found;
}

/* As the kernel would find it: the longest network counts. */
static const struct net_goal *hop_link(
	const struct net_goals *goals, const struct net_want_route *want)
{
	const struct net_goal *found = NULL;
	int length = -1;

	if (want->dev)
		return net_goals_find(goals, want->dev);
	for (size_t i = 0; i < goals->count; i++)
		if (!goals->items[i].in_root && reaches(&goals->items[i], &want->via, &length))
			found = &goals->items[i];
	return found;
}

static uint32_t metric_of(const struct net_want_route *want)
{
	return want->metric || want->destination.family == AF_INET ? want->metric
								   : IPV6_DEFAULT_METRIC;
}

static bool same_network(const struct address *network, const struct address *own)
{
	return network->prefix_length == own->prefix_length && address_in_network(own, network);
}

/* That of an address of the link. */
static bool is_connected(const struct net_goal *link, const struct net_want_route *want)
{
	bool four = want->destination.family == AF_INET;

	if (want->via.family != AF_UNSPEC ||
		metric_of(want) != (four ? 0 : IPV6_CONNECTED_METRIC) ||
		(four && want->destination.prefix_length == 32))
		return false;
	for (size_t i = 0; i < link->n_addresses; i++)
		if (same_network(&want->destination, &link->addresses[i]))
			return true;
	return false;
}

static struct hop hop_make(const struct net_goals *goals, const struct net_want_route *want)
{
	const struct net_goal *link = hop_link(goals, want);
	const struct net_have_link *other =
		!link && want->dev ? net_have_find_link(goals->have, want->dev) : NULL;
	struct hop hop = { .dev = link ? link->name : want->dev, .via = want->via };
	int length = -1;

	if (link) {
		hop.ifindex = link->have->ifindex;
		hop.fresh = link->have == &link->fresh || !(link->have->flags & IFF_UP) ||
			(link->lost_ipv4 && want->destination.family == AF_INET);
		hop.connected = is_connected(link, want);
	} else if (other) {
		hop.ifindex = other->ifindex;
	}
	hop.onlink = want->dev && want->via.family != AF_UNSPEC &&
		!(link && reaches(link, &want->via, &length));
	return hop;
}

static bool same_via(const struct address *a, const struct address *b)
{
	return a->family == b->family &&
		(a->family == AF_UNSPEC || memcmp(a->bytes, b->bytes, address_size(a)) == 0);
}

static bool same_dev(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static void goal_add_hop(struct route_goal *goal, const struct hop *hop)
{
	for (size_t i = 0; i < goal->n_hops; i++)
		if (same_via(&goal->hops[i].via, &hop->via) &&
			same_dev(goal->hops[i].dev, hop->dev))
			return;
	*array_append(&goal->hops, &goal->n_hops) = *hop;
}

/* ---- one destination, one route ---- */

static int key_compare(
	const struct address *a, uint32_t a_metric, const struct address *b, uint32_t b_metric)
{
	int order = memcmp(a->bytes, b->bytes, sizeof(a->bytes));

	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	if (order)
		return order;
	if (a->prefix_length != b->prefix_length)
		return a->prefix_length < b->prefix_length ? -1 : 1;
	return a_metric < b_metric ? -1 : a_metric > b_metric;
}

static int want_compare(const void *left, const void *right)
{
	const struct net_want_route *a = *(const struct net_want_route *const *)left;
	const struct net_want_route *b = *(const struct net_want_route *const *)right;
	int order = key_compare(&a->destination, metric_of(a), &b->destination, metric_of(b));

	return order ? order : a < b ? -1 : 1;
}

static int goal_compare(const void *left, const void *right)
{
	const struct route_goal *a = left, *b = right;

	return key_compare(&a->want->destination, a->metric, &b->want->destination, b->metric);
}

static int order_compare(const void *left, const void *right)
{
	const struct route_goal *a = *(const struct route_goal *const *)left;
	const struct route_goal *b = *(const struct route_goal *const *)right;

	return a->want < b->want ? -1 : 1;
}

static void goals_order(struct net_route_goals *routes)
{
	routes->ordered = xcalloc(routes->count, sizeof(struct route_goal *));
	for (size_t i = 0; i < routes->count; i++)
		routes->ordered[i] = &routes->items[i];
	if (routes->count)
		qsort(routes->ordered, routes->count, sizeof(struct route_goal *), order_compare);
}

static struct net_route_goals *goals_make(const struct net_goals *goals)
{
	struct net_route_goals *routes = xcalloc(1, sizeof(*routes));
	size_t n = goals->want->n_routes;
	const struct net_want_route **sorted = xcalloc(n, sizeof(struct net_want_route *));

	for (size_t i = 0; i < n; i++)
		sorted[i] = &goals->want->routes[i];
	if (n)
		qsort(sorted, n, sizeof(struct net_want_route *), want_compare);
	for (size_t i = 0; i < n; i++) {
		struct hop hop = hop_make(goals, sorted[i]);
		struct route_goal *goal = i ? &routes->items[routes->count - 1] : NULL;

		if (!goal ||
			key_compare(&goal->want->destination, goal->metric, &sorted[i]->destination,
				metric_of(sorted[i])) != 0) {
			goal = array_append(&routes->items, &routes->count);
			goal->want = sorted[i];
			goal->metric = metric_of(sorted[i]);
		}
		goal_add_hop(goal, &hop);
	}
	free(sorted);
	goals_order(routes);
	return routes;
}

/* ---- what there is ---- */

static struct net_have_hop have_hop(const struct net_have_route *have, size_t i)
{
	return i ? have->others[i - 1] : (struct net_have_hop){ have->ifindex, have->via };
}

static bool has_hop(const struct net_have_route *have, const struct hop *hop)
{
	for (size_t i = 0; i <= have->n_others; i++) {
		struct net_have_hop other = have_hop(have, i);

		if (same_via(&other.via, &hop->via) &&
			(!hop->ifindex || hop->ifindex == other.ifindex))
			return true;
	}
	return false;
}

static bool route_matches(const struct route_goal *goal, const struct net_have_route *have)
{
	if (goal->n_hops != have->n_others + 1)
		return false;
	for (size_t i = 0; i < goal->n_hops; i++)
		if (!has_hop(have, &goal->hops[i]))
			return false;
	return true;
}

static bool is_fresh(const struct route_goal *goal)
{
	for (size_t i = 0; i < goal->n_hops; i++)
		if (goal->hops[i].fresh)
			return true;
	return false;
}

static struct route_goal *goal_of(
	const struct net_route_goals *routes, const struct net_have_route *have)
{
	const struct net_want_route want = { .destination = have->destination };
	const struct route_goal key = { .want = &want, .metric = have->metric };

	if (!routes->count)
		return NULL;
	return bsearch(&key, routes->items, routes->count, sizeof(key), goal_compare);
}

/* A next hop over a link that goes or is down is gone with it. */
static bool hop_survives(const struct net_goals *goals, int ifindex)
{
	const struct net_have_link *link = net_have_find_ifindex(goals->have, ifindex);
	const struct net_goal *goal = link ? net_goals_find(goals, link->name) : NULL;

	if (!link || !(link->flags & IFF_UP))
		return false;
	return goal ? goal->have == link : !net_have_link_is_ours(link);
}

static bool survives(const struct net_goals *goals, const struct net_have_route *have)
{
	for (size_t i = 0; i <= have->n_others; i++)
		if (hop_survives(goals, have_hop(have, i).ifindex))
			return true;
	return false;
}

/* ---- the networks of the addresses ---- */

static bool leads_to_network(const struct net_have_route *have, const struct net_goal *goal,
	const struct address *address)
{
	return have->ifindex == goal->have->ifindex && have->via.family == AF_UNSPEC &&
		!have->n_others && same_network(&have->destination, address);
}

/* The kernel makes it with the address, and never again once somebody has deleted it. */
static bool has_network_route(const struct net_have_netns *have, const struct net_goal *goal,
	const struct address *address)
{
	for (size_t i = 0; i < have->n_routes; i++)
		if (leads_to_network(&have->routes[i], goal, address))
			return true;
	return false;
}

/* The kernel has made its route, though it may still ask whether another host has the address. */
static bool is_in_use(const struct net_have_netns *have, const struct net_goal *goal,
	const struct address *address)
{
	for (size_t i = 0; i < have->n_addresses; i++)
		if (have->addresses[i].ifindex == goal->have->ifindex &&
			have->addresses[i].standing != NET_ADDRESS_DUPLICATE &&
			address_equal(&have->addresses[i].address, address))
			return true;
	return false;
}

/* 0.0.0.0/8 and what has it within: the kernel makes no route of its own for "this network" (RFC 1122 3.2.1.3). */
static bool is_this_network(const struct address *address)
{
	return address->family == AF_INET &&
		!(address->bytes[0] & address_network_mask(address, 0));
}

/* Of an address that stays as it is, on a link that does; with any other the kernel makes it. */
static bool lacks_network_route(
	const struct net_goals *goals, const struct net_goal *goal, const struct address *address)
{
	bool four = address->family == AF_INET;

	return address->prefix_length < (four ? 32 : 128) && !is_this_network(address) &&
		!goal->in_root && goal->have && goal->have != &goal->fresh &&
		(goal->have->flags & IFF_UP) && !(four && goal->lost_ipv4) &&
		is_in_use(goals->have, goal, address) &&
		!has_network_route(goals->have, goal, address);
}

/* ---- acts ---- */

static void plan_add_network(
	struct net_planner *planner, const struct net_goal *goal, const struct address *address)
{
	struct net_act *act = net_planner_add(planner, NET_ACT_ROUTE_ADD, false, goal->name);
	struct address *network = &act->route.destination;

	act->minor = true;
	act->ifindex = goal->have->ifindex;
	act->route.prefix = true;
	*network = *address;
	for (size_t i = 0; i < address_size(address); i++)
		network->bytes[i] &= address_network_mask(address, i);
	if (address->family == AF_INET)
		act->route.source = *address;
	else
		act->route.metric = IPV6_CONNECTED_METRIC;
}

/* Two addresses of one network have one route. */
static bool is_first_of_network(const struct net_goal *goal, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (same_network(&goal->addresses[i], &goal->addresses[at]))
			return false;
	return true;
}

static void plan_add_networks(struct net_planner *planner, const struct net_goals *goals)
{
	for (size_t i = 0; i < goals->count; i++) {
		const struct net_goal *goal = &goals->items[i];

		for (size_t k = 0; k < goal->n_addresses; k++)
			if (is_first_of_network(goal, k) &&
				lacks_network_route(goals, goal, &goal->addresses[k]))
				plan_add_network(planner, goal, &goal->addresses[k]);
	}
}

static const char *link_name(const struct net_goals *goals, int ifindex)
{
	const struct net_have_link *link = net_have_find_ifindex(goals->have, ifindex);

	return link ? link->name : NULL;
}

/* dev may be NULL. */
static struct net_act_hop act_hop(
	const char *dev, int ifindex, const struct address *via, bool onlink)
{
	struct net_act_hop hop = { .ifindex = ifindex, .via = *via, .onlink = onlink };

	snprintf(hop.dev, sizeof(hop.dev), "%s", dev ? dev : "");
	return hop;
}

static void plan_delete(struct net_planner *planner, const struct net_goals *goals,
	const struct net_have_route *have)
{
	struct net_act *act = net_planner_add(
		planner, NET_ACT_ROUTE_DELETE, false, link_name(goals, have->ifindex));
	struct net_act_hop *others;

	act->ifindex = have->ifindex;
	act->route.destination = have->destination;
	act->route.metric = have->metric;
	act->route.via = have->via;
	act->route.n_others = have->n_others;
	others = net_planner_keep_hops(planner, have->n_others);
	act->route.others = others;
	for (size_t i = 0; i < have->n_others; i++)
		others[i] = act_hop(link_name(goals, have->others[i].ifindex),
			have->others[i].ifindex, &have->others[i].via, false);
}

/* Nothing of others is deleted for it; the kernel has one route of a destination and metric. */
static const char *find_rival(
	struct net_planner *planner, const struct net_goals *goals, const struct route_goal *goal)
{
	char route[NET_ACT_TEXT_SIZE], text[NET_ACT_TEXT_SIZE + 64];

	if (!net_foreign_rival(goals->have, &goal->want->destination, goal->metric, route))
		return NULL;
	snprintf(text, sizeof(text), "foreign route '%s' is in its place", route);
	return net_planner_keep(planner, text);
}

static void plan_add(
	struct net_planner *planner, const struct net_goals *goals, const struct route_goal *goal)
{
	const struct hop *first = &goal->hops[0];
	struct net_act *act = net_planner_add(planner, NET_ACT_ROUTE_ADD, false, first->dev);
	struct net_act_hop *others;

	act->minor = true;
	act->ifindex = first->ifindex;
	act->route.destination = goal->want->destination;
	act->route.metric = goal->want->metric;
	act->route.rival = find_rival(planner, goals, goal);
	act->route.via = first->via;
	act->route.onlink = first->onlink;
	act->route.n_others = goal->n_hops - 1;
	others = net_planner_keep_hops(planner, goal->n_hops - 1);
	act->route.others = others;
	for (size_t i = 1; i < goal->n_hops; i++)
		others[i - 1] = act_hop(goal->hops[i].dev, goal->hops[i].ifindex,
			&goal->hops[i].via, goal->hops[i].onlink);
}

/* True where there is nothing to be done: what somebody else made is as good as ours. */
static bool is_met(struct net_route_goals *routes, const struct net_have_route *have)
{
	struct route_goal *goal = goal_of(routes, have);

	if (!goal || !route_matches(goal, have))
		return false;
	goal->met = goal->met || !is_fresh(goal);
	return goal->met;
}

struct net_route_goals *net_plan_routes_delete(
	struct net_planner *planner, const struct net_goals *goals)
{
	struct net_route_goals *routes = goals_make(goals);

	for (size_t i = 0; i < goals->have->n_routes; i++) {
		const struct net_have_route *have = &goals->have->routes[i];

		if (is_met(routes, have) || have->protocol != NET_PROTOCOL ||
			!survives(goals, have))
			continue;
		plan_delete(planner, goals, have);
	}
	return routes;
}

/* All next hops have a device that is known. */
static bool is_known(const struct route_goal *goal)
{
	for (size_t i = 0; i < goal->n_hops; i++)
		if (!goal->hops[i].dev)
			return false;
	return true;
}

/* First the networks, then those whose devices are known; the others may lead over them. */
void net_plan_routes_add(
	struct net_planner *planner, const struct net_goals *goals, struct net_route_goals *routes)
{
	plan_add_networks(planner, goals);
	for (int known = 1; known >= 0; known--)
		for (size_t i = 0; i < routes->count; i++) {
			const struct route_goal *goal = routes->ordered[i];

			if (!goal->met && !(goal->n_hops == 1 && goal->hops[0].connected) &&
				is_known(goal) == known)
				plan_add(planner, goals, goal);
		}
	for (size_t i = 0; i < routes->count; i++)
		free(routes->items[i].hops);
	free(routes->items);
	free(routes->ordered);
	free(routes);
}
