// SPDX-License-Identifier: GPL-2.0-or-later
/* VLANs, stacked VLANs, and frames as they are on the trunk; needs 802.1Q in the kernel. */
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>

#include "world.h"

static bool kernel_has_vlan(void)
{
	return world_run("ip link add link trunk0 name probe type vlan id 4000 2>/dev/null && "
			 "ip link del probe") == 0;
}

static const struct address customer[1] = {
	{ .family = AF_INET, .prefix_length = 30, .bytes = { 10, 0, 0, 2 } }
};

static struct net_want_link *add_vlan(struct net_want *want, const char *vrf, int id,
	const char *name, uint16_t outer, uint16_t inner)
{
	struct net_want_link *link =
		world_add_link(world_add_netns(want, vrf, id), name, NET_LINK_VLAN, "trunk0");

	if (outer)
		link->tags[link->n_tags++] = outer;
	link->tags[link->n_tags++] = inner;
	link->addresses = customer;
	link->n_addresses = 1;
	return link;
}

/* A customer's router: 10.0.0.1 behind the other end of the trunk. */
static void add_router(const char *name, const char *links)
{
	assert_int_equal(
		world_run("ip netns add %s && %s && ip -n %s addr add 10.0.0.1/30 dev ce && "
			  "ip -n %s link set ce up",
			name, links, name, name),
		0);
}

static void assert_joined(const char *vrf, const char *router, bool joined)
{
	cleanup_fd int listener = world_listen(router, "10.0.0.1", 161);
	uint64_t deadline_ms = clock_now_ms() + 3000;
	int ret;

	assert_true(listener >= 0);
	do
		ret = world_connect(vrf, "10.0.0.1", 161);
	while (joined && ret != 0 && clock_now_ms() < deadline_ms);
	assert_int_equal(ret == 0, joined);
}

/* A VLAN takes that from its trunk, and would learn no router's address. */
static void a_trunk_without_arp_makes_no_vlan_without(void **state)
{
	cleanup(net_want_finish) struct net_want want = world_want();

	(void)state;
	add_vlan(&want, "acme", 0, "one", 0, 100);
	add_vlan(&want, "bravo", 1, "two", 300, 400);
	world_run("ip link set trunk0 arp off");
	world_up(&want);
	assert_int_equal(world_count(&want), 0);
	assert_int_not_equal(world_run("ip -n acme link show one | grep -q NOARP"), 0);
	assert_int_not_equal(world_run("ip -n bravo link show two | grep -q NOARP"), 0);
	world_run("ip link set trunk0 arp on");
	world_down();
}

static void two_vlans_on_one_trunk(void **state)
{
	cleanup(net_want_finish) struct net_want want = world_want();
	cleanup_free char *before = world_dump();

	(void)state;
	add_vlan(&want, "acme", 0, "trunk0.10", 0, 10);
	add_vlan(&want, "bravo", 1, "trunk0.20", 0, 20);
	world_up(&want);
	assert_int_equal(world_count(&want), 0);
	add_router("ce10", "ip link add link wire0 name ce netns ce10 type vlan id 10");
	assert_joined("acme", "ce10", true);
	add_router("ce20", "ip link add link wire0 name ce netns ce20 type vlan id 20");
	assert_joined("acme", "ce10", true);
	assert_joined("bravo", "ce20", true);
	world_run("ip netns del ce20");
	assert_int_not_equal(world_connect("bravo", "10.0.0.1", 161), 0);
	world_run("ip netns del ce10");
	world_down();
	world_assert_is(before);
}

static void stacked_vlans_share_their_outer_device(void **state)
{
	cleanup(net_want_finish) struct net_want want = world_want();
	cleanup_free char *before = world_dump();

	(void)state;
	add_vlan(&want, "acme", 0, "trunk0.100.10", 100, 10)->outer_8021ad = true;
	add_vlan(&want, "bravo", 1, "trunk0.100.20", 100, 20)->outer_8021ad = true;
	world_up(&want);
	assert_int_equal(world_count(&want), 0);
	world_run("ip link add link wire0 name s100 type vlan proto 802.1ad id 100; "
		  "ip link set s100 up");
	add_router("ce10", "ip link add link s100 name ce netns ce10 type vlan id 10");
	add_router("ce20", "ip link add link s100 name ce netns ce20 type vlan id 20");
	assert_joined("acme", "ce10", true);
	assert_joined("bravo", "ce20", true);
	world_run("ip netns del ce10; ip netns del ce20; ip link del s100");
	/* the outer device goes with its last user */
	free(want.netns[1].links);
	want.n_netns = 1;
	world_up(&want);
	assert_int_equal(world_run("ip link show trunk0.100 >/dev/null"), 0);
	world_down();
	world_assert_is(before);
}

