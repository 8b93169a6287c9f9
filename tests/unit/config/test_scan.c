// SPDX-License-Identifier: GPL-2.0-or-later
/* Comments become spaces, lines stay, and what libconfuse cannot stand is refused. */
#include "../cmocka_all.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "config/scan.h"

static void assert_scanned(bool customers, const char *before, const char *after)
{
	cleanup_free char *text = xstrdup(before);
	struct error err = ERROR_INIT;
	int line;

	assert_int_equal(config_scan(text, customers, &line, &err), 0);
	assert_string_equal(text, after);
}

static void test_comments_are_blanked_and_lines_stay(void **state)
{
	static const struct {
		const char *text, *expected;
	} table[] = {
		{ "a # b\nc", "a    \nc" },
		{ "a // b\nc", "a     \nc" },
		{ "a /* b\n# */ c", "a     \n     c" },
		{ "\"# // /* x\" y", "\"# // /* x\" y" },
		{ "'# \\' #' #", "'# \\' #'  " },
		{ "\"\\\"#\"#", "\"\\\"#\" " },
		{ "", "" },
		{ "\xef\xbb\xbf"
		  "a",
			"   a" },
		{ "a # b\r\n\r\nc\r\n", "a     \n \nc \n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		assert_scanned(true, table[i].text, table[i].expected);
}

static void test_hopeless_texts_are_refused_with_their_line(void **state)
{
	static const struct {
		const char *text;
		int line;
	} table[] = {
		{ "\n\"a", 2 },
		{ "\n'a\n'", 2 },
		{ "\"a\\", 1 },
		{ "\n\n/* \n\n", 3 },
		{ "\"\\777\"", 1 },
		{ "a = ${B}", 1 },
		{ "a {\nb { }\n", 1 },
		{ "a { }\n} b", 2 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		cleanup_free char *text = xstrdup(table[i].text);
		struct error err = ERROR_INIT;
		int line = 0;

		assert_int_equal(config_scan(text, true, &line, &err), -EINVAL);
		assert_int_equal(line, table[i].line);
		assert_true(strstr(err.text, "expected") != NULL);
	}
}

/* The one that is meant, as its lines show, and what it should have ended before. */
static void test_a_brace_without_an_end_is_the_one_that_lacks_it(void **state)
{
	static const struct {
		const char *text;
		int line;
		const char *before;
	} table[] = {
		{ "vrf a {\n\tinterface x {\n\t\ty = 1\n}\nvrf b {\n}\n", 2, "line 4" },
		{ "vrf a {\n    interface x {\n        y = 1\n    host h {\n    }\n}\nvrf b {\n}\n",
			2, "line 6" },
		{ "vrf a {\ninterface x {\ny = 1\nvrf b {\n}\n", 2, "line 4" },
		{ "vrf a\n{\ninterface x {\n}\nnamespace b\n{\n}\n", 2, "line 6" },
		{ "vrf a {\n\tdns = {\n\t\tx, y\n}\n", 2, "line 4" },
		{ "vrf a {\n  dns = { x, y\n", 2, "the file ends" },
		{ "vrf a {\n  x {\n}\n}\nvrf b {\n\tinterface y {\n\t}\n", 5, "the file ends" },
		{ "vrf a {\n\tx {\n  }\n", 1, "the file ends" },
		{ "vrf a { x { y { }\n", 1, "the file ends" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		cleanup_free char *text = xstrdup(table[i].text);
		cleanup_free char *expected =
			xasprintf("'{' without an end, expected '}' before %s", table[i].before);
		struct error err = ERROR_INIT;
		int line = 0;

		assert_int_equal(config_scan(text, true, &line, &err), -EINVAL);
		assert_string_equal(err.text, expected);
		assert_int_equal(line, table[i].line);
	}
}

static void test_customers_are_blanked_for_who_wants_the_rest(void **state)
{
	static const struct {
		const char *text, *expected;
	} table[] = {
		{ "gateway { }\nvrf a {\nx { y = {1} } }\nproxy { }",
			"gateway { }\n       \n               \nproxy { }" },
		{ "namespace /**/ 'a' { } zabbix { }", "                       zabbix { }" },
		{ "proxy { vrf a { } }", "proxy { vrf a { } }" },
		{ "vrfs a { } uplink { }", "vrfs a { } uplink { }" },
		{ "vrf = 3 gateway { }", "vrf = 3 gateway { }" },
		{ "x = { vrf a } vrf b { }", "x = { vrf a }          " },
		{ "vrf a { b = \"}\" } #x", "                    " },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		assert_scanned(false, table[i].text, table[i].expected);
}

static void test_what_stands_before_the_trouble_is_left(void **state)
{
	static const struct {
		const char *text, *expected;
		int line;
	} table[] = {
		{ "gateway { }\nvrf a {\nb { }\n", "gateway { }\n       \n     \n", 2 },
		{ "gateway { } vrf a { } }\nx", "gateway { }            \n ", 1 },
		{ "gateway { }\n'a", "gateway { }\n  ", 2 },
		{ "uplink { }\ngateway {\nname = \"a\n}", "uplink { }\n         \n         \n ",
			3 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		cleanup_free char *text = xstrdup(table[i].text);
		struct error err = ERROR_INIT;
		int line = 0;

		assert_int_equal(config_scan(text, false, &line, &err), -EINVAL);
		assert_int_equal(line, table[i].line);
		assert_string_equal(text, table[i].expected);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_comments_are_blanked_and_lines_stay),
		cmocka_unit_test(test_hopeless_texts_are_refused_with_their_line),
		cmocka_unit_test(test_a_brace_without_an_end_is_the_one_that_lacks_it),
		cmocka_unit_test(test_customers_are_blanked_for_who_wants_the_rest),
		cmocka_unit_test(test_what_stands_before_the_trouble_is_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
