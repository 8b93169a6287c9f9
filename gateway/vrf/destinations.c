// SPDX-License-Identifier: GPL-2.0-or-later
/* Whether the kernel sends what a VRF's proxy sends as its config wants it. */
#include "vrf/destinations.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/memory.h"

/* What is no host; more distinct next hops than that nobody has. */
#define FIXED_MAX    256
/* Of the hosts, in one round: those whose turn it is, and those known to go astray. */
#define HOSTS_MAX    256
#define SUSPECTS_MAX 64

/* Of no network that is in use (RFC 5737, RFC 3849): only a default route, or half of one, leads there. */
static const struct address nowhere4 = { AF_INET, 32, { 192, 0, 2, 1 } };
static const struct address nowhere6 = { AF_INET6, 128, { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 } };

void destinations_finish(struct destinations *destinations)
{
	free(destinations->astray);
	*destinations = (struct destinations){ 0 };
}

/* ---- what is asked for ---- */

static bool is_link_local(const struct address *address)
{
	return address->family == AF_INET6 && address->bytes[0] == 0xfe &&
		(address->bytes[1] & 0xc0) == 0x80;
}

static void fixed_add(
	struct net_way **ways, size_t *count, enum net_way_kind kind, const struct address *to)
{
	/* A link-local one is on every link, and no route says by which. */
	if (to->family == AF_UNSPEC || is_link_local(to) || *count == FIXED_MAX)
		return;
	for (size_t i = 0; i < *count; i++)
		if ((*ways)[i].kind == kind && (*ways)[i].to.family == to->family &&
			(kind != NET_WAY_ROUTE ||
				(*ways)[i].to.prefix_length == to->prefix_length) &&
			memcmp((*ways)[i].to.bytes, to->bytes, address_size(to)) == 0)
			return;
	*array_append(ways, count) = (struct net_way){ .kind = kind, .to = *to };
}

/* The root side of the uplink, where the proxy has its server or the way to it begins. */
static void server_add(const struct net_want *want, struct net_way **ways, size_t *count)
{
	struct address root[NET_UPLINK_FAMILIES], inside[NET_UPLINK_FAMILIES];
	size_t n = want->netns[0].has_uplink
		? net_want_uplink_addresses(want, want->netns[0].id, root, inside)
		: 0;

	for (size_t i = 0; i < n; i++)
		fixed_add(ways, count, NET_WAY_NEIGHBOUR, &root[i]);
	for (size_t i = 0; n && i < want->servers.count; i++)
		fixed_add(ways, count, NET_WAY_HOST, &want->servers.nodes[i]);
}

size_t destinations_list(const struct net_want *want, struct net_way **ways)
{
	const struct net_want_netns *netns = &want->netns[0];
	size_t count = 0;

	*ways = NULL;
	server_add(want, ways, &count);
	for (size_t i = 0; i < netns->n_routes; i++) {
		const struct net_want_route *route = &netns->routes[i];

		fixed_add(ways, &count, NET_WAY_NEIGHBOUR, &route->via);
		if (route->destination.prefix_length == 0)
			fixed_add(ways, &count, NET_WAY_DEFAULT,
				route->destination.family == AF_INET ? &nowhere4 : &nowhere6);
	}
	for (size_t i = 0; i < netns->n_routes; i++)
		if (netns->routes[i].destination.prefix_length > 0)
			fixed_add(ways, &count, NET_WAY_ROUTE, &netns->routes[i].destination);
	return count;
}

void destinations_add_hosts(
	const struct config_vrf *vrf, size_t from, size_t max, struct net_way **ways, size_t *count)
{
	for (size_t i = from; i < vrf->n_hosts && i - from < max; i++)
		*array_append(ways, count) =
			(struct net_way){ .kind = NET_WAY_HOST, .to = vrf->hosts[i].address };
}

/* ---- next hops by their interfaces ---- */

