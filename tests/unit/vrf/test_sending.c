// SPDX-License-Identifier: GPL-2.0-or-later
#include "../cmocka_all.h"

#include "vrf/sending.h"

static void it_goes_on_for_as_long_as_the_number_falls(void **state)
{
	struct sending sending;
	char text[SENDING_TEXT_SIZE];

	(void)state;
	sending_begin(&sending, 600, 4000, 300, 1000);
	assert_true(sending.active);
	assert_true(sending.tried);
	assert_int_equal(sending_judge(&sending, 4000, 2000), SENDING_GOES_ON);
	for (int64_t left = 3000; left > 0; left -= 1000)
		assert_int_equal(sending_judge(&sending, left, (uint64_t)(80000 - 20 * left)),
			SENDING_GOES_ON);
	assert_string_equal(
		sending_describe(&sending, text), "sending 1000 values with Zabbix 6.0 first");
	assert_int_equal(sending_judge(&sending, 0, 80000), SENDING_DONE);
}

static void a_server_that_takes_none_is_given_up(void **state)
{
	struct sending sending;

	(void)state;
	sending_begin(&sending, 700, 42, 300, 1000);
	assert_int_equal(sending_judge(&sending, 42, 30000), SENDING_GOES_ON);
	/* More of them is nothing sent, and one that is not known neither. */
	assert_int_equal(sending_judge(&sending, 50, 30500), SENDING_GOES_ON);
	assert_int_equal(sending_judge(&sending, -1, 31000), SENDING_STUCK);
	assert_int_equal(sending.unsent, 42);
}

static void stop_timeout_is_the_limit(void **state)
{
	struct sending sending;

	(void)state;
	sending_begin(&sending, 700, 42, 20, 1000);
	assert_int_equal(sending_judge(&sending, 41, 20999), SENDING_GOES_ON);
	assert_int_equal(sending_judge(&sending, 40, 21000), SENDING_LATE);
	assert_int_equal(sending_judge(&sending, 0, 22000), SENDING_DONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_goes_on_for_as_long_as_the_number_falls),
		cmocka_unit_test(a_server_that_takes_none_is_given_up),
		cmocka_unit_test(stop_timeout_is_the_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
