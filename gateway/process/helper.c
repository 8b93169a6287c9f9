// SPDX-License-Identifier: GPL-2.0-or-later
/* A fork of ours that does one thing. */
#include "process/helper.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "process/seccomp.h"

#define HELPER_FD 3
/* Of a confined one: its pipe, stderr, a database and its journals. */
#define MAX_FILES 32

static bool waiting_is_forbidden;

bool process_may_wait(void)
{
	return !waiting_is_forbidden;
}

void process_set_waiting(bool may_wait)
{
	waiting_is_forbidden = !may_wait;
}

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
	process_set_waiting(true);
	/* The parent may have died before the call. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0 || getppid() != parent ||
		fds_keep(fd) < 0)
		_exit(EXIT_FAILURE);
	work(HELPER_FD, data);
	_exit(EXIT_SUCCESS);
}

static int pipe_make(int *ours, int *theirs, struct error *err)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) < 0)
		return error_set_errno(err, errno, "cannot make a pipe");
	*ours = fds[0];
	*theirs = fds[1];
	if (fcntl(*ours, F_SETFL, O_NONBLOCK) < 0)
		return error_set_errno(err, errno, "cannot set up a pipe");
	return 0;
}

int process_helper_start(
	process_work_fn work, const void *data, struct process *process, int *fd, struct error *err)
{
	cleanup_fd int ours = -1, theirs = -1;
	pid_t parent = getpid(), pid;
	int pidfd, r = pipe_make(&ours, &theirs, err);

	if (r < 0)
		return r;
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

static int answer_read(
	int fd, uint64_t timeout_ms, void *answer, size_t size, size_t *length, struct error *err)
{
	uint64_t start_ms = clock_now_ms();
	char beyond;

	for (*length = 0;;) {
		struct pollfd ready = { .fd = fd, .events = POLLIN };
		uint64_t waited_ms = clock_now_ms() - start_ms;
		size_t room = size - *length;
		ssize_t n;

		if (waited_ms >= timeout_ms ||
			poll(&ready, 1,
				timeout_ms == PROCESS_NO_TIMEOUT
					? -1
					: (int)(timeout_ms - waited_ms)) == 0)
			return error_set(
				err, ETIMEDOUT, "no answer within %" PRIu64 " ms", timeout_ms);
		n = read(fd, room ? (char *)answer + *length : &beyond, room ? room : 1);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (n <= 0)
			return 0;
		*length += room ? (size_t)n : 0;
	}
}

int process_helper_ask(process_work_fn work, const void *data, uint64_t timeout_ms, void *answer,
	size_t size, size_t *length, struct error *err)
{
	struct process process = PROCESS_NONE;
	cleanup_fd int fd = -1;
	int r = process_helper_start(work, data, &process, &fd, err);

	if (r < 0)
		return r;
	r = answer_read(fd, timeout_ms, answer, size, length, err);
	if (r == 0) {
		process_reap(&process, &(struct process_exit){ 0 });
		return 0;
	}
	process_signal(&process, SIGKILL);
	process_finish(&process);
	return r;
}

/* --- confined --- */

struct confined {
	const struct process_helper *helper;
	int fd, parent_fd; /* the pipe: where it writes, and where we read */
};

static int limit_set(int resource, uint64_t value)
{
	return setrlimit((__rlimit_resource_t)resource, &(struct rlimit){ value, value });
}

/* Its address space is ours, which may be of any size; proc(5) statm begins with it. */
static uint64_t memory_now_bytes(void)
{
	unsigned long pages = 0;
	FILE *file = fopen("/proc/self/statm", "re");

	if (file && fscanf(file, "%lu", &pages) != 1)
		pages = 0;
	if (file)
		fclose(file);
	return (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static int limits_set(const struct process_limits *limits)
{
	uint64_t memory_bytes = limits->memory_bytes ? memory_now_bytes() : 0;

	if (limits->memory_bytes &&
		(!memory_bytes || limit_set(RLIMIT_AS, memory_bytes + limits->memory_bytes) < 0))
		return -1;
	if (limits->cpu_s && limit_set(RLIMIT_CPU, limits->cpu_s) < 0)
		return -1;
	if (limits->no_writing && limit_set(RLIMIT_FSIZE, 0) < 0)
		return -1;
	return limit_set(RLIMIT_CORE, 0) < 0 || limit_set(RLIMIT_NOFILE, MAX_FILES) < 0 ? -1 : 0;
}

/* Its parent is in another pid namespace, and has no number: the pipe's other end goes with it. */
static bool parent_lives(int fd)
{
	struct pollfd pipe = { .fd = fd };

	return poll(&pipe, 1, 0) == 0;
}

/* The kernel forgets the signal when the user changes. */
static int attributes_set(int fd)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0 ||
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
		prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return -1;
	return parent_lives(fd) ? 0 : -1;
}

static void confined_run(const struct process_entry *entry, void *data)
{
	const struct confined *confined = data;
	const struct process_helper *helper = confined->helper;

	close(confined->parent_fd);
	signals_reset();
	if (attributes_set(confined->fd) < 0)
		_exit(EXIT_FAILURE);
	if (helper->prepare)
		helper->prepare(confined->fd, helper->data);
	if (process_enter(entry) || fds_keep(confined->fd) < 0 || attributes_set(HELPER_FD) < 0 ||
		limits_set(&helper->limits) < 0 ||
		(!helper->becomes_program && process_seccomp_set() < 0))
		_exit(EXIT_FAILURE);
	helper->work(HELPER_FD, helper->data);
	_exit(EXIT_SUCCESS);
}

int process_helper_start_confined(
	const struct process_helper *helper, struct process *process, int *fd, struct error *err)
{
	cleanup_fd int ours = -1, theirs = -1;
	int r = pipe_make(&ours, &theirs, err);

	if (r == 0 && !helper->place->user && helper->place->uid == 0)
		r = error_set(err, EINVAL, "a confined helper is not root");
	if (r == 0)
		r = process_fork(helper->place, confined_run,
			&(struct confined){ helper, theirs, ours }, process, err);
	if (r == 0)
		*fd = steal_fd(&ours);
	return r;
}
