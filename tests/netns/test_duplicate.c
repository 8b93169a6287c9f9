// SPDX-License-Identifier: GPL-2.0-or-later
/* Whether another host has an address, asked of a real kernel in another namespace. */
#include "world.h"

#include "net/duplicate.h"

#define LISTEN_MS 3000
#define SILENT_MS 300

static const uint8_t mac_there[6] = { 2, 0, 0, 0, 0, 0x99 };

/* 'here' and 'there', which has nothing yet. */
static void pair_make(void)
{
	uint64_t deadline_ms = clock_now_ms() + 20000;

	assert_int_equal(
		world_run("ip netns add here && ip netns add there && "
			  "ip link add eth0 netns here type veth peer name eth0 netns there && "
			  "ip -n there link set eth0 address 02:00:00:00:00:99 && "
			  "ip -n here link set eth0 address 02:00:00:00:00:01 && "
			  "ip -n here link set eth0 up && ip -n there link set eth0 up && "
			  "ip -n here addr add 10.0.0.2/24 dev eth0 && "
			  "ip -n here addr add fd01::2/64 dev eth0"),
		0);
	while (world_run("ip -n here -br link show eth0 | grep -q ' UP ' && "
			 "! ip -n here addr | grep -q tentative") != 0)
		assert_true(clock_now_ms() < deadline_ms);
}

static void pair_remove(void)
{
	world_run("ip netns del here; ip netns del there");
}

static bool is_nobodys(const struct net_duplicate *d, const uint8_t mac[6], const void *data)
{
	(void)d;
	(void)data;
	(void)mac;
	return false;
}

static bool is_there(const struct net_duplicate *d, const uint8_t mac[6], const void *data)
{
	(void)data;
	assert_string_equal(d->netns, "here");
	return memcmp(mac, mac_there, sizeof(mac_there)) == 0;
}

static struct net_duplicate ask(
	const char *address, uint64_t timeout_ms, net_own_mac_fn is_own, const char *netns)
{
	cleanup_free char *index =
		world_read("ip -n here -o link show eth0 | cut -d: -f1 | tr -d '\\n'");
	struct net_duplicate d = { .netns = netns,
		.ifindex = atoi(index),
		.own_mac = { 2, 0, 0, 0, 0, 1 },
		.address = world_address(address) };

	net_duplicates_open(&d, 1);
	net_duplicates_ask(&d, 1, timeout_ms, is_own, NULL);
	net_duplicates_close(&d, 1);
	return d;
}

static void nobody_answers_where_nobody_has_it(void **state)
{
	(void)state;
	pair_make();
	assert_false(ask("10.0.0.2/24", SILENT_MS, is_nobodys, "here").found);
	assert_false(ask("fd01::2/64", SILENT_MS, is_nobodys, "here").found);
	assert_false(ask("10.0.0.2/24", SILENT_MS, is_nobodys, "nowhere").found);
	pair_remove();
}

static void another_hosts_answer_tells_its_hardware_address(void **state)
{
	static const char *const addresses[] = { "10.0.0.2/24", "fd01::2/64" };

	(void)state;
	pair_make();
	assert_int_equal(world_run("ip -n there addr add 10.0.0.2/24 dev eth0 && "
				   "ip -n there addr add fd01::2/64 dev eth0 nodad"),
		0);
	for (size_t i = 0; i < 2; i++) {
		struct net_duplicate d = ask(addresses[i], LISTEN_MS, is_nobodys, "here");

		assert_true(d.found && d.has_mac);
		assert_memory_equal(d.mac, mac_there, sizeof(mac_there));
		assert_false(ask(addresses[i], SILENT_MS, is_there, "here").found);
	}
	pair_remove();
}

/* RFC 5227, 1.1: a probe, and not an announcement that would take the address from its owner. */
static void a_probe_changes_nobodys_neighbours(void **state)
{
	(void)state;
	pair_make();
	assert_int_equal(world_run("ip -n there addr add 10.0.0.9/24 dev eth0 && "
				   "ip netns exec there sh -c "
				   "'echo 1 > /proc/sys/net/ipv4/conf/eth0/arp_accept'"),
		0);
	assert_false(ask("10.0.0.2/24", SILENT_MS, is_nobodys, "here").found);
	assert_int_not_equal(world_run("ip -n there neigh show | grep -q 10.0.0.2"), 0);
	pair_remove();
}

int main(void);
static const struct CMUnitTest tests[] = {
	cmocka_unit_test(nobody_answers_where_nobody_has_it),
	cmocka_unit_test(another_hosts_answer_tells_its_hardware_address),
	cmocka_unit_test(a_probe_changes_nobodys_neighbours),
};

world_main(tests)
