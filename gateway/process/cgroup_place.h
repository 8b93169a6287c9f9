// SPDX-License-Identifier: GPL-2.0-or-later
/* Where a directory for our control groups can be had. For process/cgroup.c. */
#pragma once

#include "base/error.h"
#include "process/spawn.h"

/* Where cgroup2 is mounted, the caller's. -ENOTSUP: nowhere. */
int cgroup_mount_find(char **path, struct error *err);

/* The directory of the group that we are in, the caller's. */
int cgroup_own_find(char **path, struct error *err);

/* Writes a control file; `what` is for the error. */
int cgroup_control_write(
	const char *directory, const char *file, const char *value, struct error *err);

/* Starts a process of ours that keeps a scope alive; ends with us. */
int cgroup_keeper_start(struct process *keeper, struct error *err);

/*
 * A transient scope of systemd, delegated to us, with the keeper in it; one of that name that is there
 * already is taken over. *path is its directory, the caller's. Waits for systemd, which may take for ever.
 */
int cgroup_scope_take(const char *name, pid_t keeper, char **path, struct error *err);