static const struct config_interface *interface_find(const struct config_vrf *vrf, const char *name)
{
	for (size_t i = 0; i < vrf->n_interfaces; i++)
		if (strcmp(vrf->interfaces[i].name, name) == 0)
			return &vrf->interfaces[i];
	return NULL;
}

static bool is_nearer(const struct address *network, const struct address *to, int *length)
{
	if (!address_in_network(network, to) || network->prefix_length <= *length)
		return false;
	*length = network->prefix_length;
	return true;
}

/* By which the kernel sends to a next hop; NULL: none of the config. */
static const struct config_interface *interface_of(
	const struct config_vrf *vrf, const struct config_route *route, const struct address *via)
{
	const struct config_interface *found = NULL;
	int length = -1;

	if (route->dev)
		return interface_find(vrf, route->dev);
	for (size_t i = 0; i < vrf->n_interfaces; i++)
		for (size_t a = 0; a < vrf->interfaces[i].n_addresses; a++)
			if (is_nearer(&vrf->interfaces[i].addresses[a], via, &length))
				found = &vrf->interfaces[i];
	for (size_t i = 0; i < vrf->n_routes; i++)
		if (vrf->routes[i].n_vias == 0 &&
			is_nearer(&vrf->routes[i].destination, via, &length))
			found = interface_find(vrf, vrf->routes[i].dev);
	return found;
}

static void next_hop_add(struct next_hop **hops, size_t *count,
	const struct config_interface *interface, const struct address *address,
	const struct address *network)
{
	if (!interface || *count == FIXED_MAX)
		return;
	for (size_t i = 0; i < *count; i++)
		if ((*hops)[i].interface == interface &&
			address_same_host((*hops)[i].address, address))
			return;
	*array_append(hops, count) = (struct next_hop){ interface, address, network };
}

size_t next_hops_list(const struct config_vrf *vrf, struct next_hop **hops)
{
	size_t count = 0;

	*hops = NULL;
	for (size_t i = 0; i < vrf->n_interfaces; i++)
		for (size_t g = 0; g < vrf->interfaces[i].n_gateways; g++)
			next_hop_add(hops, &count, &vrf->interfaces[i],
				&vrf->interfaces[i].gateways[g], NULL);
	for (size_t i = 0; i < vrf->n_routes; i++) {
		const struct config_route *route = &vrf->routes[i];

		for (size_t v = 0; v < route->n_vias; v++)
			next_hop_add(hops, &count, interface_of(vrf, route, &route->vias[v]),
				&route->vias[v], &route->destination);
	}
	return count;
}

const char *next_hop_describe(const struct next_hop *hop, char text[NEXT_HOP_TEXT_SIZE])
{
	char address[ADDRESS_TEXT_SIZE], network[ADDRESS_TEXT_SIZE] = "";

	if (hop->network)
		address_format(hop->network, true, network);
	snprintf(text, NEXT_HOP_TEXT_SIZE, "%s on '%s'%s%s%s",
		address_format(hop->address, false, address), hop->interface->name,
		*network ? " (next hop of " : "", network, *network ? ")" : "");
	return text;
}

/* ---- in words ---- */

static bool is_gateway(const struct net_want *want, const struct address *to)
{
	const struct net_want_netns *netns = &want->netns[0];

	for (size_t i = 0; i < netns->n_routes; i++)
		if (netns->routes[i].destination.prefix_length == 0 &&
			address_equal(&netns->routes[i].via, to))
			return true;
	return false;
}

static bool is_uplinks(const struct net_want *want, const struct address *to)
{
	return (want->uplink_prefix.family == to->family &&
		       address_in_network(&want->uplink_prefix, to)) ||
		(want->uplink_prefix4.family == to->family &&
			address_in_network(&want->uplink_prefix4, to));
}

