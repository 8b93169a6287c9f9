// SPDX-License-Identifier: GPL-2.0-or-later
/* Pings, connections, neighbours, gateways and counters between two namespaces. */
#include "world.h"

#include "net/channel.h"
#include "net/counters.h"
#include "net/gateway.h"
#include "net/port.h"
#include "net/reach.h"

#define PATIENCE_MS 400

static void pair_remove(void)
{
	world_run("ip netns del here 2>/dev/null; ip netns del there 2>/dev/null");
}

/* The kernel tells carrier on with a delay of up to a second, more on a busy machine. */
static void pair_await_carrier(void)
{
	uint64_t deadline_ms = clock_now_ms() + 20000;

	while (world_run("for name in here there; do ip -n $name -br link show eth0; done |"
			 " grep -qv ' UP '") == 0)
		assert_true(clock_now_ms() < deadline_ms);
}

/* 'here' with 10.0.0.2, fd01::2 and fe80::2 on eth0, 'there' with 10.0.0.1, fd01::1 and fe80::1. */
static void pair_make(void)
{
	pair_remove();
	assert_int_equal(
		world_run("ip netns add here && ip netns add there && "
			  "ip link add eth0 netns here type veth peer name eth0 netns there && "
			  "ip -n here link set eth0 up && ip -n there link set eth0 up && "
			  "ip -n there link set lo up && "
			  "ip -n here addr add 10.0.0.2/24 dev eth0 && "
			  "ip -n there addr add 10.0.0.1/24 dev eth0 && "
			  "ip -n here addr add fd01::2/64 dev eth0 nodad && "
			  "ip -n there addr add fd01::1/64 dev eth0 nodad && "
			  "ip -n here addr add fe80::2/64 dev eth0 nodad && "
			  "ip -n there addr add fe80::1/64 dev eth0 nodad"),
		0);
	pair_await_carrier();
}

static int ping(const char *address, uint64_t *rtt_us)
{
	struct address to = world_address(address);

	return net_reach_ping(
		&(struct net_reach){ "here", "eth0", &to, PATIENCE_MS }, rtt_us, NULL);
}

static enum net_neighbour neighbour(const char *address, uint8_t mac[6])
{
	struct address to = world_address(address);
	enum net_neighbour found = NET_NEIGHBOUR_UNKNOWN;

	assert_int_equal(
		net_reach_neighbour(
			&(struct net_reach){ "here", "eth0", &to, PATIENCE_MS }, &found, mac, NULL),
		0);
	return found;
}

static void who_is_there_answers(void **state)
{
	uint64_t rtt_us = 0;

	(void)state;
	pair_make();
	assert_int_equal(ping("10.0.0.1", &rtt_us), 0);
	assert_in_range(rtt_us, 1, PATIENCE_MS * 1000);
	assert_int_equal(ping("fd01::1", &rtt_us), 0);
	/* Of the interface there; here no interface may be of that name. */
	assert_int_equal(ping("fe80::1", &rtt_us), 0);
	pair_remove();
}

static void who_is_not_there_is_waited_for_no_longer_than_asked(void **state)
{
	uint64_t rtt_us, began_ms;

	(void)state;
	pair_make();
	began_ms = clock_now_ms();
	assert_int_equal(ping("10.0.0.9", &rtt_us), -ETIMEDOUT);
	assert_in_range(clock_now_ms() - began_ms, PATIENCE_MS - 50, PATIENCE_MS * 3);
	pair_remove();
}

static void who_ignores_pings_is_there_all_the_same(void **state)
{
	uint64_t rtt_us;
	uint8_t mac[6];

	(void)state;
	pair_make();
	assert_int_equal(
		world_run("ip netns exec there sysctl -q net.ipv4.icmp_echo_ignore_all=1"), 0);
	assert_int_equal(ping("10.0.0.1", &rtt_us), -ETIMEDOUT);
	assert_int_equal(neighbour("10.0.0.1", mac), NET_NEIGHBOUR_KNOWN);
	pair_remove();
}

