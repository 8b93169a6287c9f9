// SPDX-License-Identifier: GPL-2.0-or-later
/* The bounded queue of values. */
#include "../cmocka_all.h"

#include "base/cleanup.h"
#include "reporter/queue.h"
#include "zabbix/json.h"

static void test_the_oldest_is_dropped_and_counted(void **state)
{
	cleanup(reporter_queue_finish) struct reporter_queue queue;
	cleanup_json json_t *all = NULL, *first = NULL;

	(void)state;
	reporter_queue_init(&queue, 3);
	for (int i = 1; i <= 5; i++)
		reporter_queue_add(&queue, json_integer(i));
	assert_int_equal(queue.dropped, 2);
	all = reporter_queue_peek(&queue, 10);
	assert_int_equal(json_array_size(all), 3);
	assert_int_equal(json_integer_value(json_array_get(all, 0)), 3);
	assert_int_equal(json_integer_value(json_array_get(all, 2)), 5);
	reporter_queue_remove(&queue, 2);
	first = reporter_queue_peek(&queue, 1);
	assert_int_equal(json_integer_value(json_array_get(first, 0)), 5);
	assert_int_equal(queue.count, 1);
}

static void test_a_queue_without_room_takes_nothing(void **state)
{
	struct reporter_queue queue = { 0 };

	(void)state;
	reporter_queue_add(&queue, json_integer(1));
	assert_int_equal(queue.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_oldest_is_dropped_and_counted),
		cmocka_unit_test(test_a_queue_without_room_takes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
