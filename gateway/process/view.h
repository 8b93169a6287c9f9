// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a process sees of the machine's files: a mount namespace of its own. Made between clone and exec,
 * on the parent's memory.
 */
#pragma once

#include <stdbool.h>

/* Mounts of its own for the calling process: what is mounted later on the machine comes in, nothing goes out.
 * -1 and errno. */
int process_view_begin(void);

/* Of the directory that each of these lies in, nothing else is seen. Closed by NULL; NULL: all is seen. */
typedef const char *const *process_own_dirs;

#define PROCESS_MAX_OWN_DIRS 4

/*
 * Leaves the calling process with that, with resolv_conf (may be NULL) over /etc/resolv.conf, and without
 * the names in /run/netns. With own_proc, for the first process of a pid namespace, /proc is that
 * namespace's. NULL, or what could not be done, a literal, and errno.
 */
const char *process_view_enter(process_own_dirs own_dirs, const char *resolv_conf, bool own_proc);
