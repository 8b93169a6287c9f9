// SPDX-License-Identifier: GPL-2.0-or-later
/* Netlink multicast sockets that hear every namespace which has a number here (net/nsid.h). */
#pragma once

#include "base/error.h"

struct nlmsghdr;

/* Non-blocking and close-on-exec. Hears links, addresses and namespace numbers, and of routes those
 * that go and bear our protocol or the kernel's, or are replaced; of objects of next hops; and of settings that hold for a
 * whole namespace, of which forwarding is one. */
int net_event_socket_open(struct error *err);

/* Hears of all changes of nftables. */
int net_event_socket_open_firewall(struct error *err);

/* The table that a message is about; NULL: none. */
const char *net_event_table(const struct nlmsghdr *header);

/* nsid: the namespace it happened in; -1: the socket's own. The header is valid during the call. */
typedef void (*net_event_fn)(const struct nlmsghdr *header, int nsid, void *data);

/* Reads one datagram. 1: there may be more; 0: nothing is left; -ENOBUFS: some were lost. */
int net_event_socket_read(int fd, net_event_fn fn, void *data, struct error *err);
