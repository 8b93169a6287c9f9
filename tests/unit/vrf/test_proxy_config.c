// SPDX-License-Identifier: GPL-2.0-or-later
#include "../config/loaded.h"

#include <stdlib.h>

#include "base/data.h"
#include "base/file.h"
#include "base/memory.h"
#include "vrf/proxy_config.h"
#include "vrf/wiring.h"
#include "zabbix/pollers.h"

/* The bundled profile; the caller frees it. */
static char *profile_read(const char *name)
{
	cleanup_free char *path = xasprintf("proxies/%s.conf", name);
	char *text = NULL;
	size_t size;

	/* tests/run starts programs in the top directory. */
	if (file_read(path, 1 << 16, &text, &size, NULL) < 0)
		fail_msg("no '%s': not started in the top directory", path);
	return text;
}

/* The file of the first VRF of a config, with these profile lines. */
static char *format_all(const char *config_text, const char *profile, unsigned version,
	const char *identity, unsigned pollers, bool sends_only)
{
	cleanup_loaded struct loaded loaded = loaded_text(config_text);
	struct address root, inside, server_root, server_inside;
	struct vrf_paths paths;
	char *text;

	assert_no_faults(&loaded);
	address_parse(&root, "fd5a:b1c0:de00::5/126");
	address_parse(&inside, "fd5a:b1c0:de00::6/126");
	assert_int_equal(
		wiring_server_ends(&loaded.config->uplink, 1, &server_root, &server_inside), 0);
	vrf_paths_init(&paths, &loaded.config->gateway, loaded.config->vrfs[0].name);
	text = proxy_config_format(&(struct proxy_config){
		.config = loaded.config,
		.vrf = &loaded.config->vrfs[0],
		.paths = &paths,
		.name = "gw1-acme",
		.profile = profile,
		.user = "auto",
		.version = version,
		.root = &root,
		.inside = &inside,
		.server_root = &server_root,
		.server_inside = &server_inside,
		.psk_identity = identity,
		.pollers = pollers,
		.sends_only = sends_only,
	});
	vrf_paths_finish(&paths);
	return text;
}

static char *format_for(const char *config_text, const char *profile, unsigned version,
	const char *identity, bool sends_only)
{
	return format_all(config_text, profile, version, identity, 0, sends_only);
}

static char *format_with(
	const char *config_text, const char *profile, unsigned version, const char *identity)
{
	return format_all(config_text, profile, version, identity, 0, false);
}

static char *format_profile(const char *profile, unsigned version)
{
	cleanup_free char *lines = profile_read(profile);

	return format_with("vrf acme { }", lines, version, NULL);
}

/* A whole line of the file. */
static bool has_line(const char *text, const char *line)
{
	size_t length = strlen(line);

	for (const char *at = text; (at = strstr(at, line)); at += length)
		if ((at == text || at[-1] == '\n') && at[length] == '\n')
			return true;
	return false;
}

static void assert_line(const char *text, const char *line)
{
	if (!has_line(text, line))
		fail_msg("no line '%s' in:\n%s", line, text);
}

static void assert_no_key(const char *text, const char *key)
{
	cleanup_free char *start = xasprintf("\n%s=", key);

	if (strstr(text, start))
		fail_msg("'%s' in:\n%s", key, text);
}

static void keys_of_7_0_are_left_out_for_6_0(void **state)
{
	static const char *const profiles[] = { "small", "standard", "large" };
	static const char *const unknown[] = { "ProxyConfigFrequency", "StartAgentPollers",
		"StartSNMPPollers", "StartHTTPAgentPollers", "StartBrowserPollers",
		"ProxyBufferMode", "ProxyMemoryBufferSize", "MaxConcurrentChecksPerPoller" };

	(void)state;
	for (size_t p = 0; p < 3; p++) {
		cleanup_free char *text = format_profile(profiles[p], 600);

		for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
			assert_no_key(text, unknown[i]);
		assert_line(text, "ConfigFrequency=10");
		assert_non_null(strstr(text, "\nStartPollers="));
		assert_non_null(strstr(text, "\nHeartbeatFrequency="));
	}
}

