// SPDX-License-Identifier: GPL-2.0-or-later
/* Up, again up, and down of real namespaces. */
#include "net/planner.h"
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

	(void)state;
	add_customer(&want, "acme", 0);
	add_customer(&want, "bravo", 7);
	assert_true(world_up(&want) > 0);
	assert_int_equal(world_count(&want), 0);
	assert_reachable("acme", "fd5a:b1c0:de00::2");
	assert_reachable("bravo", "fd5a:b1c0:de00::1e");
	world_down();
	world_assert_is(before);
}

static void same_addresses_reach_their_own_peer_only(void **state)
{
	cleanup(net_want_finish) struct net_want want = world_want();
	cleanup_fd int listener = -1;

	(void)state;
	add_customer(&want, "acme", 0);
	add_customer(&want, "bravo", 1);
	world_up(&want);
	listener = world_listen("acme", "10.0.0.2", 10051);
	assert_int_equal(world_connect("acme", "10.0.0.2", 10051), 0);
	assert_int_equal(world_connect("bravo", "10.0.0.2", 10051), ECONNREFUSED);
	assert_int_not_equal(world_connect("", "10.0.0.2", 10051), 0);
	close(steal_fd(&listener)); /* a socket keeps its namespace alive */
	world_down();
}

static void what_is_undone_is_done_again(void **state)
{
	static const char *const harm[] = {
		"ip -n acme addr del 10.0.0.2/30 dev cust",
		"ip -n acme route del default",
		"ip -n acme route del 192.168.0.0/16",
		"ip -n acme route del 10.0.0.0/30 dev cust",
		"ip -n acme route flush table main",
		"ip -n acme -6 route flush table main",
		"ip -n acme link set cust arp off",
		"ip -n acme link set uplink arp off",
		"ip link set vg0 arp off",
		"ip -n acme link add br0 type bridge; ip -n acme link set cust master br0",
		"ip -n acme link set uplink master br0",
		"ip link add br7 type bridge; ip link set vg0 master br7",
		"ip link del br7; ip -n acme link set cust master br0; ip -n acme link set cust down",
		"ip -n acme link set cust down",
		"ip -n acme link del cust",
		"ip -n acme link set uplink down",
		"ip -n acme link set lo down",
		"ip -n acme link del uplink",
		"ip -n acme addr flush dev uplink",
		"ip -n acme neigh flush all nud permanent",
		"ip -n acme link set cust mtu 1300",
		"ip -n acme link set uplink mtu 1400",
		"ip -n acme link set uplink addrgenmode eui64",
		"ip -n acme link set uplink address 02:00:00:00:00:09",
		"ip -n acme link set cust down; ip -n acme link set cust name other",
		"ip link set vg0 down",
		"ip link set vg0 down; ip link set vg0 name vgx",
		"ip addr flush dev vg0",
		"ip neigh flush all nud permanent",
		"ip link del vg0",
		"ip netns del acme",
		"umount /run/netns/acme",
		"echo 1 > /proc/sys/net/ipv6/conf/vg0/accept_ra",
		"ip netns exec acme sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward'",
		"ip netns exec acme sh -c 'echo 2 > /proc/sys/net/ipv6/conf/cust/accept_ra'",
		"ip netns exec acme sh -c 'echo 1 > /proc/sys/net/ipv4/conf/all/rp_filter'",
	};
	cleanup(net_want_finish) struct net_want want = world_want();
	struct net_want_sysctl *sysctl;
	struct net_want_netns *acme;

	(void)state;
	acme = add_customer(&want, "acme", 0);
	acme->links[0].mtu_bytes = 1350;
	sysctl = array_append(&acme->sysctls, &acme->n_sysctls);
	*sysctl = (struct net_want_sysctl){ "net.ipv4.conf.all.rp_filter", "2" };
	world_up(&want);
	for (size_t i = 0; i < sizeof(harm) / sizeof(*harm); i++) {
		assert_int_equal(world_run("%s", harm[i]), 0);
		if (world_up(&want) == 0)
			fail_msg("nothing repaired after: %s", harm[i]);
		if (world_count(&want) != 0)
			fail_msg("not all repaired after: %s", harm[i]);
	}
	world_down();
}

