// SPDX-License-Identifier: GPL-2.0-or-later
/* The files that we hand to operators: they parse, and the commented defaults are the defaults. */
#include <ctype.h>
#include <glob.h>
#include <stdlib.h>

#include "loaded.h"
#include "base/file.h"

static void test_every_example_is_without_fault(void **state)
{
	glob_t found = { 0 };

	(void)state;
	assert_int_equal(glob("conf/examples/*.conf", 0, NULL, &found), 0);
	assert_true(found.gl_pathc >= 7);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		cleanup_loaded struct loaded loaded = loaded_file(found.gl_pathv[i]);

		print_message("# %s\n", found.gl_pathv[i]);
		assert_no_faults(&loaded);
		assert_int_equal(loaded.report.notes.count, 0);
		assert_true(loaded.config->n_vrfs > 0);
	}
	globfree(&found);
}

static void test_the_config_file_as_shipped_says_nothing(void **state)
{
	cleanup_loaded struct loaded loaded = loaded_file("conf/vrfgate.conf");

	(void)state;
	assert_no_faults(&loaded);
	assert_int_equal(loaded.report.notes.count, 1); /* that there is no VRF */
	assert_int_equal(loaded.config->n_vrfs, 0);
}

/* Takes away a '#' at the start of a line with a tab or a word behind it. */
static void lines_uncomment(char *text)
{
	for (char *line = text; line; line = strchr(line, '\n')) {
		if (*line == '\n')
			line++;
		if (line[0] == '#' &&
			(line[1] == '\t' || line[1] == '}' || strncmp(line, "#vrf ", 5) == 0))
			line[0] = ' ';
	}
}

static void assert_same_proxy(const struct config_proxy *a, const struct config_proxy *b)
{
	assert_string_equal(a->binary, b->binary);
	assert_string_equal(a->user, b->user);
	assert_string_equal(a->profile, b->profile);
	assert_string_equal(a->group, b->group);
	assert_int_equal(a->mode, b->mode);
	assert_int_equal(a->psk, b->psk);
	assert_true(strings_equal(&a->options, &b->options));
	assert_memory_equal(&a->health, &b->health, sizeof(a->health));
	assert_memory_equal(&a->restart, &b->restart, sizeof(a->restart));
	assert_int_equal(a->limits.memory_bytes, b->limits.memory_bytes);
	assert_int_equal(a->limits.tasks, b->limits.tasks);
	assert_int_equal(a->limits.cpu_weight, b->limits.cpu_weight);
	assert_int_equal(a->stop_timeout_s, b->stop_timeout_s);
}

static void assert_same_zabbix(const struct config_zabbix *a, const struct config_zabbix *b)
{
	assert_string_equal(a->url, b->url);
	assert_string_equal(a->token_file, b->token_file);
	assert_string_equal(a->user, b->user);
	assert_string_equal(a->password_file, b->password_file);
	assert_string_equal(a->ca_file, b->ca_file);
	assert_string_equal(a->server, b->server);
	assert_int_equal(a->server_port, b->server_port);
	assert_string_equal(a->proxy_name, b->proxy_name);
	assert_string_equal(a->host_group, b->host_group);
	assert_int_equal(a->report_interval_s, b->report_interval_s);
	assert_int_equal(a->prune, b->prune);
}

static void test_the_commented_values_are_the_defaults(void **state)
{
	cleanup_free char *text = NULL;
	size_t size;
	struct loaded commented, empty = loaded_text("");

	(void)state;
	assert_int_equal(file_read("conf/vrfgate.conf", 1 << 20, &text, &size, NULL), 0);
	lines_uncomment(text);
	commented = loaded_text(text);
	assert_no_faults(&commented);
	assert_string_equal(commented.config->gateway.name, "gw1");
	assert_string_equal(commented.config->gateway.state_dir, empty.config->gateway.state_dir);
	assert_string_equal(commented.config->gateway.run_dir, empty.config->gateway.run_dir);
	assert_string_equal(commented.config->gateway.log_dir, empty.config->gateway.log_dir);
	assert_true(address_equal(&commented.config->uplink.prefix, &empty.config->uplink.prefix));
	assert_true(
		address_equal(&commented.config->uplink.prefix4, &empty.config->uplink.prefix4));
	assert_int_equal(commented.config->uplink.mode, empty.config->uplink.mode);
	assert_int_equal(commented.config->uplink.mtu_bytes, empty.config->uplink.mtu_bytes);
	assert_same_zabbix(&commented.config->zabbix, &empty.config->zabbix);
	assert_same_proxy(&commented.config->proxy, &empty.config->proxy);
	assert_int_equal(commented.config->n_vrfs, 1);
	loaded_finish(&commented);
	loaded_finish(&empty);
}

/* The text of the design, which a reader may copy. */
static void test_the_design_text_is_without_fault(void **state)
{
	cleanup_loaded struct loaded loaded = loaded_text(
		"gateway {\n"
		"    name       = \"gw1\"                    # default: the host name\n"
		"    state_dir  = \"/var/lib/vrfgate\"\n"
		"    include    = \"/nonexistent/conf.d/*.conf\"\n"
		"}\n"
		"zabbix {\n"
		"    url        = \"https://zabbix.example.net/api_jsonrpc.php\"   # empty: no API\n"
		"    token_file = \"/etc/vrfgate/zabbix.token\"    # or user + password_file\n"
		"    ca_file    = \"\"                       # TLS is verified unless told otherwise\n"
		"    proxy_name = \"{gateway}-{vrf}\"\n"
		"    report_interval = 30                  # seconds between status values\n"
		"    prune      = false                    # true: objects are deleted\n"
		"}\n"
		"proxy {                                   # defaults\n"
		"    mode       = active                   # or passive\n"
		"    profile    = small                    # proxies/small.conf\n"
		"    psk        = true\n"
		"    options    = { \"Timeout=4\" }          # any zabbix_proxy.conf line\n"
		"    health { interval = 10  timeout = 3  fall = 3  rise = 2  start_period = 60 }\n"
		"    restart { min = 1  max = 60 }         # seconds of back-off\n"
		"    limits { memory = \"256M\"  tasks = 200  cpu_weight = 100 }\n"
		"    stop_timeout = 300                    # seconds; then SIGKILL\n"
		"}\n"
		"vrf acme {\n"
		"    interface eth0.10 {                   # PARENT.ID\n"
		"        address = { \"10.0.0.2/30\" }\n"
		"        gateway = \"10.0.0.1\"\n"
		"    }\n"
		"    route \"192.168.0.0/16\" { via = \"10.0.0.1\" }\n"
		"    dns  = { \"10.0.0.53\" }\n"
		"    host ce1 { address = \"10.0.0.1\"  templates = { \"ICMP Ping\", \"Generic by SNMP\" } }\n"
		"}\n"
		"vrf bravo { }\n"
		"namespace mgmt { }\n");

	(void)state;
	assert_no_faults(&loaded);
	assert_int_equal(loaded.config->n_vrfs, 3);
	assert_int_equal(loaded.report.notes.count, 2); /* no file to include, no interface */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_example_is_without_fault),
		cmocka_unit_test(test_the_config_file_as_shipped_says_nothing),
		cmocka_unit_test(test_the_commented_values_are_the_defaults),
		cmocka_unit_test(test_the_design_text_is_without_fault),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