static bool is_there(const char *link)
{
	return world_run("ip link show %s >/dev/null 2>&1", link) == 0;
}

static void add_stacked(struct net_want *want)
{
	add_vlan(want, "acme", 0, "q0", 100, 10)->outer_8021ad = true;
	add_vlan(want, "bravo", 1, "q0", 100, 20)->outer_8021ad = true;
	add_vlan(want, "charlie", 2, "trunk0.30", 0, 30);
}

/* Wanted no more. */
static void drop_first(struct net_want *want)
{
	free(want->netns[0].links);
	memmove(want->netns, want->netns + 1, --want->n_netns * sizeof(*want->netns));
}

static void an_outer_device_goes_with_its_last_user(void **state)
{
	cleanup(net_want_finish) struct net_want want = world_want();
	cleanup_free char *before = world_dump();

	(void)state;
	add_stacked(&want);
	world_up(&want);
	drop_first(&want);
	world_up(&want);
	assert_int_equal(world_count(&want), 0);
	assert_true(is_there("trunk0.100"));
	drop_first(&want);
	world_up(&want);
	assert_int_equal(world_count(&want), 0);
	assert_false(is_there("trunk0.100"));
	world_down();
	world_assert_is(before);
}

/* The namespaces are gone, and what outlives them is not. */
static void an_outer_device_left_by_a_crash_serves_again_or_goes(void **state)
{
	cleanup(net_want_finish) struct net_want want = world_want();
	cleanup_free char *before = world_dump(), *first = NULL, *second = NULL;

	(void)state;
	add_stacked(&want);
	world_up(&want);
	first = world_read("ip -o link show trunk0.100 | cut -d: -f1");
	world_run("ip netns del acme; ip netns del bravo; ip netns del charlie");
	world_up(&want);
	assert_int_equal(world_count(&want), 0);
	second = world_read("ip -o link show trunk0.100 | cut -d: -f1");
	assert_string_equal(first, second);
	world_run("ip netns del acme; ip netns del bravo; ip netns del charlie");
	world_down();
	world_assert_is(before);
}

static void all_outer_devices_of_three_tags_are_looked_after(void **state)
{
	static const char *const harm[] = {
		"ip link del trunk0.200",
		"ip link del trunk0.200.30",
		"ip link set trunk0.200 down",
		"ip link set trunk0.200.30 down",
		"ip link set trunk0 down; ip link set trunk0 up",
	};
	cleanup(net_want_finish) struct net_want want = world_want();
	cleanup_free char *before = world_dump();
	struct net_want_link *link;

	(void)state;
	link = add_vlan(&want, "acme", 0, "q0", 200, 30);
	link->tags[link->n_tags++] = 40;
	world_up(&want);
	assert_int_equal(world_count(&want), 0);
	for (size_t i = 0; i < sizeof(harm) / sizeof(*harm); i++) {
		assert_int_equal(world_run("%s", harm[i]), 0);
		world_up(&want);
		if (world_count(&want) != 0 ||
			world_run("ip -n acme link show up q0 | grep -q q0") != 0)
			fail_msg("not all repaired after: %s", harm[i]);
	}
	world_down();
	world_assert_is(before);
}

/* It went down with its parent and cannot come up before it. */
static void a_vlan_on_a_parent_that_is_down_waits_for_it(void **state)
{
	cleanup(net_want_finish) struct net_want want = world_want();
	struct error err;

	(void)state;
	add_vlan(&want, "acme", 0, "trunk0.10", 0, 10);
	world_up(&want);
	world_run("ip link set trunk0 down");
	world_try(&want, &err);
	assert_string_equal(err.text,
		"vrf 'acme': interface 'trunk0.10': cannot set up: Network is down: its parent is down");
	world_run("ip link set trunk0 up");
	world_up(&want);
	assert_int_equal(world_count(&want), 0);
	world_down();
}

