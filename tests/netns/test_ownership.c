// SPDX-License-Identifier: GPL-2.0-or-later
/* What is not ours stays as it is; what cannot be had stops one VRF only. */
#include <signal.h>

#include "world.h"

static struct net_want_netns *add_customer(struct net_want *want, const char *name, int id)
{
	struct net_want_netns *netns = world_add_netns(want, name, id);

	world_add_link(netns, "cust", NET_LINK_MACVLAN, "trunk0");
	return netns;
}

static void expect_error(const struct net_want *want, const char *text)
{
	struct error err;

	world_try(want, &err);
	assert_string_equal(err.text, text);
}

static void a_foreign_namespace_stops_its_vrf_only(void **state)
{
	cleanup(net_want_finish) struct net_want want = world_want();

	(void)state;
	world_run("ip netns add acme; ip -n acme link add d0 type veth peer name d1");
	add_customer(&want, "acme", 0);
	add_customer(&want, "bravo", 1);
	expect_error(
		&want, "vrf 'acme': namespace 'acme' is already there and was not made by vrfgate");
	assert_int_equal(world_run("ip -n acme link show d0 >/dev/null"), 0);
	assert_int_not_equal(world_run("ip -n acme link show uplink 2>/dev/null"), 0);
	assert_int_equal(world_run("ip -n bravo link show uplink >/dev/null"), 0);
	world_down();
	assert_int_equal(world_run("ip -n acme link show d0 >/dev/null"), 0);
	world_run("ip netns del acme");
}

static void another_vrfgate_is_left_alone(void **state)
{
	cleanup(net_want_finish) struct net_want ours = world_want(), theirs = world_want();

	(void)state;
	theirs.owner = "/run/other";
	theirs.uplink_prefix = world_address("fd5a:b1c0:de01::/64");
	add_customer(&theirs, "acme", 0);
	world_up(&theirs);
	add_customer(&ours, "acme", 5);
	add_customer(&ours, "bravo", 0);
	expect_error(&ours,
		"vrf 'acme': namespace 'acme' is already there and belongs to another vrfgate");
	assert_int_not_equal(world_run("ip netns | grep -q bravo"), 0);
	world_down();
	assert_int_equal(world_count(&theirs), 0);
	theirs.n_netns = 0;
	free(theirs.netns[0].links);
	world_up(&theirs);
	assert_int_not_equal(world_run("ip netns | grep -q acme"), 0);
}

static void faults_name_the_interface(void **state)
{
	cleanup(net_want_finish) struct net_want want = world_want();

	(void)state;
	world_add_netns(&want, "acme", 0);
	world_add_link(&want.netns[0], "eth9.10", NET_LINK_MACVLAN, "eth9");
	add_customer(&want, "bravo", 1);
	expect_error(&want, "vrf 'acme': interface 'eth9.10': parent 'eth9' not found");
	assert_int_not_equal(world_run("ip netns | grep -q acme"), 0);
	assert_int_equal(world_run("ip netns | grep -q bravo"), 0);
	want.netns[0].links[0].parent = "trunk0";
	world_run("ip link add vg0 type veth peer name vgpeer");
	expect_error(&want,
		"vrf 'acme': interface 'vg0': a link of that name is already there and "
		"was not made by vrfgate for 'acme'");
	world_run("ip link del vg0");
	world_up(&want);
	world_run("ip -n acme link del eth9.10; ip -n acme link add eth9.10 type veth peer name x");
	expect_error(&want,
		"vrf 'acme': interface 'eth9.10': a link of that name is already there "
		"and was not made by vrfgate");
	world_down();
}

static void what_an_operator_added_inside_stays(void **state)
{
	cleanup(net_want_finish) struct net_want want = world_want();

	(void)state;
	add_customer(&want, "acme", 0);
	world_up(&want);
	world_run("ip -n acme addr add 10.9.9.9/24 dev cust; ip -n acme route add 10.8.0.0/16 dev "
		  "cust; ip -n acme link add mine type veth peer name mine2");
	assert_int_equal(world_count(&want), 0);
	want.netns[0].has_uplink = false;
	world_up(&want);
	assert_int_equal(
		world_run("ip -n acme addr show dev cust | grep -q 10.9.9.9 && ip -n acme "
			  "route | grep -q 10.8.0.0 && ip -n acme link show mine >/dev/null"),
		0);
	world_down();
}

