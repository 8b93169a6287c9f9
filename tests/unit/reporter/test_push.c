// SPDX-License-Identifier: GPL-2.0-or-later
/* Values on their way: the discovery first, refusals judged one by one, nothing lost to an absence. */
#include "../cmocka_all.h"

#include "inventory_made.h"
#include "reporter/push.h"
#include "status_made.h"

struct bench {
	struct fake_zabbix fake;
	struct http_server server;
	struct zabbix_api *api;
	struct made made;
	struct reporter_push push;
};

static void bench_start(struct bench *bench)
{
	struct zabbix_login login;

	*bench = (struct bench){ 0 };
	fake_zabbix_init(&bench->fake, "7.0.22");
	http_server_start(&bench->server, fake_answer, &bench->fake);
	made_init(&bench->made, bench->server.url);
	reporter_inventory_login(&bench->made.inventory, &login);
	assert_int_equal(zabbix_api_create(&login, &bench->api, NULL), 0);
	reporter_push_init(&bench->push);
}

static void bench_finish(struct bench *bench)
{
	zabbix_api_destroy(bench->api);
	http_server_stop(&bench->server);
	fake_zabbix_finish(&bench->fake);
	reporter_push_finish(&bench->push);
}

#define cleanup_bench cleanup(bench_finish)

static int push_send(struct bench *bench, struct error *err)
{
	return reporter_push_send(&bench->push, bench->api, &bench->made.inventory, err);
}

static json_t *pushed(struct bench *bench)
{
	cleanup_json json_t *whole = NULL;

	assert_int_equal(zabbix_api_call(bench->api, "test.state", json_object(), &whole, NULL), 0);
	return json_incref(json_object_get(json_object_get(whole, "objects"), "pushed"));
}

static void test_the_discovery_goes_first_and_only_when_it_changes(void **state)
{
	cleanup_bench struct bench bench;
	cleanup_json json_t *status = status_made(), *first = NULL, *second = NULL;

	(void)state;
	bench_start(&bench);
	reporter_push_take(&bench.push, status, &(struct timespec){ .tv_sec = 1764000000 }, 0);
	assert_int_equal(push_send(&bench, NULL), 0);
	first = pushed(&bench);
	assert_string_equal(
		zabbix_json_text(json_array_get(first, 0), "key"), "vrfgate.vrf.discovery");
	assert_string_equal(zabbix_json_text(json_array_get(first, 0), "host"), "gw1");
	assert_int_equal(bench.push.queue.count, 0);
	reporter_push_take(&bench.push, status, &(struct timespec){ .tv_sec = 1764000030 }, 0);
	assert_int_equal(push_send(&bench, NULL), 0);
	second = pushed(&bench);
	assert_int_equal(json_array_size(second), 2 * json_array_size(first) - 2);
}

static void test_what_is_refused_for_long_is_named_and_keeps_nothing_from_going(void **state)
{
	cleanup_bench struct bench bench;
	cleanup_json json_t *status = status_made();

	(void)state;
	bench_start(&bench);
	json_object_set_new(
		json_array_get(json_object_get(status, "vrfs"), 1), "name", json_string("unknown"));
	for (int i = 0; i < 8; i++) {
		assert_null(reporter_push_problem(&bench.push));
		reporter_push_take(
			&bench.push, status, &(struct timespec){ .tv_sec = 1764000000 + i }, 0);
		assert_int_equal(push_send(&bench, NULL), 0);
		assert_int_equal(bench.push.queue.count, 0);
	}
	assert_string_equal(reporter_push_problem(&bench.push),
		"'vrfgate.vrf.shared[unknown]': No permissions to referred object or it does not exist.");
}

/* Of two changes in one moment the server is told the second last. */
static void test_a_change_is_the_state_of_that_vrf_alone_and_comes_in_order(void **state)
{
	static const struct timespec when = { 1764000000, 500 };
	cleanup_bench struct bench bench;
	cleanup_json json_t *down = json_loads(
		"{\"name\": \"acme\", \"state\": \"backoff\", \"reason\": \"exit status 1\","
		" \"proxy\": {\"restarts\": 2}}",
		0, NULL);
	cleanup_json json_t *up = json_loads(
		"{\"name\": \"acme\", \"state\": \"healthy\", \"reason\": null, \"proxy\": null}",
		0, NULL);
	cleanup_json json_t *values = NULL;
	json_int_t ns = 0;

	(void)state;
	bench_start(&bench);
	reporter_push_take_change(&bench.push, down, &when);
	reporter_push_take_change(&bench.push, up, &when);
	values = reporter_queue_peek(&bench.push.queue, 100);
	assert_int_equal(json_array_size(values), 5);
	assert_string_equal(
		zabbix_json_text(json_array_get(values, 0), "key"), "vrfgate.vrf.state[acme]");
	assert_string_equal(zabbix_json_text(json_array_get(values, 0), "value"), "5");
	assert_string_equal(
		zabbix_json_text(json_array_get(values, 3), "key"), "vrfgate.vrf.state[acme]");
	assert_string_equal(zabbix_json_text(json_array_get(values, 3), "value"), "0");
	ns = json_integer_value(json_object_get(json_array_get(values, 0), "ns"));
	assert_int_equal(ns, 500);
	assert_int_equal(json_integer_value(json_object_get(json_array_get(values, 3), "ns")), 501);
}

static void test_a_change_waits_for_the_first_document(void **state)
{
	static const struct timespec when = { 1764000000, 500 };
	cleanup_bench struct bench bench;
	cleanup_json json_t *status = status_made(), *values = NULL;

	(void)state;
	bench_start(&bench);
	reporter_push_take_change(
		&bench.push, json_array_get(json_object_get(status, "vrfs"), 0), &when);
	assert_int_equal(push_send(&bench, NULL), 0);
	assert_true(bench.push.queue.count > 0);
	reporter_push_take(&bench.push, status, &when, 0);
	assert_int_equal(push_send(&bench, NULL), 0);
	assert_int_equal(bench.push.queue.count, 0);
	values = pushed(&bench);
	assert_string_equal(
		zabbix_json_text(json_array_get(values, 0), "key"), "vrfgate.vrf.discovery");
}

static void test_values_wait_while_zabbix_is_away(void **state)
{
	cleanup_bench struct bench bench;
	cleanup_json json_t *status = status_made();
	struct error err = ERROR_INIT;
	size_t one;

	(void)state;
	bench_start(&bench);
	http_server_stop(&bench.server);
	reporter_push_take(&bench.push, status, &(struct timespec){ .tv_sec = 1764000000 }, 0);
	one = bench.push.queue.count;
	assert_true(push_send(&bench, &err) < 0);
	assert_true(zabbix_api_error_is_unreachable(&err));
	reporter_push_take(&bench.push, status, &(struct timespec){ .tv_sec = 1764000030 }, 0);
	assert_int_equal(bench.push.queue.count, 2 * one);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_discovery_goes_first_and_only_when_it_changes),
		cmocka_unit_test(
			test_what_is_refused_for_long_is_named_and_keeps_nothing_from_going),
		cmocka_unit_test(test_a_change_is_the_state_of_that_vrf_alone_and_comes_in_order),
		cmocka_unit_test(test_a_change_waits_for_the_first_document),
		cmocka_unit_test(test_values_wait_while_zabbix_is_away),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
