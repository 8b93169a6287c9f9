// SPDX-License-Identifier: GPL-2.0-or-later
/* Foreign things told. */
#include "net/foreign.h"

#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "net/act.h"
#include "net/have.h"
#include "net/way.h"

/* A routing daemon may have a full table. */
#define ROUTES_PRINTED 10

#define IFA_PROTOCOLS_OF_KERNEL 3 /* IFAPROT_KERNEL_LO, _RA and _LL are 1 to 3 */

typedef void (*foreign_fn)(const char *netns, const char *kind, const char *text, void *data);

struct foreign {
	const struct net_have *have;
	const struct net_have_netns *netns;
	foreign_fn tell;
	void *data;
};

/* Modules make these, down, in every namespace (net.core.fb_tunnels_only_for_init_net). */
static bool is_fallback(const struct net_have_link *link)
{
	static const char *const names[] = { "tunl0", "gre0", "gretap0", "erspan0", "ip_vti0",
		"ip6_vti0", "sit0", "ip6tnl0", "ip6gre0" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(link->name, names[i]) == 0)
			return !(link->flags & IFF_UP);
	return false;
}

static bool is_foreign_link(const struct net_have_link *link)
{
	return !(link->flags & IFF_LOOPBACK) && !net_have_link_is_ours(link) && !is_fallback(link);
}

/* The link that something hangs on, where that is ours: what hangs on a foreign one goes without
 * saying. */
static const char *our_link(const struct foreign *foreign, int ifindex)
{
	const struct net_have_link *link = net_have_find_ifindex(foreign->netns, ifindex);

	return link && !is_foreign_link(link) ? link->name : NULL;
}

static void tell_links(const struct foreign *foreign)
{
	for (size_t i = 0; i < foreign->netns->n_links; i++)
		if (is_foreign_link(&foreign->netns->links[i]))
			foreign->tell(foreign->netns->name, "link", foreign->netns->links[i].name,
				foreign->data);
}

/* 127.0.0.1 comes with lo, without a protocol on most kernels. */
static bool is_loopback(const struct address *address)
{
	return address->family == AF_INET && address->bytes[0] == 127;
}

static bool is_foreign_address(const struct net_have_address *address)
{
	return !is_loopback(&address->address) && address->protocol != NET_PROTOCOL &&
		!address->link_local &&
		(address->protocol == 0 || address->protocol > IFA_PROTOCOLS_OF_KERNEL);
}

/* A kernel that does not know the attribute cannot tell whose an address is. */
static void tell_addresses(const struct foreign *foreign)
{
	char text[ADDRESS_TEXT_SIZE + NET_IFNAME_SIZE + 8], address[ADDRESS_TEXT_SIZE];

	if (!foreign->have->knows_address_protocol)
		return;
	for (size_t i = 0; i < foreign->netns->n_addresses; i++) {
		const struct net_have_address *a = &foreign->netns->addresses[i];
		const char *link = our_link(foreign, a->ifindex);

		if (!link || !is_foreign_address(a))
			continue;
		snprintf(text, sizeof(text), "%s on %s", address_format(&a->address, true, address),
			link);
		foreign->tell(foreign->netns->name, "address", text, foreign->data);
	}
}

static bool is_foreign_route(const struct net_have_route *route)
{
	return route->protocol != NET_PROTOCOL && route->protocol != RTPROT_KERNEL &&
		route->protocol != RTPROT_REDIRECT && route->protocol != RTPROT_RA;
}

static const char *link_name(const struct net_have_netns *netns, int ifindex)
{
	const struct net_have_link *link = net_have_find_ifindex(netns, ifindex);

	return link ? link->name : "";
}

static struct net_act_hop *copy_hops(
	const struct net_have_netns *netns, const struct net_have_route *route)
{
	struct net_act_hop *hops = NULL;
	size_t count = 0;

	for (size_t i = 0; i < route->n_others; i++) {
		struct net_act_hop *hop = array_append(&hops, &count);

		snprintf(hop->dev, sizeof(hop->dev), "%s",
			link_name(netns, route->others[i].ifindex));
		hop->via = route->others[i].via;
	}
	return hops;
}

