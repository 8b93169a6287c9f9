// SPDX-License-Identifier: GPL-2.0-or-later
/* Wants and haves made by hand for tests of the plan, and the plan as text. */
#pragma once

#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "../cmocka_all.h"
#include "base/cleanup.h"
#include "base/memory.h"
#include "net/have.h"
#include "net/planner.h"

#define OWNER "/run/vrfgate"

static inline struct address address(const char *text)
{
	struct address a = { 0 };

	assert_int_equal(address_parse(&a, text), 0);
	return a;
}

/* A want of one namespace "acme" with a macvlan "cust" on eth0, and a have that is just that. */
/* What goes with every new namespace or link. */
#define GENERAL_GUARDS(netns)                                            \
	netns ": set net.ipv6.conf.default.accept_ra = 0\n" netns        \
	      ": set net.ipv6.conf.default.accept_redirects = 0\n" netns \
	      ": set net.ipv4.conf.all.accept_redirects = 0\n" netns     \
	      ": set net.ipv4.conf.all.send_redirects = 0\n" netns       \
	      ": set net.ipv4.conf.all.proxy_arp = 0\n" netns            \
	      ": set net.ipv4.conf.all.rp_filter = 1\n"
#define LINK_GUARDS(netns, link)                                                     \
	netns ": set ipv4 rp_filter = 1, accept_redirects = 0, send_redirects = 0, " \
	      "accept_source_route = 0, proxy_arp = 0 on " link "\n"
/* Pieces of a plan in a row. */
#define JOIN(...)                                      JOIN_ALL(__VA_ARGS__, "", "", "", "", "", "", "", "", "", "")
#define JOIN_ALL(a, b, c, d, e, f, g, h, i, j, k, ...) a b c d e f g h i j k
#define NO_IPV6(netns, link)                           netns ": set net.ipv6.conf." link ".disable_ipv6 = 1\n"

struct scene {
	struct net_want want;
	struct net_have *have;
	struct address address;
	struct net_want_netns *acme;  /* wanted */
	struct net_have_netns *netns; /* there */
	bool networks_lost; /* somebody has deleted the routes of the addresses' networks */
	bool *seen;         /* NET_ACT_KINDS of them: acts that plans held; may be NULL */
};

static inline struct net_have_link *have_link(
	struct net_have_netns *netns, int ifindex, const char *name)
{
	struct net_have_link *link = array_append(&netns->links, &netns->n_links);

	link->ifindex = ifindex;
	snprintf(link->name, sizeof(link->name), "%s", name);
	link->flags = IFF_UP;
	link->mtu_bytes = 1500;
	link->addr_gen_mode = IN6_ADDR_GEN_MODE_NONE;
	link->disable_ipv6 = 1;
	for (size_t i = 0; i < NET_GUARDS; i++)
		link->guards[i] = net_guards[i].value;
	return link;
}

static inline void scene_want(struct scene *s)
{
	struct net_want_link *link;
	struct net_want_route *route;

	s->address = address("10.0.0.2/30");
	s->want = (struct net_want){
		.owner = OWNER, .uplink_prefix = address("fd00::/64"), .uplink_mtu_bytes = 1500
	};
	s->acme = array_append(&s->want.netns, &s->want.n_netns);
	s->acme->name = "acme";
	link = array_append(&s->acme->links, &s->acme->n_links);
	*link = (struct net_want_link){ .name = "cust",
		.kind = NET_LINK_MACVLAN,
		.parent = "eth0",
		.addresses = &s->address,
		.n_addresses = 1 };
	route = array_append(&s->acme->routes, &s->acme->n_routes);
	*route = (struct net_want_route){
		.destination = address("0.0.0.0/0"), .via = address("10.0.0.1"), .dev = "cust"
	};
}

