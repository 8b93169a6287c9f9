// SPDX-License-Identifier: GPL-2.0-or-later
/* Parents in a bridge or bond, or that are a bridge, and VLANs by alternative names; needs what the kernel of
 * tests/vm/run has. */
#include <poll.h>

#include "net/bridge.h"
#include "net/monitor.h"
#include "world.h"

static const char *missing(void)
{
	if (world_run("ip link add b0 type bridge 2>/dev/null && ip link del b0 && "
		      "ip link add b0 type bond 2>/dev/null && ip link del b0 && "
		      "ip link add link trunk0 name b0 type vlan id 4000 && ip link del b0") != 0)
		return "this kernel has no bridge, bond or 802.1Q; tests/vm/run has one that does";
	return NULL;
}

static const struct address customer[1] = {
	{ .family = AF_INET, .prefix_length = 30, .bytes = { 10, 0, 0, 2 } }
};

static struct net_want_link *add(
	struct net_want *want, const char *vrf, enum net_link_kind kind, const char *parent)
{
	struct net_want_link *link = world_add_link(
		world_add_netns(want, vrf, (int)want->n_netns), "cust", kind, parent);

	link->addresses = customer;
	link->n_addresses = 1;
	return link;
}

static struct net_want_link *add_vlan(
	struct net_want *want, const char *vrf, const char *parent, uint16_t outer, uint16_t inner)
{
	struct net_want_link *link = add(want, vrf, NET_LINK_VLAN, parent);

	if (outer)
		link->tags[link->n_tags++] = outer;
	link->tags[link->n_tags++] = inner;
	return link;
}

static void do_run(const char *command)
{
	if (world_run("%s", command) != 0)
		fail_msg("cannot do: %s", command);
}

static void up_at_once(const struct net_want *want)
{
	assert_true(world_up(want) > 0);
	assert_int_equal(world_count(want), 0);
}

static void hear(void *subject, enum net_monitor_what what, void *data)
{
	(void)subject;
	*(bool *)data |= what == NET_MONITOR_LOWER;
}

/* Who failed for it is tried again when its parent is free. */
static void assert_heard(const struct net_want *want, const char *command)
{
	uint64_t deadline_ms = clock_now_ms() + 10000;
	struct net_monitor *monitor;
	struct error err = ERROR_INIT;
	bool heard = false;

	if (net_monitor_create(&monitor, &err) < 0 ||
		net_monitor_add(monitor, &want->netns[0], (void *)want, &err) < 0)
		fail_msg("%s", err.text);
	do_run(command);
	while (!heard && clock_now_ms() < deadline_ms) {
		struct pollfd ready = { .fd = net_monitor_fd(monitor), .events = POLLIN };

		poll(&ready, 1, 1000);
		if (net_monitor_read(monitor, hear, &heard, &err) < 0)
			fail_msg("%s", err.text);
	}
	net_monitor_destroy(monitor);
	assert_true(heard);
}

static void a_parent_in_a_bridge_or_bond_tells_whose_it_is(void **state)
{
	static const struct {
		const char *make, *undo, *fault[2]; /* as parent of a macvlan, as device */
	} rows[] = {
		{ "ip link add br0 type bridge; ip link set trunk0 master br0",
			"ip link set trunk0 nomaster; ip link del br0",
			{ "'trunk0' is a port of bridge 'br0': use 'br0' as parent",
				"'trunk0' is a port of bridge 'br0': use 'br0' as device" } },
		{ "ip link add bond0 type bond; ip link set trunk0 down; ip link set trunk0 master bond0",
			"ip link set trunk0 nomaster; ip link del bond0; ip link set trunk0 up",
			{ "'trunk0' is a slave of bond 'bond0': use 'bond0' as parent",
				"'trunk0' is a slave of bond 'bond0': use 'bond0' as device" } },
		{ "ip link add iv0 link trunk0 type ipvlan", "ip link del iv0",
			{ "'trunk0' is taken by 'iv0' (ipvlan): no macvlan beside it",
				"device 'trunk0' carries 'iv0' (ipvlan): delete that first" } },
	};
	static const enum net_link_kind kinds[] = { NET_LINK_MACVLAN, NET_LINK_DEVICE };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		do_run(rows[i].make);
		for (size_t k = 0; k < 2; k++) {
			cleanup(net_want_finish) struct net_want want = world_want();
			cleanup_free char *expected =
				xasprintf("vrf 'acme': interface 'cust': %s", rows[i].fault[k]);
			struct error err;

			add(&want, "acme", kinds[k], "trunk0");
			world_try(&want, &err);
			assert_string_equal(err.text, expected);
			if (k == 1 && i < 2)
				assert_heard(&want, "ip link set trunk0 nomaster");
		}
		do_run(rows[i].undo);
	}
	world_down();
}

