// SPDX-License-Identifier: GPL-2.0-or-later
#include "../scratch.h"

#include "vrf/ids.h"

#define SMALL_PREFIX "uplink { prefix = \"fd00::/124\" }\n" /* four uplinks */

/* The numbers of a config, written down, as "0 1 2"; the caller frees it. */
static char *assigned(const char *directory, const char *text)
{
	cleanup_loaded struct loaded loaded = scratch_config(directory, text);
	cleanup_free uint32_t *ids = NULL;
	struct error err = ERROR_INIT;
	char *line = xstrdup("");

	if (ids_assign(loaded.config, true, &ids, &err) < 0)
		fail_msg("%s", err.text);
	for (size_t i = 0; i < loaded.config->n_vrfs; i++) {
		char *longer = xasprintf("%s%s%u", line, i ? " " : "", ids[i]);

		free(line);
		line = longer;
	}
	return line;
}

static void assert_assigned(const char *directory, const char *text, const char *numbers)
{
	cleanup_free char *found = assigned(directory, text);

	assert_string_equal(found, numbers);
}

static int try_assign(const char *directory, const char *text, struct error *err)
{
	cleanup_loaded struct loaded loaded = scratch_config(directory, text);
	cleanup_free uint32_t *ids = NULL;

	return ids_assign(loaded.config, true, &ids, err);
}

static void the_lowest_free_numbers_are_given(void **state)
{
	assert_assigned(*state, "vrf a { } vrf b { id = 1 } vrf c { } vrf d { }", "0 1 2 3");
}

static void numbers_stay_when_the_order_changes(void **state)
{
	assert_assigned(*state, "vrf a { } vrf b { }", "0 1");
	assert_assigned(*state, "vrf z { } vrf b { } vrf a { }", "2 1 0");
}

/* What was remembered and does not fit any more is numbered anew. */
static void with_nat_numbers_fit_the_ipv4_prefix_too(void **state)
{
	assert_assigned(*state, "vrf a { } vrf b { } vrf c { }", "0 1 2");
	assert_assigned(*state,
		"uplink { mode = nat prefix4 = 10.255.0.0/29 } zabbix { server = 192.0.2.1 }\n"
		"vrf b { } vrf c { }",
		"1 0");
}

static void the_file_says_its_schema(void **state)
{
	cleanup_free char *text = NULL;

	assert_assigned(*state, "vrf b { } vrf a { }", "0 1");
	text = scratch_read(*state, "state/ids.json");
	assert_string_equal(
		text, "{\n \"ids\": {\n  \"a\": 1,\n  \"b\": 0\n },\n \"schema\": 1\n}");
}

static void a_number_fixed_by_the_config_is_taken_and_kept(void **state)
{
	assert_assigned(*state, "vrf a { } vrf b { id = 7 }", "0 7");
	assert_assigned(*state, "vrf a { } vrf b { }", "0 7");
}

static void a_fixed_number_is_not_taken_from_another_vrf_of_the_config(void **state)
{
	cleanup_free char *before = NULL, *after = NULL;
	struct error err = ERROR_INIT;

	assert_assigned(*state, "vrf a { } vrf b { }", "0 1");
	before = scratch_read(*state, "state/ids.json");
	assert_int_equal(try_assign(*state, "vrf a { } vrf b { } vrf c { id = 0 }", &err), -EEXIST);
	assert_string_equal(err.text,
		"vrf 'c': id 0: vrf 'a' has this uplink number, expected one that is free; "
		"to move vrf 'a', set an id for it as well");
	assert_int_equal(
		try_assign(*state, "vrf a { enabled = false } vrf b { id = 0 }", NULL), -EEXIST);
	after = scratch_read(*state, "state/ids.json");
	assert_string_equal(after, before);
}

static void a_fixed_number_is_taken_where_its_holder_is_moved_or_gone(void **state)
{
	assert_assigned(*state, "vrf a { } vrf b { }", "0 1");
	assert_assigned(*state, "vrf a { id = 1 } vrf b { id = 0 }", "1 0");
	assert_assigned(*state, "vrf a { } vrf c { id = 0 }", "1 0");
	assert_assigned(*state, "namespace a { } vrf d { id = 1 }", "0 1");
}

