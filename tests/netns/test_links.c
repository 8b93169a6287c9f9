// SPDX-License-Identifier: GPL-2.0-or-later
/* Moved NICs and veth pairs between namespaces. */
#include "world.h"

static const struct address left[1] = {
	{ .family = AF_INET, .prefix_length = 30, .bytes = { 10, 1, 0, 1 } }
};
static const struct address right[1] = {
	{ .family = AF_INET, .prefix_length = 30, .bytes = { 10, 1, 0, 2 } }
};

static struct net_want_link *add_device(struct net_want *want)
{
	struct net_want_netns *acme = world_add_netns(want, "acme", 0);
	struct net_want_link *link = world_add_link(acme, "wan", NET_LINK_DEVICE, "nic5");

	link->addresses = left;
	link->n_addresses = 1;
	return link;
}

static void make_nic(void)
{
	assert_int_equal(
		world_run("ip link add nic5 mtu 1480 address 02:00:00:00:00:05 type veth "
			  "peer name wire5 && ip link set nic5 up && ip link set wire5 up"),
		0);
	assert_true(world_settle());
}

static void a_moved_nic_is_given_back_as_it_was(void **state)
{
	cleanup(net_want_finish) struct net_want want = world_want();
	cleanup_free char *before = NULL;
	struct net_want_link *link;

	(void)state;
	make_nic();
	before = world_dump();
	link = add_device(&want);
	link->mtu_bytes = 1400;
	link->has_mac = true;
	memcpy(link->mac, "\x02\0\0\0\0\x77", 6);
	world_up(&want);
	assert_int_equal(world_count(&want), 0);
	assert_int_equal(world_run("ip -n acme link show wan | grep -q 'mtu 1400'"), 0);
	world_down();
	world_assert_is(before);
	/* also where only the interface goes */
	world_up(&want);
	want.netns[0].n_links = 0;
	world_up(&want);
	assert_int_equal(world_count(&want), 0);
	assert_int_equal(world_run("ip link show nic5 | grep -q 'mtu 1480'"), 0);
	world_down();
	world_run("ip link del nic5");
}

static void a_moved_nic_whose_name_is_taken_gets_another(void **state)
{
	cleanup(net_want_finish) struct net_want want = world_want();

	(void)state;
	make_nic();
	add_device(&want);
	world_up(&want);
	world_run("ip link add nic5 type veth peer name other5");
	world_down();
	assert_int_equal(world_run("ip link show dev0 | grep -q 02:00:00:00:00:05"), 0);
	world_run("ip link del nic5; ip link del dev0");
}

static void a_marked_nic_back_in_the_root_is_found_again(void **state)
{
	cleanup(net_want_finish) struct net_want want = world_want();
	cleanup_free char *before = NULL;

	(void)state;
	make_nic();
	before = world_dump();
	add_device(&want);
	world_up(&want);
	/* as the kernel does when the namespace dies */
	assert_int_equal(world_run("ip -n acme link set wan netns %d", getpid()), 0);
	world_up(&want);
	assert_int_equal(world_count(&want), 0);
	assert_int_equal(world_run("ip -n acme link set wan netns %d", getpid()), 0);
	world_down();
	world_assert_is(before);
	world_run("ip link del nic5");
}

static void a_moved_nic_is_known_by_its_mark_whatever_its_name(void **state)
{
	cleanup(net_want_finish) struct net_want want = world_want();
	cleanup_free char *before = NULL;
	struct net_want_link *link;

	(void)state;
	make_nic();
	before = world_dump();
	link = add_device(&want);
	world_add_route(&want.netns[0], "10.2.0.0/16", "10.1.0.2", NULL);
	world_up(&want);
	/* somebody renames it, and it is up again */
	assert_int_equal(world_run("ip -n acme link set wan down; ip -n acme link set wan name x; "
				   "ip -n acme link set x up"),
		0);
	world_up(&want);
	assert_int_equal(world_count(&want), 0);
	assert_int_equal(world_run("ip -n acme link show wan >/dev/null"), 0);
	/* the config renames it, and changes its address */
	link->name = "wide";
	link->addresses = right;
	world_up(&want);
	assert_int_equal(world_count(&want), 0);
	assert_int_equal(world_run("ip -n acme addr show wide | grep -q 10.1.0.2/30 && "
				   "! ip -n acme addr show wide | grep -q 10.1.0.1/30"),
		0);
	world_down();
	world_assert_is(before);
	world_run("ip link del nic5");
}

