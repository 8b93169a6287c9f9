// SPDX-License-Identifier: GPL-2.0-or-later
/* Looks at processes of a tree that wait for one lock, and what a row of looks says. */
#include "../cmocka_all.h"

#include <errno.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "vrf/wedge.h"

#define SECOND_MS   1000
#define DEADLINE_MS 60000

/* --- a row of looks --- */

/* A proxy of which these many processes wait; two others idle. */
static struct wedge_look look_of(unsigned blocked, uint64_t mark)
{
	return (struct wedge_look){ .blocked = blocked,
		.blocked_mark = mark,
		.users = 5,
		.users_wakeups = 1000,
		.users_ticks = 10,
		.senders = 2,
		.senders_wakeups = 500 };
}

static void processes_that_wait_for_ever_for_one_lock_are_a_wedge(void **state)
{
	struct wedge_look look = look_of(3, 7);
	struct wedge wedge = { 0 };

	(void)state;
	for (uint64_t now_ms = 1; now_ms < 1 + WEDGE_MS; now_ms += 10 * SECOND_MS) {
		wedge_note(&wedge, &look, now_ms);
		assert_false(wedge_is_locked(&wedge));
		/* What is idle wakes up once a second. */
		look.users_wakeups += 20;
	}
	wedge_note(&wedge, &look, 1 + WEDGE_MS);
	assert_true(wedge_is_locked(&wedge));
}

static void one_that_moves_is_no_wedge(void **state)
{
	struct wedge wedge = { 0 };

	(void)state;
	for (uint64_t i = 0; i < 20; i++) {
		struct wedge_look look = look_of(3, i / 2);

		wedge_note(&wedge, &look, 1 + i * 15 * SECOND_MS);
		assert_false(wedge_is_locked(&wedge));
	}
}

static void one_alone_that_waits_is_no_wedge(void **state)
{
	struct wedge_look look = look_of(1, 7);
	struct wedge wedge = { 0 };

	(void)state;
	for (uint64_t i = 0; i < 20; i++)
		wedge_note(&wedge, &look, 1 + i * 15 * SECOND_MS);
	assert_false(wedge_is_locked(&wedge));
}

/* It asks SQLite ten times a second for a database that another program has locked. */
static void others_wait_for_one_that_waits_for_the_database(void **state)
{
	struct wedge_look look = look_of(4, 7);
	struct wedge wedge = { 0 };

	(void)state;
	for (uint64_t i = 0; i < 20; i++) {
		wedge_note(&wedge, &look, 1 + i * 15 * SECOND_MS);
		look.users_wakeups += 15 * (10 + 1) * 2;
		assert_false(wedge_is_locked(&wedge));
	}
}

static void others_wait_for_one_that_works_long(void **state)
{
	struct wedge_look look = look_of(4, 7);
	struct wedge wedge = { 0 };

	(void)state;
	for (uint64_t i = 0; i < 20; i++) {
		wedge_note(&wedge, &look, 1 + i * 15 * SECOND_MS);
		look.users_ticks += i % 2 ? 15 * 50 : 0;
		look.users_busy = i % 2 == 0;
		assert_false(wedge_is_locked(&wedge));
	}
}

static void senders_that_do_not_move_stand(void **state)
{
	struct wedge_look look = look_of(0, 0);
	struct wedge wedge = { 0 };

	(void)state;
	wedge_note(&wedge, &look, 1);
	wedge_note(&wedge, &look, 1 + WEDGE_MS);
	assert_false(wedge_senders_stand(&wedge));
	wedge_note(&wedge, &look, 1 + 2 * WEDGE_MS);
	assert_true(wedge_senders_stand(&wedge));
	look.senders_wakeups++;
	wedge_note(&wedge, &look, 1 + 3 * WEDGE_MS);
	assert_false(wedge_senders_stand(&wedge));
	/* A passive proxy has none. */
	look.senders = 0;
	for (uint64_t i = 4; i < 10; i++)
		wedge_note(&wedge, &look, 1 + i * WEDGE_MS);
	assert_false(wedge_senders_stand(&wedge));
}

/* --- a look --- */

/* At one address in every process, as in the children of a zabbix_proxy. */
static uint32_t *const lock = (uint32_t *)0x500000000000;

