// SPDX-License-Identifier: GPL-2.0-or-later
#include "../config/loaded.h"

#include <sys/socket.h>

#include "base/memory.h"
#include "vrf/wiring.h"

/* A config and what it wants of the kernel; numbers are the VRFs' places plus ten. */
struct wired {
	struct loaded loaded;
	struct net_want want;
};

static struct wired wire(const char *text)
{
	struct wired wired = { .loaded = loaded_text(text) };
	uint32_t ids[16];

	assert_no_faults(&wired.loaded);
	for (uint32_t i = 0; i < 16; i++)
		ids[i] = i + 10;
	wiring_all(&wired.want, wired.loaded.config, ids);
	return wired;
}

static void wired_finish(struct wired *wired)
{
	net_want_finish(&wired->want);
	loaded_finish(&wired->loaded);
}

#define cleanup_wired cleanup(wired_finish)

static void assert_address(const struct address *address, const char *expected)
{
	char text[ADDRESS_TEXT_SIZE];

	assert_string_equal(address_format(address, true, text), expected);
}

static void the_owner_is_the_run_dir(void **state)
{
	cleanup_wired struct wired wired =
		wire("gateway { run_dir = \"/run/other\" }\n"
		     "uplink { prefix = \"fd11::/64\" mtu = 1400 }\nvrf a { }");

	(void)state;
	assert_string_equal(wired.want.owner, "/run/other");
	assert_address(&wired.want.uplink_prefix, "fd11::/64");
	assert_int_equal(wired.want.uplink_mtu_bytes, 1400);
	assert_false(wired.want.partial);
}

static void every_kind_of_interface_keeps_what_it_is_made_of(void **state)
{
	cleanup_wired struct wired wired =
		wire("vrf a {\n"
		     "interface eth0.10 { mtu = 1400 }\n"
		     "interface eth1.100.20 { protocol = 802.1ad }\n"
		     "interface m { kind = macvlan parent = eth2 mac = "
		     "\"02:00:00:00:00:01\" }\n"
		     "interface d { kind = device parent = eth3 }\n"
		     "interface v { kind = link peer = \"b/w\" }\n}\n"
		     "namespace b { interface w { kind = link peer = \"a/v\" } }");
	const struct net_want_link *links = wired.want.netns[0].links;

	(void)state;
	assert_int_equal(wired.want.netns[0].n_links, 5);
	assert_string_equal(links[0].name, "eth0.10");
	assert_int_equal(links[0].kind, NET_LINK_VLAN);
	assert_string_equal(links[0].parent, "eth0");
	assert_int_equal(links[0].n_tags, 1);
	assert_int_equal(links[0].tags[0], 10);
	assert_false(links[0].outer_8021ad);
	assert_int_equal(links[0].mtu_bytes, 1400);
	assert_false(links[0].has_mac);
	assert_int_equal(links[1].n_tags, 2);
	assert_int_equal(links[1].tags[0], 100);
	assert_int_equal(links[1].tags[1], 20);
	assert_true(links[1].outer_8021ad);
	assert_int_equal(links[2].kind, NET_LINK_MACVLAN);
	assert_string_equal(links[2].parent, "eth2");
	assert_true(links[2].has_mac);
	assert_memory_equal(links[2].mac, "\2\0\0\0\0\1", 6);
	assert_int_equal(links[3].kind, NET_LINK_DEVICE);
	assert_string_equal(links[3].parent, "eth3");
	assert_int_equal(links[4].kind, NET_LINK_VETH);
	assert_string_equal(links[4].peer_netns, "b");
	assert_string_equal(links[4].peer_name, "w");
}

static void a_gateway_is_the_default_route_through_its_interface(void **state)
{
	cleanup_wired struct wired wired = wire("vrf a { interface eth0.10 {\n"
						"address = { \"10.0.0.2/30\", \"fd22::2/64\" }\n"
						"gateway = { \"10.0.0.1\", \"fd22::1\" } } }");
	const struct net_want_netns *netns = &wired.want.netns[0];

	(void)state;
	assert_int_equal(netns->links[0].n_addresses, 2);
	assert_address(&netns->links[0].addresses[1], "fd22::2/64");
	assert_int_equal(netns->n_routes, 2);
	assert_address(&netns->routes[0].destination, "0.0.0.0/0");
	assert_address(&netns->routes[0].via, "10.0.0.1/32");
	assert_string_equal(netns->routes[0].dev, "eth0.10");
	assert_address(&netns->routes[1].destination, "::/0");
	assert_address(&netns->routes[1].via, "fd22::1/128");
}

