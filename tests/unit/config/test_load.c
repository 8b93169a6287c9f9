// SPDX-License-Identifier: GPL-2.0-or-later
/* What the model holds after a good file: every default, every key, the overlay of proxies. */
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../scratch_directory.h"
#include "loaded.h"
#include "base/file.h"
#include "base/memory.h"

static void assert_address(const struct address *address, bool with_length, const char *expected)
{
	char text[ADDRESS_TEXT_SIZE];

	assert_string_equal(address_format(address, with_length, text), expected);
}

static void test_an_empty_file_is_all_defaults(void **state)
{
	cleanup_loaded struct loaded loaded = loaded_text("");
	const struct config *config = loaded.config;
	char host[256] = "";

	(void)state;
	assert_no_faults(&loaded);
	assert_int_equal(loaded.report.notes.count, 1); /* that there is no VRF */
	gethostname(host, sizeof(host) - 1);
	assert_string_equal(config->gateway.name, host);
	assert_string_equal(config->gateway.state_dir, "/var/lib/vrfgate");
	assert_string_equal(config->gateway.run_dir, "/run/vrfgate");
	assert_string_equal(config->gateway.log_dir, "/var/log/vrfgate");
	assert_int_equal(config->gateway.user_range.first, 1879113728);
	assert_int_equal(config->gateway.user_range.last, 1879179263);
	assert_address(&config->uplink.prefix, true, "fd5a:b1c0:de00::/64");
	assert_address(&config->uplink.prefix4, true, "198.18.0.0/15");
	assert_int_equal(config->uplink.mode, CONFIG_UPLINK_LOCAL);
	assert_int_equal(config->uplink.servers.count, 0);
	assert_int_equal(config->uplink.mtu_bytes, 1500);
	assert_string_equal(config->zabbix.url, "");
	assert_string_equal(config->zabbix.token_file, "");
	assert_string_equal(config->zabbix.user, "");
	assert_string_equal(config->zabbix.password_file, "");
	assert_string_equal(config->zabbix.ca_file, "");
	assert_string_equal(config->zabbix.server, "");
	assert_int_equal(config->zabbix.server_port, 10051);
	assert_string_equal(config->zabbix.proxy_name, "{gateway}-{vrf}");
	assert_string_equal(config->zabbix.host_group, "VRF gateways");
	assert_int_equal(config->zabbix.report_interval_s, 30);
	assert_false(config->zabbix.prune);
	assert_int_equal(config->n_vrfs, 0);
}

static void test_the_defaults_of_a_proxy(void **state)
{
	cleanup_loaded struct loaded loaded = loaded_text("vrf a { }");
	const struct config_proxy *proxy;

	(void)state;
	assert_no_faults(&loaded);
	proxy = &loaded.config->vrfs[0].proxy;
	assert_string_equal(proxy->binary, "/usr/sbin/zabbix_proxy");
	assert_string_equal(proxy->user, "auto");
	assert_int_equal(proxy->mode, CONFIG_PROXY_ACTIVE);
	assert_string_equal(proxy->profile, "small");
	assert_true(proxy->psk);
	assert_int_equal(proxy->options.count, 0);
	assert_string_equal(proxy->group, "");
	assert_int_equal(proxy->health.interval_s, 10);
	assert_int_equal(proxy->health.timeout_s, 3);
	assert_int_equal(proxy->health.fall, 3);
	assert_int_equal(proxy->health.rise, 2);
	assert_int_equal(proxy->health.start_period_s, 60);
	assert_int_equal(proxy->restart.min_s, 1);
	assert_int_equal(proxy->restart.max_s, 60);
	assert_int_equal(proxy->restart.count, 10);
	assert_int_equal(proxy->restart.window_s, 600);
	assert_int_equal(proxy->limits.memory_bytes, 0);
	assert_int_equal(proxy->limits.tasks, CONFIG_DEFAULT_TASKS);
	assert_int_equal(proxy->limits.cpu_weight, 0);
	assert_int_equal(proxy->stop_timeout_s, 300);
}

