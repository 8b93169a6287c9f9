// SPDX-License-Identifier: GPL-2.0-or-later
/* Every way a web server can disappoint: one clear line each, that names the URL and no secret. */
#include "../cmocka_all.h"

#include <errno.h>

#include "http_server.h"
#include "base/clock.h"
#include "zabbix/http.h"

static const struct zabbix_http_limits short_limits = {
	.connect_ms = 1000,
	.total_ms = 300,
	.answer_bytes = 16 * 1024 * 1024,
};

static char *answer_raw(const char *headers, const char *body, void *arg)
{
	(void)headers, (void)body;
	return xstrdup(arg);
}

static char *answer_slow(const char *headers, const char *body, void *arg)
{
	(void)headers, (void)body, (void)arg;
	pause();
	return NULL;
}

static char *answer_closing(const char *headers, const char *body, void *arg)
{
	(void)headers, (void)body, (void)arg;
	return NULL;
}

static char *answer_huge(const char *headers, const char *body, void *arg)
{
	size_t size = 20 * 1024 * 1024;
	cleanup_free char *text = xcalloc(1, size + 1);

	(void)headers, (void)body, (void)arg;
	memset(text, ' ', size);
	return http_answer("200 OK", "", text);
}

/* The headers that came, as the body. */
static char *answer_echo(const char *headers, const char *body, void *arg)
{
	cleanup_free char *text = xasprintf("%s%s", headers, body);

	(void)arg;
	return http_answer("200 OK", "", text);
}

static int post(const char *url, const char *bearer, const struct zabbix_http_limits *limits,
	char **answer, struct error *err)
{
	struct zabbix_http *http;
	size_t size;
	int r = zabbix_http_create(url, "", limits, &http, err);

	if (r < 0)
		return r;
	r = zabbix_http_post(http, "{}", bearer, answer, &size, err);
	zabbix_http_destroy(http);
	return r;
}

static void assert_fault(http_answer_fn *answer, const char *raw, int code, const char *words)
{
	cleanup_http_server struct http_server server;
	struct error err = ERROR_INIT;
	char *body = NULL;

	http_server_start(&server, answer, (void *)raw);
	assert_int_equal(
		post(server.url, NULL,
			answer == answer_slow ? &short_limits : &zabbix_http_default_limits, &body,
			&err),
		-code);
	assert_int_equal(strncmp(err.text, server.url, strlen(server.url)), 0);
	if (!strstr(err.text, words))
		fail_msg("'%s' does not say '%s'", err.text, words);
}

