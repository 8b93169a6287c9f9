// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tells of changes in the kernel that may concern a VRF, so that they need not be looked for: links,
 * addresses and routes of its namespace, the root end of its uplink, the devices that its links stand
 * on, and the namespace's name. It tells where to look, not what is wrong.
 *
 * One rtnetlink socket hears all namespaces (NETLINK_LISTEN_ALL_NSID, netlink(7)); of routes only what
 * can be the loss of one of ours passes its filter, so a routing daemon's full table wakes nobody. Another
 * such socket hears of nftables, where there are. An
 * inotify(7) watch sees names go from /run/netns. Not told: neighbours, and sysctls but for forwarding.
 */
#pragma once

#include "base/error.h"
#include "net/want.h"

struct net_monitor;

enum net_monitor_what {
	NET_MONITOR_VRF,    /* the VRF's own things */
	NET_MONITOR_LOWER,  /* a device of the root namespace that a link of it stands on */
	NET_MONITOR_SHARED, /* no one VRF's: the root namespace's firewall; the subject is NULL */
	NET_MONITOR_FORWARDING, /* the root namespace's, which those of all uplinks follow; likewise */
};

/* `subject` as given to net_monitor_add(); NULL with NET_MONITOR_VRF: events were lost, anything may have
 * changed. */
typedef void (*net_monitor_fn)(void *subject, enum net_monitor_what what, void *data);

/* Hears from the calling thread's namespace, the root one. */
int net_monitor_create(struct net_monitor **monitor, struct error *err);
void net_monitor_destroy(struct net_monitor *monitor);

/* Readable where net_monitor_read() has something to do. */
int net_monitor_fd(const struct net_monitor *monitor);

/* Reads what has come, at most some hundred messages, and tells of each. Does not block. */
int net_monitor_read(
	struct net_monitor *monitor, net_monitor_fn tell, void *data, struct error *err);

/* Listens for a VRF; to be called again whenever its namespace was made anew or its want changed.
 * Copies what it needs of the want. */
int net_monitor_add(struct net_monitor *monitor, const struct net_want_netns *netns, void *subject,
	struct error *err);

/* One that is not there is no error. */
void net_monitor_remove(struct net_monitor *monitor, const char *netns);