static void test_defaults_follow_the_keys_that_bound_them(void **state)
{
	cleanup_loaded struct loaded loaded =
		loaded_text("proxy { health { interval = 2 } restart { min = 90 } }\n"
			    "vrf a { }\n"
			    "vrf b { proxy { health { interval = 30 } restart { min = 5 } } }\n"
			    "vrf c { proxy { health { interval = 1 } restart { min = 120 } } }\n"
			    "vrf d { proxy { health { timeout = 1 } restart { max = 100 } } }\n");
	static const struct {
		uint32_t timeout_s, max_s;
	} expected[] = { { 2, 90 }, { 3, 60 }, { 1, 120 }, { 1, 100 } };

	(void)state;
	assert_no_faults(&loaded);
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		const struct config_proxy *proxy = &loaded.config->vrfs[i].proxy;

		assert_int_equal(proxy->health.timeout_s, expected[i].timeout_s);
		assert_int_equal(proxy->restart.max_s, expected[i].max_s);
	}
	assert_int_equal(loaded.config->proxy.health.timeout_s, 2);
	assert_int_equal(loaded.config->proxy.restart.max_s, 90);
}

static void test_the_defaults_of_a_vrf_and_of_a_namespace(void **state)
{
	cleanup_loaded struct loaded loaded = loaded_text("vrf a { }\n"
							  "namespace b { }\n"
							  "namespace c { uplink = true }\n"
							  "namespace d { proxy { } }\n");
	const struct config_vrf *vrfs;

	(void)state;
	assert_no_faults(&loaded);
	vrfs = loaded.config->vrfs;
	assert_true(vrfs[0].enabled && vrfs[0].has_proxy && vrfs[0].has_uplink);
	assert_false(vrfs[0].forward);
	assert_int_equal(vrfs[0].id, -1);
	assert_int_equal(vrfs[0].line, 1);
	assert_string_equal(vrfs[0].file, "test.conf");
	assert_true(vrfs[1].enabled && !vrfs[1].has_proxy && !vrfs[1].has_uplink);
	assert_true(!vrfs[2].has_proxy && vrfs[2].has_uplink);
	assert_true(vrfs[3].has_proxy && vrfs[3].has_uplink);
	assert_ptr_equal(config_find_vrf(loaded.config, "c"), &vrfs[2]);
	assert_null(config_find_vrf(loaded.config, "x"));
}

static const char whole[] =
	"gateway { name = gw1 state_dir = \"/s/\" run_dir = '/r' log_dir = /l }\n"
	"uplink { mode = routed prefix = \"fd00:1::/48\" prefix4 = 10.255.0.0/16 mtu = 9000 }\n"
	"zabbix { url = \"https://z/api\" user = api password_file = /p ca_file = /ca\n"
	"  server = \"2001:db8::1\" server_port = 10052 proxy_name = \"p {vrf}\"\n"
	"  host_group = g report_interval = 60 prune = true }\n"
	"proxy { binary = /b user = zp mode = passive profile = /x.conf psk = no\n"
	"  options = { \"Timeout=4\", \"StartPingers=2\" } group = pg stop_timeout = 30\n"
	"  health { interval = 20 timeout = 4 fall = 5 rise = 6 start_period = 1 }\n"
	"  restart { min = 2 max = 7 count = 8 window = 9 } limits { memory = 256M tasks = 200 cpu_weight = 100 } }\n"
	"vrf acme {\n"
	"  id = 7 enabled = off dns = { \"10.0.0.53\", \"fd00::53\" } forward = true\n"
	"  sysctl = { \"net.ipv4.tcp_mtu_probing=1\" } allow = { \"tcp/10051\", \"udp/162\" }\n"
	"  interface eth0.10 { mtu = 1400 mac = 02:00:00:00:00:0a protocol = 802.1ad\n"
	"    address = { \"10.0.0.2/30\" } address += \"fd01::2/64\"\n"
	"    gateway = { \"10.0.0.1\", \"fd01::1\" } }\n"
	"  interface lan { kind = link peer = \"mgmt/wan\" }\n"
	"  route \"192.168.0.0/16\" { via = \"10.0.0.1\" metric = 5 }\n"
	"  route 172.16.0.0/12 { dev = eth0.10 }\n"
	"  host ce1 { address = \"10.0.0.1\" templates = { \"ICMP Ping\", 'B' } }\n"
	"  nat { out = eth0.10 to = \"10.9.0.0/16\" } nat { out = lan }\n"
	"  service trapd { command = { /bin/t, \"-f\" } user = nobody restart = on-failure }\n"
	"  proxy { mode = active options = {} health { fall = 9 } stop_timeout = 40 }\n"
	"}\n"
	"namespace mgmt { enabled = off interface wan { kind = link peer = acme/lan } }\n";