static void test_answers_that_are_none_are_named(void **state)
{
	static const struct {
		const char *raw;
		int code;
		const char *words;
	} cases[] = {
		{ "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n", EPROTO,
			"HTTP 500 with an empty body (a PHP error?" },
		{ "HTTP/1.1 502 Oops\r\nContent-Length: 2\r\n\r\nxx", EPROTO, "HTTP 502 (is PHP" },
		{ "HTTP/1.1 413 Large\r\nContent-Length: 2\r\n\r\nxx", EMSGSIZE,
			"raise client_max_body_size" },
		{ "HTTP/1.1 429 Many\r\nContent-Length: 2\r\n\r\nxx", EBUSY, "try again later" },
		{ "HTTP/1.1 404 No\r\nContent-Length: 2\r\n\r\nxx", EPROTO, "api_jsonrpc.php?" },
		{ "HTTP/1.1 418 No\r\nContent-Length: 2\r\n\r\nxx", EPROTO, "HTTP 418" },
		{ "HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n", EACCES, "HTTP 401" },
		{ "HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n", EACCES, "HTTP 403" },
		{ "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", EPROTO, "empty body" },
		{ "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n \r\n", EPROTO, "empty body" },
		{ "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n\n<html/>", EPROTO,
			"answered HTML, not JSON-RPC: is this the path of api_jsonrpc.php?" },
		{ "HTTP/1.1 301 M\r\nLocation: https://u:pw@z.example/x\r\nContent-Length: 0\r\n\r\n",
			EPROTO,
			"redirect to https://z.example/x: set zabbix.url to the final address (HTTP 301)" },
		{ "HTTP/1.1 302 M\r\nContent-Length: 0\r\n\r\n", EPROTO, "redirect" },
		{ "SSH-2.0-OpenSSH_9.2\r\n", EPROTO, "not HTTP" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_fault(answer_raw, cases[i].raw, cases[i].code, cases[i].words);
}

static void test_a_connection_closed_without_an_answer(void **state)
{
	(void)state;
	assert_fault(answer_closing, NULL, ECONNRESET, "closed without an answer");
}

static void test_an_answer_that_does_not_come_in_time(void **state)
{
	(void)state;
	assert_fault(answer_slow, NULL, ETIMEDOUT, "no answer in time");
}

static void test_an_answer_that_is_too_large(void **state)
{
	(void)state;
	assert_fault(answer_huge, NULL, EFBIG, "larger than 16777216 bytes");
}

static void test_a_refused_connection(void **state)
{
	struct http_server server;
	struct error err = ERROR_INIT;
	char *body;

	(void)state;
	http_server_start(&server, answer_closing, NULL);
	http_server_stop(&server);
	assert_int_equal(
		post(server.url, NULL, &zabbix_http_default_limits, &body, &err), -ECONNREFUSED);
	assert_non_null(strstr(err.text, "cannot connect: Connection refused"));
}

static void test_no_url_of_ours(void **state)
{
	static const char *const urls[] = { "", "zabbix", "ftp://x/", "file:///etc/passwd",
		"http://" };
	char *body;

	(void)state;
	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++)
		assert_int_equal(
			post(urls[i], NULL, &zabbix_http_default_limits, &body, NULL), -EINVAL);
}

static void test_user_and_password_of_a_url_are_not_shown(void **state)
{
	struct error err = ERROR_INIT;
	char *body;

	(void)state;
	setenv("no_proxy", "*", 1);
	assert_int_equal(post("http://me:hush@127.0.0.1:1/x", NULL, &zabbix_http_default_limits,
				 &body, &err),
		-ECONNREFUSED);
	assert_null(strstr(err.text, "hush"));
	assert_null(strstr(err.text, "me:"));
}

static void test_what_is_sent(void **state)
{
	cleanup_http_server struct http_server server;
	cleanup_free char *with = NULL, *without = NULL;

	(void)state;
	http_server_start(&server, answer_echo, NULL);
	assert_int_equal(post(server.url, "abc", &zabbix_http_default_limits, &with, NULL), 0);
	assert_non_null(strstr(with, "POST /api_jsonrpc.php HTTP/1.1"));
	assert_non_null(strstr(with, "Content-Type: application/json-rpc\r\n"));
	assert_non_null(strstr(with, "Authorization: Bearer abc\r\n"));
	assert_non_null(strstr(with, "\r\n\r\n{}"));
	assert_int_equal(post(server.url, NULL, &zabbix_http_default_limits, &without, NULL), 0);
	assert_null(strstr(without, "Authorization"));
}

static bool is_cancelled(void *arg, uint64_t waited_ms)
{
	(void)arg;
	assert_true(waited_ms < 5000);
	return true;
}

static void test_a_request_can_be_cancelled(void **state)
{
	cleanup_http_server struct http_server server;
	struct zabbix_http *http;
	struct error err = ERROR_INIT;
	uint64_t start = clock_now_ms();
	char *body;
	size_t size;

	(void)state;
	http_server_start(&server, answer_slow, NULL);
	assert_int_equal(
		zabbix_http_create(server.url, "", &zabbix_http_default_limits, &http, NULL), 0);
	zabbix_http_set_cancelled(http, is_cancelled, NULL);
	assert_int_equal(zabbix_http_post(http, "{}", NULL, &body, &size, &err), -ECANCELED);
	assert_true(clock_now_ms() - start < 5000);
	zabbix_http_destroy(http);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers_that_are_none_are_named),
		cmocka_unit_test(test_a_connection_closed_without_an_answer),
		cmocka_unit_test(test_an_answer_that_does_not_come_in_time),
		cmocka_unit_test(test_an_answer_that_is_too_large),
		cmocka_unit_test(test_a_refused_connection),
		cmocka_unit_test(test_no_url_of_ours),
		cmocka_unit_test(test_user_and_password_of_a_url_are_not_shown),
		cmocka_unit_test(test_what_is_sent),
		cmocka_unit_test(test_a_request_can_be_cancelled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
