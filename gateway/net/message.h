// SPDX-License-Identifier: GPL-2.0-or-later
/* Acts as rtnetlink messages. */
#pragma once

#include <stdbool.h>

#include "net/act.h"

struct nl_msg;

/* What a message needs beside its act. */
struct net_message_context {
	int ifindex;        /* of the act's link; 0: by name */
	int parent_ifindex; /* LINK_CREATE of a vlan or macvlan */
	int netns_fd;       /* the group's namespace */
	int peer_netns_fd;  /* LINK_CREATE of a veth between namespaces */
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