static void test_the_whole_language_general(void **state)
{
	cleanup_loaded struct loaded loaded = loaded_text(whole);
	const struct config *config = loaded.config;

	(void)state;
	assert_no_faults(&loaded);
	assert_string_equal(config->gateway.name, "gw1");
	assert_string_equal(config->gateway.state_dir, "/s");
	assert_string_equal(config->gateway.run_dir, "/r");
	assert_string_equal(config->gateway.log_dir, "/l");
	assert_int_equal(config->uplink.mode, CONFIG_UPLINK_ROUTED);
	assert_address(&config->uplink.prefix, true, "fd00:1::/48");
	assert_address(&config->uplink.prefix4, true, "10.255.0.0/16");
	assert_address(&config->uplink.servers.nodes[0], true, "2001:db8::1/128");
	assert_int_equal(config->uplink.mtu_bytes, 9000);
	assert_string_equal(config->zabbix.url, "https://z/api");
	assert_string_equal(config->zabbix.user, "api");
	assert_string_equal(config->zabbix.password_file, "/p");
	assert_string_equal(config->zabbix.ca_file, "/ca");
	assert_string_equal(config->zabbix.server, "2001:db8::1");
	assert_int_equal(config->zabbix.server_port, 10052);
	assert_string_equal(config->zabbix.proxy_name, "p {vrf}");
	assert_string_equal(config->zabbix.host_group, "g");
	assert_int_equal(config->zabbix.report_interval_s, 60);
	assert_true(config->zabbix.prune);
}

static void test_the_whole_language_proxy(void **state)
{
	cleanup_loaded struct loaded loaded = loaded_text(whole);
	const struct config_proxy *general, *own;

	(void)state;
	assert_no_faults(&loaded);
	general = &loaded.config->proxy;
	own = &loaded.config->vrfs[0].proxy;
	assert_string_equal(general->binary, "/b");
	assert_string_equal(general->user, "zp");
	assert_string_equal(general->profile, "/x.conf");
	assert_false(general->psk);
	assert_int_equal(general->options.count, 2);
	assert_string_equal(general->group, "pg");
	assert_int_equal(general->health.interval_s, 20);
	assert_int_equal(general->health.start_period_s, 1);
	assert_int_equal(general->restart.max_s, 7);
	assert_int_equal(general->restart.count, 8);
	assert_int_equal(general->restart.window_s, 9);
	assert_int_equal(general->limits.memory_bytes, 256 << 20);
	assert_int_equal(general->limits.tasks, 200);
	/* A VRF's own section is laid over the general one key by key. */
	assert_int_equal(general->mode, CONFIG_PROXY_PASSIVE);
	assert_int_equal(own->mode, CONFIG_PROXY_ACTIVE);
	assert_int_equal(own->options.count, 0);
	assert_int_equal(own->health.fall, 9);
	assert_int_equal(own->health.rise, 6);
	assert_string_equal(own->binary, "/b");
	assert_int_equal(own->limits.cpu_weight, 100);
	assert_int_equal(own->stop_timeout_s, 40);
	assert_int_equal(general->stop_timeout_s, 30);
}