static void keys_of_6_0_are_left_out_for_7_0(void **state)
{
	static const char *const profiles[] = { "small", "standard", "large" };
	static const char *const unknown[] = { "ConfigFrequency", "HeartbeatFrequency",
		"StartHistoryPollers" };

	(void)state;
	for (size_t p = 0; p < 3; p++) {
		cleanup_free char *text = format_profile(profiles[p], 700);

		for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
			assert_no_key(text, unknown[i]);
		assert_line(text, "ProxyConfigFrequency=10");
		assert_line(text, "ProxyBufferMode=hybrid");
		assert_non_null(strstr(text, "\nStartAgentPollers="));
	}
}

static void the_new_name_comes_with_6_4(void **state)
{
	static const char profile[] = "# words\n\nProxyConfigFrequency=10\nHeartbeatFrequency=10";
	cleanup_free char *before = format_with("vrf a { }", profile, 602, NULL);
	cleanup_free char *since = format_with("vrf a { }", profile, 604, NULL);

	(void)state;
	assert_line(before, "ConfigFrequency=10");
	assert_line(since, "ProxyConfigFrequency=10");
	assert_line(since, "HeartbeatFrequency=10");
	assert_null(strstr(since, "# words"));
}

static void an_active_proxy_sends_to_the_root_side_of_its_uplink(void **state)
{
	cleanup_free char *text = format_with("vrf acme { }", "", 600, NULL);

	(void)state;
	assert_line(text, "ProxyMode=0");
	assert_line(text, "Server=[fd5a:b1c0:de00::5]:10051");
	assert_line(text, "ListenIP=127.0.0.1,fd5a:b1c0:de00::6");
	assert_line(text, "ListenPort=10051");
	assert_line(text, "StatsAllowedIP=127.0.0.1");
	assert_line(text, "Hostname=gw1-acme");
}

static void a_proxy_that_customers_may_reach_listens_to_them(void **state)
{
	cleanup_free char *text =
		format_with("vrf acme { allow = { \"udp/162\", \"tcp/10051\" } }", "", 600, NULL);

	(void)state;
	assert_line(text, "ListenIP=0.0.0.0,::");
}

