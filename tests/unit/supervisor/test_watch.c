// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "supervisor/watch.h"

#define INTERVAL_MS 10000
#define SLOTS       100

static void a_vrf_keeps_its_time_within_the_interval(void **state)
{
	(void)state;
	assert_int_equal(watch_phase_ms("acme", INTERVAL_MS), watch_phase_ms("acme", INTERVAL_MS));
	assert_int_not_equal(
		watch_phase_ms("acme", INTERVAL_MS), watch_phase_ms("bravo", INTERVAL_MS));
	assert_in_range(watch_phase_ms("acme", 1000), 0, 999);
}

/* Ten in a slot would be even; by chance alone hardly more than twenty are. */
static void a_thousand_vrfs_make_no_burst(void **state)
{
	unsigned slots[SLOTS] = { 0 };
	char name[16];

	(void)state;
	for (int i = 1; i <= 1000; i++) {
		snprintf(name, sizeof(name), "vrf%d", i);
		slots[watch_phase_ms(name, INTERVAL_MS) / (INTERVAL_MS / SLOTS)]++;
	}
	for (int i = 0; i < SLOTS; i++)
		assert_in_range(slots[i], 0, 25);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_vrf_keeps_its_time_within_the_interval),
		cmocka_unit_test(a_thousand_vrfs_make_no_burst),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
