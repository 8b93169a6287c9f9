// SPDX-License-Identifier: GPL-2.0-or-later
/* Starting a VRF's proxy, or taking over the one that a former supervisor left. */
#pragma once

#include "base/cleanup.h"
#include "process/spawn.h"
#include "vrf/vrf.h"

/*
 * Where a VRF's proxy lives, and as who: of its network, mounts and user. For the proxy, and for a helper
 * that looks at what the proxy has made.
 */
struct launch_place {
	struct process_spec spec;     /* of no program, lock, output or control group */
	struct process_mounts mounts; /* of its own directories alone */
	const char *own_dirs[PROCESS_MAX_OWN_DIRS], *fresh_dirs[3];
	int netns_fd;
};

/* Where there is no such namespace now, the network is left open: netns_fd is -1. */
void launch_place_init(struct launch_place *place, const struct vrf *vrf);
void launch_place_finish(struct launch_place *place);

#define cleanup_launch_place cleanup(launch_place_finish)

/*
 * Takes over a proxy that runs; vrf->proxy.process is it. PROGRAM_ADOPTED or PROGRAM_ADOPTED_OUTDATED, 0 where none runs, or an error. It
 * runs on whatever its config should be; where that is not known yet, vrf->config_due is set.
 */
int launch_adopt(struct vrf *vrf, struct error *err);

/* Whether a fresh start of the binary makes sense. -EINPROGRESS: it is being asked its version, or its user is being
 * looked up; renewal_binary_answered() will be called. */
int launch_judge_binary(struct vrf *vrf, struct proxy_binary *binary, struct error *err);

/* Gives its files to the user that its next proxy runs as; while none runs (vrf/proxy_files.h). */
int launch_change_owner(struct vrf *vrf, struct error *err);

/* Makes the files and starts the proxy; vrf->proxy.process is it. Or an error, and nothing runs. */
int launch_proxy(struct vrf *vrf, struct error *err);

/*
 * The same for a proxy that collects nothing and only sends what the database holds (vrf/sending.h): that
 * binary, of the version that wrote it. While it runs, paths->send_conf is there. -EBUSY: soon it could be.
 */
int launch_sender(struct vrf *vrf, const char *binary, unsigned version, struct error *err);

/* Writes the VRF's resolv.conf. False: it could not, vrf->names_fault says why, and a proxy that is launched now
 * resolves no names. */
bool launch_write_names(struct vrf *vrf);

/*
 * Writes the proxy's config anew where it is not what it should be; *changed tells. -ENOENT, -EINVAL and
 * -EINPROGRESS are those of launch_judge_binary(); -ESTALE: a proxy runs that is of another major version than
 * its binary is now, and goes on with the config it has.
 */
int launch_write_config(struct vrf *vrf, bool *changed, struct error *err);

/*
 * A control group with the config's limits for its next proxy, or a helper in that one's place; *fd -1: there
 * are no limits, or none can be set. -EBUSY: what is in it ends now. -EINPROGRESS: renewal_limits_found() will tell.
 */
int launch_open_limits(struct vrf *vrf, int *fd, struct error *err);

/* The config's limits, to a proxy that runs. */
void launch_set_limits(struct vrf *vrf);

/* What the proxy said before its log was open, to its start.log; to be called when it has ended. */
void launch_write_words(struct vrf *vrf);

/* The proxy has ended: its group goes, and last_exit tells where that was for want of memory. */
void launch_close_limits(struct vrf *vrf);
