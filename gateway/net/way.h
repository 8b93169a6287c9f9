// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The way that the kernel sends packets from inside a namespace, as `ip route get` tells it, beside the way that is
 * wanted, and the foreign route or rule that is to blame where they differ. For the loop: the kernel answers at
 * once from its tables, and without its big lock.
 */
#pragma once

#include "net/channel.h"
#include "net/have.h"
#include "net/state.h"
#include "net/want.h"

#define NET_WAY_TEXT_SIZE 256

enum net_way_kind {
	NET_WAY_HOST,      /* by any router of the wanted way */
	NET_WAY_NEIGHBOUR, /* a next hop: by no router */
	NET_WAY_ROUTE, /* a network with a route of its own, as a whole: by the next hops of that */
	NET_WAY_DEFAULT, /* any address that no route but the default one leads to */
};

struct net_way {
	enum net_way_kind kind;
	struct address to; /* of ROUTE the network; else its length does not matter */

	/* the answer */
	bool known;  /* false: nothing can be said, as where its link has no carrier */
	bool astray; /* the kernel sends it elsewhere, or nowhere */
	char why[NET_WAY_TEXT_SIZE]; /* where it is: "discarded by foreign route 'blackhole 10.0.0.1/32'" */
};

/* What is asked of one namespace. */
struct net_ways {
	const struct net_want *want;         /* of that one alone */
	const struct net_netns_state *state; /* its links and addresses, as they were read last */
	struct net_way *items;
	size_t count;
};

/*
 * Fills in the answers; the channel is of that namespace. The kernel is asked as by the proxy, whose packets have
 * the address of the wanted interface. What a routing daemon sends by another interface of the want is not astray.
 */
int net_ways_read(struct net_channel *channel, struct net_ways *ways, struct error *err);

/* Whether somebody else made it, and not the kernel. */
bool net_rule_is_foreign(const struct net_have_rule *rule);
bool net_discard_is_foreign(const struct net_have_discard *discard);

/* As ip-rule(8) and ip-route(8) have them: "100: from all to 10.0.0.1 blackhole", "blackhole 10.0.0.1/32". */
const char *net_rule_text(const struct net_have_rule *rule, char text[NET_WAY_TEXT_SIZE]);
const char *net_discard_text(const struct net_have_discard *discard, char text[NET_WAY_TEXT_SIZE]);