static void test_the_whole_language_vrf(void **state)
{
	cleanup_loaded struct loaded loaded = loaded_text(whole);
	const struct config_vrf *vrf;

	(void)state;
	assert_no_faults(&loaded);
	vrf = config_find_vrf(loaded.config, "acme");
	assert_int_equal(vrf->id, 7);
	assert_false(vrf->enabled);
	assert_true(vrf->forward);
	assert_int_equal(vrf->line, 10);
	assert_int_equal(vrf->dns.count, 2);
	assert_string_equal(vrf->sysctls[0].key, "net.ipv4.tcp_mtu_probing");
	assert_string_equal(vrf->sysctls[0].value, "1");
	assert_int_equal(vrf->n_allows, 2);
	assert_int_equal(vrf->allows[1].protocol, IPPROTO_UDP);
	assert_int_equal(vrf->allows[1].port, 162);
	assert_int_equal(vrf->n_routes, 2);
	assert_address(&vrf->routes[0].destination, true, "192.168.0.0/16");
	assert_address(&vrf->routes[0].vias[0], false, "10.0.0.1");
	assert_null(vrf->routes[0].dev);
	assert_int_equal(vrf->routes[0].metric, 5);
	assert_int_equal(vrf->routes[1].n_vias, 0);
	assert_string_equal(vrf->routes[1].dev, "eth0.10");
	assert_string_equal(vrf->hosts[0].name, "ce1");
	assert_address(&vrf->hosts[0].address, false, "10.0.0.1");
	assert_int_equal(vrf->hosts[0].templates.count, 2);
	assert_string_equal(vrf->nats[0].out, "eth0.10");
	assert_string_equal(vrf->nats[0].to.items[0], "10.9.0.0/16");
	assert_int_equal(vrf->n_nats, 2);
	assert_string_equal(vrf->services[0].command.items[1], "-f");
	assert_int_equal(vrf->services[0].restart, CONFIG_SERVICE_RESTART_ON_FAILURE);
}

static void test_the_whole_language_interface(void **state)
{
	static const uint8_t mac[6] = { 2, 0, 0, 0, 0, 10 };
	cleanup_loaded struct loaded loaded = loaded_text(whole);
	const struct config_interface *interfaces;

	(void)state;
	assert_no_faults(&loaded);
	interfaces = loaded.config->vrfs[0].interfaces;
	assert_int_equal(interfaces[0].kind, CONFIG_INTERFACE_VLAN);
	assert_int_equal(interfaces[0].protocol, CONFIG_VLAN_8021AD);
	assert_int_equal(interfaces[0].mtu_bytes, 1400);
	assert_true(interfaces[0].has_mac);
	assert_memory_equal(interfaces[0].mac, mac, 6);
	assert_int_equal(interfaces[0].n_addresses, 2);
	assert_address(&interfaces[0].addresses[0], true, "10.0.0.2/30");
	assert_address(&interfaces[0].addresses[1], true, "fd01::2/64");
	assert_int_equal(interfaces[0].n_gateways, 2);
	assert_string_equal(interfaces[1].peer, "mgmt/wan");
	assert_string_equal(interfaces[1].peer_netns, "mgmt");
	assert_string_equal(interfaces[1].peer_name, "wan");
}

static void test_keys_without_effect_yet_are_noted(void **state)
{
	static const char *const names[] = { "nat", "service" };
	cleanup_loaded struct loaded loaded = loaded_text(whole);

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char part[128];
		size_t found = 0;

		snprintf(part, sizeof(part),
			"'%s' is understood but this version does not act on it yet", names[i]);
		for (size_t j = 0; j < loaded.report.notes.count; j++)
			found += strstr(loaded.report.notes.items[j], part) != NULL;
		assert_int_equal(found, strcmp(names[i], "nat") == 0 ? 2 : 1);
	}
	assert_string_equal(loaded.report.notes.items[0],
		"test.conf:20: vrf 'acme': 'nat' is understood but this version does not act on it yet");
}

