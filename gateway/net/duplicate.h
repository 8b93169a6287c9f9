// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whether another host of a link has one of our addresses: an ARP probe, which changes nobody's tables
 * (RFC 5227, 2.1.1), or a neighbour solicitation (RFC 4861, 4.3).
 *
 * To close a packet socket the kernel waits for some ms, so this is for commands and helper processes, not for
 * the loop.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"

struct net_duplicate {
	const char *netns;
	int ifindex;
	uint8_t own_mac[6]; /* of that link */
	struct address address;
	int fd; /* -1: it cannot be asked for, and nothing is found */

	/* the answer */
	bool found, has_mac;
	uint8_t mac[6];
};

/* True for a hardware address of the namespace that asks: an answer from there is none. */
typedef bool (*net_own_mac_fn)(
	const struct net_duplicate *duplicate, const uint8_t mac[6], const void *data);

/* Makes the sockets, each in its namespace; the only part that needs rights (CAP_NET_RAW, CAP_SYS_ADMIN). */
void net_duplicates_open(struct net_duplicate *list, size_t count);

/* Asks once for each, and takes what comes within that time. At most 64. */
void net_duplicates_ask(struct net_duplicate *list, size_t count, uint64_t timeout_ms,
	net_own_mac_fn is_own, const void *data);

void net_duplicates_close(struct net_duplicate *list, size_t count);
