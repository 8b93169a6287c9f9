// SPDX-License-Identifier: GPL-2.0-or-later
/* The walk where there is nothing to walk through: what is said of it, and what the status adds. */
#include "../scratch.h"

#include <sched.h>

#include "base/json.h"
#include "cli/diag_walk.h"

/* No name that the machine could have. */
#define CONFIG                                                                \
	"zabbix { url = \"http://192.0.2.1/\" token_file = \"/dev/null\" }\n" \
	"vrf test-no-such { }\nnamespace test-no-such-b { }\n"
#define STATUS(zabbix, vrf)                                                     \
	"{\"schema\": 1, \"gateway\": {\"zabbix\": {\"state\": \"" zabbix "\"," \
	" \"error\": \"no route\"}}, \"vrfs\": [" vrf "]}"
#define VRF(state, check)                                                            \
	"{\"name\": \"test-no-such\", \"state\": \"" state "\", \"reason\": \"so\"," \
	" \"proxy\": {\"name\": \"gw1-x\"}, \"checks\": [" check "]}"
#define CHECK(ok) "{\"name\": \"server\", \"ok\": " ok ", \"detail\": \"a detail\"}"

static json_t *walk(const char *directory, size_t vrf, const char *status_text)
{
	cleanup_loaded struct loaded loaded = scratch_config(directory, CONFIG);
	cleanup_json json_t *status = status_text ? json_loads(status_text, 0, NULL) : NULL;
	struct diag diag = { loaded.config, &loaded.config->vrfs[vrf], 0, status };

	return diag_walk(&diag);
}

/* "VERDICT: DETAIL (HINT)" of the first line of a step. */
static void assert_said(const json_t *steps, const char *name, const char *expected)
{
	size_t i;
	json_t *step;

	json_array_foreach (steps, i, step) {
		cleanup_free char *said = xasprintf("%s: %s (%s)",
			json_string_value(json_object_get(step, "verdict")),
			json_string_value(json_object_get(step, "detail")),
			json_string_value(json_object_get(step, "hint")));

		if (strcmp(json_string_value(json_object_get(step, "step")), name) != 0)
			continue;
		assert_string_equal(said, expected);
		return;
	}
	fail_msg("nothing is said of '%s'", name);
}

static void without_a_supervisor_and_a_namespace_the_rest_is_skipped(void **state)
{
	static const char *const skipped[] = { "link", "address", "gateway", "uplink", "proxy" };
	cleanup_json json_t *steps = walk(*state, 0, NULL);

	assert_said(steps, "supervisor", "fail: it does not run (systemctl start vrfgate)");
	assert_said(steps, "namespace",
		"fail: /run/netns/test-no-such is not there, or not ours (vrfgate plan tells what is in the way)");
	for (size_t i = 0; i < sizeof(skipped) / sizeof(skipped[0]); i++)
		assert_said(steps, skipped[i], "skip: there is no namespace ()");
	assert_said(steps, "server", "skip: not known: the Zabbix API is not asked:  ()");
}

static void the_state_of_the_vrf_is_told(void **state)
{
	cleanup_json json_t *well = walk(*state, 0, STATUS("ok", VRF("healthy", "")));
	cleanup_json json_t *stopped = walk(*state, 0, STATUS("ok", VRF("disabled", "")));
	cleanup_json json_t *strange = walk(*state, 0, STATUS("ok", ""));

	assert_said(well, "supervisor", "ok: the VRF is healthy: so ()");
	assert_said(stopped, "supervisor",
		"fail: the VRF is disabled: so (vrfgate start test-no-such)");
	assert_said(strange, "supervisor",
		"fail: it does not know the VRF: the config was not read since (vrfgate reload)");
}

static void the_servers_view_is_told(void **state)
{
	cleanup_json json_t *well = walk(*state, 0, STATUS("ok", VRF("healthy", CHECK("true"))));
	cleanup_json json_t *ill = walk(*state, 0, STATUS("ok", VRF("degraded", CHECK("false"))));
	cleanup_json json_t *early = walk(*state, 0, STATUS("ok", VRF("starting", "")));
	cleanup_json json_t *cut = walk(*state, 0, STATUS("unreachable", VRF("healthy", "")));
	cleanup_json json_t *none = walk(*state, 1, STATUS("ok", VRF("healthy", "")));

	assert_said(well, "server", "ok: a detail ()");
	assert_said(ill, "server",
		"fail: a detail (is 'gw1-x' known to the server, with the key it has?)");
	assert_said(early, "server", "skip: not known yet ()");
	assert_said(cut, "server", "warn: not known: the Zabbix API is unreachable: no route ()");
	assert_said(none, "server", "skip: no proxy ()");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_scratch(without_a_supervisor_and_a_namespace_the_rest_is_skipped),
		in_scratch(the_state_of_the_vrf_is_told),
		in_scratch(the_servers_view_is_told),
	};

	/* A gateway of this machine may have uplinks of the same names. Who may not leave them has none. */
	(void)unshare(CLONE_NEWNET);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
