// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The rules that keep customers, uplinks and the root namespace apart: one nftables table in each
 * namespace with our mark, and one in the root namespace. The one of root is in nft(8)'s own words; those
 * of namespaces, which may be a thousand, are messages (net/rules.h). `nft list table inet vrfgate` shows either.
 *
 * Every rule ends in a comment "PURPOSE [vrfgate@OWNER HASH]": OWNER as in net/mark.h, HASH of the
 * words, or the message, of the rule and its chain. The comments of a table in their order are what have and want are
 * compared by: a rule that is changed, added or gone changes their digest.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "net/channel.h"
#include "net/forwarding.h"
#include "net/want.h"

#define NET_FIREWALL_FAMILY       "inet"
#define NET_FIREWALL_TABLE        "vrfgate"
/* nft(8): NFT_NAME_MAXLEN is more, but ours are no longer. */
#define NET_FIREWALL_NAME_SIZE    24
/* nft(8) takes 128 bytes; ours are no longer. */
#define NET_FIREWALL_COMMENT_SIZE 96

/* What the kernel has of a table. */
struct net_have_firewall {
	bool exists;
	bool foreign; /* has rules, and none of them is ours */
	bool dormant; /* its chains hear nothing */
	uint64_t digest;
	char table[NET_FIREWALL_NAME_SIZE];
};

/* What root's should have. */
struct net_firewall {
	char *chains; /* the inside of a table in nft(8)'s words */
	uint64_t digest;
};

void net_firewall_finish(struct net_firewall *firewall);

/* Of a namespace: answers, what the network needs and what is allowed come in; nothing passes. Appends
 * the transaction that makes the table, `replace`: in place of the one that is there; NULL: nothing, which takes
 * a quarter of the time. Returns the digest. */
uint64_t net_firewall_inside(struct net_batch *batch, const struct net_want *want,
	const struct net_want_netns *netns, bool replace);

/* Of the root namespace: of uplinks only, whichever there are; and of all that is forwarded where we have
 * it do that. */
void net_firewall_root(struct net_firewall *firewall, const struct net_want *want,
	const struct net_have_forwarding forwarding[NET_FORWARDING_KINDS]);

/* The name of the root table where another one of the usual name is not ours; returns name. */
const char *net_firewall_own_table(uint32_t owner, char name[NET_FIREWALL_NAME_SIZE]);

/* The comment of a rule whose words, or messages, have this hash. */
void net_firewall_comment(char comment[NET_FIREWALL_COMMENT_SIZE], const char *purpose,
	uint32_t owner, uint64_t hash);

/* The digest (0 at first) with one rule more. */
uint64_t net_firewall_fold_rule(uint64_t digest, const char *chain, const char *comment);

/* A rule of a dump, in the order they come, folded into what is had: `comment` is NULL where it has
 * none. */
void net_firewall_fold(
	struct net_have_firewall *have, uint32_t owner, const char *chain, const char *comment);
