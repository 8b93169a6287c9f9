// SPDX-License-Identifier: GPL-2.0-or-later
/* The way to a server beyond this machine, from config to kernel and back. */
#include "../unit/config/loaded.h"
#include "net/forwarding.h"
#include "vrf/wiring.h"
#include "nft.h"

#define VRFS                                                           \
	"gateway { run_dir = \"/run/vrfgate-test\" }\n"                \
	"vrf acme { interface cust { kind = macvlan parent = trunk0 "  \
	"address = \"10.0.0.2/30\" gateway = \"10.0.0.1\" } }\n"       \
	"vrf bravo { interface cust { kind = macvlan parent = trunk0 " \
	"address = \"192.0.2.9/24\" } route \"192.0.2.0/28\" { dev = cust } }\n"
#define LOCAL  VRFS "uplink { mode = local }\n"
#define ROUTED VRFS "uplink { mode = routed } zabbix { server = \"2001:db8::1\" }\n"
#define NAT    VRFS "uplink { mode = nat } zabbix { server = 192.0.2.1 }\n"
#define HERE   VRFS "zabbix { server = 192.0.2.2 }\n" /* an address of ours; see neighbours_begin() */
#define ROUTED4                                                 \
	VRFS "uplink { mode = routed prefix4 = 10.255.0.0/16 }" \
	     " zabbix { server = 192.0.2.1 }\n"
/* Each node behind a link of its own; see neighbours_begin(). */
#define CLUSTER  VRFS "uplink { mode = routed } zabbix { server = \"2001:db8::1;2001:db8:1::1\" }\n"
#define CLUSTER4 VRFS "uplink { mode = nat } zabbix { server = { 192.0.2.1, 203.0.113.1 } }\n"
#define PASSIVE  "proxy { mode = passive }\n"

#define SERVER_PORT 10051
#define OTHER_PORT  10052

struct mode {
	struct loaded loaded;
	struct net_want want;
};

static struct mode mode_begin(const char *text)
{
	static const uint32_t ids[] = { 0, 1, 2, 3 };
	struct mode mode = { .loaded = loaded_text(text) };

	assert_no_faults(&mode.loaded);
	wiring_all(&mode.want, mode.loaded.config, ids);
	return mode;
}

static void mode_finish(struct mode *mode)
{
	net_want_finish(&mode->want);
	loaded_finish(&mode->loaded);
}

#define cleanup_mode cleanup(mode_finish)

static void assert_said(const char *command, const char *expected)
{
	cleanup_free char *said = world_read(command);

	if (!strstr(said, expected))
		fail_msg("%s: %s, expected %s", command, said, expected);
}

static void the_server_alone_is_reached_by_the_uplink(void **state)
{
	cleanup_mode struct mode routed = mode_begin(ROUTED), nat = mode_begin(NAT);
	cleanup_free char *before = world_dump();

	(void)state;
	world_up(&routed.want);
	assert_int_equal(world_count(&routed.want), 0);
	assert_said("ip -n acme route get 2001:db8::1", "via fd5a:b1c0:de00::1 dev uplink");
	assert_said("ip -n bravo route get 2001:db8::1", "via fd5a:b1c0:de00::5 dev uplink");
	assert_int_not_equal(world_run("ip -n acme route get 2001:db8::2 >/dev/null 2>&1"), 0);
	world_up(&nat.want);
	assert_int_equal(world_count(&nat.want), 0);
	assert_said("ip -n acme route get 192.0.2.1", "via 198.18.0.1 dev uplink src 198.18.0.2");
	assert_said("ip -n bravo route get 192.0.2.1", "via 198.18.0.5 dev uplink src 198.18.0.6");
	assert_said("ip -n acme route get 192.0.2.2", "via 10.0.0.1 dev cust");
	assert_said("ip -n bravo route get 192.0.2.2", "dev cust");
	assert_int_not_equal(world_run("ip -n acme route get 2001:db8::1 >/dev/null 2>&1"), 0);
	world_down();
	world_assert_is(before);
}

