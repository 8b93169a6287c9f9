// SPDX-License-Identifier: GPL-2.0-or-later
/* What real processes did: one that counts, one that writes, one that sleeps, one that waits for good. */
#include "../cmocka_all.h"

#include <cap-ng.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "process/activity.h"

#define DEADLINE_MS 60000

struct tree {
	struct process process;
	int go[2]; /* a byte wakes it once */
};

typedef void (*child_work)(const struct tree *tree);

static void count_for_ever(const struct tree *tree)
{
	(void)tree;
	for (volatile unsigned i = 0;; i++)
		;
}

static void wait_for_good(const struct tree *tree)
{
	char byte;

	while (read(tree->go[0], &byte, 1) == 1)
		;
}

static void sleep_again_and_again(const struct tree *tree)
{
	(void)tree;
	for (;;)
		poll(NULL, 0, 10);
}

static void write_when_told(const struct tree *tree)
{
	int null = open("/dev/null", O_WRONLY);
	char byte;

	while (read(tree->go[0], &byte, 1) == 1)
		if (write(null, "12345678", 8) != 8)
			_exit(1);
}

static void write_as_nobody(const struct tree *tree)
{
	const struct passwd *nobody = getpwnam("nobody");

	if (!nobody || setresgid(nobody->pw_gid, nobody->pw_gid, nobody->pw_gid) < 0 ||
		setresuid(nobody->pw_uid, nobody->pw_uid, nobody->pw_uid) < 0 ||
		prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) < 0)
		_exit(1);
	write_when_told(tree);
}

static void count_in_a_grandchild(const struct tree *tree)
{
	if (fork() == 0)
		count_for_ever(tree);
	pause();
}

static void wait_for_a_lock(const struct tree *tree)
{
	static int word;

	(void)tree;
	syscall(SYS_futex, &word, FUTEX_WAIT, 0, NULL, NULL, 0);
}

static void wait_for_a_lock_in_a_child(const struct tree *tree)
{
	if (fork() == 0)
		wait_for_a_lock(tree);
	waitpid(-1, NULL, 0);
}

/* As a proxy of which one process waits for the database that another one polls for. */
static void wait_for_a_lock_beside_one_that_polls(const struct tree *tree)
{
	if (fork() == 0)
		sleep_again_and_again(tree);
	wait_for_a_lock_in_a_child(tree);
}

static struct tree tree_start(child_work work)
{
	struct tree tree;

	assert_int_equal(pipe(tree.go), 0);
	tree.process = (struct process)PROCESS_NONE;
	tree.process.pid = fork();
	assert_true(tree.process.pid >= 0);
	if (tree.process.pid == 0) {
		setpgid(0, 0);
		close(tree.go[1]);
		work(&tree);
		_exit(0);
	}
	setpgid(tree.process.pid, tree.process.pid);
	close(tree.go[0]);
	tree.process.start_time = process_start_time(tree.process.pid);
	return tree;
}

static void tree_end(struct tree *tree)
{
	kill(-tree->process.pid, SIGKILL);
	waitpid(tree->process.pid, NULL, 0);
	close(tree->go[1]);
}

static struct process_activity activity_of(const struct tree *tree)
{
	struct process_activity activity;

	assert_int_equal(process_activity_read(&tree->process, &activity), 0);
	return activity;
}

/* Until it has worked since, at most for a minute. */
static bool works_on(const struct tree *tree, const struct process_activity *before)
{
	uint64_t end_ms = clock_now_ms() + DEADLINE_MS;

	while (clock_now_ms() < end_ms) {
		struct process_activity now = activity_of(tree);

		if (process_activity_worked(before, &now))
			return true;
		poll(NULL, 0, 10);
	}
	return false;
}

/* Its own start is over: it waits, or runs its loop. */
static struct process_activity settled(const struct tree *tree, char state)
{
	char path[64], text[256], *at;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/stat", tree->process.pid);
	for (uint64_t end_ms = clock_now_ms() + DEADLINE_MS; clock_now_ms() < end_ms;
		poll(NULL, 0, 10)) {
		int fd = open(path, O_RDONLY);

		n = read(fd, text, sizeof(text) - 1);
		close(fd);
		text[n > 0 ? n : 0] = '\0';
		at = strrchr(text, ')');
		if (at && at[2] == state)
			return activity_of(tree);
	}
	fail_msg("not in state %c within a minute", state);
	return (struct process_activity){ 0 };
}

static void a_process_that_counts_works(void **state)
{
	struct tree tree = tree_start(count_for_ever);
	struct process_activity before = activity_of(&tree);

	(void)state;
	assert_true(works_on(&tree, &before));
	tree_end(&tree);
}

static void a_grandchild_that_counts_is_the_trees_work(void **state)
{
	struct tree tree = tree_start(count_in_a_grandchild);
	struct process_activity before = activity_of(&tree);

	(void)state;
	while (before.processes < 2)
		before = activity_of(&tree);
	assert_int_equal(before.processes, 2);
	assert_true(works_on(&tree, &before));
	tree_end(&tree);
}

