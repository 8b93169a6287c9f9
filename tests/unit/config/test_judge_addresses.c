// SPDX-License-Identifier: GPL-2.0-or-later
/* Which addresses are none of a host or router, and which take those of others. */
#include "loaded.h"

#define IN_VRF(text)       "vrf a {\n" text "\n}\n"
#define IN_INTERFACE(text) "vrf a { interface eth0.10 {\n" text "\n} }\n"
#define I                  "vrf 'a': interface 'eth0.10': "
#define NO_ADDRESS         "not an address, expected ADDRESS/PREFIX such as 10.0.0.2/30"

static const struct fault_row rows[] = {
	{ IN_INTERFACE("address = \"10.0.0.2/0\""),
		"2: " I
		"address \"10.0.0.2/0\": the network of all addresses, expected a length of 1 or more such as 10.0.0.2/30" },
	{ IN_INTERFACE("address = \"fd00::2/0\""),
		"2: " I
		"address \"fd00::2/0\": the network of all addresses, expected a length of 1 or more such as 10.0.0.2/30" },
	/* An uplink has IPv4 in mode nat only, and some namespaces have none. */
	{ IN_VRF("interface eth0.10 { address = \"10.0.0.2/30\" }\nroute \"10.9.0.0/16\" { via = \"198.18.0.1\" }"),
		"3: vrf 'a': route '10.9.0.0/16': via \"198.18.0.1\": no interface reaches it, expected an address in the network of an interface, or dev = \"INTERFACE\"" },
	{ "namespace a { interface eth0.10 { address = \"fd00::2/64\" }\nroute \"fd77::/16\" { via = \"fd5a:b1c0:de00::1\" } }",
		"2: namespace 'a': route 'fd77::/16': via \"fd5a:b1c0:de00::1\": no interface reaches it, expected an address in the network of an interface, or dev = \"INTERFACE\"" },
	/* Addresses that are none of a host or router. */
	{ IN_INTERFACE("address = \"127.0.0.2/8\""),
		"2: " I "address \"127.0.0.2/8\": a loopback address, expected one of a host" },
	{ IN_INTERFACE("address = \"224.0.0.5/24\""),
		"2: " I "address \"224.0.0.5/24\": a multicast address, expected one of a host" },
	{ IN_INTERFACE("address = \"0.0.0.0/32\""),
		"2: " I "address \"0.0.0.0/32\": the unspecified address, expected one of a host" },
	{ IN_INTERFACE("address = \"255.255.255.255/32\""),
		"2: " I
		"address \"255.255.255.255/32\": the broadcast address, expected one of a host" },
	{ IN_INTERFACE("address = \"ff02::1/64\""),
		"2: " I "address \"ff02::1/64\": a multicast address, expected one of a host" },
	{ IN_INTERFACE("address = \"::1/128\""),
		"2: " I "address \"::1/128\": a loopback address, expected one of a host" },
	{ IN_INTERFACE("address = \"::ffff:10.0.0.2/120\""),
		"2: " I
		"address \"::ffff:10.0.0.2/120\": an IPv4-mapped address, expected one of a host" },
	{ IN_INTERFACE("address = \"10.0.0.2/30\"\ngateway = \"224.0.0.1\""),
		"3: " I "gateway \"224.0.0.1\": a multicast address, expected that of a router" },
	{ IN_INTERFACE("address = \"10.0.0.2/30\"\ngateway = \"127.0.0.1\""),
		"3: " I "gateway \"127.0.0.1\": a loopback address, expected that of a router" },
	{ IN_INTERFACE("address = \"10.0.0.2/30\"\ngateway = \"0.0.0.0\""),
		"3: " I "gateway \"0.0.0.0\": the unspecified address, expected that of a router" },
	{ IN_INTERFACE("address = \"10.0.0.2/30\"\ngateway = \"255.255.255.255\""),
		"3: " I
		"gateway \"255.255.255.255\": the broadcast address, expected that of a router" },
	{ IN_INTERFACE("address = \"fd00::2/64\"\ngateway = \"ff02::2\""),
		"3: " I "gateway \"ff02::2\": a multicast address, expected that of a router" },
	{ IN_INTERFACE("address = \"fd00::2/64\"\ngateway = \"::1\""),
		"3: " I "gateway \"::1\": a loopback address, expected that of a router" },
	{ IN_INTERFACE("address = \"fd00::2/64\"\ngateway = \"::\""),
		"3: " I "gateway \"::\": the unspecified address, expected that of a router" },
	{ IN_INTERFACE("address = \"fd00::2/64\"\ngateway = \"fd00::2\""),
		"3: " I
		"gateway \"fd00::2\": an address of this namespace's own, expected that of a router" },
	{ IN_INTERFACE("address = \"fe80::2/64\"\ngateway = \"fe80::2\""),
		"3: " I
		"gateway \"fe80::2\": an address of this namespace's own, expected that of a router" },
	{ IN_VRF("interface eth0.10 { address = \"10.0.0.2/29\" }\nroute \"10.9.0.0/16\" { via = { 10.0.0.1, 239.0.0.1 } }"),
		"3: vrf 'a': route '10.9.0.0/16': via \"239.0.0.1\": a multicast address, expected that of a router" },
	{ IN_VRF("interface eth0.10 { address = \"10.0.0.2/29\" }\nroute \"10.9.0.0/16\" { via = \"10.0.0.7\" }"),
		"3: vrf 'a': route '10.9.0.0/16': via \"10.0.0.7\": a network or broadcast address, expected that of a router" },
	{ IN_VRF("host h { address = \"224.0.0.1\" }"),
		"2: vrf 'a': host 'h': address \"224.0.0.1\": a multicast address, expected one of a host" },
	{ IN_VRF("dns = { \"10.0.0.53\", \"0.0.0.0\" }"),
		"2: vrf 'a': dns \"0.0.0.0\": the unspecified address, expected one of a host" },
	/* What follows from a fault is not told. */
	{ IN_INTERFACE("address = \"10.0.0.300/29\"\ngateway = \"10.0.0.3\""),
		"2: " I "address \"10.0.0.300/29\": " NO_ADDRESS },
	{ IN_VRF("interface eth0.10 { address = \"10.0.0.300/29\" }\nroute \"10.9.0.0/16\" { via = \"10.0.0.1\" }\nroute \"fd00::/8\" { via = \"fe80::1\" dev = eth0.10 }"),
		"2: " I "address \"10.0.0.300/29\": " NO_ADDRESS },
	/* An address of two interfaces. */
	{ IN_VRF("interface eth0.10 { address = \"10.0.0.2/30\" }\ninterface eth0.11 {\naddress = { \"10.1.0.2/30\", \"10.0.0.2/24\" } }"),
		"4: vrf 'a': interface 'eth0.11': address \"10.0.0.2/24\": that of interface 'eth0.10' at test.conf:2, too, expected one of its own" },
	{ IN_VRF("interface eth0.10 { address = \"fd00::2/64\" }\ninterface eth0.11 {\naddress = \"fd00::2/64\" }"),
		"4: vrf 'a': interface 'eth0.11': address \"fd00::2/64\": that of interface 'eth0.10' at test.conf:2, too, expected one of its own" },
	/* The prefix of the uplinks. */
	{ IN_INTERFACE("address = \"fd5a:b1c0:de00::9/64\""),
		"2: " I
		"address \"fd5a:b1c0:de00::9/64\": its network overlaps with the prefix of the uplinks, fd5a:b1c0:de00::/64, expected another prefix in section uplink" },
	{ "uplink { prefix = \"fd00:1::/100\" }\n" IN_INTERFACE("address = \"fd00:1::1:2/64\""),
		"3: " I
		"address \"fd00:1::1:2/64\": its network overlaps with the prefix of the uplinks, fd00:1::/100, expected another prefix in section uplink" },
	{ IN_INTERFACE("address = \"fd5a:b1c0:de00::5/126\""),
		"2: " I
		"address \"fd5a:b1c0:de00::5/126\": its network overlaps with the prefix of the uplinks, fd5a:b1c0:de00::/64, expected another prefix in section uplink" },
	/* The kernel refuses it where that is the uplink's own. */
	{ IN_INTERFACE("address = \"fd00::2/64\"\ngateway = \"fd5a:b1c0:de00::1\""),
		"3: " I
		"gateway \"fd5a:b1c0:de00::1\": in the prefix of the uplinks, expected that of a router on interface 'eth0.10'" },
	{ IN_VRF("interface eth0.10 { address = \"fd00::2/64\" }\nroute \"fd77::/16\" { dev = eth0.10\nvia = \"fd5a:b1c0:de00::1\" }"),
		"4: vrf 'a': route 'fd77::/16': via \"fd5a:b1c0:de00::1\": in the prefix of the uplinks, expected that of a router on interface 'eth0.10'" },
	{ IN_VRF("interface eth0.10 { address = \"fd00::2/64\" }\nroute \"fd5a:b1c0:de00::/80\" { via = \"fd00::1\" }"),
		"3: vrf 'a': route 'fd5a:b1c0:de00::/80': in the prefix of the uplinks, fd5a:b1c0:de00::/64, expected another prefix in section uplink" },
};

