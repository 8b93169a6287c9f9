// SPDX-License-Identifier: GPL-2.0-or-later
/* The values and the discovery of a status document. */
#include "../cmocka_all.h"

#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "reporter/values.h"
#include "status_made.h"

static const struct timespec when = { 1764000000, 5 };

static const char *value_of(const struct reporter_queue *queue, const char *key)
{
	for (size_t i = 0; i < queue->count; i++)
		if (strcmp(zabbix_json_text(queue->ring[i], "key"), key) == 0)
			return zabbix_json_text(queue->ring[i], "value");
	return NULL;
}

static void test_each_figure_gets_to_its_item(void **state)
{
	static const struct {
		const char *key, *value;
	} expected[] = {
		{ "vrfgate.state", "2" },
		{ "vrfgate.version", "0.1.0" },
		{ "vrfgate.vrfs.total", "2" },
		{ "vrfgate.vrfs.healthy", "1" },
		{ "vrfgate.vrfs.degraded", "0" },
		{ "vrfgate.vrfs.down", "1" },
		{ "vrfgate.restarts", "5" },
		{ "vrfgate.backlog", "12" },
		{ "vrfgate.values.dropped", "9" },
		{ "vrfgate.zabbix.problems", "4" },
		{ "vrfgate.server.seen", "2" },
		{ "vrfgate.vrf.state[acme]", "0" },
		{ "vrfgate.vrf.reason[acme]", "" },
		{ "vrfgate.vrf.seen[acme]", "2" },
		{ "vrfgate.vrf.vps[acme]", "0.2500" },
		{ "vrfgate.vrf.repairs[acme]", "3" },
		{ "vrfgate.vrf.uplink[acme]", "1" },
		{ "vrfgate.vrf.check[acme,netns]", "1" },
		{ "vrfgate.vrf.check[acme,server]", "0" },
		{ "vrfgate.if.carrier[acme,eth0.10]", "1" },
		{ "vrfgate.if.tx[acme,eth0.10]", "20" },
		{ "vrfgate.vrf.state[bravo]", "5" },
		{ "vrfgate.vrf.reason[bravo]", "exited with 1" },
	};
	static const char *const absent[] = { "vrfgate.vrf.rss[acme]", "vrfgate.vrf.seen[bravo]",
		"vrfgate.vrf.uplink[bravo]", "vrfgate.vrf.state[charlie]" };
	struct reporter_figures figures = { .problems = 4, .dropped = 9 };
	cleanup(reporter_causes_finish) struct reporter_causes causes = { 0 };
	cleanup(reporter_queue_finish) struct reporter_queue queue;
	cleanup_json json_t *status = status_made();

	(void)state;
	reporter_queue_init(&queue, 100);
	reporter_values_add(&queue, status, &figures, &causes, &when);
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		const char *value = value_of(&queue, expected[i].key);

		if (!value || strcmp(value, expected[i].value) != 0)
			fail_msg("%s: '%s', expected '%s'", expected[i].key, value ? value : "none",
				expected[i].value);
	}
	for (size_t i = 0; i < sizeof(absent) / sizeof(absent[0]); i++)
		assert_null(value_of(&queue, absent[i]));
	assert_int_equal(json_integer_value(json_object_get(queue.ring[0], "clock")), when.tv_sec);
	assert_int_equal(json_integer_value(json_object_get(queue.ring[0], "ns")), 5);
}

static void contact_is(const char *document, const char *contact, const char *seen)
{
	struct reporter_figures figures = { 0 };
	cleanup(reporter_causes_finish) struct reporter_causes causes = { 0 };
	cleanup(reporter_queue_finish) struct reporter_queue queue;
	cleanup_json json_t *status = json_loads(document, 0, NULL);
	const char *found;

	reporter_queue_init(&queue, 100);
	reporter_values_add(&queue, status, &figures, &causes, &when);
	found = value_of(&queue, "vrfgate.server.seen");
	assert_string_equal(found ? found : "", contact);
	found = value_of(&queue, "vrfgate.vrf.seen[a]");
	assert_string_equal(found ? found : "", seen);
}

#define STATUS(zabbix, vrfs)                                                                 \
	"{\"gateway\": {\"state\": \"degraded\", \"zabbix\": {\"state\": \"" zabbix "\"}}, " \
	"\"vrfs\": [" vrfs "]}"
#define VRF(name, state, uptime, seen)                                                         \
	"{\"name\": \"" name "\", \"state\": \"" state "\", \"proxy\": {\"uptime_s\": " uptime \
	", \"server_seen_s\": " seen "}}"

