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

static void read_for(const char *text, unsigned major, struct reporter_changes *changes)
{
	cleanup_free char *copy = strdup(text);
	cleanup_json json_t *tree = NULL;

	for (char *p = copy; *p; p++)
		*p = *p == '\'' ? '"' : *p;
	tree = json_loads(copy, 0, NULL);
	assert_non_null(tree);
	reporter_changes_read(tree, major, changes);
}

static void read_text(const char *text, struct reporter_changes *changes)
{
	read_for(text, 6, changes);
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
	cleanup(reporter_changes_finish) struct reporter_changes changes = { 0 };

	(void)state;
	read_text(compared, &changes);
	assert_int_equal(changes.lines.count, sizeof(wanted) / sizeof(wanted[0]));
	for (size_t i = 0; i < changes.lines.count; i++)
		assert_string_equal(changes.lines.items[i], wanted[i]);
}

/* The one text of an item whose field differs so. */
static void assert_field(const char *before, const char *after, const char *wanted)
{
	cleanup_free char *text = xasprintf(
		"{'items':{'updated':[{'before':{'name':'I','f':%s},'after':{'name':'I','f':%s}}]}}",
		before, after);
	cleanup_free char *whole = xasprintf("~ item 'I'%s", wanted);
	cleanup(reporter_changes_finish) struct reporter_changes changes = { 0 };

	read_text(text, &changes);
	assert_int_equal(changes.lines.count, 1);
	assert_string_equal(changes.lines.items[0], whole);
}