static void test_a_host_says_how_it_is_asked(void **state)
{
	cleanup_loaded struct loaded loaded =
		loaded_text("vrf a { host ce1 { address = \"10.0.0.1\" macros = { \"{$X}=a=b\" }\n"
			    "tags = { \"site=berlin\", \"core\" } jmx { port = 9010 }\n"
			    "snmp { version = 3 user = \"mon\" auth = sha256 priv = AES256 } } }");
	const struct config_host *host;

	(void)state;
	assert_no_faults(&loaded);
	host = &loaded.config->vrfs[0].hosts[0];
	assert_string_equal(host->macros[0].name, "{$X}");
	assert_string_equal(host->macros[0].value, "a=b");
	assert_string_equal(host->tags[0].value, "berlin");
	assert_string_equal(host->tags[1].value, "");
	assert_true(host->jmx.given && !host->agent.given && !host->ipmi.given);
	assert_int_equal(host->jmx.port, 9010);
	assert_int_equal(host->agent.port, 10050);
	/* Zabbix's numbers */
	assert_int_equal(host->snmp.auth, 3);
	assert_int_equal(host->snmp.priv, 3);
	assert_string_equal(host->snmp.auth_passphrase, "{$SNMP_AUTH}");
}

static void test_a_passphrase_in_the_config_is_refused(void **state)
{
	cleanup_loaded struct loaded loaded =
		loaded_text("vrf a { host ce1 { address = \"10.0.0.1\"\n"
			    "snmp { version = 3 auth_passphrase = \"secret\" } } }");

	(void)state;
	assert_int_equal(loaded.report.faults.count, 2);
	assert_non_null(strstr(loaded.report.faults.items[0],
		"no user macro of Zabbix, expected capital letters"));
	assert_non_null(strstr(loaded.report.faults.items[1], "version 3 without a user"));
}

static void test_a_missing_file_is_told(void **state)
{
	cleanup_loaded struct loaded loaded = loaded_file("/nonexistent/vrfgate.conf");

	(void)state;
	assert_int_equal(loaded.result, -ENOENT);
	assert_null(loaded.config);
	assert_int_equal(loaded.report.faults.count, 1);
	assert_string_equal(loaded.report.faults.items[0],
		"cannot read '/nonexistent/vrfgate.conf': No such file or directory");
}

static void test_a_thousand_vrfs(void **state)
{
	cleanup_free char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	struct loaded loaded;

	(void)state;
	for (unsigned i = 0; i < 1000; i++)
		fprintf(out,
			"vrf customer%u {\n"
			"  interface eth%u.%u { address = \"10.0.0.2/30\" gateway = \"10.0.0.1\" }\n"
			"  host ce%u { address = \"10.0.0.1\" }\n"
			"}\n",
			i, i / 500, 2 + i % 500, i);
	fclose(out);
	loaded = loaded_text(text);
	assert_no_faults(&loaded);
	assert_int_equal(loaded.config->n_vrfs, 1000);
	assert_int_equal(loaded.config->vrfs[999].line, 999 * 4 + 1);
	assert_int_equal(loaded.config->vrfs[999].interfaces[0].tags[0], 501);
	assert_string_equal(loaded.config->vrfs[999].hosts[0].name, "ce999");
	loaded_finish(&loaded);
}

