// SPDX-License-Identifier: GPL-2.0-or-later
/* The calls of an import in the words of each version. */
#include "../cmocka_all.h"

#include <errno.h>

#include "../zabbix/fake_zabbix.h"
#include "reporter/import.h"

/* Answers an import call by an error whose text is the rules that came; others as the fake. */
static char *answer_rules(const char *headers, const char *body, void *arg)
{
	cleanup_json json_t *request = json_loads(body, 0, NULL);
	const json_t *params = json_object_get(request, "params");
	cleanup_free char *rules = NULL, *text = NULL;
	cleanup_json json_t *answer = NULL;

	if (strncmp(zabbix_json_text(request, "method"), "configuration.", 14) != 0)
		return fake_answer(headers, body, arg);
	rules = json_dumps(json_object_get(params, "rules"), JSON_COMPACT | JSON_SORT_KEYS);
	answer = fake_error(-32602, rules);
	json_object_set_new(answer, "jsonrpc", json_string("2.0"));
	json_object_set(answer, "id", json_object_get(request, "id"));
	text = json_dumps(answer, 0);
	return http_answer("200 OK", "", text);
}

static void assert_rules(const char *version, const char *has, const char *lacks)
{
	cleanup_fake_zabbix struct fake_zabbix fake;
	cleanup_http_server struct http_server server;
	struct zabbix_login login = { .ca_file = "", .user = "u", .password = "secret-word" };
	struct error err = ERROR_INIT;
	struct zabbix_api *api;

	fake_zabbix_init(&fake, version);
	http_server_start(&server, answer_rules, &fake);
	login.url = server.url;
	assert_int_equal(zabbix_api_create(&login, &api, NULL), 0);
	assert_int_equal(reporter_import(api, "yaml", "x", &err), -EREMOTEIO);
	assert_non_null(strstr(err.text, has));
	assert_null(strstr(err.text, lacks));
	assert_non_null(strstr(err.text,
		"\"items\":{\"createMissing\":true,\"deleteMissing\":true,\"updateExisting\":true}"));
	zabbix_api_destroy(api);
}

static void test_rules_are_those_of_the_version(void **state)
{
	(void)state;
	assert_rules("6.0.14", "\"groups\":", "\"template_groups\":");
	assert_rules("7.0.22", "\"template_groups\":", "\"groups\":");
}

static int read_text(const char *text, struct reporter_import_file *file, struct error *err)
{
	return reporter_import_read("yaml", text, strlen(text), file, err);
}

static void test_a_file_without_templates_is_refused_and_says_what_it_has(void **state)
{
	static const struct {
		const char *text, *words;
	} cases[] = {
		{ "zabbix_export: {}", "no templates in it" },
		{ "zabbix_export: {version: '6.0', media_types: [{name: templates}], hosts: [{}]}",
			"no templates in it, only media_types, hosts" },
		{ "zabbix_export: {templates: []}", "no templates in it" },
		{ "zabbix_export: {templates: ''}", "no templates in it" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cleanup(reporter_import_finish) struct reporter_import_file file = { 0 };
		struct error err = ERROR_INIT;

		assert_int_equal(read_text(cases[i].text, &file, &err), -ENOMSG);
		assert_string_equal(err.text, cases[i].words);
	}
}

static void test_what_a_file_has_and_needs(void **state)
{
	cleanup(reporter_import_finish) struct reporter_import_file file = { 0 };
	struct error err = ERROR_INIT;
	cleanup_free char *provides = NULL, *needs = NULL, *ignored = NULL, *groups = NULL;

	(void)state;
	assert_int_equal(
		read_text(
			"zabbix_export:\n version: '6.0'\n templates:\n"
			" - template: A\n   templates: [{name: B}, {name: C}]\n"
			" - template: B\n   templates: [{name: C}, {name: D}]\n"
			"   discovery_rules: [{host_prototypes: [{templates: [{name: E}, {name: A}],"
			" group_links: [{group: {name: G}}, {group: {name: H}}]}]}]\n"
			" groups: [{name: G}]\n"
			" triggers: [{name: t}]\n hosts: [{host: h}]\n",
			&file, &err),
		0);
	provides = strings_join(&file.provides, " ");
	needs = strings_join(&file.needs, " ");
	ignored = strings_join(&file.ignored, " ");
	assert_string_equal(provides, "A B");
	groups = strings_join(&file.groups, " ");
	assert_string_equal(needs, "C D E");
	assert_string_equal(groups, "H");
	assert_string_equal(ignored, "hosts");
	assert_string_equal(file.version, "6.0");
}

static void test_formats_by_extension(void **state)
{
	(void)state;
	assert_string_equal(reporter_import_format("a/b.yaml"), "yaml");
	assert_string_equal(reporter_import_format("b.c.yml"), "yaml");
	assert_string_equal(reporter_import_format("b.xml"), "xml");
	assert_string_equal(reporter_import_format("B.YAML"), "yaml");
	assert_string_equal(reporter_import_format("b.Json"), "json");
	assert_string_equal(reporter_import_format("b.json"), "json");
	assert_null(reporter_import_format("README.md"));
	assert_null(reporter_import_format("x.yaml/README"));
	assert_null(reporter_import_format("yaml"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rules_are_those_of_the_version),
		cmocka_unit_test(test_a_file_without_templates_is_refused_and_says_what_it_has),
		cmocka_unit_test(test_what_a_file_has_and_needs),
		cmocka_unit_test(test_formats_by_extension),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
