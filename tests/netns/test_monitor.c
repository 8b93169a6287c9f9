// SPDX-License-Identifier: GPL-2.0-or-later
/* What happens in the kernel is told of the VRFs that it concerns, and of no others. */
#include <poll.h>

#include "net/monitor.h"
#include "nft.h"

#define PATIENCE_MS 3000
#define QUIET_MS    100

static const struct address customer[1] = {
	{ .family = AF_INET, .prefix_length = 30, .bytes = { 10, 0, 0, 2 } }
};

struct heard {
	bool acme, bravo, all, lower, shared;
};

static void hear(void *subject, enum net_monitor_what what, void *data)
{
	struct heard *heard = data;
	const char *netns = subject;

	heard->shared |= what == NET_MONITOR_SHARED || what == NET_MONITOR_FORWARDING;
	heard->all |= !netns && what == NET_MONITOR_VRF;
	heard->acme |= netns && strcmp(netns, "acme") == 0;
	heard->bravo |= netns && strcmp(netns, "bravo") == 0;
	heard->lower |= what == NET_MONITOR_LOWER;
}

/* Reads until nothing has come for a while or, with `wanted`, until something has. */
static struct heard listen_for(struct net_monitor *monitor, bool wanted)
{
	uint64_t deadline_ms = clock_now_ms() + PATIENCE_MS;
	struct heard heard = { 0 };
	struct error err = ERROR_INIT;
	struct pollfd ready = { .fd = net_monitor_fd(monitor), .events = POLLIN };

	while (clock_now_ms() < deadline_ms) {
		bool any = heard.acme || heard.bravo || heard.all || heard.shared;

		if (poll(&ready, 1, wanted && !any ? PATIENCE_MS : QUIET_MS) == 0)
			break;
		if (net_monitor_read(monitor, hear, &heard, &err) < 0)
			fail_msg("%s", err.text);
	}
	return heard;
}

static void add_all(struct net_monitor *monitor, const struct net_want *want)
{
	struct error err = ERROR_INIT;

	for (size_t i = 0; i < want->n_netns; i++)
		if (net_monitor_add(monitor, &want->netns[i], (char *)want->netns[i].name, &err) <
			0)
			fail_msg("%s", err.text);
}

static struct net_monitor *monitor_make(const struct net_want *want)
{
	struct net_monitor *monitor;
	struct error err = ERROR_INIT;

	if (net_monitor_create(&monitor, &err) < 0)
		fail_msg("%s", err.text);
	add_all(monitor, want);
	return monitor;
}

static void fill(struct net_want *want)
{
	static const char *const names[] = { "acme", "bravo" };

	for (int i = 0; i < 2; i++) {
		struct net_want_netns *netns = world_add_netns(want, names[i], i);
		struct net_want_link *link =
			world_add_link(netns, "cust", NET_LINK_MACVLAN, "trunk0");

		link->addresses = customer;
		link->n_addresses = 1;
		world_add_route(netns, "0.0.0.0/0", "10.0.0.1", "cust");
	}
}

static struct net_monitor *monitor_begin(struct net_want *want)
{
	fill(want);
	world_up(want);
	return monitor_make(want);
}

static const struct {
	const char *harm;
	bool acme, bravo, lower;
} rows[] = {
	{ "ip -n acme route del default", true, false, false },
	{ "ip -n acme route del 10.0.0.0/30 dev cust", true, false, false },
	{ "ip -n acme addr flush dev cust", true, false, false },
	{ "ip -n bravo link set cust down", false, true, false },
	{ "ip -n acme link set lo down", true, false, false },
	{ "ip -n bravo link del cust", false, true, false },
	{ "ip -n acme route replace default via 10.0.0.1 dev cust", true, false, false },
	{ "ip addr flush dev vg0", true, false, false },
	{ "ip netns exec acme sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward'", true, false, false },
	{ "ip netns exec bravo sh -c 'echo 1 > /proc/sys/net/ipv6/conf/all/forwarding'", false,
		true, false },
	{ "ip link set vg1 down", false, true, false },
	{ "ip link set vg1 down; ip link set vg1 name other", false, true, false },
	{ "ip link del vg0", true, false, false },
	{ "ip netns del bravo", false, true, false },
	{ "ip link set trunk0 down", true, true, true },
	/* what concerns nobody */
	{ "ip -n acme route add 192.0.2.0/24 via 10.0.0.1", false, false, false },
	{ "ip -n acme route add 192.0.2.0/24 via 10.0.0.1; ip -n acme route del 192.0.2.0/24",
		false, false, false },
	{ "ip link add mv0 link trunk0 type macvlan; ip link del mv0", false, false, false },
	{ "ip route add 192.0.2.0/24 dev lo; ip route del 192.0.2.0/24", false, false, false },
	/* after them, as no carrier's event comes late any more: routes of IPv4 go with it unheard */
	{ "ip -n bravo nexthop add id 12 via 10.0.0.1 dev cust; ip -n bravo nexthop del id 12",
		false, true, false },
	{ "ip netns add other; ip -n other link set lo up; ip netns del other", false, false,
		false },
};

static struct heard tamper_and_capture(const struct net_want *want, size_t row)
{
	struct net_monitor *monitor;
	struct heard heard;

	world_run("ip link set trunk0 up; ip netns | grep -q acme && "
		  "ip -n acme route flush proto boot");
	world_up(want);
	monitor = monitor_make(want);
	(void)listen_for(monitor, false);
	assert_int_equal(world_run("%s", rows[row].harm), 0);
	heard = listen_for(monitor, rows[row].acme || rows[row].bravo);
	net_monitor_destroy(monitor);
	return heard;
}