static void with_nat_an_uplink_carries_ipv4_and_asks_nobody_for_addresses(void **state)
{
	cleanup_mode struct mode nat = mode_begin(NAT);
	cleanup_fd int inside = -1, root = -1;

	(void)state;
	world_up(&nat.want);
	inside = world_listen("bravo", "198.18.0.6", 10050);
	root = world_listen("", "198.18.0.5", SERVER_PORT);
	assert_int_equal(world_connect("", "198.18.0.6", 10050), 0);
	assert_int_equal(world_connect("bravo", "198.18.0.5", SERVER_PORT), 0);
	assert_said("ip -4 neigh show dev vg1", "198.18.0.6 lladdr 06:76:00:00:00:01 PERMANENT");
	assert_said("ip -n bravo -4 neigh show dev uplink",
		"198.18.0.5 lladdr 02:76:00:00:00:01 PERMANENT");
	close(steal_fd(&inside)); /* a socket keeps its namespace alive */
	world_down();
}

static void a_change_of_mode_takes_away_what_was_for_the_other(void **state)
{
	cleanup_mode struct mode local = mode_begin(LOCAL), nat = mode_begin(NAT),
				 routed = mode_begin(ROUTED);
	static const char look[] = "ip addr show dev vg0 | grep inet; ip -n acme addr | grep inet; "
				   "ip -n acme route; ip -n acme -6 route";
	cleanup_free char *first = NULL, *last = NULL;
	const struct net_want *wants[] = { &nat.want, &routed.want, &nat.want, &local.want };

	(void)state;
	world_up(&local.want);
	first = world_read(look);
	for (size_t i = 0; i < sizeof(wants) / sizeof(*wants); i++) {
		assert_true(world_up(wants[i]) > 0);
		assert_int_equal(world_count(wants[i]), 0);
	}
	last = world_read(look);
	assert_string_equal(first, last);
	world_down();
}

static void what_is_undone_of_the_way_to_the_server_is_done_again(void **state)
{
	static const char *const harm[] = {
		"ip -n acme route del 192.0.2.1/32",
		"ip -n acme route replace 192.0.2.1/32 via 10.0.0.1 proto 118",
		"ip -n acme addr del 198.18.0.2/30 dev uplink",
		"ip -n acme neigh del 198.18.0.1 dev uplink",
		"ip -n acme neigh replace 198.18.0.1 lladdr 02:00:00:00:00:09 dev uplink",
		"ip addr del 198.18.0.1/30 dev vg0",
		"ip neigh del 198.18.0.2 dev vg0",
		"ip link set vg0 down",
		"ip -n acme link set uplink down",
		"ip link del vg0",
	};
	cleanup_mode struct mode nat = mode_begin(NAT);

	(void)state;
	world_up(&nat.want);
	for (size_t i = 0; i < sizeof(harm) / sizeof(*harm); i++) {
		assert_int_equal(world_run("%s", harm[i]), 0);
		if (world_mend(&nat.want, 0, NULL) == 0)
			fail_msg("nothing mended after: %s", harm[i]);
		if (world_mend(&nat.want, 0, NULL) != 0 || world_count(&nat.want) != 0)
			fail_msg("not all mended after: %s", harm[i]);
	}
	world_down();
}

