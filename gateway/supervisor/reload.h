// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reading the config anew under a running supervisor, and what that changes. A config that would end the monitoring of more
 * VRFs than one slip may (supervisor/departures.h) is refused, unless that is said to be meant.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/strings.h"

struct config;
struct job;
struct supervisor;

/* The reload that is under way, and how the last one ended. */
struct supervisor_reload {
	struct job *
		job; /* that reads the config, or writes what must outlast a loss of power; NULL: none is under way */
	struct config *config; /* the new one, meanwhile */
	bool remove;           /* removals are meant, however many */
	bool by_signal;        /* its end is told to the log */
	bool again;            /* another signal came meanwhile */
	struct error error;    /* code 0: it is done */
	struct strings faults; /* of the config */
	size_t n_faults;       /* of the config that was read last */
	struct strings warnings;
	uint64_t failed_ms; /* when the last one failed; 0: it did not */
	/* What the last one that was done has changed. */
	struct strings added, removed;
	uint32_t *uplinks; /* the ids of those removed, whose links go after their namespaces */
	size_t n_uplinks;
};

/*
 * Reads the config anew and changes what differs. True: it waits for the disks of the config and of state_dir, and
 * control_server_answer_waiting() will be called when it has ended. How it has ended is in supervisor->reload; with
 * an error nothing was changed. Not while one is under way.
 */
bool reload_begin(struct supervisor *supervisor, bool remove);

/* The same for SIGHUP: how it ends is told to the log, and where one is under way another follows. */
void reload_by_signal(struct supervisor *supervisor);

/*
 * How far the last one is in effect, a new reference:
 *
 *	{ "ok": true, "done": false, "generation": 2, "added": [ "acme" ], "removed": [], "changed": [],
 *	  "restarted": [], "unchanged": 1,
 *	  "waiting": [ { "name", "state", "reason" } ],   those that are not yet as the config says
 *	  "failed": [ { "name", "state", "reason" } ] }   those that cannot be
 *
 * A proxy that was started counts as done: whether it becomes ready is its status's to say.
 */
json_t *reload_progress_create(const struct supervisor *supervisor);

void reload_finish(struct supervisor_reload *reload);