static void routes_come_behind_the_gateways(void **state)
{
	cleanup_wired struct wired wired =
		wire("vrf a { interface eth0.10 { address = \"10.0.0.2/30\" }\n"
		     "route \"192.168.0.0/16\" { via = \"10.0.0.1\" metric = 5 }\n"
		     "route \"172.16.0.0/12\" { dev = eth0.10 } }");
	const struct net_want_route *routes = wired.want.netns[0].routes;

	(void)state;
	assert_int_equal(wired.want.netns[0].n_routes, 2);
	assert_address(&routes[0].destination, "192.168.0.0/16");
	assert_address(&routes[0].via, "10.0.0.1/32");
	assert_null(routes[0].dev);
	assert_int_equal(routes[0].metric, 5);
	assert_address(&routes[1].destination, "172.16.0.0/12");
	assert_int_equal(routes[1].via.family, AF_UNSPEC);
	assert_string_equal(routes[1].dev, "eth0.10");
}

static void a_server_at_the_root_side_needs_no_route(void **state)
{
	cleanup_wired struct wired wired = wire("vrf a { }");

	(void)state;
	assert_int_equal(wired.want.servers.count, 0);
	assert_int_equal(wired.want.uplink_prefix4.family, AF_UNSPEC);
	assert_int_equal(wired.want.netns[0].n_routes, 0);
}

static void a_routed_server_is_reached_by_the_root_side(void **state)
{
	cleanup_wired struct wired wired =
		wire("uplink { mode = routed } zabbix { server = \"2001:db8::1\" }\n"
		     "vrf a { } namespace b { }");
	const struct net_want_netns *netns = wired.want.netns;

	(void)state;
	assert_address(&wired.want.servers.nodes[0], "2001:db8::1/128");
	assert_int_equal(wired.want.uplink_prefix4.family, AF_UNSPEC);
	assert_int_equal(netns[0].n_routes, 1);
	assert_address(&netns[0].routes[0].destination, "2001:db8::1/128");
	assert_address(&netns[0].routes[0].via, "fd5a:b1c0:de00::29/126");
	assert_string_equal(netns[0].routes[0].dev, "uplink");
	assert_int_equal(netns[1].n_routes, 0);
}

static void each_node_of_a_cluster_is_reached_by_the_root_side(void **state)
{
	cleanup_wired struct wired wired =
		wire("uplink { mode = routed } zabbix { server = \"2001:db8::1;2001:db8::2\" }\n"
		     "vrf a { }");
	const struct net_want_netns *netns = wired.want.netns;

	(void)state;
	assert_int_equal(wired.want.servers.count, 2);
	assert_int_equal(netns->n_routes, 2);
	assert_address(&netns->routes[0].destination, "2001:db8::1/128");
	assert_address(&netns->routes[1].destination, "2001:db8::2/128");
	for (size_t i = 0; i < 2; i++)
		assert_address(&netns->routes[i].via, "fd5a:b1c0:de00::29/126");
}

static void a_server_behind_nat_is_reached_by_the_root_sides_ipv4_address(void **state)
{
	cleanup_wired struct wired wired =
		wire("uplink { mode = nat } zabbix { server = \"192.0.2.1\" } vrf a { }");
	const struct net_want_route *route = wired.want.netns[0].routes;

	(void)state;
	assert_address(&wired.want.servers.nodes[0], "192.0.2.1/32");
	assert_address(&wired.want.uplink_prefix4, "198.18.0.0/15");
	assert_address(&route->destination, "192.0.2.1/32");
	assert_address(&route->via, "198.18.0.41/30");
	assert_string_equal(route->dev, "uplink");
}

/* One that listens there alone, in IPv4 or IPv6. */
static void a_server_at_an_address_of_this_machine_is_reached_by_the_uplink(void **state)
{
	static const struct {
		const char *text, *server, *via;
	} rows[] = {
		{ "zabbix { server = \"192.0.2.1\" } vrf a { }", "192.0.2.1/32", "198.18.0.41/30" },
		{ "zabbix { server = \"2001:db8::1\" } vrf a { }", "2001:db8::1/128",
			"fd5a:b1c0:de00::29/126" },
	};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		cleanup_wired struct wired wired = wire(rows[i].text);
		const struct net_want_netns *netns = &wired.want.netns[0];

		assert_int_equal(wired.want.server_place, NET_SERVER_HERE);
		assert_int_equal(netns->n_routes, 1);
		assert_address(&netns->routes[0].destination, rows[i].server);
		assert_address(&netns->routes[0].via, rows[i].via);
	}
}

static void a_routed_server_may_be_reached_by_ipv4(void **state)
{
	cleanup_wired struct wired wired =
		wire("uplink { mode = routed prefix4 = \"10.255.0.0/16\" }\n"
		     "zabbix { server = \"192.0.2.1\" } vrf a { }");

	(void)state;
	assert_int_equal(wired.want.server_place, NET_SERVER_ROUTED);
	assert_address(&wired.want.uplink_prefix4, "10.255.0.0/16");
	assert_address(&wired.want.netns[0].routes[0].via, "10.255.0.41/30");
}