static void a_server_of_the_config_is_written_as_zabbix_reads_it(void **state)
{
	static const struct {
		const char *mode, *server, *line;
	} cases[] = {
		{ "local", "zabbix.example.net", "Server=zabbix.example.net:20051" },
		{ "nat", "192.0.2.1", "Server=192.0.2.1:20051" },
		{ "nat", "192.0.2.1;192.0.2.2", "Server=192.0.2.1:20051;192.0.2.2:20051" },
		{ "local", "192.0.2.1;192.0.2.2", "Server=192.0.2.1:20051;192.0.2.2:20051" },
		{ "routed", "2001:db8::1;2001:db8::2",
			"Server=[2001:db8::1]:20051;[2001:db8::2]:20051" },
		{ "routed", "2001:db8::1", "Server=[2001:db8::1]:20051" },
		{ "local", "192.0.2.1", "Server=192.0.2.1:20051" },
		/* On this machine, and so at the other end of the uplink. */
		{ "local", "fd5a:b1c0:de00::1", "Server=[fd5a:b1c0:de00::5]:20051" },
		{ "local", "::1", "Server=[fd5a:b1c0:de00::5]:20051" },
		{ "local", "localhost", "Server=[fd5a:b1c0:de00::5]:20051" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cleanup_free char *config = xasprintf(
			"uplink { mode = %s } zabbix { server = \"%s\" server_port = 20051 }\nvrf acme { }",
			cases[i].mode, cases[i].server);
		cleanup_free char *text = format_with(config, "", 600, NULL);

		assert_line(text, cases[i].line);
	}
}

static void a_passive_proxy_answers_its_server_alone(void **state)
{
	cleanup_free char *text =
		format_with("proxy { mode = passive }\nvrf acme { }", "", 600, "vrfgate-1234");

	(void)state;
	assert_line(text, "ProxyMode=1");
	assert_line(text, "Server=fd5a:b1c0:de00::5");
	assert_line(text, "TLSAccept=psk");
	assert_no_key(text, "TLSConnect");
}

/* By whichever address the server comes, and whichever it knows. */
static void a_passive_proxy_is_reached_by_what_the_server_speaks(void **state)
{
	static const struct {
		const char *uplink, *server, *listen;
	} rows[] = {
		{ "uplink { mode = routed } zabbix { server = \"2001:db8::1\" }",
			"Server=2001:db8::1", "ListenIP=127.0.0.1,fd5a:b1c0:de00::6" },
		/* One node may be this machine. */
		{ "uplink { mode = routed } zabbix { server = \"2001:db8::1;2001:db8::2\" }",
			"Server=2001:db8::1,2001:db8::2,fd5a:b1c0:de00::5",
			"ListenIP=127.0.0.1,fd5a:b1c0:de00::6" },
		{ "uplink { mode = routed } zabbix { server = 192.0.2.1 }", "Server=192.0.2.1",
			"ListenIP=127.0.0.1,fd5a:b1c0:de00::6,198.18.0.6" },
		{ "uplink { mode = nat passive_port = 20000 } zabbix { server = 192.0.2.1 }",
			"Server=192.0.2.1", "ListenIP=127.0.0.1,fd5a:b1c0:de00::6,198.18.0.6" },
		{ "zabbix { server = 192.0.2.1 }", "Server=192.0.2.1,198.18.0.5",
			"ListenIP=127.0.0.1,fd5a:b1c0:de00::6,198.18.0.6" },
		{ "zabbix { server = \"2001:db8::1\" }", "Server=2001:db8::1,fd5a:b1c0:de00::5",
			"ListenIP=127.0.0.1,fd5a:b1c0:de00::6" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		cleanup_free char *config =
			xasprintf("%s proxy { mode = passive }\nvrf acme { }", rows[i].uplink);
		cleanup_free char *text = format_with(config, "", 600, NULL);

		assert_line(text, rows[i].server);
		assert_line(text, rows[i].listen);
	}
}

static void the_key_is_named_by_its_file(void **state)
{
	cleanup_free char *with = format_with("vrf acme { }", "", 600, "vrfgate-1234");
	cleanup_free char *without = format_with("vrf acme { }", "", 600, NULL);

	(void)state;
	assert_line(with, "TLSConnect=psk");
	assert_line(with, "TLSPSKIdentity=vrfgate-1234");
	assert_line(with, "TLSPSKFile=/var/lib/vrfgate/vrfs/acme/psk");
	assert_no_key(with, "TLSAccept");
	assert_null(strstr(without, "TLS"));
}

/* Of two lines with one key zabbix_proxy takes the last. */
static void options_win_over_the_profile_and_ours_over_them(void **state)
{
	cleanup_free char *text = format_with(
		"vrf acme { proxy { options = { \"Timeout=4\", \"StartPollers=9\" } } }",
		"Timeout=3\n", 600, NULL);
	const char *profile = strstr(text, "\nTimeout=3\n");
	const char *option = strstr(text, "\nTimeout=4\n");
	const char *ours = strstr(text, "\nProxyMode=");

	(void)state;
	assert_non_null(profile);
	assert_non_null(option);
	assert_non_null(ours);
	assert_true(profile < option && option < ours);
	assert_line(text, "StartPollers=9");
}

static void options_of_another_release_do_not_keep_a_proxy_from_starting(void **state)
{
	static const char config[] = "vrf acme { proxy { options = { \"ConfigFrequency=5\","
				     " \"HeartbeatFrequency=30\", \"StartSNMPPollers=2\" } } }";
	cleanup_free char *six = format_with(config, "ProxyConfigFrequency=10\n", 600, NULL);
	cleanup_free char *seven = format_with(config, "ProxyConfigFrequency=10\n", 700, NULL);

	(void)state;
	assert_line(six, "ConfigFrequency=5");
	assert_line(six, "HeartbeatFrequency=30");
	assert_no_key(six, "StartSNMPPollers");
	assert_line(six, "# not known to it: StartSNMPPollers=2");
	assert_line(seven, "ProxyConfigFrequency=5");
	assert_no_key(seven, "ConfigFrequency");
	assert_line(seven, "# not known to it: HeartbeatFrequency=30");
	assert_line(seven, "StartSNMPPollers=2");
}

static void a_vrf_that_discovers_has_a_discoverer(void **state)
{
	static const char config[] = "vrf acme { discover { range = \"10.0.0.0/24\" } }";
	cleanup_free char *small = profile_read("small"), *standard = profile_read("standard");
	cleanup_free char *without = format_with("vrf acme { }", small, 600, NULL);
	cleanup_free char *with = format_with(config, small, 600, NULL);
	cleanup_free char *enough = format_with(config, standard, 600, NULL);

	(void)state;
	assert_null(strstr(without, "StartDiscoverers=1"));
	/* The last line of a key holds. */
	assert_ptr_not_equal(strstr(with, "StartDiscoverers=1"), NULL);
	assert_true(strstr(with, "StartDiscoverers=1") > strstr(with, "StartDiscoverers=0"));
	assert_ptr_equal(
		strstr(strstr(enough, "StartDiscoverers=") + 1, "StartDiscoverers="), NULL);
}

/* How often the file has the key. */
static int count_key(const char *text, const char *key)
{
	cleanup_free char *start = xasprintf("\n%s=", key);
	int count = 0;

	for (const char *at = text; (at = strstr(at, start)); at++)
		count++;
	return count;
}

static void a_port_that_others_reach_has_trappers_that_nobody_holds_for_long(void **state)
{
	static const char *const reached[] = { "vrf acme { allow = { \"tcp/10051\" } }",
		"proxy { mode = passive }\nvrf acme { }" };
	cleanup_free char *small = profile_read("small"), *large = profile_read("large");

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		cleanup_free char *text = format_with(reached[i], small, 600, NULL);
		cleanup_free char *enough = format_with(reached[i], large, 700, NULL);

		assert_true(
			strstr(text, "\nStartTrappers=5\n") > strstr(text, "\nStartTrappers=1\n"));
		assert_line(text, "TrapperTimeout=15");
		assert_line(enough, "StartTrappers=10");
		assert_int_equal(count_key(enough, "StartTrappers"), 1);
	}
}

static void a_port_that_nobody_else_reaches_costs_no_trapper_more(void **state)
{
	static const char *const config = "vrf acme { allow = { \"udp/10051\", \"tcp/22\" } }";
	cleanup_free char *small = profile_read("small");
	cleanup_free char *text = format_with(config, small, 600, NULL);

	(void)state;
	assert_int_equal(count_key(text, "StartTrappers"), 1);
	assert_no_key(text, "TrapperTimeout");
}

static void an_operator_says_how_many_trappers_there_are(void **state)
{
	cleanup_free char *small = profile_read("small");
	cleanup_free char *text =
		format_with("vrf acme { allow = { \"tcp/10051\" } proxy { options = { "
			    "\"StartTrappers=2\", \"TrapperTimeout=60\" } } }",
			small, 600, NULL);

	(void)state;
	assert_true(strstr(text, "\nStartTrappers=2\n") > strstr(text, "\nStartTrappers=5\n"));
	assert_true(strstr(text, "\nTrapperTimeout=60\n") > strstr(text, "\nTrapperTimeout=15\n"));
}

static void every_path_is_private_to_the_vrf(void **state)
{
	cleanup_free char *text = format_profile("small", 600);

	(void)state;
	assert_line(text, "DBName=/var/lib/vrfgate/vrfs/acme/proxy.db");
	assert_line(text, "LogFile=/var/log/vrfgate/acme/zabbix_proxy.log");
	assert_line(text, "LogType=file");
	assert_line(text, "PidFile=/run/vrfgate/vrfs/acme/sockets/zabbix_proxy.pid");
	assert_line(text, "SocketDir=/run/vrfgate/vrfs/acme/sockets");
	assert_line(text, "TmpDir=/run/vrfgate/vrfs/acme/tmp");
	for (const char *at = strstr(text, "=/"); at; at = strstr(at + 1, "=/"))
		assert_ptr_not_equal(memmem(at, strcspn(at, "\n"), "/acme/", 6), NULL);
}

/* What zabbix_proxy makes of it: of two lines with one key it takes the last. */
static void assert_last(const char *text, const char *key, const char *value)
{
	cleanup_free char *start = xasprintf("\n%s=", key);
	const char *last = NULL;

	for (const char *at = text; (at = strstr(at, start)); at++)
		last = at + strlen(start);
	assert_non_null(last);
	assert_int_equal(strcspn(last, "\n"), strlen(value));
	assert_int_equal(strncmp(last, value, strlen(value)), 0);
}

static void one_that_only_sends_collects_nothing_and_nobody_reaches_it(void **state)
{
	static const char config[] =
		"vrf acme { allow = { \"tcp/10051\" } proxy { options = { \"StartPollers=9\","
		" \"StartSNMPPollers=3\", \"Timeout=4\" } } }";
	static const char *const collectors[] = { "StartPollers", "StartPollersUnreachable",
		"StartPingers", "StartTrappers", "StartHTTPPollers", "StartODBCPollers" };
	static const unsigned versions[] = { 600, 700 };
	cleanup_free char *lines = profile_read("large");

	(void)state;
	for (size_t v = 0; v < 2; v++) {
		cleanup_free char *text = format_for(config, lines, versions[v], "id", true);

		for (size_t i = 0; i < sizeof(collectors) / sizeof(collectors[0]); i++)
			assert_last(text, collectors[i], "0");
		assert_last(text, "DataSenderFrequency", "1");
		assert_line(text, "Timeout=4");
		assert_line(text, "ListenIP=127.0.0.1,fd5a:b1c0:de00::6");
		assert_line(text, "TLSConnect=psk");
		if (versions[v] == 600)
			assert_no_key(text, "StartSNMPPollers");
		else
			assert_last(text, "StartSNMPPollers", "0");
	}
}

static void a_passive_one_that_only_sends_can_be_asked_for_it(void **state)
{
	cleanup_free char *text = format_for(
		"vrf acme { proxy { mode = passive } }", "StartTrappers=5\n", 700, NULL, true);

	(void)state;
	assert_last(text, "StartTrappers", "1");
	assert_last(text, "StartPollers", "0");
	assert_line(text, "ProxyMode=1");
}

static void processes_of_a_config_are_counted(void **state)
{
	cleanup_free char *large = format_profile("large", 600);

	(void)state;
	assert_int_equal(proxy_config_count_processes(""), 0);
	assert_int_equal(proxy_config_count_processes(
				 "StartPollers=20\n# StartTrappers=5\nStartTrappers=3\nTimeout=4"),
		23);
	assert_in_range(proxy_config_count_processes(large), 90, 130);
}

#define BIT(kind)   ZABBIX_POLLER_BIT(ZABBIX_POLLER_##kind)
#define ALL_POLLERS ((1u << ZABBIX_POLLERS) - 1)

static void what_its_items_need_is_started_beyond_the_profile(void **state)
{
	cleanup_free char *small = profile_read("small"), *standard = profile_read("standard");
	cleanup_free char *new = format_all("vrf acme { }", small, 700, NULL, ALL_POLLERS, false);
	cleanup_free char *old = format_all("vrf acme { }", small, 600, NULL, ALL_POLLERS, false);
	cleanup_free char *enough =
		format_all("vrf acme { }", standard, 700, NULL, BIT(HTTP_AGENT) | BIT(WEB), false);

	(void)state;
	assert_true(strstr(new, "\nStartHTTPAgentPollers=1\n") >
		strstr(new, "\nStartHTTPAgentPollers=0\n"));
	assert_line(new,
		"# for its items: StartHTTPAgentPollers StartHTTPPollers StartODBCPollers "
		"StartIPMIPollers");
	assert_line(old, "# for its items: StartHTTPPollers StartODBCPollers StartIPMIPollers");
	assert_no_key(old, "StartHTTPAgentPollers");
	/* It would not start with a kind that needs to know where something else is. */
	assert_no_key(new, "StartJavaPollers");
	assert_null(strstr(new, "StartBrowserPollers=1"));
	assert_null(strstr(enough, "# for its items"));
}

/* Those of each proxy's own host. */
static void bundled_profiles_poll_internal_items_with_6_0(void **state)
{
	static const char *const profiles[] = { "small", "standard", "large" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		cleanup_free char *text = format_profile(profiles[i], 600);
		cleanup_free char *own = format_all(
			"vrf acme { }", "StartHistoryPollers=0\n", 600, NULL, BIT(INTERNAL), false);

		assert_true(zabbix_conf_polls(text, 600) & BIT(INTERNAL));
		assert_line(own, "StartHistoryPollers=1");
	}
}

static void a_config_without_more_items_is_as_it_was(void **state)
{
	cleanup_free char *text = format_profile("small", 700);

	(void)state;
	assert_null(strstr(text, "for its items"));
	assert_no_key(text, "StartIPMIPollers");
	assert_no_key(text, "JavaGateway");
}

static void the_next_supervisor_reads_what_was_started_for_items(void **state)
{
	cleanup_free char *small = profile_read("small");
	cleanup_free char *text =
		format_all("vrf acme { }", small, 700, NULL, BIT(HTTP_AGENT) | BIT(IPMI), false);
	cleanup_free char *bare = format_profile("standard", 700);

	(void)state;
	assert_int_equal(proxy_config_read_pollers(text), BIT(HTTP_AGENT) | BIT(IPMI));
	assert_int_equal(proxy_config_read_pollers(bare), 0);
	assert_int_equal(proxy_config_read_pollers(""), 0);
}

static void a_java_gateway_is_written_as_zabbix_reads_it(void **state)
{
	static const struct {
		const char *value, *address, *port;
	} rows[] = {
		{ "127.0.0.1", "JavaGateway=127.0.0.1", NULL },
		{ "java.acme.example:10053", "JavaGateway=java.acme.example",
			"JavaGatewayPort=10053" },
		{ "[2001:db8::1]:10053", "JavaGateway=2001:db8::1", "JavaGatewayPort=10053" },
		{ "2001:db8::1", "JavaGateway=2001:db8::1", NULL },
	};
	cleanup_free char *small = profile_read("small");

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cleanup_free char *config =
			xasprintf("proxy { java_gateway = \"%s\" }\nvrf acme { }", rows[i].value);
		cleanup_free char *text = format_all(config, small, 600, NULL, BIT(JMX), false);
		cleanup_free char *idle = format_all(config, small, 600, NULL, 0, false);

		assert_line(text, rows[i].address);
		assert_line(text, "StartJavaPollers=1");
		if (rows[i].port)
			assert_line(text, rows[i].port);
		else
			assert_no_key(text, "JavaGatewayPort");
		assert_no_key(idle, "StartJavaPollers");
	}
}

