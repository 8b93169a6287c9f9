// SPDX-License-Identifier: GPL-2.0-or-later
/* JSON-RPC texts: requests of one and of several, answers in order, out of order and hostile. */
#include "../cmocka_all.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "base/secret.h"
#include "zabbix/json.h"
#include "zabbix/rpc.h"

static void calls_finish(struct zabbix_call *calls)
{
	for (size_t i = 0; i < 2; i++) {
		json_decref(calls[i].params);
		json_decref(calls[i].result);
	}
}

#define two_calls(name)                                                             \
	cleanup(calls_finish_array) struct zabbix_call name[2] = {                  \
		{ .method = "a.get", .params = zabbix_json_pack("[]") },            \
		{ .method = "b.get", .params = zabbix_json_pack("{s:i}", "x", 1) }, \
	}

static void calls_finish_array(struct zabbix_call (*calls)[2])
{
	calls_finish(*calls);
}

static int read_answer(struct zabbix_call *calls, const char *text, struct error *err)
{
	return zabbix_rpc_read(text, strlen(text), calls, 2, err);
}

static void test_several_calls_are_an_array_and_one_is_an_object(void **state)
{
	two_calls(calls);
	cleanup(secret_free) char *both = zabbix_rpc_request(calls, 2, "key");
	cleanup(secret_free) char *one = NULL;

	(void)state;
	assert_string_equal(both,
		"[{\"jsonrpc\":\"2.0\",\"method\":\"a.get\",\"params\":[],\"id\":0,\"auth\":\"key\"},"
		"{\"jsonrpc\":\"2.0\",\"method\":\"b.get\",\"params\":{\"x\":1},\"id\":1,\"auth\":\"key\"}]");
	calls[0].result = json_true();
	one = zabbix_rpc_request(calls, 2, NULL);
	assert_string_equal(
		one, "{\"jsonrpc\":\"2.0\",\"method\":\"b.get\",\"params\":{\"x\":1},\"id\":1}");
}

static void test_answers_find_their_calls_by_id(void **state)
{
	two_calls(calls);

	(void)state;
	assert_int_equal(
		read_answer(calls,
			"[{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32602,"
			"\"message\":\"Invalid params.\",\"data\":\"Host\\nwith the same name.\"}},"
			"{\"jsonrpc\":\"2.0\",\"id\":0,\"result\":\"yes\"}]",
			NULL),
		0);
	assert_string_equal(json_string_value(calls[0].result), "yes");
	assert_int_equal(calls[1].error.code, EREMOTEIO);
	assert_string_equal(calls[1].error.text, "b.get: Host with the same name.");
}

static void test_errors_that_mean_something_are_told_apart(void **state)
{
	static const struct {
		const char *data;
		int code;
	} cases[] = {
		{ "Session terminated, re-login, please.", ZABBIX_RPC_SESSION_LOST },
		{ "Not authorized.", ZABBIX_RPC_SESSION_LOST },
		{ "Not authorised.", ZABBIX_RPC_SESSION_LOST },
		{ "API token expired.", ZABBIX_RPC_SESSION_LOST },
		{ "No permissions to call \\\"proxy.create\\\".", EACCES },
		{ "No permissions to referred object or it does not exist!", EREMOTEIO },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct zabbix_call call = { .method = "x" };
		char text[512];

		snprintf(text, sizeof(text),
			"{\"jsonrpc\":\"2.0\",\"id\":0,\"error\":{\"code\":-32602,\"data\":\"%s\"}}",
			cases[i].data);
		assert_int_equal(zabbix_rpc_read(text, strlen(text), &call, 1, NULL), 0);
		assert_int_equal(call.error.code, cases[i].code);
	}
}

static void test_what_is_no_answer_to_our_calls_is_refused(void **state)
{
	static const char *const texts[] = {
		"{",
		"null",
		"[]",
		"{}",
		"[{\"jsonrpc\":\"2.0\",\"id\":0,\"result\":1}]",
		"[{\"jsonrpc\":\"2.0\",\"id\":0,\"result\":1},{\"jsonrpc\":\"2.0\",\"id\":0,\"result\":1}]",
		"[{\"jsonrpc\":\"2.0\",\"id\":0,\"result\":1},{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":1}]",
		"[{\"jsonrpc\":\"2.0\",\"id\":0,\"result\":1},{\"jsonrpc\":\"2.0\",\"id\":-1,\"result\":1}]",
		"[{\"jsonrpc\":\"2.0\",\"id\":0,\"result\":1},{\"jsonrpc\":\"2.0\",\"id\":\"1\",\"result\":1}]",
		"[{\"jsonrpc\":\"2.0\",\"id\":0,\"result\":1},{\"id\":1,\"result\":1}]",
		"[{\"jsonrpc\":\"2.0\",\"id\":0,\"result\":1},7]",
		"[{\"jsonrpc\":\"2.0\",\"id\":0,\"result\":1},{\"jsonrpc\":\"2.0\",\"id\":1}]",
		"{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32700,\"data\":\"Parse error\"}}",
		"{\"jsonrpc\":\"2.0\",\"id\":0,\"error\":{\"code\":1,\"message\":\"no database\"}}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		two_calls(calls);
		struct error err = ERROR_INIT;

		assert_int_equal(read_answer(calls, texts[i], &err), -EPROTO);
		assert_true(*err.text);
	}
}

/* 10 MB that would take some hundred times as much when parsed. */
static void test_an_answer_of_too_many_values_is_not_parsed(void **state)
{
	size_t size = 10 * 1000 * 1000;
	cleanup_free char *text = xcalloc(1, size + 1);
	struct error err = ERROR_INIT;
	two_calls(calls);

	(void)state;
	memset(text, '[', 1);
	for (size_t i = 1; i + 2 < size; i += 3)
		memcpy(text + i, "{},", 3);
	assert_int_equal(read_answer(calls, text, &err), -EFBIG);
	assert_string_equal(err.text, "the answer has more than 2000000 JSON values");
}

static void test_an_error_of_many_lines_becomes_one(void **state)
{
	struct error err = ERROR_INIT;
	two_calls(calls);

	(void)state;
	assert_int_equal(
		read_answer(calls,
			"{\"jsonrpc\":\"2.0\",\"id\":0,\"error\":{\"code\":1,\"data\":\"no database:\\n\\tIs "
			"the server running?\"}}",
			&err),
		-EPROTO);
	assert_string_equal(err.text, "the frontend failed: no database:  Is the server running?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_several_calls_are_an_array_and_one_is_an_object),
		cmocka_unit_test(test_answers_find_their_calls_by_id),
		cmocka_unit_test(test_errors_that_mean_something_are_told_apart),
		cmocka_unit_test(test_what_is_no_answer_to_our_calls_is_refused),
		cmocka_unit_test(test_an_answer_of_too_many_values_is_not_parsed),
		cmocka_unit_test(test_an_error_of_many_lines_becomes_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