/* The kernel makes it with an address, and does not make it again. */
static void the_network_of_an_address_is_put_back_as_it_was(void **state)
{
	static const struct address several[] = {
		{ .family = AF_INET, .prefix_length = 24, .bytes = { 10, 0, 0, 3 } },
		{ .family = AF_INET, .prefix_length = 24, .bytes = { 10, 0, 0, 4 } },
		{ .family = AF_INET, .prefix_length = 30, .bytes = { 10, 7, 0, 2 } },
		{ .family = AF_INET, .prefix_length = 32, .bytes = { 10, 8, 0, 1 } },
		{ .family = AF_INET6, .prefix_length = 64, .bytes = { 0xfd, 1, [15] = 2 } },
	};
	cleanup(net_want_finish) struct net_want want = world_want();
	struct net_want_netns *acme;

	(void)state;
	acme = add_customer(&want, "acme", 0);
	acme->links[0].addresses = several;
	acme->links[0].n_addresses = 5;
	world_up(&want);
	assert_int_equal(
		world_run(
			"ip -n acme route flush table main; ip -n acme -6 route flush table main"),
		0);
	assert_int_equal(
		world_count(&want), 6); /* three of its own, the uplink's, and those of the want */
	assert_int_equal(world_up(&want), 6);
	assert_int_equal(world_count(&want), 0);
	assert_int_equal(
		world_run("ip -n acme route get 10.0.0.9 | grep -q 'dev cust src 10.0.0.3'"), 0);
	assert_int_equal(
		world_run("ip -n acme route get 10.7.0.1 | grep -q 'dev cust src 10.7.0.2'"), 0);
	assert_int_equal(world_run("ip -n acme -6 route get fd01::9 | grep -q 'dev cust'"), 0);
	assert_reachable("acme", "fd5a:b1c0:de00::2");
	/* What was put back goes with its address. */
	acme->links[0].n_addresses = 2;
	world_up(&want);
	assert_int_equal(world_count(&want), 0);
	assert_int_not_equal(world_run("ip -n acme route | grep -q 10.7.0.0"), 0);
	assert_int_not_equal(world_run("ip -n acme -6 route | grep -q fd01::"), 0);
	world_down();
}

static void config_changes_become_small_plans(void **state)
{
	static const struct address moved[] = {
		{ .family = AF_INET, .prefix_length = 24, .bytes = { 10, 0, 0, 3 } },
		{ .family = AF_INET, .prefix_length = 24, .bytes = { 10, 0, 0, 4 } },
		{ .family = AF_INET6, .prefix_length = 64, .bytes = { 0xfd, 1, [15] = 2 } },
	};
	cleanup(net_want_finish) struct net_want want = world_want();
	cleanup_free char *before = world_dump();
	struct net_want_netns *acme;

	(void)state;
	acme = add_customer(&want, "acme", 0);
	acme->links[0].addresses = moved;
	acme->links[0].n_addresses = 2;
	world_up(&want);
	assert_int_equal(world_count(&want), 0);
	/* the first of two in one network goes: the other must stay */
	acme->links[0].addresses = moved + 1;
	world_up(&want);
	assert_int_equal(world_count(&want), 0);
	acme->links[0].addresses = customer;
	acme->links[0].n_addresses = 1;
	world_up(&want);
	assert_int_equal(world_count(&want), 0);
	acme->id = 9;
	acme->n_routes = 1;
	world_up(&want);
	assert_int_equal(world_count(&want), 0);
	assert_int_not_equal(world_run("ip link show vg0 2>/dev/null"), 0);
	assert_int_not_equal(world_run("ip -n acme route | grep -q 192.168"), 0);
	acme->has_uplink = false;
	acme->n_links = acme->n_routes = 0;
	world_up(&want);
	assert_int_equal(world_count(&want), 0);
	assert_int_equal(world_run("test $(ip -n acme -o link | wc -l) = 1"), 0);
	world_down();
	world_assert_is(before);
}

