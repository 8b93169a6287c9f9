// SPDX-License-Identifier: GPL-2.0-or-later
/* What differs in the eyes of the API and in fact does not, and the other way round. */
#include "../cmocka_all.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "reporter/difference.h"
#include "zabbix/json.h"

static json_t *read_json(const char *text)
{
	cleanup_free char *copy = xstrdup(text);
	json_t *tree;

	for (char *p = copy; *p; p++)
		*p = *p == '\'' ? '"' : *p;
	tree = json_loads(copy, 0, NULL);
	assert_non_null(tree);
	return tree;
}

/* The lines between two states of an object of that kind, as one text. */
static void assert_lines(
	const char *kind, unsigned major, const char *before, const char *after, const char *wanted)
{
	cleanup_json json_t *old = read_json(before), *new = read_json(after);
	cleanup(strings_finish) struct strings details = { 0 };
	cleanup_free char *found = NULL;

	reporter_difference_read(kind, major, old, new, &details);
	found = strings_join(&details, "; ");
	assert_string_equal(found, wanted);
}

/* Each as Zabbix 6.0.14 and 7.0.22 call it an update, and leave it as it is. */
static void test_a_default_that_is_said_is_no_difference(void **state)
{
	(void)state;
	assert_lines(
		"items", 7, "{}", "{'history':'31d','delay':'1m','type':'ZABBIX_PASSIVE'}", "");
	assert_lines("items", 6, "{}", "{'history':'90d','timeout':'3s','status':'ENABLED'}", "");
	assert_lines(
		"item_prototypes", 7, "{}", "{'discover':'DISCOVER','units':'','tags':[]}", "");
	assert_lines("discovery_rules", 7, "{}", "{'lifetime':'7d','filter':{}}", "");
	assert_lines(
		"trigger_prototypes", 7, "{}", "{'type':'SINGLE','priority':'NOT_CLASSIFIED'}", "");
	assert_lines("graphs", 6, "{'graph_items':[{'item':'a'}]}",
		"{'width':'900','graph_items':[{'item':'a','sortorder':'0','drawtype':'SINGLE_LINE'}]}",
		"");
	assert_lines("templates", 6, "{'macros':[{'macro':'{$A}','value':'1'}]}",
		"{'macros':[{'macro':'{$A}','value':'1','type':'TEXT'}]}", "");
	assert_lines("valuemaps", 6, "{'mappings':[{'value':'1','newvalue':'a'}]}",
		"{'mappings':[{'value':'1','newvalue':'a','type':'EQUAL'}]}", "");
	assert_lines("httptests", 6, "{'steps':[{'name':'a'}]}",
		"{'agent':'Zabbix','steps':[{'name':'a','timeout':'15s','retrieve_mode':'BODY'}]}",
		"");
	assert_lines("dashboards", 7, "{'pages':[{'widgets':[{'type':'a'}]}]}",
		"{'display_period':'30','pages':[{'display_period':'0','widgets':[{'type':'a','x':'0'}]}]}",
		"");
	assert_lines("items", 6, "{'value_type':'TEXT','trends':'0'}",
		"{'value_type':'TEXT','trends':'365d'}", "");
	assert_lines("items", 6, "{'trends':'0'}", "{'trends':'1d'}", "trends: \"0\" -> \"1d\"");
	assert_lines("dashboards", 7, "{'pages':[[]]}", "{'pages':[{'widgets':[]}]}", "");
}

static void test_a_default_of_another_place_or_version_is_one(void **state)
{
	(void)state;
	assert_lines("items", 6, "{}", "{'history':'31d'}", "history: none -> \"31d\"");
	assert_lines("items", 7, "{}", "{'history':'90d'}", "history: none -> \"90d\"");
	assert_lines("items", 7, "{}", "{'type':'SIMPLE'}", "type: none -> \"SIMPLE\"");
	assert_lines(
		"dashboards", 7, "{}", "{'display_period':'0'}", "display_period: none -> \"0\"");
	assert_lines("discovery_rules", 6,
		"{'overrides':[{'name':'a','operations':[{'value':'v'}]}]}",
		"{'overrides':[{'name':'a','operations':[{'value':'v','delay':'1m'}]}]}",
		"overrides[a].operations[v].delay: none -> \"1m\"");
}

static void test_the_value_of_a_secret_macro_is_none(void **state)
{
	(void)state;
	assert_lines("templates", 7, "{'macros':[{'macro':'{$A}','type':'SECRET_TEXT'}]}",
		"{'macros':[{'macro':'{$A}','type':'SECRET_TEXT','value':'x'}]}", "");
	assert_lines("templates", 7, "{'macros':[{'macro':'{$A}'}]}",
		"{'macros':[{'macro':'{$A}','value':'x'}]}", "macros[{$A}].value: none -> \"x\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_default_that_is_said_is_no_difference),
		cmocka_unit_test(test_a_default_of_another_place_or_version_is_one),
		cmocka_unit_test(test_the_value_of_a_secret_macro_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
