// SPDX-License-Identifier: GPL-2.0-or-later
/* Devices that links stand on: by each of their names, and those that cannot be stood on. */
#include <poll.h>

#include "net/monitor.h"
#include "world.h"

#define ALTNAME "enxaabbccddeeff"
#define LONG    "pci-0000-03-00-0-port-1-of-the-trunk"

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

static void do_run(const char *command)
{
	if (world_run("%s", command) != 0)
		fail_msg("cannot do: %s", command);
}

static void assert_fault(const struct net_want *want, const char *expected)
{
	struct error err;

	world_try(want, &err);
	assert_string_equal(err.text, expected);
}

static void up_at_once(const struct net_want *want)
{
	assert_true(world_up(want) > 0);
	assert_int_equal(world_count(want), 0);
}

static void name_trunk(void)
{
	do_run("ip link property add dev trunk0 altname " ALTNAME " altname " LONG);
}

static void forget_names(void)
{
	do_run("ip link property del dev trunk0 altname " ALTNAME " altname " LONG);
}

static void a_parent_may_be_given_by_an_alternative_name(void **state)
{
	static const char *const names[] = { ALTNAME, LONG, "trunk0" };
	cleanup(net_want_finish) struct net_want want = world_want();
	cleanup_free char *before = NULL;

	(void)state;
	name_trunk();
	before = world_dump();
	for (size_t i = 0; i < 3; i++)
		add(&want, (const char *[]){ "acme", "bravo", "carl" }[i], NET_LINK_MACVLAN,
			names[i]);
	up_at_once(&want);
	assert_int_equal(world_up(&want), 0);
	for (size_t i = 0; i < 3; i++) {
		size_t looked_at;

		/* without a look at all links of the machine */
		assert_int_equal(world_mend(&want, i, &looked_at), 0);
		assert_int_equal(looked_at, 2);
	}
	world_down();
	world_assert_is(before);
	forget_names();
}

static void the_mtu_of_a_parent_known_by_another_name_is_followed(void **state)
{
	cleanup(net_want_finish) struct net_want want = world_want();

	(void)state;
	name_trunk();
	add(&want, "acme", NET_LINK_MACVLAN, ALTNAME);
	do_run("ip link set trunk0 mtu 9000");
	up_at_once(&want);
	do_run("ip link set trunk0 mtu 1500; ip link set trunk0 mtu 9000");
	world_mend(&want, 0, NULL);
	do_run("ip -n acme link show cust | grep -q 'mtu 9000'");
	assert_int_equal(world_count(&want), 0);
	do_run("ip link set trunk0 mtu 1500");
	forget_names();
	world_run("ip -n acme link del cust");
	assert_fault(&want, "vrf 'acme': interface 'cust': parent '" ALTNAME "' not found");
	world_down();
}

static void hear(void *subject, enum net_monitor_what what, void *data)
{
	(void)subject;
	*(bool *)data |= what == NET_MONITOR_LOWER;
}

static bool hears_after(struct net_monitor *monitor, const char *command)
{
	struct pollfd ready = { .fd = net_monitor_fd(monitor), .events = POLLIN };
	uint64_t deadline_ms = clock_now_ms() + 10000;
	bool heard = false;

	do_run(command);
	while (!heard && clock_now_ms() < deadline_ms) {
		struct error err = ERROR_INIT;

		poll(&ready, 1, 1000);
		if (net_monitor_read(monitor, hear, &heard, &err) < 0)
			fail_msg("%s", err.text);
	}
	return heard;
}

static void a_parent_known_by_another_name_is_heard_of(void **state)
{
	cleanup(net_want_finish) struct net_want want = world_want();
	struct net_monitor *monitor;
	struct error err = ERROR_INIT;

	(void)state;
	name_trunk();
	add(&want, "acme", NET_LINK_MACVLAN, LONG);
	up_at_once(&want);
	if (net_monitor_create(&monitor, &err) < 0 ||
		net_monitor_add(monitor, &want.netns[0], &want, &err) < 0)
		fail_msg("%s", err.text);
	assert_true(hears_after(monitor, "ip link set trunk0 down"));
	assert_true(hears_after(monitor, "ip link set trunk0 up"));
	assert_true(hears_after(monitor, "ip link property del dev trunk0 altname " LONG));
	assert_true(hears_after(monitor, "ip link property add dev trunk0 altname " LONG));
	net_monitor_destroy(monitor);
	forget_names();
	world_down();
}