/* Only the one that uses its uplink's own addresses. */
static void a_customer_with_the_uplinks_addresses_is_not_brought_up(void **state)
{
	static const struct {
		const char *customer;
		const char *fault; /* NULL: it is brought up */
	} rows[] = {
		{ "interface cust { kind = macvlan parent = trunk0 address = 198.18.0.40/24 }",
			"vrf 'carl': interface 'cust': its address 198.18.0.40/24 overlaps with 198.18.0.10/30 of the uplink, expected another prefix4 in section uplink" },
		{ "interface cust { kind = macvlan parent = trunk0 } route 198.18.0.8/30 { dev = cust }",
			"vrf 'carl': route '198.18.0.8/30' overlaps with 198.18.0.10/30 of the uplink, expected another prefix4 in section uplink" },
		{ "interface cust { kind = macvlan parent = trunk0 } route 198.18.0.0/15 { dev = cust }",
			"vrf 'carl': route '198.18.0.0/15' overlaps with 198.18.0.10/30 of the uplink, expected another prefix4 in section uplink" },
		{ "interface cust { kind = macvlan parent = trunk0 } route 198.0.0.0/8 { dev = cust }",
			NULL },
		{ "interface cust { kind = macvlan parent = trunk0 address = 198.18.0.20/29 }",
			NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		cleanup_free char *text = xasprintf(NAT "vrf carl { %s }", rows[i].customer);
		cleanup_mode struct mode nat = mode_begin(text);
		struct error err;

		world_try(&nat.want, &err);
		assert_string_equal(err.text, rows[i].fault ? rows[i].fault : "");
		assert_int_equal(world_run("ip netns exec acme true && test %d = "
					   "$(ip netns | grep -c carl)",
					 !rows[i].fault),
			0);
		world_down();
	}
}

/* ---- beyond this machine ---- */

/* The server's machine, and another one, each on a wire of its own; they know the way to each other and to
 * uplinks' IPv6 by us, and none to uplinks' IPv4. */
static void neighbours_begin(void)
{
	/* While duplicates are looked for nobody asks for neighbours. */
	static const char script[] =
		"dad=/proc/sys/net/ipv6/conf/default/accept_dad;"
		"set -e; echo 0 > $dad; for n in zbx stranger; do ip netns add $n;"
		" ip netns exec $n sh -c \"echo 0 > $dad\";"
		" ip link add $n type veth peer name eth0 netns $n; ip link set $n up;"
		" ip -n $n link set eth0 up; ip -n $n link set lo up; done;"
		"ip addr add 192.0.2.2/24 dev zbx; ip addr add 2001:db8::2/64 dev zbx nodad;"
		"ip -n zbx addr add 192.0.2.1/24 dev eth0;"
		"ip -n zbx addr add 2001:db8::1/64 dev eth0 nodad;"
		"ip addr add 203.0.113.2/24 dev stranger;"
		"ip addr add 2001:db8:1::2/64 dev stranger nodad;"
		"ip -n stranger addr add 203.0.113.1/24 dev eth0;"
		"ip -n stranger addr add 2001:db8:1::1/64 dev eth0 nodad;"
		"ip -n zbx route add 203.0.113.0/24 via 192.0.2.2;"
		"ip -n zbx route add default via 2001:db8::2;"
		"ip -n stranger route add default via 203.0.113.2;"
		"ip -n stranger route add default via 2001:db8:1::2";

	assert_int_equal(system(script), 0);
}

static void neighbours_end(void)
{
	world_run("ip netns del zbx; ip netns del stranger; ip link del zbx 2>/dev/null; "
		  "ip link del stranger 2>/dev/null");
}

static void set_forwarding(bool on)
{
	assert_int_equal(world_run("echo %d > /proc/sys/net/ipv4/ip_forward;"
				   "echo %d > /proc/sys/net/ipv6/conf/all/forwarding",
				 on, on),
		0);
}

#define CONF4 "/proc/sys/net/ipv4/conf/"
#define CONF6 "/proc/sys/net/ipv6/conf/"

/* All of the namespace in IPv4, what comes from the server's side, and all of it in IPv6. */
static void assert_forwarding(bool four, bool way, bool six)
{
	char expected[8];

	snprintf(expected, sizeof(expected), "%d\n%d\n%d\n", four, way, six);
	assert_said("cat /proc/sys/net/ipv4/ip_forward " CONF4 "zbx/forwarding " CONF6
		    "all/forwarding",
		expected);
}

static void assert_warned(const struct net_want *want, const char *expected)
{
	cleanup(strings_finish) struct strings warnings = { 0 };
	struct error err = ERROR_INIT;

	if (net_forwarding_warn(want, &warnings, &err) < 0)
		fail_msg("%s", err.text);
	if (!expected)
		assert_int_equal(warnings.count, 0);
	else if (warnings.count != 1 || !strstr(warnings.items[0], expected))
		fail_msg("%zu warnings, expected one of: %s", warnings.count, expected);
}

/* As the supervisor does it when the kernel tells of such a change. */
static void mend_all(const struct net_want *want)
{
	for (size_t i = 0; i < want->n_netns; i++)
		world_mend(want, i, NULL);
	assert_int_equal(world_count(want), 0);
}

/* Dropped packets are not waited for as long as world_connect() does. */
static bool reaches(const char *netns, const char *address, uint16_t port)
{
	struct sockaddr_storage endpoint = world_endpoint(address, port);
	cleanup_fd int fd = world_socket(netns, endpoint.ss_family);
	struct timeval timeout = { .tv_usec = 500000 };

	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout));
	return connect(fd, (struct sockaddr *)&endpoint, sizeof(endpoint)) == 0;
}

/* What a want lets through, with the host's own forwarding as it is. */
static void assert_server_reached(const char *server, bool by_stranger)
{
	cleanup_fd int port = -1, other = -1;

	port = world_listen("zbx", server, SERVER_PORT);
	other = world_listen("zbx", server, OTHER_PORT);
	assert_int_equal(world_connect("acme", server, SERVER_PORT), 0);
	assert_int_equal(world_connect("bravo", server, SERVER_PORT), 0);
	assert_false(reaches("acme", server, OTHER_PORT));
	assert_int_equal(reaches("stranger", server, OTHER_PORT), by_stranger);
}

