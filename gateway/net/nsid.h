// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The number by which the calling thread's namespace knows another one: events of every namespace that
 * has one reach a socket with NETLINK_LISTEN_ALL_NSID (netlink(7)), the number beside them.
 */
#pragma once

#include "base/error.h"

struct net_channel;

/* The number, 0 or more; one is assigned where there is none yet. */
int net_nsid_get(struct net_channel *channel, int netns_fd, struct error *err);
