// SPDX-License-Identifier: GPL-2.0-or-later
/* Files of numbers by name. */
#include "../scratch.h"

#include <sys/stat.h>

#include "base/json.h"
#include "vrf/numbers.h"

static const struct numbers_kind kind = { "shoes.json", "shoes", 1, 50, "begin anew" };

static struct config_gateway gateway_in(const char *directory)
{
	return (struct config_gateway){ .state_dir = (char *)directory };
}

static void what_was_written_is_read(void **state)
{
	const struct config_gateway gateway = gateway_in(*state);
	cleanup_free char *path = xasprintf("%s/shoes.json", (char *)*state);
	cleanup_json json_t *written = json_pack("{s:i, s:i}", "acme", 43, "bravo", 42);
	cleanup_json json_t *read = NULL;
	struct error err = ERROR_INIT;
	struct stat file;

	assert_int_equal(numbers_read(&kind, &gateway, &read, &err), 0);
	assert_int_equal(json_object_size(read), 0);
	json_decref(read);
	read = NULL;
	assert_int_equal(numbers_write(&kind, &gateway, written, &err), 0);
	assert_int_equal(stat(path, &file), 0);
	assert_int_equal(file.st_mode & 0777, 0600);
	assert_int_equal(numbers_read(&kind, &gateway, &read, &err), 0);
	assert_true(json_equal(read, written));
}

static void a_file_without_a_number_of_its_own_for_each_is_damaged(void **state)
{
	static const char *const texts[] = {
		"",
		"[]",
		"{ \"schema\": 1 }",
		"{ \"schema\": 1, \"shoes\": [ 40 ] }",
		"{ \"schema\": 1, \"shoes\": { \"acme\": \"40\" } }",
		"{ \"schema\": 1, \"shoes\": { \"acme\": 0 } }",
		"{ \"schema\": 1, \"shoes\": { \"acme\": 51 } }",
		"{ \"schema\": 1, \"shoes\": { \"acme\": 40.5 } }",
		"{ \"schema\": 1, \"shoes\": { \"acme\": 40, \"bravo\": 41, \"charlie\": 40 } }",
	};
	const struct config_gateway gateway = gateway_in(*state);

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct error err = ERROR_INIT;
		json_t *read = NULL;

		scratch_write(*state, "shoes.json", texts[i]);
		assert_int_equal(numbers_read(&kind, &gateway, &read, &err), -EINVAL);
		assert_null(read);
		assert_non_null(strstr(err.text,
			"shoes.json' is damaged; restore it, or remove it to begin anew"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_scratch(what_was_written_is_read),
		in_scratch(a_file_without_a_number_of_its_own_for_each_is_damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
