// SPDX-License-Identifier: GPL-2.0-or-later
/* What a process tree has done so far, to tell one that works from one that does nothing any more. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "process/spawn.h"

/*
 * Sums over a process and all below it. What a process did that exited is in its parent's numbers where
 * that parent reaped it; wakeups are not.
 *
 * Source: proc(5) stat, status, io and syscall.
 */
struct process_activity {
	unsigned processes;
	unsigned uninterruptible; /* of these: in state D, they wait for a disk or a file server */
	unsigned stopped;         /* by a signal or a debugger */
	uint64_t cpu_ticks;       /* user and system, in ticks of sysconf(_SC_CLK_TCK) */
	uint64_t written_bytes;   /* by write(2) and its like: files, pipes, terminals */
	uint64_t disk_bytes;      /* of these: what went or will go to a disk */
	unsigned lock_waits;   /* below the first process: those that wait for a lock, futex(2) */
	unsigned finite_waits; /* those that run, or that the network or a time limit wakes up */
	/* Times that a main thread waited and went on: a process that sleeps or polls has more and more, one
	 * that waits for a lock without a time limit has not. */
	uint64_t wakeups;
};

/*
 * Does not block; some 0.1 ms a process, of which it counts 1024 at most. What may not be read counts as 0:
 * written_bytes of another user takes cap_sys_ptrace. -ESRCH where the process is gone.
 */
int process_activity_read(const struct process *process, struct process_activity *activity);

/*
 * Whether CPU was used, anything was written, or a process was started or exited in between. A process that
 * only sleeps, waits or polls a little has not worked; see wakeups.
 */
bool process_activity_worked(
	const struct process_activity *before, const struct process_activity *now);

/*
 * Whether all that is left waits for good: at least one process for a lock, or it is stopped, and every other
 * one for a lock, for a process, for one that sends nothing, or in a sleep. A moment may look like that: only
 * a tree that neither worked nor woke up for a while is dead-locked. Of one whose system calls may not be read
 * it is never true.
 */
bool process_activity_deadlocked(const struct process_activity *activity);