static void where_no_route_leads_nothing_can_be_sent(void **state)
{
	uint64_t rtt_us;

	(void)state;
	pair_make();
	assert_int_equal(ping("192.0.2.1", &rtt_us), -ENETUNREACH);
	pair_remove();
}

static void a_neighbour_is_known_by_its_hardware_address_once_it_was_asked(void **state)
{
	cleanup_free char *expected = NULL;
	char found[32];
	uint64_t rtt_us;
	uint8_t mac[6];

	(void)state;
	pair_make();
	assert_int_equal(neighbour("10.0.0.1", mac), NET_NEIGHBOUR_UNKNOWN);
	assert_int_equal(ping("10.0.0.1", &rtt_us), 0);
	assert_int_equal(neighbour("10.0.0.1", mac), NET_NEIGHBOUR_KNOWN);
	expected = world_read("ip -n there -br link show eth0 | awk '{printf \"%s\", $3}'");
	snprintf(found, sizeof(found), "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2],
		mac[3], mac[4], mac[5]);
	assert_string_equal(found, expected);
	assert_int_equal(ping("10.0.0.9", &rtt_us), -ETIMEDOUT);
	assert_int_equal(neighbour("10.0.0.9", mac), NET_NEIGHBOUR_FAILED);
	pair_remove();
}

static enum net_neighbour gateway(int ifindex, const char *address, bool insist)
{
	struct address to = world_address(address);
	struct net_gateway asked = { .ifindex = ifindex,
		.address = &to,
		.insist = insist,
		.neighbour = NET_NEIGHBOUR_KNOWN };

	cleanup(net_channel_close) struct net_channel channel = NET_CHANNEL_INIT;

	assert_int_equal(net_channel_open_in(&channel, "here", NULL), 0);
	assert_int_equal(net_gateways_read(&channel, &asked, 1, NULL), 0);
	return asked.neighbour;
}

static int eth0_ifindex(void)
{
	cleanup_free char *text = world_read("ip netns exec here cat /sys/class/net/eth0/ifindex");

	return atoi(text);
}

static void gateway_await(const char *address, bool insist, enum net_neighbour expected)
{
	uint64_t deadline_ms = clock_now_ms() + 20000;
	int eth0 = eth0_ifindex();

	while (gateway(eth0, address, insist) != expected)
		assert_true(clock_now_ms() < deadline_ms);
}

static void a_gateway_is_known_once_it_was_asked_for(void **state)
{
	uint64_t rtt_us;

	(void)state;
	pair_make();
	assert_int_equal(gateway(eth0_ifindex(), "10.0.0.1", false), NET_NEIGHBOUR_UNKNOWN);
	assert_int_equal(gateway(9999, "10.0.0.1", false), NET_NEIGHBOUR_UNKNOWN);
	assert_int_equal(ping("10.0.0.1", &rtt_us), 0);
	assert_int_equal(gateway(eth0_ifindex(), "10.0.0.1", false), NET_NEIGHBOUR_KNOWN);
	assert_int_equal(gateway(eth0_ifindex(), "fd01::1", false), NET_NEIGHBOUR_UNKNOWN);
	gateway_await("fd01::1", true, NET_NEIGHBOUR_KNOWN);
	pair_remove();
}

static void a_gateway_that_came_back_is_known_again_though_nobody_else_asks(void **state)
{
	uint64_t rtt_us;

	(void)state;
	pair_make();
	assert_int_equal(ping("10.0.0.9", &rtt_us), -ETIMEDOUT);
	assert_int_equal(gateway(eth0_ifindex(), "10.0.0.9", false), NET_NEIGHBOUR_FAILED);
	assert_int_equal(world_run("ip -n there addr add 10.0.0.9/24 dev eth0"), 0);
	gateway_await("10.0.0.9", false, NET_NEIGHBOUR_KNOWN);
	pair_remove();
}