static void test_every_fault_is_told_in_its_words(void **state)
{
	(void)state;
	assert_rows(rows, sizeof(rows) / sizeof(rows[0]));
}

static void test_what_runs_but_is_seldom_meant_is_a_warning(void **state)
{
	static const char *const notes[] = {
		"test.conf:1: vrf 'a': no interface, so that its proxy reaches no customer; expected one",
		"test.conf:3: vrf 'b': interface 'eth0.11': address \"10.0.0.3/29\": in the network of interface 'eth0.10' at test.conf:2, which the kernel reaches by that one",
		"test.conf:4: vrf 'b': interface 'eth0.12': address \"fd00::/64\": that of all routers of its network (RFC 4291), expected another one",
		"test.conf:6: vrf 'e': interface 'eth0.14': no address, so that no customer is reached by it unless another program sets one; expected address",
	};
	cleanup_loaded struct loaded loaded = loaded_text(
		"vrf a { }\n"
		"vrf b { interface eth0.10 { address = \"10.0.0.2/29\" }\n"
		"interface eth0.11 { address = \"10.0.0.3/29\" }\n"
		"interface eth0.12 { address = \"fd00::/64\" } }\n"
		"vrf c { enabled = no interface eth0.13 { } } namespace d { interface eth1 { kind = device } }\n"
		"vrf e { interface eth0.14 { } interface eth0.15 { address = \"10.0.0.2/29\" } }\n"
		"vrf f { interface eth0.16 { } sysctl = { \"net.ipv6.conf.eth0/16.accept_ra=2\" } }\n");

	(void)state;
	assert_no_faults(&loaded);
	assert_int_equal(loaded.report.notes.count, 4);
	for (size_t i = 0; i < 4; i++)
		assert_string_equal(loaded.report.notes.items[i], notes[i]);
}

