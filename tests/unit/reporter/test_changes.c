// SPDX-License-Identifier: GPL-2.0-or-later
/* The answer of configuration.importcompare as texts: a shape recorded from 6.0.14, and others. */
#include "../cmocka_all.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
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

static void read_for(const char *text, unsigned major, struct strings *lines)
{
	cleanup_free char *copy = strdup(text);
	cleanup_json json_t *tree = NULL;

	for (char *p = copy; *p; p++)
		*p = *p == '\'' ? '"' : *p;
	tree = json_loads(copy, 0, NULL);
	assert_non_null(tree);
	reporter_changes_read(tree, major, lines);
}

static void read_text(const char *text, struct strings *lines)
{
	read_for(text, 6, lines);
}

static void test_each_object_that_changes_is_a_text(void **state)
{
	static const char *const wanted[] = {
		"- item 'Old' in template 'T'",
		"~ item 'Ping' in template 'T'\n"
		"    key: \"a\" -> \"b\"\n"
		"    units: \"s\" -> none\n"
		"    delay: none -> \"5s\"",
		"+ item 'New' in template 'T'",
		"+ trigger 'Alarm' in item 'New' in template 'T'",
		"+ host prototype '{#H}' in discovery rule 'LLD' in template 'T'",
		"+ trigger 'Top'",
	};
	cleanup(strings_finish) struct strings lines = { 0 };

	(void)state;
	read_text(compared, &lines);
	assert_int_equal(lines.count, sizeof(wanted) / sizeof(wanted[0]));
	for (size_t i = 0; i < lines.count; i++)
		assert_string_equal(lines.items[i], wanted[i]);
}

/* The one text of an item whose field differs so. */
static void assert_field(const char *before, const char *after, const char *wanted)
{
	cleanup_free char *text = xasprintf(
		"{'items':{'updated':[{'before':{'name':'I','f':%s},'after':{'name':'I','f':%s}}]}}",
		before, after);
	cleanup_free char *whole = xasprintf("~ item 'I'%s", wanted);
	cleanup(strings_finish) struct strings lines = { 0 };

	read_text(text, &lines);
	assert_int_equal(lines.count, 1);
	assert_string_equal(lines.items[0], whole);
}

static void assert_same_field(const char *before, const char *after, unsigned major)
{
	cleanup_free char *text = xasprintf(
		"{'items':{'updated':[{'before':{'name':'I'%s},'after':{'name':'I'%s}}]}}", before,
		after);
	cleanup(strings_finish) struct strings lines = { 0 };

	read_for(text, major, &lines);
	for (size_t i = 0; i < lines.count; i++)
		print_message("%s\n", lines.items[i]);
	assert_int_equal(lines.count, 0);
}

static void test_values_inside_of_a_field_are_told_by_their_place(void **state)
{
	(void)state;
	assert_field(
		"{'name':'a','rest':1}", "{'name':'b','rest':1}", "\n    f.name: \"a\" -> \"b\"");
	assert_field("[{'tag':'a','value':'1'},{'tag':'b'}]",
		"[{'tag':'b'},{'tag':'a','value':'2'}]", "\n    f[a].value: \"1\" -> \"2\"");
	assert_field("{'preprocessing':[{'parameters':['1','x']},{'type':'A'}]}",
		"{'preprocessing':[{'type':'A'},{'parameters':['1','x']}]}",
		"\n    f.preprocessing[1].parameters: [\"1\",\"x\"] -> none"
		"\n    f.preprocessing[1].type: none -> \"A\""
		"\n    f.preprocessing[2].type: \"A\" -> none"
		"\n    f.preprocessing[2].parameters: none -> [\"1\",\"x\"]");
	assert_field("'a'", "['a']", "\n    f: \"a\" -> [\"a\"]");
}

static void test_members_that_come_or_go_are_told_by_themselves(void **state)
{
	(void)state;
	assert_field("[{'tag':'a'},{'tag':'b'}]", "[{'tag':'b'}]",
		"\n    f[a]: {\"tag\":\"a\"} -> none");
	assert_field("[]", "[{'tag':'b'}]", "\n    f: none -> {\"tag\":\"b\"}");
	assert_field("['a','b']", "['b','c']", "\n    f[]: \"a\" -> \"c\"");
}

/* As recorded from 6.0.14 and 7.0.22, which call each of these an update. */
static void test_another_order_is_no_difference(void **state)
{
	(void)state;
	assert_same_field(",'tags':[{'tag':'a','value':'1'},{'tag':'a','value':'2'}]",
		",'tags':[{'tag':'a','value':'2'},{'tag':'a','value':'1'}]", 6);
	assert_same_field(
		",'pages':[{'widgets':[{'type':'x','fields':[{'name':'a'},{'name':'b'}]},{'type':'y'}]}]",
		",'pages':[{'widgets':[{'type':'y'},{'type':'x','fields':[{'name':'b'},{'name':'a'}]}]}]",
		7);
}

static void test_a_default_that_is_said_is_no_difference(void **state)
{
	cleanup(strings_finish) struct strings lines = { 0 };

	(void)state;
	assert_same_field("", ",'history':'31d'", 7);
	assert_same_field("", ",'lifetime':'7d'", 7);
	assert_same_field("", ",'history':'90d'", 6);
	read_for(
		"{'items':{'updated':[{'before':{'name':'I'},'after':{'name':'I','history':'31d'}}]}}",
		6, &lines);
	assert_int_equal(lines.count, 1);
	assert_string_equal(lines.items[0], "~ item 'I'\n    history: none -> \"31d\"");
}

static void test_a_long_value_is_shown_where_it_differs(void **state)
{
	char same[101], before[128], after[128], wanted[256];

	(void)state;
	memset(same, 'x', 100);
	same[100] = '\0';
	snprintf(before, sizeof(before), "'%s1'", same);
	snprintf(after, sizeof(after), "'%s2 or more'", same);
	snprintf(wanted, sizeof(wanted), "\n    f: ...%.58s1\" -> ...%.50s2 or more\"", same, same);
	assert_field(before, after, wanted);
	snprintf(after, sizeof(after), "'2%s'", same);
	snprintf(wanted, sizeof(wanted), "\n    f: \"1\" -> \"2%.58s...", same);
	assert_field("'1'", after, wanted);
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
		cmocka_unit_test(test_each_object_that_changes_is_a_text),
		cmocka_unit_test(test_values_inside_of_a_field_are_told_by_their_place),
		cmocka_unit_test(test_members_that_come_or_go_are_told_by_themselves),
		cmocka_unit_test(test_another_order_is_no_difference),
		cmocka_unit_test(test_a_default_that_is_said_is_no_difference),
		cmocka_unit_test(test_a_long_value_is_shown_where_it_differs),
		cmocka_unit_test(test_no_difference_is_no_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
