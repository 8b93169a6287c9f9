// SPDX-License-Identifier: GPL-2.0-or-later
/* A process and all below it, as /proc shows them. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Called for one process of a tree; false ends the walk. */
typedef bool (*process_tree_visit)(pid_t pid, void *data);

/*
 * Visits a process and then its descendants. A process that exits meanwhile may be visited or not; a
 * process that is forked by another thread than the main one is not. Does not block.
 */
void process_tree_walk(pid_t pid, process_tree_visit visit, void *data);

/* The text of /proc/PID/NAME, read with the rights of the process's user where ours do not suffice; the caller's
 * to free. NULL where it cannot be read. */
char *process_proc_read(pid_t pid, const char *name);

/*
 * Sums over a process and all below it; a page that several share counts for each by its part (Pss of
 * smaps_rollup, proc(5)), so that the sum is what would be free without the tree. Walks their page
 * tables: 0.2 ms a process. -1 where the process is not there or may not be looked at.
 */
int64_t process_tree_memory_bytes(pid_t pid);
