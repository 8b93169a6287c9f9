// SPDX-License-Identifier: GPL-2.0-or-later
/* When a proxy that was told to end is killed: readings as a real one gives them, and time as we say. */
#include "../cmocka_all.h"

#include <string.h>

#include "base/clock.h"
#include "vrf/ending.h"

#define LIMIT_MS 300000
#define BEGUN_MS 5000

/* Processes of a proxy that wait: one for a mutex, the others are done and sleep. */
static const struct process_activity locked = { .processes = 14,
	.cpu_ticks = 26,
	.written_bytes = 11175194,
	.wakeups = 5850,
	.lock_waits = 3 };

static struct ending ending_made(void)
{
	return (struct ending){ .begun_ms = BEGUN_MS,
		.limit_ms = LIMIT_MS,
		.worked_ms = BEGUN_MS,
		.woke_ms = BEGUN_MS };
}

/* A look a second; each adds these to what was read. The second of the first verdict, or 0. */
static uint64_t killed_after_s(struct process_activity activity,
	const struct process_activity *each, enum ending_verdict expected)
{
	struct ending ending = ending_made();

	for (uint64_t second = 1; second <= LIMIT_MS / 1000 + 1; second++) {
		enum ending_verdict verdict =
			ending_judge(&ending, &activity, BEGUN_MS + second * 1000);

		activity.cpu_ticks += each->cpu_ticks;
		activity.written_bytes += each->written_bytes;
		activity.wakeups += each->wakeups;
		if (verdict == ENDING_GOES_ON)
			continue;
		assert_int_equal(verdict, expected);
		return second;
	}
	return 0;
}

static void one_that_writes_has_until_its_limit(void **state)
{
	static const struct process_activity writes = { .written_bytes = 4096 };

	(void)state;
	assert_int_equal(killed_after_s(locked, &writes, ENDING_LATE), LIMIT_MS / 1000);
}

static void one_that_polls_for_its_database_has_until_its_limit(void **state)
{
	static const struct process_activity polls = { .wakeups = 10 };

	(void)state;
	assert_int_equal(killed_after_s(locked, &polls, ENDING_LATE), LIMIT_MS / 1000);
}

static void one_that_is_deadlocked_is_killed_after_the_quiet_time(void **state)
{
	static const struct process_activity nothing = { 0 };

	(void)state;
	assert_int_equal(killed_after_s(locked, &nothing, ENDING_DEADLOCKED), 16);
}

static void one_that_waits_for_a_device_has_until_its_limit(void **state)
{
	static const struct process_activity nothing = { 0 };
	struct process_activity waits = locked;

	(void)state;
	waits.finite_waits = 1;
	assert_int_equal(killed_after_s(waits, &nothing, ENDING_LATE), LIMIT_MS / 1000);
	waits = locked;
	waits.lock_waits = 0;
	assert_int_equal(killed_after_s(waits, &nothing, ENDING_LATE), LIMIT_MS / 1000);
}

static void one_that_waits_for_a_disk_has_until_its_limit(void **state)
{
	static const struct process_activity nothing = { 0 };
	struct process_activity waits = locked;

	(void)state;
	waits.uninterruptible = 1;
	assert_int_equal(killed_after_s(waits, &nothing, ENDING_LATE), LIMIT_MS / 1000);
}

static void the_quiet_time_begins_anew_with_each_sign_of_life(void **state)
{
	struct ending ending = ending_made();
	struct process_activity activity = locked;

	(void)state;
	for (uint64_t second = 1; second <= 100; second++) {
		if (second % 14 == 0)
			activity.wakeups++;
		assert_int_equal(
			ending_judge(&ending, &activity, BEGUN_MS + second * 1000), ENDING_GOES_ON);
	}
}

static void the_verdict_is_given_once(void **state)
{
	struct ending ending = ending_made();

	(void)state;
	assert_int_equal(ending_judge(&ending, &locked, BEGUN_MS + LIMIT_MS), ENDING_LATE);
	ending.killed_ms = BEGUN_MS + LIMIT_MS;
	assert_int_equal(
		ending_judge(&ending, &locked, BEGUN_MS + LIMIT_MS + 1000), ENDING_GOES_ON);
}

static void what_it_does_is_told_after_the_first_seconds(void **state)
{
	struct ending ending = ending_made();
	char text[ENDING_TEXT_SIZE];

	(void)state;
	assert_string_equal(ending_describe(&ending, BEGUN_MS + 2000, text), "");
	ending.worked_ms = ending.woke_ms = BEGUN_MS + 24000;
	assert_string_equal(
		ending_describe(&ending, BEGUN_MS + 25000, text), "still writing after 25 s");
	ending.worked_ms = BEGUN_MS;
	assert_string_equal(ending_describe(&ending, BEGUN_MS + 25000, text),
		"still waiting to write after 25 s");
	ending.woke_ms = BEGUN_MS + 13000;
	assert_string_equal(ending_describe(&ending, BEGUN_MS + 25000, text),
		"still there after 25 s, no sign of life for 12 s");
	ending.activity.uninterruptible = 1;
	assert_string_equal(ending_describe(&ending, BEGUN_MS + 25000, text),
		"still waiting for a disk after 25 s");
	ending.killed_ms = BEGUN_MS + 20000;
	assert_string_equal(ending_describe(&ending, BEGUN_MS + 25000, text),
		"proxy did not exit within 5 s of SIGKILL: the kernel holds it");
}

static void one_of_which_nothing_can_be_read_has_until_its_limit(void **state)
{
	struct ending ending = { .begun_ms = clock_now_ms() - LIMIT_MS + 60000,
		.limit_ms = LIMIT_MS };
	const struct process nobody = PROCESS_NONE;

	(void)state;
	assert_int_equal(ending_look(&ending, &nobody), ENDING_GOES_ON);
	ending.begun_ms -= 60000;
	assert_int_equal(ending_look(&ending, &nobody), ENDING_LATE);
	assert_true(ending.killed_ms);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_that_writes_has_until_its_limit),
		cmocka_unit_test(one_that_polls_for_its_database_has_until_its_limit),
		cmocka_unit_test(one_that_is_deadlocked_is_killed_after_the_quiet_time),
		cmocka_unit_test(one_that_waits_for_a_device_has_until_its_limit),
		cmocka_unit_test(one_that_waits_for_a_disk_has_until_its_limit),
		cmocka_unit_test(one_of_which_nothing_can_be_read_has_until_its_limit),
		cmocka_unit_test(the_quiet_time_begins_anew_with_each_sign_of_life),
		cmocka_unit_test(the_verdict_is_given_once),
		cmocka_unit_test(what_it_does_is_told_after_the_first_seconds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