static void a_process_that_writes_works_by_what_it_wrote(void **state)
{
	struct tree tree = tree_start(write_when_told);
	struct process_activity before = settled(&tree, 'S'), now;

	(void)state;
	assert_int_equal(write(tree.go[1], "x", 1), 1);
	assert_true(works_on(&tree, &before));
	now = activity_of(&tree);
	while (now.written_bytes == before.written_bytes)
		now = activity_of(&tree);
	assert_int_equal(now.written_bytes - before.written_bytes, 8);
	tree_end(&tree);
}

/* As the supervisor, which may not read every file. */
static void what_another_user_wrote_is_read_without_the_right_to_read_all_files(void **state)
{
	struct tree tree;
	struct process_activity now;

	(void)state;
	if (geteuid() != 0)
		skip();
	tree = tree_start(write_as_nobody);
	capng_get_caps_process();
	capng_updatev(CAPNG_DROP, CAPNG_EFFECTIVE, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, -1);
	assert_int_equal(capng_apply(CAPNG_SELECT_CAPS), 0);
	assert_int_equal(write(tree.go[1], "x", 1), 1);
	for (uint64_t end_ms = clock_now_ms() + DEADLINE_MS; clock_now_ms() < end_ms;
		poll(NULL, 0, 10)) {
		now = activity_of(&tree);
		if (now.written_bytes)
			break;
	}
	capng_updatev(CAPNG_ADD, CAPNG_EFFECTIVE, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, -1);
	assert_int_equal(capng_apply(CAPNG_SELECT_CAPS), 0);
	assert_int_equal(now.written_bytes, 8);
	tree_end(&tree);
}

static void a_process_that_waits_for_good_neither_works_nor_wakes_up(void **state)
{
	struct tree tree = tree_start(wait_for_good);
	struct process_activity before = settled(&tree, 'S'), now;
	struct tree sleeper = tree_start(sleep_again_and_again);
	uint64_t begin = activity_of(&sleeper).wakeups;

	(void)state;
	/* For as long as another one wakes up a hundred times. */
	while (activity_of(&sleeper).wakeups < begin + 100)
		poll(NULL, 0, 10);
	now = activity_of(&tree);
	assert_false(process_activity_worked(&before, &now));
	assert_int_equal(now.wakeups, before.wakeups);
	tree_end(&sleeper);
	tree_end(&tree);
}

static void a_process_that_is_stopped_is_counted_so(void **state)
{
	struct tree tree = tree_start(count_for_ever);
	struct process_activity before;

	(void)state;
	assert_int_equal(activity_of(&tree).stopped, 0);
	kill(tree.process.pid, SIGSTOP);
	before = settled(&tree, 'T');
	assert_int_equal(before.stopped, 1);
	assert_int_equal(before.uninterruptible, 0);
	tree_end(&tree);
}

/* Until so many processes of it wait for a lock. */
static struct process_activity locked(const struct tree *tree, unsigned processes)
{
	struct process_activity activity = { 0 };

	for (uint64_t end_ms = clock_now_ms() + DEADLINE_MS; clock_now_ms() < end_ms;
		poll(NULL, 0, 10)) {
		activity = activity_of(tree);
		if (activity.processes == processes && activity.lock_waits)
			return activity;
	}
	fail_msg("nothing waits for a lock within a minute");
	return activity;
}

static void a_tree_that_waits_for_a_lock_is_deadlocked(void **state)
{
	struct tree tree = tree_start(wait_for_a_lock_in_a_child);
	struct process_activity now = locked(&tree, 2);

	(void)state;
	assert_true(process_activity_deadlocked(&now));
	tree_end(&tree);
}

static void a_tree_of_which_one_polls_is_not_deadlocked(void **state)
{
	struct tree tree = tree_start(wait_for_a_lock_beside_one_that_polls);
	struct process_activity now = locked(&tree, 3);

	(void)state;
	assert_int_equal(now.finite_waits, 1);
	assert_false(process_activity_deadlocked(&now));
	tree_end(&tree);
}

static void a_process_that_is_gone_has_none(void **state)
{
	struct tree tree = tree_start(wait_for_good);
	struct process other = tree.process;
	struct process_activity activity;

	(void)state;
	/* The pid is another process's now. */
	other.start_time++;
	assert_int_equal(process_activity_read(&other, &activity), -ESRCH);
	tree_end(&tree);
	assert_int_equal(process_activity_read(&tree.process, &activity), -ESRCH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_process_that_counts_works),
		cmocka_unit_test(a_grandchild_that_counts_is_the_trees_work),
		cmocka_unit_test(a_process_that_writes_works_by_what_it_wrote),
		cmocka_unit_test(
			what_another_user_wrote_is_read_without_the_right_to_read_all_files),
		cmocka_unit_test(a_process_that_waits_for_good_neither_works_nor_wakes_up),
		cmocka_unit_test(a_process_that_is_stopped_is_counted_so),
		cmocka_unit_test(a_tree_that_waits_for_a_lock_is_deadlocked),
		cmocka_unit_test(a_tree_of_which_one_polls_is_not_deadlocked),
		cmocka_unit_test(a_process_that_is_gone_has_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
