// SPDX-License-Identifier: GPL-2.0-or-later
/* The attacks by a single packet, and what is allowed: see test_isolation.c, which sends them. */
#pragma once

#include "customers.h"

/* What an attack fails of; BOTH are firewall and settings, each by itself. What is ALLOWED never fails,
 * what is ROUTED only where the host does not forward. */
enum why { ALLOWED, ROUTED, FIREWALL, SETTING, BOTH, RIGHTS, KERNEL };

/* Who sends a frame, and to whom. */
enum way { BY_CUSTA, BY_SITEA, BY_CUSTB, BY_PROXY, BY_OTHER, BY_ROOT, BY_HOST, WAYS };
static const struct {
	struct end out, in;
} ways[WAYS] = {
	[BY_CUSTA] = { { CUSTA, "eth0" }, { ACME, "cust" } },
	[BY_SITEA] = { { SITEA, "eth0" }, { ACME, "site" } },
	[BY_CUSTB] = { { CUSTB, "eth0" }, { BRAVO, "cust" } },
	[BY_PROXY] = { { ACME, "uplink" }, { ROOT, "vg0" } },
	[BY_OTHER] = { { CHARLIE, "uplink" }, { ROOT, "vg7" } },
	[BY_ROOT] = { { ROOT, "vg0" }, { ACME, "uplink" } },
	[BY_HOST] = { { HOST, "eth0" }, { ROOT, "host0" } },
};

/* Fragments: the kernel itself takes no first one without the whole of TCP's header. */
#define IN_PIECES 0x100

struct packet {
	const char *name;
	enum way way;
	const char *from, *to;
	uint8_t protocol;
	uint16_t detail; /* TCP: flags, and IN_PIECES; ICMP: type */
	uint16_t port;
	enum place heard_in;
	enum why why;
};

#define SYN(port)           IPPROTO_TCP, TH_SYN, port
#define SYN_ECE(port)       IPPROTO_TCP, TH_SYN | 0xc0, port
#define SYN_PUSH(port)      IPPROTO_TCP, TH_SYN | TH_PUSH, port
#define SYN_IN_PIECES(port) IPPROTO_TCP, TH_SYN | IN_PIECES, port
#define ACK(port)           IPPROTO_TCP, TH_ACK, port
#define UDP(port)           IPPROTO_UDP, 0, port
#define ICMP4(type)         IPPROTO_ICMP, type, 0
#define ICMP6(type)         IPPROTO_ICMPV6, type, 0

