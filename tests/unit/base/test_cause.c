// SPDX-License-Identifier: GPL-2.0-or-later
#include "../cmocka_all.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/json.h"
#include "base/memory.h"

static void vrfs_add(struct causes *causes, const struct cause *cause, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		cleanup_free char *name = xasprintf("v%zu", i);

		causes_add(causes, cause, name);
	}
}

static void assert_told(size_t count, const char *expected)
{
	const struct cause cause = cause_of(CAUSE_PARENT_MISSING, 0, "p0");
	cleanup(causes_finish) struct causes causes = { 0 };
	cleanup_free char *text = NULL;

	vrfs_add(&causes, &cause, 0, count);
	text = cause_tell(&cause, &causes.items[0].vrfs);
	assert_string_equal(text, expected);
}

static void a_cause_is_told_once_with_the_count(void **state)
{
	(void)state;
	assert_told(2, "parent 'p0' does not exist: 2 VRFs wait for it: v0, v1");
	assert_told(4, "parent 'p0' does not exist: 4 VRFs wait for it: v0, v1, v2, v3");
	assert_told(5, "parent 'p0' does not exist: 5 VRFs wait for it: v0, v1, ... and 3 more");
	assert_told(
		500, "parent 'p0' does not exist: 500 VRFs wait for it: v0, v1, ... and 498 more");
}

static void its_end_is_told_once_too(void **state)
{
	const struct cause cause = cause_of(CAUSE_PARENT_NO_CARRIER, 0, "p0");
	cleanup(causes_finish) struct causes causes = { 0 };
	cleanup_free char *text = NULL;

	(void)state;
	vrfs_add(&causes, &cause, 0, 6);
	text = cause_tell_end(&cause, &causes.items[0].vrfs);
	assert_string_equal(
		text, "parent 'p0' has no carrier: over for 6 VRFs: v0, v1, ... and 4 more");
}

static void kind_object_and_code_tell_causes_apart(void **state)
{
	const struct cause causes[] = {
		cause_of(CAUSE_PARENT_MISSING, 0, "p0"),
		cause_of(CAUSE_PARENT_MISSING, 0, "p1"),
		cause_of(CAUSE_PARENT_DOWN, 0, "p0"),
		cause_of(CAUSE_LINK_REFUSED, EPERM, "vlan on p0"),
		cause_of(CAUSE_LINK_REFUSED, EOPNOTSUPP, "vlan on p0"),
	};

	(void)state;
	for (size_t i = 0; i < 5; i++)
		for (size_t j = 0; j < 5; j++)
			assert_int_equal(cause_equal(&causes[i], &causes[j]), i == j);
}

static void what_one_suffers_alone_is_not_shared(void **state)
{
	const struct cause one = cause_of(CAUSE_PARENT_MISSING, 0, "p0");
	const struct cause two = cause_of(CAUSE_PARENT_MISSING, 0, "p1");
	const struct cause none = { 0 };
	cleanup(causes_finish) struct causes causes = { 0 };
	cleanup_json json_t *json = NULL;

	(void)state;
	/* Two of its interfaces suffer from it. */
	causes_add(&causes, &one, "acme");
	causes_add(&causes, &one, "acme");
	causes_add(&causes, &none, "acme");
	vrfs_add(&causes, &none, 0, 3);
	vrfs_add(&causes, &two, 0, 3);
	assert_null(causes_shared(&causes, &one));
	assert_null(causes_shared(&causes, &none));
	assert_int_equal(causes_shared(&causes, &two)->count, 3);
	json = json_shared_causes(&causes, "vrfs");
	assert_int_equal(json_array_size(json), 1);
	json_decref(json);
	json = json_cause(&none);
	assert_true(json_is_null(json));
}

static void every_kind_has_a_word_and_a_text(void **state)
{
	char text[CAUSE_TEXT_SIZE], long_name[2 * CAUSE_OBJECT_SIZE];

	(void)state;
	memset(long_name, 'x', sizeof(long_name));
	long_name[sizeof(long_name) - 1] = '\0';
	for (int kind = CAUSE_NONE + 1; kind < CAUSE_KINDS; kind++) {
		const struct cause cause = cause_of((enum cause_kind)kind, EOPNOTSUPP, long_name);

		assert_true(strlen(cause_word(&cause)) > 3);
		cause_format(&cause, text);
		assert_non_null(strstr(text, "xxx'"));
		assert_non_null(strstr(text, ": Operation not supported"));
	}
}

static void an_error_keeps_its_cause_on_the_way_up(void **state)
{
	struct error err = ERROR_INIT;
	const struct cause cause = cause_of(CAUSE_PARENT_MISSING, 0, "eth0");

	(void)state;
	error_set(&err, ENODEV, "parent 'eth0' not found");
	error_blame(&err, CAUSE_PARENT_MISSING, "eth0");
	error_wrap(&err, -ENODEV, "interface '%s'", "eth0.10");
	assert_true(cause_equal(&err.cause, &cause));
	error_set(&err, EIO, "something else");
	assert_int_equal(err.cause.kind, CAUSE_NONE);
	error_blame(&err, CAUSE_PARENT_MISSING, "eth0");
	error_clear(&err);
	assert_int_equal(err.cause.kind, CAUSE_NONE);
	error_blame(NULL, CAUSE_BINARY, "x");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cause_is_told_once_with_the_count),
		cmocka_unit_test(its_end_is_told_once_too),
		cmocka_unit_test(kind_object_and_code_tell_causes_apart),
		cmocka_unit_test(what_one_suffers_alone_is_not_shared),
		cmocka_unit_test(every_kind_has_a_word_and_a_text),
		cmocka_unit_test(an_error_keeps_its_cause_on_the_way_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
