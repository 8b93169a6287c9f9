// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Judging the routes of a VRF as the kernel will: who reaches a next hop, what is one destination with
 * several next hops, what it has already with the networks of interfaces.
 */
#include "config/judge.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/memory.h"

#define IPV6_DEFAULT_METRIC   1024
#define IPV6_CONNECTED_METRIC 256
#define MAX_HOPS              16

/* A way to somewhere as it is written: one next hop of a route, a gateway. */
struct hop {
	const struct config_section *section;
	int line;
	const char *key; /* "via", "gateway" */
	struct address destination;
	uint32_t metric;
	struct address via; /* AF_UNSPEC: none */
	const char *dev;    /* NULL: found by via */
	bool dev_written;
};

/* The network of an interface's address. */
struct network {
	const struct config_interface *interface;
	const struct config_section *section;
	const struct address *address;
};

struct judge {
	struct config_reader *reader;
	const struct config_vrf *vrf;
	struct hop *hops;
	size_t n_hops;
	struct network *networks;
	size_t n_networks;
	bool incomplete; /* an address could not be read: what it would reach is not known */
};

static uint32_t metric_of(const struct address *destination, uint32_t metric)
{
	return metric || destination->family == AF_INET ? metric : IPV6_DEFAULT_METRIC;
}

static bool is_link_local(const struct address *address)
{
	return address->family == AF_INET6 && address->bytes[0] == 0xfe &&
		(address->bytes[1] & 0xc0) == 0x80;
}

/* ---- who reaches a next hop ---- */

/* What holds an address: an interface's network, or a route. */
struct match {
	int length;               /* of its network; -1: nothing does */
	const char *dev;          /* NULL: not known */
	const struct hop *beyond; /* a route that has next hops itself; NULL: on the link */
};

static bool is_on(const char *dev, const char *wanted)
{
	return !wanted || (dev && strcmp(dev, wanted) == 0);
}

/* The longest network of an interface (NULL: any) that holds the address. */
static struct match match_networks(
	const struct judge *j, const struct address *via, const char *dev)
{
	struct match match = { .length = -1 };

	for (size_t i = 0; i < j->n_networks; i++) {
		const struct network *n = &j->networks[i];

		if (is_on(n->interface->name, dev) && address_in_network(n->address, via) &&
			n->address->prefix_length > match.length)
			match = (struct match){ n->address->prefix_length, n->interface->name,
				NULL };
	}
	return match;
}

static bool same_route(const struct hop *a, const struct hop *b)
{
	return address_equal(&a->destination, &b->destination) && a->metric == b->metric;
}

/* In IPv4 what leads beyond a link by one next hop reaches none by another. */
static bool is_beyond(const struct judge *j, const struct hop *hop)
{
	bool beyond = hop->via.family != AF_UNSPEC;

	for (size_t i = 0; !beyond && i < j->n_hops; i++)
		beyond = j->hops[i].via.family != AF_UNSPEC && same_route(hop, &j->hops[i]);
	return beyond;
}

/* That, or the longer destination of a route. A default route holds nothing; in IPv4 only those without
 * next hops count. */
static struct match match_all(const struct judge *j, const struct address *via, const char *dev)
{
	struct match match = match_networks(j, via, dev);

	for (size_t i = 0; i < j->n_hops; i++) {
		const struct hop *hop = &j->hops[i];
		bool beyond;

		if (hop->destination.prefix_length <= match.length || !is_on(hop->dev, dev) ||
			!address_in_network(&hop->destination, via))
			continue;
		beyond = is_beyond(j, hop);
		if (beyond && (via->family == AF_INET || !hop->destination.prefix_length))
			continue;
		match = (struct match){ hop->destination.prefix_length, hop->dev,
			beyond ? hop : NULL };
	}
	return match;
}

static void find_device(const struct judge *j, struct hop *hop)
{
	if (!hop->dev && hop->via.family != AF_UNSPEC && !is_link_local(&hop->via))
		hop->dev = match_networks(j, &hop->via, NULL).dev;
}

/* The root side of its uplink is not known before it has a number. */
static bool is_uplinks(const struct judge *j, const struct address *via)
{
	const struct config_uplink *uplink = &j->reader->config->uplink;

	return j->vrf->has_uplink &&
		(address_in_network(&uplink->prefix, via) ||
			(uplink->mode == CONFIG_UPLINK_NAT &&
				address_in_network(&uplink->prefix4, via)));
}

