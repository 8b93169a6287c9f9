// SPDX-License-Identifier: GPL-2.0-or-later
/* What the files of this room share of the one supervisor. */
#pragma once

#include <jansson.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/strings.h"
#include "config/model.h"
#include "supervisor/reload.h"
#include "supervisor/run.h"
#include "vrf/vrf.h"

struct sd_event;
struct sd_event_source;
struct control_server;
struct disks;
struct secret_watch;
struct forwarding;
struct drift;
struct reporter_link;
struct vitals;
struct census;
struct shared_causes;
struct duplicates;
struct handover;

/* Of supervisor/status.h. */
struct status_text {
	char *text; /* NULL: to be made */
	uint64_t made_ms;
};

struct supervisor {
	struct supervisor_options options;
	struct sd_event *event;
	struct config *config;
	uint32_t *ids;       /* along config->vrfs */
	uid_t *users;        /* the same; vrf/users.h */
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
	struct strings
		kept; /* what is said of values that VRFs have left behind, and whose they are */
	struct strings kept_vrfs;
	bool reporter_due; /* it is to be started by the present config when no VRF goes any more */
	struct handover *handover;    /* VRFs that are not run here, though the config has them */
	struct strings removed;       /* VRFs that went from the config on purpose */
	size_t n_left_told;           /* so many that were left the log has */
	struct cgroups *limits_place; /* what systemd is being asked for */
	struct job *limits_job;       /* that asks; NULL: none does */
	struct control_server *control;
	struct reporter_link *reporter;
	struct vitals *vitals;
	struct disks *disks; /* NULL: nothing is known of them */
	struct secret_watch *secrets;
	struct forwarding *forwarding; /* likewise */
	struct census *census;         /* NULL: what is known of the kernel is good enough */
	struct shared_causes *shared_causes;
	struct duplicates *duplicates;      /* NULL: nobody is asked */
	struct status_text status_texts[2]; /* full, brief */
};

struct vrf *supervisor_find_vrf(const struct supervisor *supervisor, const char *name);

/* What follows from the config and is kept in state_dir, the caller's to free; with `save` it is written, which
 * waits for the disk. */
int supervisor_derive(
	const struct config *config, bool save, uint32_t **ids, uid_t **users, struct error *err);

/* Hands every VRF its part of the config. saved: what the last supervisor left, NULL where this one runs already. */
void supervisor_adopt_config(struct supervisor *supervisor, const json_t *saved);

/* Has the reporter work by the present config: when VRFs that go have sent their values, which the server takes for
 * the objects of the config before only. */
void supervisor_restart_reporter(struct supervisor *supervisor);

/* Reads who went from the config on purpose. */
void supervisor_read_removed(struct supervisor *supervisor);

/* Leaves a VRF that is not in the config as it is (vrf/vrf.h). */
void supervisor_leave(struct supervisor *supervisor, const char *name);
