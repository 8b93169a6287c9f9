// SPDX-License-Identifier: GPL-2.0-or-later
/* Forks that answer, and such that do not. */
#include "../cmocka_all.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/pidfd.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
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

static void hang(int fd, const void *data)
{
	(void)fd;
	(void)data;
	pause();
}

static void one_that_is_waited_for_answers_or_is_killed(void **state)
{
	char text[16] = "";
	size_t length = 0;

	(void)state;
	assert_int_equal(process_helper_ask(write_word, "hello", PROCESS_NO_TIMEOUT, text,
				 sizeof(text), &length, NULL),
		0);
	assert_int_equal(length, 5);
	assert_string_equal(text, "hello");
	/* What there is no room for is dropped. */
	assert_int_equal(
		process_helper_ask(write_word, "other", DEADLINE_MS, text, 2, &length, NULL), 0);
	assert_int_equal(length, 2);
	assert_string_equal(text, "otllo");
	assert_int_equal(
		process_helper_ask(hang, NULL, 10, text, sizeof(text), &length, NULL), -ETIMEDOUT);
	assert_int_equal(length, 0);
	assert_true(waitpid(-1, NULL, 0) > 0);
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

static void confined_start(const struct process_helper *helper, struct process *process, int *fd)
{
	struct error err = ERROR_INIT;

	if (geteuid() != 0)
		skip();
	if (process_helper_start_confined(helper, process, fd, &err) < 0)
		fail_msg("%s", err.text);
}

/* What one found out, a letter each: 'y' is how it should be. */
static void confined_expect(
	process_work_fn work, struct process_limits limits, const char *expected)
{
	const struct process_helper helper = {
		.work = work, .place = &as_nobody, .limits = limits
	};
	struct process process = PROCESS_NONE;
	char text[64];
	int fd = -1;

	confined_start(&helper, &process, &fd);
	assert_string_equal(answer_of(&process, fd, text), expected);
}

static void say(int fd, bool good)
{
	write_word(fd, good ? "y" : "n");
}

/* Whether a file of /proc has a line that begins so, and how many lines it has. */
static bool proc_tells(const char *path, const char *line, unsigned *n_lines)
{
	FILE *file = fopen(path, "re");
	bool found = false;
	char text[256];

	for (*n_lines = 0; file && fgets(text, sizeof(text), file); ++*n_lines)
		found = found || strncmp(text, line, strlen(line)) == 0;
	if (file)
		fclose(file);
	return found;
}

static bool status_tells(const char *line)
{
	unsigned n_lines;

	return proc_tells("/proc/self/status", line, &n_lines);
}

/* As another user, the first process of its own namespace, without a link but its own lo. */
static void tell_place(int fd, const void *data)
{
	struct stat own;
	unsigned n_lines;

	(void)data;
	say(fd, geteuid() != 0 && getuid() != 0);
	say(fd, status_tells("Groups:\t \n") || status_tells("Groups:\t65534 \n"));
	say(fd, getpid() == 1);
	say(fd, access("/proc/2", F_OK) < 0);
	/* Two lines are its head. */
	say(fd, proc_tells("/proc/self/net/dev", "    lo:", &n_lines) && n_lines == 3);
	say(fd, status_tells("NoNewPrivs:\t1\n"));
	/* So the kernel shows who is not dumpable. */
	say(fd, stat("/proc/self/status", &own) == 0 && own.st_uid == 0);
	say(fd, status_tells("SigBlk:\t0000000000000000\n"));
	say(fd, fcntl(HELPER_NEXT_FD, F_GETFD) < 0);
	say(fd,
		status_tells("CapEff:\t0000000000000000\n") &&
			status_tells("CapPrm:\t0000000000000000\n"));
}

static void a_confined_one_is_somebody_else_in_a_place_of_its_own(void **state)
{
	(void)state;
	confined_expect(tell_place, (struct process_limits){ 0 }, "yyyyyyyyyy");
}

static void tell_limits(int fd, const void *data)
{
	unsigned n_lines;
	void *little =
		mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	void *much =
		mmap(NULL, 64 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int file = open("/dev/shm", O_TMPFILE | O_RDWR, 0600);

	(void)data;
	say(fd, little != MAP_FAILED);
	say(fd, much == MAP_FAILED);
	say(fd, proc_tells("/proc/self/limits", "Max cpu time              7 ", &n_lines));
	say(fd, proc_tells("/proc/self/limits", "Max core file size        0 ", &n_lines));
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

/* --- system calls --- */

/* Each is made with what the kernel would refuse by another error, or grant. */
struct attack {
	const char *name;
	long (*run)(void);
	const char *otherwise; /* what becomes of it unconfined; NULL: the kernel's config tells */
};

static long attack_socket(void)
{
	return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

static long attack_socketpair(void)
{
	return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, (int[2]){ -1, -1 });
}

static long attack_connect(void)
{
	return connect(-1, NULL, 0);
}

static long attack_fork(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return pid;
}

static long attack_clone3(void)
{
	return syscall(SYS_clone3, NULL, 0);
}

static long attack_execve(void)
{
	return execl("/nowhere", "nowhere", NULL);
}

static long attack_ptrace(void)
{
	return ptrace(PTRACE_TRACEME, 0, NULL, NULL);
}

static long attack_kill(void)
{
	return kill(getpid(), 0);
}

static long attack_unshare(void)
{
	return unshare(CLONE_NEWUSER);
}

static long attack_setns(void)
{
	return setns(-1, 0);
}

static long attack_mount(void)
{
	return mount("none", "/nowhere", "tmpfs", 0, NULL);
}

static long attack_open_by_handle(void)
{
	return syscall(SYS_open_by_handle_at, -1, NULL, 0);
}

static long attack_bpf(void)
{
	return syscall(SYS_bpf, -1, NULL, 0);
}

static long attack_io_uring(void)
{
	return syscall(SYS_io_uring_setup, 0, NULL);
}

static const struct attack attacks[] = {
	{ "socket", attack_socket, "granted" },
	{ "socketpair", attack_socketpair, "granted" },
	{ "connect", attack_connect, "reached" },
	{ "fork", attack_fork, "granted" },
	{ "clone3", attack_clone3, NULL },
	{ "execve", attack_execve, "reached" },
	{ "ptrace", attack_ptrace, "granted" },
	{ "kill", attack_kill, "granted" },
	{ "unshare", attack_unshare, "granted" },
	{ "setns", attack_setns, "reached" },
	{ "mount", attack_mount, "reached" },
	{ "open_by_handle_at", attack_open_by_handle, NULL },
	{ "bpf", attack_bpf, NULL },
	{ "io_uring_setup", attack_io_uring, NULL },
};

static void run_attack(int fd, const void *data)
{
	const struct attack *attack = data;

	if (attack->run() >= 0)
		write_word(fd, "granted");
	else
		write_word(fd, errno == ENOSYS ? "refused" : "reached");
}

static const char *attack_unconfined(const struct attack *attack, char text[64])
{
	struct process process = PROCESS_NONE;
	int fd = -1;

	assert_int_equal(process_helper_start(run_attack, attack, &process, &fd, NULL), 0);
	return answer_of(&process, fd, text);
}

static const char *attack_confined(const struct attack *attack, char text[64])
{
	const struct process_helper helper = {
		.work = run_attack, .data = attack, .place = &as_nobody
	};
	struct process process = PROCESS_NONE;
	int fd = -1;

	confined_start(&helper, &process, &fd);
	return answer_of(&process, fd, text);
}

/* Beside what any other helper of ours is granted, or at least asks the kernel for. */
static void a_confined_one_opens_no_sockets_and_starts_traces_and_mounts_nothing(void **state)
{
	char text[64];

	(void)state;
	if (geteuid() != 0)
		skip();
	for (size_t i = 0; i < sizeof(attacks) / sizeof(*attacks); i++) {
		const struct attack *attack = &attacks[i];

		print_message("# %s\n", attack->name);
		attack_unconfined(attack, text);
		if (attack->otherwise)
			assert_string_equal(text, attack->otherwise);
		assert_string_equal(attack_confined(attack, text), "refused");
	}
}

#ifdef __x86_64__
/* Where it is not ended, it says so. */
static void call_by_x32(int fd, const void *data)
{
	(void)data;
	write_word(fd, "y");
	syscall(0x40000000 | SYS_getpid);
	write_word(fd, "n");
}

static void call_by_i386(int fd, const void *data)
{
	long number = 20; /* getpid */

	(void)data;
	write_word(fd, "y");
	__asm__ volatile("int $0x80" : "+a"(number) : : "memory");
	write_word(fd, "n");
}

static void a_confined_one_ends_by_a_call_of_another_abi(void **state)
{
	(void)state;
	confined_expect(call_by_x32, (struct process_limits){ 0 }, "y");
	confined_expect(call_by_i386, (struct process_limits){ 0 }, "y");
}
#endif

/* --- its end --- */

/* What it has started, before it was confined, ends with it, though nobody knows of that. */
static void start_another(int fd, const void *data)
{
	(void)data;
	if (fork() == 0) {
		setsid();
		pause();
	}
	write_word(fd, "x");
}

static void sleep_confined(int fd, const void *data)
{
	(void)fd;
	(void)data;
	for (;;)
		sleep(60);
}

static void all_that_a_confined_one_has_started_ends_with_it(void **state)
{
	const struct process_helper helper = {
		.prepare = start_another, .work = sleep_confined, .place = &as_nobody
	};
	struct process process = PROCESS_NONE;
	struct pollfd ready = { .events = POLLIN };
	char text[64];
	int fd = -1;

	(void)state;
	confined_start(&helper, &process, &fd);
	ready.fd = fd;
	assert_int_equal(poll(&ready, 1, DEADLINE_MS), 1);
	process_signal(&process, SIGKILL);
	/* The pipe ends when nobody holds it any more, its child included. */
	assert_string_equal(answer_of(&process, fd, text), "x");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_that_is_waited_for_answers_or_is_killed),
		cmocka_unit_test(its_answer_comes_through_the_pipe),
		cmocka_unit_test(a_killed_one_closes_the_pipe),
		cmocka_unit_test(a_lock_of_ours_does_not_go_along),
		cmocka_unit_test(it_ends_with_the_one_that_started_it),
		cmocka_unit_test(a_confined_one_is_somebody_else_in_a_place_of_its_own),
		cmocka_unit_test(a_confined_one_takes_no_more_than_its_limits),
		cmocka_unit_test(
			a_confined_one_opens_no_sockets_and_starts_traces_and_mounts_nothing),
#ifdef __x86_64__
		cmocka_unit_test(a_confined_one_ends_by_a_call_of_another_abi),
#endif
		cmocka_unit_test(all_that_a_confined_one_has_started_ends_with_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
