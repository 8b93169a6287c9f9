// SPDX-License-Identifier: GPL-2.0-or-later
/* The discover section: what it means, and each fault in its words. */
#include "loaded.h"

static void assert_range(const struct config_range *range, const char *first, const char *last)
{
	char text[ADDRESS_TEXT_SIZE];

	assert_string_equal(address_format(&range->first, true, text), first);
	assert_string_equal(address_format(&range->last, true, text), last);
}

static void test_defaults(void **state)
{
	cleanup_loaded struct loaded loaded = loaded_text(
		"vrf a { interface eth0.10 { address = \"10.0.0.2/24\" } discover { range = \"10.0.0.0/24\" } }");
	const struct config_discover *discover;

	(void)state;
	assert_no_faults(&loaded);
	assert_int_equal(loaded.report.notes.count, 0);
	assert_int_equal(loaded.config->vrfs[0].n_discovers, 1);
	discover = &loaded.config->vrfs[0].discovers[0];
	assert_int_equal(discover->n_probes, 1);
	assert_int_equal(discover->probes[0].type, CONFIG_PROBE_ICMP);
	assert_int_equal(discover->interval_s, 3600);
	assert_false(discover->has_templates);
	assert_int_equal(discover->snmp.port, 161);
	assert_string_equal(discover->snmp.community, "{$SNMP_COMMUNITY}");
}

static void test_every_key(void **state)
{
	cleanup_loaded struct loaded loaded = loaded_text(
		"vrf a {\n"
		"  discover { range = { \"10.0.0.0/24\", \"10.1.0.7\", \"10.2.0.10-20\" }\n"
		"    range += { \"fd00::/112\", \"fd00::1:1-ff\" } interval = 60 templates = { A, B }\n"
		"    checks = { icmp, snmp, agent, \"tcp/8291\", \"ssh\", \"https/8443\" }\n"
		"    snmp { version = 3 user = mon port = 1161 } }\n"
		"  discover { range = \"10.9.0.0/30\" templates = {} }\n"
		"}\n");
	const struct config_discover *discover;

	(void)state;
	assert_no_faults(&loaded);
	assert_int_equal(loaded.config->vrfs[0].n_discovers, 2);
	discover = &loaded.config->vrfs[0].discovers[0];
	assert_int_equal(discover->line, 2);
	assert_int_equal(discover->n_ranges, 5);
	assert_string_equal(discover->ranges[0].text, "10.0.0.0/24");
	assert_range(&discover->ranges[0], "10.0.0.0/32", "10.0.0.255/32");
	assert_range(&discover->ranges[1], "10.1.0.7/32", "10.1.0.7/32");
	assert_range(&discover->ranges[2], "10.2.0.10/32", "10.2.0.20/32");
	assert_range(&discover->ranges[3], "fd00::/128", "fd00::ffff/128");
	assert_range(&discover->ranges[4], "fd00::1:1/128", "fd00::1:ff/128");
	assert_int_equal(discover->interval_s, 60);
	assert_true(discover->has_templates);
	assert_int_equal(discover->templates.count, 2);
	assert_int_equal(discover->n_probes, 6);
	assert_int_equal(discover->probes[1].type, CONFIG_PROBE_SNMP);
	assert_int_equal(discover->probes[2].port, 10050);
	assert_int_equal(discover->probes[3].type, CONFIG_PROBE_TCP);
	assert_int_equal(discover->probes[3].port, 8291);
	assert_int_equal(discover->probes[4].port, 22);
	assert_int_equal(discover->probes[5].type, CONFIG_PROBE_HTTPS);
	assert_int_equal(discover->probes[5].port, 8443);
	assert_int_equal(discover->snmp.version, 3);
	assert_int_equal(discover->snmp.port, 1161);
	discover = &loaded.config->vrfs[0].discovers[1];
	assert_true(discover->has_templates);
	assert_int_equal(discover->templates.count, 0);
}

static void test_an_address_is_covered_by_the_ranges(void **state)
{
	cleanup_loaded struct loaded loaded =
		loaded_text("vrf a { discover { range = { \"10.0.0.0/24\", \"10.2.0.10-20\" } } }");
	const struct config_discover *discover;
	struct address address;

	(void)state;
	assert_no_faults(&loaded);
	discover = &loaded.config->vrfs[0].discovers[0];
	address_parse(&address, "10.2.0.20");
	assert_true(config_discover_covers(discover, &address));
	address_parse(&address, "10.2.0.21");
	assert_false(config_discover_covers(discover, &address));
}

#define IN_DISCOVER(text) "vrf a { discover {\n" text "\n} }\n"
#define IN_RANGE(text)    IN_DISCOVER("range = \"" text "\"")
#define IN_CHECKS(text)   IN_DISCOVER("range = \"10.0.0.1\" checks = " text)

#define D "vrf 'a': discover: "

