// SPDX-License-Identifier: GPL-2.0-or-later
/* What the kernel knows of the gateways and next hops of a namespace, for the loop: each is looked up alone, as a dump
 * of neighbours costs more the more VRFs there are. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/error.h"
#include "net/channel.h"
#include "net/reach.h"

struct net_gateway {
	int ifindex;                   /* of its interface; 0: not there */
	const struct address *address; /* its length does not matter */
	bool insist;  /* where nothing is known of it, have the kernel ask for it */
	bool refresh; /* the same, and also where what is known is old: it answered once (STALE) */

	/* the answer */
	enum net_neighbour neighbour;
	uint8_t mac[6]; /* of one KNOWN or SET; 0: it has none of that size */
};

/* Asks nobody; false where its hardware address is not known. The channel is of that namespace. */
bool net_gateway_mac(
	struct net_channel *channel, int ifindex, const struct address *address, uint8_t mac[6]);

/*
 * Fills in each `neighbour`; UNKNOWN also where its interface is not there. The kernel is told to ask
 * once more for one that did not answer (NTF_USE, neighbour(7)): nobody else may for a long time, and
 * one that has come back would never be known. Waits for nobody's answer. The channel is of that namespace.
 *
 * Whoever sets `insist` or `refresh` knows that the kernel can ask (net_link_state_asks_for()): where it cannot,
 * it sends nothing and takes that for no answer all the same.
 */
int net_gateways_read(
	struct net_channel *channel, struct net_gateway *gateways, size_t count, struct error *err);