static void a_machine_that_did_not_forward_does_so_for_uplinks_alone(void **state)
{
	cleanup_mode struct mode routed = mode_begin(ROUTED), nat = mode_begin(NAT),
				 local = mode_begin(LOCAL);
	cleanup_free char *before = world_dump();

	(void)state;
	neighbours_begin();
	assert_forwarding(false, false, false);
	world_up(&routed.want);
	assert_int_equal(world_count(&routed.want), 0);
	assert_forwarding(false, false, true);
	assert_server_reached("2001:db8::1", false);
	assert_warned(&routed.want,
		"IPv6 forwarding was off on this machine and is on for uplinks alone");
	world_up(&nat.want);
	assert_int_equal(world_count(&nat.want), 0);
	assert_forwarding(false, true, false);
	assert_server_reached("192.0.2.1", false);
	assert_warned(
		&nat.want, "net.ipv4.conf.zbx.forwarding): other IPv4 packets that come in by zbx");
	world_up(&local.want);
	assert_int_equal(world_count(&local.want), 0);
	assert_forwarding(false, false, false);
	assert_said("cat " CONF4 "vg0/forwarding", "0");
	assert_warned(&local.want, NULL);
	world_up(&routed.want);
	world_down();
	assert_forwarding(false, false, false);
	neighbours_end();
	world_assert_is(before);
}

static void assert_nodes_reached(const char *first, const char *second)
{
	const struct {
		const char *netns, *address;
	} nodes[] = { { "zbx", first }, { "stranger", second } };

	for (size_t i = 0; i < 2; i++) {
		cleanup_fd int port = world_listen(nodes[i].netns, nodes[i].address, SERVER_PORT);
		cleanup_fd int other = world_listen(nodes[i].netns, nodes[i].address, OTHER_PORT);

		assert_true(port >= 0 && other >= 0);
		assert_int_equal(world_connect("acme", nodes[i].address, SERVER_PORT), 0);
		assert_int_equal(world_connect("bravo", nodes[i].address, SERVER_PORT), 0);
		assert_false(reaches("acme", nodes[i].address, OTHER_PORT));
		/* Nor do they reach each other by this machine. */
		assert_false(reaches(nodes[!i].netns, nodes[i].address, OTHER_PORT));
	}
}

static void each_node_of_a_cluster_is_reached_and_nothing_else(void **state)
{
	cleanup_mode struct mode routed = mode_begin(CLUSTER), nat = mode_begin(CLUSTER4),
				 one = mode_begin(NAT);
	cleanup_free char *before = world_dump();

	(void)state;
	neighbours_begin();
	world_up(&routed.want);
	assert_int_equal(world_count(&routed.want), 0);
	assert_nodes_reached("2001:db8::1", "2001:db8:1::1");
	world_up(&nat.want);
	assert_int_equal(world_count(&nat.want), 0);
	assert_nodes_reached("192.0.2.1", "203.0.113.1");
	assert_said("cat " CONF4 "zbx/forwarding " CONF4 "stranger/forwarding", "1\n1\n");
	/* One node cannot be reached: that is said, and the other is. */
	assert_int_equal(world_run("ip addr del 203.0.113.2/24 dev stranger"), 0);
	mend_all(&nat.want);
	assert_said("cat " CONF4 "zbx/forwarding " CONF4 "stranger/forwarding", "1\n0\n");
	assert_int_equal(world_run("ip addr add 203.0.113.2/24 dev stranger"), 0);
	mend_all(&nat.want);
	assert_nodes_reached("192.0.2.1", "203.0.113.1");
	world_up(&one.want);
	assert_int_equal(world_count(&one.want), 0);
	assert_said("cat " CONF4 "zbx/forwarding " CONF4 "stranger/forwarding", "1\n0\n");
	world_down();
	assert_forwarding(false, false, false);
	neighbours_end();
	world_assert_is(before);
}

static void a_machine_that_forwards_goes_on_to_do_so(void **state)
{
	cleanup_mode struct mode routed = mode_begin(ROUTED), nat = mode_begin(NAT);

	(void)state;
	neighbours_begin();
	set_forwarding(true);
	world_up(&routed.want);
	assert_server_reached("2001:db8::1", true);
	world_up(&nat.want);
	assert_server_reached("192.0.2.1", true);
	assert_warned(&nat.want, NULL);
	world_down();
	assert_forwarding(true, true, true);
	set_forwarding(false);
	neighbours_end();
}