static void judge_beyond(const struct judge *j, const struct hop *hop, const struct match *match)
{
	char text[ADDRESS_TEXT_SIZE];

	config_complain(&j->reader->faults, hop->section, hop->line,
		"%s \"%s\": reached by other next hops, those at %s:%d; expected one on a link",
		hop->key, address_format(&hop->via, false, text),
		match->beyond->section->file->path, match->beyond->line);
}

/* With a device that is written the next hop is taken to be on its link; in IPv6 nothing may say
 * otherwise. */
static void judge_written_device(const struct judge *j, const struct hop *hop)
{
	bool inside = match_networks(j, &hop->via, hop->dev).length >= 0;
	struct match match;
	char text[ADDRESS_TEXT_SIZE];

	if (hop->via.family == AF_INET || is_link_local(&hop->via))
		return;
	if (!inside && is_uplinks(j, &hop->via)) {
		config_complain(&j->reader->doubts, hop->section, hop->line,
			"%s \"%s\": in the prefix of the uplinks, expected that of a router on interface '%s'",
			hop->key, address_format(&hop->via, false, text), hop->dev);
		return;
	}
	/* Not even before the route comes that leads over the device. */
	match = match_networks(j, &hop->via, inside ? hop->dev : NULL);
	if (inside || match.length < 0 || strcmp(match.dev, hop->dev) == 0)
		match = match_all(j, &hop->via, inside ? hop->dev : NULL);
	if (inside && match.beyond)
		judge_beyond(j, hop, &match);
	else if (match.length > 0 && match.dev && strcmp(match.dev, hop->dev) != 0)
		config_complain(&j->reader->faults, hop->section, hop->line,
			"%s \"%s\": reached by interface '%s', expected dev = \"%s\" or another address",
			hop->key, address_format(&hop->via, false, text), match.dev, match.dev);
}

/* A link without an IPv6 address has no IPv6. A gateway is told so where it is read. */
static bool lacks_ipv6(const struct judge *j, const struct hop *hop)
{
	if (!hop->dev_written || !hop->dev || hop->destination.family != AF_INET6 || j->incomplete)
		return false;
	for (size_t i = 0; i < j->n_networks; i++)
		if (j->networks[i].address->family == AF_INET6 &&
			strcmp(j->networks[i].interface->name, hop->dev) == 0)
			return false;
	return true;
}

static void judge_reach(const struct judge *j, const struct hop *hop)
{
	struct match match;
	char text[ADDRESS_TEXT_SIZE];

	if (lacks_ipv6(j, hop)) {
		if (strcmp(hop->key, "via") == 0)
			config_complain(&j->reader->faults, hop->section,
				config_section_line_of(hop->section, "dev"),
				"dev \"%s\": without an IPv6 address, expected an interface with one",
				hop->dev);
		return;
	}
	if (hop->via.family == AF_UNSPEC)
		return;
	if (hop->dev_written && hop->dev) {
		judge_written_device(j, hop);
		return;
	}
	address_format(&hop->via, false, text);
	if (is_link_local(&hop->via)) {
		config_complain(&j->reader->faults, hop->section, hop->line,
			"%s \"%s\": a link-local address, expected dev = \"INTERFACE\" beside it",
			hop->key, text);
		return;
	}
	match = match_all(j, &hop->via, NULL);
	if (match.beyond)
		judge_beyond(j, hop, &match);
	else if (match.length < 0 && !is_uplinks(j, &hop->via) && !j->incomplete)
		config_complain(&j->reader->faults, hop->section, hop->line,
			"%s \"%s\": no interface reaches it, expected an address in the network of an interface, or dev = \"INTERFACE\"",
			hop->key, text);
}

/* ---- one destination, one route ---- */

static int hop_compare(const void *left, const void *right)
{
	const struct hop *a = *(const struct hop *const *)left;
	const struct hop *b = *(const struct hop *const *)right;
	int order = memcmp(&a->destination, &b->destination, sizeof(a->destination));

	if (order != 0)
		return order;
	if (a->metric != b->metric)
		return a->metric < b->metric ? -1 : 1;
	return a < b ? -1 : 1;
}

static bool same_hop(const struct hop *a, const struct hop *b)
{
	bool same_dev = a->dev == b->dev || (a->dev && b->dev && strcmp(a->dev, b->dev) == 0);

	return same_dev && a->via.family == b->via.family &&
		(a->via.family == AF_UNSPEC || address_equal(&a->via, &b->via));
}