static const struct {
	const char *text;
	const char *fault; /* without "test.conf:" */
} table[] = {
	{ IN_DISCOVER(""), "1: " D "no range, expected range = \"NETWORK/PREFIX\"" },
	{ IN_DISCOVER("range = {}"), "1: " D "no range, expected range = \"NETWORK/PREFIX\"" },
	{ IN_DISCOVER("ranges = \"10.0.0.0/24\"\nrange = \"10.0.0.0/24\""),
		"2: " D "unknown key 'ranges', did you mean 'range'?" },
	{ IN_RANGE("router"),
		"2: " D
		"range \"router\": no addresses, expected NETWORK/PREFIX, ADDRESS or a range such as 10.0.0.10-20" },
	{ IN_RANGE("10.0.0.1/24"),
		"2: " D "range \"10.0.0.1/24\": has host bits set, expected 10.0.0.0/24" },
	{ IN_RANGE("10.0.0.0/15"),
		"2: " D
		"range \"10.0.0.0/15\": not a size that Zabbix discovers, expected /16 to /30, or a single address" },
	{ IN_RANGE("10.0.0.0/31"),
		"2: " D
		"range \"10.0.0.0/31\": not a size that Zabbix discovers, expected /16 to /30, or a single address" },
	{ IN_RANGE("fd00::/111"),
		"2: " D
		"range \"fd00::/111\": more than the 65536 addresses that Zabbix discovers, expected /112 or longer" },
	{ IN_RANGE("10.0.0.20-10"),
		"2: " D
		"range \"10.0.0.20-10\": ends before it begins, expected the lower end first" },
	{ IN_RANGE("10.0.0.1-10.0.0.9"),
		"2: " D
		"range \"10.0.0.1-10.0.0.9\": not a range, expected FIRST-LAST with the last part only behind the dash, such as 10.0.0.10-20" },
	{ IN_RANGE("10.0.0.1-256"),
		"2: " D
		"range \"10.0.0.1-256\": not a range, expected FIRST-LAST with the last part only behind the dash, such as 10.0.0.10-20" },
	{ IN_RANGE("10.0.0.1-"),
		"2: " D
		"range \"10.0.0.1-\": not a range, expected FIRST-LAST with the last part only behind the dash, such as 10.0.0.10-20" },
	{ IN_CHECKS("{}"), "1: " D "no checks, expected checks = { \"icmp\" } or others" },
	{ IN_CHECKS("ping"),
		"2: " D
		"checks \"ping\": not a check, expected icmp, snmp, agent, tcp/PORT, ssh, telnet, http, https, ftp, smtp, pop, imap, nntp or ldap" },
	{ IN_CHECKS("tcp"), "2: " D "checks \"tcp\": no port, expected tcp/PORT such as tcp/22" },
	{ IN_CHECKS("\"tcp/0\""),
		"2: " D "checks \"tcp/0\": no port, expected tcp/PORT with 1 to 65535" },
	{ IN_CHECKS("\"snmp/161\""),
		"2: " D "checks \"snmp/161\": takes no port here, expected snmp" },
	{ IN_CHECKS("{ ssh, \"ssh/22\" }"),
		"2: " D "checks \"ssh/22\": there twice, expected each check once" },
	{ IN_DISCOVER("range = \"10.0.0.1\" interval = 0"),
		"2: " D "interval \"0\": out of range, expected 1 to 604800" },
	{ IN_DISCOVER("range = \"10.0.0.1\" snmp { }"),
		"2: " D "snmp: nothing is asked by SNMP, expected \"snmp\" among the checks" },
	{ IN_DISCOVER("range = \"10.0.0.1\" checks = snmp snmp { version = 3 }"),
		"2: " D "snmp: version 3 without a user, expected user = \"NAME\"" },
	{ "namespace b {\ndiscover { range = \"10.0.0.1\" } }",
		"2: namespace 'b': a discover section but no proxy to do it, expected a proxy section" },
	{ "proxy { options = \"StartDiscoverers=0\" }\nvrf a {\ndiscover { range = \"10.0.0.1\" } }",
		"3: vrf 'a': a discover section, but the proxy's options say StartDiscoverers=0; expected 1 or more there" },
};

static void test_each_fault_is_told_in_its_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		cleanup_loaded struct loaded loaded = loaded_text(table[i].text);
		char expected[512];

		snprintf(expected, sizeof(expected), "test.conf:%s", table[i].fault);
		if (loaded.report.faults.count != 1 ||
			strcmp(loaded.report.faults.items[0], expected) != 0)
			fail_msg("%zu faults of:\n%sfirst: %s\nwanted: %s",
				loaded.report.faults.count, table[i].text,
				loaded.report.faults.count ? loaded.report.faults.items[0] : "-",
				expected);
	}
}

static void test_more_ranges_than_zabbix_keeps_are_refused(void **state)
{
	char text[4096] = "vrf a { discover { range = { \"10.0.0.0/24\"";
	struct loaded loaded;

	(void)state;
	for (unsigned i = 0; i < 171; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), ", \"10.1.%u.0/24\"",
			100 + i % 100);
	strcat(text, " } } }");
	loaded = loaded_text(text);
	assert_int_equal(loaded.report.faults.count, 1);
	assert_string_equal(loaded.report.faults.items[0],
		"test.conf:1: " D
		"range has 2405 characters, expected at most 2048; a second discover section takes more");
	loaded_finish(&loaded);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_every_key),
		cmocka_unit_test(test_an_address_is_covered_by_the_ranges),
		cmocka_unit_test(test_each_fault_is_told_in_its_words),
		cmocka_unit_test(test_more_ranges_than_zabbix_keeps_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
