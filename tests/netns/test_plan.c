// SPDX-License-Identifier: GPL-2.0-or-later
/* Up, again up, and down of real namespaces. */
#include "world.h"

static const struct address customer[1] = {
	{ .family = AF_INET, .prefix_length = 30, .bytes = { 10, 0, 0, 2 } }
};

static struct net_want_netns *add_customer(struct net_want *want, const char *name, int id)
{
	struct net_want_netns *netns = world_add_netns(want, name, id);
	struct net_want_link *link = world_add_link(netns, "cust", NET_LINK_MACVLAN, "trunk0");

	link->addresses = customer;
	link->n_addresses = 1;
	world_add_route(netns, "0.0.0.0/0", "10.0.0.1", "cust");
	world_add_route(netns, "192.168.0.0/16", "10.0.0.1", NULL);
	return netns;
}

static void assert_reachable(const char *netns, const char *address)
{
	cleanup_fd int listener = world_listen(netns, address, 10050);

	assert_true(listener >= 0);
	assert_int_equal(world_connect("", address, 10050), 0);
}

static void up_again_changes_nothing_and_down_leaves_as_before(void **state)
{
	cleanup(net_want_finish) struct net_want want = world_want();
	cleanup_free char *before = world_dump();

	(void)state;
	add_customer(&want, "acme", 0);
	add_customer(&want, "bravo", 7);
	assert_true(world_up(&want) > 0);
	assert_int_equal(world_count(&want), 0);
	assert_reachable("acme", "fd5a:b1c0:de00::2");
	assert_reachable("bravo", "fd5a:b1c0:de00::1e");
	world_down();
	world_assert_is(before);
}

static void same_addresses_reach_their_own_peer_only(void **state)
{
	cleanup(net_want_finish) struct net_want want = world_want();
	cleanup_fd int listener = -1;

	(void)state;
	add_customer(&want, "acme", 0);
	add_customer(&want, "bravo", 1);
	world_up(&want);
	listener = world_listen("acme", "10.0.0.2", 10051);
	assert_int_equal(world_connect("acme", "10.0.0.2", 10051), 0);
	assert_int_equal(world_connect("bravo", "10.0.0.2", 10051), ECONNREFUSED);
	assert_int_not_equal(world_connect("", "10.0.0.2", 10051), 0);
	close(steal_fd(&listener)); /* a socket keeps its namespace alive */
	world_down();
}

static void what_is_undone_is_done_again(void **state)
{
	static const char *const harm[] = {
		"ip -n acme addr del 10.0.0.2/30 dev cust",
		"ip -n acme route del default",
		"ip -n acme route del 192.168.0.0/16",
		"ip -n acme link set cust down",
		"ip -n acme link del cust",
		"ip -n acme link set uplink down",
		"ip -n acme link set lo down",
		"ip -n acme link del uplink",
		"ip -n acme addr flush dev uplink",
		"ip -n acme neigh flush all nud permanent",
		"ip -n acme link set cust mtu 1300",
		"ip -n acme link set uplink mtu 1400",
		"ip -n acme link set uplink addrgenmode eui64",
		"ip -n acme link set uplink address 02:00:00:00:00:09",
		"ip -n acme link set cust down; ip -n acme link set cust name other",
		"ip link set vg0 down",
		"ip link set vg0 down; ip link set vg0 name vgx",
		"ip addr flush dev vg0",
		"ip neigh flush all nud permanent",
		"ip link del vg0",
		"ip netns del acme",
		"umount /run/netns/acme",
		"echo 1 > /proc/sys/net/ipv6/conf/vg0/accept_ra",
		"ip netns exec acme sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward'",
		"ip netns exec acme sh -c 'echo 2 > /proc/sys/net/ipv6/conf/cust/accept_ra'",
		"ip netns exec acme sh -c 'echo 1 > /proc/sys/net/ipv4/conf/all/rp_filter'",
	};
	cleanup(net_want_finish) struct net_want want = world_want();
	struct net_want_sysctl *sysctl;
	struct net_want_netns *acme;

	(void)state;
	acme = add_customer(&want, "acme", 0);
	acme->links[0].mtu_bytes = 1350;
	sysctl = array_append(&acme->sysctls, &acme->n_sysctls);
	*sysctl = (struct net_want_sysctl){ "net.ipv4.conf.all.rp_filter", "2" };
	world_up(&want);
	for (size_t i = 0; i < sizeof(harm) / sizeof(*harm); i++) {
		assert_int_equal(world_run("%s", harm[i]), 0);
		if (world_up(&want) == 0)
			fail_msg("nothing repaired after: %s", harm[i]);
		if (world_count(&want) != 0)
			fail_msg("not all repaired after: %s", harm[i]);
	}
	world_down();
}

