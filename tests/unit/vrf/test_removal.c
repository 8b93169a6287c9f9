// SPDX-License-Identifier: GPL-2.0-or-later
#include "../scratch.h"

#include <errno.h>
#include <stdio.h>

#include "vrf/removal.h"

static void two_and_over_a_quarter_or_all_are_more_than_a_slip_may_take(void **state)
{
	static const struct {
		size_t gone, of;
		bool large;
	} cases[] = {
		{ 0, 0, false },
		{ 0, 1, false },
		{ 1, 1, true },
		{ 1, 2, false },
		{ 2, 2, true },
		{ 2, 7, true },
		{ 2, 8, false },
		{ 3, 8, true },
		{ 25, 100, false },
		{ 26, 100, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(removal_is_large(cases[i].gone, cases[i].of), cases[i].large);
}

/* Who is noted once `gone`, by commas, were, with a config of these VRFs; the caller frees it. */
static char *noted(const char *directory, const char *text, const char *first, const char *second)
{
	cleanup_loaded struct loaded loaded = scratch_config(directory, text);
	struct strings gone = { 0 }, names = { 0 };
	struct error err = ERROR_INIT;
	char *line;

	if (first)
		strings_add(&gone, first);
	if (second)
		strings_add(&gone, second);
	if (removal_note(loaded.config, &gone, &err) < 0 ||
		removal_read(loaded.config, &names, &err) < 0)
		fail_msg("%s", err.text);
	line = strings_join(&names, " ");
	strings_finish(&gone);
	strings_finish(&names);
	return line;
}

static void assert_noted(const char *directory, const char *text, const char *first,
	const char *second, const char *expected)
{
	cleanup_free char *found = noted(directory, text, first, second);

	assert_string_equal(found, expected);
}

static void who_went_on_purpose_is_noted_until_it_is_back(void **state)
{
	assert_noted(*state, "vrf a { } vrf b { }", NULL, NULL, "");
	assert_noted(*state, "vrf a { }", "b", "c", "b c");
	assert_noted(*state, "vrf a { }", "b", NULL, "b c");
	/* Of who is in the config nobody says that it has gone. */
	assert_noted(*state, "vrf a { } vrf b { }", "a", NULL, "c");
	/* And that is forgotten, too. */
	assert_noted(*state, "vrf a { }", NULL, NULL, "c");
}

static void what_is_damaged_says_of_nobody_that_it_went(void **state)
{
	cleanup_loaded struct loaded loaded = scratch_config(*state, "vrf a { }");
	cleanup_free char *path = xasprintf("%s/removed.json", loaded.config->gateway.state_dir);
	struct strings names = { 0 };
	struct error err = ERROR_INIT;
	FILE *file;

	assert_noted(*state, "vrf a { }", "b", NULL, "b");
	file = fopen(path, "w");
	assert_non_null(file);
	fputs("{ \"removed\": [ \"b\", ", file);
	fclose(file);
	assert_int_equal(removal_read(loaded.config, &names, &err), -EINVAL);
	assert_int_equal(names.count, 0);
	assert_noted(*state, "vrf a { }", "c", NULL, "c");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_and_over_a_quarter_or_all_are_more_than_a_slip_may_take),
		in_scratch(who_went_on_purpose_is_noted_until_it_is_back),
		in_scratch(what_is_damaged_says_of_nobody_that_it_went),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