static bool is_missed(const struct heard *heard, size_t row)
{
	return (rows[row].acme && !heard->acme) || (rows[row].bravo && !heard->bravo) ||
		(rows[row].lower && !heard->lower);
}

static bool is_too_much(const struct heard *heard, size_t row)
{
	return heard->all || (!rows[row].acme && heard->acme) ||
		(!rows[row].bravo && heard->bravo) || (!rows[row].lower && heard->lower);
}

/* The kernel may tell a second late of a carrier that came in the row before: what is too much must be
 * so again and again. */
static void each_is_told_what_concerns_it(void **state)
{
	cleanup(net_want_finish) struct net_want want = world_want();

	(void)state;
	fill(&want);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct heard heard = tamper_and_capture(&want, i);

		for (int again = 0; again < 3 && is_too_much(&heard, i); again++)
			heard = tamper_and_capture(&want, i);
		if (is_missed(&heard, i) || is_too_much(&heard, i))
			fail_msg("%s: told of acme %d, bravo %d, lower %d, all %d", rows[i].harm,
				heard.acme, heard.bravo, heard.lower, heard.all);
	}
	world_down();
}

/* As above: this and nothing else, be it at the third time. */
static void assert_told(const struct net_want *want, struct net_monitor *monitor, const char *netns,
	const char *words, struct heard expected)
{
	bool wanted = expected.acme || expected.shared;
	struct heard heard = { 0 };

	for (int i = 0; i < 5; i++) {
		world_up(want);
		(void)listen_for(monitor, false);
		assert_int_equal(nft(netns, words), 0);
		heard = listen_for(monitor, wanted);
		if (memcmp(&heard, &expected, sizeof(heard)) == 0)
			return;
	}
	fail_msg("%s: heard acme %d, bravo %d, all %d, shared %d", words, heard.acme, heard.bravo,
		heard.all, heard.shared);
}

static void rules_that_change_are_told_of(void **state)
{
	cleanup(net_want_finish) struct net_want want = world_want();
	struct net_monitor *monitor;

	(void)state;
	if (nft_missing())
		skip();
	fill(&want);
	want.firewall = true;
	want.netns[0].firewall = want.netns[1].firewall = true;
	world_up(&want);
	monitor = monitor_make(&want);
	assert_told(&want, monitor, "acme", "flush chain inet vrfgate input",
		(struct heard){ .acme = true });
	assert_told(&want, monitor, NULL, "flush ruleset", (struct heard){ .shared = true });
	assert_told(&want, monitor, NULL, "table inet other { }; delete table inet other",
		(struct heard){ 0 });
	assert_told(&want, monitor, "bravo", "table inet other { }; delete table inet other",
		(struct heard){ 0 });
	net_monitor_destroy(monitor);
	world_down();
}

static void forwarding_of_the_root_namespace_is_told_of(void **state)
{
	static const struct {
		const char *key;
		bool told;
	} keys[] = {
		{ "ipv4/ip_forward", true },
		{ "ipv6/conf/all/forwarding", true },
		{ "ipv6/conf/default/forwarding", true },
		{ "ipv4/conf/wire0/forwarding", false },
	};
	cleanup(net_want_finish) struct net_want want = world_want();
	struct net_monitor *monitor;

	(void)state;
	monitor = monitor_begin(&want);
	(void)listen_for(monitor, false);
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		for (int on = 1; on >= 0; on--) {
			struct heard heard;

			assert_int_equal(
				world_run("echo %d > /proc/sys/net/%s", on, keys[i].key), 0);
			heard = listen_for(monitor, keys[i].told);
			assert_int_equal(heard.shared, keys[i].told);
			assert_false(heard.all);
		}
	net_monitor_destroy(monitor);
	world_down();
}

static void a_namespace_made_anew_is_heard_again(void **state)
{
	cleanup(net_want_finish) struct net_want want = world_want();
	struct net_monitor *monitor;

	(void)state;
	monitor = monitor_begin(&want);
	assert_int_equal(world_run("ip netns del acme"), 0);
	assert_true(listen_for(monitor, true).acme);
	world_up(&want);
	add_all(monitor, &want);
	(void)listen_for(monitor, false);
	assert_int_equal(world_run("ip -n acme route del default"), 0);
	assert_true(listen_for(monitor, true).acme);
	net_monitor_remove(monitor, "acme");
	assert_int_equal(world_run("ip -n acme link set cust down"), 0);
	assert_false(listen_for(monitor, false).acme);
	net_monitor_destroy(monitor);
	world_down();
}

static void lost_events_are_told_of(void **state)
{
	cleanup(net_want_finish) struct net_want want = world_want();
	struct net_monitor *monitor;

	(void)state;
	/* Its memory is less than what the socket may hold. */
	if (getenv("VRFGATE_VM"))
		skip();
	monitor = monitor_begin(&want);
	/* Far more than the socket's buffer of 16 MiB (of which the kernel counts 32) can hold. */
	assert_int_equal(world_run("for i in $(seq 30000); do echo addr add 192.0.2.9 dev cust; "
				   "echo addr del 192.0.2.9/32 dev cust; done | "
				   "ip -n acme -batch -"),
		0);
	assert_true(listen_for(monitor, true).all);
	net_monitor_destroy(monitor);
	world_down();
}

int main(void);
static const struct CMUnitTest tests[] = {
	cmocka_unit_test(each_is_told_what_concerns_it),
	cmocka_unit_test(rules_that_change_are_told_of),
	cmocka_unit_test(forwarding_of_the_root_namespace_is_told_of),
	cmocka_unit_test(a_namespace_made_anew_is_heard_again),
	cmocka_unit_test(lost_events_are_told_of),
};

world_main(tests)