static const struct packet packets[] = {
	/* a customer to his own proxy */
	{ "customer: proxy's port", BY_CUSTA, "10.0.0.1", "10.0.0.2", SYN(PROXY_PORT), ACME,
		FIREWALL },
	{ "customer: proxy's port, IPv6", BY_CUSTA, "fd01::1", "fd01::2", SYN(PROXY_PORT), ACME,
		FIREWALL },
	{ "customer: proxy's port, no SYN", BY_CUSTA, "fd01::1", "fd01::2", ACK(PROXY_PORT), ACME,
		FIREWALL },
	{ "customer: any UDP port", BY_CUSTA, "10.0.0.1", "10.0.0.2", UDP(161), ACME, FIREWALL },
	{ "customer: any UDP port, IPv6", BY_CUSTA, "fd01::1", "fd01::2", UDP(161), ACME,
		FIREWALL },
	{ "customer: multicast", BY_CUSTA, "10.0.0.1", "224.0.0.1", UDP(5353), ACME, FIREWALL },
	{ "customer: multicast, IPv6", BY_CUSTA, "fd01::1", "ff02::1", UDP(5353), ACME, FIREWALL },
	{ "customer: broadcast", BY_CUSTA, "0.0.0.0", "255.255.255.255", UDP(67), ACME, FIREWALL },
	{ "customer: loopback", BY_CUSTA, "10.0.0.1", "127.0.0.1", SYN(PROXY_PORT), ACME, BOTH },
	{ "customer: loopback, IPv6", BY_CUSTA, "fd01::1", "::1", SYN(PROXY_PORT), ACME, KERNEL },
	{ "customer: from loopback", BY_CUSTA, "127.0.0.1", "10.0.0.2", UDP(PROXY_PORT), ACME,
		KERNEL },
	{ "customer: from loopback, IPv6", BY_CUSTA, "::1", "fd01::2", UDP(PROXY_PORT), ACME,
		KERNEL },
	{ "customer: ports that allow does not name, TCP", BY_CUSTB, "10.0.0.1", "10.0.0.2",
		SYN(TRAP_PORT), BRAVO, FIREWALL },
	{ "customer: ports that allow does not name, UDP", BY_CUSTB, "fd01::1", "fd01::2",
		UDP(PROXY_PORT), BRAVO, FIREWALL },
	{ "customer: link without IPv6", BY_SITEA, "fe80::9", "ff02::1", UDP(5353), ACME, BOTH },
	{ "customer: from another interface's network", BY_SITEA, "10.0.0.1", "10.1.0.2",
		UDP(TRAP_PORT), ACME, BOTH },
	/* a customer to an uplink, through a VRF that forwards, and one that does not */
	{ "customer: uplink's inside", BY_CUSTA, "fd01::1", INSIDE_A, SYN(PROXY_PORT), ACME,
		FIREWALL },
	{ "customer: uplink's inside, ping", BY_CUSTA, "fd01::1", INSIDE_A,
		ICMP6(ICMP6_ECHO_REQUEST), ACME, FIREWALL },
	{ "customer: uplink's inside at an allowed port", BY_CUSTB, "fd01::1", INSIDE_B,
		SYN(PROXY_PORT), BRAVO, FIREWALL },
	{ "customer: as the root side to the inside", BY_CUSTA, ROOT_A, INSIDE_A, SYN(PROXY_PORT),
		ACME, FIREWALL },
	{ "customer: as the root side to an allowed port", BY_CUSTB, ROOT_B, "fd01::2",
		SYN(PROXY_PORT), BRAVO, FIREWALL },
	{ "customer: as the inside to an allowed port", BY_CUSTB, INSIDE_B, "fd01::2",
		UDP(TRAP_PORT), BRAVO, FIREWALL },
	{ "customer: the server", BY_CUSTA, "fd01::1", ROOT_A, SYN(SERVER_PORT), ROOT, FIREWALL },
	{ "customer: the server, from the inside's address", BY_CUSTA, INSIDE_A, ROOT_A,
		SYN(SERVER_PORT), ROOT, FIREWALL },
	{ "customer: root's ssh", BY_CUSTA, "fd01::1", ROOT_A, SYN(22), ROOT, FIREWALL },
	{ "customer: root by ping", BY_CUSTA, "fd01::1", ROOT_A, ICMP6(ICMP6_ECHO_REQUEST), ROOT,
		FIREWALL },
	{ "customer: the server, VRF does not forward", BY_CUSTB, "fd01::1", ROOT_B,
		SYN(SERVER_PORT), ROOT, BOTH },
	{ "customer: the server, from the inside's address, VRF does not forward", BY_CUSTB,
		INSIDE_B, ROOT_B, SYN(SERVER_PORT), ROOT, BOTH },
	{ "customer: another uplink's root side", BY_CUSTA, "fd01::1", ROOT_B, SYN(SERVER_PORT),
		ROOT, BOTH },
	{ "customer: another uplink's inside", BY_CUSTA, "fd01::1", INSIDE_B, SYN(PROXY_PORT),
		BRAVO, BOTH },
	{ "customer: root's other address", BY_CUSTA, "10.0.0.1", "203.0.113.1", SYN(22), ROOT,
		BOTH },
	{ "customer: root's other address, IPv6", BY_CUSTA, "fd01::1", "fd77::1", SYN(22), ROOT,
		BOTH },
	{ "customer: host beyond root", BY_CUSTA, "10.0.0.1", "203.0.113.2", UDP(53), HOST, BOTH },
	{ "customer: host beyond root, IPv6", BY_CUSTA, "fd01::1", "fd77::2", UDP(53), HOST, BOTH },
	{ "customer: another's device", BY_CUSTA, "10.55.0.1", "10.66.0.1", UDP(161), CUSTB, BOTH },
	{ "customer: another's device, IPv6", BY_CUSTA, "fd01::1", "fd66::1", UDP(53), CUSTB,
		BOTH },
	/* a customer who lies to the VRF about the network */
	{ "customer: router advertisement", BY_CUSTA, "fe80::1", "ff02::1", ICMP6(ND_ROUTER_ADVERT),
		ACME, FIREWALL },
	{ "customer: redirect", BY_CUSTA, "10.0.0.1", "10.0.0.2", ICMP4(ICMP_REDIRECT), ACME,
		FIREWALL },
	{ "customer: redirect, IPv6", BY_CUSTA, "fe80::1", "fd01::2", ICMP6(ND_REDIRECT), ACME,
		FIREWALL },
	{ "customer: neighbour solicitation as the root side", BY_CUSTB, ROOT_B, "fd01::2",
		ICMP6(ND_NEIGHBOR_SOLICIT), BRAVO, FIREWALL },
	{ "customer: timestamp request", BY_CUSTA, "10.0.0.1", "10.0.0.2", ICMP4(ICMP_TIMESTAMP),
		ACME, FIREWALL },
	/* a proxy to the root namespace */
	{ "proxy: root's ssh", BY_PROXY, INSIDE_A, ROOT_A, SYN(22), ROOT, FIREWALL },
	{ "proxy: root's ssh, SYN with other flags", BY_PROXY, INSIDE_A, ROOT_A, SYN_ECE(22), ROOT,
		FIREWALL },
	{ "proxy: root's ssh, SYN that pushes", BY_PROXY, INSIDE_A, ROOT_A, SYN_PUSH(22), ROOT,
		FIREWALL },
	{ "proxy: root's ssh, in fragments", BY_PROXY, INSIDE_A, ROOT_A, SYN_IN_PIECES(22), ROOT,
		FIREWALL },
	{ "proxy: root's ssh by the uplink's anycast address", BY_PROXY, INSIDE_A, ANYCAST_A,
		SYN(22), ROOT, FIREWALL },
	{ "proxy: the API", BY_PROXY, INSIDE_A, ROOT_A, SYN(443), ROOT, FIREWALL },
	{ "proxy: server's port by UDP", BY_PROXY, INSIDE_A, ROOT_A, UDP(SERVER_PORT), ROOT,
		FIREWALL },
	{ "proxy: name server", BY_PROXY, INSIDE_A, ROOT_A, UDP(53), ROOT, FIREWALL },
	{ "proxy: ping", BY_PROXY, INSIDE_A, ROOT_A, ICMP6(ICMP6_ECHO_REQUEST), ROOT, FIREWALL },
	{ "proxy: multicast", BY_PROXY, INSIDE_A, "ff02::1", UDP(5353), ROOT, FIREWALL },
	{ "proxy: multicast, link-local", BY_PROXY, "fe80::2", "ff02::1", UDP(5353), ROOT,
		FIREWALL },
	{ "proxy: broadcast", BY_PROXY, "0.0.0.0", "255.255.255.255", UDP(67), ROOT, FIREWALL },
	{ "proxy: server by another uplink's address", BY_PROXY, INSIDE_A, ROOT_B, SYN(SERVER_PORT),
		ROOT, FIREWALL },
	{ "proxy: another uplink's address, no SYN", BY_PROXY, INSIDE_A, ROOT_B, ACK(SERVER_PORT),
		ROOT, FIREWALL },
	{ "proxy: server by root's other address", BY_PROXY, INSIDE_A, "fd77::1", SYN(SERVER_PORT),
		ROOT, FIREWALL },
	{ "proxy: root's other address, no SYN", BY_PROXY, INSIDE_A, "fd77::1", ACK(22), ROOT,
		FIREWALL },
	{ "proxy: root's other address, IPv4", BY_PROXY, "10.0.0.2", "203.0.113.1",
		SYN(SERVER_PORT), ROOT, BOTH },
	{ "proxy: root's other address, IPv4, as a host beyond", BY_PROXY, "203.0.113.2",
		"203.0.113.1", SYN(22), ROOT, BOTH },
	{ "proxy: loopback", BY_PROXY, INSIDE_A, "::1", SYN(22), ROOT, KERNEL },
	{ "proxy: loopback, IPv4", BY_PROXY, "10.0.0.2", "127.0.0.1", SYN(22), ROOT, KERNEL },
	{ "proxy: router advertisement", BY_PROXY, "fe80::2", "ff02::1", ICMP6(ND_ROUTER_ADVERT),
		ROOT, FIREWALL },
	{ "proxy: router advertisement from nowhere", BY_PROXY, "::", "ff02::1",
		ICMP6(ND_ROUTER_ADVERT), ROOT, FIREWALL },
	{ "proxy: redirect", BY_PROXY, INSIDE_A, ROOT_A, ICMP6(ND_REDIRECT), ROOT, FIREWALL },
	{ "proxy: neighbour solicitation as a host beyond", BY_PROXY, "fd77::2", ROOT_A,
		ICMP6(ND_NEIGHBOR_SOLICIT), ROOT, FIREWALL },
	/* a proxy to others, by way of the root namespace */
	{ "proxy: another proxy", BY_PROXY, INSIDE_A, INSIDE_B, SYN(PROXY_PORT), BRAVO, FIREWALL },
	{ "proxy: another proxy, no SYN", BY_PROXY, INSIDE_A, INSIDE_B, ACK(PROXY_PORT), BRAVO,
		FIREWALL },
	{ "proxy: another proxy, as its root side", BY_PROXY, ROOT_B, INSIDE_B, SYN(PROXY_PORT),
		BRAVO, FIREWALL },
	{ "proxy: host beyond root", BY_PROXY, INSIDE_A, "fd77::2", SYN(22), HOST, FIREWALL },
	{ "proxy: host beyond root, IPv4", BY_PROXY, "10.0.0.2", "203.0.113.2", SYN(22), HOST,
		BOTH },
	{ "proxy: another customer's device", BY_PROXY, INSIDE_A, "fd66::1", UDP(53), CUSTB, BOTH },
	/* a proxy that says it is another */
	{ "proxy: as another proxy to the server", BY_PROXY, INSIDE_B, ROOT_A, SYN(SERVER_PORT),
		ROOT, FIREWALL },
	{ "proxy: as another proxy to its server address", BY_PROXY, INSIDE_B, ROOT_B,
		SYN(SERVER_PORT), ROOT, FIREWALL },
	{ "proxy: as another proxy, no SYN", BY_PROXY, INSIDE_B, ROOT_B, ACK(SERVER_PORT), ROOT,
		FIREWALL },
	{ "proxy: as a host beyond root to the server", BY_PROXY, "fd77::2", ROOT_A,
		SYN(SERVER_PORT), ROOT, FIREWALL },
	{ "proxy: as root to the server", BY_PROXY, ROOT_A, ROOT_A, SYN(SERVER_PORT), ROOT,
		FIREWALL },
	/* and across two vrfgates */
	{ "another vrfgate's proxy: our server", BY_OTHER, INSIDE_C, ROOT_A, SYN(SERVER_PORT), ROOT,
		FIREWALL },
	{ "proxy: another vrfgate's server", BY_PROXY, INSIDE_A, ROOT_A, SYN(OTHER_PORT), ROOT,
		FIREWALL },
	{ "another vrfgate's proxy: our proxy", BY_OTHER, INSIDE_C, INSIDE_A, SYN(PROXY_PORT), ACME,
		FIREWALL },
	{ "another vrfgate's proxy: as our proxy to the server", BY_OTHER, INSIDE_A, ROOT_A,
		SYN(SERVER_PORT), ROOT, FIREWALL },
	{ "proxy: another vrfgate's proxy", BY_PROXY, INSIDE_A, INSIDE_C, SYN(PROXY_PORT), CHARLIE,
		FIREWALL },
	/* what else may come over an uplink, or go to one */
	{ "uplink: a host beyond root", BY_ROOT, "fd77::2", INSIDE_A, SYN(PROXY_PORT), ACME,
		FIREWALL },
	{ "uplink: another proxy", BY_ROOT, INSIDE_B, INSIDE_A, SYN(PROXY_PORT), ACME, FIREWALL },
	{ "uplink: a host beyond root to the customer's side", BY_ROOT, "fd77::2", "fd01::2",
		ICMP6(ICMP6_ECHO_REQUEST), ACME, FIREWALL },
	{ "uplink: IPv4", BY_ROOT, "10.9.9.9", "224.0.0.1", UDP(5353), ACME, BOTH },
	{ "uplink: to a customer's device", BY_ROOT, ROOT_A, "fd01::1", UDP(53), CUSTA, FIREWALL },
	{ "uplink: to a customer's device, IPv4", BY_ROOT, "10.9.9.9", "10.0.0.1", UDP(53), CUSTA,
		BOTH },
	{ "host: a proxy", BY_HOST, "fd77::2", INSIDE_A, SYN(PROXY_PORT), ACME, FIREWALL },
	{ "host: a proxy, as its root side", BY_HOST, ROOT_A, INSIDE_A, SYN(PROXY_PORT), ACME,
		FIREWALL },
	/* last, so that what came before them has been judged when they are heard */
	{ "allowed: ping by a customer", BY_CUSTA, "10.0.0.1", "10.0.0.2", ICMP4(ICMP_ECHO), ACME,
		ALLOWED },
	{ "allowed: ping by a customer, IPv6", BY_CUSTA, "fd01::1", "fd01::2",
		ICMP6(ICMP6_ECHO_REQUEST), ACME, ALLOWED },
	{ "allowed: ping by a customer of a second interface", BY_SITEA, "10.1.0.1", "10.1.0.2",
		ICMP4(ICMP_ECHO), ACME, ALLOWED },
	{ "allowed: fragmentation needed", BY_CUSTA, "fd01::1", "fd01::2",
		ICMP6(ICMP6_PACKET_TOO_BIG), ACME, ALLOWED },
	{ "allowed: TCP port", BY_CUSTB, "10.0.0.1", "10.0.0.2", SYN(PROXY_PORT), BRAVO, ALLOWED },
	{ "allowed: UDP port, IPv6", BY_CUSTB, "fd01::1", "fd01::2", UDP(TRAP_PORT), BRAVO,
		ALLOWED },
	{ "allowed: proxy to server", BY_PROXY, INSIDE_A, ROOT_A, SYN(SERVER_PORT), ROOT, ALLOWED },
	{ "allowed: server to proxy", BY_ROOT, ROOT_A, INSIDE_A, SYN(PROXY_PORT), ACME, ALLOWED },
	{ "allowed: another vrfgate's proxy to server", BY_OTHER, INSIDE_C, ROOT_C, SYN(OTHER_PORT),
		ROOT, ALLOWED },
	{ "allowed: host to root, no way back", BY_HOST, "192.0.2.9", "203.0.113.1", UDP(53), ROOT,
		ALLOWED },
	{ "allowed: host to another one through root", BY_HOST, "203.0.113.2", "198.51.100.2",
		UDP(53), FAR, ROUTED },
	{ "allowed: host to root", BY_HOST, "203.0.113.2", "203.0.113.1", SYN(22), ROOT, ALLOWED },
};
#define N_PACKETS (sizeof(packets) / sizeof(*packets))