static void a_foreign_vlan_is_not_taken(void **state)
{
	cleanup(net_want_finish) struct net_want want = world_want();
	struct error err;

	(void)state;
	world_run("ip link add link trunk0 name mine type vlan id 10");
	add_vlan(&want, "acme", 0, "trunk0.10", 0, 10);
	world_try(&want, &err);
	assert_string_equal(err.text,
		"vrf 'acme': interface 'trunk0.10': vlan 10 on 'trunk0' is "
		"already used by link 'mine'");
	/* in another namespace it is the kernel that knows */
	world_run("ip netns add other; ip link set mine netns other");
	world_try(&want, &err);
	assert_string_equal(err.text,
		"vrf 'acme': interface 'trunk0.10': cannot create vlan 10 on "
		"'trunk0': File exists (8021q: VLAN device already exists): a link in another "
		"namespace has it");
	world_run("ip netns del other");
	world_down();
}

static void a_vlan_passes_from_one_vrf_to_the_next(void **state)
{
	cleanup(net_want_finish) struct net_want first = world_want(), second = world_want();

	(void)state;
	add_vlan(&first, "old", 0, "trunk0.10", 0, 10);
	add_vlan(&second, "new", 1, "trunk0.10", 0, 10);
	world_up(&first);
	world_up(&second);
	assert_int_equal(world_count(&second), 0);
	assert_int_not_equal(world_run("ip netns | grep -q old"), 0);
	world_down();
}

static void a_parent_that_is_down_is_a_fault(void **state)
{
	cleanup(net_want_finish) struct net_want want = world_want();
	struct error err;

	(void)state;
	world_run("ip link set trunk0 down");
	add_vlan(&want, "acme", 0, "trunk0.10", 0, 10);
	world_try(&want, &err);
	assert_string_equal(err.text, "vrf 'acme': interface 'trunk0.10': parent 'trunk0' is down");
	world_run("ip link set trunk0 up");
}

/* The VLAN id of the next tagged frame at the other end of the trunk; -1: none in two seconds. */
static int next_tag(int fd)
{
	char frame[2048], control[256];
	struct iovec data = { frame, sizeof(frame) };
	struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1 };
	struct pollfd wait = { .fd = fd, .events = POLLIN };

	while (poll(&wait, 1, 2000) > 0) {
		message.msg_control = control;
		message.msg_controllen = sizeof(control);
		if (recvmsg(fd, &message, 0) < 0)
			return -1;
		for (struct cmsghdr *c = CMSG_FIRSTHDR(&message); c; c = CMSG_NXTHDR(&message, c)) {
			struct tpacket_auxdata aux;

			if (c->cmsg_level != SOL_PACKET || c->cmsg_type != PACKET_AUXDATA)
				continue;
			memcpy(&aux, CMSG_DATA(c), sizeof(aux));
			if (aux.tp_status & TP_STATUS_VLAN_VALID)
				return aux.tp_vlan_tci & 0xfff;
		}
	}
	return -1;
}

static void up_at_once(const struct net_want *want)
{
	assert_true(world_up(want) > 0);
	assert_int_equal(world_count(want), 0);
}

