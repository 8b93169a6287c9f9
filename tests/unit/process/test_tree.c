// SPDX-License-Identifier: GPL-2.0-or-later
/* The memory of ourselves, and of a child that takes more. */
#include "../cmocka_all.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "process/tree.h"

#define TAKEN_BYTES (64 << 20)

/* A child with TAKEN_BYTES of its own, that has a child again with as much. */
static pid_t tree_start(int levels, int ready_fd)
{
	pid_t pid = fork();
	char *taken;

	assert_true(pid >= 0);
	if (pid > 0)
		return pid;
	taken = mmap(NULL, TAKEN_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (taken == MAP_FAILED)
		_exit(1);
	memset(taken, levels, TAKEN_BYTES);
	if (write(ready_fd, "x", 1) != 1)
		_exit(1);
	if (levels > 1) {
		madvise(taken, TAKEN_BYTES, MADV_DONTFORK);
		tree_start(levels - 1, ready_fd);
	}
	pause();
	_exit(0);
}

static void a_tree_has_the_memory_of_all_that_is_in_it(void **state)
{
	int64_t before = process_tree_memory_bytes(getpid()), with;
	int ready[2];
	char byte;
	pid_t child;

	(void)state;
	assert_true(before > 100000);
	assert_int_equal(pipe(ready), 0);
	/* A group of its own, to end with all that is in it. */
	child = tree_start(2, ready[1]);
	assert_int_equal(setpgid(child, child), 0);
	for (int i = 0; i < 2; i++)
		assert_int_equal(read(ready[0], &byte, 1), 1);
	with = process_tree_memory_bytes(getpid());
	kill(-child, SIGKILL);
	waitpid(child, NULL, 0);
	close(ready[0]);
	close(ready[1]);
	assert_in_range(with - before, 2 * TAKEN_BYTES - (8 << 20), 2 * TAKEN_BYTES + (32 << 20));
}

static void what_is_not_there_has_none(void **state)
{
	pid_t child = fork();

	(void)state;
	if (child == 0)
		_exit(0);
	waitpid(child, NULL, 0);
	assert_int_equal(process_tree_memory_bytes(child), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tree_has_the_memory_of_all_that_is_in_it),
		cmocka_unit_test(what_is_not_there_has_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