static void a_passive_proxy_behind_nat_has_a_port_of_this_machine(void **state)
{
	cleanup_wired struct wired wired =
		wire("uplink { mode = nat passive_port = 20000 } zabbix { server = 192.0.2.1 }\n"
		     "vrf a { proxy { mode = passive } } vrf b { }\n"
		     "vrf c { enabled = false proxy { mode = passive } }\n"
		     "vrf d { proxy { mode = passive } }");
	cleanup_wired struct wired routed =
		wire("uplink { mode = routed passive_port = 20000 }\n"
		     "zabbix { server = 192.0.2.1 } vrf a { proxy { mode = passive } }");

	(void)state;
	assert_int_equal(wired.want.n_passive, 2);
	assert_int_equal(wired.want.passive[0].port, 20010);
	assert_address(&wired.want.passive[0].proxy, "198.18.0.42/30");
	assert_int_equal(wired.want.passive[1].port, 20013);
	assert_address(&wired.want.passive[1].proxy, "198.18.0.54/30");
	assert_int_equal(routed.want.n_passive, 0);
}

static void a_passive_proxy_that_was_left_keeps_its_port(void **state)
{
	static const uint32_t ids[] = { 10 };
	cleanup_loaded struct loaded loaded =
		loaded_text("uplink { mode = nat passive_port = 20000 }\n"
			    "zabbix { server = 192.0.2.1 } vrf a { }");
	struct net_want want;

	(void)state;
	wiring_begin(&want, loaded.config, ids);
	assert_int_equal(want.proxy_port, 0);
	/* Its number is another's by now. */
	wiring_keep_passive(&want, loaded.config, ids, 10);
	assert_int_equal(want.n_passive, 0);
	wiring_keep_passive(&want, loaded.config, ids, 11);
	assert_int_equal(want.n_passive, 1);
	assert_int_equal(want.passive[0].port, 20011);
	assert_address(&want.passive[0].proxy, "198.18.0.46/30");
	assert_int_equal(want.proxy_port, 10051);
	net_want_finish(&want);
}

static void sysctls_are_passed_on(void **state)
{
	cleanup_wired struct wired wired =
		wire("vrf a { sysctl = { \"net.ipv4.tcp_keepalive_time=60\" } }");

	(void)state;
	assert_int_equal(wired.want.netns[0].n_sysctls, 1);
	assert_string_equal(wired.want.netns[0].sysctls[0].key, "net.ipv4.tcp_keepalive_time");
	assert_string_equal(wired.want.netns[0].sysctls[0].value, "60");
}

static void a_disabled_vrf_is_left_out_and_moves_no_number(void **state)
{
	cleanup_wired struct wired wired = wire("vrf a { } vrf b { enabled = false } vrf c { }");

	(void)state;
	assert_int_equal(wired.want.n_netns, 2);
	assert_string_equal(wired.want.netns[1].name, "c");
	assert_int_equal(wired.want.netns[1].id, 12);
}

static void a_namespace_has_an_uplink_only_when_it_asks(void **state)
{
	cleanup_wired struct wired wired =
		wire("vrf a { } namespace b { } namespace c { uplink = true }");

	(void)state;
	assert_true(wired.want.netns[0].has_uplink);
	assert_false(wired.want.netns[1].has_uplink);
	assert_true(wired.want.netns[2].has_uplink);
}

static void two_vrfs_of_one_text_want_the_same(void **state)
{
	cleanup_wired struct wired wired =
		wire("vrf a { interface eth0.10 { address = \"10.0.0.2/30\" } }\n"
		     "vrf b { interface eth0.20 { address = \"10.0.0.2/30\" } }");

	(void)state;
	assert_true(address_equal(
		wired.want.netns[0].links[0].addresses, wired.want.netns[1].links[0].addresses));
	assert_int_equal(wired.want.netns[0].links[0].tags[0], 10);
	assert_int_equal(wired.want.netns[1].links[0].tags[0], 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_owner_is_the_run_dir),
		cmocka_unit_test(every_kind_of_interface_keeps_what_it_is_made_of),
		cmocka_unit_test(a_gateway_is_the_default_route_through_its_interface),
		cmocka_unit_test(routes_come_behind_the_gateways),
		cmocka_unit_test(a_server_at_the_root_side_needs_no_route),
		cmocka_unit_test(a_server_at_an_address_of_this_machine_is_reached_by_the_uplink),
		cmocka_unit_test(a_routed_server_may_be_reached_by_ipv4),
		cmocka_unit_test(a_passive_proxy_behind_nat_has_a_port_of_this_machine),
		cmocka_unit_test(a_routed_server_is_reached_by_the_root_side),
		cmocka_unit_test(each_node_of_a_cluster_is_reached_by_the_root_side),
		cmocka_unit_test(a_server_behind_nat_is_reached_by_the_root_sides_ipv4_address),
		cmocka_unit_test(a_passive_proxy_that_was_left_keeps_its_port),
		cmocka_unit_test(sysctls_are_passed_on),
		cmocka_unit_test(a_disabled_vrf_is_left_out_and_moves_no_number),
		cmocka_unit_test(a_namespace_has_an_uplink_only_when_it_asks),
		cmocka_unit_test(two_vrfs_of_one_text_want_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