static void what_is_undone_of_the_forwarding_is_done_again(void **state)
{
	static const char *const harm[] = {
		"echo 0 > " CONF4 "zbx/forwarding",
		"echo 0 > " CONF4 "vg0/forwarding",
		"echo 1 > /proc/sys/net/ipv4/ip_forward; echo 0 > /proc/sys/net/ipv4/ip_forward",
		"nft flush ruleset",
		"nft delete table inet vrfgate",
		"nft flush chain inet vrfgate postrouting",
		"echo 0 > " CONF4
		"zbx/forwarding; ip link property del dev lo altname $(ip link show lo | grep -o 'vrfgate:.*')",
	};
	cleanup_mode struct mode nat = mode_begin(NAT);

	(void)state;
	neighbours_begin();
	world_up(&nat.want);
	for (size_t i = 0; i < sizeof(harm) / sizeof(*harm); i++) {
		assert_int_equal(world_run("%s", harm[i]), 0);
		if (world_mend(&nat.want, 0, NULL) == 0)
			fail_msg("nothing mended after: %s", harm[i]);
		mend_all(&nat.want);
		assert_forwarding(false, true, false);
		assert_server_reached("192.0.2.1", false);
	}
	world_down();
	assert_forwarding(false, false, false);
	neighbours_end();
}

/* Docker, a router: it comes when we have switched on what was off, and needs all of it. */
static void what_others_have_forwarded_since_is_theirs(void **state)
{
	static const struct {
		const char *text, *server, *key;
	} rows[] = {
		{ NAT, "192.0.2.1", "/proc/sys/net/ipv4/ip_forward" },
		{ ROUTED, "2001:db8::1", CONF6 "all/forwarding" },
	};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		cleanup_mode struct mode mode = mode_begin(rows[i].text);
		cleanup_free char *others = xasprintf("echo 1 > %s", rows[i].key);

		neighbours_begin();
		world_up(&mode.want);
		assert_server_reached(rows[i].server, false);
		assert_int_equal(world_run("%s", others), 0);
		mend_all(&mode.want);
		assert_server_reached(rows[i].server, true);
		assert_warned(&mode.want, NULL);
		/* nor is it taken for ours again */
		world_up(&mode.want);
		assert_server_reached(rows[i].server, true);
		world_down();
		assert_forwarding(i == 0, i == 0, i == 1);
		set_forwarding(false);
		neighbours_end();
	}
}

/* Which had all of the namespace forward, and remembered it by a mark of another word. */
static void what_an_earlier_version_switched_on_is_taken_over(void **state)
{
	static const struct {
		const char *text, *server, *word;
	} rows[] = { { NAT, "192.0.2.1", "ipv4" }, { ROUTED, "2001:db8::1", "ipv6" } };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		cleanup_mode struct mode mode = mode_begin(rows[i].text);
		char mark[NET_MARK_SIZE];

		neighbours_begin();
		world_up(&mode.want);
		world_run("for m in $(ip link show lo | grep -o 'vrfgate:.*'); do "
			  "ip link property del dev lo altname $m; done");
		assert_int_equal(
			world_run("ip link property add dev lo altname '%s'; echo 1 > %s",
				net_mark_forwarding(
					mark, rows[i].word, net_mark_owner(mode.want.owner)),
				i ? CONF6 "all/forwarding" : "/proc/sys/net/ipv4/ip_forward"),
			0);
		world_up(&mode.want);
		assert_int_equal(world_count(&mode.want), 0);
		assert_forwarding(false, i == 0, i == 1);
		assert_server_reached(rows[i].server, false);
		world_down();
		assert_forwarding(false, false, false);
		neighbours_end();
	}
}

static void forwarding_follows_the_route_to_the_server(void **state)
{
	cleanup_mode struct mode nat = mode_begin(NAT);

	(void)state;
	neighbours_begin();
	world_up(&nat.want);
	assert_forwarding(false, true, false);
	assert_int_equal(world_run("ip route add 192.0.2.1/32 dev stranger"), 0);
	mend_all(&nat.want);
	assert_forwarding(false, false, false);
	assert_said("cat " CONF4 "stranger/forwarding", "1");
	assert_int_equal(world_run("ip route del 192.0.2.1/32 dev stranger"), 0);
	mend_all(&nat.want);
	assert_server_reached("192.0.2.1", false);
	assert_said("cat " CONF4 "stranger/forwarding", "0");
	assert_int_equal(world_run("ip link set zbx down"), 0);
	mend_all(&nat.want);
	assert_warned(&nat.want, "this machine has no route to the Zabbix server 192.0.2.1");
	world_down();
	neighbours_end();
}