static void test_a_faulty_file_still_tells_where_to_look(void **state)
{
	static const char text[] = "gateway { run_dir = \"/srv/run\"  state_dir = \"x\" }\n"
				   "vrf a { nonsense = 1 }\n";
	static const char broken[] = "gateway { run_dir = \"/srv/run\" }\nvrf a {\n";
	struct config_report report = { 0 };
	struct config *config = NULL;
	char path[] = "/tmp/vrfgate-test-XXXXXX";
	int fd = mkstemp(path);

	(void)state;
	assert_int_equal(write(fd, text, sizeof(text) - 1), sizeof(text) - 1);
	assert_int_equal(config_load(path, CONFIG_LOAD_TO_LOOK, &config, &report), -EINVAL);
	assert_int_equal(report.faults.count, 2);
	assert_non_null(config);
	assert_string_equal(config->gateway.run_dir, "/srv/run");
	assert_string_equal(config->gateway.state_dir, "/var/lib/vrfgate");
	assert_non_null(config_find_vrf(config, "a"));
	config_destroy(config);
	assert_int_equal(ftruncate(fd, 0), 0);
	assert_int_equal(pwrite(fd, broken, sizeof(broken) - 1, 0), sizeof(broken) - 1);
	assert_int_equal(config_load(path, CONFIG_LOAD_TO_LOOK, &config, &report), -EINVAL);
	assert_null(config);
	config_report_finish(&report);
	close(fd);
	unlink(path);
}

/* Writes the text to a file and loads the general sections of it. */
static struct loaded loaded_general(const char *text)
{
	char path[] = "/tmp/vrfgate-test-XXXXXX";
	struct loaded loaded = { 0 };
	int fd = mkstemp(path);

	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	loaded.result = config_load(path, CONFIG_LOAD_TO_ASK, &loaded.config, &loaded.report);
	unlink(path);
	return loaded;
}

