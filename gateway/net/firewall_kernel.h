// SPDX-License-Identifier: GPL-2.0-or-later
/* Our nftables table in the kernel: read by nfnetlink, written by it or by libnftables. All concerns the namespace
 * that the calling thread is in. */
#pragma once

#include "base/error.h"
#include "net/channel.h"
#include "net/firewall.h"

/* In a namespace of ours the table of that name; a kernel without nftables has none. */
int net_firewall_read(uint32_t owner, struct net_have_firewall *have, struct error *err);

/* In the root namespace, where a table of that name may be somebody else's: then the one of our own name,
 * there or not. */
int net_firewall_read_root(uint32_t owner, struct net_have_firewall *have, struct error *err);

/* Folds the rules of the table that `have` names, asked for through a netfilter channel. -EINTR as
 * net_channel_dump(). */
int net_firewall_read_rules(struct net_channel *channel, uint32_t owner,
	struct net_have_firewall *have, struct error *err);

/* User data of a rule are nft(8)'s own: a byte of type, one of length, and a text with its end. */
#define NET_FIREWALL_UDATA_COMMENT 0

/* Sends a transaction of net_firewall_inside(). */
int net_firewall_commit(struct net_batch *transaction, struct error *err);

/* Makes the table, as a whole or not at all; `replace`: in place of the one that is there. */
int net_firewall_set(const char *table, const char *chains, bool replace, struct error *err);

/* One that is not there is no error. */
int net_firewall_delete(const char *table, struct error *err);
