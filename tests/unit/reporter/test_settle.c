// SPDX-License-Identifier: GPL-2.0-or-later
/* Comparisons as 7.0.22 gave them, beside what an import of the same file did. */
#include "../cmocka_all.h"

#include <string.h>

#include "../zabbix/fake_zabbix.h"
#include "reporter/settle.h"

/* What Zabbix has of each item that it is asked for; other calls are answered as by the fake. */
static const char rows[] =
	"[{'uuid':'i','password':'p','privatekey':'','ssl_key_file':'','ssl_key_password':''}]";

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

static char *answer_rows(const char *headers, const char *body, void *arg)
{
	cleanup_json json_t *request = json_loads(body, 0, NULL);
	const json_t *call = json_is_array(request) ? json_array_get(request, 0) : request;
	cleanup_json json_t *answer = NULL;
	cleanup_free char *text = NULL;

	if (strcmp(zabbix_json_text(call, "method"), "item.get") != 0)
		return fake_answer(headers, body, arg);
	answer = fake_result(read_json(rows));
	json_object_set_new(answer, "jsonrpc", json_string("2.0"));
	json_object_set(answer, "id", json_object_get(call, "id"));
	if (json_is_array(request))
		answer = zabbix_json_pack("[o]", answer);
	text = json_dumps(answer, 0);
	return http_answer("200 OK", "", text);
}

/* The comparison and the notes after it was settled for a file of those templates. */
static void assert_settled(
	const char *templates, const char *compared, const char *wanted, const char *note)
{
	cleanup_fake_zabbix struct fake_zabbix fake;
	cleanup_http_server struct http_server server;
	struct zabbix_login login = { .ca_file = "", .user = "u", .password = "secret-word" };
	cleanup_json json_t *export = json_object(), *tree = read_json(compared),
			    *expected = read_json(wanted);
	cleanup(strings_finish) struct strings notes = { 0 };
	cleanup_free char *found = NULL, *all_notes = NULL;
	struct error err = ERROR_INIT;
	struct zabbix_api *api;

	json_object_set_new(export, "templates", read_json(templates));
	fake_zabbix_init(&fake, "7.0.22");
	http_server_start(&server, answer_rows, &fake);
	login.url = server.url;
	assert_int_equal(zabbix_api_create(&login, &api, NULL), 0);
	if (reporter_settle(api, export, &tree, &notes, &err) < 0)
		fail_msg("%s", err.text);
	zabbix_api_destroy(api);
	found = json_dumps(tree, JSON_COMPACT);
	if (!json_equal(tree, expected))
		fail_msg("%s", found);
	all_notes = strings_join(&notes, "; ");
	if (*note ? !strstr(all_notes, note) : *all_notes)
		fail_msg("%s", all_notes);
}

#define FILE_WITH(item)                                                                          \
	"[{'uuid':'t','template':'T','name':'T','items':[{'uuid':'i','name':'I','key':'k'," item \
	"}]}]"
#define NAME_OF_T "'uuid':'t','template':'T','name':'T'"
#define DIFFERENCE(b, a)                                                              \
	"{'templates':{'updated':[{'before':{" NAME_OF_T "},'after':{" NAME_OF_T "}," \
	"'items':{'updated':[{'before':{'uuid':'i','name':'I','key':'k'" b "},"       \
	"'after':{'uuid':'i','name':'I','key':'k'" a "}}]}}]}}"

static void test_a_password_that_zabbix_has_is_no_difference(void **state)
{
	(void)state;
	assert_settled(FILE_WITH("'type':'JMX','password':'p'"), DIFFERENCE("", ",'password':'p'"),
		DIFFERENCE("", ""), "");
}

static void test_another_password_is_one(void **state)
{
	(void)state;
	assert_settled(FILE_WITH("'type':'JMX','password':'q'"), DIFFERENCE("", ",'password':'q'"),
		DIFFERENCE(",'password':'p'", ",'password':'q'"), "");
}

/* The comparison does not show it at all: neither side of it has a password. */
static void test_a_password_that_the_file_lacks_is_one(void **state)
{
	(void)state;
	assert_settled(FILE_WITH("'type':'HTTP_AGENT'"), "[]",
		DIFFERENCE(",'password':'p'", ",'password':''"), "");
	assert_settled(FILE_WITH("'type':'SNMP_AGENT'"), "[]", "[]", "");
}

