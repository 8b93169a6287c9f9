// SPDX-License-Identifier: GPL-2.0-or-later
/* What somebody may tell the kernel of others about the network: see test_isolation.c, which tells it. */
#pragma once

#include "attacks.h"

static void put_icmp6(struct frame *frame, const char *from, const char *to, uint8_t type,
	const void *body, size_t size)
{
	struct address a = world_address(from), b = world_address(to);
	uint8_t payload[64] = { type };

	assert_true(size + 4 <= sizeof(payload));
	memcpy(payload + 4, body, size);
	frame_put_packet(frame, &a, &b, IPPROTO_ICMPV6, payload, 4 + size);
}

/* RFC 4861, 4.2: a router for half an hour, with a network that all may take addresses of. */
static void lie_router(struct frame *frame)
{
	static const uint8_t body[] = { 64, 0, 7, 8, 0, 0, 0, 0, 0, 0, 0, 0, /* */
		3, 4, 64, 0xc0, 0, 0, 7, 8, 0, 0, 7, 8, 0, 0, 0, 0,          /* */
		0xfd, 0x99, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 };

	put_icmp6(frame, "fe80::1", "ff02::1", ND_ROUTER_ADVERT, body, sizeof(body));
}

/* RFC 792: to 10.77.0.9 by way of 10.0.0.66, as an answer to an echo reply. */
static void lie_redirect(struct frame *frame)
{
	static const uint8_t message[] = { ICMP_REDIRECT, ICMP_REDIR_HOST, 0, 0, 10, 0, 0, 66, 0x45,
		0, 0, 28, 0, 0, 0, 0, 64, IPPROTO_ICMP, 0, 0, 10, 0, 0, 2, 10, 77, 0, 9,
		ICMP_ECHOREPLY, 0, 0, 0, 0, 0, 0, 0 };
	struct address from = world_address("10.0.0.1"), to = world_address("10.0.0.2");

	frame_put_packet(frame, &from, &to, IPPROTO_ICMP, message, sizeof(message));
}

/* Reserved bits or flags, an address, and another address or an option. */
static void put_discovery(struct frame *frame, const char *const ends[2], uint8_t type,
	uint8_t flags, const char *target, const uint8_t *rest, size_t size)
{
	struct address address = world_address(target);
	uint8_t body[40] = { flags };

	memcpy(body + 4, address.bytes, 16);
	memcpy(body + 20, rest, size);
	put_icmp6(frame, ends[0], ends[1], type, body, 20 + size);
}

/* RFC 4861, 4.5: to fd02::9 by way of fe80::66. */
static void lie_redirect_ipv6(struct frame *frame)
{
	static const char *const ends[] = { "fe80::1", "fd01::2" };
	struct address destination = world_address("fd02::9");

	put_discovery(frame, ends, ND_REDIRECT, 0, "fe80::66", destination.bytes, 16);
}

/* Link-layer address options, RFC 4861, 4.6.1. */
static const uint8_t source_mac[] = { 1, 1, 2, 0, 0, 0, 0, 0x66 };
static const uint8_t target_mac[] = { 2, 1, 2, 0, 0, 0, 0, 0x66 };

static void lie_advertise_root(struct frame *frame)
{
	static const char *const ends[] = { ROOT_B, "ff02::1" };

	put_discovery(frame, ends, ND_NEIGHBOR_ADVERT, 0x20, ROOT_B, target_mac, 8);
}

static void lie_solicit_as_root(struct frame *frame)
{
	static const char *const ends[] = { ROOT_B, "fd01::2" };

	put_discovery(frame, ends, ND_NEIGHBOR_SOLICIT, 0, "fd01::2", source_mac, 8);
}

static void lie_advertise_inside(struct frame *frame)
{
	static const char *const ends[] = { INSIDE_A, ROOT_A };

	put_discovery(frame, ends, ND_NEIGHBOR_ADVERT, 0x20, INSIDE_A, target_mac, 8);
}

static void lie_solicit_as_host(struct frame *frame)
{
	static const char *const ends[] = { "fd77::2", ROOT_A };

	put_discovery(frame, ends, ND_NEIGHBOR_SOLICIT, 0, ROOT_A, source_mac, 8);
}

/* RFC 5227: "203.0.113.1 is at 02:00:00:00:00:66", told to all. */
static void lie_arp(struct frame *frame)
{
	static const uint8_t message[] = { 0, 1, 8, 0, 6, 4, 0, 2, /* */
		2, 0, 0, 0, 0, 0x66, 203, 0, 113, 1, 2, 0, 0, 0, 0, 0x66, 203, 0, 113, 1 };

	frame_put(frame, message, sizeof(message));
}

/* RFC 826: "203.0.113.2, at 02:00:00:00:00:66, asks for 203.0.113.1". */
static void lie_ask_as_host(struct frame *frame)
{
	static const uint8_t message[] = { 0, 1, 8, 0, 6, 4, 0, 1, /* */
		2, 0, 0, 0, 0, 0x66, 203, 0, 113, 2, 0, 0, 0, 0, 0, 0, 203, 0, 113, 1 };

	frame_put(frame, message, sizeof(message));
}

struct lie {
	const char *name;
	enum way way;
	uint16_t type;
	void (*put)(struct frame *frame);
	const char *look; /* prints what must not change */
	enum why why;
};

static const struct lie lies[] = {
	{ "customer is a router", BY_CUSTB, ETHERTYPE_IPV6, lie_router,
		"ip -n bravo -6 route; ip -n bravo -6 -br addr", BOTH },
	{ "customer redirects", BY_CUSTB, ETHERTYPE_IP, lie_redirect,
		"ip -n bravo route get 10.77.0.9", BOTH },
	{ "customer redirects, IPv6", BY_CUSTB, ETHERTYPE_IPV6, lie_redirect_ipv6,
		"ip -n bravo route get fd02::9", BOTH },
	{ "customer announces an address of root by ARP", BY_CUSTB, ETHERTYPE_ARP, lie_arp,
		"ip -n bravo neigh show 203.0.113.1", SETTING },
	{ "customer advertises the root side", BY_CUSTB, ETHERTYPE_IPV6, lie_advertise_root,
		"ip -n bravo neigh show dev uplink", KERNEL },
	{ "customer solicits as the root side", BY_CUSTB, ETHERTYPE_IPV6, lie_solicit_as_root,
		"ip -n bravo neigh show " ROOT_B, FIREWALL },
	{ "proxy advertises its own address elsewhere", BY_PROXY, ETHERTYPE_IPV6,
		lie_advertise_inside, "ip neigh show " INSIDE_A, KERNEL },
	{ "proxy asks by ARP as a host beyond root", BY_PROXY, ETHERTYPE_ARP, lie_ask_as_host,
		"ip neigh show 203.0.113.2 dev vg0", SETTING },
	{ "proxy solicits as a host beyond root", BY_PROXY, ETHERTYPE_IPV6, lie_solicit_as_host,
		"ip neigh show fd77::2 dev vg0", FIREWALL },
};
#define N_LIES (sizeof(lies) / sizeof(*lies))
