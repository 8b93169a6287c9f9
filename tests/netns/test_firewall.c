// SPDX-License-Identifier: GPL-2.0-or-later
/* Tables of rules in the kernel: set, kept, put right and taken away. What they keep out is tested by
 * test_isolation. */
#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/resource.h>

#include "frame.h"
#include "nft.h"

#include "net/firewall_kernel.h"
#include "net/mark.h"

static bool has_table(const char *netns, const char *name)
{
	cleanup_free char *command = xasprintf("list table inet %s", name);

	return nft(netns, command) == 0;
}

/* nft(8)'s library could not be asked where descriptors have large numbers. */
static bool has_table_by_dump(const char *name)
{
	struct net_have_firewall have;
	struct error err = ERROR_INIT;

	assert_int_equal(
		net_firewall_read_root(net_mark_owner(world_want().owner), &have, &err), 0);
	return have.exists && strcmp(have.table, name) == 0;
}

static struct net_want guarded(void)
{
	struct net_want want = world_want();

	want.firewall = true;
	want.server_port = 10051;
	for (int i = 0; i < 2; i++)
		world_add_netns(&want, i ? "bravo" : "acme", i)->firewall = true;
	return want;
}

static void every_namespace_has_its_table(void **state)
{
	cleanup(net_want_finish) struct net_want want = guarded();

	(void)state;
	world_up(&want);
	assert_int_equal(world_count(&want), 0);
	assert_true(has_table(NULL, "vrfgate"));
	assert_true(has_table("acme", "vrfgate"));
	assert_true(has_table("bravo", "vrfgate"));
	world_down();
	assert_false(has_table(NULL, "vrfgate"));
}

/* RFC 4861, 4.2: a router for half an hour, with a network that all may take addresses of. */
static void advertise(const char *from, uint8_t hop_limit)
{
	static const uint8_t payload[] = { ND_ROUTER_ADVERT, 0, 0, 0, 64, 0, 7, 8, 0, 0, 0, 0, 0, 0,
		0, 0,                                               /* */
		3, 4, 64, 0xc0, 0, 0, 7, 8, 0, 0, 7, 8, 0, 0, 0, 0, /* */
		0xfd, 0x99, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 };
	static const uint8_t all[6] = { 0x33, 0x33, 0, 0, 0, 1 }, router[6] = { 2, 0, 0, 0, 0, 1 };
	struct address a = world_address(from), b = world_address("ff02::1");
	struct sockaddr_ll wire = { .sll_family = AF_PACKET };
	cleanup_fd int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	struct frame frame;

	wire.sll_ifindex = (int)if_nametoindex("wire0");
	frame_begin(&frame, all, router, ETHERTYPE_IPV6);
	frame_put_packet(&frame, &a, &b, IPPROTO_ICMPV6, payload, sizeof(payload));
	frame.bytes[sizeof(struct ether_header) + offsetof(struct ip6_hdr, ip6_hlim)] = hop_limit;
	assert_int_equal(
		sendto(fd, frame.bytes, frame.size, 0, (struct sockaddr *)&wire, sizeof(wire)),
		frame.size);
}

static bool has_router(const char *netns)
{
	return world_run("ip -n %s -6 route show proto ra | grep -q '^default via fe80::1 '",
		       netns) == 0;
}

static void await_router(const char *netns)
{
	uint64_t deadline_ms = clock_now_ms() + 30000;

	do
		advertise("fe80::1", 255);
	while (!has_router(netns) && clock_now_ms() < deadline_ms);
	assert_true(has_router(netns));
}

static void router_advertisements_are_taken_where_a_link_accepts_them(void **state)
{
	static const struct net_want_sysctl accept[] = { { "net.ipv6.conf.c/1.accept_ra", "2" } };
	cleanup(net_want_finish) struct net_want want = guarded();

	(void)state;
	for (size_t i = 0; i < 2; i++)
		world_add_link(&want.netns[i], "c.1", NET_LINK_MACVLAN, "trunk0");
	*array_append(&want.netns[0].sysctls, &want.netns[0].n_sysctls) = accept[0];
	world_up(&want);
	assert_int_equal(world_count(&want), 0);
	/* what a router on the link does not send; a right one behind it has come when it has */
	advertise("fd99::1", 255);
	advertise("fe80::2", 64);
	await_router("acme");
	assert_int_equal(world_run("ip -n acme -6 route | grep -q 'fe80::2\\|via fd99::1'"), 256);
	assert_int_equal(world_run("ip -n acme -6 addr show c.1 | grep -q 'inet6 fd99::'"), 0);
	assert_int_equal(world_count(&want), 0);
	/* not by another link, and not once it does not accept them */
	assert_false(has_router("bravo"));
	assert_int_equal(nft("acme", "list chain inet vrfgate input"), 0);
	want.netns[0].n_sysctls = 0;
	world_up(&want);
	assert_int_equal(world_count(&want), 0);
	assert_false(has_router("acme"));
	assert_int_equal(
		world_run("ip netns exec acme nft list table inet vrfgate | grep -q 'router adv'"),
		256);
	want.netns[0].n_sysctls = 1;
	world_down();
}