/* An operator's own, on that link alone. */
static void a_link_that_forwarded_before_goes_on_to_do_so(void **state)
{
	cleanup_mode struct mode nat = mode_begin(NAT);
	cleanup_fd int port = -1;

	(void)state;
	neighbours_begin();
	assert_int_equal(world_run("echo 1 > " CONF4 "zbx/forwarding; "
				   "echo 1 > " CONF4 "stranger/forwarding"),
		0);
	world_up(&nat.want);
	assert_int_equal(world_count(&nat.want), 0);
	assert_server_reached("192.0.2.1", true);
	port = world_listen("stranger", "203.0.113.1", OTHER_PORT);
	assert_int_equal(world_connect("zbx", "203.0.113.1", OTHER_PORT), 0);
	close(steal_fd(&port));
	world_down();
	assert_forwarding(false, true, false);
	neighbours_end();
}

/* The server comes to them, and to nothing else of theirs. */
static void passive_proxies_are_reached_by_a_routed_server(void **state)
{
	cleanup_mode struct mode active = mode_begin(ROUTED),
				 passive = mode_begin(ROUTED "proxy { mode = passive }");
	cleanup_fd int proxy = -1, other = -1;

	(void)state;
	neighbours_begin();
	world_up(&passive.want);
	proxy = world_listen("acme", "fd5a:b1c0:de00::2", 10051);
	other = world_listen("acme", "fd5a:b1c0:de00::2", OTHER_PORT);
	assert_int_equal(world_connect("zbx", "fd5a:b1c0:de00::2", 10051), 0);
	assert_false(reaches("zbx", "fd5a:b1c0:de00::2", OTHER_PORT));
	assert_false(reaches("stranger", "fd5a:b1c0:de00::2", 10051));
	world_up(&active.want);
	assert_false(reaches("zbx", "fd5a:b1c0:de00::2", 10051));
	close(steal_fd(&proxy)); /* a socket keeps its namespace alive */
	close(steal_fd(&other));
	world_down();
	neighbours_end();
}

/* As by IPv6: the network there knows the way back, and nothing is translated. */
static void a_routed_server_is_reached_by_ipv4_and_reaches_passive_proxies(void **state)
{
	cleanup_mode struct mode active = mode_begin(ROUTED4),
				 passive = mode_begin(ROUTED4 PASSIVE);
	cleanup_fd int proxy = -1, other = -1;

	(void)state;
	neighbours_begin();
	assert_int_equal(
		world_run("ip -n zbx route add 10.255.0.0/16 via 192.0.2.2; nft flush ruleset"), 0);
	world_up(&active.want);
	assert_forwarding(false, true, false);
	assert_server_reached("192.0.2.1", false);
	assert_false(reaches("zbx", "10.255.0.2", 10051));
	world_up(&passive.want);
	proxy = world_listen("acme", "10.255.0.2", 10051);
	other = world_listen("acme", "10.255.0.2", OTHER_PORT);
	assert_int_equal(world_connect("zbx", "10.255.0.2", 10051), 0);
	assert_false(reaches("zbx", "10.255.0.2", OTHER_PORT));
	assert_false(reaches("stranger", "10.255.0.2", 10051));
	assert_false(reaches("bravo", "10.255.0.2", 10051));
	close(steal_fd(&proxy)); /* a socket keeps its namespace alive */
	close(steal_fd(&other));
	world_down();
	assert_forwarding(false, false, false);
	neighbours_end();
}

