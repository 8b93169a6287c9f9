// SPDX-License-Identifier: GPL-2.0-or-later
/* Who is connected to a TCP port of a namespace, and which ports of the machine have a listener. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/error.h"

/* The addresses that are told apart; further ones count for the total alone. */
#define NET_PORT_PEERS_MAX 64

struct net_port_peer {
	struct address address; /* an IPv4 one also where the listener is of IPv6 */
	size_t connections;
};

/* Established connections that a program has accepted: those that wait for accept(2) hold nobody. */
struct net_port_peers {
	struct net_port_peer peers[NET_PORT_PEERS_MAX]; /* by connections, the most first */
	size_t count;
	size_t connections; /* of all peers */
};

/* Waits for nobody. -ENOENT: no such namespace. */
int net_port_peers_read(
	const char *netns, uint16_t port, struct net_port_peers *peers, struct error *err);

/* Port numbers; all zero: none. */
struct net_port_set {
	uint64_t bits[1024];
};

static inline void net_port_set_add(struct net_port_set *set, uint16_t port)
{
	set->bits[port / 64] |= UINT64_C(1) << (port % 64);
}

static inline void net_port_set_remove(struct net_port_set *set, uint16_t port)
{
	set->bits[port / 64] &= ~(UINT64_C(1) << (port % 64));
}

static inline bool net_port_set_has(const struct net_port_set *set, uint16_t port)
{
	return set->bits[port / 64] >> (port % 64) & 1;
}

/* Adds the TCP ports of the namespace that we are in where somebody listens. */
int net_port_listeners_read(struct net_port_set *ports, struct error *err);

/* "10.0.0.7 (3 connections)", "10.0.0.7 (3 connections) and 2 others"; returns text. */
const char *net_port_peers_format(const struct net_port_peers *peers, char text[128]);