static void hosts_with_ipmi_or_jmx_need_their_pollers(void **state)
{
	cleanup_loaded struct loaded loaded = loaded_text(
		"vrf a { host x { address = \"10.0.0.1\" ipmi { } } }\n"
		"vrf b { host y { address = \"10.0.0.1\" jmx { } } host z { address = \"10.0.0.2\" } }\n"
		"vrf c { host w { address = \"10.0.0.1\" } }\n");

	(void)state;
	assert_no_faults(&loaded);
	assert_int_equal(proxy_config_pollers_of(&loaded.config->vrfs[0]), BIT(IPMI));
	assert_int_equal(proxy_config_pollers_of(&loaded.config->vrfs[1]), BIT(JMX));
	assert_int_equal(proxy_config_pollers_of(&loaded.config->vrfs[2]), 0);
}

static void what_a_config_polls_is_told_by_its_last_lines(void **state)
{
	(void)state;
	/* By the defaults of zabbix_proxy. */
	assert_int_equal(
		zabbix_conf_polls("", 700), BIT(HTTP_AGENT) | BIT(WEB) | BIT(ODBC) | BIT(INTERNAL));
	assert_int_equal(zabbix_conf_polls("", 600),
		BIT(HTTP_AGENT) | BIT(WEB) | BIT(ODBC) | BIT(BROWSER) | BIT(INTERNAL));
	assert_int_equal(zabbix_conf_polls("StartHistoryPollers=0\n", 600),
		BIT(HTTP_AGENT) | BIT(WEB) | BIT(ODBC) | BIT(BROWSER));
	assert_int_equal(zabbix_conf_polls("StartHTTPPollers=0\nStartODBCPollers=0\n"
					   "StartHTTPAgentPollers=1\nStartHTTPAgentPollers=0",
				 700),
		BIT(INTERNAL));
	assert_int_equal(zabbix_conf_polls("StartJavaPollers=2\nJavaGateway=127.0.0.1\n"
					   "StartIPMIPollers=1\nWebDriverURL=\n",
				 700),
		BIT(HTTP_AGENT) | BIT(WEB) | BIT(ODBC) | BIT(IPMI) | BIT(JMX) | BIT(INTERNAL));
	assert_false(zabbix_conf_polls("StartJavaPollers=2\n", 700) & BIT(JMX));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(processes_of_a_config_are_counted),
		cmocka_unit_test(keys_of_7_0_are_left_out_for_6_0),
		cmocka_unit_test(keys_of_6_0_are_left_out_for_7_0),
		cmocka_unit_test(the_new_name_comes_with_6_4),
		cmocka_unit_test(an_active_proxy_sends_to_the_root_side_of_its_uplink),
		cmocka_unit_test(a_proxy_that_customers_may_reach_listens_to_them),
		cmocka_unit_test(a_server_of_the_config_is_written_as_zabbix_reads_it),
		cmocka_unit_test(a_passive_proxy_answers_its_server_alone),
		cmocka_unit_test(a_passive_proxy_is_reached_by_what_the_server_speaks),
		cmocka_unit_test(the_key_is_named_by_its_file),
		cmocka_unit_test(options_win_over_the_profile_and_ours_over_them),
		cmocka_unit_test(options_of_another_release_do_not_keep_a_proxy_from_starting),
		cmocka_unit_test(a_vrf_that_discovers_has_a_discoverer),
		cmocka_unit_test(a_port_that_others_reach_has_trappers_that_nobody_holds_for_long),
		cmocka_unit_test(a_port_that_nobody_else_reaches_costs_no_trapper_more),
		cmocka_unit_test(an_operator_says_how_many_trappers_there_are),
		cmocka_unit_test(every_path_is_private_to_the_vrf),
		cmocka_unit_test(what_its_items_need_is_started_beyond_the_profile),
		cmocka_unit_test(bundled_profiles_poll_internal_items_with_6_0),
		cmocka_unit_test(a_config_without_more_items_is_as_it_was),
		cmocka_unit_test(the_next_supervisor_reads_what_was_started_for_items),
		cmocka_unit_test(a_java_gateway_is_written_as_zabbix_reads_it),
		cmocka_unit_test(hosts_with_ipmi_or_jmx_need_their_pollers),
		cmocka_unit_test(what_a_config_polls_is_told_by_its_last_lines),
		cmocka_unit_test(one_that_only_sends_collects_nothing_and_nobody_reaches_it),
		cmocka_unit_test(a_passive_one_that_only_sends_can_be_asked_for_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
