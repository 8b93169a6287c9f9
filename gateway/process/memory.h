// SPDX-License-Identifier: GPL-2.0-or-later
/* How much memory a process tree takes. */
#pragma once

#include <stdint.h>
#include <sys/types.h>

/*
 * Sums over a process and all below it; a page that several share counts for each by its part (Pss of
 * smaps_rollup, proc(5)), so that the sum is what would be free without the tree. Walks their page
 * tables: 0.2 ms a process. -1 where the process is not there or may not be looked at.
 */
int64_t process_tree_memory_bytes(pid_t pid);
