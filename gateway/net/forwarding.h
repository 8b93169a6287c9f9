// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whether the root namespace forwards, which it must where uplinks lead to a server on another machine.
 * Where it did not before, we switch it on, have the firewall drop what is not of our uplinks, and
 * remember by a mark on lo to switch it off again. That mark, unlike a rule or a file, lives exactly as long
 * as the switch.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "net/mark.h"

enum net_forwarding_kind {
	NET_FORWARDING_IPV6,
	NET_FORWARDING_IPV4,
	NET_FORWARDING_KINDS,
};

struct net_have_forwarding {
	bool on;
	bool ours; /* switched on by us */
};

/* Of the namespace that the calling thread is in. */
int net_forwarding_read(
	uint32_t owner, struct net_have_forwarding have[NET_FORWARDING_KINDS], struct error *err);

const char *net_forwarding_key(enum net_forwarding_kind kind);
const char *net_forwarding_mark(
	char mark[NET_MARK_SIZE], enum net_forwarding_kind kind, uint32_t owner);

/* True where the want's uplinks need it. */
bool net_forwarding_wanted(const struct net_want *want, enum net_forwarding_kind kind);

/* True where it is for the uplinks alone: on by us, or about to be. */
bool net_forwarding_narrow(const struct net_want *want, const struct net_have_forwarding *have,
	enum net_forwarding_kind kind);
