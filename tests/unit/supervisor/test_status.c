// SPDX-License-Identifier: GPL-2.0-or-later
/* The status document of VRFs that are nowhere but in memory. */
#include "../scratch.h"
#include "../vrf_put.h"

#include <systemd/sd-event.h>

#include "base/clock.h"
#include "base/json.h"
#include "supervisor/census.h"
#include "supervisor/reporter_link.h"
#include "supervisor/status.h"
#include "vrf/life.h"

/* A VRF with a proxy, and a namespace without; no name that the machine could have. */
#define CONFIG                                                     \
	"zabbix { server = \"192.0.2.1\" }\n"                      \
	"vrf test-no-such-a { id = 3 proxy { mode = passive } }\n" \
	"namespace test-no-such-b { }"

static struct supervisor begin(struct loaded *loaded)
{
	struct supervisor supervisor = {
		.config = loaded->config, .generation = 1, .started_ms = clock_now_ms() - 5500
	};

	supervisor.context.config = loaded->config;
	assert_true(sd_event_new(&supervisor.event) >= 0);
	supervisor.context.event = supervisor.event;
	return supervisor;
}

static void add_vrfs(struct supervisor *supervisor)
{
	supervisor->reporter = reporter_link_create(supervisor);
	reporter_link_restart(supervisor->reporter);
	for (size_t i = 0; i < supervisor->config->n_vrfs; i++)
		*array_append(&supervisor->vrfs, &supervisor->n_vrfs) =
			vrf_create(&supervisor->context, &supervisor->config->vrfs[i], 3);
}

static void end(struct supervisor *supervisor)
{
	for (size_t i = 0; i < supervisor->n_vrfs; i++)
		vrf_destroy(supervisor->vrfs[i]);
	free(supervisor->vrfs);
	reporter_link_destroy(supervisor->reporter);
	sd_event_unref(supervisor->event);
}

#define cleanup_supervisor cleanup(end)

static const char *text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static void an_empty_gateway_is_healthy(void **state)
{
	cleanup_loaded struct loaded loaded = scratch_config(*state, "");
	cleanup_supervisor struct supervisor supervisor = begin(&loaded);
	cleanup_json json_t *document = NULL;
	const json_t *gateway;

	add_vrfs(&supervisor);
	document = status_create(&supervisor, NULL, false);
	gateway = json_object_get(document, "gateway");
	assert_int_equal(json_integer_value(json_object_get(document, "schema")), 1);
	assert_int_equal(json_array_size(json_object_get(document, "vrfs")), 0);
	assert_string_equal(text_of(gateway, "name"), "gw1");
	assert_string_equal(text_of(gateway, "version"), VRFGATE_VERSION);
	assert_string_equal(text_of(gateway, "state"), "healthy");
	assert_int_equal(json_integer_value(json_object_get(gateway, "pid")), getpid());
	assert_int_equal(json_integer_value(json_object_get(gateway, "uptime_s")), 5);
	assert_int_equal(json_integer_value(json_object_get(gateway, "config_generation")), 1);
	assert_string_equal(text_of(json_object_get(gateway, "zabbix"), "state"), "off");
}

static void a_vrf_that_is_nowhere_has_every_key(void **state)
{
	static const char *const keys[] = { "name", "id", "state", "reason", "since_s", "netns",
		"interfaces", "uplink", "proxy", "handover", "services", "checks", "repairs" };
	cleanup_loaded struct loaded loaded = scratch_config(*state, CONFIG);
	cleanup_supervisor struct supervisor supervisor = begin(&loaded);
	cleanup_json json_t *document = NULL;
	const json_t *vrf, *uplink, *proxy;

	add_vrfs(&supervisor);
	document = status_create(&supervisor, NULL, false);
	vrf = json_array_get(json_object_get(document, "vrfs"), 0);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		assert_non_null(json_object_get(vrf, keys[i]));
	assert_int_equal(json_object_size(vrf), sizeof(keys) / sizeof(keys[0]));
	assert_string_equal(text_of(vrf, "netns"), "/run/netns/test-no-such-a");
	assert_string_equal(text_of(vrf, "state"), "disabled");
	uplink = json_object_get(vrf, "uplink");
	assert_string_equal(text_of(uplink, "root_ifname"), "vg3");
	assert_string_equal(text_of(uplink, "root_address"), "fd5a:b1c0:de00::d");
	assert_string_equal(text_of(uplink, "address"), "fd5a:b1c0:de00::e");
	assert_true(json_is_false(json_object_get(uplink, "up")));
	proxy = json_object_get(vrf, "proxy");
	assert_string_equal(text_of(proxy, "name"), "gw1-test-no-such-a");
	assert_string_equal(text_of(proxy, "mode"), "passive");
	assert_string_equal(text_of(proxy, "state"), "stopped");
	assert_true(json_is_null(json_object_get(proxy, "pid")));
}

