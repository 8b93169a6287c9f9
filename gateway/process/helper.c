// SPDX-License-Identifier: GPL-2.0-or-later
/* A fork of ours that does one thing. */
#include "process/helper.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"

#define HELPER_FD 3

static void signals_reset(void)
{
	sigset_t none;

	for (int number = 1; number < NSIG; number++)
		signal(number, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* It keeps stderr and the pipe: a lock of ours that it held would outlive us. */
static int fds_keep(int fd)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0)
		return -errno;
	if (fd != HELPER_FD && dup3(fd, HELPER_FD, O_CLOEXEC) < 0)
		return -errno;
	return close_range(HELPER_FD + 1, ~0u, 0) < 0 ? -errno : 0;
}

__attribute__((noreturn)) static void helper_run(
	process_work_fn work, const void *data, int fd, pid_t parent)
{
	signals_reset();
	/* The parent may have died before the call. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0 || getppid() != parent ||
		fds_keep(fd) < 0)
		_exit(EXIT_FAILURE);
	work(HELPER_FD, data);
	_exit(EXIT_SUCCESS);
}

int process_helper_start(
	process_work_fn work, const void *data, struct process *process, int *fd, struct error *err)
{
	cleanup_fd int ours = -1, theirs = -1;
	pid_t parent = getpid(), pid;
	int fds[2], pidfd;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return error_set_errno(err, errno, "cannot make a pipe");
	ours = fds[0];
	theirs = fds[1];
	if (fcntl(ours, F_SETFL, O_NONBLOCK) < 0)
		return error_set_errno(err, errno, "cannot set up a pipe");
	pid = fork();
	if (pid < 0)
		return error_set_errno(err, errno, "cannot fork");
	if (pid == 0)
		helper_run(work, data, theirs, parent);
	pidfd = pidfd_open(pid, 0);
	if (pidfd < 0) {
		int code = errno;

		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		return error_set_errno(err, code, "cannot watch a process");
	}
	*process = (struct process){ pid, pidfd, 0 };
	*fd = steal_fd(&ours);
	return 0;
}
