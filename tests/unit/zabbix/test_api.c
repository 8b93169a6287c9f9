// SPDX-License-Identifier: GPL-2.0-or-later
/* The logged-in client against a fake API in the shapes of each version. */
#include "../cmocka_all.h"

#include <errno.h>

#include "fake_zabbix.h"
#include "zabbix/api.h"

static int connect_as(const char *url, const char *token, const char *password,
	struct zabbix_api **api, struct error *err)
{
	const struct zabbix_login login = {
		.url = url,
		.ca_file = "",
		.token = token,
		.user = "Admin",
		.password = password,
	};

	return zabbix_api_create(&login, api, err);
}

static void test_login_by_password_and_token_on_each_version(void **state)
{
	static const char *const versions[] = { "6.0.14", "6.4.1", "7.0.22", "7.2.0", "7.4.3" };

	(void)state;
	for (size_t i = 0; i < 2 * sizeof(versions) / sizeof(versions[0]); i++) {
		cleanup_fake_zabbix struct fake_zabbix fake;
		cleanup_http_server struct http_server server;
		cleanup_json json_t *result = NULL;
		struct zabbix_api *api;

		fake_zabbix_init(&fake, versions[i / 2]);
		http_server_start(&server, fake_answer, &fake);
		assert_int_equal(
			connect_as(server.url, i % 2 ? "0123" : NULL, "secret-word", &api, NULL),
			0);
		assert_string_equal(zabbix_api_version(api)->text, versions[i / 2]);
		assert_int_equal(zabbix_api_call(api, "host.get", json_object(), &result, NULL), 0);
		assert_true(json_is_array(result));
		zabbix_api_destroy(api);
	}
}

/* Connects to it and asks; with a login of the web server in the URL or without. The caller frees the hint. */
static int ask_by(
	struct fake_zabbix *fake, bool web_login, const char *token, char **hint, struct error *err)
{
	cleanup_http_server struct http_server server;
	cleanup_json json_t *result = NULL;
	cleanup_free char *url = NULL;
	struct zabbix_api *api;
	int r;

	http_server_start(&server, fake_answer, fake);
	url = web_login ? xasprintf("http://web:web@%s", server.url + strlen("http://"))
			: xstrdup(server.url);
	*hint = NULL;
	r = connect_as(url, token, "secret-word", &api, err);
	if (r < 0)
		return r;
	for (size_t i = 0; r == 0 && i < 2; i++) {
		json_decref(steal_ptr(&result));
		r = zabbix_api_call(api, "host.get", json_object(), &result, err);
	}
	if (zabbix_api_hint(api))
		*hint = xstrdup(zabbix_api_hint(api));
	zabbix_api_destroy(api);
	return r;
}

/* 7.2 reads the header only. */
static void test_a_login_whose_header_is_dropped_goes_in_the_body_where_it_can(void **state)
{
	static const char *const versions[] = { "6.4.1", "7.0.22", "7.2.0" };

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		cleanup_fake_zabbix struct fake_zabbix fake;
		cleanup_free char *hint = NULL;
		struct error err = ERROR_INIT;
		int r;

		fake_zabbix_init(&fake, versions[i / 2]);
		fake.drops_header = true;
		r = ask_by(&fake, false, i % 2 ? "0123" : NULL, &hint, &err);
		if (i / 2 < 2) {
			assert_int_equal(r, 0);
			assert_non_null(hint);
			assert_non_null(strstr(hint, "CGIPassAuth"));
		} else {
			assert_int_equal(r, -EACCES);
			assert_non_null(strstr(err.text, "CGIPassAuth"));
		}
	}
}

static void test_a_login_of_the_web_server_leaves_the_body_to_zabbix_where_it_can(void **state)
{
	static const char *const versions[] = { "6.0.14", "6.4.1", "7.0.22", "7.2.0" };

	(void)state;
	for (size_t i = 0; i < 8; i++) {
		cleanup_fake_zabbix struct fake_zabbix fake;
		cleanup_free char *hint = NULL;
		struct error err = ERROR_INIT;
		int r;

		fake_zabbix_init(&fake, versions[i / 2]);
		fake.web_login = true;
		r = ask_by(&fake, true, i % 2 ? "0123" : NULL, &hint, &err);
		assert_null(hint);
		assert_int_equal(r, i / 2 < 3 ? 0 : -EACCES);
		if (r < 0)
			assert_non_null(strstr(err.text, "from the same header"));
		assert_null(strstr(err.text, "web:web"));
	}
}

static void test_other_versions_are_refused_by_name(void **state)
{
	cleanup_fake_zabbix struct fake_zabbix fake;
	cleanup_http_server struct http_server server;
	struct error err = ERROR_INIT;
	struct zabbix_api *api;

	(void)state;
	fake_zabbix_init(&fake, "5.0.40");
	http_server_start(&server, fake_answer, &fake);
	assert_int_equal(connect_as(server.url, NULL, "secret-word", &api, &err), -EPROTONOSUPPORT);
	assert_non_null(strstr(err.text,
		"Zabbix 5.0.40 is not supported; these versions are: 6.0, 6.4, 7.0, 7.2, 7.4"));
	assert_true(zabbix_api_error_is_unreachable(&err));
}