void destination_describe(const struct net_want *want, const struct config_host *host,
	const struct net_way *way, char *text, size_t size)
{
	char address[ADDRESS_TEXT_SIZE];

	address_format(&way->to, way->kind == NET_WAY_ROUTE, address);
	if (host)
		snprintf(text, size, "host '%s' (%s): %s", host->name, address, way->why);
	else if (way->kind == NET_WAY_DEFAULT)
		snprintf(text, size, "default route of %s: %s",
			way->to.family == AF_INET ? "IPv4" : "IPv6", way->why);
	else
		snprintf(text, size, "%s %s: %s",
			way->kind == NET_WAY_ROUTE           ? "route"
				: way->kind == NET_WAY_HOST  ? "server"
				: is_uplinks(want, &way->to) ? "uplink's root side"
				: is_gateway(want, &way->to) ? "gateway"
							     : "next hop",
			address, way->why);
}

/* ---- a round ---- */

/* One round's ways: `fixed` ones, then one for each of `hosts`, its numbers. */
struct round {
	struct net_way *ways;
	size_t count, fixed;
	size_t *hosts;
	size_t n_hosts;
};

static void round_finish(struct round *round)
{
	free(round->ways);
	free(round->hosts);
}

static void round_add_host(struct round *round, const struct config_vrf *vrf, size_t host)
{
	destinations_add_hosts(vrf, host, 1, &round->ways, &round->count);
	*array_append(&round->hosts, &round->n_hosts) = host;
}

static void begin_anew(struct destinations *destinations, const struct config_vrf *vrf)
{
	if (destinations->config == vrf)
		return;
	destinations_finish(destinations);
	destinations->config = vrf;
	destinations->n_hosts = vrf->n_hosts;
	destinations->astray = xcalloc(vrf->n_hosts, sizeof(bool));
}

/* Those known to go astray first, then those whose turn it is. */
static void round_add_hosts(
	struct round *round, struct destinations *destinations, const struct config_vrf *vrf)
{
	size_t n = destinations->n_hosts, suspects = 0;
	size_t turn = n < HOSTS_MAX ? n : HOSTS_MAX;

	for (size_t i = 0; turn < n && i < n && suspects < SUSPECTS_MAX; i++)
		if (destinations->astray[i]) {
			round_add_host(round, vrf, i);
			suspects++;
		}
	for (size_t i = 0; i < turn; i++) {
		round_add_host(round, vrf, destinations->next);
		destinations->next = (destinations->next + 1) % n;
	}
}

static size_t count_astray(struct destinations *destinations, const struct round *round)
{
	size_t count = 0;

	for (size_t i = 0; i < round->fixed; i++)
		count += round->ways[i].astray;
	for (size_t i = 0; i < round->n_hosts; i++)
		destinations->astray[round->hosts[i]] = round->ways[round->fixed + i].astray;
	for (size_t i = 0; i < destinations->n_hosts; i++)
		count += destinations->astray[i];
	return count;
}

/* Of those that were asked for now; there is one, as those known to go astray are asked for every time. */
static void describe_first(const struct net_want *want, const struct config_vrf *vrf,
	const struct round *round, struct destinations_found *found)
{
	for (size_t i = 0; i < round->count; i++) {
		const struct config_host *host =
			i < round->fixed ? NULL : &vrf->hosts[round->hosts[i - round->fixed]];

		if (!round->ways[i].astray)
			continue;
		destination_describe(want, host, &round->ways[i], found->text, sizeof(found->text));
		return;
	}
}

int destinations_ask(struct destinations *destinations, const struct net_want *want,
	const struct config_vrf *vrf, const struct net_netns_state *state,
	struct net_channel *channel, struct destinations_found *found, struct error *err)
{
	cleanup(round_finish) struct round round = { 0 };
	int ret;

	begin_anew(destinations, vrf);
	round.count = round.fixed = destinations_list(want, &round.ways);
	round_add_hosts(&round, destinations, vrf);
	ret = net_ways_read(
		channel, &(struct net_ways){ want, state, round.ways, round.count }, err);
	if (ret < 0)
		return ret;
	*found = (struct destinations_found){ .astray = count_astray(destinations, &round) };
	for (size_t i = 0; i < round.count; i++)
		found->known += round.ways[i].known;
	describe_first(want, vrf, &round, found);
	return 0;
}