/* The addresses and the gateway of acme's one link, in place of those it has. */
static void renumber(
	struct net_want *want, struct address *addresses, size_t n, const char *gateway)
{
	want->netns[0].links[0].addresses = addresses;
	want->netns[0].links[0].n_addresses = n;
	want->netns[0].routes[0].via = world_address(gateway);
}

/* What the kernel drops along with an address is no surprise to the plan. */
static void one_up_renumbers(void **state)
{
	cleanup(net_want_finish) struct net_want want = world_want();
	struct net_want_netns *acme = world_add_netns(&want, "acme", -1);
	struct address both[] = { world_address("10.0.0.2/30"), world_address("10.0.1.2/30") };
	struct address other[] = { world_address("10.0.1.2/30") };
	struct address spare[] = { world_address("10.0.1.2/30"), world_address("10.9.9.9/32") };
	struct address mates[] = { world_address("10.0.0.2/24"), world_address("10.0.0.3/24") };
	struct address mate[] = { world_address("10.0.0.3/24") };

	(void)state;
	world_add_link(acme, "cust", NET_LINK_MACVLAN, "trunk0");
	world_add_route(acme, "0.0.0.0/0", "10.0.0.1", "cust");
	renumber(&want, both, 2, "10.0.0.1");
	world_up(&want);
	renumber(&want, other, 1, "10.0.1.1");
	assert_true(world_up(&want) > 0);
	assert_int_equal(world_count(&want), 0);
	renumber(&want, spare, 2, "10.0.1.1");
	world_up(&want);
	renumber(&want, both, 2, "10.0.0.1");
	world_up(&want);
	assert_int_equal(world_count(&want), 0);
	renumber(&want, mates, 2, "10.0.0.1");
	world_up(&want);
	renumber(&want, mate, 1, "10.0.0.254");
	world_up(&want);
	assert_int_equal(world_count(&want), 0);
	assert_int_equal(
		world_run("ip -n acme route get 192.0.2.1 | grep -q '10.0.0.254.*src 10.0.0.3'"),
		0);
	world_down();
}

static void two_gateways_are_two_next_hops(void **state)
{
	static const char *const defaults[] = { "0.0.0.0/0", "::/0" };
	cleanup(net_want_finish) struct net_want want = world_want();
	struct net_want_netns *acme = world_add_netns(&want, "acme", -1);
	struct address a[] = { world_address("10.0.0.2/30"), world_address("fd01::2/64") };
	struct address b[] = { world_address("10.0.1.2/30"), world_address("fd02::2/64") };
	const char *const gateways[] = { "10.0.0.1", "fd01::1", "10.0.1.1", "fd02::1" };

	(void)state;
	world_add_link(acme, "wan0", NET_LINK_MACVLAN, "trunk0")->addresses = a;
	world_add_link(acme, "wan1", NET_LINK_MACVLAN, "trunk0")->addresses = b;
	acme->links[0].n_addresses = acme->links[1].n_addresses = 2;
	for (size_t i = 0; i < 4; i++)
		world_add_route(acme, defaults[i % 2], gateways[i], i < 2 ? "wan0" : "wan1");
	world_add_route(acme, "0.0.0.0/0", "10.0.1.1", NULL); /* once more */
	world_up(&want);
	assert_int_equal(world_count(&want), 0);
	assert_int_equal(world_run("test $(ip -n acme route | grep -c 'nexthop via') = 2"), 0);
	assert_int_equal(world_run("test $(ip -n acme -6 route | grep -c 'nexthop via') = 2"), 0);
	/* One of them taken away, and with the link it is on. */
	world_run("ip -n acme route change default via 10.0.0.1 dev wan0 proto 118");
	assert_true(world_up(&want) > 0);
	world_run("ip -n acme link del wan1");
	assert_true(world_up(&want) > 0);
	assert_int_equal(world_count(&want), 0);
	acme->n_routes = 2;
	assert_true(world_up(&want) > 0);
	assert_int_equal(world_count(&want), 0);
	assert_int_equal(
		world_run("ip -n acme route | grep -q 'default via 10.0.0.1 dev wan0'"), 0);
	world_down();
}

static void keep_outcome(const struct net_outcome *outcome, void *data)
{
	if (strcmp(outcome->netns, "acme") == 0)
		*(struct net_outcome *)data = *outcome;
}

