// SPDX-License-Identifier: GPL-2.0-or-later
/* What the files of this room share of the one supervisor. */
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include "base/strings.h"
#include "config/model.h"
#include "supervisor/run.h"
#include "supervisor/vrf.h"

struct sd_event;
struct sd_event_source;
struct control_server;
struct disks;
struct drift;
struct reporter_link;
struct vitals;
struct census;

/* Of supervisor/status.h. */
struct status_text {
	char *text; /* NULL: to be made */
	uint64_t made_ms;
};

/* The reload that is under way, and how the last one ended. */
struct supervisor_reload {
	struct job
		*job; /* that writes what must outlast a loss of power; NULL: none is under way */
	struct config *config; /* the new one, meanwhile */
	bool by_signal;        /* its end is told to the log */
	bool again;            /* another signal came meanwhile */
	struct error error;    /* code 0: it is done */
	struct strings faults; /* of the config */
};

struct supervisor {
	struct supervisor_options options;
	struct sd_event *event;
	struct config *config;
	uint32_t *ids;       /* along config->vrfs */
	uid_t *users;        /* the same; supervisor/users.h */
	unsigned generation; /* of the config: 1, and one more with each reload that changed it */
	uint64_t started_ms;
	struct vrf_context context;
	struct vrf **vrfs;
	size_t n_vrfs;
	bool wire_everything; /* the next wiring also removes what is ours and not wanted */
	bool ready_told;
	bool stopping;
	struct sd_event_source *wiring;
	struct timer wire_again; /* for what was in the way and is about to pass */
	uint64_t
		wire_clashed_ms; /* since when the kernel's tables could not be read; 0: they could */
	struct drift *drift;
	struct timer save_timer;
	bool saving;        /* it is armed */
	bool limits_judged; /* whether they can be set here was found out, or is */
	struct supervisor_reload reload;
	struct cgroups *limits_place; /* what systemd is being asked for */
	struct job *limits_job;       /* that asks; NULL: none does */
	struct control_server *control;
	struct reporter_link *reporter;
	struct vitals *vitals;
	struct disks *disks;                /* NULL: nothing is known of them */
	struct census *census;              /* NULL: what is known of the kernel is good enough */
	struct status_text status_texts[2]; /* full, brief */
};

struct vrf *supervisor_find_vrf(const struct supervisor *supervisor, const char *name);

/*
 * Reads the config anew and changes what differs. True: it waits for the disk of state_dir, and
 * control_server_answer_waiting() will be called when it has ended. How it has ended is in supervisor->reload; with
 * an error nothing was changed. Not while one is under way.
 */
bool supervisor_reload_begin(struct supervisor *supervisor);
