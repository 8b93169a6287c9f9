// SPDX-License-Identifier: GPL-2.0-or-later
/* The inside of net_have_read(): the root namespace apart from the others. */
#pragma once

#include "base/error.h"
#include "net/channel.h"
#include "net/have.h"

typedef int (*net_have_dump_fn)(struct net_channel *, struct net_have_netns *, struct error *);

/* Runs the dumps of a list that ends in NULL, all of them again where tables changed meanwhile; -EINTR where
 * they go on changing, for a second or without a `wait` between three times. */
int net_have_dump(struct net_channel *channel, const net_have_dump_fn *dumps, bool wait,
	struct net_have_netns *netns, struct error *err);

/* Links without their statistics. */
int net_have_dump_links(
	struct net_channel *channel, struct net_have_netns *netns, struct error *err);

/* As net_have_read(), but of the root namespace only what the want names. */
int net_have_glance(const struct net_want *want, struct net_have **have, struct error *err);

/* have->root: all there is. The thread is in the root namespace. */
int net_have_read_root(bool wait, struct net_have *have, struct error *err);

/* have->root: only what the want names, in a time that does not grow with the number of VRFs. */
int net_have_read_named_root(const struct net_want *want, struct net_have *have, struct error *err);