static void test_a_wrong_password_is_denied_and_not_told(void **state)
{
	cleanup_fake_zabbix struct fake_zabbix fake;
	cleanup_http_server struct http_server server;
	struct error err = ERROR_INIT;
	struct zabbix_api *api;

	(void)state;
	fake_zabbix_init(&fake, "6.0.14");
	http_server_start(&server, fake_answer, &fake);
	assert_int_equal(connect_as(server.url, NULL, "hush-hush", &api, &err), -EACCES);
	assert_true(zabbix_api_error_is_denied(&err));
	assert_false(zabbix_api_error_is_unreachable(&err));
	assert_non_null(strstr(err.text, "Incorrect user name or password"));
	assert_null(strstr(err.text, "hush-hush"));
	assert_int_equal(connect_as(server.url, NULL, NULL, &api, &err), -EACCES);
}

static void test_an_unknown_token_is_denied_and_not_told(void **state)
{
	cleanup_fake_zabbix struct fake_zabbix fake;
	cleanup_http_server struct http_server server;
	struct error err = ERROR_INIT;
	struct zabbix_api *api;

	(void)state;
	fake_zabbix_init(&fake, "7.0.22");
	fake.sessions_left = 1;
	http_server_start(&server, fake_answer, &fake);
	assert_int_equal(connect_as(server.url, "cafe-babe", NULL, &api, &err), -EACCES);
	assert_non_null(strstr(err.text, "the API token was refused"));
	assert_null(strstr(err.text, "cafe-babe"));
}

static void test_a_lost_session_is_opened_again_and_only_the_rest_repeated(void **state)
{
	cleanup_fake_zabbix struct fake_zabbix fake;
	cleanup_http_server struct http_server server;
	cleanup_json json_t *result = NULL;
	struct zabbix_call calls[3] = { 0 };
	struct zabbix_api *api;

	(void)state;
	fake_zabbix_init(&fake, "6.0.14");
	fake.sessions_left = 2;
	http_server_start(&server, fake_answer, &fake);
	assert_int_equal(connect_as(server.url, NULL, "secret-word", &api, NULL), 0);
	for (size_t i = 0; i < 3; i++) {
		calls[i].method = "hostgroup.create";
		calls[i].params = zabbix_json_pack("{s:s+}", "name", "g",
			i == 0           ? "0"
				: i == 1 ? "1"
					 : "2");
	}
	assert_int_equal(zabbix_api_call_batch(api, calls, 3, NULL), 0);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(calls[i].error.code, 0);
		json_decref(calls[i].result);
	}
	assert_int_equal(zabbix_api_call(api, "hostgroup.get", json_object(), &result, NULL), 0);
	assert_int_equal(json_array_size(result), 3);
	zabbix_api_destroy(api);
}

static void test_an_api_error_is_neither_denied_nor_unreachable(void **state)
{
	cleanup_fake_zabbix struct fake_zabbix fake;
	cleanup_http_server struct http_server server;
	struct error err = ERROR_INIT;
	struct zabbix_api *api;

	(void)state;
	fake_zabbix_init(&fake, "7.0.22");
	http_server_start(&server, fake_answer, &fake);
	assert_int_equal(connect_as(server.url, NULL, "secret-word", &api, NULL), 0);
	assert_int_equal(zabbix_api_call(api, "proxy.create",
				 zabbix_json_pack("{s:s}", "host", "x"), NULL, &err),
		-EREMOTEIO);
	assert_false(zabbix_api_error_is_denied(&err));
	assert_false(zabbix_api_error_is_unreachable(&err));
	assert_non_null(strstr(err.text, "proxy.create: Invalid parameter"));
	zabbix_api_destroy(api);
}

static char *answer_no_database(const char *headers, const char *body, void *arg)
{
	(void)headers, (void)body, (void)arg;
	return http_answer("200 OK", "",
		"{\"jsonrpc\":\"2.0\",\"error\":{\"code\":1,\"message\":\"Error connecting to database\","
		"\"data\":\"\"},\"id\":0}");
}

static void test_a_frontend_without_a_database_is_unreachable(void **state)
{
	cleanup_http_server struct http_server server;
	struct error err = ERROR_INIT;
	struct zabbix_api *api;

	(void)state;
	http_server_start(&server, answer_no_database, NULL);
	assert_int_equal(connect_as(server.url, NULL, "secret-word", &api, &err), -EPROTO);
	assert_true(zabbix_api_error_is_unreachable(&err));
	assert_non_null(strstr(err.text, "Error connecting to database"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_login_by_password_and_token_on_each_version),
		cmocka_unit_test(
			test_a_login_whose_header_is_dropped_goes_in_the_body_where_it_can),
		cmocka_unit_test(
			test_a_login_of_the_web_server_leaves_the_body_to_zabbix_where_it_can),
		cmocka_unit_test(test_other_versions_are_refused_by_name),
		cmocka_unit_test(test_a_wrong_password_is_denied_and_not_told),
		cmocka_unit_test(test_an_unknown_token_is_denied_and_not_told),
		cmocka_unit_test(test_a_lost_session_is_opened_again_and_only_the_rest_repeated),
		cmocka_unit_test(test_an_api_error_is_neither_denied_nor_unreachable),
		cmocka_unit_test(test_a_frontend_without_a_database_is_unreachable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
