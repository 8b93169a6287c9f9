// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A table of nftables as messages of nfnetlink, built here and not by libnftables: its reading of words
 * takes longer than all else that is done for a namespace's rules, and each of a thousand namespaces gets
 * some. They are the expressions that nft(8) makes of its words, so it lists them as if it had made them.
 *
 * A rule's matches are written one by one, and net_rule_end() writes what becomes of a packet that all of
 * them match. Sources: linux/netfilter/nf_tables.h, nft(8).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/address.h"
#include "net/channel.h"

struct nl_msg;
struct nlattr;

/* A writer of one transaction; without a batch, of its digest alone. */
struct net_rules {
	struct net_batch *batch;
	const char *table;
	const char *chain; /* being filled */
	uint64_t chain_hash;
	uint32_t owner;
	uint64_t digest;        /* of the rules so far, as net_firewall_fold() makes it of a dump */
	struct nl_msg *message; /* each takes the place of the last one; NULL: no batch */
	uint64_t hash;          /* of what is in the message so far */
	bool in_rule;
	struct nlattr *expressions; /* of the rule */
};

/* Begins a transaction that makes a table; `replace`: in place of the one that is there. Strings are borrowed. */
void net_rules_begin(struct net_rules *rules, struct net_batch *batch, const char *table,
	bool replace, uint32_t owner);
void net_rules_end(struct net_rules *rules);

/* A base chain of type filter. hook: enum nf_inet_hooks; priority: enum nf_ip_hook_priorities; policy: NF_ACCEPT or
 * NF_DROP. */
void net_rules_chain(struct net_rules *rules, const char *name, uint32_t hook, int32_t priority,
	uint32_t policy);

enum net_rule_side {
	NET_RULE_SOURCE, /* or iifname */
	NET_RULE_DESTINATION,
};

/* iifname "uplink"; `other`: iifname != "uplink" */
void net_rule_match_interface(
	struct net_rules *rules, enum net_rule_side side, const char *ifname, bool other);
/* ip6 saddr fd00::1 */
void net_rule_match_host(
	struct net_rules *rules, enum net_rule_side side, const struct address *host);
/* ip6 saddr fd00::4/126, of any address in it */
void net_rule_match_network(
	struct net_rules *rules, enum net_rule_side side, const struct address *network);
/* udp dport 162; IPPROTO_TCP or _UDP */
void net_rule_match_port(struct net_rules *rules, uint8_t protocol, uint16_t port);
/* icmp type echo-request; icmpv6 type 135-136, from first to last; AF_INET or AF_INET6 */
void net_rule_match_icmp(struct net_rules *rules, int family, uint8_t first, uint8_t last);
/* ip6 hoplimit 255 */
void net_rule_match_hop_limit(struct net_rules *rules, uint8_t hop_limit);
/* ct state established */
void net_rule_match_established(struct net_rules *rules);

/* accept, drop: NF_ACCEPT, NF_DROP. The comment is of this purpose. */
void net_rule_end(struct net_rules *rules, uint32_t verdict, const char *purpose);
/* notrack */
void net_rule_end_untracked(struct net_rules *rules, const char *purpose);