static struct net_outcome up_of_acme(const struct net_want *want)
{
	struct net_outcome outcome = { 0 };
	struct error err = ERROR_INIT;
	struct net_have *have;
	struct net_plan *plan;

	assert_int_equal(net_have_read(want, &have, &err), 0);
	plan = net_plan_create(want, have);
	assert_int_equal(net_plan_apply(plan, keep_outcome, &outcome, &err), -EIO);
	net_plan_destroy(plan);
	net_have_destroy(have);
	return outcome;
}

static void what_cannot_be_set_costs_itself(void **state)
{
	cleanup(net_want_finish) struct net_want want = world_want();
	struct net_want_netns *acme = add_customer(&want, "acme", 0);
	struct net_outcome outcome;

	(void)state;
	world_add_route(acme, "172.16.0.0/12", "10.9.0.1", NULL);
	world_add_route(acme, "172.17.0.0/16", "10.0.0.1", NULL);
	*array_append(&acme->sysctls, &acme->n_sysctls) =
		(struct net_want_sysctl){ "net.ipv4.no_such_key", "1" };
	*array_append(&acme->sysctls, &acme->n_sysctls) =
		(struct net_want_sysctl){ "net.ipv4.tcp_mtu_probing", "1" };
	outcome = up_of_acme(&want);
	assert_true(outcome.minor);
	assert_non_null(strstr(outcome.error.text, "cannot add route 172.16.0.0/12 via 10.9.0.1"));
	assert_non_null(strstr(outcome.error.text, ", and 1 more"));
	assert_reachable("acme", "fd5a:b1c0:de00::2");
	assert_int_equal(world_run("ip -n acme route | grep -q 172.17.0.0/16"), 0);
	assert_int_equal(
		world_run("ip netns exec acme sysctl -n net.ipv4.tcp_mtu_probing | grep -q 1"), 0);
	world_down();
}

/* odd0, on which the kernel makes no macvlan for a reason that nobody sees here. */
static void add_odd_parent(void)
{
	assert_int_equal(world_run("ip link add odd0 type veth peer name odd1 && "
				   "ip link add mine link odd0 type macvlan mode passthru && "
				   "ip netns add other && ip link set mine netns other"),
		0);
}

static void delete_odd_parent(void)
{
	assert_int_equal(world_run("ip link del odd0; ip netns del other"), 0);
}

/* The root side of its uplink would take router advertisements of a namespace that is half made. */
static void what_fails_half_way_is_guarded(void **state)
{
	cleanup(net_want_finish) struct net_want want = world_want();
	struct net_want_netns *acme = add_customer(&want, "acme", 0);
	struct net_outcome outcome;

	(void)state;
	add_odd_parent();
	acme->links[0].parent = "odd0";
	outcome = up_of_acme(&want);
	assert_false(outcome.minor);
	assert_non_null(
		strstr(outcome.error.text, "interface 'cust': cannot create macvlan on 'odd0'"));
	delete_odd_parent();
	assert_int_equal(world_run("grep -q 0 /proc/sys/net/ipv6/conf/vg0/accept_ra && "
				   "grep -q 0 /proc/sys/net/ipv6/conf/vg0/accept_redirects"),
		0);
	acme->links[0].parent = "trunk0";
	world_up(&want);
	assert_int_equal(world_count(&want), 0);
	world_down();
}

static void gather_cause(const struct net_outcome *outcome, void *data)
{
	causes_add(data, &outcome->error.cause, outcome->netns);
}

static struct causes causes_of_up(const struct net_want *want)
{
	struct causes causes = { 0 };
	struct error err = ERROR_INIT;
	struct net_have *have;
	struct net_plan *plan;

	assert_int_equal(net_have_read(want, &have, &err), 0);
	plan = net_plan_create(want, have);
	(void)net_plan_apply(plan, gather_cause, &causes, &err);
	net_plan_destroy(plan);
	net_have_destroy(have);
	return causes;
}

