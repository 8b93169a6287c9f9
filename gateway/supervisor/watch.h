// SPDX-License-Identifier: GPL-2.0-or-later
/* Looking after the proxy of a VRF that is up: its checks and stats requests, each interval, and what
 * follows. Its part of the kernel is drift's (supervisor/drift.h). */
#pragma once

#include "supervisor/vrf.h"

/* Looks in delay_ms, and from then on by itself for as long as the VRF's state wants it. */
void watch_start(struct vrf *vrf, uint64_t delay_ms);

/* Asks nothing any more; what is under way is dropped. */
void watch_stop(struct vrf *vrf);

/* Tells the VRF whether all its checks are good. */
void watch_tell_wellness(struct vrf *vrf);