static void whatever_is_done_to_a_table_is_put_right(void **state)
{
	static const char *const harms[] = {
		"delete table inet vrfgate",
		"flush table inet vrfgate",
		"flush chain inet vrfgate input",
		"add table inet vrfgate { flags dormant; }",
		"insert rule inet vrfgate input accept",
		"add rule inet vrfgate forward accept comment \"mine\"",
		"flush ruleset",
	};
	static const char *const places[] = { NULL, "acme" };
	cleanup(net_want_finish) struct net_want want = guarded();

	(void)state;
	world_up(&want);
	for (size_t p = 0; p < 2; p++)
		for (size_t i = 0; i < sizeof(harms) / sizeof(*harms); i++) {
			if (nft(places[p], harms[i]) != 0)
				fail_msg("%s cannot be done", harms[i]);
			if (world_count(&want) != 1)
				fail_msg("after %s: %zu acts", harms[i], world_count(&want));
			world_up(&want);
			assert_int_equal(world_count(&want), 0);
		}
	world_down();
}

static void a_look_at_one_namespace_puts_its_table_right(void **state)
{
	cleanup(net_want_finish) struct net_want want = guarded();

	(void)state;
	world_up(&want);
	assert_int_equal(nft("bravo", "flush table inet vrfgate"), 0);
	assert_int_equal(world_mend(&want, 0, NULL), 0);
	assert_int_equal(world_mend(&want, 1, NULL), 1);
	assert_int_equal(world_count(&want), 0);
	world_down();
}

static void what_is_allowed_later_is_a_change_of_that_table_alone(void **state)
{
	struct net_want_port port = { IPPROTO_UDP, 162 };
	cleanup(net_want_finish) struct net_want want = guarded();

	(void)state;
	world_up(&want);
	want.netns[0].allow = xmemdup(&port, sizeof(port));
	want.netns[0].n_allow = 1;
	assert_int_equal(world_count(&want), 1);
	world_up(&want);
	assert_int_equal(world_count(&want), 0);
	want.netns[0].firewall = false;
	assert_int_equal(world_count(&want), 1);
	world_up(&want);
	assert_false(has_table("acme", "vrfgate"));
	world_down();
}

static void foreign_tables_stay(void **state)
{
	cleanup(net_want_finish) struct net_want want = guarded();

	(void)state;
	assert_int_equal(nft(NULL, "table inet mine { chain c { accept; }; }"), 0);
	assert_int_equal(nft(NULL, "table inet vrfgate { chain c { accept; }; }"), 0);
	world_up(&want);
	assert_int_equal(nft("acme", "table ip mine { chain c { accept; }; }"), 0);
	assert_int_equal(world_count(&want), 0);
	world_up(&want);
	assert_int_equal(nft("acme", "list table ip mine"), 0);
	world_down();
	assert_true(has_table(NULL, "mine"));
	assert_int_equal(nft(NULL, "list chain inet vrfgate c"), 0);
	assert_int_equal(nft(NULL, "delete table inet vrfgate; delete table inet mine"), 0);
}

static void a_table_of_another_owner_gets_company(void **state)
{
	cleanup(net_want_finish) struct net_want want = guarded();
	char name[NET_FIREWALL_NAME_SIZE];

	(void)state;
	assert_int_equal(nft(NULL, "table inet vrfgate { chain c { accept; }; }"), 0);
	world_up(&want);
	assert_true(
		has_table(NULL, net_firewall_own_table(net_mark_owner(world_want().owner), name)));
	assert_int_equal(nft(NULL, "list chain inet vrfgate input"), -1);
	world_down();
	assert_false(has_table(NULL, name));
	assert_int_equal(nft(NULL, "delete table inet vrfgate"), 0);
}

/* More than select(2) knows, and a few: a thousand namespaces held open are as many. */
#define MANY_DESCRIPTORS 1100

static void descriptors_fill(int fds[MANY_DESCRIPTORS])
{
	struct rlimit files;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &files), 0);
	files.rlim_cur = files.rlim_max;
	assert_true(files.rlim_cur > MANY_DESCRIPTORS + 100);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &files), 0);
	for (int i = 0; i < MANY_DESCRIPTORS; i++) {
		fds[i] = open("/dev/null", O_RDONLY | O_CLOEXEC);
		assert_true(fds[i] >= 0);
	}
}

static void rules_come_and_go_whatever_number_a_descriptor_has(void **state)
{
	cleanup(net_want_finish) struct net_want want = guarded();
	int fds[MANY_DESCRIPTORS];

	(void)state;
	descriptors_fill(fds);
	world_up(&want);
	assert_int_equal(world_count(&want), 0);
	assert_true(has_table_by_dump("vrfgate"));
	world_down();
	assert_false(has_table_by_dump("vrfgate"));
	for (int i = 0; i < MANY_DESCRIPTORS; i++)
		close(fds[i]);
}

static void what_the_words_lack_is_told(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(net_firewall_set("t", "chain c { no such words; }\n", false, &err), -EIO);
	assert_non_null(strstr(err.text, "nftables: syntax error"));
	assert_null(strchr(err.text, '\n'));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(every_namespace_has_its_table),
	cmocka_unit_test(router_advertisements_are_taken_where_a_link_accepts_them),
	cmocka_unit_test(whatever_is_done_to_a_table_is_put_right),
	cmocka_unit_test(a_look_at_one_namespace_puts_its_table_right),
	cmocka_unit_test(what_is_allowed_later_is_a_change_of_that_table_alone),
	cmocka_unit_test(foreign_tables_stay),
	cmocka_unit_test(a_table_of_another_owner_gets_company),
	cmocka_unit_test(rules_come_and_go_whatever_number_a_descriptor_has),
	cmocka_unit_test(what_the_words_lack_is_told),
};

world_main_but(tests, nft_missing())
