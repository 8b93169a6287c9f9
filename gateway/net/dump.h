// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads a namespace's links, addresses, routes and neighbours through a channel. */
#pragma once

#include "base/error.h"
#include "net/channel.h"
#include "net/have.h"

/* Each appends to the namespace's array. -EINTR as net_channel_dump(). */
int net_dump_links(struct net_channel *channel, bool statistics, struct net_have_netns *netns,
	struct error *err);
int net_dump_addresses(
	struct net_channel *channel, struct net_have_netns *netns, struct error *err);
int net_dump_routes(struct net_channel *channel, struct net_have_netns *netns, struct error *err);
int net_dump_neighbours(
	struct net_channel *channel, struct net_have_netns *netns, struct error *err);

/* One link by its name (or altname) or, with name NULL, by its index; -ENODEV: none. */
int net_dump_link(struct net_channel *channel, const char *name, int ifindex,
	struct net_have_link *link, struct error *err);
