// SPDX-License-Identifier: GPL-2.0-or-later
/* Acts as rtnetlink messages, and what all messages of netlink need. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "net/act.h"

struct nl_msg;
struct nlattr;
struct nlmsghdr;

/* For cleanup_message. */
void net_message_free(struct nl_msg **message);
#define cleanup_message cleanup(net_message_free)

/* The attributes behind a header of `skip` bytes, 0 to max; false where they are not whole. */
bool net_message_parse(
	const struct nlmsghdr *header, size_t skip, struct nlattr **attributes, int max);

/* What a message needs beside its act. */
struct net_message_context {
	int ifindex;        /* of the act's link; 0: by name */
	int parent_ifindex; /* LINK_CREATE of a vlan or macvlan */
	const int *hops;   /* ROUTE_*: ifindexes of its other next hops; 0: the kernel finds them */
	int netns_fd;      /* the group's namespace */
	int peer_netns_fd; /* LINK_CREATE of a veth between namespaces */
	int root_fd;
};

/* True where the act names its link by index only. */
bool net_message_needs_ifindex(const struct net_act *act);

/* The message, the caller's to nlmsg_free(). Acts on namespaces and sysctls have none: NULL. */
struct nl_msg *net_message_build(
	const struct net_act *act, const struct net_message_context *context);

/* lo (ifindex 1) gets a mark; RTM_DELLINK of all of our group in a namespace. */
struct nl_msg *net_message_build_mark(int ifindex, const char *name, const char *mark);
struct nl_msg *net_message_build_delete_group(void);