static const char *route_text(const struct net_have_netns *netns,
	const struct net_have_route *route, char text[NET_ACT_TEXT_SIZE])
{
	static const char verb[] = "add route ";
	cleanup_free struct net_act_hop *others = copy_hops(netns, route);
	struct net_act act = {
		.kind = NET_ACT_ROUTE_ADD,
		.route = { .destination = route->destination,
			.metric = route->metric,
			.via = route->via,
			.others = others,
			.n_others = route->n_others },
	};

	snprintf(act.link, sizeof(act.link), "%s", link_name(netns, route->ifindex));
	net_act_text(&act, text);
	memmove(text, text + strlen(verb), strlen(text + strlen(verb)) + 1);
	return text;
}

static void tell_routes(const struct foreign *foreign)
{
	char text[NET_ACT_TEXT_SIZE];

	for (size_t i = 0; i < foreign->netns->n_routes; i++) {
		const struct net_have_route *route = &foreign->netns->routes[i];

		if (our_link(foreign, route->ifindex) && is_foreign_route(route))
			foreign->tell(foreign->netns->name, "route",
				route_text(foreign->netns, route, text), foreign->data);
	}
}

const char *net_foreign_rival(const struct net_have_netns *netns, const struct address *destination,
	uint32_t metric, char text[NET_ACT_TEXT_SIZE])
{
	for (size_t i = 0; i < netns->n_discards; i++) {
		const struct net_have_discard *discard = &netns->discards[i];

		if (discard->table == RT_TABLE_MAIN && discard->metric == metric &&
			address_equal(&discard->destination, destination))
			return net_discard_text(discard, text);
	}
	for (size_t i = 0; i < netns->n_routes; i++) {
		const struct net_have_route *route = &netns->routes[i];

		if (route->protocol != NET_PROTOCOL && route->metric == metric &&
			address_equal(&route->destination, destination))
			return route_text(netns, route, text);
	}
	return NULL;
}

/* Of the main table; a rule says where others are looked up. */
static void tell_discards(const struct foreign *foreign)
{
	char text[NET_WAY_TEXT_SIZE];

	for (size_t i = 0; i < foreign->netns->n_discards; i++)
		if (net_discard_is_foreign(&foreign->netns->discards[i]))
			foreign->tell(foreign->netns->name, "route",
				net_discard_text(&foreign->netns->discards[i], text),
				foreign->data);
}

static void tell_rules(const struct foreign *foreign)
{
	char text[NET_WAY_TEXT_SIZE];

	for (size_t i = 0; i < foreign->netns->n_rules; i++)
		if (net_rule_is_foreign(&foreign->netns->rules[i]))
			foreign->tell(foreign->netns->name, "rule",
				net_rule_text(&foreign->netns->rules[i], text), foreign->data);
}

static void tell_all(
	const struct net_want *want, const struct net_have *have, foreign_fn tell, void *data)
{
	for (size_t i = 0; i < want->n_netns; i++) {
		struct foreign foreign = { have, net_have_find_netns(have, want->netns[i].name),
			tell, data };

		if (!foreign.netns || foreign.netns->standing != NET_HAVE_OURS)
			continue;
		tell_links(&foreign);
		tell_addresses(&foreign);
		tell_discards(&foreign);
		tell_routes(&foreign);
		tell_rules(&foreign);
	}
}

struct printed {
	FILE *out;
	const char *netns;
	size_t routes;
};

static void print_rest(const struct printed *printed)
{
	if (printed->routes > ROUTES_PRINTED)
		fprintf(printed->out, "%s: foreign, kept: %zu more routes\n", printed->netns,
			printed->routes - ROUTES_PRINTED);
}

static void print_one(const char *netns, const char *kind, const char *text, void *data)
{
	struct printed *printed = data;

	if (printed->netns && strcmp(printed->netns, netns) != 0) {
		print_rest(printed);
		printed->routes = 0;
	}
	printed->netns = netns;
	if (strcmp(kind, "route") == 0 && ++printed->routes > ROUTES_PRINTED)
		return;
	fprintf(printed->out, "%s: foreign, kept: %s %s\n", netns, kind, text);
}

void net_foreign_print(const struct net_want *want, const struct net_have *have, FILE *out)
{
	struct printed printed = { .out = out };

	tell_all(want, have, print_one, &printed);
	print_rest(&printed);
}

static void append_one(const char *netns, const char *kind, const char *text, void *data)
{
	json_array_append_new(
		data, json_pack("{s:s, s:s, s:s}", "netns", netns, "kind", kind, "text", text));
}

json_t *net_foreign_to_json(const struct net_want *want, const struct net_have *have)
{
	json_t *list = json_array();

	tell_all(want, have, append_one, list);
	return list;
}
