// SPDX-License-Identifier: GPL-2.0-or-later
/* Ways to want something more than a scene does, and to have it. */
#pragma once

#include "scene.h"

/* ---- links ---- */

static inline struct net_want_link *want_link(
	struct scene *s, const char *name, enum net_link_kind kind, const char *parent)
{
	struct net_want_link *link = array_append(&s->acme->links, &s->acme->n_links);

	*link = (struct net_want_link){ .name = name, .kind = kind, .parent = parent };
	return link;
}

/* A link inside that fits and bears its mark. */
static inline struct net_have_link *have_marked(
	struct scene *s, int ifindex, const char *name, const char *kind, int lower)
{
	struct net_have_link *link = have_link(s->netns, ifindex, name);

	snprintf(link->kind, sizeof(link->kind), "%s", kind);
	link->lower = lower;
	net_mark_link(link->mark, "acme", name, net_mark_owner(OWNER));
	return link;
}

static inline void want_macvlan(struct scene *s)
{
	want_link(s, "mac0", NET_LINK_MACVLAN, "eth0");
}

static inline void have_macvlan(struct scene *s)
{
	have_marked(s, 8, "mac0", "macvlan", 2)->mac[0] = 2;
}

static inline void want_vlan(struct scene *s)
{
	struct net_want_link *link = want_link(s, "eth0.10", NET_LINK_VLAN, "eth0");

	link->tags[link->n_tags++] = 10;
}

static inline void have_vlan(struct scene *s)
{
	struct net_have_link *link = have_marked(s, 8, "eth0.10", "vlan", 2);

	link->vlan_id = 10;
	link->vlan_protocol = ETH_P_8021Q;
}

static inline void want_stacked(struct scene *s)
{
	struct net_want_link *link = want_link(s, "q0", NET_LINK_VLAN, "eth0");

	link->outer_8021ad = true;
	link->tags[link->n_tags++] = 100;
	link->tags[link->n_tags++] = 10;
}

static inline void have_stacked(struct scene *s)
{
	struct net_have_link *outer = have_link(&s->have->root, 20, "eth0.100"), *link;

	snprintf(outer->kind, sizeof(outer->kind), "vlan");
	outer->lower = 2;
	outer->lower_here = true;
	outer->vlan_id = 100;
	outer->vlan_protocol = ETH_P_8021AD;
	net_mark_shared(outer->mark, "eth0.100", net_mark_owner(OWNER));
	link = have_marked(s, 8, "q0", "vlan", 20);
	link->vlan_id = 10;
	link->vlan_protocol = ETH_P_8021Q;
}

static inline void want_device(struct scene *s)
{
	struct net_want_link *link = want_link(s, "wan", NET_LINK_DEVICE, "eth5");

	link->mtu_bytes = 1400;
	link->has_mac = true;
	memcpy(link->mac, "\x02\0\0\0\0\x77", 6);
}

/* In place of the eth5 that scene_idle() has. */
static inline void have_device(struct scene *s)
{
	struct net_mark_was was = { .name = "eth5", .mtu_bytes = 1500, .up = true };
	struct net_have_link *link;

	s->have->root.n_links--;
	link = have_link(s->netns, 3, "wan");
	link->mtu_bytes = 1400;
	memcpy(link->mac, "\x02\0\0\0\0\x77", 6);
	net_mark_moved(link->mark, "acme", &was, net_mark_owner(OWNER));
}

static inline void have_returned_device(struct scene *s)
{
	struct net_mark_was was = { .name = "nic9", .mtu_bytes = 1500 };
	struct net_have_link *link = have_link(&s->have->root, 9, "dev0");

	net_mark_moved(link->mark, "acme", &was, net_mark_owner(OWNER));
}

static inline void want_returned_device(struct scene *s)
{
	want_link(s, "wan", NET_LINK_DEVICE, "nic9");
}

static inline void want_end(struct net_want_netns *netns, const char *name, const char *peer_netns,
	const char *peer_name)
{
	struct net_want_link *link = array_append(&netns->links, &netns->n_links);

	*link = (struct net_want_link){ .name = name,
		.kind = NET_LINK_VETH,
		.peer_netns = peer_netns,
		.peer_name = peer_name };
}

static inline void want_pair(struct scene *s)
{
	struct net_want_netns *mgmt = array_append(&s->want.netns, &s->want.n_netns);

	mgmt->name = "mgmt";
	s->acme = &s->want.netns[0];
	want_end(s->acme, "pair", "mgmt", "end");
	want_end(&s->want.netns[1], "end", "acme", "pair");
}