static void a_namespace_has_neither_number_nor_uplink_nor_proxy(void **state)
{
	cleanup_loaded struct loaded loaded = scratch_config(*state, CONFIG);
	cleanup_supervisor struct supervisor supervisor = begin(&loaded);
	cleanup_json json_t *document = NULL;
	const json_t *vrf;

	add_vrfs(&supervisor);
	document = status_create(&supervisor, NULL, false);
	vrf = json_array_get(json_object_get(document, "vrfs"), 1);
	assert_true(json_is_null(json_object_get(vrf, "id")));
	assert_true(json_is_null(json_object_get(vrf, "uplink")));
	assert_true(json_is_null(json_object_get(vrf, "proxy")));
}

static void names_choose_the_vrfs(void **state)
{
	cleanup_loaded struct loaded loaded = scratch_config(*state, CONFIG);
	cleanup_supervisor struct supervisor supervisor = begin(&loaded);
	cleanup_json json_t *names = json_pack("[s]", "test-no-such-b");
	cleanup_json json_t *none = json_array();
	cleanup_json json_t *one = NULL, *all = NULL;

	add_vrfs(&supervisor);
	one = status_create(&supervisor, names, false);
	assert_int_equal(json_array_size(json_object_get(one, "vrfs")), 1);
	assert_string_equal(
		text_of(json_array_get(json_object_get(one, "vrfs"), 0), "name"), "test-no-such-b");
	all = status_create(&supervisor, none, false);
	assert_int_equal(json_array_size(json_object_get(all, "vrfs")), 2);
}

static void the_worst_vrf_decides_for_the_gateway(void **state)
{
	static const struct {
		enum vrf_state a, b;
		const char *gateway, *summary;
	} cases[] = {
		{ VRF_HEALTHY, VRF_HEALTHY, "healthy", "2 healthy" },
		{ VRF_HEALTHY, VRF_STARTING, "degraded", "1 starting, 1 healthy" },
		{ VRF_DEGRADED, VRF_HEALTHY, "degraded", "1 healthy, 1 degraded" },
		{ VRF_DEGRADED, VRF_FAILED, "down", "1 degraded, 1 failed" },
		{ VRF_BACKOFF, VRF_HEALTHY, "down", "1 healthy, 1 backoff" },
	};
	cleanup_loaded struct loaded loaded = scratch_config(*state, CONFIG);
	cleanup_supervisor struct supervisor supervisor = begin(&loaded);

	add_vrfs(&supervisor);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cleanup_json json_t *document = NULL;
		cleanup_free char *summary = NULL;

		vrf_put(supervisor.vrfs[0], cases[i].a);
		vrf_put(supervisor.vrfs[1], cases[i].b);
		document = status_create(&supervisor, NULL, false);
		summary = status_summary(&supervisor);
		assert_string_equal(
			text_of(json_object_get(document, "gateway"), "state"), cases[i].gateway);
		assert_string_equal(summary, cases[i].summary);
	}
}

static void a_vrf_that_is_not_wanted_worries_nobody(void **state)
{
	cleanup_loaded struct loaded loaded = scratch_config(*state, CONFIG);
	cleanup_supervisor struct supervisor supervisor = begin(&loaded);
	cleanup_json json_t *document = NULL;

	add_vrfs(&supervisor);
	document = status_create(&supervisor, NULL, false);
	assert_string_equal(text_of(json_object_get(document, "gateway"), "state"), "healthy");
}

/* A reason may hold what a config or a kernel said, in whatever bytes. */
static void bytes_that_are_no_utf_8_cost_no_vrf(void **state)
{
	cleanup_loaded struct loaded loaded = scratch_config(*state, CONFIG);
	cleanup_supervisor struct supervisor supervisor = begin(&loaded);
	cleanup_json json_t *document = NULL;

	add_vrfs(&supervisor);
	program_note(&supervisor.vrfs[0]->proxy, "profile '/etc/\xff\xfe' not found \xc3");
	strcpy(supervisor.vrfs[0]->proxy.last_exit, "\x80");
	document = status_create(&supervisor, NULL, false);
	assert_non_null(document);
	assert_int_equal(json_array_size(json_object_get(document, "vrfs")), 2);
}

/* What was read of a former life of the proxy is not this one's. */
static void a_brief_one_has_what_a_table_shows(void **state)
{
	cleanup_loaded struct loaded loaded = scratch_config(*state, CONFIG);
	cleanup_supervisor struct supervisor supervisor = begin(&loaded);
	cleanup_json json_t *document = NULL;
	const json_t *vrf;

	add_vrfs(&supervisor);
	document = status_create(&supervisor, NULL, true);
	vrf = json_array_get(json_object_get(document, "vrfs"), 0);
	assert_string_equal(text_of(vrf, "name"), "test-no-such-a");
	assert_non_null(json_object_get(vrf, "proxy"));
	assert_null(json_object_get(vrf, "checks"));
}

