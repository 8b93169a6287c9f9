// SPDX-License-Identifier: GPL-2.0-or-later
/* Kinds of links that not every kernel has; tests/vm/run has one with all of them. */
#include <poll.h>

#include "world.h"

static bool kernel_has(const char *kind)
{
	return world_run(
		       "ip link add link trunk0 name probe type %s 2>/dev/null && ip link del probe",
		       kind) == 0;
}

/* Before anything is allocated: it leaves by longjmp(3). */
#define SKIP_WITHOUT(kind)             \
	do {                           \
		if (!kernel_has(kind)) \
			skip();        \
	} while (0)

/* What somebody may do to c0 of acme; one `up` undoes it, and the next has nothing to do. */
static void assert_repaired(const struct net_want *want)
{
	static const char *const tampers[] = { "set c0 down", "set c0 mtu 1300", "del c0",
		"set c0 name z0" };

	for (size_t i = 0; i < sizeof(tampers) / sizeof(*tampers); i++) {
		if (strstr(tampers[i], "name"))
			world_run("ip -n acme link set c0 down");
		assert_int_equal(world_run("ip -n acme link %s", tampers[i]), 0);
		if (world_up(want) == 0)
			fail_msg("not repaired: %s", tampers[i]);
		assert_int_equal(world_count(want), 0);
	}
}

static void a_dummy_has_addresses_and_no_wire(void **state)
{
	(void)state;
	SKIP_WITHOUT("dummy");

	const struct address addresses[] = { world_address("192.0.2.1/32"),
		world_address("fd01::1/64") };
	cleanup(net_want_finish) struct net_want want = world_want();
	cleanup_free char *before = world_dump();
	struct net_want_link *link;
	cleanup_fd int listener = -1;

	link = world_add_link(world_add_netns(&want, "acme", 0), "c0", NET_LINK_DUMMY, NULL);
	link->addresses = addresses;
	link->n_addresses = 2;
	world_up(&want);
	assert_int_equal(world_count(&want), 0);
	listener = world_listen("acme", "192.0.2.1", 161);
	assert_int_equal(world_connect("acme", "192.0.2.1", 161), 0);
	assert_repaired(&want);
	assert_int_equal(world_connect("acme", "192.0.2.1", 161), 0);
	link->has_mac = true;
	memcpy(link->mac, "\2\0\0\0\0\1", 6);
	link->mtu_bytes = 1400;
	assert_int_equal(world_up(&want), 2);
	assert_int_equal(world_count(&want), 0);
	link->kind = NET_LINK_MACVLAN;
	link->parent = "trunk0";
	world_up(&want);
	assert_int_equal(world_count(&want), 0);
	world_down();
	world_assert_is(before);
}

/* ---- ipvlan ---- */

static const char *const mode_names[] = { "l2", "l3", "l3s" };

static struct address ipvlan_addresses[2];

static void want_ipvlans(struct net_want *want, uint32_t mode)
{
	static const char *const vrfs[] = { "acme", "bravo" };

	for (int i = 0; i < 2; i++) {
		struct net_want_netns *netns = world_add_netns(want, vrfs[i], i);
		struct net_want_link *link = world_add_link(netns, "c0", NET_LINK_IPVLAN, "trunk0");

		ipvlan_addresses[i] = world_address(i ? "10.0.0.3/24" : "10.0.0.2/24");
		link->mode = mode;
		link->addresses = &ipvlan_addresses[i];
		link->n_addresses = 1;
	}
}

/* In l2 the network's hosts ask for hardware addresses; in the others they must know that of the NIC, and the root
 * namespace the way to them. */
static void add_customer(void)
{
	assert_int_equal(
		world_run(
			"ip netns add ce && ip link add link wire0 name ce netns ce type macvlan && "
			"ip -n ce addr add 10.0.0.1/24 dev ce && ip -n ce link set ce up && "
			"ip addr add 10.0.0.9/24 dev trunk0"),
		0);
	for (int host = 2; host < 4; host++)
		assert_int_equal(
			world_run(
				"ip -n ce neigh replace 10.0.0.%d dev ce nud permanent lladdr "
				"$(ip -o link show trunk0 | sed 's/.*link.ether \\([^ ]*\\).*/\\1/')",
				host),
			0);
}

static void delete_customer(void)
{
	world_run("ip netns del ce; ip addr del 10.0.0.9/24 dev trunk0");
}

static void assert_reached(const char *from)
{
	uint64_t deadline_ms = clock_now_ms() + 60000;
	int ret;

	do
		ret = world_connect(from, "10.0.0.1", 161);
	while (ret != 0 && clock_now_ms() < deadline_ms);
	assert_int_equal(ret, 0);
}

static void assert_mode(const char *mode)
{
	assert_int_equal(world_run("ip -n acme -d link show c0 | grep -q 'ipvlan *mode %s ' && "
				   "ip -n bravo -d link show c0 | grep -q 'ipvlan *mode %s '",
				 mode, mode),
		0);
}

