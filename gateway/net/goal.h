// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The want of one namespace brought to one shape: every link that should be, customer links and
 * both ends of the uplink alike, each beside what the kernel has of it.
 */
#pragma once

#include "base/error.h"
#include "net/have.h"
#include "net/want.h"

/*
 * Interface indexes are chosen, so that they are known before the links exist and a VRF's settings go
 * out in the same batch: both ends of an uplink get this and its id, the n-th other link inside gets
 * the second and n.
 */
#define NET_UPLINK_IFINDEX_BASE 1000000
#define NET_LINK_IFINDEX_BASE   2000000

struct net_goal {
	const struct net_want_link *want; /* NULL: an end of the uplink */
	bool in_root;
	const char *name;
	char root_name[NET_IFNAME_SIZE]; /* holds the name of an uplink's root end */
	char mark[NET_MARK_SIZE];
	uint32_t mtu_bytes;
	const struct net_have_link
		*narrow; /* the device below where that has a smaller MTU; else NULL */
	bool has_mac;    /* mac is to be kept so */
	uint8_t mac[6];
	bool arp;   /* is to be switched on where it is off */
	bool quiet; /* no IPv6 link-local address: addr_gen_mode none */
	const struct address *addresses;
	size_t n_addresses;
	struct address own_addresses[NET_UPLINK_FAMILIES]; /* an uplink's */
	struct address neighbours[NET_UPLINK_FAMILIES];    /* hosts; those of its other end */
	size_t n_neighbours;
	uint8_t neighbour_mac[6];

	const struct net_have_link *have;   /* fits; or &fresh once its making is planned */
	const struct net_have_link *misfit; /* ours, but must go first */
	const struct net_have_link
		*renamed; /* a device inside under another name, this one free by then */
	struct net_have_link fresh;
	bool lost_ipv4; /* its IPv4 routes go with its addresses */
};

struct net_goals {
	const struct net_want_netns *want;
	const struct net_have_netns
		*have;          /* standing OURS, ABSENT or STALE when there is no fault */
	struct net_goal *items; /* the uplink's root end and inside end first, where there is one */
	size_t count;
};

struct net_goals_context {
	const struct net_want *want;
	const struct net_have *have;
	uint32_t owner;
};

/* Makes the goals of a namespace and finds what the kernel has of each; net/validate.h tells what speaks against them. */
void net_goals_init(struct net_goals *goals, const struct net_goals_context *context,
	const struct net_want_netns *want);
void net_goals_finish(struct net_goals *goals);

/* NULL where there is none of that name inside. */
struct net_goal *net_goals_find(const struct net_goals *goals, const char *name);

/* The name of the outer VLAN device of the first n tags on a parent of that name, "eth0.100"; false where too
 * long. */
bool net_goal_outer_name(const struct net_want_link *link, const char *parent, size_t n_tags,
	char name[NET_IFNAME_SIZE]);

/* That device as it is there: of that name, or ours of whatever name; NULL where it is not. With no tags
 * the NIC itself. */
const struct net_have_link *net_goal_outer(
	const struct net_goals_context *context, const struct net_want_link *link, size_t n_tags);

bool net_goal_is_our_outer(
	const struct net_goals_context *context, const struct net_have_link *link);

/* One of ours that nothing stands on any more, deleted before anything is made. */
bool net_goal_outer_goes(const struct net_goals_context *context, const struct net_have_link *link);

/* What a link stands on in the root namespace: a NIC, or the outer device of its last tag; NULL where it is not there. */
const struct net_have_link *net_goal_below(
	const struct net_goals_context *context, const struct net_want_link *link);

/* Protocol of the n-th tag, host order. */
uint16_t net_goal_vlan_protocol(const struct net_want_link *link, size_t n);