static void how_busy_a_proxy_is_comes_from_its_statistics(void **state)
{
	cleanup_loaded struct loaded loaded = scratch_config(*state, CONFIG);
	cleanup_supervisor struct supervisor supervisor = begin(&loaded);
	cleanup_json json_t *document = NULL;
	const json_t *proxy;

	add_vrfs(&supervisor);
	supervisor.vrfs[0]->has_stats = true;
	supervisor.vrfs[0]->stats =
		(struct zabbix_stats){ .busy_percent = 37.5, .busiest = "poller" };
	document = status_create(&supervisor, NULL, false);
	proxy = json_object_get(json_array_get(json_object_get(document, "vrfs"), 0), "proxy");
	assert_true(json_real_value(json_object_get(proxy, "busy_percent")) == 37.5);
	assert_string_equal(text_of(proxy, "busiest"), "poller");
}

static void memory_and_backlog_are_shown_with_their_age(void **state)
{
	cleanup_loaded struct loaded loaded = scratch_config(*state, CONFIG);
	cleanup_supervisor struct supervisor supervisor = begin(&loaded);
	uint64_t now_ms = clock_now_ms();
	struct vrf *vrf;

	add_vrfs(&supervisor);
	vrf = supervisor.vrfs[0];
	vrf->proxy.process.pid = getpid();
	vrf->proxy.started_ms = now_ms - 60000;
	vrf->vitals = (struct vrf_vitals){
		.read_ms = now_ms - 3500, .memory_bytes = 5 << 20, .unsent = 17
	};
	for (int life = 0; life < 2; life++) {
		cleanup_json json_t *document = status_create(&supervisor, NULL, false);
		const json_t *proxy = json_object_get(
			json_array_get(json_object_get(document, "vrfs"), 0), "proxy");

		assert_int_equal(json_integer_value(json_object_get(proxy, "rss_bytes")),
			life == 0 ? 5 << 20 : 0);
		assert_int_equal(
			json_integer_value(json_object_get(proxy, "backlog")), life == 0 ? 17 : 0);
		assert_int_equal(json_integer_value(json_object_get(proxy, "measured_s")),
			life == 0 ? 3 : 0);
		assert_int_equal(json_is_null(json_object_get(proxy, "backlog")), life);
		vrf->proxy.started_ms = now_ms;
	}
	vrf->proxy.process.pid = 0;
}

/* A state that changes is told at once; what else does, a moment later. */
static void many_who_ask_get_one_text(void **state)
{
	cleanup_loaded struct loaded loaded = scratch_config(*state, CONFIG);
	cleanup_supervisor struct supervisor supervisor = begin(&loaded);
	cleanup_free char *first = NULL;

	add_vrfs(&supervisor);
	first = xstrdup(status_text(&supervisor, true));
	program_note(&supervisor.vrfs[0]->proxy, "another reason");
	assert_string_equal(status_text(&supervisor, true), first);
	assert_non_null(strstr(status_text(&supervisor, false), "another reason"));
	status_changed(&supervisor);
	assert_non_null(strstr(status_text(&supervisor, true), "another reason"));
	program_note(&supervisor.vrfs[0]->proxy, "");
	while (strstr(status_text(&supervisor, true), "another reason"))
		usleep(1000);
	status_changed(&supervisor);
}

static void count_round(void *data)
{
	++*(int *)data;
}

/* Whoever asks while a round is under way, or soon after it, is told what that one read. */
static void what_is_read_for_one_is_read_for_all(void **state)
{
	cleanup_loaded struct loaded loaded = scratch_config(*state, CONFIG);
	cleanup_supervisor struct supervisor supervisor = begin(&loaded);
	int rounds = 0;

	add_vrfs(&supervisor);
	supervisor.census = census_create(&supervisor, count_round, &rounds);
	assert_false(census_is_fresh(supervisor.census, true));
	for (int i = 0; i < 10; i++)
		census_begin(supervisor.census, i % 2);
	assert_false(census_is_fresh(supervisor.census, false));
	while (rounds == 0)
		assert_true(sd_event_run(supervisor.event, 1000000) >= 0);
	assert_true(census_is_fresh(supervisor.census, true));
	assert_true(census_is_fresh(supervisor.census, false));
	for (size_t i = 0; i < supervisor.n_vrfs; i++)
		assert_true(supervisor.vrfs[i]->seen_ms > 0);
	while (census_is_fresh(supervisor.census, true))
		usleep(10000);
	assert_int_equal(rounds, 1);
	census_destroy(supervisor.census);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_scratch(an_empty_gateway_is_healthy),
		in_scratch(a_vrf_that_is_nowhere_has_every_key),
		in_scratch(a_namespace_has_neither_number_nor_uplink_nor_proxy),
		in_scratch(names_choose_the_vrfs),
		in_scratch(the_worst_vrf_decides_for_the_gateway),
		in_scratch(a_vrf_that_is_not_wanted_worries_nobody),
		in_scratch(bytes_that_are_no_utf_8_cost_no_vrf),
		in_scratch(a_brief_one_has_what_a_table_shows),
		in_scratch(how_busy_a_proxy_is_comes_from_its_statistics),
		in_scratch(memory_and_backlog_are_shown_with_their_age),
		in_scratch(many_who_ask_get_one_text),
		in_scratch(what_is_read_for_one_is_read_for_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
