// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A fork of ours that does one thing which could take long, and writes what it found into a pipe: the
 * loop goes on meanwhile, and may kill it.
 */
#pragma once

#include "base/error.h"
#include "process/spawn.h"

/* Writes its answer to fd; the process ends when it returns. It may give up rights as it likes. */
typedef void (*process_work_fn)(int fd, const void *data);

/*
 * Starts it with our rights and memory, but without our descriptors (stderr aside), signals or locks;
 * it dies with us. *fd, non-blocking, ends when it does; then process_reap() does not wait.
 */
int process_helper_start(process_work_fn work, const void *data, struct process *process, int *fd,
	struct error *err);