static void test_the_server_was_heard_last_by_the_proxy_that_it_heard_last(void **state)
{
	(void)state;
	contact_is(STATUS("ok",
			   VRF("a", "degraded", "900", "700") ", " VRF("b", "healthy", "900", "3")),
		"3", "700");
	contact_is(STATUS("ok", VRF("a", "degraded", "900", "700")), "700", "700");
	/* One that was just started need not have been heard yet. */
	contact_is(STATUS("ok", VRF("a", "starting", "4", "700")), "4", "700");
	contact_is(STATUS("ok", VRF("a", "degraded", "900", "null")), "900", "");
	contact_is(STATUS("ok", VRF("a", "backoff", "null", "700")), "", "700");
	contact_is(STATUS("ok", VRF("b", "disabled", "900", "700")), "", "");
}

static void test_a_proxy_that_could_not_write_was_not_to_be_heard_meanwhile(void **state)
{
	static const char *const contacts[] = { "0", "9", "0" };
	struct reporter_figures figures = { 0 };
	cleanup(reporter_causes_finish) struct reporter_causes causes = { 0 };

	(void)state;
	for (int turn = 0; turn < 3; turn++) {
		const struct timespec later = { when.tv_sec + 9 * turn, 0 };
		cleanup(reporter_queue_finish) struct reporter_queue queue;
		cleanup_json json_t *status =
			json_loads(STATUS("ok", VRF("a", "degraded", "900", "700")), 0, NULL);
		cleanup_json json_t *full =
			json_loads("[{\"kind\": \"disk-full\", \"object\": \"/s\","
				   " \"summary\": \"full\", \"vrfs\": [\"a\"]}]",
				0, NULL);

		if (turn != 1)
			json_object_set(json_object_get(status, "gateway"), "causes", full);
		reporter_queue_init(&queue, 100);
		reporter_values_add(&queue, status, &figures, &causes, &later);
		assert_string_equal(value_of(&queue, "vrfgate.server.seen"), contacts[turn]);
		assert_string_equal(value_of(&queue, "vrfgate.vrf.seen[a]"), "700");
	}
}

static void test_nothing_is_known_of_the_servers_contact_while_the_api_is_away(void **state)
{
	(void)state;
	contact_is(STATUS("unreachable", VRF("a", "healthy", "900", "700")), "", "");
	contact_is(STATUS("denied", VRF("a", "healthy", "900", "700")), "", "");
}

static void told_is(const struct reporter_queue *queue, const char *key, const char *expected)
{
	const char *value = value_of(queue, key);

	if (!value || strcmp(value, expected) != 0)
		fail_msg("%s: '%s', expected '%s'", key, value ? value : "none", expected);
}

#define CAUSE(kind, object, vrfs)                                                     \
	"{\"kind\": \"" kind "\", \"object\": \"" object "\", \"summary\": \"" object \
	" is bad\", \"vrfs\": [" vrfs "]}"
#define WITH_CAUSES(causes)                                                                \
	"{\"gateway\": {\"state\": \"degraded\", \"causes\": [" causes "]}, \"vrfs\": ["   \
	"{\"name\": \"a\", \"state\": \"degraded\", \"interfaces\": ["                     \
	"{\"name\": \"i\", \"parent\": \"p0\"}, {\"name\": \"j\", \"parent\": \"p1\"}]}, " \
	"{\"name\": \"b\", \"state\": \"failed\"}]}"

static void causes_are(struct reporter_causes *causes, const char *document, const char *now,
	const char *begun, const char *a, const char *b)
{
	struct reporter_figures figures = { 0 };
	cleanup(reporter_queue_finish) struct reporter_queue queue;
	cleanup_json json_t *status = json_loads(document, 0, NULL);

	assert_non_null(status);
	reporter_queue_init(&queue, 100);
	reporter_values_add(&queue, status, &figures, causes, &when);
	told_is(&queue, "vrfgate.causes", now);
	told_is(&queue, "vrfgate.causes.begun", begun);
	told_is(&queue, "vrfgate.vrf.shared[a]", a);
	told_is(&queue, "vrfgate.if.shared[a,i]", a);
	told_is(&queue, "vrfgate.if.shared[a,j]", "0");
	told_is(&queue, "vrfgate.vrf.shared[b]", b);
	/* What silences others is older. */
	for (size_t i = 0; i < queue.count; i++) {
		const char *key = zabbix_json_text(queue.ring[i], "key");
		json_int_t ns = json_integer_value(json_object_get(queue.ring[i], "ns"));

		assert_int_equal(ns,
			strstr(key, "shared") || strstr(key, "causes") ? when.tv_nsec
								       : when.tv_nsec + 1);
	}
}