static inline void have_pair(struct scene *s)
{
	struct net_have_netns *mgmt;
	struct net_have_link *end;

	have_marked(s, 8, "pair", "veth", 9);
	mgmt = net_have_add_netns(s->have, "mgmt");
	mgmt->standing = NET_HAVE_OURS;
	have_link(mgmt, 1, "lo")->flags |= IFF_LOOPBACK;
	end = have_link(mgmt, 9, "end");
	snprintf(end->kind, sizeof(end->kind), "veth");
	end->lower = 8;
	net_mark_link(end->mark, "mgmt", "end", net_mark_owner(OWNER));
}

static inline void have_renamed_device(struct scene *s)
{
	have_device(s);
	snprintf(s->netns->links[2].name, NET_IFNAME_SIZE, "other");
}

static inline void want_bravo(struct scene *s)
{
	((struct net_want_netns *)array_append(&s->want.netns, &s->want.n_netns))->name = "bravo";
}

static inline void have_bravo(struct scene *s)
{
	struct net_have_netns *bravo = net_have_add_netns(s->have, "bravo");

	bravo->standing = NET_HAVE_OURS;
	have_link(bravo, 1, "lo")->flags |= IFF_LOOPBACK;
}

static inline void want_uplink(struct scene *s)
{
	s->acme->has_uplink = true;
}

static inline void have_uplink(struct scene *s)
{
	bool wanted = s->acme->has_uplink;

	scene_uplink(s);
	s->acme->has_uplink = wanted;
}

/* ---- settings, and what hangs on a link ---- */

static inline void want_mtu(struct scene *s)
{
	s->acme->links[0].mtu_bytes = 1400;
}

static inline void have_mtu(struct scene *s)
{
	scene_cust(s)->mtu_bytes = 1400;
}

static inline void have_no_arp(struct scene *s)
{
	scene_cust(s)->flags |= IFF_NOARP;
}

static inline void have_port(struct scene *s)
{
	have_link(s->netns, 9, "br0");
	scene_cust(s)->master = 9;
	snprintf(scene_cust(s)->port_kind, sizeof(scene_cust(s)->port_kind), "bridge");
}

static inline void want_mac(struct scene *s)
{
	s->acme->links[0].mac[5] = 1;
}

static inline void have_mac(struct scene *s)
{
	scene_cust(s)->mac[5] = 1;
}

static inline void have_down(struct scene *s)
{
	scene_cust(s)->flags = 0;
	s->netns->n_routes = 0;
}

static inline void have_unmarked(struct scene *s)
{
	scene_cust(s)->mark[0] = '\0';
	scene_cust(s)->group = NET_LINK_GROUP;
}

static inline void nothing(struct scene *s)
{
	(void)s;
}

static inline void want_ipv6(struct scene *s)
{
	static struct address addresses[2];

	addresses[0] = s->address;
	addresses[1] = address("fd01::2/64");
	s->acme->links[0].addresses = addresses;
	s->acme->links[0].n_addresses = 2;
}

static inline void have_ipv6(struct scene *s)
{
	*array_append(&s->netns->addresses, &s->netns->n_addresses) = (struct net_have_address){
		.ifindex = 5, .address = address("fd01::2/64"), .protocol = NET_PROTOCOL
	};
	scene_cust(s)->addr_gen_mode = IN6_ADDR_GEN_MODE_EUI64;
	scene_cust(s)->disable_ipv6 = 0;
}

static inline void want_route(struct scene *s)
{
	*array_append(&s->acme->routes, &s->acme->n_routes) = (struct net_want_route){
		.destination = address("192.168.0.0/16"), .via = address("10.0.0.1"), .metric = 7
	};
}

static inline void have_route(struct scene *s)
{
	*array_append(&s->netns->routes, &s->netns->n_routes) =
		(struct net_have_route){ .ifindex = 5,
			.destination = address("192.168.0.0/16"),
			.via = address("10.0.0.1"),
			.metric = 7,
			.protocol = NET_PROTOCOL };
}

static inline void want_sysctl(struct scene *s)
{
	s->acme->sysctls[0].value = "2";
}

static inline void have_sysctl(struct scene *s)
{
	s->netns->sysctls[0].value[0] = '2';
}

static inline void want_firewall(struct scene *s)
{
	s->acme->firewall = true;
}

static inline void have_firewall(struct scene *s)
{
	s->netns->firewall = (struct net_have_firewall){
		.exists = true,
		.digest = net_firewall_inside(NULL, &s->want, s->acme, false),
		.table = NET_FIREWALL_TABLE,
	};
}
