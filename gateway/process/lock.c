// SPDX-License-Identifier: GPL-2.0-or-later
/* The file that names a process tree, and its lock. */
#include "process/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"

static bool has_ended(int pidfd)
{
	struct pollfd ended = { .fd = pidfd, .events = POLLIN };

	return poll(&ended, 1, 0) != 0;
}

/* A namespace that cannot be read speaks against nobody: a proxy too many is worse. */
static bool is_that_one(pid_t pid, uint64_t start_time, uint64_t pid_namespace)
{
	uint64_t now_in = process_pid_namespace(pid);

	return start_time && process_start_time(pid) == start_time &&
		(!pid_namespace || !now_in || now_in == pid_namespace);
}

/* True where the process that the file names lives. */
static bool tree_find(int fd, struct process *process)
{
	uint64_t start_time, pid_namespace = 0;
	cleanup_fd int pidfd = -1;
	char text[128] = "";
	int pid;

	if (pread(fd, text, sizeof(text) - 1, 0) < 0 ||
		sscanf(text, "%d %" SCNu64 " %" SCNu64, &pid, &start_time, &pid_namespace) < 2 ||
		pid <= 0)
		return false;
	/* The pidfd first: from then on the pid cannot come to mean another process. */
	pidfd = pidfd_open(pid, 0);
	if (pidfd < 0 || !is_that_one(pid, start_time, pid_namespace) || has_ended(pidfd))
		return false;
	*process = (struct process){ pid, steal_fd(&pidfd), start_time };
	return true;
}

int process_lock_take(const char *path, int *fd, struct process *process, struct error *err)
{
	cleanup_fd int opened = open(path, O_RDONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	int r;

	if (opened < 0)
		return error_set_errno(err, errno, "cannot open lock '%s'", path);
	r = file_lock(opened, path, err);
	if (r < 0)
		return r;
	/* Locked or not: a tree that runs has no part in the lock. */
	if (tree_find(opened, process))
		return 0;
	if (r == 0)
		return error_set(err, EBUSY,
			"'%s' is held by a process that cannot be named: one that is being started, or one that an older vrfgate's proxy gave it to",
			path);
	*fd = steal_fd(&opened);
	return 1;
}

bool process_lock_find(const char *path, struct process *process)
{
	cleanup_fd int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

	return fd >= 0 && tree_find(fd, process);
}

bool process_lock_names_living(const char *path)
{
	struct process process = PROCESS_NONE;
	bool lives = process_lock_find(path, &process);

	process_finish(&process);
	return lives;
}
