// SPDX-License-Identifier: GPL-2.0-or-later
#include "../cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/strings.h"

static void assert_printable(const char *text, const char *expected)
{
	char copy[64];

	snprintf(copy, sizeof(copy), "%s", text);
	text_make_printable(copy);
	assert_string_equal(copy, expected);
}

static void what_is_printed_commands_no_terminal(void **state)
{
	(void)state;
	assert_printable("plain, with \"quotes\" and 100 %", "plain, with \"quotes\" and 100 %");
	assert_printable("\033]0;title\a\033[2J", "?]0;title??[2J");
	assert_printable("one\r\ntwo\tthree\177", "one  two three?");
	/* CSI as one character of UTF-8. */
	assert_printable("\302\2332J", "??2J");
	assert_printable("\302\237", "??");
	/* Letters of UTF-8, the last of which begins with the same byte, and half of one. */
	assert_printable("Zürich 東京 \302\265s \302", "Zürich 東京 \302\265s \302");
	assert_printable("", "");
}

static void neither_does_an_error(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	error_set(&err, 5, "it said \"%s\"", "\033[31mred\n");
	assert_string_equal(err.text, "it said \"?[31mred \"");
}

static void lists_own_what_they_hold(void **state)
{
	struct strings list = { 0 }, other = { 0 };

	(void)state;
	strings_add(&list, "a");
	strings_addf(&list, "%s%d", "b", 1);
	assert_true(strings_contain(&list, "b1"));
	assert_false(strings_contain(&list, "b"));
	assert_false(strings_equal(&list, &other));
	strings_add(&other, "a");
	strings_add(&other, "b1");
	assert_true(strings_equal(&list, &other));
	strings_finish(&list);
	strings_finish(&other);
	assert_int_equal(list.count, 0);
}

static void of_many_names_ten_are_listed(void **state)
{
	struct strings names = { 0 };
	char *list;

	(void)state;
	for (int i = 0; i < 10; i++)
		strings_addf(&names, "v%d", i);
	list = strings_list(&names);
	assert_string_equal(list, "v0, v1, v2, v3, v4, v5, v6, v7, v8, v9");
	free(list);
	strings_add(&names, "v10");
	list = strings_list(&names);
	assert_string_equal(list, "v0, v1, v2, v3, v4, v5, v6, v7, v8, v9 and 1 more");
	free(list);
	strings_finish(&names);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_many_names_ten_are_listed),
		cmocka_unit_test(what_is_printed_commands_no_terminal),
		cmocka_unit_test(neither_does_an_error),
		cmocka_unit_test(lists_own_what_they_hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
