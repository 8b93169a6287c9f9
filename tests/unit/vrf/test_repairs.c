// SPDX-License-Identifier: GPL-2.0-or-later
/* How often the same thing is put right. */
#include "../cmocka_all.h"

#include "base/cleanup.h"
#include "vrf/repairs.h"

#define START 1000000

#define cleanup_repairs cleanup(repairs_finish)

static const struct net_act_id route = { NET_ACT_ROUTE_ADD, false, "cust", 1 };
static const struct net_act_id address = { NET_ACT_ADDRESS_ADD, false, "cust", 2 };

static bool mend(struct repairs *repairs, uint64_t now_ms)
{
	bool may = repairs_may(repairs, &route, now_ms);

	if (may)
		repairs_note(repairs, &route, now_ms);
	return may;
}

/* Five times, a second apart. */
static void fight(struct repairs *repairs, uint64_t start_ms)
{
	for (int i = 0; i < REPAIRS_MAX; i++)
		assert_true(mend(repairs, start_ms + (uint64_t)i * 1000));
}

static void five_times_in_a_minute_are_enough(void **state)
{
	cleanup_repairs struct repairs repairs = { 0 };

	(void)state;
	fight(&repairs, START);
	assert_int_equal(repairs_next_ms(&repairs), 0);
	assert_false(repairs_may(&repairs, &route, START + 5000));
	assert_int_equal(repairs_next_ms(&repairs), START + 5000 + REPAIRS_WINDOW_MS);
	assert_false(repairs_may(&repairs, &route, START + 6000));
	assert_true(repairs_may(&repairs, &address, START + 6000));
}

static void slow_losses_are_always_put_right(void **state)
{
	cleanup_repairs struct repairs repairs = { 0 };

	(void)state;
	for (uint64_t i = 0; i < 20; i++)
		assert_true(mend(&repairs, START + i * 15000));
}

static void what_failed_is_no_repair(void **state)
{
	cleanup_repairs struct repairs repairs = { 0 };

	(void)state;
	for (uint64_t i = 0; i < 20; i++)
		assert_true(repairs_may(&repairs, &route, START + i * 100));
}

static void after_a_minute_it_is_tried_once_more(void **state)
{
	cleanup_repairs struct repairs repairs = { 0 };
	uint64_t again_ms = START + 5000 + REPAIRS_WINDOW_MS;

	(void)state;
	fight(&repairs, START);
	assert_false(repairs_may(&repairs, &route, START + 5000));
	assert_true(repairs_may(&repairs, &route, again_ms));
	assert_int_equal(repairs_next_ms(&repairs), 0);
	assert_false(repairs_may(&repairs, &route, again_ms + 100));
	assert_int_equal(repairs_next_ms(&repairs), again_ms + 100 + REPAIRS_WINDOW_MS);
}

static void peace_is_remembered_as_such(void **state)
{
	cleanup_repairs struct repairs repairs = { 0 };
	uint64_t again_ms = START + 5000 + REPAIRS_WINDOW_MS;

	(void)state;
	fight(&repairs, START);
	assert_false(repairs_may(&repairs, &route, START + 5000));
	assert_true(mend(&repairs, again_ms));
	repairs_forget(&repairs, again_ms + REPAIRS_WINDOW_MS - 1);
	assert_int_equal(repairs.count, 1);
	repairs_forget(&repairs, again_ms + REPAIRS_WINDOW_MS);
	assert_int_equal(repairs.count, 0);
	fight(&repairs, again_ms + REPAIRS_WINDOW_MS);
}

static void what_is_left_alone_is_not_forgotten(void **state)
{
	cleanup_repairs struct repairs repairs = { 0 };

	(void)state;
	fight(&repairs, START);
	assert_false(repairs_may(&repairs, &route, START + 5000));
	repairs_forget(&repairs, START + 5000 + REPAIRS_WINDOW_MS);
	assert_int_equal(repairs.count, 1);
	assert_int_equal(repairs_next_ms(&repairs), START + 5000 + REPAIRS_WINDOW_MS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(five_times_in_a_minute_are_enough),
		cmocka_unit_test(slow_losses_are_always_put_right),
		cmocka_unit_test(what_failed_is_no_repair),
		cmocka_unit_test(after_a_minute_it_is_tried_once_more),
		cmocka_unit_test(peace_is_remembered_as_such),
		cmocka_unit_test(what_is_left_alone_is_not_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