static bool judge_duplicate(
	const struct judge *j, const struct hop *hop, const struct hop *const *others, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!same_hop(hop, others[i]))
			continue;
		config_complain(&j->reader->notes, hop->section, hop->line,
			"the next hop of %s:%d once more, counted once",
			others[i]->section->file->path, others[i]->line);
		return true;
	}
	return false;
}

/* The next hops of one destination and metric, in the order of the text. */
static void judge_route(const struct judge *j, const struct hop *const *hops, size_t count)
{
	const struct hop *first = hops[0];
	size_t distinct = 1;

	for (size_t i = 1; i < count; i++) {
		const struct hop *hop = hops[i];

		if (judge_duplicate(j, hop, hops, i))
			continue;
		if (++distinct == MAX_HOPS + 1)
			config_complain(&j->reader->faults, hop->section, hop->line,
				"more next hops than a destination can have, the first at %s:%d; expected at most %d",
				first->section->file->path, first->line, MAX_HOPS);
		if (hop->destination.family == AF_INET6 &&
			(hop->via.family == AF_UNSPEC || first->via.family == AF_UNSPEC))
			config_complain(&j->reader->faults, hop->section, hop->line,
				"a second next hop of the destination of %s:%d, and one of them has no via, which IPv6 cannot have; expected via in both or another metric",
				first->section->file->path, first->line);
	}
}

static void judge_routes(const struct judge *j)
{
	const struct hop **sorted = xcalloc(j->n_hops, sizeof(struct hop *));
	size_t begin = 0;

	for (size_t i = 0; i < j->n_hops; i++)
		sorted[i] = &j->hops[i];
	if (j->n_hops)
		qsort(sorted, j->n_hops, sizeof(struct hop *), hop_compare);
	for (size_t i = 1; i <= j->n_hops; i++)
		if (i == j->n_hops || !same_route(sorted[i], sorted[begin])) {
			judge_route(j, sorted + begin, i - begin);
			begin = i;
		}
	free(sorted);
}

/* ---- what is there with an interface ---- */

/* A host's own network is none. */
static bool is_network(const struct hop *hop, const struct address *address)
{
	bool four = address->family == AF_INET;

	return hop->destination.prefix_length == address->prefix_length &&
		address_in_network(address, &hop->destination) &&
		hop->metric == (four ? 0 : IPV6_CONNECTED_METRIC) &&
		!(four && address->prefix_length == 32);
}

static void judge_connected(const struct judge *j, const struct hop *hop)
{
	const struct network *found = NULL;

	for (size_t i = 0; i < j->n_networks; i++) {
		const struct network *network = &j->networks[i];

		if (!is_network(hop, network->address))
			continue;
		if (!found || (hop->dev && strcmp(network->interface->name, hop->dev) == 0))
			found = network;
	}
	if (!found)
		return;
	if (hop->via.family == AF_UNSPEC && hop->dev &&
		strcmp(found->interface->name, hop->dev) == 0)
		config_complain(&j->reader->notes, hop->section, hop->line,
			"the network of interface '%s' at %s:%d, which is reached without a route",
			found->interface->name, found->section->file->path, found->interface->line);
	else
		config_complain(&j->reader->faults, hop->section, hop->line,
			"the network of interface '%s' at %s:%d, which the kernel reaches by that alone; expected another network, or metric = %d",
			found->interface->name, found->section->file->path, found->interface->line,
			IPV6_DEFAULT_METRIC);
}

/* ---- addresses that are none of a host ---- */

/* The first and the last of an IPv4 network are its own and its broadcast address. */
static bool is_no_host(const struct address *network, const struct address *address)
{
	struct address last, first = *network;

	if (network->family != AF_INET || network->prefix_length > 30 ||
		!address_in_network(network, address))
		return false;
	for (size_t i = 0; i < address_size(&first); i++)
		first.bytes[i] &= address_network_mask(network, i);
	address_network_last(network, &last);
	return address_same_host(address, &first) || address_same_host(address, &last);
}

/* In the networks of an interface, NULL: of any. */
static const struct network *find_no_host(
	const struct judge *j, const struct address *address, const char *dev)
{
	for (size_t i = 0; i < j->n_networks; i++)
		if (is_on(j->networks[i].interface->name, dev) &&
			is_no_host(j->networks[i].address, address))
			return &j->networks[i];
	return NULL;
}

/* The kernel gives such an address no network. */
static void judge_address(const struct judge *j, const struct network *own)
{
	const struct network *other = find_no_host(j, own->address, NULL);
	char text[ADDRESS_TEXT_SIZE], network[ADDRESS_TEXT_SIZE];

	if (other)
		config_complain(&j->reader->faults, own->section,
			config_section_line_of(own->section, "address"),
			"address \"%s\": the network or broadcast address of %s at %s:%d, expected one of a host",
			address_format(own->address, true, text),
			address_format(other->address, true, network), other->section->file->path,
			config_section_line_of(other->section, "address"));
}

