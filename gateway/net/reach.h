// SPDX-License-Identifier: GPL-2.0-or-later
/* Whether something answers, asked from inside a namespace. These wait; for commands, not for the loop. */
#pragma once

#include <stdint.h>

#include "base/address.h"
#include "base/error.h"

/* Who asks whom. */
struct net_reach {
	const char *netns;        /* NULL: the one we are in */
	const char *interface;    /* for a link-local address, and a neighbour; NULL: none */
	const struct address *to; /* its length does not matter */
	uint64_t timeout_ms;
};

/* ICMP echo (RFC 792, RFC 4443), asked twice; *rtt_us of the answer. -ETIMEDOUT: none. */
int net_reach_ping(const struct net_reach *reach, uint64_t *rtt_us, struct error *err);

/* A connected TCP socket, whose sends and receives wait for as long again; the caller's. */
int net_reach_connect(const struct net_reach *reach, uint16_t port, struct error *err);

/* What the kernel knows of a neighbour (RFC 826, RFC 4861). */
enum net_neighbour {
	NET_NEIGHBOUR_UNKNOWN, /* nobody has asked for it of late */
	NET_NEIGHBOUR_FAILED,  /* asked for, and it did not answer */
	NET_NEIGHBOUR_KNOWN,   /* mac is its address */
	NET_NEIGHBOUR_SET,     /* the same, but somebody has set it for good: nobody asks for it */
};

/* Looks `to` up among the namespace's neighbours; asks nobody. */
int net_reach_neighbour(const struct net_reach *reach, enum net_neighbour *neighbour,
	uint8_t mac[6], struct error *err);