/* What a macvlan sends to its parent does not: SECURITY.md and vrfgate.conf(5) tell the difference. */
static bool comes_to_root(const char *from)
{
	struct sockaddr_storage root = world_endpoint("10.0.0.9", 162);
	cleanup(netns_leave) int back = -1;
	cleanup_fd int heard = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), sender = -1;
	cleanup_fd int netns = netns_open(from, NULL);
	struct pollfd ready = { .fd = heard, .events = POLLIN };

	assert_int_equal(bind(heard, (struct sockaddr *)&root, sizeof(root)), 0);
	assert_int_equal(netns_enter(netns, &back, NULL), 0);
	sender = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(sendto(sender, "x", 1, 0, (struct sockaddr *)&root, sizeof(root)), 1);
	return poll(&ready, 1, 1000) == 1;
}

static void packets_cross_an_ipvlan_of_each_mode(void **state)
{
	(void)state;
	SKIP_WITHOUT("ipvlan");

	cleanup_free char *before = world_dump();

	for (uint32_t mode = 0; mode < 3; mode++) {
		cleanup(net_want_finish) struct net_want want = world_want();
		cleanup_fd int listener = -1;

		want_ipvlans(&want, mode);
		world_up(&want);
		assert_int_equal(world_count(&want), 0);
		assert_mode(mode_names[mode]);
		add_customer();
		listener = world_listen("ce", "10.0.0.1", 161);
		assert_reached("acme");
		assert_reached("bravo");
		assert_true(comes_to_root("acme"));
		assert_repaired(&want);
		assert_mode(mode_names[mode]);
		assert_reached("acme");
		delete_customer();
		world_down();
	}
	world_assert_is(before);
}

/* By the config, and by somebody behind our back. */
static void a_mode_is_changed_in_one_up(void **state)
{
	(void)state;
	SKIP_WITHOUT("ipvlan");

	cleanup_free char *before = world_dump();

	for (uint32_t from = 0; from < 3; from++)
		for (uint32_t to = 0; to < 3; to++) {
			cleanup(net_want_finish) struct net_want old = world_want(),
								 new = world_want();

			want_ipvlans(&old, from);
			want_ipvlans(&new, to);
			world_up(&old);
			world_up(&new);
			assert_int_equal(world_count(&new), 0);
			assert_mode(mode_names[to]);
			assert_int_equal(world_run("ip -n acme link set c0 type ipvlan mode %s",
						 mode_names[from]),
				0);
			if (from != to)
				assert_true(world_mend(&new, 0, NULL) > 0);
			assert_mode(mode_names[to]);
			assert_int_equal(world_count(&new), 0);
		}
	world_down();
	world_assert_is(before);
}

static void assert_refused(const struct net_want *want, const char *expected)
{
	struct error err;

	(void)world_try(want, &err);
	if (!strstr(err.text, expected))
		fail_msg("not \"%s\": %s", expected, err.text);
}

static void what_cannot_share_a_parent_is_told(void **state)
{
	(void)state;
	SKIP_WITHOUT("ipvlan");

	cleanup_free char *before = world_dump();

	for (int change = 0; change < 2; change++) {
		cleanup(net_want_finish) struct net_want want = world_want();

		want_ipvlans(&want, 0);
		world_run("ip link add link trunk0 name other type %s",
			change ? "ipvlan mode l3" : "macvlan");
		assert_refused(&want,
			change ? "'trunk0' has 'other' (ipvlan mode l3): no mode l2 beside it"
			       : "'trunk0' is taken by 'other' (macvlan): no ipvlan beside it");
		if (change) {
			want.netns[0].links[0].parent = "other";
			assert_refused(&want, "parent 'other' is an ipvlan itself");
		}
		world_run("ip link del other");
		world_down();
	}
	world_assert_is(before);
}

/* A parent cannot have both, not even for a moment. */
static void macvlans_and_ipvlans_follow_each_other(void **state)
{
	(void)state;
	SKIP_WITHOUT("ipvlan");

	cleanup(net_want_finish) struct net_want want = world_want(), next = world_want();
	cleanup_free char *before = world_dump();

	want_ipvlans(&want, 0);
	world_add_link(world_add_netns(&next, "carl", 2), "c0", NET_LINK_MACVLAN, "trunk0");
	world_up(&want);
	world_up(&next);
	world_up(&want);
	for (enum net_link_kind kind = NET_LINK_MACVLAN;; kind = NET_LINK_IPVLAN) {
		want.netns[0].links[0].kind = want.netns[1].links[0].kind = kind;
		world_up(&want);
		assert_int_equal(world_count(&want), 0);
		if (kind == NET_LINK_IPVLAN)
			break;
	}
	world_down();
	world_assert_is(before);
}

int main(void);
static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_dummy_has_addresses_and_no_wire),
	cmocka_unit_test(packets_cross_an_ipvlan_of_each_mode),
	cmocka_unit_test(a_mode_is_changed_in_one_up),
	cmocka_unit_test(what_cannot_share_a_parent_is_told),
	cmocka_unit_test(macvlans_and_ipvlans_follow_each_other),
};

world_main(tests)