/* The text is checked with all that it says, the others for what they are about. */
static void test_one_address_of_two_vrfs_on_one_wire_is_a_warning(void **state)
{
	static const struct {
		const char *text, *note;
	} cases[] = {
		{ "vrf a { interface c { kind = macvlan parent = p0 address = \"10.0.0.2/30\" } }\n"
		  "vrf b { interface d { kind = macvlan parent = p0\naddress = { \"10.0.0.6/30\", \"10.0.0.2/24\" } } }\n",
			"test.conf:3: vrf 'b': interface 'd': address \"10.0.0.2/24\": that of vrf 'a' at test.conf:1, too, on the same wire (parent 'p0'), so that they take it from each other; expected one of its own, or conflict_detection = false where the network tells them apart" },
		/* One line for all of them. */
		{ "vrf a { interface c { kind = macvlan parent = p0 address = \"fd00::2/64\" } }\n"
		  "vrf b { interface c { kind = macvlan parent = p0 address = \"fd00::2/64\" } }\n"
		  "vrf c { interface c { kind = macvlan parent = p0 address = \"fd00::2/64\" } }\n"
		  "vrf d { interface c { kind = macvlan parent = p0 address = \"fd00::2/64\" conflict_detection = no } }\n",
			"test.conf:2: vrf 'b': interface 'c': address \"fd00::2/64\": that of vrf 'a' at test.conf:1 and of 2 more, too, on the same wire (parent 'p0')" },
		/* Both ends of a link. */
		{ "namespace a { interface c { kind = link peer = b/d address = 10.0.0.2/30 } }\n"
		  "namespace b { interface d { kind = link peer = a/c address = 10.0.0.2/30 } }\n",
			"test.conf:2: namespace 'b': interface 'd': address \"10.0.0.2/30\": that of namespace 'a' at test.conf:1, too, on the same wire (link 'a/c' to 'b/d')" },
		/* Overlap is what VRFs are for. */
		{ "vrf a { interface c { kind = macvlan parent = p0 address = \"10.0.0.2/30\" } }\n"
		  "vrf b { interface c { kind = macvlan parent = p1 address = \"10.0.0.2/30\" } }\n",
			NULL },
		{ "vrf a { interface p0.10 { address = \"10.0.0.2/30\" } }\n"
		  "vrf b { interface p0.20 { address = \"10.0.0.2/30\" } }\n",
			NULL },
		{ "vrf a { interface c { kind = macvlan parent = p0 address = \"10.0.0.2/30\" } }\n"
		  "vrf b { interface c { kind = macvlan parent = p0 address = \"10.0.0.1/30\" } }\n",
			NULL },
		/* Who runs, and who is not asked. */
		{ "vrf a { enabled = no interface c { kind = macvlan parent = p0 address = \"10.0.0.2/30\" } }\n"
		  "vrf b { interface c { kind = macvlan parent = p0 address = \"10.0.0.2/30\" } }\n",
			NULL },
		{ "vrf a { interface c { kind = macvlan parent = p0 address = \"10.0.0.2/30\" conflict_detection = no } }\n"
		  "vrf b { interface c { kind = macvlan parent = p0 address = \"10.0.0.2/30\" conflict_detection = no } }\n",
			NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		cleanup_loaded struct loaded loaded = loaded_text(cases[i].text);
		const char *note = cases[i].note;

		assert_no_faults(&loaded);
		assert_int_equal(loaded.report.notes.count, note ? 1 : 0);
		if (note)
			assert_memory_equal(loaded.report.notes.items[0], note, strlen(note));
	}
}

/* Unnumbered interfaces, link-local addresses, ways around the uplinks' prefix, one NIC under many. */
static void test_odd_addresses_that_work_are_no_fault(void **state)
{
	cleanup_loaded struct loaded loaded = loaded_text(
		"vrf a { interface eth0.10 { address = { \"10.0.0.1/32\", \"fe80::2/64\", \"fd00::/127\" } gateway = \"fe80::1\" }\n"
		"  interface eth0.11 { address = { \"10.0.0.1/32\", \"fe80::2/64\", \"169.254.3.2/30\" } gateway = \"169.254.3.1\" }\n"
		"  route \"fd5a::/16\" { via = \"fe80::1\" dev = eth0.10 } route \"::/0\" { via = \"fe80::1\" dev = eth0.11 metric = 9 }\n"
		"  host h { address = \"127.0.0.1\" } dns = \"::1\" }\n"
		"vrf b { interface eth1 { kind = device address = \"10.0.0.2/30\" } interface m { kind = macvlan parent = eth0 mac = 02:00:00:00:00:01 address = \"10.1.0.2/30\" } }\n"
		"vrf c { interface n { kind = macvlan parent = eth2 mac = 02:00:00:00:00:01 address = \"10.2.0.2/30\" } interface eth10.5 { address = \"10.3.0.2/30\" } }\n"
		"namespace d { interface eth0.12 { address = \"fd5a:b1c0:de00::9/64\" } }\n");

	(void)state;
	assert_no_faults(&loaded);
	assert_int_equal(loaded.report.notes.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_fault_is_told_in_its_words),
		cmocka_unit_test(test_what_runs_but_is_seldom_meant_is_a_warning),
		cmocka_unit_test(test_one_address_of_two_vrfs_on_one_wire_is_a_warning),
		cmocka_unit_test(test_odd_addresses_that_work_are_no_fault),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