/* ---- a device that is moved in ---- */

/* The last one is the last one again when it comes back. */
static void make_nic(void)
{
	do_run("ip link add nic5 type veth peer name wire5 && ip link set nic5 up && "
	       "ip link set wire5 up && ip link property add dev nic5 altname " LONG "5 "
	       "altname enxaabbccddee05");
	assert_true(world_settle());
}

static void a_device_may_be_given_by_an_alternative_name(void **state)
{
	cleanup(net_want_finish) struct net_want want = world_want();
	cleanup_free char *before = NULL;
	struct net_want_link *link = add(&want, "acme", NET_LINK_DEVICE, LONG "5");

	(void)state;
	make_nic();
	before = world_dump();
	up_at_once(&want);
	assert_int_equal(world_mend(&want, 0, NULL), 0);
	/* by another of its names it is the same one */
	link->parent = "enxaabbccddee05";
	assert_int_equal(world_count(&want), 0);
	link->parent = "nic5";
	assert_int_equal(world_count(&want), 0);
	do_run("ip -n acme link set cust down && ip -n acme link set cust name other");
	assert_true(world_up(&want) > 0);
	assert_int_equal(world_count(&want), 0);
	world_down();
	world_assert_is(before);
	do_run("ip link del nic5");
}

/* The kernel has a name once: what was an alternative one is its own inside, and one again afterwards. */
static void a_device_keeps_the_alternative_name_it_has_inside(void **state)
{
	cleanup(net_want_finish) struct net_want want = world_want();
	cleanup_free char *before = NULL;

	(void)state;
	make_nic();
	before = world_dump();
	add(&want, "acme", NET_LINK_DEVICE, "enxaabbccddee05")->name = "enxaabbccddee05";
	up_at_once(&want);
	do_run("ip -n acme -br link show type veth | grep -q ^enxaabbccddee05");
	do_run("ip -n acme link set enxaabbccddee05 down && "
	       "ip -n acme link set enxaabbccddee05 name other");
	assert_true(world_up(&want) > 0);
	assert_int_equal(world_count(&want), 0);
	/* from one VRF to another at once */
	want.netns[0].name = "bravo";
	up_at_once(&want);
	do_run("ip -n bravo -br link show type veth | grep -q ^enxaabbccddee05");
	world_down();
	world_assert_is(before);
	do_run("ip link del nic5");
}

/* That is no alternative name of it. */
static void a_device_goes_from_one_vrf_to_another_by_one_name_inside(void **state)
{
	cleanup(net_want_finish) struct net_want want = world_want();
	cleanup_free char *before = NULL;

	(void)state;
	make_nic();
	before = world_dump();
	add(&want, "acme", NET_LINK_DEVICE, "nic5")->name = "c1";
	up_at_once(&want);
	want.netns[0].name = "bravo";
	up_at_once(&want);
	do_run("ip -n bravo -br link show type veth | grep -q ^c1");
	world_down();
	world_assert_is(before);
	do_run("ip link del nic5");
}

/* ---- what cannot be ---- */

static void one_device_under_two_names_is_used_once(void **state)
{
	cleanup(net_want_finish) struct net_want macs = world_want(), devices = world_want();

	(void)state;
	name_trunk();
	for (size_t i = 0; i < 2; i++) {
		struct net_want_link *link =
			add(&macs, i ? "bravo" : "acme", NET_LINK_MACVLAN, i ? ALTNAME : "trunk0");

		link->has_mac = true;
		memcpy(link->mac, "\x02\0\0\0\0\x77", 6);
	}
	assert_fault(&macs,
		"vrf 'bravo': interface 'cust': '" ALTNAME
		"' is 'trunk0', used in the same way by interface 'cust' of 'acme'");
	world_down();
	make_nic();
	add(&devices, "acme", NET_LINK_DEVICE, "nic5");
	add(&devices, "bravo", NET_LINK_DEVICE, "enxaabbccddee05");
	assert_fault(&devices,
		"vrf 'bravo': interface 'cust': 'enxaabbccddee05' is 'nic5', used in the same way by interface 'cust' of 'acme'");
	/* once it is there, too, and where another one would stand on it */
	assert_fault(&devices,
		"vrf 'bravo': interface 'cust': device 'enxaabbccddee05' not found: it is in namespace 'acme'");
	devices.netns[1].links[0].kind = NET_LINK_MACVLAN;
	assert_fault(&devices,
		"vrf 'bravo': interface 'cust': parent 'enxaabbccddee05' not found: it is in namespace 'acme'");
	world_down();
	do_run("ip link del nic5");
	forget_names();
}

