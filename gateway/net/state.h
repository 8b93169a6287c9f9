// SPDX-License-Identifier: GPL-2.0-or-later
/* What `status` shows of a namespace's links: a fresh reading, no judgement. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/error.h"
#include "net/have.h"

struct net_link_address {
	struct address address;
	enum net_address_standing standing;
};

struct net_link_state {
	int ifindex;
	char name[NET_IFNAME_SIZE];
	char kind[16];               /* "vlan", "macvlan", "veth", "device" */
	bool up;                     /* IFF_UP */
	bool carrier;                /* IFF_LOWER_UP */
	char lower[NET_IFNAME_SIZE]; /* the device it stands on; "": none, or not read */
	bool lower_up, lower_carrier;
	char master[2 * NET_IFNAME_SIZE]; /* "bridge br0", which has what comes in; "": none */
	uint8_t mac[6];
	bool ethernet; /* its neighbours are found by ARP */
	struct net_link_address *addresses;
	size_t n_addresses;
	struct net_link_address *link_locals; /* not shown: the kernel has one on most links */
	size_t n_link_locals;
	uint64_t rx_bytes, tx_bytes, rx_errors, tx_errors;
};

struct net_netns_state {
	bool exists;                  /* and bears our mark */
	struct net_link_state *links; /* all but lo */
	size_t n_links;
	uint32_t owner; /* whose it is, of ours (net/mark.h) */
};

/* Reads a namespace; a missing one is a state, not an error. net_netns_state_finish() it. */
int net_netns_state_read(const char *name, struct net_netns_state *state, struct error *err);
/* The same from what was read for a comparison; counters are 0. */
void net_netns_state_copy(
	const struct net_have *have, const char *name, struct net_netns_state *state);
void net_netns_state_finish(struct net_netns_state *state);

bool net_netns_state_has_mac(const struct net_netns_state *state, const uint8_t mac[6]);

/* Whether it may answer for an address with that hardware address: a link has the one, and a link the other, as the
 * kernel answers for all of its addresses on each. */
bool net_netns_state_answers(
	const struct net_netns_state *state, const struct address *address, const uint8_t mac[6]);

/* Whether the namespace that we are in has no link of that name, be it an alternative one; false where the kernel does
 * not say. Waits for the kernel. */
bool net_link_is_missing(const char *name);

/* NULL where there is none of that name. */
const struct net_link_state *net_netns_state_find(
	const struct net_netns_state *state, const char *name);

/*
 * Whether the kernel, told to ask for a neighbour of that family without a packet for it, sends anything: the link,
 * which may be NULL, must be up and have an address to ask from. In IPv6 that is a link-local one (ndisc_send_ns()).
 */
bool net_link_state_asks_for(const struct net_link_state *link, int family);

/* NULL where the link, which may be NULL, has it not. */
const struct net_link_address *net_link_state_find_address(
	const struct net_link_state *link, const struct address *address);
