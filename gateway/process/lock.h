// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A file, root's alone, that names a process tree: "PID STARTTIME PIDNS", the pid of its first process as the
 * machine counts, field 22 of proc(5) stat, and the inode of its pid namespace. How a supervisor that starts anew
 * finds what the last one left: while that process lives, the tree is; and no tree outlives the init of its pid
 * namespace (pid_namespaces(7)).
 *
 * It is locked (flock(2)) from before a tree is made until the exec of its init, for which its name has been
 * written: so of two who would start a tree one does, and is killed where it may. Nothing of the tree has a
 * descriptor of the file, with which it could undo the lock or lend it: that of an open file is its holders'
 * together. Trees of older versions do, and name no PIDNS: they are found by what the file says all the same.
 */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "process/spawn.h"

/*
 * Takes the lock. Returns 1 and *fd: it is ours, hand it to process_spawn(). Returns 0: a tree
 * lives, and *process is its first process, adopted. -EBUSY: locked, by nobody that can be named.
 */
int process_lock_take(const char *path, int *fd, struct process *process, struct error *err);

/* Whether it names a tree that lives; for who only asks, and holds up nobody who starts one. *process is its first
 * process, and its pidfd the caller's to close. */
bool process_lock_find(const char *path, struct process *process);
bool process_lock_names_living(const char *path);
