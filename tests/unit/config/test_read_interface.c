// SPDX-License-Identifier: GPL-2.0-or-later
/* What names and keys of interfaces mean: PARENT.ID, QinQ, macvlan, device, link. */
#include "loaded.h"

struct expected {
	const char *text; /* of the interface section */
	enum config_interface_kind kind;
	const char *parent;
	size_t n_tags;
	uint16_t tags[CONFIG_MAX_TAGS];
	enum config_vlan_protocol protocol;
};

static const struct expected table[] = {
	{ "eth0.10 { }", CONFIG_INTERFACE_VLAN, "eth0", 1, { 10 }, CONFIG_VLAN_8021Q },
	{ "eth0.1 { }", CONFIG_INTERFACE_VLAN, "eth0", 1, { 1 }, CONFIG_VLAN_8021Q },
	{ "eth0.4094 { }", CONFIG_INTERFACE_VLAN, "eth0", 1, { 4094 }, CONFIG_VLAN_8021Q },
	{ "eth0.100.10 { }", CONFIG_INTERFACE_VLAN, "eth0", 2, { 100, 10 }, CONFIG_VLAN_8021AD },
	{ "e.1.2.3 { }", CONFIG_INTERFACE_VLAN, "e", 3, { 1, 2, 3 }, CONFIG_VLAN_8021AD },
	{ "e.1.2 { protocol = 802.1q }", CONFIG_INTERFACE_VLAN, "e", 2, { 1, 2 },
		CONFIG_VLAN_8021Q },
	{ "e.1 { protocol = 802.1ad }", CONFIG_INTERFACE_VLAN, "e", 1, { 1 }, CONFIG_VLAN_8021AD },
	{ "c { kind = vlan parent = eth0 id = 10 }", CONFIG_INTERFACE_VLAN, "eth0", 1, { 10 },
		CONFIG_VLAN_8021Q },
	{ "c { parent = \"eth0.100\" id = 10 }", CONFIG_INTERFACE_VLAN, "eth0", 2, { 100, 10 },
		CONFIG_VLAN_8021AD },
	{ "eth0.10 { parent = eth1 }", CONFIG_INTERFACE_VLAN, "eth1", 1, { 10 },
		CONFIG_VLAN_8021Q },
	{ "eth0.10 { id = 20 }", CONFIG_INTERFACE_VLAN, "eth0", 1, { 20 }, CONFIG_VLAN_8021Q },
	{ "c { kind = macvlan parent = eth0 }", CONFIG_INTERFACE_MACVLAN, "eth0", 0, { 0 },
		CONFIG_VLAN_8021Q },
	{ "eth0.10 { kind = macvlan parent = eth0 }", CONFIG_INTERFACE_MACVLAN, "eth0", 0, { 0 },
		CONFIG_VLAN_8021Q },
	{ "c { kind = ipvlan parent = eth0 mode = l3s }", CONFIG_INTERFACE_IPVLAN, "eth0", 0, { 0 },
		CONFIG_VLAN_8021Q },
	{ "eth1 { kind = device }", CONFIG_INTERFACE_DEVICE, "eth1", 0, { 0 }, CONFIG_VLAN_8021Q },
	{ "c { kind = device parent = eth1 }", CONFIG_INTERFACE_DEVICE, "eth1", 0, { 0 },
		CONFIG_VLAN_8021Q },
};

static void row_check(const struct expected *row)
{
	cleanup_free char *text = NULL;
	struct loaded loaded;
	const struct config_interface *interface;

	assert_true(asprintf(&text, "vrf a { interface %s }", row->text) > 0);
	loaded = loaded_text(text);
	assert_no_faults(&loaded);
	interface = &loaded.config->vrfs[0].interfaces[0];
	assert_int_equal(interface->kind, row->kind);
	assert_string_equal(interface->parent, row->parent);
	assert_int_equal(interface->n_tags, row->n_tags);
	for (size_t i = 0; i < row->n_tags; i++)
		assert_int_equal(interface->tags[i], row->tags[i]);
	assert_int_equal(interface->protocol, row->protocol);
	loaded_finish(&loaded);
}

static void test_names_and_keys_say_what_it_is(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		row_check(&table[i]);
}

static void test_the_other_end_of_a_link_takes_our_name(void **state)
{
	cleanup_loaded struct loaded loaded =
		loaded_text("vrf a { interface l { kind = link peer = b } } "
			    "namespace b { interface l { kind = link peer = a } }");

	(void)state;
	assert_no_faults(&loaded);
	assert_string_equal(loaded.config->vrfs[0].interfaces[0].peer_netns, "b");
	assert_string_equal(loaded.config->vrfs[0].interfaces[0].peer_name, "l");
}

static void test_a_single_text_needs_no_braces(void **state)
{
	cleanup_loaded struct loaded loaded = loaded_text(
		"vrf a { interface e.1 { gateway = \"10.0.0.1\" address = \"10.0.0.2/30\" }\n"
		"  host h { address = 10.0.0.1 templates = \"ICMP Ping\" } }");

	(void)state;
	assert_no_faults(&loaded);
	assert_int_equal(loaded.config->vrfs[0].interfaces[0].n_gateways, 1);
	assert_string_equal(loaded.config->vrfs[0].hosts[0].templates.items[0], "ICMP Ping");
}

static void test_conflicts_are_looked_for_unless_it_says_no(void **state)
{
	cleanup_loaded struct loaded loaded = loaded_text(
		"vrf a { interface e.1 { } interface e.2 { conflict_detection = off } }");

	(void)state;
	assert_no_faults(&loaded);
	assert_true(loaded.config->vrfs[0].interfaces[0].conflict_detection);
	assert_false(loaded.config->vrfs[0].interfaces[1].conflict_detection);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names_and_keys_say_what_it_is),
		cmocka_unit_test(test_the_other_end_of_a_link_takes_our_name),
		cmocka_unit_test(test_a_single_text_needs_no_braces),
		cmocka_unit_test(test_conflicts_are_looked_for_unless_it_says_no),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
