// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Links that go down and come back, and their parents: what the kernel forgets meanwhile, without a
 * word or with one, is made again, and nothing more. Each with a macvlan, and with a VLAN where the
 * kernel has them.
 */
#include "fleet.h"

static const struct address customer[] = {
	{ .family = AF_INET, .prefix_length = 30, .bytes = { 10, 0, 0, 2 } },
	{ .family = AF_INET6, .prefix_length = 64, .bytes = { 0xfd, 1, [15] = 2 } },
};

static void want_customer(struct net_want *want, enum net_link_kind kind)
{
	struct net_want_netns *acme = world_add_netns(want, "acme", 0);
	struct net_want_link *link = world_add_link(acme, "cust", kind, "trunk0");

	if (kind == NET_LINK_VLAN)
		link->tags[link->n_tags++] = 10;
	link->addresses = customer;
	link->n_addresses = 2;
	world_add_route(acme, "0.0.0.0/0", "10.0.0.1", "cust");
	world_add_route(acme, "192.168.0.0/16", "10.0.0.1", NULL);
	world_add_route(acme, "fd02::/64", "fd01::1", NULL);
}

typedef void (*scene_fn)(const struct net_want *want);

static void for_each_kind(scene_fn scene)
{
	for (int vlan = 0; vlan <= fleet_kernel_has_vlan(); vlan++) {
		cleanup(net_want_finish) struct net_want want = world_want();
		cleanup_free char *before = world_dump();

		want_customer(&want, vlan ? NET_LINK_VLAN : NET_LINK_MACVLAN);
		world_up(&want);
		assert_int_equal(world_count(&want), 0);
		scene(&want);
		assert_int_equal(world_count(&want), 0);
		world_down();
		world_assert_is(before);
	}
}

/* What the next comparison would do, a line each; the caller's to free. */
static char *plan_text(const struct net_want *want)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	struct error err = ERROR_INIT;
	struct net_have *have;
	struct net_plan *plan;

	assert_int_equal(net_have_read(want, &have, &err), 0);
	plan = net_plan_create(want, have);
	net_plan_print(plan, out);
	net_plan_destroy(plan);
	net_have_destroy(have);
	fclose(out);
	return text;
}

static void assert_repaired_by(const struct net_want *want, const char *expected)
{
	cleanup_free char *text = plan_text(want);

	assert_string_equal(text, expected);
	world_up(want);
	assert_int_equal(world_count(want), 0);
}

static bool has_carrier(void)
{
	cleanup(net_netns_state_finish) struct net_netns_state seen = { 0 };
	const struct net_link_state *link;

	assert_int_equal(net_netns_state_read("acme", &seen, NULL), 0);
	link = net_netns_state_find(&seen, "cust");
	assert_non_null(link);
	return link->carrier;
}

static void wait_for_carrier(bool carrier)
{
	uint64_t deadline_ms = clock_now_ms() + 5000;

	while (has_carrier() != carrier)
		if (clock_now_ms() > deadline_ms)
			fail_msg("the carrier is not %s", carrier ? "back" : "gone");
}

/* Nobody can plug the cable in by netlink: it is told, and nothing is tried. */
static void unplug(const struct net_want *want)
{
	assert_int_equal(nlops_set_up("", "wire0", false), 0);
	wait_for_carrier(false);
	assert_int_equal(world_count(want), 0);
	assert_int_equal(nlops_set_up("", "wire0", true), 0);
	wait_for_carrier(true);
}

static void a_parent_without_carrier_is_told_and_left_alone(void **state)
{
	(void)state;
	for_each_kind(unplug);
}

/* No RTM_DELROUTE tells of them. */
static void flap(const struct net_want *want)
{
	assert_int_equal(nlops_set_up("acme", "cust", false), 0);
	assert_int_equal(nlops_set_up("acme", "cust", true), 0);
	assert_repaired_by(want,
		"acme: add address fd01::2/64 to cust\n"
		"acme: add route 0.0.0.0/0 via 10.0.0.1 dev cust\n"
		"acme: add route 192.168.0.0/16 via 10.0.0.1 dev cust\n"
		"acme: add route fd02::/64 via fd01::1 dev cust\n");
}

static void what_a_short_down_loses_is_made_again_and_no_more(void **state)
{
	(void)state;
	for_each_kind(flap);
}

static void set_down(const struct net_want *want)
{
	assert_int_equal(nlops_set_up("acme", "cust", false), 0);
	assert_repaired_by(want,
		"acme: set up link cust\n"
		"acme: add address fd01::2/64 to cust\n"
		"acme: add route 0.0.0.0/0 via 10.0.0.1 dev cust\n"
		"acme: add route 192.168.0.0/16 via 10.0.0.1 dev cust\n"
		"acme: add route fd02::/64 via fd01::1 dev cust\n");
}

static void a_link_set_down_comes_up_with_all_it_had(void **state)
{
	(void)state;
	for_each_kind(set_down);
}

/* The root end's other half keeps its flags, and nothing is lost but what the kernel drops. */
static void root_flap(const struct net_want *want)
{
	assert_int_equal(nlops_set_up("", "vg0", false), 0);
	assert_int_equal(nlops_set_up("", "vg0", true), 0);
	assert_repaired_by(want,
		"acme: add address fd5a:b1c0:de00::1/126 to vg0\n"
		"acme: set neighbour fd5a:b1c0:de00::2 at 06:76:00:00:00:00 on vg0\n");
}

static void an_uplink_gets_back_address_and_neighbour(void **state)
{
	(void)state;
	for_each_kind(root_flap);
}

static void parent_flap(const struct net_want *want)
{
	assert_int_equal(nlops_set_up("", "trunk0", false), 0);
	assert_int_equal(nlops_set_up("", "trunk0", true), 0);
	wait_for_carrier(true);
	world_up(want);
}

static void a_parent_set_down_and_up_is_repaired(void **state)
{
	(void)state;
	for_each_kind(parent_flap);
}

int main(void);
static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_parent_without_carrier_is_told_and_left_alone),
	cmocka_unit_test(what_a_short_down_loses_is_made_again_and_no_more),
	cmocka_unit_test(a_link_set_down_comes_up_with_all_it_had),
	cmocka_unit_test(an_uplink_gets_back_address_and_neighbour),
	cmocka_unit_test(a_parent_set_down_and_up_is_repaired),
};

world_main(tests)