/* A NIC that is not there, and one that the kernel makes no macvlan on. */
static void what_five_hundred_have_in_common_is_one_cause(void **state)
{
	static char names[500][8];
	static const struct {
		const char *parent;
		enum cause_kind kind;
		const char *object;
	} cases[] = {
		{ "absent0", CAUSE_PARENT_MISSING, "absent0" },
		{ "odd0", CAUSE_LINK_REFUSED, "macvlan on odd0" },
	};
	cleanup(net_want_finish) struct net_want want = world_want();

	(void)state;
	add_odd_parent();
	for (int i = 0; i < 500; i++) {
		snprintf(names[i], sizeof(names[i]), "v%d", i);
		add_customer(&want, names[i], i)->links[0].parent = cases[i % 2].parent;
	}
	for (int i = 0; i < 2; i++) {
		cleanup(causes_finish) struct causes causes = causes_of_up(&want);
		const struct cause cause = causes.items[i].cause;

		assert_int_equal(causes.count, 2);
		assert_int_equal(cause.kind, cases[i].kind);
		assert_string_equal(cause.object, cases[i].object);
		assert_int_equal(causes_shared(&causes, &cause)->count, 250);
	}
	world_down();
	delete_odd_parent();
}

static void outcome_keep(const struct net_outcome *outcome, void *data)
{
	*(struct net_outcome *)data = *outcome;
}

/* A plan that was right when it was made; what `happens` before it is done. */
static struct net_outcome up_after(
	const struct net_want *want, void (*happens)(struct net_plan *plan))
{
	struct net_outcome outcome = { 0 };
	struct net_have *have;
	struct net_plan *plan;
	struct error err = ERROR_INIT;

	if (net_have_read(want, &have, &err) < 0)
		fail_msg("%s", err.text);
	plan = net_plan_create(want, have);
	happens(plan);
	(void)net_plan_apply(plan, outcome_keep, &outcome, NULL);
	net_plan_destroy(plan);
	net_have_destroy(have);
	return outcome;
}

/* No real kernel refuses one that is right. */
static void spoil_a_neighbour(struct net_plan *plan)
{
	for (size_t i = 0; i < plan->groups[0].n_acts; i++) {
		struct net_act *act = &plan->groups[0].acts[i];

		if (act->kind == NET_ACT_NEIGHBOUR_SET && !act->in_root) {
			act->ifindex = 999999;
			return;
		}
	}
	fail_msg("no neighbour to spoil");
}

static void a_neighbour_that_cannot_be_set_costs_itself(void **state)
{
	cleanup(net_want_finish) struct net_want want = world_want();
	struct net_outcome outcome;

	(void)state;
	add_customer(&want, "acme", 0);
	outcome = up_after(&want, spoil_a_neighbour);
	assert_true(outcome.minor);
	assert_int_equal(outcome.aspect, NET_ASPECT_UPLINK);
	assert_non_null(strstr(outcome.error.text, "cannot set neighbour fd5a:b1c0:de00::1 at"));
	assert_reachable("acme", "fd5a:b1c0:de00::2");
	world_up(&want);
	assert_int_equal(world_count(&want), 0);
	world_down();
}

static void take_the_uplinks_name(struct net_plan *plan)
{
	(void)plan;
	assert_int_equal(world_run("ip link add vg0 type veth peer name other0 && "
				   "echo 1 > /proc/sys/net/ipv6/conf/vg0/accept_ra"),
		0);
}

/* Without an uplink its customer's links are no less exposed; and somebody else's link is his. */
static void links_are_guarded_where_the_uplink_cannot_be_made(void **state)
{
	cleanup(net_want_finish) struct net_want want = world_want();
	struct net_outcome outcome;

	(void)state;
	add_customer(&want, "acme", 0);
	outcome = up_after(&want, take_the_uplinks_name);
	assert_false(outcome.minor);
	assert_int_equal(outcome.error.code, EEXIST);
	assert_int_equal(world_run("ip netns exec acme grep -q 1 "
				   "/proc/sys/net/ipv6/conf/cust/disable_ipv6"),
		0);
	assert_int_equal(world_run("grep -q 1 /proc/sys/net/ipv6/conf/vg0/accept_ra"), 0);
	world_run("ip link del vg0");
	world_up(&want);
	assert_int_equal(world_count(&want), 0);
	world_down();
}

