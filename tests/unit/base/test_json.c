// SPDX-License-Identifier: GPL-2.0-or-later
#include "../cmocka_all.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

static void a_file_is_missing_or_damaged_or_there(void **state)
{
	static const struct {
		const char *text; /* NULL: there is none */
		int result;
		bool document;
	} table[] = {
		{ NULL, 0, false },
		{ "{\"schema\": 1}", 1, true },
		{ "{\"schema\":", 1, false },
		{ "", 1, false },
		{ "[\"more than 16 bytes\"]", -EFBIG, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		char path[] = "/tmp/vrfgate-test-XXXXXX";
		cleanup_json json_t *document = NULL;
		struct error err = ERROR_INIT;
		int fd = mkstemp(path);
		const char *text = table[i].text;

		if (text)
			assert_int_equal(write(fd, text, strlen(text)), strlen(text));
		else
			unlink(path);
		assert_int_equal(json_read_file(path, 16, &document, &err), table[i].result);
		assert_int_equal(document != NULL, table[i].document);
		assert_int_equal(err.code != 0, table[i].result < 0);
		close(fd);
		unlink(path);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_printed_as_people_write_them),
		cmocka_unit_test(a_file_is_missing_or_damaged_or_there),
	};

	return cmocka_run_group_tests_name(__FILE__, tests, NULL, NULL);
}