static void lock_map(void)
{
	int fd = memfd_create("lock", 0);

	assert_true(fd >= 0 && ftruncate(fd, 4096) == 0);
	assert_int_equal(dup2(fd, 100), 100);
	assert_ptr_equal(
		mmap(lock, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0), lock);
	close(fd);
}

/* In the child: its title is in its arguments, where zabbix_proxy writes it, too. */
static int child_main(const char *how)
{
	struct timespec hour = { .tv_sec = 3600 };

	if (mmap(lock, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, 100, 0) != lock)
		return EXIT_FAILURE;
	for (;;)
		syscall(SYS_futex, *how == 'm' ? lock + 1 : lock, FUTEX_WAIT, 0,
			*how == 't' ? &hour : NULL, NULL, 0);
}

static pid_t child_start(const char *title, const char *how)
{
	pid_t pid = fork();

	if (pid == 0) {
		execl("/proc/self/exe", "child", how, title, NULL);
		_exit(EXIT_FAILURE);
	}
	assert_true(pid > 0);
	return pid;
}

/*
 * Until so many are found to wait, twice alike: the first look may have counted what one slept before it came to
 * the lock.
 */
static struct wedge_look look_await(unsigned blocked)
{
	uint64_t deadline_ms = clock_now_ms() + DEADLINE_MS, mark;
	struct wedge_look look = { 0 };

	do {
		mark = look.blocked_mark;
		wedge_read(getpid(), &look);
	} while ((look.blocked != blocked || look.users < 5 || look.blocked_mark != mark) &&
		clock_now_ms() < deadline_ms);
	assert_int_equal(look.blocked, blocked);
	assert_int_equal(look.blocked_mark, mark);
	return look;
}

static void who_waits_without_a_time_limit_for_one_lock_is_counted_and_named(void **state)
{
	struct wedge_look first, second;
	pid_t children[6];

	(void)state;
	lock_map();
	children[0] = child_start("x/zabbix_proxy: data sender [sending data]", "w");
	children[1] = child_start("x/zabbix_proxy: history syncer #1 [syncing]", "w");
	children[2] = child_start("x/zabbix_proxy: history syncer #2 [syncing]", "w");
	/* It would be written to the log, and to the terminal of who asks for the status. */
	children[5] = child_start("x/zabbix_proxy: \x1b]0;mine\a", "w");
	children[3] = child_start("x/zabbix_proxy: task manager [idle]", "timed");
	children[4] = child_start("x/zabbix_proxy: housekeeper [idle]", "mine");
	first = look_await(4);
	assert_non_null(strstr(first.names, "data sender"));
	assert_non_null(strstr(first.names, "history syncer"));
	assert_non_null(strstr(first.names, "?]0;mine?"));
	assert_null(strstr(first.names, "task manager"));
	assert_null(strstr(first.names, "housekeeper"));
	assert_int_equal(first.users, 5);
	assert_int_equal(first.senders, 1);
	second = look_await(4);
	assert_int_equal(first.blocked_mark, second.blocked_mark);
	/* One goes on, and waits again. */
	assert_int_equal(syscall(SYS_futex, lock, FUTEX_WAKE, 1, NULL, NULL, 0), 1);
	for (uint64_t end_ms = clock_now_ms() + DEADLINE_MS;
		clock_now_ms() < end_ms && second.blocked_mark == first.blocked_mark;)
		second = look_await(4);
	assert_int_not_equal(first.blocked_mark, second.blocked_mark);
	for (size_t i = 0; i < 6; i++) {
		kill(children[i], SIGKILL);
		waitpid(children[i], NULL, 0);
	}
	wedge_read(children[0], &second);
	assert_int_equal(second.blocked + second.users, 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(processes_that_wait_for_ever_for_one_lock_are_a_wedge),
		cmocka_unit_test(one_that_moves_is_no_wedge),
		cmocka_unit_test(one_alone_that_waits_is_no_wedge),
		cmocka_unit_test(others_wait_for_one_that_waits_for_the_database),
		cmocka_unit_test(others_wait_for_one_that_works_long),
		cmocka_unit_test(senders_that_do_not_move_stand),
		cmocka_unit_test(who_waits_without_a_time_limit_for_one_lock_is_counted_and_named),
	};

	if (argc > 2)
		return child_main(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