static enum net_neighbour gateway_refresh(int ifindex, const char *address)
{
	struct address to = world_address(address);
	struct net_gateway asked = { .ifindex = ifindex, .address = &to, .refresh = true };

	cleanup(net_channel_close) struct net_channel channel = NET_CHANNEL_INIT;

	assert_int_equal(net_channel_open_in(&channel, "here", NULL), 0);
	assert_int_equal(net_gateways_read(&channel, &asked, 1, NULL), 0);
	return asked.neighbour;
}

/* Nobody has 10.0.0.9 and fd01::9; the kernel asks each three times. */
static void a_gateway_that_nobody_has_is_found_out_without_any_traffic(void **state)
{
	static const char *const addresses[] = { "10.0.0.9", "fd01::9" };
	int eth0;

	(void)state;
	pair_make();
	eth0 = eth0_ifindex();
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(gateway(eth0, addresses[i], false), NET_NEIGHBOUR_UNKNOWN);
		assert_int_equal(gateway_refresh(eth0, addresses[i]), NET_NEIGHBOUR_UNKNOWN);
		gateway_await(addresses[i], false, NET_NEIGHBOUR_FAILED);
	}
	pair_remove();
}

static void a_gateway_that_left_is_found_out_only_where_old_entries_are_asked_for(void **state)
{
	int eth0;

	(void)state;
	pair_make();
	eth0 = eth0_ifindex();
	assert_int_equal(
		world_run("ip -n here neigh replace 10.0.0.9 dev eth0 "
			  "lladdr 02:00:00:00:00:09 nud stale && "
			  "ip netns exec here sh -c "
			  "'echo 0 > /proc/sys/net/ipv4/neigh/eth0/delay_first_probe_time'"),
		0);
	assert_int_equal(gateway(eth0, "10.0.0.9", true), NET_NEIGHBOUR_KNOWN);
	assert_int_equal(world_run("ip -n here neigh | grep -q '10.0.0.9 .*STALE'"), 0);
	assert_int_equal(gateway_refresh(eth0, "10.0.0.9"), NET_NEIGHBOUR_KNOWN);
	gateway_await("10.0.0.9", false, NET_NEIGHBOUR_FAILED);
	pair_remove();
}

static void counters_of_a_namespace_grow_with_its_traffic(void **state)
{
	struct net_netns_state link = { 0 };
	uint64_t rtt_us, before;

	(void)state;
	pair_make();
	array_append(&link.links, &link.n_links)->ifindex = eth0_ifindex();
	assert_int_equal(net_counters_read("here", &link, NULL), 0);
	before = link.links[0].tx_bytes;
	assert_int_equal(ping("10.0.0.1", &rtt_us), 0);
	assert_int_equal(net_counters_read("here", &link, NULL), 0);
	assert_true(link.links[0].tx_bytes > before && link.links[0].rx_bytes > 0);
	link.links[0].ifindex = 9999;
	before = link.links[0].tx_bytes;
	assert_int_equal(net_counters_read("here", &link, NULL), 0);
	assert_int_equal(link.links[0].tx_bytes, before);
	assert_int_equal(net_counters_read("nowhere", &link, NULL), -ENOENT);
	net_netns_state_finish(&link);
	pair_remove();
}

static int dial(const char *address, uint16_t port, struct error *err)
{
	struct address to = world_address(address);

	return net_reach_connect(&(struct net_reach){ "here", NULL, &to, PATIENCE_MS }, port, err);
}

static void a_listener_is_connected_to_and_nobody_else(void **state)
{
	int listener, fd;

	(void)state;
	pair_make();
	listener = world_listen("there", "10.0.0.1", 4711);
	fd = dial("10.0.0.1", 4711, NULL);
	assert_true(fd >= 0);
	close(fd);
	close(listener);
	assert_int_equal(dial("10.0.0.1", 4711, NULL), -ECONNREFUSED);
	assert_int_equal(dial("10.0.0.9", 4711, NULL), -ETIMEDOUT);
	pair_remove();
}