static void test_the_general_sections_are_had_whatever_the_vrfs_are(void **state)
{
	static const struct {
		const char *vrfs;
		size_t faults;
	} table[] = {
		{ "vrf a { }", 0 },
		{ "vrf a { nonsense = 1 } namespace a { }", 0 },
		{ "vrf a { interface { = } 12 }", 0 },
		{ "vrf a { interface eth0.10 { }", 1 },
		{ "vrf a { dns = \"10.0.0.1 }", 1 },
		{ "vrf a { } }", 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		cleanup_free char *text = xasprintf(
			"gateway { run_dir = \"/srv/run\" include = \"/nonexistent/vrfs.conf\" }\n%s\n",
			table[i].vrfs);
		cleanup_loaded struct loaded loaded = loaded_general(text);

		assert_int_equal(loaded.report.faults.count, table[i].faults);
		assert_int_equal(loaded.result, table[i].faults ? -EINVAL : 0);
		assert_non_null(loaded.config);
		assert_string_equal(loaded.config->gateway.run_dir, "/srv/run");
		assert_int_equal(loaded.config->n_vrfs, 0);
	}
}

static void test_a_broken_gateway_section_is_told_as_ever(void **state)
{
	static const char *const table[] = {
		"gateway { run_dir = /srv/run }",
		"gateway { run_dir = \"srv\" run_dirr = 1 }\nvrf a { }",
		"gateway { run_dir = { \"/a\", \"/b\" } } gateway { }",
		"gateway { run_dir = \"/srv/run }\nvrf a { }",
		"vrf a { }\ngateway { run_dir \"/srv/run\" }",
		"vrf a { }\ngateway {\nrun_dir = \"/srv/run\"\n",
		"vrf a {\ngateway { run_dir = \"/srv/run\" }",
		"gatway { run_dir = \"/srv/run\" }",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		cleanup_loaded struct loaded loaded = loaded_general(table[i]);
		cleanup_loaded struct loaded expected = loaded_text(table[i]);

		assert_int_equal(loaded.result, expected.result);
		assert_int_equal(loaded.report.faults.count, expected.report.faults.count);
		/* Behind the files' names. */
		for (size_t f = 0; f < expected.report.faults.count; f++)
			assert_string_equal(strchr(loaded.report.faults.items[f], ':'),
				strchr(expected.report.faults.items[f], ':'));
	}
}

/* What costs one VRF at most keeps no supervisor from its start; it is a fault to all others. */
static void test_a_doubt_is_a_warning_to_a_start_only(void **state)
{
	static const char text[] = "vrf a { interface eth0.10 { address = \"224.0.0.1/24\" } }";
	cleanup_free char *path = xasprintf("%s/doubt.conf", (char *)*state);
	const struct file_owner owner = { 0600, (uid_t)-1, (gid_t)-1 };
	cleanup_loaded struct loaded loaded = { 0 }, started = { 0 };

	assert_int_equal(file_write_volatile(path, text, strlen(text), &owner, NULL, NULL), 0);
	loaded = loaded_file(path);
	assert_int_equal(loaded.result, -EINVAL);
	assert_null(loaded.config);
	assert_int_equal(loaded.report.faults.count, 1);
	started.result = config_load(path, CONFIG_LOAD_TO_START, &started.config, &started.report);
	assert_no_faults(&started);
	assert_int_equal(started.report.notes.count, 1);
	assert_string_equal(started.report.notes.items[0], loaded.report.faults.items[0]);
}

static void test_a_running_gateway_keeps_its_name(void **state)
{
	static char name[] = "localhost";
	static const char text[] = "vrf a { interface eth0.10 { } }";
	struct config running = { .gateway = { .name = name, .name_is_default = true } };
	cleanup_free char *path = xasprintf("%s/again.conf", (char *)*state);
	const struct file_owner owner = { 0600, (uid_t)-1, (gid_t)-1 };
	cleanup_loaded struct loaded again = { 0 }, named = { 0 };

	assert_int_equal(file_write_volatile(path, text, strlen(text), &owner, NULL, NULL), 0);
	again.result = config_load_again(path, &running, &again.config, &again.report);
	assert_no_faults(&again);
	assert_string_equal(again.config->gateway.name, "localhost");
	/* That of the config is none to keep. */
	running.gateway.name_is_default = false;
	named.result = config_load_again(path, &running, &named.config, &named.report);
	assert_no_faults(&named);
	assert_null(named.config->gateway.host_name);
	assert_true(named.config->gateway.name_is_default);
}

static void test_a_supervisor_waits_for_no_writer_of_its_config(void **state)
{
	static char name[] = "gw1";
	struct config running = { .gateway = { .name = name } };
	cleanup_free char *path = xasprintf("%s/pipe.conf", (char *)*state);
	cleanup_free char *fault = xasprintf("cannot read '%s': it is a FIFO", path);
	cleanup_loaded struct loaded again = { 0 };

	assert_return_code(mkfifo(path, 0600), 0);
	again.result = config_load_again(path, &running, &again.config, &again.report);
	assert_int_equal(again.result, -EINVAL);
	assert_int_equal(again.report.faults.count, 1);
	assert_string_equal(again.report.faults.items[0], fault);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_empty_file_is_all_defaults),
		cmocka_unit_test(test_the_defaults_of_a_proxy),
		cmocka_unit_test(test_defaults_follow_the_keys_that_bound_them),
		cmocka_unit_test(test_the_defaults_of_a_vrf_and_of_a_namespace),
		cmocka_unit_test(test_the_whole_language_general),
		cmocka_unit_test(test_the_whole_language_proxy),
		cmocka_unit_test(test_the_whole_language_vrf),
		cmocka_unit_test(test_the_whole_language_interface),
		cmocka_unit_test(test_keys_without_effect_yet_are_noted),
		cmocka_unit_test(test_a_host_says_how_it_is_asked),
		cmocka_unit_test(test_a_passphrase_in_the_config_is_refused),
		cmocka_unit_test(test_a_missing_file_is_told),
		cmocka_unit_test(test_a_faulty_file_still_tells_where_to_look),
		cmocka_unit_test(test_the_general_sections_are_had_whatever_the_vrfs_are),
		cmocka_unit_test(test_a_broken_gateway_section_is_told_as_ever),
		cmocka_unit_test(test_a_thousand_vrfs),
		in_scratch(test_a_running_gateway_keeps_its_name),
		in_scratch(test_a_supervisor_waits_for_no_writer_of_its_config),
		in_scratch(test_a_doubt_is_a_warning_to_a_start_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