/* Of this machine, at one of its IPv4 addresses and nowhere else. */
static void a_server_here_that_listens_to_ipv4_alone_is_reached_and_reaches_proxies(void **state)
{
	cleanup_mode struct mode here = mode_begin(HERE PASSIVE);
	cleanup_fd int server = -1, other = -1, proxy = -1;

	(void)state;
	neighbours_begin();
	world_up(&here.want);
	assert_int_equal(world_count(&here.want), 0);
	assert_forwarding(false, false, false);
	server = world_listen("", "192.0.2.2", SERVER_PORT);
	other = world_listen("", "192.0.2.2", OTHER_PORT);
	assert_said("ip -n bravo route get 192.0.2.2", "via 198.18.0.5 dev uplink src 198.18.0.6");
	assert_int_equal(world_connect("acme", "192.0.2.2", SERVER_PORT), 0);
	assert_int_equal(world_connect("bravo", "192.0.2.2", SERVER_PORT), 0);
	assert_false(reaches("acme", "192.0.2.2", OTHER_PORT));
	proxy = world_listen("acme", "198.18.0.2", 10051);
	assert_int_equal(world_connect("", "198.18.0.2", 10051), 0);
	assert_false(reaches("bravo", "198.18.0.2", 10051));
	assert_false(reaches("stranger", "198.18.0.2", 10051));
	close(steal_fd(&proxy)); /* a socket keeps its namespace alive */
	world_down();
	neighbours_end();
}

#define NAT_PASSIVE                                       \
	VRFS "uplink { mode = nat passive_port = 20000 }" \
	     " zabbix { server = 192.0.2.1 }\n" PASSIVE

/* From one of its own addresses, be it somebody else's by right. */
static bool reaches_from(const char *netns, const char *source, const char *address, uint16_t port)
{
	struct sockaddr_storage from = world_endpoint(source, 0),
				to = world_endpoint(address, port);
	cleanup_fd int fd = world_socket(netns, to.ss_family);
	struct timeval timeout = { .tv_usec = 500000 };

	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout));
	assert_int_equal(bind(fd, (struct sockaddr *)&from, sizeof(from)), 0);
	return connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0;
}

/* What the proxy has in its list: the address of the server. */
static void assert_peer(int listener, const char *expected)
{
	struct sockaddr_in peer = { 0 };
	socklen_t size = sizeof(peer);
	char text[INET_ADDRSTRLEN] = "";
	cleanup_fd int fd = accept(listener, (struct sockaddr *)&peer, &size);

	assert_true(fd >= 0);
	inet_ntop(AF_INET, &peer.sin_addr, text, sizeof(text));
	assert_string_equal(text, expected);
}

/* By its own port of this machine each, which leads nobody else anywhere. */
static void passive_proxies_behind_nat_are_reached_by_the_server_alone(void **state)
{
	cleanup_mode struct mode passive = mode_begin(NAT_PASSIVE), active = mode_begin(NAT);
	cleanup_fd int acme = -1, bravo = -1;

	(void)state;
	neighbours_begin();
	world_up(&passive.want);
	assert_int_equal(world_count(&passive.want), 0);
	acme = world_listen("acme", "198.18.0.2", 10051);
	bravo = world_listen("bravo", "198.18.0.6", 10051);
	assert_int_equal(world_connect("zbx", "192.0.2.2", 20000), 0);
	assert_peer(acme, "192.0.2.1");
	assert_int_equal(world_connect("zbx", "192.0.2.2", 20001), 0);
	assert_peer(bravo, "192.0.2.1");
	assert_false(reaches("zbx", "192.0.2.2", 20002));
	/* The active part goes on: a proxy comes to the server, and nowhere else. */
	assert_server_reached("192.0.2.1", false);
	/* Nobody else: from elsewhere, from beside the server, from this machine and from another customer. */
	assert_false(reaches("stranger", "203.0.113.2", 20000));
	assert_false(reaches("stranger", "192.0.2.2", 20000));
	assert_int_equal(world_run("ip -n zbx addr add 192.0.2.7/24 dev eth0"), 0);
	assert_false(reaches_from("zbx", "192.0.2.7", "192.0.2.2", 20000));
	assert_false(reaches("", "192.0.2.2", 20000));
	assert_false(reaches("bravo", "198.18.0.5", 20000));
	assert_false(reaches("bravo", "192.0.2.2", 20000));
	assert_int_equal(world_run("ip -n bravo route add 192.0.2.2 via 198.18.0.5"), 0);
	assert_false(reaches("bravo", "192.0.2.2", 20000));
	assert_int_equal(world_run("ip -n bravo addr add 192.0.2.1/32 dev uplink"), 0);
	assert_false(reaches_from("bravo", "192.0.2.1", "192.0.2.2", 20000));
	assert_false(reaches_from("bravo", "192.0.2.1", "198.18.0.5", 20000));
	/* Nor by a way around the port. */
	assert_int_equal(world_run("ip -n zbx route add 198.18.0.0/15 via 192.0.2.2"), 0);
	assert_false(reaches("zbx", "198.18.0.2", 10051));
	world_up(&active.want);
	assert_false(reaches("zbx", "192.0.2.2", 20000));
	close(steal_fd(&acme)); /* a socket keeps its namespace alive */
	close(steal_fd(&bravo));
	world_down();
	neighbours_end();
}