static void assert_same_field(const char *before, const char *after, unsigned major)
{
	cleanup_free char *text = xasprintf(
		"{'items':{'updated':[{'before':{'name':'I'%s},'after':{'name':'I'%s}}]}}", before,
		after);
	cleanup(reporter_changes_finish) struct reporter_changes changes = { 0 };

	read_for(text, major, &changes);
	for (size_t i = 0; i < changes.lines.count; i++)
		print_message("%s\n", changes.lines.items[i]);
	assert_int_equal(changes.lines.count, 0);
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

/* The dangers of an update from one state to the other, in lines. */
static void assert_dangers(
	const char *kind, const char *before, const char *after, const char *wanted)
{
	cleanup(reporter_changes_finish) struct reporter_changes changes = { 0 };
	cleanup_free char *text =
		xasprintf("{'%s':{'updated':[{'before':%s,'after':%s}]}}", kind, before, after);
	cleanup_free char *found = NULL;

	read_text(text, &changes);
	found = strings_join(&changes.dangers, "\n");
	assert_string_equal(found, wanted);
}

static void test_what_is_made_changed_deleted_and_renamed_is_counted(void **state)
{
	cleanup(reporter_changes_finish) struct reporter_changes changes = { 0 };

	(void)state;
	read_text(compared, &changes);
	assert_int_equal(changes.created, 4);
	assert_int_equal(changes.changed, 0);
	assert_int_equal(changes.deleted, 1);
	assert_int_equal(changes.renamed, 1);
}

static void test_a_group_that_another_file_brings_is_made_once(void **state)
{
	static const char text[] =
		"{'host_groups':{'added':[{'after':{'name':'A','uuid':'2'}},{'after':{'name':'B'}}]}}";
	cleanup(reporter_changes_finish) struct reporter_changes earlier = { 0 }, changes = { 0 };

	(void)state;
	read_text("{'host_groups':{'added':[{'after':{'name':'A','uuid':'1'}}]}}", &earlier);
	changes.created_before = earlier.created_set;
	read_text(text, &changes);
	assert_int_equal(changes.created, 1);
	assert_int_equal(changes.lines.count, 1);
	assert_string_equal(changes.lines.items[0], "+ host group 'B'");
}

static void test_an_object_that_another_file_brings_is_made_once(void **state)
{
	static const char text[] =
		"{'templates':{'added':[{'after':{'uuid':'1','name':'T'},"
		"'items':{'added':[{'after':{'uuid':'2','name':'I'},"
		"'triggers':{'added':[{'after':{'uuid':'%s','name':'A'}}]}}]},"
		"'discovery_rules':{'added':[{'after':{'uuid':'2','name':'R'}}]}}]}}";
	cleanup_free char *first = xasprintf(text, "3"), *second = xasprintf(text, "4");
	cleanup(reporter_changes_finish) struct reporter_changes earlier = { 0 }, changes = { 0 };

	(void)state;
	read_text(first, &earlier);
	assert_int_equal(earlier.created, 4);
	changes.created_before = earlier.created_set;
	read_text(second, &changes);
	assert_int_equal(changes.created, 1);
	assert_int_equal(changes.lines.count, 1);
	assert_string_equal(changes.lines.items[0], "+ trigger 'A' in item 'I' in template 'T'");
}

/* As template_app_proxmox of 6.0 has two graph prototypes: the first import creates both. */
static void test_two_objects_of_a_file_with_one_uuid_are_two(void **state)
{
	cleanup(reporter_changes_finish) struct reporter_changes changes = { 0 };

	(void)state;
	read_text("{'graphs':{'added':[{'after':{'uuid':'1','name':'A'}},"
		  "{'after':{'uuid':'1','name':'B'}}]}}",
		&changes);
	assert_int_equal(changes.created, 2);
}

static void test_an_object_without_a_uuid_is_no_other(void **state)
{
	static const char text[] = "{'items':{'added':[{'after':{'name':'I'}}]}}";
	cleanup(reporter_changes_finish) struct reporter_changes earlier = { 0 }, changes = { 0 };

	(void)state;
	read_text(text, &earlier);
	changes.created_before = earlier.created_set;
	read_text(text, &changes);
	assert_int_equal(changes.created, 1);
}

static void test_a_name_that_others_know_is_not_changed_by_the_way(void **state)
{
	(void)state;
	assert_dangers("templates", "{'template':'A','name':'A'}", "{'template':'B','name':'A'}",
		"renames template 'A' (template: 'A' -> 'B')");
	assert_dangers("host_groups", "{'name':'A'}", "{'name':'B'}",
		"renames host group 'A' (name: 'A' -> 'B')");
	assert_dangers("items", "{'name':'A','key':'a'}", "{'name':'A','key':'b'}",
		"renames item 'A' (key: 'a' -> 'b')");
	assert_dangers("triggers", "{'name':'A'}", "{'name':'B'}", "");
	assert_dangers("items", "{'name':'A','delay':'1m'}", "{'name':'A','delay':'2m'}", "");
}

static void test_what_holds_values_is_not_deleted_by_the_way(void **state)
{
	cleanup(reporter_changes_finish) struct reporter_changes changes = { 0 };

	(void)state;
	read_text("{'items':{'removed':[{'before':{'name':'I'},"
		  "'triggers':{'removed':[{'before':{'name':'T'}}]}}]}}",
		&changes);
	assert_int_equal(changes.deleted, 2);
	assert_int_equal(changes.dangers.count, 1);
	assert_string_equal(changes.dangers.items[0], "deletes item 'I'");
}

static void test_a_template_is_not_unlinked_by_the_way(void **state)
{
	(void)state;
	assert_dangers("templates", "{'name':'T','templates':[{'name':'A'},{'name':'B'}]}",
		"{'name':'T','templates':[{'name':'B'},{'name':'C'}]}",
		"unlinks template 'A' from template 'T'");
	assert_dangers("templates", "{'name':'T','templates':[{'name':'A'}]}", "{'name':'T'}",
		"unlinks template 'A' from template 'T'");
}

static void test_a_template_does_not_go_back_in_version_by_the_way(void **state)
{
	(void)state;
	assert_dangers("templates", "{'name':'T','vendor':{'version':'7.0-10'}}",
		"{'name':'T','vendor':{'version':'7.0-9'}}",
		"takes template 'T' back from the vendor's version 7.0-10 to 7.0-9");
	assert_dangers("templates", "{'name':'T','vendor':{'version':'7.0-9'}}", "{'name':'T'}",
		"takes template 'T' back from the vendor's version 7.0-9 to none");
	assert_dangers("templates", "{'name':'T','vendor':{'version':'7.0-9'}}",
		"{'name':'T','vendor':{'version':'7.0-10'}}", "");
	assert_dangers(
		"templates", "{'name':'T'}", "{'name':'T','vendor':{'version':'7.0-1'}}", "");
}

static void test_a_password_is_not_cleared_by_the_way_and_never_shown(void **state)
{
	cleanup(reporter_changes_finish) struct reporter_changes changes = { 0 };

	(void)state;
	assert_dangers("items", "{'name':'I','password':'x'}", "{'name':'I'}",
		"clears the password of item 'I'");
	assert_dangers("items", "{'name':'I','password':'x'}", "{'name':'I','password':'y'}", "");
	read_text("{'items':{'updated':[{'before':{'name':'I','password':'old-secret'},"
		  "'after':{'name':'I','password':'new-secret'}}]}}",
		&changes);
	assert_string_equal(changes.lines.items[0], "~ item 'I'\n    password: another, not shown");
}

static void test_no_difference_is_no_line(void **state)
{
	static const char *const texts[] = { "[]", "{}", "{'templates':{}}", "{'templates':[]}",
		"{'templates':{'added':{}}}" };
	cleanup(reporter_changes_finish) struct reporter_changes changes = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		read_text(texts[i], &changes);
	assert_int_equal(changes.lines.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_object_that_changes_is_a_text),
		cmocka_unit_test(test_values_inside_of_a_field_are_told_by_their_place),
		cmocka_unit_test(test_members_that_come_or_go_are_told_by_themselves),
		cmocka_unit_test(test_another_order_is_no_difference),
		cmocka_unit_test(test_a_long_value_is_shown_where_it_differs),
		cmocka_unit_test(test_what_is_made_changed_deleted_and_renamed_is_counted),
		cmocka_unit_test(test_a_group_that_another_file_brings_is_made_once),
		cmocka_unit_test(test_an_object_that_another_file_brings_is_made_once),
		cmocka_unit_test(test_two_objects_of_a_file_with_one_uuid_are_two),
		cmocka_unit_test(test_an_object_without_a_uuid_is_no_other),
		cmocka_unit_test(test_a_name_that_others_know_is_not_changed_by_the_way),
		cmocka_unit_test(test_what_holds_values_is_not_deleted_by_the_way),
		cmocka_unit_test(test_a_template_is_not_unlinked_by_the_way),
		cmocka_unit_test(test_a_template_does_not_go_back_in_version_by_the_way),
		cmocka_unit_test(test_a_password_is_not_cleared_by_the_way_and_never_shown),
		cmocka_unit_test(test_no_difference_is_no_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
