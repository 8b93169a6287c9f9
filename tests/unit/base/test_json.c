// SPDX-License-Identifier: GPL-2.0-or-later
#include "../cmocka_all.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"

static void numbers_are_printed_as_people_write_them(void **state)
{
	cleanup_json json_t *document = json_pack("{s:[f,f,f,f,f,i], s:{s:f}}", "list",
		0.92277799999999999, -0.126, 40.0, 1e300, 1234567.891, 7, "object", "inner", 1.005);
	cleanup_free char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	json_print(document, out);
	fclose(out);
	assert_non_null(strstr(text,
		"[\n    0.92,\n    -0.13,\n    40.0,\n    1e300,\n    1234567.89,\n    7\n  ]"));
	assert_non_null(strstr(text, "\"inner\": 1"));
	assert_int_equal(text[size - 1], '\n');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_printed_as_people_write_them),
	};

	return cmocka_run_group_tests_name(__FILE__, tests, NULL, NULL);
}
