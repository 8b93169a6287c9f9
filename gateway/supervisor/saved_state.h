// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the next supervisor cannot find out by looking: which VRFs were stopped by hand, what their
 * proxies have been through, and which Zabbix wrote their databases. RUN/state.json, written to a temporary name and renamed:
 *
 *	{ "schema": 1, "vrfs": { "acme": { "held": false, "pid": 4711, "start_time": 815,
 *	                                   "ending": false, "restarts": 2,
 *	                                   "last_exit": "signal 9 (Killed)",
 *	                                   "database_version": 600 } } }
 *
 * Which proxy runs is told by its lock alone (process/lock.h); pid and start time here say whether that
 * is the one of which the rest was written.
 */
#pragma once

#include <jansson.h>

#include "supervisor/supervisor.h"

/* The "vrfs" of RUN/state.json, the caller's; empty where there is no file. A damaged one is told and
 * is as none. */
json_t *saved_state_load(const char *run_dir);

bool saved_state_holds(const json_t *saved, const char *vrf);

/* To a VRF that was just made. */
void saved_state_apply(const json_t *saved, struct vrf *vrf);

/* Writes it at once; a failure is told. */
void saved_state_write(const struct supervisor *supervisor);

/* Writes it soon, so that many changes together are one writing. */
void saved_state_write_soon(struct supervisor *supervisor);

/* Everything was taken down: nobody is held any more. */
void saved_state_remove(const char *run_dir);
