// SPDX-License-Identifier: GPL-2.0-or-later
/* The VRFs as text. */
#include "../cmocka_all.h"

#include <string.h>

#include "base/cleanup.h"
#include "reporter/table.h"
#include "status_made.h"

static void test_the_worst_comes_first_and_the_disabled_not_at_all(void **state)
{
	cleanup_json json_t *status = status_made();
	cleanup_free char *table = reporter_table_format(status, false);

	(void)state;
	assert_string_equal(table,
		"VRF              STATE      SINCE  RST BACKLOG  REASON\n"
		"bravo            backoff       5s    4       5  exited with 1\n"
		"acme             healthy      66m    1       7  \n");
}

static void test_troubles_leave_the_healthy_out(void **state)
{
	cleanup_json json_t *status = status_made();
	cleanup_free char *table = reporter_table_format(status, true);
	cleanup_free char *none = NULL;

	(void)state;
	assert_non_null(strstr(table, "bravo"));
	assert_null(strstr(table, "acme"));
	json_array_remove(json_object_get(status, "vrfs"), 1);
	none = reporter_table_format(status, true);
	assert_string_equal(none, "All VRFs are healthy.");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_worst_comes_first_and_the_disabled_not_at_all),
		cmocka_unit_test(test_troubles_leave_the_healthy_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
