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
	cleanup_free char *after = NULL;

	(void)state;
	add_customer(&want, "acme", 0);
	add_customer(&want, "bravo", 7);
	assert_true(world_up(&want) > 0);
	assert_int_equal(world_count(&want), 0);
	assert_reachable("acme", "fd5a:b1c0:de00::2");
	assert_reachable("bravo", "fd5a:b1c0:de00::1e");
	world_down();
	after = world_dump();
	assert_string_equal(before, after);
}

int main(void);
static const struct CMUnitTest tests[] = {
	cmocka_unit_test(up_again_changes_nothing_and_down_leaves_as_before),
};

world_main(tests)
