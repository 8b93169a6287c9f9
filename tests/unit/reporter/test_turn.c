// SPDX-License-Identifier: GPL-2.0-or-later
/* The turn: one has it at a time, and loses it by ending. */
#include "../scratch_directory.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>

#include "base/cleanup.h"
#include "reporter/turn.h"

static void test_one_has_it_at_a_time(void **state)
{
	struct config_gateway gateway = { .state_dir = *state };
	cleanup_fd int first = -1, second = -1;

	assert_int_equal(reporter_turn_open(&gateway, &first, NULL), 0);
	assert_int_equal(reporter_turn_open(&gateway, &second, NULL), 0);
	assert_int_equal(reporter_turn_take(first, NULL), 1);
	assert_int_equal(reporter_turn_take(second, NULL), 0);
	reporter_turn_end(first);
	assert_int_equal(reporter_turn_take(second, NULL), 1);
	assert_int_equal(reporter_turn_take(first, NULL), 0);
}

static void test_it_ends_with_its_holder(void **state)
{
	struct config_gateway gateway = { .state_dir = *state };
	cleanup_fd int fd = -1;
	pid_t child = fork();

	if (child == 0) {
		bool taken = reporter_turn_open(&gateway, &fd, NULL) == 0 &&
			reporter_turn_take(fd, NULL) == 1;

		_exit(taken ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &(int){ 0 }, 0), child);
	assert_int_equal(reporter_turn_open(&gateway, &fd, NULL), 0);
	assert_int_equal(reporter_turn_take(fd, NULL), 1);
}

static void test_what_cannot_be_locked_is_an_error_and_nobody_elses(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(reporter_turn_take(-1, &err), -EBADF);
	assert_non_null(strstr(err.text, "cannot lock"));
}

static void test_a_directory_that_others_may_write_is_refused(void **state)
{
	cleanup_free char *open_to_all = xasprintf("%s/open", (char *)*state);
	struct config_gateway gateway = { .state_dir = open_to_all };
	struct error err = ERROR_INIT;
	int fd = -1;

	assert_int_equal(mkdir(open_to_all, 0700), 0);
	assert_int_equal(chmod(open_to_all, 0777), 0);
	assert_int_equal(reporter_turn_open(&gateway, &fd, &err), -EPERM);
	assert_non_null(strstr(err.text, "others may write"));
	assert_int_equal(fd, -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_has_it_at_a_time),
		cmocka_unit_test(test_it_ends_with_its_holder),
		cmocka_unit_test(test_what_cannot_be_locked_is_an_error_and_nobody_elses),
		cmocka_unit_test(test_a_directory_that_others_may_write_is_refused),
	};

	return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
