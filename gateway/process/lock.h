// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A lock file that a process tree holds for as long as any of it lives (flock(2), inherited through
 * fork and exec), and that names its first process: how a supervisor that starts anew finds what
 * the last one left.
 */
#pragma once

#include "base/error.h"
#include "process/spawn.h"

/*
 * Takes the lock. Returns 1 and *fd: it is ours, hand it to process_spawn(). Returns 0: a tree
 * holds it, and *process is that tree's first process, adopted. -EBUSY: held, by nobody that can be
 * named.
 */
int process_lock_take(const char *path, int *fd, struct process *process, struct error *err);