static void test_what_vrfs_have_in_common_is_told_once_and_before_them(void **state)
{
	cleanup(reporter_causes_finish) struct reporter_causes causes = { 0 };

	(void)state;
	causes_are(&causes, WITH_CAUSES(""), "", "", "0", "0");
	causes_are(&causes, WITH_CAUSES(CAUSE("parent-down", "p0", "\"a\"")), "p0 is bad",
		"p0 is bad", "1", "0");
	/* It joins a cause that stands: nothing has begun. */
	causes_are(&causes, WITH_CAUSES(CAUSE("parent-down", "p0", "\"a\", \"b\"")), "p0 is bad",
		"p0 is bad", "1", "1");
	causes_are(&causes,
		WITH_CAUSES(
			CAUSE("parent-down", "p0", "\"a\"") ", " CAUSE("disk-full", "/s", "\"b\"")),
		"p0 is bad; /s is bad", "p0 is bad; /s is bad", "1", "1");
	causes_are(&causes, WITH_CAUSES(CAUSE("parent-down", "p0", "\"a\"")), "p0 is bad",
		"p0 is bad; /s is bad", "1", "0");
	/* Another in its place. */
	causes_are(&causes, WITH_CAUSES(CAUSE("parent-taken", "p0", "\"a\"")), "p0 is bad",
		"p0 is bad", "1", "0");
	causes_are(&causes, WITH_CAUSES(""), "", "", "0", "0");
	/* That has a trigger of its own. */
	causes_are(
		&causes, WITH_CAUSES(CAUSE("server-silent", "", "\"a\", \"b\"")), "", "", "0", "0");
}

static void test_the_discovery_names_what_is_not_disabled(void **state)
{
	cleanup_json json_t *status = status_made();
	cleanup_json json_t *discovery = reporter_values_discovery(status);

	(void)state;
	assert_string_equal(zabbix_json_text(discovery, "vrfgate.vrf.discovery"),
		"[{\"{#VRF}\":\"acme\"},{\"{#VRF}\":\"bravo\"}]");
	assert_string_equal(zabbix_json_text(discovery, "vrfgate.interface.discovery"),
		"[{\"{#VRF}\":\"acme\",\"{#IFNAME}\":\"eth0.10\"}]");
}

/* "vrfgate.vrf.state[acme]" as the template has it: "vrfgate.vrf.state[{#VRF}]". */
static char *key_in_template(const char *key)
{
	static const struct {
		const char *start, *rest;
	} shapes[] = { { "vrfgate.vrf.check[", NULL }, { "vrfgate.vrf.", "[{#VRF}]" },
		{ "vrfgate.if.", "[{#VRF},{#IFNAME}]" } };
	int length = (int)strcspn(key, "[");

	if (strncmp(key, shapes[0].start, strlen(shapes[0].start)) == 0)
		return xasprintf("%.*s[{#VRF}%s", length, key, strchr(key, ','));
	for (size_t i = 1; i < 3; i++)
		if (strncmp(key, shapes[i].start, strlen(shapes[i].start)) == 0)
			return xasprintf("%.*s%s", length, key, shapes[i].rest);
	return xstrdup(key);
}

static void test_the_template_has_an_item_for_each_value(void **state)
{
	cleanup(reporter_queue_finish) struct reporter_queue queue;
	struct reporter_figures figures = { 0 };
	cleanup(reporter_causes_finish) struct reporter_causes causes = { 0 };
	cleanup_json json_t *status = status_made();
	cleanup_free char *template = NULL;
	size_t size;

	(void)state;
	reporter_queue_init(&queue, 100);
	reporter_values_add(&queue, status, &figures, &causes, &when);
	assert_int_equal(
		file_read("templates/6.0/vrf-gateway.yaml", 1 << 20, &template, &size, NULL), 0);
	for (size_t i = 0; i < queue.count; i++) {
		cleanup_free char *key = key_in_template(zabbix_json_text(queue.ring[i], "key"));
		cleanup_free char *line = xasprintf("key: '%s'\n", key);

		if (!strstr(template, line))
			fail_msg("no item '%s'", key);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_figure_gets_to_its_item),
		cmocka_unit_test(test_the_server_was_heard_last_by_the_proxy_that_it_heard_last),
		cmocka_unit_test(test_a_proxy_that_could_not_write_was_not_to_be_heard_meanwhile),
		cmocka_unit_test(
			test_nothing_is_known_of_the_servers_contact_while_the_api_is_away),
		cmocka_unit_test(test_what_vrfs_have_in_common_is_told_once_and_before_them),
		cmocka_unit_test(test_the_discovery_names_what_is_not_disabled),
		cmocka_unit_test(test_the_template_has_an_item_for_each_value),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
