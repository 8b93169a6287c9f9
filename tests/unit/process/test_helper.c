// SPDX-License-Identifier: GPL-2.0-or-later
/* Forks that answer, and such that do not. */
#include "../cmocka_all.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "process/helper.h"

#define DEADLINE_MS    60000
/* Behind its pipe. */
#define HELPER_NEXT_FD 4

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

/* --- confined --- */

static const struct process_spec as_nobody = {
	.user = "nobody",
	.netns_fd = -1,
	.contained = true,
	.lock_fd = -1,
	.output_fd = -1,
	.cgroup_fd = -1,
};

/* What one found out, a letter each: 'y' is how it should be. */
static void confined_expect(
	process_work_fn work, struct process_limits limits, const char *expected)
{
	const struct process_helper helper = {
		.work = work, .place = &as_nobody, .limits = limits
	};
	struct process process = PROCESS_NONE;
	struct error err = ERROR_INIT;
	char text[64];
	int fd = -1;

	if (geteuid() != 0)
		skip();
	if (process_helper_start_confined(&helper, &process, &fd, &err) < 0)
		fail_msg("%s", err.text);
	assert_string_equal(answer_of(&process, fd, text), expected);
}

static void say(int fd, bool good)
{
	write_word(fd, good ? "y" : "n");
}

/* As another user, the first process of its own namespace, without a link but its own lo. */
static void tell_place(int fd, const void *data)
{
	struct if_nameindex *links = if_nameindex();
	sigset_t pending;

	(void)data;
	say(fd, geteuid() != 0 && getuid() != 0 && getgroups(0, NULL) <= 1);
	say(fd, getpid() == 1);
	say(fd, access("/proc/2", F_OK) < 0);
	say(fd, links && links[0].if_index && !links[1].if_index);
	say(fd, prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
	say(fd, prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0);
	say(fd, sigpending(&pending) == 0 && fcntl(HELPER_NEXT_FD, F_GETFD) < 0);
	say(fd, unshare(CLONE_NEWNS) < 0 && setuid(0) < 0);
	if_freenameindex(links);
}

static void a_confined_one_is_somebody_else_in_a_place_of_its_own(void **state)
{
	(void)state;
	confined_expect(tell_place, (struct process_limits){ 0 }, "yyyyyyyy");
}

static void tell_limits(int fd, const void *data)
{
	struct rlimit cpu, core;
	void *little =
		mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	void *much =
		mmap(NULL, 64 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int file = open("/dev/shm", O_TMPFILE | O_RDWR, 0600);

	(void)data;
	say(fd, little != MAP_FAILED);
	say(fd, much == MAP_FAILED);
	say(fd, getrlimit(RLIMIT_CPU, &cpu) == 0 && cpu.rlim_cur == 7);
	say(fd, getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_cur == 0);
	signal(SIGXFSZ, SIG_IGN);
	say(fd, file < 0 || write(file, "x", 1) < 0);
}

static void a_confined_one_takes_no_more_than_its_limits(void **state)
{
	(void)state;
	confined_expect(tell_limits,
		(struct process_limits){ .memory_bytes = 32 << 20, .cpu_s = 7, .no_writing = true },
		"yyyyy");
}

/* What it has started ends with it, though nobody knows of that. */
static void start_another(int fd, const void *data)
{
	(void)data;
	if (fork() == 0)
		setsid();
	else
		write_word(fd, "x");
	pause();
}

static void all_that_a_confined_one_has_started_ends_with_it(void **state)
{
	const struct process_helper helper = { .work = start_another, .place = &as_nobody };
	struct process process = PROCESS_NONE;
	struct pollfd ready = { .events = POLLIN };
	char text[64];
	int fd = -1;

	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(process_helper_start_confined(&helper, &process, &fd, NULL), 0);
	ready.fd = fd;
	assert_int_equal(poll(&ready, 1, DEADLINE_MS), 1);
	process_signal(&process, SIGKILL);
	/* The pipe ends when nobody holds it any more, its child included. */
	assert_string_equal(answer_of(&process, fd, text), "x");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(its_answer_comes_through_the_pipe),
		cmocka_unit_test(a_killed_one_closes_the_pipe),
		cmocka_unit_test(a_lock_of_ours_does_not_go_along),
		cmocka_unit_test(it_ends_with_the_one_that_started_it),
		cmocka_unit_test(a_confined_one_is_somebody_else_in_a_place_of_its_own),
		cmocka_unit_test(a_confined_one_takes_no_more_than_its_limits),
		cmocka_unit_test(all_that_a_confined_one_has_started_ends_with_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
