// SPDX-License-Identifier: GPL-2.0-or-later
/* Traffic counters of the links of a namespace, and nothing else of them: a third of the cost. */
#pragma once

#include "base/error.h"
#include "net/state.h"

/* Fills in the counters of the links in `state`, which is as it was read before (net/state.h). A link that
 * has gone since keeps those it had. Does not block. -ENOENT: no such namespace. */
int net_counters_read(const char *netns, struct net_netns_state *state, struct error *err);