static bool is_own(const struct judge *j, const struct address *via)
{
	for (size_t i = 0; i < j->n_networks; i++)
		if (address_same_host(j->networks[i].address, via))
			return true;
	return false;
}

/* False where it was told that no router can have that address. */
static bool judge_router(const struct judge *j, const struct hop *hop)
{
	bool own = is_own(j, &hop->via);
	enum address_kind kind = ADDRESS_HOST;
	char text[ADDRESS_TEXT_SIZE];

	if (hop->via.family != AF_UNSPEC)
		kind = address_kind(&hop->via);
	if (kind != ADDRESS_HOST) {
		config_complain(&j->reader->doubts, hop->section, hop->line,
			"%s \"%s\": %s, expected that of a router", hop->key,
			address_format(&hop->via, false, text), address_kind_text(kind));
		return false;
	}
	if (hop->via.family == AF_UNSPEC || (!own && !find_no_host(j, &hop->via, hop->dev)))
		return true;
	config_complain(&j->reader->faults, hop->section, hop->line,
		"%s \"%s\": %s, expected that of a router", hop->key,
		address_format(&hop->via, false, text),
		own ? "an address of this namespace's own" : "a network or broadcast address");
	return false;
}

/* ---- collecting ---- */

static void collect_interfaces(
	struct judge *j, const struct config_vrf *vrf, const struct config_section *section)
{
	for (size_t i = 0; i < vrf->n_interfaces; i++) {
		const struct config_interface *interface = &vrf->interfaces[i];
		const struct config_section *own = config_section_nth(section, "interface", i);

		j->incomplete |= !config_section_is_read(own, "address", interface->n_addresses);
		for (size_t a = 0; a < interface->n_addresses; a++)
			*array_append(&j->networks, &j->n_networks) =
				(struct network){ interface, own, &interface->addresses[a] };
		for (size_t g = 0; g < interface->n_gateways; g++) {
			struct hop *hop = array_append(&j->hops, &j->n_hops);

			hop->section = own;
			hop->line = config_section_line_of(own, "gateway");
			hop->key = "gateway";
			hop->destination.family = interface->gateways[g].family;
			hop->metric = metric_of(&hop->destination, 0);
			hop->via = interface->gateways[g];
			hop->dev = interface->name;
			hop->dev_written = true;
		}
	}
}

static void add_route_hop(struct judge *j, const struct config_route *route,
	const struct config_section *section, const struct address *via)
{
	struct hop *hop = array_append(&j->hops, &j->n_hops);

	hop->section = section;
	hop->key = "via";
	hop->line = config_section_line_of(section, via ? "via" : "dev");
	hop->destination = route->destination;
	hop->metric = metric_of(&route->destination, route->metric);
	hop->dev = route->dev;
	hop->dev_written = route->dev;
	if (via)
		hop->via = *via;
}

static void collect_routes(
	struct judge *j, const struct config_vrf *vrf, const struct config_section *section)
{
	for (size_t i = 0; i < vrf->n_routes; i++) {
		const struct config_route *route = &vrf->routes[i];
		const struct config_section *own = config_section_nth(section, "route", i);

		if (!route->destination.family)
			continue; /* complained of when it was read */
		/* One of another family was complained of, too. */
		for (size_t v = 0; v < route->n_vias; v++)
			if (route->vias[v].family == route->destination.family)
				add_route_hop(j, route, own, &route->vias[v]);
		if (!route->n_vias && route->dev)
			add_route_hop(j, route, own, NULL);
	}
}

void config_judge_routes(struct config_reader *reader, const struct config_vrf *vrf,
	const struct config_section *section)
{
	struct judge j = { .reader = reader, .vrf = vrf };

	collect_interfaces(&j, vrf, section);
	collect_routes(&j, vrf, section);
	for (size_t i = 0; i < j.n_networks; i++)
		judge_address(&j, &j.networks[i]);
	for (size_t i = 0; i < j.n_hops; i++)
		find_device(&j, &j.hops[i]);
	for (size_t i = 0; i < j.n_hops; i++) {
		if (judge_router(&j, &j.hops[i]))
			judge_reach(&j, &j.hops[i]);
		judge_connected(&j, &j.hops[i]);
	}
	judge_routes(&j);
	free(j.hops);
	free(j.networks);
}