/* From 10 and 11 to 11 and 10, to 11 and 12, to others of other names; numbers of uplinks alike. */
static void vlans_change_hands_in_one_up(void **state)
{
	static const struct {
		const char *names[2];
		int uplinks[2];
		uint16_t ids[2];
	} stages[] = {
		{ { "acme", "bravo" }, { 0, 1 }, { 10, 11 } },
		{ { "acme", "bravo" }, { 1, 0 }, { 11, 10 } },
		{ { "acme", "bravo" }, { 1, 2 }, { 10, 11 } },
		{ { "acme", "bravo" }, { 2, 3 }, { 11, 12 } },
		{ { "charlie", "acme" }, { 2, 3 }, { 11, 12 } },
		{ { "delta", "echo" }, { 3, 2 }, { 12, 11 } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(stages) / sizeof(*stages); i++) {
		cleanup(net_want_finish) struct net_want want = world_want();

		for (size_t v = 0; v < 2; v++)
			add_vlan(&want, stages[i].names[v], stages[i].uplinks[v], "cust", 0,
				stages[i].ids[v]);
		up_at_once(&want);
	}
	world_down();
}

/* Ours is known by what it is: it stays where its trunk gets another name, and goes where its VLAN is to be
 * a customer's own. */
static void an_outer_device_is_known_by_its_vlan(void **state)
{
	cleanup(net_want_finish) struct net_want want = world_want();
	cleanup_free char *before = world_dump();
	struct net_want_link *link = add_vlan(&want, "acme", 0, "cust", 100, 10);

	(void)state;
	up_at_once(&want);
	world_run("ip link set trunk0 down; ip link set trunk0 name trunk9; ip link set trunk9 up");
	link->parent = "trunk9";
	world_up(&want);
	assert_int_equal(world_count(&want), 0);
	assert_int_equal(world_run("ip link show trunk0.100 > /dev/null"), 0);
	world_run("ip link set trunk9 down; ip link set trunk9 name trunk0; ip link set trunk0 up");
	link->parent = "trunk0";
	world_up(&want);
	link->n_tags = 1;
	up_at_once(&want);
	assert_int_not_equal(world_run("ip link show trunk0.100 2> /dev/null"), 0);
	link->n_tags = 2;
	up_at_once(&want);
	world_down();
	world_assert_is(before);
}

static void a_name_that_is_too_long_for_an_outer_device_is_another(void **state)
{
	cleanup(net_want_finish) struct net_want want = world_want();
	struct net_want_link *a = add_vlan(&want, "acme", 0, "cust", 100, 10);
	struct net_want_link *b = add_vlan(&want, "bravo", 1, "cust", 100, 11);
	struct net_want_link *c = add_vlan(&want, "charlie", 2, "cust", 200, 10);

	(void)state;
	world_run("ip link add enp130s0f0np0 type veth peer name longwire && "
		  "ip link set enp130s0f0np0 up && ip link set longwire up");
	a->parent = b->parent = c->parent = "enp130s0f0np0";
	up_at_once(&want);
	assert_int_equal(
		world_run("test $(ip -br link show type vlan | grep -c @enp130s0f0np0) = 2"), 0);
	world_down();
	assert_int_equal(world_run("ip link del enp130s0f0np0"), 0);
}

static void frames_are_tagged_on_the_trunk(void **state)
{
	cleanup(net_want_finish) struct net_want want = world_want();
	cleanup_fd int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_ALL));
	struct sockaddr_ll wire = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL) };
	int on = 1;

	(void)state;
	wire.sll_ifindex = (int)if_nametoindex("wire0");
	assert_int_equal(setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &on, sizeof(on)), 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&wire, sizeof(wire)), 0);
	add_vlan(&want, "acme", 0, "trunk0.10", 0, 10);
	world_up(&want);
	(void)world_connect("acme", "10.0.0.1", 161);
	assert_int_equal(next_tag(fd), 10);
	world_down();
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_trunk_without_arp_makes_no_vlan_without),
		cmocka_unit_test(two_vlans_on_one_trunk),
		cmocka_unit_test(stacked_vlans_share_their_outer_device),
		cmocka_unit_test(an_outer_device_goes_with_its_last_user),
		cmocka_unit_test(an_outer_device_left_by_a_crash_serves_again_or_goes),
		cmocka_unit_test(all_outer_devices_of_three_tags_are_looked_after),
		cmocka_unit_test(a_vlan_on_a_parent_that_is_down_waits_for_it),
		cmocka_unit_test(a_foreign_vlan_is_not_taken),
		cmocka_unit_test(a_vlan_passes_from_one_vrf_to_the_next),
		cmocka_unit_test(a_parent_that_is_down_is_a_fault),
		cmocka_unit_test(vlans_change_hands_in_one_up),
		cmocka_unit_test(an_outer_device_is_known_by_its_vlan),
		cmocka_unit_test(a_name_that_is_too_long_for_an_outer_device_is_another),
		cmocka_unit_test(frames_are_tagged_on_the_trunk),
	};
	const char *why = world_enter();

	if (!why && !kernel_has_vlan())
		why = "this kernel has no 802.1Q; tests/vm/run has one that does";
	if (why) {
		printf("1..0 # SKIP %s\n", why);
		return 0;
	}
	return cmocka_run_group_tests_name(__FILE__, tests, NULL, NULL);
}
