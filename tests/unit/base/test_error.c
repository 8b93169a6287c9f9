// SPDX-License-Identifier: GPL-2.0-or-later
#include "../cmocka_all.h"

#include <errno.h>
#include <string.h>

#include "base/error.h"

static void context_is_added_outside(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(error_set(&err, ENODEV, "parent '%s' not found", "eth0"), -ENODEV);
	assert_int_equal(error_wrap(&err, -ENODEV, "interface '%s'", "eth0.10"), -ENODEV);
	assert_int_equal(error_wrap(&err, -ENODEV, "vrf '%s'", "acme"), -ENODEV);
	assert_string_equal(err.text, "vrf 'acme': interface 'eth0.10': parent 'eth0' not found");
}

static void errno_is_put_into_words(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(error_set_errno(&err, ENOENT, "cannot read '%s'", "x"), -ENOENT);
	assert_string_equal(err.text, "cannot read 'x': No such file or directory");
}

static void a_long_text_is_cut_visibly(void **state)
{
	struct error err = ERROR_INIT;
	char text[2 * ERROR_TEXT_SIZE];

	(void)state;
	memset(text, 'a', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	error_set(&err, EIO, "%s", text);
	assert_int_equal(strlen(err.text), ERROR_TEXT_SIZE - 1);
	assert_string_equal(err.text + ERROR_TEXT_SIZE - 4, "...");
	error_wrap(&err, -EIO, "outer");
	assert_memory_equal(err.text, "outer: aaa", 10);
	assert_string_equal(err.text + ERROR_TEXT_SIZE - 4, "...");
}

static void without_a_text_the_code_is_kept(void **state)
{
	(void)state;
	assert_int_equal(error_set(NULL, EPERM, "x"), -EPERM);
	assert_int_equal(error_wrap(NULL, -EPERM, "x"), -EPERM);
}

static void success_is_not_wrapped(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(error_wrap(&err, 0, "x"), 0);
	assert_int_equal(error_wrap(&err, 7, "x"), 7);
	assert_string_equal(err.text, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(context_is_added_outside),
		cmocka_unit_test(errno_is_put_into_words),
		cmocka_unit_test(a_long_text_is_cut_visibly),
		cmocka_unit_test(without_a_text_the_code_is_kept),
		cmocka_unit_test(success_is_not_wrapped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