static void config_changes_become_small_plans(void **state)
{
	static const struct address moved[] = {
		{ .family = AF_INET, .prefix_length = 24, .bytes = { 10, 0, 0, 3 } },
		{ .family = AF_INET, .prefix_length = 24, .bytes = { 10, 0, 0, 4 } },
		{ .family = AF_INET6, .prefix_length = 64, .bytes = { 0xfd, 1, [15] = 2 } },
	};
	cleanup(net_want_finish) struct net_want want = world_want();
	cleanup_free char *before = world_dump();
	struct net_want_netns *acme;

	(void)state;
	acme = add_customer(&want, "acme", 0);
	acme->links[0].addresses = moved;
	acme->links[0].n_addresses = 2;
	world_up(&want);
	assert_int_equal(world_count(&want), 0);
	/* the first of two in one network goes: the other must stay */
	acme->links[0].addresses = moved + 1;
	world_up(&want);
	assert_int_equal(world_count(&want), 0);
	acme->links[0].addresses = customer;
	acme->links[0].n_addresses = 1;
	world_up(&want);
	assert_int_equal(world_count(&want), 0);
	acme->id = 9;
	acme->n_routes = 1;
	world_up(&want);
	assert_int_equal(world_count(&want), 0);
	assert_int_not_equal(world_run("ip link show vg0 2>/dev/null"), 0);
	assert_int_not_equal(world_run("ip -n acme route | grep -q 192.168"), 0);
	acme->has_uplink = false;
	acme->n_links = acme->n_routes = 0;
	world_up(&want);
	assert_int_equal(world_count(&want), 0);
	assert_int_equal(world_run("test $(ip -n acme -o link | wc -l) = 1"), 0);
	world_down();
	world_assert_is(before);
}

static void ipv6_customers_and_on_link_gateways(void **state)
{
	static const struct address both[] = {
		{ .family = AF_INET, .prefix_length = 32, .bytes = { 10, 0, 0, 2 } },
		{ .family = AF_INET6, .prefix_length = 64, .bytes = { 0xfd, 1, [15] = 2 } },
	};
	cleanup(net_want_finish) struct net_want want = world_want();
	struct net_want_netns *acme;
	struct net_want_link *link;

	(void)state;
	acme = world_add_netns(&want, "acme", 3);
	link = world_add_link(acme, "cust", NET_LINK_MACVLAN, "trunk0");
	link->addresses = both;
	link->n_addresses = 2;
	world_add_route(acme, "0.0.0.0/0", "192.0.2.1", "cust");
	world_add_route(acme, "::/0", "fd01::1", "cust");
	world_add_route(acme, "fd02::/64", "fe80::1", "cust")->metric = 50;
	world_add_route(acme, "172.16.0.0/12", NULL, "cust")->metric = 7;
	world_add_route(acme, "172.16.1.0/24", "172.16.0.1", NULL);
	world_up(&want);
	assert_int_equal(world_count(&want), 0);
	assert_int_equal(world_run("ip -n acme route | grep -q '192.0.2.1.*onlink'"), 0);
	assert_int_equal(world_run("ip -n acme -6 addr show dev cust | grep -q fe80"), 0);
	assert_int_not_equal(world_run("ip -n acme -6 addr show dev uplink | grep -q fe80"), 0);
	assert_int_equal(world_run("ip -n acme link set cust down"), 0);
	world_up(&want);
	assert_int_equal(world_count(&want), 0);
	world_down();
}

static void a_macvlan_keeps_its_mac(void **state)
{
	cleanup(net_want_finish) struct net_want want = world_want();
	cleanup_free char *first = NULL, *second = NULL;

	(void)state;
	add_customer(&want, "acme", 0);
	add_customer(&want, "bravo", 1);
	world_up(&want);
	first = world_read("for n in acme bravo; do ip -n $n "
			   "-br link show dev cust | awk '{ print $3 }'; done");
	world_down();
	world_up(&want);
	second = world_read("for n in acme bravo; do ip -n $n "
			    "-br link show dev cust | awk '{ print $3 }'; done");
	world_down();
	assert_string_equal(first, second);
	assert_memory_not_equal(first, first + 18, 17);
}