static void an_uplink_has_ipv6_on_a_machine_without(void **state)
{
	static const char *const words[] = { "all", "default" };
	cleanup(net_want_finish) struct net_want want = world_want();

	(void)state;
	add_customer(&want, "acme", 0);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(
			world_run("sysctl -qw net.ipv6.conf.%s.disable_ipv6=1", words[i]), 0);
	world_up(&want);
	assert_int_equal(world_count(&want), 0);
	assert_reachable("acme", "fd5a:b1c0:de00::2");
	/* Said again it takes the addresses of links that are there. */
	world_run("sysctl -qw net.ipv6.conf.all.disable_ipv6=0; "
		  "sysctl -qw net.ipv6.conf.all.disable_ipv6=1");
	assert_true(world_up(&want) > 0);
	assert_int_equal(world_count(&want), 0);
	assert_reachable("acme", "fd5a:b1c0:de00::2");
	world_down();
	for (size_t i = 0; i < 2; i++)
		world_run("sysctl -qw net.ipv6.conf.%s.disable_ipv6=0", words[i]);
}

static void ipv6_customers_and_on_link_gateways(void **state)
{
	static const struct address both[] = {
		{ .family = AF_INET, .prefix_length = 32, .bytes = { 10, 0, 0, 2 } },
		{ .family = AF_INET6, .prefix_length = 64, .bytes = { 0xfd, 1, [15] = 2 } },
	};
	cleanup(net_want_finish) struct net_want want = world_want();
	struct net_want_netns *acme;
	struct net_want_link *link;

	(void)state;
	acme = world_add_netns(&want, "acme", 3);
	link = world_add_link(acme, "cust", NET_LINK_MACVLAN, "trunk0");
	link->addresses = both;
	link->n_addresses = 2;
	world_add_route(acme, "0.0.0.0/0", "192.0.2.1", "cust");
	world_add_route(acme, "::/0", "fd01::1", "cust");
	world_add_route(acme, "fd02::/64", "fe80::1", "cust")->metric = 50;
	world_add_route(acme, "172.16.0.0/12", NULL, "cust")->metric = 7;
	world_add_route(acme, "172.16.1.0/24", "172.16.0.1", NULL);
	world_up(&want);
	assert_int_equal(world_count(&want), 0);
	assert_int_equal(world_run("ip -n acme route | grep -q '192.0.2.1.*onlink'"), 0);
	assert_int_equal(world_run("ip -n acme -6 addr show dev cust | grep -q fe80"), 0);
	assert_int_not_equal(world_run("ip -n acme -6 addr show dev uplink | grep -q fe80"), 0);
	assert_int_equal(world_run("ip -n acme link set cust down"), 0);
	world_up(&want);
	assert_int_equal(world_count(&want), 0);
	world_down();
}

static void a_macvlan_keeps_its_mac(void **state)
{
	cleanup(net_want_finish) struct net_want want = world_want();
	cleanup_free char *first = NULL, *second = NULL;

	(void)state;
	add_customer(&want, "acme", 0);
	add_customer(&want, "bravo", 1);
	world_up(&want);
	first = world_read("for n in acme bravo; do ip -n $n "
			   "-br link show dev cust | awk '{ print $3 }'; done");
	world_down();
	world_up(&want);
	second = world_read("for n in acme bravo; do ip -n $n "
			    "-br link show dev cust | awk '{ print $3 }'; done");
	world_down();
	assert_string_equal(first, second);
	assert_memory_not_equal(first, first + 18, 17);
}

static void a_hundred_vrfs(void **state)
{
	static char names[100][16];
	cleanup(net_want_finish) struct net_want want = world_want();
	cleanup_free char *before = world_dump();

	(void)state;
	for (int i = 0; i < 100; i++) {
		snprintf(names[i], sizeof(names[i]), "vrf%d", i);
		add_customer(&want, names[i], i);
	}
	world_up(&want);
	assert_int_equal(world_count(&want), 0);
	for (int i = 0; i < 100; i += 11) {
		char text[ADDRESS_TEXT_SIZE];
		struct address root, inside;

		net_uplink_addresses(&want.uplink_prefix, (uint32_t)i, &root, &inside);
		assert_reachable(names[i], address_format(&inside, false, text));
	}
	/* half of them go, the others are not touched */
	for (int i = 50; i < 100; i++) {
		free(want.netns[i].links);
		free(want.netns[i].routes);
	}
	want.n_netns = 50;
	assert_int_equal(world_up(&want), 50);
	assert_int_equal(world_count(&want), 0);
	world_down();
	world_assert_is(before);
}