static void assert_peers(const char *netns, const char *expected)
{
	struct net_port_peers peers;
	char text[128];

	assert_int_equal(net_port_peers_read(netns, 4711, &peers, NULL), 0);
	assert_string_equal(net_port_peers_format(&peers, text), expected);
}

static void who_is_connected_to_a_port_is_named_once_accepted(void **state)
{
	struct net_port_peers peers;
	int listener, fds[6];

	(void)state;
	pair_make();
	listener = world_listen("there", "10.0.0.1", 4711);
	assert_peers("there", "");
	for (int i = 0; i < 3; i++)
		fds[i] = dial("10.0.0.1", 4711, NULL);
	/* These hold nobody yet. */
	assert_peers("there", "");
	for (int i = 3; i < 5; i++)
		fds[i] = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	assert_peers("there", "10.0.0.2 (2 connections)");
	close(fds[4]);
	close(fds[3]);
	assert_peers("there", "");
	fds[3] = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	assert_peers("there", "10.0.0.2 (1 connection)");
	for (int i = 0; i < 4; i++)
		close(fds[i]);
	close(listener);
	assert_int_equal(net_port_peers_read("nowhere", 4711, &peers, NULL), -ENOENT);
	pair_remove();
}

static void an_ipv4_peer_of_an_ipv6_listener_is_named_by_its_address(void **state)
{
	struct net_port_peers peers = { 0 };
	int listener, fds[6];

	(void)state;
	pair_make();
	listener = world_listen("there", "::", 4711);
	fds[0] = dial("fd01::1", 4711, NULL);
	fds[1] = dial("10.0.0.1", 4711, NULL);
	fds[2] = dial("10.0.0.1", 4711, NULL);
	for (int i = 3; i < 6; i++)
		fds[i] = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	assert_peers("there", "10.0.0.2 (2 connections) and 1 other");
	assert_int_equal(net_port_peers_read("there", 4711, &peers, NULL), 0);
	assert_int_equal(peers.connections, 3);
	for (int i = 0; i < 6; i++)
		close(fds[i]);
	close(listener);
	pair_remove();
}

static void a_missing_namespace_is_told_and_we_stay_where_we_are(void **state)
{
	struct address to = world_address("10.0.0.1");
	struct error err = ERROR_INIT;
	struct stat before, after;
	uint64_t rtt_us;

	(void)state;
	assert_int_equal(stat("/proc/self/ns/net", &before), 0);
	assert_int_equal(net_reach_ping(&(struct net_reach){ "nowhere", NULL, &to, PATIENCE_MS },
				 &rtt_us, &err),
		-ENOENT);
	pair_make();
	assert_int_equal(ping("10.0.0.1", &rtt_us), 0);
	pair_remove();
	assert_int_equal(stat("/proc/self/ns/net", &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(who_is_there_answers),
	cmocka_unit_test(who_is_not_there_is_waited_for_no_longer_than_asked),
	cmocka_unit_test(who_ignores_pings_is_there_all_the_same),
	cmocka_unit_test(where_no_route_leads_nothing_can_be_sent),
	cmocka_unit_test(a_neighbour_is_known_by_its_hardware_address_once_it_was_asked),
	cmocka_unit_test(a_gateway_is_known_once_it_was_asked_for),
	cmocka_unit_test(a_gateway_that_came_back_is_known_again_though_nobody_else_asks),
	cmocka_unit_test(a_gateway_that_nobody_has_is_found_out_without_any_traffic),
	cmocka_unit_test(a_gateway_that_left_is_found_out_only_where_old_entries_are_asked_for),
	cmocka_unit_test(counters_of_a_namespace_grow_with_its_traffic),
	cmocka_unit_test(a_listener_is_connected_to_and_nobody_else),
	cmocka_unit_test(who_is_connected_to_a_port_is_named_once_accepted),
	cmocka_unit_test(an_ipv4_peer_of_an_ipv6_listener_is_named_by_its_address),
	cmocka_unit_test(a_missing_namespace_is_told_and_we_stay_where_we_are),
};

world_main(tests)