static inline void scene_have(struct scene *s)
{
	uint32_t owner = net_mark_owner(OWNER);
	struct net_have_link *link;

	s->have = xcalloc(1, sizeof(*s->have));
	s->have->knows_address_protocol = true;
	have_link(&s->have->root, 2, "eth0");
	s->netns = net_have_add_netns(s->have, "acme");
	s->netns->standing = NET_HAVE_OURS;
	have_link(s->netns, 1, "lo")->flags |= IFF_LOOPBACK;
	link = have_link(s->netns, 5, "cust");
	snprintf(link->kind, sizeof(link->kind), "macvlan");
	link->lower = 2;
	net_mark_link(link->mark, "acme", "cust", owner);
	*array_append(&s->netns->addresses, &s->netns->n_addresses) = (struct net_have_address){
		.ifindex = 5, .address = s->address, .protocol = NET_PROTOCOL
	};
	*array_append(&s->netns->routes, &s->netns->n_routes) =
		(struct net_have_route){ .ifindex = 5,
			.destination = address("0.0.0.0/0"),
			.via = address("10.0.0.1"),
			.protocol = NET_PROTOCOL };
}

static inline struct net_have_link *scene_cust(struct scene *s)
{
	return &s->netns->links[1];
}

/* One end of an uplink as it should be. */
static inline struct net_have_link *have_uplink_end(
	struct net_have_netns *netns, int ifindex, const char *name, int peer, bool root)
{
	struct net_have_link *link = have_link(netns, ifindex, name);
	const uint8_t macs[2][6] = { { 6, 'v' }, { 2, 'v' } };

	snprintf(link->kind, sizeof(link->kind), "veth");
	link->lower = peer;
	link->disable_ipv6 = 0;
	memcpy(link->mac, macs[root], 6);
	*array_append(&netns->addresses, &netns->n_addresses) =
		(struct net_have_address){ .ifindex = ifindex,
			.address = address(root ? "fd00::1/126" : "fd00::2/126"),
			.protocol = NET_PROTOCOL };
	*array_append(&netns->neighbours, &netns->n_neighbours) =
		(struct net_have_neighbour){ .ifindex = ifindex,
			.address = address(root ? "fd00::2" : "fd00::1") };
	memcpy(netns->neighbours[netns->n_neighbours - 1].mac, macs[!root], 6);
	return link;
}

/* Wants an uplink, and has it. */
static inline void scene_uplink(struct scene *s)
{
	uint32_t owner = net_mark_owner(OWNER);

	s->acme->has_uplink = true;
	net_mark_netns(
		have_uplink_end(&s->have->root, 1000000, "vg0", 7, true)->mark, "acme", owner);
	net_mark_link(have_uplink_end(s->netns, 7, "uplink", 1000000, false)->mark, "acme",
		"uplink", owner);
}

static inline void scene_finish(struct scene *s)
{
	net_want_finish(&s->want);
	net_have_destroy(s->have);
}

/* With each address the kernel makes the route of its network. */
static inline void have_networks(struct net_have_netns *netns)
{
	for (size_t i = 0; i < netns->n_addresses; i++) {
		const struct net_have_address *have = &netns->addresses[i];
		const struct net_have_link *link = net_have_find_ifindex(netns, have->ifindex);
		struct net_have_route route = { .ifindex = have->ifindex,
			.destination = have->address,
			.protocol = RTPROT_KERNEL };

		for (size_t k = 0; k < address_size(&have->address); k++)
			route.destination.bytes[k] &= address_network_mask(&have->address, k);
		if (link && (link->flags & IFF_UP))
			*array_append(&netns->routes, &netns->n_routes) = route;
	}
}

static inline void scene_settle(const struct scene *s)
{
	for (size_t i = 0; !s->networks_lost && i < s->have->n_netns; i++)
		have_networks(&s->have->netns[i]);
	net_have_sort(s->have);
}

static inline char *plan_text(const struct scene *s)
{
	struct net_plan *plan;
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	scene_settle(s);
	plan = net_plan_create(&s->want, s->have);
	net_plan_print(plan, f);
	for (size_t g = 0; g < plan->n_groups; g++)
		for (size_t a = 0; a < plan->groups[g].n_acts; a++)
			if (s->seen)
				s->seen[plan->groups[g].acts[a].kind] = true;
	net_plan_destroy(plan);
	fclose(f);
	return text;
}
