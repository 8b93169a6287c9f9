// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads a namespace's links, addresses, routes and neighbours through a channel. */
#pragma once

#include "base/error.h"
#include "base/strings.h"
#include "net/channel.h"
#include "net/have.h"

/* Each appends to the namespace's array. -EINTR as net_channel_dump(). */
int net_dump_links(struct net_channel *channel, bool statistics, struct net_have_netns *netns,
	struct error *err);
int net_dump_addresses(
	struct net_channel *channel, struct net_have_netns *netns, struct error *err);
/* Those of one link only. */
int net_dump_link_addresses(
	struct net_channel *channel, int ifindex, struct net_have_netns *netns, struct error *err);
int net_dump_routes(struct net_channel *channel, struct net_have_netns *netns, struct error *err);
/* Routes of any table that send nothing on, of that type (RTN_BLACKHOLE and its like). */
int net_dump_discards(struct net_channel *channel, int family, uint8_t type,
	struct net_have_netns *netns, struct error *err);
/* The rules of policy routing of IPv4 and IPv6; none on a kernel that has no such thing. */
int net_dump_rules(struct net_channel *channel, struct net_have_netns *netns, struct error *err);
int net_dump_neighbours(
	struct net_channel *channel, struct net_have_netns *netns, struct error *err);

/* Appends the one neighbour asked for, where it is there and permanent. The kernel keeps those of all
 * namespaces in one table, so a dump costs more the more VRFs there are; this does not. */
int net_dump_neighbour(struct net_channel *channel, int ifindex, const struct address *address,
	struct net_have_netns *netns, struct error *err);

/* One link by its name (or altname) or, with name NULL, by its index; -ENODEV: none. */
int net_dump_link(struct net_channel *channel, const char *name, int ifindex,
	struct net_have_link *link, struct error *err);

/* The link of an event, with its names; appended to the namespace's. Empty where the message is none. */
const struct net_have_link *net_dump_event_link(
	const struct nlmsghdr *header, struct net_have_netns *netns);

/* The marks of ours that a link has, whoever is their owner. */
int net_dump_marks(
	struct net_channel *channel, int ifindex, struct strings *marks, struct error *err);

/* The link that packets to a host leave by; 0: there is no route. */
int net_dump_way(
	struct net_channel *channel, const struct address *to, int *ifindex, struct error *err);

/* Whether links to come would. */
int net_dump_forwarding_default(
	struct net_channel *channel, int family, bool *forwarding, struct error *err);

/* Whether the namespace forwards. */
int net_dump_forwarding_now(
	struct net_channel *channel, int family, bool *forwarding, struct error *err);

/* Whether the namespace forwards, or would on links to come, as it may have inherited from the host
 * (net.core.devconf_inherit_init_net). */
int net_dump_forwarding(
	struct net_channel *channel, int family, bool *forwarding, struct error *err);
