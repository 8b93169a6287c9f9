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

/* For the kinds of links (net/link.h), below IFLA_INFO_DATA: a number; the header of a peer, which the caller ends; what
 * every end of a new link has, netns_fd -1 leaving it where it is made. libnl leaves a peer's group out, and without
 * it a crash could leave a link nobody knows. */
void net_message_put_u16(struct nl_msg *message, int attribute, uint16_t value);
void net_message_put_u32(struct nl_msg *message, int attribute, uint32_t value);
struct nlattr *net_message_begin_peer(struct nl_msg *message, int attribute, int ifindex);
void net_message_put_end(struct nl_msg *message, const char *name,
	const struct net_act_create *create, const uint8_t *mac, int netns_fd);

/* lo (ifindex 1) gets a mark; RTM_DELLINK of all of our group in a namespace. */
struct nl_msg *net_message_build_mark(int ifindex, const char *name, const char *mark);
struct nl_msg *net_message_build_delete_group(void);