/* The rules are of all VRFs, also where one of them is compared alone. */
static void the_ports_of_passive_proxies_are_put_back(void **state)
{
	cleanup_mode struct mode passive = mode_begin(NAT_PASSIVE);
	cleanup_fd int bravo = -1;

	(void)state;
	neighbours_begin();
	world_up(&passive.want);
	bravo = world_listen("bravo", "198.18.0.6", 10051);
	assert_int_equal(world_mend(&passive.want, 0, NULL), 0);
	assert_int_equal(world_run("nft flush chain inet vrfgate passive"), 0);
	assert_false(reaches("zbx", "192.0.2.2", 20001));
	assert_true(world_mend(&passive.want, 0, NULL) > 0);
	assert_int_equal(world_connect("zbx", "192.0.2.2", 20001), 0);
	assert_int_equal(world_count(&passive.want), 0);
	close(steal_fd(&bravo)); /* a socket keeps its namespace alive */
	world_down();
	neighbours_end();
}

/* With forwarding on nothing but the rules is in the way, which is shown by taking them away. */
static void uplinks_do_not_reach_each_other(void **state)
{
	static const struct {
		const char *text, *acme, *bravos_root;
	} rows[] = {
		{ ROUTED, "fd5a:b1c0:de00::2", "fd5a:b1c0:de00::5" },
		{ NAT, "198.18.0.2", "198.18.0.5" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		cleanup_mode struct mode mode = mode_begin(rows[i].text);
		cleanup_fd int proxy = -1;

		world_up(&mode.want);
		proxy = world_listen("acme", rows[i].acme, SERVER_PORT);
		assert_int_equal(world_run("ip -n bravo route add %s via %s", rows[i].acme,
					 rows[i].bravos_root),
			0);
		assert_false(reaches("bravo", rows[i].acme, SERVER_PORT));
		assert_int_equal(world_run("ip -n acme route add %s via %s",
					 i ? "198.18.0.6" : "fd5a:b1c0:de00::6",
					 i ? "198.18.0.1" : "fd5a:b1c0:de00::1"),
			0);
		assert_int_equal(
			world_run(
				"for n in acme bravo; do ip netns exec $n nft flush ruleset; done"),
			0);
		assert_false(reaches("bravo", rows[i].acme, SERVER_PORT));
		assert_int_equal(world_run("nft flush ruleset"), 0);
		assert_true(reaches("bravo", rows[i].acme, SERVER_PORT));
		close(steal_fd(&proxy)); /* a socket keeps its namespace alive */
		world_down();
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(the_server_alone_is_reached_by_the_uplink),
	cmocka_unit_test(with_nat_an_uplink_carries_ipv4_and_asks_nobody_for_addresses),
	cmocka_unit_test(a_change_of_mode_takes_away_what_was_for_the_other),
	cmocka_unit_test(what_is_undone_of_the_way_to_the_server_is_done_again),
	cmocka_unit_test(a_customer_with_the_uplinks_addresses_is_not_brought_up),
	cmocka_unit_test(a_machine_that_did_not_forward_does_so_for_uplinks_alone),
	cmocka_unit_test(each_node_of_a_cluster_is_reached_and_nothing_else),
	cmocka_unit_test(a_machine_that_forwards_goes_on_to_do_so),
	cmocka_unit_test(what_is_undone_of_the_forwarding_is_done_again),
	cmocka_unit_test(what_others_have_forwarded_since_is_theirs),
	cmocka_unit_test(what_an_earlier_version_switched_on_is_taken_over),
	cmocka_unit_test(forwarding_follows_the_route_to_the_server),
	cmocka_unit_test(a_link_that_forwarded_before_goes_on_to_do_so),
	cmocka_unit_test(passive_proxies_are_reached_by_a_routed_server),
	cmocka_unit_test(a_routed_server_is_reached_by_ipv4_and_reaches_passive_proxies),
	cmocka_unit_test(a_server_here_that_listens_to_ipv4_alone_is_reached_and_reaches_proxies),
	cmocka_unit_test(passive_proxies_behind_nat_are_reached_by_the_server_alone),
	cmocka_unit_test(the_ports_of_passive_proxies_are_put_back),
	cmocka_unit_test(uplinks_do_not_reach_each_other),
};

world_main_but(tests, nft_missing())
