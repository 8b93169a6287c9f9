// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The rules that keep customers, uplinks and the root namespace apart: one nftables table in each
 * namespace with our mark and one in the root namespace, both in nft(8)'s own words, so that what is
 * written here, sent and listed by `nft list table inet vrfgate` reads alike.
 *
 * Every rule ends in a comment "PURPOSE [vrfgate@OWNER HASH]": OWNER as in net/mark.h, HASH of the
 * rule's own words and its chain's. The comments of a table in their order are what have and want are
 * compared by: a rule that is changed, added or gone changes their digest.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "net/forwarding.h"
#include "net/want.h"

#define NET_FIREWALL_FAMILY    "inet"
#define NET_FIREWALL_TABLE     "vrfgate"
/* nft(8): NFT_NAME_MAXLEN is more, but ours are no longer. */
#define NET_FIREWALL_NAME_SIZE 24

/* What the kernel has of a table. */
struct net_have_firewall {
	bool exists;
	bool foreign; /* has rules, and none of them is ours */
	bool dormant; /* its chains hear nothing */
	uint64_t digest;
	char table[NET_FIREWALL_NAME_SIZE];
};

/* What it should have. */
struct net_firewall {
	char *chains; /* the inside of a table in nft(8)'s words */
	uint64_t digest;
};

void net_firewall_finish(struct net_firewall *firewall);

/* Of a namespace: answers, what the network needs and what is allowed come in; nothing passes. */
void net_firewall_inside(struct net_firewall *firewall, const struct net_want *want,
	const struct net_want_netns *netns);

/* Of the root namespace: of uplinks only, whichever there are; and of all that is forwarded where we have
 * it do that. */
void net_firewall_root(struct net_firewall *firewall, const struct net_want *want,
	const struct net_have_forwarding forwarding[NET_FORWARDING_KINDS]);

/* The name of the root table where another one of the usual name is not ours; returns name. */
const char *net_firewall_own_table(uint32_t owner, char name[NET_FIREWALL_NAME_SIZE]);

/* A rule of a dump, in the order they come, folded into what is had: `comment` is NULL where it has
 * none. */
void net_firewall_fold(
	struct net_have_firewall *have, uint32_t owner, const char *chain, const char *comment);
