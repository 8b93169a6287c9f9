// SPDX-License-Identifier: GPL-2.0-or-later
/* What `vrfgate status` prints, with stdout a file: no terminal, so 100 columns. */
#include "../cmocka_all.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/memory.h"
#include "cli/status_table.h"

#define WIDTH 100

/* One VRF as the supervisor tells it. */
static json_t *vrf_create(const char *name, const char *state, const char *reason)
{
	return json_pack("{s:s, s:i, s:s, s:s, s:i, s:s,"
			 " s:[{s:s, s:[s, s]}],"
			 " s:{s:s}, s:{s:s, s:s, s:i, s:n, s:i, s:n, s:f, s:f, s:i}}",
		"name", name, "id", 0, "state", state, "reason", reason, "since_s", 300, "netns",
		"/run/netns/x", "interfaces", "name", "eth0.10", "addresses", "10.0.0.2/30",
		"fd22::2/64", "uplink", "address", "fd5a:b1c0:de00::2", "proxy", "name", "gw1-acme",
		"mode", "active", "pid", 4711, "uptime_s", "restarts", 2, "server_seen_s",
		"required_vps", 1.25, "busy_percent", 40.04, "rss_bytes", 5 * 1024 * 1024);
}

static json_t *document_create(json_t *vrf)
{
	return json_pack("{s:i, s:[o]}", "schema", 1, "vrfs", vrf);
}

/* What is printed; the caller frees it. */
static char *printed(const json_t *document, const char *columns, bool colour)
{
	char *text = xcalloc(1, 1 << 20);
	FILE *file = tmpfile();
	int saved = dup(STDOUT_FILENO);
	ssize_t n;

	fflush(stdout);
	assert_true(dup2(fileno(file), STDOUT_FILENO) >= 0);
	status_table_print(stdout, document, columns, colour);
	fflush(stdout);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	n = pread(fileno(file), text, (1 << 20) - 1, 0);
	text[n > 0 ? n : 0] = '\0';
	fclose(file);
	return text;
}

static void assert_printed(json_t *vrf, const char *columns, const char *expected)
{
	cleanup_json json_t *document = document_create(vrf);
	cleanup_free char *text = printed(document, columns, false);

	assert_string_equal(text, expected);
}

static size_t widest_line(const char *text)
{
	size_t widest = 0;

	for (const char *line = text; *line; line += strspn(line, "\n")) {
		size_t length = strcspn(line, "\n");

		widest = length > widest ? length : widest;
		line += length;
	}
	return widest;
}

static void columns_come_in_the_order_asked_for(void **state)
{
	(void)state;
	assert_printed(vrf_create("acme", "healthy", ""), "state,VRF,pid",
		"STATE   VRF   PID\nhealthy acme 4711\n");
}

