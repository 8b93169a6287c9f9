// SPDX-License-Identifier: GPL-2.0-or-later
/* How the keys of a namespace's settings are spelled, and which of them cannot be. */
#include "loaded.h"

#define IN_VRF(text) "vrf a {\n" text "\n}\n"

static const struct fault_row rows[] = {
	/* Settings. */
	{ IN_VRF("sysctl = { \"net.ipv4.conf.p0.10.rp_filter=2\" }"),
		"2: vrf 'a': sysctl \"net.ipv4.conf.p0.10.rp_filter=2\": no interface of this vrf, expected one, as in net.ipv4.conf.eth0/10.rp_filter or net/ipv4/conf/eth0.10/rp_filter" },
	{ IN_VRF("sysctl = \"net/ipv4/neigh/eth1/app_solicit=2\""),
		"2: vrf 'a': sysctl \"net.ipv4.neigh.eth1.app_solicit=2\": no interface of this vrf, expected one, as in net.ipv4.conf.eth0/10.rp_filter or net/ipv4/conf/eth0.10/rp_filter" },
	{ IN_VRF("sysctl = \"net/ipv6/conf/all/disable_ipv6=1\""),
		"2: vrf 'a': sysctl \"net.ipv6.conf.all.disable_ipv6=1\": the uplink needs IPv6, expected the key of an interface" },
	{ IN_VRF("sysctl = \"net/ipv6/conf/uplink/disable_ipv6=0x1\""),
		"2: vrf 'a': sysctl \"net.ipv6.conf.uplink.disable_ipv6=0x1\": the uplink needs IPv6, expected the key of an interface" },
	{ IN_VRF("sysctl = \"net.ipv6.conf.default.disable_ipv6= 1\""),
		"2: vrf 'a': sysctl \"net.ipv6.conf.default.disable_ipv6= 1\": the uplink needs IPv6, expected the key of an interface" },
	{ IN_VRF("interface eth0.10 { mtu = 1279 address = \"10.0.0.2/30\" }\nsysctl = { \"net.ipv4.conf.eth0.10.rp_filter=2\", \"net.ipv6.conf.eth0.10.disable_ipv6=1\" }"),
		"3: vrf 'a': sysctl \"net.ipv6.conf.eth0/10.disable_ipv6=1\": interface 'eth0.10' has no IPv6 with an mtu of 1279, expected 1280 or more" },
	{ IN_VRF("interface eth0.10 { address = \"fd00::2/64\" }\nsysctl = \"net.ipv6.conf.eth0.10.disable_ipv6=1\""),
		"3: vrf 'a': sysctl \"net.ipv6.conf.eth0/10.disable_ipv6=1\": interface 'eth0.10' has an IPv6 address, expected none or another key" },
	{ "namespace a { interface eth0.10 { address = \"fd00::2/64\" }\nsysctl = \"net.ipv6.conf.all.disable_ipv6=1\" }",
		"2: namespace 'a': sysctl \"net.ipv6.conf.all.disable_ipv6=1\": interface 'eth0.10' has an IPv6 address, expected none or another key" },
};

static void test_every_fault_is_told_in_its_words(void **state)
{
	(void)state;
	assert_rows(rows, sizeof(rows) / sizeof(rows[0]));
}

static void test_a_setting_is_spelled_as_sysctl_has_it(void **state)
{
	cleanup_loaded struct loaded loaded = loaded_text(
		"vrf a { interface p0.10 { } interface p0 { kind = device parent = eth7 } interface Cust0 { kind = macvlan parent = eth1 }\n"
		"sysctl = { \"net.ipv4.conf.p0.10.rp_filter=2\", \"net/ipv4/conf/p0.10/rp_filter=2\",\n"
		"\"net.ipv4.conf.p0/10.rp_filter=2\", \"net.ipv4.conf.p0.rp_filter=2\",\n"
		"\"net/ipv6/neigh/Cust0/app_solicit=1\", \"net/ipv4/ip_forward=1\",\n"
		"\"net.ipv6.conf.Cust0.disable_ipv6=1\", \"net/ipv6/conf/all/disable_ipv6=00\" } }\n");
	static const char *const keys[] = { "net.ipv4.conf.p0/10.rp_filter",
		"net.ipv4.conf.p0/10.rp_filter", "net.ipv4.conf.p0/10.rp_filter",
		"net.ipv4.conf.p0.rp_filter", "net.ipv6.neigh.Cust0.app_solicit",
		"net.ipv4.ip_forward", "net.ipv6.conf.Cust0.disable_ipv6",
		"net.ipv6.conf.all.disable_ipv6" };

	(void)state;
	assert_no_faults(&loaded);
	assert_int_equal(loaded.config->vrfs[0].n_sysctls, 8);
	for (size_t i = 0; i < 8; i++)
		assert_string_equal(loaded.config->vrfs[0].sysctls[i].key, keys[i]);
}

static void test_a_router_that_may_be_preferred_to_the_gateway_is_a_warning(void **state)
{
	static const char *const notes[] = {
		"test.conf:4: vrf 'a': sysctl \"net.ipv6.conf.eth0/10.accept_ra=2\": a router that advertises itself on 'eth0.10' may be preferred to gateway fd00::1, expected accept_ra_defrtr=0, too, or no IPv6 gateway",
		"test.conf:7: vrf 'b': sysctl \"net.ipv6.conf.default.accept_ra=1\": a router that advertises itself on 'eth0.20' may be preferred to gateway fd00::9, expected accept_ra_defrtr=0, too, or no IPv6 gateway",
	};
	cleanup_loaded struct loaded loaded = loaded_text(
		"vrf a { interface eth0.10 { address = \"fd00::2/64\"\ngateway = \"fd00::1\" }\n"
		"interface eth0.11 { address = \"10.0.0.2/24\" }\n"
		"sysctl = \"net.ipv6.conf.eth0.10.accept_ra=2\" }\n"
		"vrf b { interface eth0.20 { address = \"fd00::2/64\" }\n"
		"route \"::/0\" { via = \"fd00::9\" }\n"
		"sysctl = \"net.ipv6.conf.default.accept_ra=1\" }\n"
		"vrf c { interface eth0.30 { address = \"fd00::2/64\" gateway = \"fd00::1\" }\n"
		"sysctl = { \"net.ipv6.conf.eth0.30.accept_ra=2\", \"net.ipv6.conf.default.accept_ra_defrtr=0\" } }\n"
		"vrf d { interface eth0.40 { address = \"fd00::2/64\" }\nsysctl = \"net.ipv6.conf.eth0.40.accept_ra=2\" }\n"
		"vrf e { interface eth0.50 { address = \"fd00::2/64\" gateway = \"fd00::1\" }\n"
		"sysctl = { \"net.ipv6.conf.eth0.50.accept_ra=0\", \"net.ipv6.conf.default.accept_ra=2\" } }\n");

	(void)state;
	assert_no_faults(&loaded);
	assert_int_equal(loaded.report.notes.count, 2);
	for (size_t i = 0; i < 2; i++)
		assert_string_equal(loaded.report.notes.items[i], notes[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_fault_is_told_in_its_words),
		cmocka_unit_test(test_a_setting_is_spelled_as_sysctl_has_it),
		cmocka_unit_test(test_a_router_that_may_be_preferred_to_the_gateway_is_a_warning),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
