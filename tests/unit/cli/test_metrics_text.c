// SPDX-License-Identifier: GPL-2.0-or-later
/* The text of small status documents, line by line. */
#include "../cmocka_all.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "cli/metrics_text.h"

#define GATEWAY                                                                    \
	"\"gateway\": {\"name\": \"gw1\", \"version\": \"9.9\", \"uptime_s\": 12," \
	" \"config_generation\": 3, \"state\": \"degraded\","                      \
	" \"zabbix\": {\"state\": \"ok\"}}"
#define VRF                                                                                 \
	"{\"name\": \"acme\", \"state\": \"healthy\", \"since_s\": 5,"                      \
	" \"interfaces\": [{\"name\": \"eth0.10\", \"up\": true, \"carrier\": false,"       \
	" \"rx_bytes\": 5000000000, \"tx_bytes\": 2, \"rx_errors\": 0, \"tx_errors\": 1}]," \
	" \"proxy\": {\"restarts\": 2, \"required_vps\": 1.5, \"backlog\": null},"          \
	" \"checks\": [{\"name\": \"link\", \"ok\": false}]}"

static char *printed(const char *document)
{
	cleanup_json json_t *status = json_loads(document, 0, NULL);
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(status);
	metrics_text_print(status, out);
	fclose(out);
	return text;
}

/* As a whole line. */
static bool has_line(const char *text, const char *line)
{
	size_t length = strlen(line);

	for (const char *at = strstr(text, line); at; at = strstr(at + 1, line))
		if ((at == text || at[-1] == '\n') && at[length] == '\n')
			return true;
	return false;
}

static void every_kind_of_sample_is_written(void **state)
{
	static const char *const lines[] = {
		"vrfgate_build_info{version=\"9.9\",gateway=\"gw1\"} 1",
		"vrfgate_state{vrfgate_state=\"degraded\"} 1",
		"vrfgate_state{vrfgate_state=\"healthy\"} 0",
		"vrfgate_zabbix_state{vrfgate_zabbix_state=\"ok\"} 1",
		"vrfgate_vrf_state{vrf=\"acme\",vrfgate_vrf_state=\"healthy\"} 1",
		"vrfgate_vrf_state{vrf=\"acme\",vrfgate_vrf_state=\"failed\"} 0",
		"# TYPE vrfgate_uptime_seconds gauge",
		"# UNIT vrfgate_uptime_seconds seconds",
		"vrfgate_uptime_seconds 12",
		"vrfgate_vrf_state_age_seconds{vrf=\"acme\"} 5",
		"vrfgate_check_ok{vrf=\"acme\",check=\"link\"} 0",
		"# TYPE vrfgate_proxy_restarts counter",
		"vrfgate_proxy_restarts_total{vrf=\"acme\"} 2",
		"vrfgate_proxy_required_values_per_second{vrf=\"acme\"} 1.5",
		"vrfgate_interface_up{vrf=\"acme\",interface=\"eth0.10\"} 1",
		"vrfgate_interface_carrier{vrf=\"acme\",interface=\"eth0.10\"} 0",
		"vrfgate_interface_receive_bytes_total{vrf=\"acme\",interface=\"eth0.10\"} 5000000000",
	};
	cleanup_free char *text = printed("{" GATEWAY ", \"vrfs\": [" VRF "]}");

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (!has_line(text, lines[i]))
			fail_msg("no line '%s' in\n%s", lines[i], text);
}

static void what_is_not_known_is_left_out(void **state)
{
	cleanup_free char *text = printed("{" GATEWAY ", \"vrfs\": [" VRF "]}");

	(void)state;
	assert_non_null(strstr(text, "# TYPE vrfgate_proxy_backlog_values gauge\n"));
	assert_null(strstr(text, "vrfgate_proxy_backlog_values{"));
	assert_null(strstr(text, "vrfgate_proxy_memory_bytes{"));
}

static void the_last_line_says_that_it_is(void **state)
{
	cleanup_free char *text = printed("{" GATEWAY ", \"vrfs\": []}");

	(void)state;
	assert_string_equal(text + strlen(text) - strlen("\n# EOF\n"), "\n# EOF\n");
}

static void a_family_is_in_one_piece(void **state)
{
	cleanup_free char *text = printed("{" GATEWAY ", \"vrfs\": [" VRF "," VRF "]}");
	const char *first = strstr(text, "vrfgate_vrf_state_age_seconds{"), *second;

	(void)state;
	assert_non_null(first);
	second = strchr(first, '\n') + 1;
	assert_memory_equal(second, "vrfgate_vrf_state_age_seconds{", 30);
}

static void labels_are_escaped(void **state)
{
	cleanup_free char *text = printed("{\"gateway\": {\"name\": \"a\\\"b\\\\c\\nd\","
					  " \"version\": \"1\"}, \"vrfs\": []}");

	(void)state;
	assert_true(
		has_line(text, "vrfgate_build_info{version=\"1\",gateway=\"a\\\"b\\\\c\\nd\"} 1"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_of_sample_is_written),
		cmocka_unit_test(what_is_not_known_is_left_out),
		cmocka_unit_test(the_last_line_says_that_it_is),
		cmocka_unit_test(a_family_is_in_one_piece),
		cmocka_unit_test(labels_are_escaped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