static void every_column_shows_its_value(void **state)
{
	static const struct {
		const char *column, *text;
	} cases[] = {
		{ "vrf", "VRF\nacme\n" },
		{ "id", "ID\n 0\n" },
		{ "state", "STATE\nhealthy\n" },
		{ "since", "SINCE\n   5m\n" },
		{ "interface", "INTERFACE\neth0.10\n" },
		{ "address", "ADDRESS\n10.0.0.2/30 fd22::2/64\n" },
		{ "netns", "NETNS\n/run/netns/x\n" },
		{ "uplink", "UPLINK\nfd5a:b1c0:de00::2\n" },
		{ "proxy", "PROXY\ngw1-acme\n" },
		{ "mode", "MODE\nactive\n" },
		{ "uptime", "UPTIME\n     -\n" },
		{ "restarts", "RST\n  2\n" },
		{ "last-exit", "LAST EXIT\n-\n" },
		{ "seen", "SEEN\n   -\n" },
		{ "vps", "VPS\n1.2\n" },
		{ "busy", "BUSY\n40.0\n" },
		{ "backlog", "BACKLOG\n      -\n" },
		{ "rss", " RSS\n5.0M\n" },
		{ "reason", "REASON\n-\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_printed(vrf_create("acme", "healthy", ""), cases[i].column, cases[i].text);
}

static void times_are_told_in_two_figures(void **state)
{
	static const struct {
		int seconds;
		const char *text;
	} cases[] = {
		{ 0, "0s" },
		{ 119, "119s" },
		{ 120, "2m" },
		{ 7199, "119m" },
		{ 7200, "2h" },
		{ 172799, "47h" },
		{ 172800, "2d" },
		{ 40 * 86400, "40d" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cleanup_free char *expected = xasprintf("SINCE\n%5s\n", cases[i].text);
		json_t *vrf = vrf_create("acme", "healthy", "");

		json_object_set_new(vrf, "since_s", json_integer(cases[i].seconds));
		assert_printed(vrf, "since", expected);
	}
}

static void a_namespace_without_a_proxy_has_dashes(void **state)
{
	json_t *vrf = vrf_create("mgmt", "healthy", "");

	(void)state;
	json_object_set_new(vrf, "proxy", json_null());
	json_object_set_new(vrf, "uplink", json_null());
	json_object_set_new(vrf, "interfaces", json_array());
	assert_printed(
		vrf, "vrf,pid,uplink,address", "VRF  PID UPLINK ADDRESS\nmgmt   - -      -\n");
}

static void a_word_that_is_no_column_is_named(void **state)
{
	static const struct {
		const char *columns, *complaint;
	} cases[] = {
		{ "nonsense", "no column 'nonsense'; there are vrf, id, state, " },
		{ "vrf,nope,state", "no column 'nope'; there are " },
		{ "vrf, state", "no column ' state', did you mean 'state'?" },
		{ "reson", "no column 'reson', did you mean 'reason'?" },
		{ "", "no column ''; there are " },
		{ ",", "no column ''; there are " },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct error err = ERROR_INIT;

		assert_int_equal(status_table_judge(cases[i].columns, &err), -EINVAL);
		assert_memory_equal(err.text, cases[i].complaint, strlen(cases[i].complaint));
	}
}

/* Each with its heading: "-o rst", and "-o 'last exit'" as the table's first line says. */
static void a_column_of_the_help_may_be_named_by_its_heading(void **state)
{
	cleanup_json json_t *document = document_create(vrf_create("acme", "healthy", ""));
	cleanup_free char *text = NULL;
	struct error err = ERROR_INIT;
	char *rest = NULL;
	size_t size;
	int count = 0;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	status_table_help(out);
	fclose(out);
	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		cleanup_free char *name = xstrndup(line, strcspn(line, " "));
		cleanup_free char *by_name = printed(document, name, false);
		cleanup_free char *heading =
			xasprintf("%.*s", (int)strcspn(by_name, "\n"), by_name);
		char *word = heading + strspn(heading, " ");
		cleanup_free char *by_heading = NULL;

		assert_int_equal(status_table_judge(name, &err), 0);
		assert_int_equal(status_table_judge(word, &err), 0);
		by_heading = printed(document, word, false);
		assert_string_equal(by_heading, by_name);
		assert_non_null(strstr(line, word));
		count++;
	}
	assert_int_equal(count, 21);
	assert_printed(vrf_create("acme", "healthy", ""), "vrf,rst,Last Exit",
		"VRF  RST LAST EXIT\nacme   2 -\n");
}

static void a_long_reason_is_cut_at_the_width(void **state)
{
	cleanup_json json_t *document = document_create(vrf_create("acme", "backoff",
		"zabbix_proxy ended: exit status 1; a reason that is so long that no line of a "
		"hundred columns could ever hold it beside all that else there is to say of it"));
	cleanup_free char *text = printed(document, NULL, false);

	(void)state;
	assert_in_range(widest_line(text), 80, WIDTH);
	assert_non_null(strstr(text, "backoff"));
	assert_non_null(strstr(text, "zabbix_proxy"));
	/* Nothing else gave way. */
	assert_non_null(strstr(text, "\nacme backoff"));
	assert_non_null(strstr(text, " 10.0.0.2/30 fd22::2/64 "));
}

static void a_long_name_does_not_widen_the_table(void **state)
{
	cleanup_json json_t *document = document_create(vrf_create(
		"a-customer-with-a-name-as-long-as-the-config-lets-it-be-sixty-3", "failed",
		"proxy binary '/no/such/zabbix_proxy': No such file or directory"));
	cleanup_free char *text = printed(document, NULL, false);

	(void)state;
	assert_in_range(widest_line(text), 80, WIDTH);
	assert_non_null(strstr(text, "failed"));
}

static void many_addresses_do_not_widen_the_table(void **state)
{
	json_t *vrf = vrf_create("acme", "healthy", "");
	json_t *interfaces = json_object_get(vrf, "interfaces");
	cleanup_json json_t *document = document_create(vrf);
	cleanup_free char *text = NULL;

	(void)state;
	for (int i = 0; i < 10; i++)
		json_array_append_new(interfaces,
			json_pack("{s:s, s:[s]}", "name", "eth1", "addresses", "192.168.100.1/24"));
	text = printed(document, NULL, false);
	assert_in_range(widest_line(text), 80, WIDTH);
	assert_non_null(strstr(text, "\nacme healthy"));
}

static void colours_come_only_when_asked_for(void **state)
{
	cleanup_json json_t *document = document_create(vrf_create("acme", "failed", "x"));
	cleanup_free char *plain = printed(document, NULL, false);
	cleanup_free char *coloured = printed(document, NULL, true);

	(void)state;
	assert_null(strchr(plain, '\033'));
	assert_non_null(strstr(coloured, "\033[31m"));
}

static void what_a_device_says_cannot_reach_the_terminal(void **state)
{
	cleanup_json json_t *document =
		document_create(vrf_create("acme", "failed", "a\033[2Jb\nc\tend"));
	cleanup_free char *text = printed(document, "vrf,reason", false);

	(void)state;
	assert_null(strchr(text, '\033'));
	assert_null(strchr(text, '\t'));
	/* The heading and the one VRF. */
	assert_ptr_equal(strchr(strchr(text, '\n') + 1, '\n') + 1, text + strlen(text));
}

static void no_vrf_means_an_empty_table(void **state)
{
	cleanup_json json_t *document = json_pack("{s:i, s:[]}", "schema", 1, "vrfs");
	cleanup_free char *text = printed(document, NULL, false);

	(void)state;
	assert_null(strstr(text, "acme"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_come_in_the_order_asked_for),
		cmocka_unit_test(every_column_shows_its_value),
		cmocka_unit_test(times_are_told_in_two_figures),
		cmocka_unit_test(a_namespace_without_a_proxy_has_dashes),
		cmocka_unit_test(a_word_that_is_no_column_is_named),
		cmocka_unit_test(a_column_of_the_help_may_be_named_by_its_heading),
		cmocka_unit_test(a_long_reason_is_cut_at_the_width),
		cmocka_unit_test(a_long_name_does_not_widen_the_table),
		cmocka_unit_test(many_addresses_do_not_widen_the_table),
		cmocka_unit_test(colours_come_only_when_asked_for),
		cmocka_unit_test(what_a_device_says_cannot_reach_the_terminal),
		cmocka_unit_test(no_vrf_means_an_empty_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
