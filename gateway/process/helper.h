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

#define PROCESS_NO_TIMEOUT UINT64_MAX

/*
 * The same for one that is waited for: *length of what it wrote, no more than `size`, until it ended. -ETIMEDOUT: it was
 * killed, and its end is not waited for, as it may hang in the kernel.
 */
int process_helper_ask(process_work_fn work, const void *data, uint64_t timeout_ms, void *answer,
	size_t size, size_t *length, struct error *err);

/*
 * Whether this process may wait: for a lock, or for a directory service. At first it may, and helpers always may; one
 * with a loop may not, and tries again.
 */
bool process_may_wait(void);
void process_set_waiting(bool may_wait);

/* What a confined helper may take; 0: as much as it likes. */
struct process_limits {
	uint64_t memory_bytes; /* of address space, beside what it was born with */
	uint32_t cpu_s;
	bool no_writing; /* to files */
};

struct process_helper {
	/* Done first, with our rights, and before it is confined; may be NULL. */
	process_work_fn prepare;
	process_work_fn work;
	const void *data;
	/* Where, and as who, it works: as a program would that was started with it; not as root. */
	const struct process_spec *place;
	struct process_limits limits;
	bool becomes_program; /* by execve(2): its system calls are not filtered */
};

/*
 * The same for work on what somebody else has made, and may have made to do harm: in `place`, with those
 * limits, no new privileges, a few descriptors, no core, and, unless it becomes a program, the system calls
 * of process/seccomp.h alone: work() has no sockets, and starts no process. Where it cannot be confined it
 * ends without an answer.
 */
int process_helper_start_confined(
	const struct process_helper *helper, struct process *process, int *fd, struct error *err);