static void add_pair(struct net_want *want)
{
	struct net_want_netns *acme;
	struct net_want_link *a, *b;

	world_add_netns(want, "acme", 0);
	world_add_netns(want, "mgmt", -1);
	acme = &want->netns[0];
	a = world_add_link(acme, "tomgmt", NET_LINK_VETH, NULL);
	b = world_add_link(&want->netns[1], "toacme", NET_LINK_VETH, NULL);
	a->peer_netns = "mgmt";
	a->peer_name = "toacme";
	b->peer_netns = "acme";
	b->peer_name = "tomgmt";
	a->addresses = left;
	b->addresses = right;
	a->n_addresses = b->n_addresses = 1;
	world_add_route(acme, "10.2.0.0/16", "10.1.0.2", NULL);
}

static void a_pair_joins_two_namespaces(void **state)
{
	static const char *const harm[] = {
		"ip -n acme link del tomgmt",
		"ip -n mgmt link del toacme",
		"ip -n mgmt link set toacme down; ip -n mgmt link set toacme name x",
		"ip -n acme link set tomgmt down; ip -n acme link set tomgmt name x",
		"ip netns del mgmt",
		"ip netns del acme",
	};
	cleanup(net_want_finish) struct net_want want = world_want();
	cleanup_free char *before = world_dump();

	(void)state;
	add_pair(&want);
	world_up(&want);
	assert_int_equal(world_count(&want), 0);
	for (size_t i = 0; i < sizeof(harm) / sizeof(*harm); i++) {
		cleanup_fd int listener = -1;

		assert_int_equal(world_run("%s", harm[i]), 0);
		world_up(&want);
		if (world_count(&want) != 0)
			fail_msg("not all repaired after: %s", harm[i]);
		listener = world_listen("mgmt", "10.1.0.2", 10051);
		/* carrier comes a moment after the link */
		for (uint64_t end_ms = clock_now_ms() + 3000;
			world_connect("acme", "10.1.0.2", 10051) != 0;)
			if (clock_now_ms() > end_ms)
				fail_msg("no way after: %s", harm[i]);
	}
	world_down();
	world_assert_is(before);
}

/* Kernels before 6.14 look for the name in the wrong namespace. */
static void names_of_the_root_namespace_are_free_inside(void **state)
{
	cleanup(net_want_finish) struct net_want want = world_want();
	cleanup_free char *before = world_dump();
	struct net_want_link *link;

	(void)state;
	add_pair(&want);
	want.netns[0].links[0].name = want.netns[1].links[0].peer_name = "trunk0";
	want.netns[1].links[0].name = want.netns[0].links[0].peer_name = "lo2";
	link = world_add_link(&want.netns[0], "wire0", NET_LINK_MACVLAN, "trunk0");
	link->addresses = left;
	link->n_addresses = 1;
	world_add_route(&want.netns[0], "10.3.0.0/16", NULL, "wire0");
	world_up(&want);
	assert_int_equal(world_count(&want), 0);
	assert_int_equal(world_run("ip -n acme link del wire0"), 0);
	world_up(&want);
	assert_int_equal(world_count(&want), 0);
	world_down();
	world_assert_is(before);
}

int main(void);
static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_moved_nic_is_given_back_as_it_was),
	cmocka_unit_test(a_moved_nic_whose_name_is_taken_gets_another),
	cmocka_unit_test(a_marked_nic_back_in_the_root_is_found_again),
	cmocka_unit_test(a_moved_nic_is_known_by_its_mark_whatever_its_name),
	cmocka_unit_test(a_pair_joins_two_namespaces),
	cmocka_unit_test(names_of_the_root_namespace_are_free_inside),
};

world_main(tests)
