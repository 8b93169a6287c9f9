// SPDX-License-Identifier: GPL-2.0-or-later
/* Making the reporter's process: a fork that keeps one socket and no rights. */
#include "reporter/reporter.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "process/privileges.h"
#include "reporter/loop.h"
#include "reporter/turn.h"

#define REPORTER_NAME "vrfgate-report" /* 15 bytes at most */
#define REPORTER_FD   3
#define TURN_FD       4

/* The child keeps these two and stderr; the rest was the supervisor's. */
static int fds_keep(int socket, int turn)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	/* Out of the way of the numbers that they get. */
	socket = fcntl(socket, F_DUPFD_CLOEXEC, TURN_FD + 1);
	turn = fcntl(turn, F_DUPFD_CLOEXEC, TURN_FD + 1);
	if (null < 0 || socket < 0 || turn < 0 || dup2(null, STDIN_FILENO) < 0 ||
		dup2(null, STDOUT_FILENO) < 0 || dup3(socket, REPORTER_FD, O_CLOEXEC) < 0 ||
		dup3(turn, TURN_FD, O_CLOEXEC) < 0)
		return -errno;
	return close_range(TURN_FD + 1, ~0u, 0) < 0 ? -errno : 0;
}

static void signals_reset(void)
{
	sigset_t none;

	for (int number = 1; number < NSIG; number++)
		signal(number, SIG_DFL);
	/* A write to a closed socket is an error to be handled. */
	signal(SIGPIPE, SIG_IGN);
	/* Ctrl-C is the supervisor's, which closes the socket. */
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static int rights_drop(struct error *err)
{
	const char *user;
	int r = privileges_drop_for_network(&user, err);

	if (r == 0 && strcmp(user, PRIVILEGES_USER) != 0)
		log_warning("user '%s' does not exist: the reporter runs as '%s'", PRIVILEGES_USER,
			user);
	return r;
}

__attribute__((noreturn)) static void child_run(
	const struct reporter_inventory *inventory, int socket, int turn)
{
	struct error err = ERROR_INIT;

	signals_reset();
	if (fds_keep(socket, turn) < 0)
		_exit(EXIT_FAILURE);
	/* The supervisor's talk with systemd is not ours. */
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	prctl(PR_SET_NAME, REPORTER_NAME, 0, 0, 0);
	if (rights_drop(&err) < 0) {
		log_error("reporter: %s", err.text);
		_exit(EXIT_FAILURE);
	}
	reporter_loop(inventory, REPORTER_FD, TURN_FD);
	_exit(EXIT_SUCCESS);
}

int reporter_start(const struct reporter_inventory *inventory, pid_t *pid, int *pidfd, int *fd,
	struct error *err)
{
	int pair[2];
	cleanup_fd int ours = -1, theirs = -1, turn = -1;
	pid_t child;
	long child_fd;
	int r = reporter_turn_open(&inventory->config->gateway, &turn, err);

	if (r < 0)
		return r;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return error_set_errno(err, errno, "reporter: cannot make a socket pair");
	ours = pair[0];
	theirs = pair[1];
	if (fcntl(ours, F_SETFL, O_NONBLOCK) < 0)
		return error_set_errno(err, errno, "reporter: cannot set up its socket");
	child = fork();
	if (child < 0)
		return error_set_errno(err, errno, "reporter: cannot fork");
	if (child == 0)
		child_run(inventory, theirs, turn);
	/* Should this fail, the child ends by itself: its socket closes when we return. */
	child_fd = syscall(SYS_pidfd_open, child, 0);
	if (child_fd < 0)
		return error_set_errno(err, errno, "reporter: cannot watch its process");
	*pid = child;
	*pidfd = (int)child_fd;
	*fd = steal_fd(&ours);
	return 0;
}
