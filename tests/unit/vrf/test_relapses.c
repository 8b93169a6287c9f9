// SPDX-License-Identifier: GPL-2.0-or-later
#include "../cmocka_all.h"

#include "base/cleanup.h"
#include "vrf/program.h"

#define cleanup_relapses cleanup(relapses_forget)

static const struct config_restart three_in_a_minute = { .count = 3, .window_s = 60 };

static void more_restarts_than_allowed_within_the_window_are_too_many(void **state)
{
	cleanup_relapses struct relapses relapses = { 0 };

	(void)state;
	for (uint64_t i = 1; i <= 3; i++)
		assert_false(relapses_note(&relapses, &three_in_a_minute, i * 1000));
	assert_true(relapses_note(&relapses, &three_in_a_minute, 60999));
}

static void those_of_long_ago_do_not_count(void **state)
{
	cleanup_relapses struct relapses relapses = { 0 };

	(void)state;
	for (uint64_t i = 1; i <= 100; i++)
		assert_false(relapses_note(&relapses, &three_in_a_minute, i * 20000));
	assert_int_equal(relapses.count, 3);
}

static void one_that_was_given_up_has_no_new_count(void **state)
{
	cleanup_relapses struct relapses relapses = { 0 };

	(void)state;
	for (uint64_t i = 1; i <= 4; i++)
		relapses_note(&relapses, &three_in_a_minute, i);
	assert_true(relapses_note(&relapses, &three_in_a_minute, 1000000));
	relapses_forget(&relapses);
	assert_false(relapses_note(&relapses, &three_in_a_minute, 1000001));
}

static void a_count_of_none_never_gives_up(void **state)
{
	const struct config_restart patient = { .count = 0, .window_s = 60 };
	cleanup_relapses struct relapses relapses = { 0 };

	(void)state;
	for (uint64_t i = 1; i <= 100; i++)
		assert_false(relapses_note(&relapses, &patient, i));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(more_restarts_than_allowed_within_the_window_are_too_many),
		cmocka_unit_test(those_of_long_ago_do_not_count),
		cmocka_unit_test(one_that_was_given_up_has_no_new_count),
		cmocka_unit_test(a_count_of_none_never_gives_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
