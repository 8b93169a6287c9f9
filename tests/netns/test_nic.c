// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A NIC that is one: unlike a veth it does not die with its namespace but goes back to the machine's
 * first one, on its own and in its own time. tests/vm/run lends us one: eth0.
 */
#include "snapshot.h"

static const struct address inside[1] = {
	{ .family = AF_INET, .prefix_length = 30, .bytes = { 10, 0, 0, 2 } }
};

static void want_nic(struct net_want *want)
{
	struct net_want_netns *acme = world_add_netns(want, "acme", 0);
	struct net_want_link *link = world_add_link(acme, "wan", NET_LINK_DEVICE, "eth0");

	link->addresses = inside;
	link->n_addresses = 1;
	link->mtu_bytes = 1400;
	link->has_mac = true;
	memcpy(link->mac, "\x02\0\0\0\0\x77", 6);
	world_add_route(acme, "0.0.0.0/0", "10.0.0.1", NULL);
}

static bool nic_is_outside(void)
{
	cleanup(strings_finish) struct strings lines = { 0 };

	snapshot_look(&lines, "");
	for (size_t i = 0; i < lines.count; i++)
		if (strstr(lines.items[i], "vrfgate:acme:was:eth0"))
			return true;
	return false;
}

static void wait_for_nic(void)
{
	uint64_t deadline_ms = clock_now_ms() + 5000;

	while (!nic_is_outside())
		if (clock_now_ms() > deadline_ms)
			fail_msg("the NIC has not come back");
}

static void assert_up(const struct net_want *want)
{
	world_up(want);
	assert_int_equal(world_count(want), 0);
	assert_int_equal(world_run("ip -n acme addr show wan | grep -q 10.0.0.2/30"), 0);
}

static void a_nic_is_given_back(void **state)
{
	cleanup(net_want_finish) struct net_want want = world_want();
	cleanup_free char *before = world_dump();

	(void)state;
	want_nic(&want);
	assert_up(&want);
	world_down();
	world_assert_is(before);
}

/* As after a crash, or by a careless hand. */
static void a_nic_of_a_namespace_that_died_is_moved_in_again(void **state)
{
	cleanup(net_want_finish) struct net_want want = world_want();
	cleanup_free char *before = world_dump();

	(void)state;
	want_nic(&want);
	assert_up(&want);
	assert_int_equal(nlops_delete_netns("acme", false), 0);
	wait_for_nic();
	assert_up(&want);
	world_down();
	world_assert_is(before);
}

static void a_nic_of_a_namespace_that_died_is_itself_again_after_down(void **state)
{
	cleanup(net_want_finish) struct net_want want = world_want();
	cleanup_free char *before = world_dump();

	(void)state;
	want_nic(&want);
	assert_up(&want);
	assert_int_equal(nlops_delete_netns("acme", true), 0);
	wait_for_nic();
	world_down();
	world_run("rm -f /run/netns/acme"); /* a stale file might be anybody's */
	world_assert_is(before);
}

/* The kernel calls it devN then; its mark tells who it is. */
static void a_nic_comes_back_where_its_name_inside_is_taken(void **state)
{
	cleanup(net_want_finish) struct net_want want = world_want();
	cleanup_free char *before = world_dump();

	(void)state;
	want_nic(&want);
	assert_up(&want);
	assert_int_equal(nlops_add_veth("", "wan", "wan2"), 0);
	assert_int_equal(nlops_delete_netns("acme", false), 0);
	wait_for_nic();
	assert_up(&want);
	assert_int_equal(nlops_delete_netns("acme", false), 0);
	wait_for_nic();
	world_down();
	assert_int_equal(nlops_delete_link("", "wan"), 0);
	world_assert_is(before);
}

/* What took its own name is not ours to rename. */
static void a_nic_whose_own_name_is_taken_gets_another(void **state)
{
	cleanup(net_want_finish) struct net_want want = world_want();
	cleanup_free char *before = world_dump();

	(void)state;
	want_nic(&want);
	assert_up(&want);
	assert_int_equal(nlops_add_veth("", "eth0", "other0"), 0);
	assert_int_equal(nlops_delete_netns("acme", false), 0);
	wait_for_nic();
	world_down();
	assert_int_equal(world_run("ip link show dev0 | grep -q 'mtu 1500'"), 0);
	assert_int_equal(nlops_delete_link("", "eth0"), 0);
	assert_int_equal(nlops_rename("", "dev0", "eth0"), 0);
	world_assert_is(before);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_nic_is_given_back),
		cmocka_unit_test(a_nic_of_a_namespace_that_died_is_moved_in_again),
		cmocka_unit_test(a_nic_of_a_namespace_that_died_is_itself_again_after_down),
		cmocka_unit_test(a_nic_comes_back_where_its_name_inside_is_taken),
		cmocka_unit_test(a_nic_whose_own_name_is_taken_gets_another),
	};
	const char *why = world_enter();
	cleanup_fd int first =
		why || !getenv("VRFGATE_VM") ? -1 : open("/proc/1/ns/net", O_RDONLY | O_CLOEXEC);

	if (!why && (first < 0 || netns_switch(first, NULL) < 0 || !nlops_ifindex("", "eth0")))
		why = "no NIC to play with; tests/vm/run has one";
	if (why) {
		printf("1..0 # SKIP %s\n", why);
		return 0;
	}
	return cmocka_run_group_tests_name(__FILE__, tests, NULL, NULL);
}