static void the_bridge_or_bond_itself_serves(void **state)
{
	static const char *const masters[] = { "bridge", "bond" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		cleanup(net_want_finish) struct net_want want = world_want();
		cleanup_free char *make = xasprintf(
			"ip link add m0 type %s; ip link set trunk0 down; ip link set trunk0 master m0; "
			"ip link set trunk0 up; ip link set m0 up",
			masters[i]);

		do_run(make);
		add(&want, "acme", NET_LINK_MACVLAN, "m0");
		add_vlan(&want, "bravo", "m0", 0, 10);
		up_at_once(&want);
		world_down();
		do_run("ip link del m0; ip link set trunk0 up");
	}
}

static void assert_lacks(uint16_t id, bool expected)
{
	char name[NET_IFNAME_SIZE] = "";
	struct error err = ERROR_INIT;
	bool lacks;

	if (net_bridge_lacks_vlan("br-by-another-name", id, &lacks, name, &err) < 0)
		fail_msg("%s", err.text);
	if (lacks != expected)
		fail_msg("vlan %u: %s", id, lacks ? "lacking" : "there");
	if (lacks)
		assert_string_equal(name, "br0");
}

static void a_bridge_that_filters_vlans_is_asked_for_them(void **state)
{
	bool lacks = true;

	(void)state;
	do_run("ip link add br0 type bridge; ip link set br0 up; ip link set trunk0 master br0; "
	       "ip link property add dev br0 altname br-by-another-name");
	assert_lacks(10, false);
	do_run("ip link set br0 type bridge vlan_filtering 1");
	assert_lacks(1, false);
	assert_lacks(10, true);
	do_run("bridge vlan add dev trunk0 vid 10");
	assert_lacks(10, true);
	do_run("bridge vlan add dev br0 vid 10 self; bridge vlan add dev br0 vid 20-30 self");
	assert_lacks(10, false);
	assert_lacks(20, false);
	assert_lacks(25, false);
	assert_lacks(30, false);
	assert_lacks(31, true);
	do_run("ip link del br0");
	assert_int_equal(net_bridge_lacks_vlan("br0", 10, &lacks, (char[16]){ 0 }, NULL), 0);
	assert_false(lacks);
}

static void vlans_stand_on_a_parent_by_any_of_its_names(void **state)
{
	cleanup(net_want_finish) struct net_want want = world_want(), twice = world_want();
	struct error err;

	(void)state;
	do_run("ip link property add dev trunk0 altname enxaabbccddeeff altname pci-0000-03-00-0-port-1");
	add_vlan(&want, "acme", "trunk0", 100, 10);
	add_vlan(&want, "bravo", "enxaabbccddeeff", 100, 20);
	add_vlan(&want, "carl", "pci-0000-03-00-0-port-1", 100, 30);
	add_vlan(&want, "dora", "pci-0000-03-00-0-port-1", 0, 30);
	up_at_once(&want);
	/* one device for all, named by the parent's own name */
	do_run("test $(ip -br link show type vlan | grep -c @trunk0) = 1 && ip link show trunk0.100 >/dev/null");
	for (size_t i = 0; i < want.n_netns; i++)
		assert_int_equal(world_mend(&want, i, NULL), 0);
	world_down();
	add_vlan(&twice, "acme", "enxaabbccddeeff", 0, 10);
	add_vlan(&twice, "bravo", "trunk0", 0, 10);
	world_try(&twice, &err);
	assert_string_equal(err.text,
		"vrf 'bravo': interface 'cust': 'trunk0' is 'enxaabbccddeeff', used in the same way by interface 'cust' of 'acme'");
	world_down();
	do_run("ip link property del dev trunk0 altname enxaabbccddeeff altname pci-0000-03-00-0-port-1");
}

static void a_vlan_larger_than_its_parent_has_the_parents_size(void **state)
{
	cleanup(net_want_finish) struct net_want want = world_want();
	struct error err;

	(void)state;
	add_vlan(&want, "acme", "trunk0", 100, 10)->mtu_bytes = 9000;
	world_try(&want, &err);
	assert_string_equal(err.text,
		"vrf 'acme': interface 'cust': cannot set mtu 9000 (more than the 1500 of 'trunk0'): Numerical result out of range");
	do_run("ip -n acme link show up cust | grep -q 'mtu 1500'");
	do_run("ip link set trunk0 mtu 9000; ip link set trunk0.100 mtu 9000");
	up_at_once(&want);
	do_run("ip link set trunk0 mtu 1500");
	world_down();
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_parent_in_a_bridge_or_bond_tells_whose_it_is),
	cmocka_unit_test(the_bridge_or_bond_itself_serves),
	cmocka_unit_test(a_bridge_that_filters_vlans_is_asked_for_them),
	cmocka_unit_test(vlans_stand_on_a_parent_by_any_of_its_names),
	cmocka_unit_test(a_vlan_larger_than_its_parent_has_the_parents_size),
};

world_main_but(tests, missing())
