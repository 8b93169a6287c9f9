// SPDX-License-Identifier: GPL-2.0-or-later
/* Kinds of links that not every kernel has; tests/vm/run has one with all of them. */
#include "world.h"

static bool kernel_has(const char *kind)
{
	return world_run(
		       "ip link add link trunk0 name probe type %s 2>/dev/null && ip link del probe",
		       kind) == 0;
}

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
	const struct address addresses[] = { world_address("192.0.2.1/32"),
		world_address("fd01::1/64") };
	cleanup(net_want_finish) struct net_want want = world_want();
	cleanup_free char *before = world_dump();
	struct net_want_link *link;
	cleanup_fd int listener = -1;

	(void)state;
	SKIP_WITHOUT("dummy");
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

int main(void);
static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_dummy_has_addresses_and_no_wire),
};

world_main(tests)
