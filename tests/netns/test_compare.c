// SPDX-License-Identifier: GPL-2.0-or-later
/* Comparing one VRF of many reads no more than that, and still sees and mends everything. */
#include "world.h"

#define VRFS 30

static const struct address customer[1] = {
	{ .family = AF_INET, .prefix_length = 30, .bytes = { 10, 0, 0, 2 } }
};

static void fill_want(struct net_want *want, char names[VRFS][8])
{
	for (int i = 0; i < VRFS; i++) {
		struct net_want_netns *netns;
		struct net_want_link *link;

		snprintf(names[i], sizeof(names[i]), "v%d", i);
		netns = world_add_netns(want, names[i], i);
		link = world_add_link(netns, "cust", NET_LINK_MACVLAN, "trunk0");
		link->addresses = customer;
		link->n_addresses = 1;
		world_add_route(netns, "0.0.0.0/0", "10.0.0.1", "cust");
	}
}

static void one_of_many_is_mended_by_name(void **state)
{
	static const struct {
		const char *harm;
		bool structural;
	} rows[] = {
		{ "true", false },
		{ "ip -n v7 route del default", false },
		{ "ip -n v7 addr flush dev cust", false },
		{ "ip -n v7 link set cust down", false },
		{ "ip -n v7 link set lo down", false },
		{ "ip addr flush dev vg7", false },
		{ "ip link set vg7 down", false },
		{ "ip -n v7 link set uplink down", false },
		{ "ip neigh flush dev vg7 nud permanent", false },
		{ "ip -n v7 neigh flush dev uplink nud permanent", false },
		{ "ip -n v7 link set uplink mtu 1400", false },
		{ "ip -n v7 link del cust", true },
		{ "ip link del vg7", true },
		{ "ip netns del v7", true },
	};
	cleanup(net_want_finish) struct net_want all = world_want();
	char names[VRFS][8];
	size_t looked_at;

	(void)state;
	fill_want(&all, names);
	world_up(&all);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		size_t acts;

		assert_int_equal(world_run("%s", rows[i].harm), 0);
		acts = world_mend(&all, 7, &looked_at);
		if ((acts > 0) != (i > 0) || (looked_at > VRFS) != rows[i].structural)
			fail_msg(
				"%s: %zu acts, looked at %zu links", rows[i].harm, acts, looked_at);
		assert_int_equal(world_mend(&all, 7, &looked_at), 0);
		assert_int_equal(looked_at, 2);
	}
	assert_int_equal(world_count(&all), 0);
	world_down();
}

int main(void);
static const struct CMUnitTest tests[] = {
	cmocka_unit_test(one_of_many_is_mended_by_name),
};

world_main(tests)
