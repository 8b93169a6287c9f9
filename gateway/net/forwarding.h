// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whether the root namespace forwards, which it must where uplinks lead to a server on another machine. Where
 * it does not, we have it do that for uplinks alone, and drop what comes in by the same switch and is for others.
 * Marks on lo say what to switch off again: unlike a rule or a file they live exactly as long as the switch.
 *
 * IPv4 has a switch for each link, of that which a packet comes in by: those of the uplinks and of the link that
 * leads to the server are enough. net.ipv4.ip_forward stays as it is; who else needs it (Docker, a router) switches
 * it on, and from then on nothing is ours. IPv6 has one switch for all, which nobody can be seen to set a second
 * time, but that the kernel sets net.ipv6.conf.default.forwarding with it: we set that back, so a 1 there is
 * somebody else's.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/strings.h"
#include "net/mark.h"
#include "net/want.h"

enum net_forwarding_kind {
	NET_FORWARDING_IPV6,
	NET_FORWARDING_IPV4,
	NET_FORWARDING_KINDS,
};

/* A link of the root namespace that packets for uplinks come in by. */
struct net_have_way {
	char name[NET_IFNAME_SIZE];
	int ifindex; /* 0: it has gone */
	bool on;
	bool ours;   /* switched on by us */
	bool wanted; /* it leads to the server */
};

#define NET_FORWARDING_WAYS 8

struct net_have_forwarding {
	bool on;     /* all of the namespace */
	bool ours;   /* by us; in IPv4 by a version that did so */
	bool sealed; /* IPv6: with `default` set back */
	bool shared; /* IPv6: `default` is on nevertheless: somebody else wants it, too */
	struct net_have_way ways[NET_FORWARDING_WAYS]; /* IPv4 */
	size_t n_ways;
	bool unreachable[NET_SERVERS_MAX]; /* IPv4: no route leads to that node */
};

/* Of the namespace that the calling thread is in. */
int net_forwarding_read(const struct net_want *want,
	struct net_have_forwarding have[NET_FORWARDING_KINDS], struct error *err);

const char *net_forwarding_key(enum net_forwarding_kind kind);
/* way: NULL, or the name of a link. */
const char *net_forwarding_mark(
	char mark[NET_MARK_SIZE], enum net_forwarding_kind kind, const char *way, uint32_t owner);
/* That `default` was set back. */
const char *net_forwarding_seal(char mark[NET_MARK_SIZE], uint32_t owner);

/* True where the want's uplinks need it. */
bool net_forwarding_wanted(const struct net_want *want, enum net_forwarding_kind kind);

/* True where all of the namespace forwards, and goes on to: not where that is ours to take back. */
bool net_forwarding_is_general(
	const struct net_have_forwarding *have, enum net_forwarding_kind kind);

/* True where it is on for the uplinks alone by us, or about to be: IPv6, and of IPv4 a link. */
bool net_forwarding_narrow(const struct net_want *want, const struct net_have_forwarding *have);
bool net_forwarding_way_narrow(const struct net_want *want, const struct net_have_forwarding *have,
	const struct net_have_way *way);

/* The links that lead to nodes of the server in IPv4, one after the other; before: NULL for the first. NULL: there
 * are no more. */
const struct net_have_way *net_forwarding_next_way(
	const struct net_have_forwarding *have, const struct net_have_way *before);

/* Reads, and appends a sentence for each thing that an operator should know of: what we have switched on, and what
 * is dropped for that; no way to the server. Blocks for the answers. */
int net_forwarding_warn(const struct net_want *want, struct strings *warnings, struct error *err);