static void test_of_two_objects_with_one_uuid_zabbix_has_the_last(void **state)
{
	(void)state;
	assert_settled("[]",
		"{'graphs':{'updated':[{'before':{'uuid':'g','name':'B','w':'1'},'after':{'uuid':'g','name':'A'},"
		"'triggers':{'added':[{'after':{'name':'T'}}]}}],'added':[{'after':{'uuid':'h','name':'C'}},{'after':{'uuid':'g','name':'B','w':'2'}}]}}",
		"{'graphs':{'updated':[{'before':{'uuid':'g','name':'B','w':'1'},'after':{'uuid':'g','name':'B','w':'1'}}],"
		"'added':[{'after':{'uuid':'h','name':'C'}}]}}",
		"'A' and 'B' of its graphs have one uuid, g");
	assert_settled("[]",
		"{'graphs':{'updated':[{'before':{'uuid':'g','name':'Z'},'after':{'uuid':'g','name':'A'}}],"
		"'added':[{'after':{'uuid':'g','name':'B'}}]}}",
		"{'graphs':{'updated':[{'before':{'uuid':'g','name':'Z'},'after':{'uuid':'g','name':'B'}}],'added':[]}}",
		"one uuid");
}

static void test_a_trigger_in_another_place_is_the_same(void **state)
{
	(void)state;
	assert_settled("[]",
		"{'items':{'updated':[{'before':{'name':'I'},'after':{'name':'I'},"
		"'triggers':{'added':[{'after':{'uuid':'x','name':'A'}}]}}]},"
		"'triggers':{'removed':[{'before':{'uuid':'x','name':'A'}}]}}",
		"{'items':{'updated':[{'before':{'name':'I'},'after':{'name':'I'},'triggers':{'added':[],"
		"'updated':[{'before':{'uuid':'x','name':'A'},'after':{'uuid':'x','name':'A'}}]}}]},"
		"'triggers':{'removed':[]}}",
		"");
	assert_settled("[]",
		"{'items':{'added':[{'after':{'uuid':'x'}}],'removed':[{'before':{'uuid':'x'}}]}}",
		"{'items':{'added':[{'after':{'uuid':'x'}}],'removed':[{'before':{'uuid':'x'}}]}}",
		"");
}

#define INHERITED "'items':{'removed':[%s{'before':{'uuid':'own','name':'J'}}]}"

static void test_what_is_inherited_is_not_removed_while_the_link_stays(void **state)
{
	cleanup_free char *compared = NULL, *wanted = NULL;

	(void)state;
	compared = xasprintf("{'templates':{'updated':[{'before':{'templates':[{'name':'L'}]},"
			     "'after':{'templates':[{'name':'L'}]}," INHERITED "}]}}",
		"{'before':{'uuid':'','name':'I'}},");
	wanted = xasprintf("{'templates':{'updated':[{'before':{'templates':[{'name':'L'}]},"
			   "'after':{'templates':[{'name':'L'}]}," INHERITED "}]}}",
		"");
	assert_settled("[]", compared, wanted, "");
	free(compared);
	compared = xasprintf("{'templates':{'updated':[{'before':{'templates':[{'name':'L'}]},"
			     "'after':{}," INHERITED "}]}}",
		"{'before':{'uuid':'','name':'I'}},");
	assert_settled("[]", compared, compared, "");
}

static void test_a_secret_macro_is_noted(void **state)
{
	static const char compared[] =
		"{'templates':{'updated':[{'before':{'uuid':'t'},'after':{'uuid':'t','macros':["
		"{'macro':'{$A}','type':'SECRET_TEXT','value':'x'},{'macro':'{$B}','value':'x'}]}}]}}";

	(void)state;
	assert_settled(
		"[]", compared, compared, "the value of the secret macro {$A} cannot be compared");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_password_that_zabbix_has_is_no_difference),
		cmocka_unit_test(test_another_password_is_one),
		cmocka_unit_test(test_a_password_that_the_file_lacks_is_one),
		cmocka_unit_test(test_of_two_objects_with_one_uuid_zabbix_has_the_last),
		cmocka_unit_test(test_a_trigger_in_another_place_is_the_same),
		cmocka_unit_test(test_what_is_inherited_is_not_removed_while_the_link_stays),
		cmocka_unit_test(test_a_secret_macro_is_noted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
