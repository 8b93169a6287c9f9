// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Looking after a VRF that is up: what has to be asked for, each interval, and what follows. Its part of
 * the kernel is drift's (supervisor/drift.h). Each VRF has its own time within the interval, told by its
 * name, so that a thousand make no burst.
 */
#pragma once

#include "vrf/resolv_conf.h"
#include "vrf/vrf.h"

/* Looks in delay_ms, and from then on by itself for as long as the VRF's state wants it. */
void watch_start(struct vrf *vrf, uint64_t delay_ms);

/* The VRF's time within the interval, 0 to interval_ms - 1. */
uint64_t watch_phase_ms(const char *name, uint64_t interval_ms);

/* From one question to a starting proxy whether it is ready to the next, by the proxy's age. */
uint64_t watch_ready_pause_ms(uint64_t age_ms);

/* True where the proxy runs, is known to the server, has something to do by the config, and has
 * nothing to do by its own; and was not started anew for that yet. */
bool watch_config_missed(const struct vrf *vrf);

/*
 * A stats request has failed; `activity` is what the proxy's tree has done so far. True where it did nothing
 * between any of the last `fall` that failed in a row: it used no CPU, wrote nothing, and no process of it so
 * much as woke up. One that works on is not unresponsive, whoever holds its port.
 */
bool watch_note_failure(
	struct vrf_pulse *pulse, const struct process_activity *activity, uint32_t fall);

/*
 * True where the proxy is wedged, and *reason says how: its processes wait for a lock that nobody gives back;
 * or none that sends moves, the server has not heard it for too long, and it hears others. Never while the
 * disk is full: it would be again.
 */
bool watch_is_wedged(const struct vrf *vrf, char reason[256]);

/*
 * Whose name servers the proxy sees. One that sees others than those of its config is restarted, as nobody may mount
 * anything for it from outside; once, until it was seen with its own again or the config is read anew.
 */
void watch_note_names(struct vrf *vrf, enum resolv_conf_seen seen);
bool watch_names_are_lost(const struct vrf *vrf);

/* Asks nothing any more; what is under way is dropped, and what was answered forgotten. */
void watch_stop(struct vrf *vrf);

/* Tells the VRF whether all its checks are good. */
void watch_tell_wellness(struct vrf *vrf);
