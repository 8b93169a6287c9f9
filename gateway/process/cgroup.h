// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Limits of process trees by control groups, version 2 (the kernel's cgroup-v2.rst): one directory that
 * is ours, and a group a tree in it.
 *
 * Where systemd runs as process 1, the directory is that of a transient scope of its own, which
 * outlives the supervisor's service for as long as a proxy is in it. Elsewhere it is made in the
 * group that we are in, which must be writable and, unless it is the root group, hold nobody but us.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct cgroups;

struct cgroup_limits { /* 0: none */
	uint64_t memory_bytes;
	uint32_t tasks; /* processes and threads */
	uint32_t cpu_weight;
};

/*
 * Finds or makes the directory; name tells it from others, for one: that of the gateway. The errors say what is
 * in the way, -ENOTSUP: nothing here can limit. Where systemd has to be asked first, *cgroups is for
 * cgroups_ask() and cgroups_complete() alone, and 1 is returned.
 */
int cgroups_create(const char *name, struct cgroups **cgroups, struct error *err);

/* Asks systemd, which may take for ever: the work of a helper (process/helper.h). data: the struct cgroups. */
void cgroups_ask(int fd, const void *data);

/* Ends the making with what cgroups_ask() wrote. size 0: nothing in time; -ETIMEDOUT. */
int cgroups_complete(struct cgroups *cgroups, const void *answer, size_t size, struct error *err);

/* Lets go of it; removes what is empty. Trees that live keep their groups and limits. Also for NULL. */
void cgroups_destroy(struct cgroups *cgroups);

/* What cannot be limited here though the rest can: "memory, cpu_weight"; NULL: nothing. */
const char *cgroups_lacking(const struct cgroups *cgroups);

/*
 * Makes a tree's group and sets its limits. *fd, the caller's, is for process_spec. -EBUSY: there is
 * one with processes in it, which end now; to be tried again.
 */
int cgroups_open(struct cgroups *cgroups, const char *tree, const struct cgroup_limits *limits,
	int *fd, struct error *err);

/* Changes the limits of a tree that lives. -ENOENT: it has no group. */
int cgroups_limit(struct cgroups *cgroups, const char *tree, const struct cgroup_limits *limits,
	struct error *err);

/* The tree has ended: ends what might be left and removes its group. True where the kernel killed for
 * want of memory in it. */
bool cgroups_close(struct cgroups *cgroups, const char *tree);

/* Removes what a supervisor that was killed has left of a directory outside of systemd. */
void cgroups_remove_leftovers(const char *name);
