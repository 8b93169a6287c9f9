// SPDX-License-Identifier: GPL-2.0-or-later
/* The sender protocol's answers, and a server that is not there. */
#include "../cmocka_all.h"

#include <errno.h>
#include <string.h>

#include "zabbix/json.h"
#include "zabbix/sender.h"

static int read_answer(const char *answer, size_t *refused, struct error *err)
{
	return zabbix_sender_read(answer, strlen(answer), refused, err);
}

static void test_the_failed_are_counted_though_the_response_is_success(void **state)
{
	size_t refused = 0;

	(void)state;
	assert_int_equal(
		read_answer("{\"response\":\"success\",\"info\":\"processed: 1; failed: 2; "
			    "total: 3; seconds spent: 0.000055\"}",
			&refused, NULL),
		0);
	assert_int_equal(refused, 2);
}

static void test_what_is_no_such_answer_is_refused(void **state)
{
	static const char *const answers[] = { "", "[]",
		"{\"response\":\"failed\",\"info\":\"no\"}",
		"{\"response\":\"success\",\"info\":\"thanks\"}" };
	struct error err = ERROR_INIT;
	size_t refused;

	(void)state;
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
		assert_int_equal(read_answer(answers[i], &refused, &err), -EPROTO);
}

static void test_a_server_that_is_not_there_is_named(void **state)
{
	cleanup_json json_t *values = json_array();
	struct error err = ERROR_INIT;
	size_t refused;

	(void)state;
	assert_true(zabbix_sender_push("127.0.0.1", 1, values, &refused, &err) < 0);
	assert_string_equal(err.text, "127.0.0.1 port 1: cannot connect: Connection refused");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_failed_are_counted_though_the_response_is_success),
		cmocka_unit_test(test_what_is_no_such_answer_is_refused),
		cmocka_unit_test(test_a_server_that_is_not_there_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
