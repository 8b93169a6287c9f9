// SPDX-License-Identifier: GPL-2.0-or-later
/* Forks that answer, and such that do not. */
#include "../cmocka_all.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "process/helper.h"

#define DEADLINE_MS 10000

/* Reads until the helper ends; what it wrote. */
static const char *answer_of(struct process *process, int fd, char text[64])
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	size_t used = 0;
	ssize_t n;

	for (;;) {
		assert_int_equal(poll(&ready, 1, DEADLINE_MS), 1);
		n = read(fd, text + used, 63 - used);
		if (n < 0 && errno == EAGAIN)
			continue;
		if (n <= 0)
			break;
		used += (size_t)n;
	}
	text[used] = '\0';
	close(fd);
	process_reap(process, &(struct process_exit){ 0 });
	return text;
}

static void write_word(int fd, const void *data)
{
	if (write(fd, data, strlen(data)) < 0)
		_exit(1);
}

static void its_answer_comes_through_the_pipe(void **state)
{
	struct process process = PROCESS_NONE;
	char text[64];
	int fd = -1;

	(void)state;
	assert_int_equal(process_helper_start(write_word, "hello", &process, &fd, NULL), 0);
	assert_true(process.pid > 0);
	assert_string_equal(answer_of(&process, fd, text), "hello");
	assert_int_equal(process.pid, 0);
}

static void sleep_long(int fd, const void *data)
{
	(void)data;
	write_word(fd, "x");
	pause();
}

static void a_killed_one_closes_the_pipe(void **state)
{
	struct process process = PROCESS_NONE;
	char text[64];
	int fd = -1;

	(void)state;
	assert_int_equal(process_helper_start(sleep_long, NULL, &process, &fd, NULL), 0);
	process_signal(&process, SIGKILL);
	answer_of(&process, fd, text);
}

static void a_lock_of_ours_does_not_go_along(void **state)
{
	char path[] = "/tmp/vrfgate-test-XXXXXX", byte;
	struct process process = PROCESS_NONE;
	int lock = mkostemp(path, O_CLOEXEC), again, fd = -1;

	(void)state;
	assert_true(lock >= 0);
	assert_int_equal(flock(lock, LOCK_EX), 0);
	assert_int_equal(process_helper_start(sleep_long, NULL, &process, &fd, NULL), 0);
	assert_int_equal(fcntl(fd, F_SETFL, 0), 0);
	assert_int_equal(read(fd, &byte, 1), 1);
	close(lock);
	again = open(path, O_RDONLY | O_CLOEXEC);
	assert_int_equal(flock(again, LOCK_EX | LOCK_NB), 0);
	close(again);
	unlink(path);
	process_signal(&process, SIGKILL);
	process_reap(&process, &(struct process_exit){ 0 });
	close(fd);
}

/* The one between starts a helper and is killed before it could end it. */
static void it_ends_with_the_one_that_started_it(void **state)
{
	struct pollfd ended = { .events = POLLIN };
	pid_t between, pid = 0;
	int through[2];
	char byte;

	(void)state;
	assert_int_equal(pipe(through), 0);
	between = fork();
	if (between == 0) {
		struct process process = PROCESS_NONE;
		int fd = -1;

		if (process_helper_start(sleep_long, NULL, &process, &fd, NULL) < 0)
			_exit(1);
		pid = process.pid;
		if (fcntl(fd, F_SETFL, 0) < 0 || read(fd, &byte, 1) != 1 ||
			write(through[1], &pid, sizeof(pid)) != (ssize_t)sizeof(pid))
			_exit(1);
		pause();
		_exit(0);
	}
	close(through[1]);
	assert_int_equal(read(through[0], &pid, sizeof(pid)), sizeof(pid));
	ended.fd = pidfd_open(pid, 0);
	assert_true(ended.fd >= 0);
	kill(between, SIGKILL);
	waitpid(between, NULL, 0);
	assert_int_equal(poll(&ended, 1, DEADLINE_MS), 1);
	close(ended.fd);
	close(through[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(its_answer_comes_through_the_pipe),
		cmocka_unit_test(a_killed_one_closes_the_pipe),
		cmocka_unit_test(a_lock_of_ours_does_not_go_along),
		cmocka_unit_test(it_ends_with_the_one_that_started_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
