// SPDX-License-Identifier: GPL-2.0-or-later
/* What does not fit goes, the rest stays where it was. The words are in test_judge.c. */
#include "../cmocka_all.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "config/schema.h"
#include "config/shape.h"

static void test_what_does_not_fit_becomes_blanks(void **state)
{
	static const struct {
		const char *text, *left;
		size_t n_faults;
		int result;
	} table[] = {
		{ "vrf a { dns = x }", "vrf a { dns = x }", 0, 0 },
		{ "vrf\n'a'\n{ dns += { x, \"y z\", } }", "vrf\n'a'\n{ dns += { x, \"y z\", } }", 0,
			0 },
		{ "vrf a { foo = x dns = y }", "vrf a {         dns = y }", 1, 0 },
		{ "vrf a { foo { vrf = { } }\n}", "vrf a {                  \n}", 1, 0 },
		{ "vrf a { foo\ndns = y }", "vrf a {    \ndns = y }", 1, -EINVAL },
		{ "vrf a { dns y\nenabled = no }", "vrf a {      \nenabled = no }", 1, -EINVAL },
		{ "vrf a { dns = {\nx y { } }\nenabled = no }",
			"vrf a {        \n         \nenabled = no }", 1, -EINVAL },
		{ "vrf a { dns = }", "vrf a {       }", 1, -EINVAL },
		{ "vrf a { \"dns\" = ( }", "vrf a {           }", 2, -EINVAL },
		{ "a b c { }\nvrf d { }", "         \nvrf d { }", 1, -EINVAL },
		{ "vrf", "   ", 1, -EINVAL },
		{ "", "", 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		cleanup_free char *text = xstrdup(table[i].text);
		struct config_file file = { .path = (char *)"test.conf" };
		struct config_section root = { .file = &file, .line = 1 };
		struct config_complaints faults = { 0 };
		struct strings lines = { 0 };

		assert_int_equal(
			config_shape(text, &config_schema_root, &root, &faults), table[i].result);
		assert_string_equal(text, table[i].left);
		assert_int_equal(faults.count, table[i].n_faults);
		config_complaints_tell(&faults, &lines);
		strings_finish(&lines);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_does_not_fit_becomes_blanks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
