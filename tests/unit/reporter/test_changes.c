// SPDX-License-Identifier: GPL-2.0-or-later
/* The answer of configuration.importcompare as lines: a shape recorded from 6.0.14, and others. */
#include "../cmocka_all.h"

#include <string.h>

#include "reporter/changes.h"
#include "zabbix/json.h"

static const char compared[] =
	"{'templates':{'updated':[{'before':{'uuid':'a','template':'T','name':'T'},"
	"'after':{'uuid':'a','template':'T','name':'T'},"
	"'items':{'added':[{'after':{'name':'New','key':'k'},"
	"'triggers':{'added':[{'after':{'name':'Alarm'}}]}}],"
	"'removed':[{'before':{'name':'Old'}}],"
	"'updated':[{'before':{'name':'Ping','key':'a','units':'s'},"
	"'after':{'name':'Ping','key':'b','delay':'5s'}}]},"
	"'discovery_rules':{'updated':[{'before':{'name':'LLD'},'after':{'name':'LLD'},"
	"'host_prototypes':{'added':[{'after':{'host':'{#H}'}}]}}]}}]},"
	"'triggers':{'added':[{'after':{'name':'Top'}}]}}";

static void read_text(const char *text, struct strings *lines)
{
	cleanup_free char *copy = strdup(text);
	cleanup_json json_t *tree = NULL;

	for (char *p = copy; *p; p++)
		*p = *p == '\'' ? '"' : *p;
	tree = json_loads(copy, 0, NULL);
	assert_non_null(tree);
	reporter_changes_read(tree, lines);
}

static void test_each_object_that_changes_is_a_line(void **state)
{
	static const char *const wanted[] = {
		"- item 'Old' in template 'T'",
		"~ item 'Ping' in template 'T' (key, units, delay)",
		"+ item 'New' in template 'T'",
		"+ trigger 'Alarm' in template 'T'",
		"+ host prototype '{#H}' in template 'T'",
		"+ trigger 'Top'",
	};
	cleanup(strings_finish) struct strings lines = { 0 };

	(void)state;
	read_text(compared, &lines);
	assert_int_equal(lines.count, sizeof(wanted) / sizeof(wanted[0]));
	for (size_t i = 0; i < lines.count; i++)
		assert_string_equal(lines.items[i], wanted[i]);
}

static void test_no_difference_is_no_line(void **state)
{
	static const char *const texts[] = { "[]", "{}", "{'templates':{}}", "{'templates':[]}",
		"{'templates':{'added':{}}}" };
	cleanup(strings_finish) struct strings lines = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		read_text(texts[i], &lines);
	assert_int_equal(lines.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_object_that_changes_is_a_line),
		cmocka_unit_test(test_no_difference_is_no_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