static void a_stale_file_is_replaced(void **state)
{
	cleanup(net_want_finish) struct net_want want = world_want();

	(void)state;
	world_run("touch /run/netns/acme");
	add_customer(&want, "acme", 0);
	world_up(&want);
	assert_int_equal(world_count(&want), 0);
	world_down();
}

static void the_directory_is_made_and_shared(void **state)
{
	cleanup(net_want_finish) struct net_want want = world_want();
	cleanup_free char *before = NULL, *after = NULL;

	(void)state;
	assert_int_equal(world_run("umount -l /run/netns; mount -t tmpfs tmpfs /run"), 0);
	add_customer(&want, "acme", 0);
	world_up(&want);
	assert_int_equal(
		world_run("grep ' /run/netns ' /proc/self/mountinfo | grep -q shared:"), 0);
	before = world_read("grep ' /run/netns ' /proc/self/mountinfo");
	world_run("ip netns add bravo");
	after = world_read("grep ' /run/netns ' /proc/self/mountinfo");
	assert_string_equal(before, after);
	world_down();
	world_run("ip netns del bravo");
}

static void a_process_that_stays_is_named(void **state)
{
	cleanup(net_want_finish) struct net_want want = world_want(), none = world_want();
	cleanup_fd int fd = -1;
	struct error err;
	char text[256];
	pid_t pid;

	(void)state;
	add_customer(&want, "acme", 0);
	world_up(&want);
	fd = netns_open("acme", NULL);
	pid = fork();
	if (pid == 0) {
		setns(fd, CLONE_NEWNET);
		for (;;)
			pause();
	}
	close(steal_fd(&fd));
	while (world_run("test $(stat -Lc %%i /proc/%d/ns/net) = $(stat -Lc %%i /run/netns/acme)",
		       pid) != 0)
		;
	world_try(&none, &err);
	snprintf(text, sizeof(text),
		"vrf 'acme': its links and name are gone, but process %d is still in the namespace",
		pid);
	assert_string_equal(err.text, text);
	assert_int_not_equal(world_run("ip link show vg0 2>/dev/null"), 0);
	world_up(&want);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	world_down();
}

/* Of a proxy that has ended, to a customer who answers no more. */
static void a_connection_that_outlives_its_process_keeps_no_link(void **state)
{
	cleanup(net_want_finish) struct net_want want = world_want(), none = world_want();

	(void)state;
	add_customer(&want, "acme", 0);
	world_up(&want);
	assert_int_equal(
		world_run(
			"ip netns exec acme python3 -c '\n"
			"import socket, subprocess\n"
			"with socket.create_server((\"127.0.0.1\", 7)) as server:\n"
			"    here = socket.create_connection((\"127.0.0.1\", 7))\n"
			"    there, _ = server.accept()\n"
			"    subprocess.run([\"ip\", \"link\", \"set\", \"lo\", \"down\"], check=True)\n"
			"    here.send(b\"x\")\n"
			"'"),
		0);
	world_up(&none);
	assert_int_not_equal(world_run("ip link show vg0 2>/dev/null"), 0);
	world_up(&want);
	world_down();
}

static void the_kernels_own_words_come_with_an_error(void **state)
{
	cleanup(net_want_finish) struct net_want want = world_want();
	struct net_want_netns *acme;

	(void)state;
	acme = add_customer(&want, "acme", 0);
	world_add_route(acme, "10.5.0.0/16", "10.77.0.1", NULL);
	expect_error(&want,
		"vrf 'acme': cannot add route 10.5.0.0/16 via 10.77.0.1: Network is "
		"unreachable (Nexthop has invalid gateway)");
	world_down();
}

int main(void);
static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_foreign_namespace_stops_its_vrf_only),
	cmocka_unit_test(another_vrfgate_is_left_alone),
	cmocka_unit_test(faults_name_the_interface),
	cmocka_unit_test(what_an_operator_added_inside_stays),
	cmocka_unit_test(a_stale_file_is_replaced),
	cmocka_unit_test(a_process_that_stays_is_named),
	cmocka_unit_test(a_connection_that_outlives_its_process_keeps_no_link),
	cmocka_unit_test(the_kernels_own_words_come_with_an_error),
	cmocka_unit_test(the_directory_is_made_and_shared),
};

world_main(tests)
