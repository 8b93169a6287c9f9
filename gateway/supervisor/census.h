// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a status shows of the kernel, read in rounds: a few VRFs at a time, with the loop's other work in between,
 * and no round sooner than a second after the last one. So it is at most seconds old, and costs the same however
 * many ask.
 *
 * Of a VRF that is as it was compared last only the counters are read, and those every five seconds; the
 * links of one that is not compared now, as it is stopped, are read anew.
 */
#pragma once

#include <stdbool.h>

#include "net/state.h"
#include "supervisor/supervisor.h"

struct census;

/* A round has ended. */
typedef void (*census_fn)(void *data);

struct census *census_create(struct supervisor *supervisor, census_fn ended, void *data);
void census_destroy(struct census *census);

/* Whether what is known is good enough for a status, a brief one or one with counters. */
bool census_is_fresh(const struct census *census, bool brief);

/* Begins a round, or widens the one under way. */
void census_begin(struct census *census, bool brief);

/* What of it a status shows, as it is known; reads nothing. */
const struct net_netns_state *census_of(const struct vrf *vrf);