static void a_hundred_vrfs(void **state)
{
	static char names[100][16];
	cleanup(net_want_finish) struct net_want want = world_want();
	cleanup_free char *before = world_dump();

	(void)state;
	for (int i = 0; i < 100; i++) {
		snprintf(names[i], sizeof(names[i]), "vrf%d", i);
		add_customer(&want, names[i], i);
	}
	world_up(&want);
	assert_int_equal(world_count(&want), 0);
	for (int i = 0; i < 100; i += 11) {
		char text[ADDRESS_TEXT_SIZE];
		struct address root, inside;

		net_uplink_addresses(&want.uplink_prefix, (uint32_t)i, &root, &inside);
		assert_reachable(names[i], address_format(&inside, false, text));
	}
	/* half of them go, the others are not touched */
	for (int i = 50; i < 100; i++) {
		free(want.netns[i].links);
		free(want.netns[i].routes);
	}
	want.n_netns = 50;
	assert_int_equal(world_up(&want), 50);
	assert_int_equal(world_count(&want), 0);
	world_down();
	world_assert_is(before);
}

static void state_tells_links_and_addresses(void **state)
{
	cleanup(net_want_finish) struct net_want want = world_want();
	cleanup(net_netns_state_finish) struct net_netns_state seen = { 0 };
	const struct net_link_state *link;

	(void)state;
	assert_int_equal(net_netns_state_read("acme", &seen, NULL), 0);
	assert_false(seen.exists);
	add_customer(&want, "acme", 0);
	world_up(&want);
	assert_int_equal(net_netns_state_read("acme", &seen, NULL), 0);
	assert_true(seen.exists);
	assert_int_equal(seen.n_links, 2);
	link = net_netns_state_find(&seen, "cust");
	assert_non_null(link);
	assert_string_equal(link->kind, "macvlan");
	assert_true(link->up && link->carrier);
	assert_int_equal(link->n_addresses, 1);
	assert_true(address_equal(&link->addresses[0], customer));
	assert_null(net_netns_state_find(&seen, "lo"));
	world_down();
}

static void host_forwards(bool forwards)
{
	assert_int_equal(world_run("nsenter -t 1 -n sysctl -qw net.ipv4.ip_forward=%d "
				   "net.ipv6.conf.all.forwarding=%d",
				 forwards, forwards),
		0);
}

/* A new namespace inherits from the very first one, which only a virtual machine may change. */
static void a_host_that_forwards_makes_no_vrf_that_does(void **state)
{
	cleanup(net_want_finish) struct net_want want = world_want();

	(void)state;
	if (!getenv("VRFGATE_VM"))
		skip();
	add_customer(&want, "acme", 0);
	host_forwards(true);
	assert_int_equal(world_run("unshare -n grep -q 1 /proc/sys/net/ipv4/ip_forward"), 0);
	world_up(&want);
	host_forwards(false);
	assert_int_equal(world_count(&want), 0);
	assert_int_equal(world_run("ip netns exec acme sh -c 'test \"$(cat "
				   "/proc/sys/net/ipv4/ip_forward "
				   "/proc/sys/net/ipv4/conf/*/forwarding "
				   "/proc/sys/net/ipv6/conf/*/forwarding | sort -u)\" = 0'"),
		0);
	world_down();
}

int main(void);
static const struct CMUnitTest tests[] = {
	cmocka_unit_test(up_again_changes_nothing_and_down_leaves_as_before),
	cmocka_unit_test(same_addresses_reach_their_own_peer_only),
	cmocka_unit_test(what_is_undone_is_done_again),
	cmocka_unit_test(config_changes_become_small_plans),
	cmocka_unit_test(ipv6_customers_and_on_link_gateways),
	cmocka_unit_test(a_macvlan_keeps_its_mac),
	cmocka_unit_test(a_hundred_vrfs),
	cmocka_unit_test(state_tells_links_and_addresses),
	cmocka_unit_test(a_host_that_forwards_makes_no_vrf_that_does),
};

world_main(tests)
