// SPDX-License-Identifier: GPL-2.0-or-later
/* The lock that a process tree holds by inheritance. */
#include "process/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"

static int lock_holder_adopt(int fd, const char *path, struct process *process, struct error *err)
{
	char text[64] = "";
	cleanup_fd int pidfd = -1;
	uint64_t start_time;
	int pid;

	if (pread(fd, text, sizeof(text) - 1, 0) < 0 ||
		sscanf(text, "%d %" SCNu64, &pid, &start_time) != 2 || pid <= 0)
		return error_set(
			err, EBUSY, "'%s' is held by a process that cannot be named", path);
	/* The pidfd first: from then on the pid cannot come to mean another process. */
	pidfd = pidfd_open(pid, 0);
	if (pidfd < 0 || process_start_time(pid) != start_time)
		return error_set(err, EBUSY, "'%s' is held, but process %d is gone", path, pid);
	*process = (struct process){ pid, steal_fd(&pidfd), start_time };
	return 0;
}

int process_lock_take(const char *path, int *fd, struct process *process, struct error *err)
{
	cleanup_fd int opened = open(path, O_RDONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	int r;

	if (opened < 0)
		return error_set_errno(err, errno, "cannot open lock '%s'", path);
	r = file_lock(opened, path, err);
	if (r == 0)
		return lock_holder_adopt(opened, path, process, err);
	if (r > 0)
		*fd = steal_fd(&opened);
	return r;
}