static void a_vrf_that_is_gone_keeps_its_number_for_its_return(void **state)
{
	assert_assigned(*state, "vrf a { } vrf b { }", "0 1");
	assert_assigned(*state, "vrf b { } vrf c { }", "1 2");
	assert_assigned(*state, "vrf c { } vrf a { } vrf b { }", "2 0 1");
}

static void numbers_of_the_gone_are_given_away_when_there_are_no_others(void **state)
{
	assert_assigned(*state, SMALL_PREFIX "vrf a { } vrf b { } vrf c { } vrf d { }", "0 1 2 3");
	assert_assigned(*state, SMALL_PREFIX "vrf b { } vrf e { } vrf d { }", "1 0 3");
}

static void a_namespace_that_gave_up_its_uplink_holds_no_number(void **state)
{
	assert_assigned(*state,
		SMALL_PREFIX "namespace a { uplink = true } vrf b { } vrf c { } vrf d { }",
		"0 1 2 3");
	assert_assigned(*state,
		SMALL_PREFIX "namespace a { } vrf b { } vrf c { } vrf d { } vrf e { }",
		"0 1 2 3 0");
}

static void what_has_no_uplink_is_told_0(void **state)
{
	assert_assigned(*state, "vrf a { } namespace n { uplink = true }", "0 1");
	assert_assigned(*state, "vrf a { } namespace n { }", "0 0");
}

static void remembered_numbers_outside_of_the_prefix_are_given_anew(void **state)
{
	assert_assigned(*state, "vrf a { id = 9 } vrf b { id = 1 }", "9 1");
	assert_assigned(*state, SMALL_PREFIX "vrf a { } vrf b { }", "0 1");
}

static void a_damaged_file_is_told_and_left_alone(void **state)
{
	static const char *const damaged[] = { "", "{", "[]", "{\"schema\":1}", "{\"ids\":[]}",
		"{\"ids\":{\"a\":\"0\"}}", "{\"ids\":{\"a\":1.5}}", "{\"ids\":{\"a\":-1}}",
		"{\"ids\":{\"a\":3,\"b\":3}}" };
	cleanup_free char *expected = xasprintf("'%s/state/ids.json' is damaged; restore it, or "
						"remove it to have all uplinks numbered anew",
		(const char *)*state);
	cleanup_free char *directory = xasprintf("%s/state", (const char *)*state);

	assert_int_equal(mkdir(directory, 0755), 0);
	for (size_t i = 0; i < sizeof(damaged) / sizeof(damaged[0]); i++) {
		cleanup_free char *after = NULL;
		struct error err = ERROR_INIT;

		scratch_write(*state, "state/ids.json", damaged[i]);
		assert_int_equal(try_assign(*state, "vrf a { }", &err), -EINVAL);
		assert_string_equal(err.text, expected);
		after = scratch_read(*state, "state/ids.json");
		assert_string_equal(after, damaged[i]);
	}
}

static void without_save_nothing_is_written(void **state)
{
	cleanup_loaded struct loaded loaded = scratch_config(*state, "vrf a { } vrf b { }");
	cleanup_free char *directory = xasprintf("%s/state", (const char *)*state);
	cleanup_free uint32_t *ids = NULL;

	assert_int_equal(ids_assign(loaded.config, false, &ids, NULL), 0);
	assert_int_equal(ids[1], 1);
	assert_int_equal(access(directory, F_OK), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_scratch(the_lowest_free_numbers_are_given),
		in_scratch(numbers_stay_when_the_order_changes),
		in_scratch(with_nat_numbers_fit_the_ipv4_prefix_too),
		in_scratch(the_file_says_its_schema),
		in_scratch(a_number_fixed_by_the_config_is_taken_and_kept),
		in_scratch(a_fixed_number_is_not_taken_from_another_vrf_of_the_config),
		in_scratch(a_fixed_number_is_taken_where_its_holder_is_moved_or_gone),
		in_scratch(a_vrf_that_is_gone_keeps_its_number_for_its_return),
		in_scratch(numbers_of_the_gone_are_given_away_when_there_are_no_others),
		in_scratch(a_namespace_that_gave_up_its_uplink_holds_no_number),
		in_scratch(what_has_no_uplink_is_told_0),
		in_scratch(remembered_numbers_outside_of_the_prefix_are_given_anew),
		in_scratch(a_damaged_file_is_told_and_left_alone),
		in_scratch(without_save_nothing_is_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