static void state_tells_links_and_addresses(void **state)
{
	cleanup(net_want_finish) struct net_want want = world_want();
	cleanup(net_netns_state_finish) struct net_netns_state seen = { 0 };
	const struct net_link_state *link;

	(void)state;
	assert_int_equal(net_netns_state_read("acme", &seen, NULL), 0);
	assert_false(seen.exists);
	add_customer(&want, "acme", 0);
	world_up(&want);
	assert_int_equal(net_netns_state_read("acme", &seen, NULL), 0);
	assert_true(seen.exists);
	assert_int_equal(seen.n_links, 2);
	link = net_netns_state_find(&seen, "cust");
	assert_non_null(link);
	assert_string_equal(link->kind, "macvlan");
	assert_true(link->up && link->carrier);
	assert_int_equal(link->n_addresses, 1);
	assert_true(address_equal(&link->addresses[0].address, customer));
	assert_null(net_netns_state_find(&seen, "lo"));
	world_down();
}

static void host_forwards(bool forwards)
{
	assert_int_equal(world_run("nsenter -t 1 -n sysctl -qw net.ipv4.ip_forward=%d "
				   "net.ipv6.conf.all.forwarding=%d",
				 forwards, forwards),
		0);
}

/* A new namespace inherits from the very first one, which only a virtual machine may change. */
static void a_host_that_forwards_makes_no_vrf_that_does(void **state)
{
	cleanup(net_want_finish) struct net_want want = world_want();

	(void)state;
	if (!getenv("VRFGATE_VM"))
		skip();
	add_customer(&want, "acme", 0);
	host_forwards(true);
	assert_int_equal(world_run("unshare -n grep -q 1 /proc/sys/net/ipv4/ip_forward"), 0);
	world_up(&want);
	host_forwards(false);
	assert_int_equal(world_count(&want), 0);
	assert_int_equal(world_run("ip netns exec acme sh -c 'test \"$(cat "
				   "/proc/sys/net/ipv4/ip_forward "
				   "/proc/sys/net/ipv4/conf/*/forwarding "
				   "/proc/sys/net/ipv6/conf/*/forwarding | sort -u)\" = 0'"),
		0);
	world_down();
}

int main(void);
static const struct CMUnitTest tests[] = {
	cmocka_unit_test(up_again_changes_nothing_and_down_leaves_as_before),
	cmocka_unit_test(same_addresses_reach_their_own_peer_only),
	cmocka_unit_test(what_is_undone_is_done_again),
	cmocka_unit_test(the_network_of_an_address_is_put_back_as_it_was),
	cmocka_unit_test(config_changes_become_small_plans),
	cmocka_unit_test(one_up_renumbers),
	cmocka_unit_test(two_gateways_are_two_next_hops),
	cmocka_unit_test(what_cannot_be_set_costs_itself),
	cmocka_unit_test(what_fails_half_way_is_guarded),
	cmocka_unit_test(a_neighbour_that_cannot_be_set_costs_itself),
	cmocka_unit_test(links_are_guarded_where_the_uplink_cannot_be_made),
	cmocka_unit_test(what_five_hundred_have_in_common_is_one_cause),
	cmocka_unit_test(an_uplink_has_ipv6_on_a_machine_without),
	cmocka_unit_test(ipv6_customers_and_on_link_gateways),
	cmocka_unit_test(a_macvlan_keeps_its_mac),
	cmocka_unit_test(a_hundred_vrfs),
	cmocka_unit_test(state_tells_links_and_addresses),
	cmocka_unit_test(a_host_that_forwards_makes_no_vrf_that_does),
};

world_main(tests)