static void a_parent_that_a_macvlan_has_for_itself_is_told(void **state)
{
	cleanup(net_want_finish) struct net_want want = world_want(), device = world_want(),
						 lo = world_want();

	(void)state;
	add(&want, "acme", NET_LINK_MACVLAN, "trunk0");
	add(&device, "acme", NET_LINK_DEVICE, "trunk0");
	add(&lo, "acme", NET_LINK_MACVLAN, "lo");
	do_run("ip link add mine link trunk0 type macvlan mode passthru");
	assert_fault(&want,
		"vrf 'acme': interface 'cust': 'trunk0' is taken by 'mine' (macvlan mode passthru): no macvlan beside it");
	assert_fault(&device,
		"vrf 'acme': interface 'cust': device 'trunk0' carries 'mine' (macvlan): delete that first");
	/* in another namespace it is the kernel that knows */
	do_run("ip netns add other; ip link set mine netns other");
	assert_fault(&want,
		"vrf 'acme': interface 'cust': cannot create macvlan on 'trunk0': Invalid argument: "
		"that parent is no Ethernet link, or a macvlan has it for itself (mode passthru)");
	do_run("ip netns del other");
	assert_fault(&lo, "vrf 'acme': interface 'cust': parent 'lo' is the loopback interface");
	world_down();
}

static char *plan_print(const struct net_want *want)
{
	struct net_have *have;
	struct net_plan *plan;
	struct error err = ERROR_INIT;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (net_have_read(want, &have, &err) < 0)
		fail_msg("%s", err.text);
	plan = net_plan_create(want, have);
	net_plan_print(plan, out);
	net_plan_destroy(plan);
	net_have_destroy(have);
	fclose(out);
	return text;
}

/* It costs its size, and not the VRF. */
static void an_mtu_above_the_parents_is_foreseen(void **state)
{
	static const char planned[] =
		"acme: set mtu 9000 (more than the 1500 of 'trunk0') on cust\n";
	static const char failed[] =
		"vrf 'acme': interface 'cust': cannot set mtu 9000 (more than the 1500 of 'trunk0'): Invalid argument";
	cleanup(net_want_finish) struct net_want want = world_want();
	cleanup_free char *first = NULL, *second = NULL;

	(void)state;
	add(&want, "acme", NET_LINK_MACVLAN, "trunk0")->mtu_bytes = 9000;
	first = plan_print(&want);
	assert_non_null(strstr(first, planned));
	assert_fault(&want, failed);
	do_run("ip -n acme addr show cust | grep -q 'inet 10.0.0.2/30'");
	do_run("ip -n acme link show up cust | grep -q 'mtu 1500'");
	second = plan_print(&want);
	assert_string_equal(second, planned);
	do_run("ip link set trunk0 mtu 9000");
	up_at_once(&want);
	do_run("ip -n acme link show cust | grep -q 'mtu 9000'");
	do_run("ip link set trunk0 mtu 1500");
	assert_fault(&want, failed);
	world_down();
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_parent_may_be_given_by_an_alternative_name),
	cmocka_unit_test(the_mtu_of_a_parent_known_by_another_name_is_followed),
	cmocka_unit_test(a_parent_known_by_another_name_is_heard_of),
	cmocka_unit_test(a_device_may_be_given_by_an_alternative_name),
	cmocka_unit_test(a_device_keeps_the_alternative_name_it_has_inside),
	cmocka_unit_test(a_device_goes_from_one_vrf_to_another_by_one_name_inside),
	cmocka_unit_test(one_device_under_two_names_is_used_once),
	cmocka_unit_test(a_parent_that_a_macvlan_has_for_itself_is_told),
	cmocka_unit_test(an_mtu_above_the_parents_is_foreseen),
};

world_main(tests)
