// SPDX-License-Identifier: GPL-2.0-or-later
/* The plan as a pure function: haves made by hand, acts read as text. */
#include "scene.h"

/* ---- what may be different, and the plan that follows ---- */

static void nothing(struct scene *s)
{
	(void)s;
}

static void no_address(struct scene *s)
{
	s->netns->n_addresses = 0;
}

static void other_address(struct scene *s)
{
	s->netns->addresses[0].address = address("10.0.0.3/30");
}

static void foreign_address(struct scene *s)
{
	*array_append(&s->netns->addresses, &s->netns->n_addresses) =
		(struct net_have_address){ .ifindex = 5, .address = address("10.9.9.9/24") };
}

static void ipv6_wanted(struct scene *s)
{
	s->address = s->netns->addresses[0].address = address("fd00:1::2/64");
	s->acme->n_routes = s->netns->n_routes = 0;
	scene_cust(s)->disable_ipv6 = 0;
	scene_cust(s)->addr_gen_mode = IN6_ADDR_GEN_MODE_EUI64;
}

/* It is there; what is to be done about it is another question. */
static void duplicate_left(struct scene *s)
{
	ipv6_wanted(s);
	s->netns->addresses[0].standing = NET_ADDRESS_DUPLICATE;
}

static void duplicate_retried(struct scene *s)
{
	duplicate_left(s);
	s->acme->retry = NET_RETRY_DUPLICATES;
}

static void tentative_left(struct scene *s)
{
	duplicate_retried(s);
	s->netns->addresses[0].standing = NET_ADDRESS_TENTATIVE;
}

static void tentative_retried(struct scene *s)
{
	tentative_left(s);
	s->acme->retry = NET_RETRY_TENTATIVE;
}

static void no_route(struct scene *s)
{
	s->netns->n_routes = 0;
}

/* Somebody has deleted them, too. */
static void no_network(struct scene *s)
{
	no_route(s);
	s->networks_lost = true;
}

static void no_network_of_a_host(struct scene *s)
{
	s->networks_lost = true;
	s->address.prefix_length = s->netns->addresses[0].address.prefix_length = 32;
}

static void no_network_of_a_duplicate(struct scene *s)
{
	duplicate_left(s);
	s->networks_lost = true;
}

static void other_route(struct scene *s)
{
	s->netns->routes[0].via = address("10.0.0.3");
}

/* To 10.0.0.2 from 10.1.0.2, the gateway with it. */
static void renumbered(struct scene *s)
{
	s->netns->addresses[0].address = address("10.1.0.2/30");
	s->netns->routes[0].via = address("10.1.0.1");
}

static void last_address_goes(struct scene *s)
{
	s->acme->links[0].n_addresses = 0;
	s->acme->routes[0] =
		(struct net_want_route){ .destination = address("10.8.0.0/16"), .dev = "cust" };
	s->netns->routes[0].destination = address("10.8.0.0/16");
	s->netns->routes[0].via = (struct address){ 0 };
}

/* Which stays as the second of a network whose first goes. */
static void second_of_network(struct scene *s)
{
	other_address(s);
	*array_append(&s->netns->addresses, &s->netns->n_addresses) = (struct net_have_address){
		.ifindex = 5, .address = s->address, .protocol = NET_PROTOCOL, .secondary = true
	};
}

static void same_hop_twice(struct scene *s)
{
	*array_append(&s->acme->routes, &s->acme->n_routes) =
		(struct net_want_route){ .destination = address("0.0.0.0/0"),
			.via = address("10.0.0.1") };
}

static void second_hop_wanted(struct scene *s)
{
	same_hop_twice(s);
	s->acme->routes[1].via = address("10.0.0.3");
	s->address.prefix_length = s->netns->addresses[0].address.prefix_length = 29;
}

/* In another order, as the kernel has it in IPv6 at times. */
static void second_hop_unwanted(struct scene *s)
{
	struct net_have_route *route = &s->netns->routes[0];

	route->via = address("10.0.0.3");
	*array_append(&route->others, &route->n_others) =
		(struct net_have_hop){ .ifindex = 5, .via = address("10.0.0.1") };
}

static void second_hop_there(struct scene *s)
{
	second_hop_wanted(s);
	second_hop_unwanted(s);
}

static void connected_network_wanted(struct scene *s)
{
	*array_append(&s->acme->routes, &s->acme->n_routes) =
		(struct net_want_route){ .destination = address("10.0.0.0/30"), .dev = "cust" };
}

static void foreign_route(struct scene *s)
{
	*array_append(&s->netns->routes, &s->netns->n_routes) = (struct net_have_route){
		.ifindex = 5, .destination = address("10.8.0.0/16"), .protocol = 4
	};
}

static void link_down(struct scene *s)
{
	scene_cust(s)->flags = 0;
	s->netns->n_routes = 0;
}

static void link_unmarked(struct scene *s)
{
	scene_cust(s)->mark[0] = '\0';
	scene_cust(s)->group = NET_LINK_GROUP;
}

static void link_foreign(struct scene *s)
{
	scene_cust(s)->mark[0] = '\0';
}

static void other_mtu(struct scene *s)
{
	s->acme->links[0].mtu_bytes = 1400;
}

static void other_mac(struct scene *s)
{
	s->acme->links[0].has_mac = true;
	memcpy(s->acme->links[0].mac, "\x02\0\0\0\0\x01", 6);
}

static void ipv6_linklocal(struct scene *s)
{
	scene_cust(s)->addr_gen_mode = IN6_ADDR_GEN_MODE_EUI64;
}

static void accepts_ra(struct scene *s)
{
	scene_cust(s)->accept_ra = 1;
}

static void hears_redirects(struct scene *s)
{
	scene_cust(s)->guards[1] = 1;
}

static void user_wants_redirects(struct scene *s)
{
	static const char key[] = "net.ipv4.conf.cust.accept_redirects";

	hears_redirects(s);
	*array_append(&s->acme->sysctls, &s->acme->n_sysctls) =
		(struct net_want_sysctl){ key, "1" };
	*array_append(&s->netns->sysctls, &s->netns->n_sysctls) =
		(struct net_have_sysctl){ key, xstrdup("1") };
}

static void shall_forward(struct scene *s)
{
	s->acme->forward = true;
}

static void forwards(struct scene *s)
{
	s->netns->links[0].forwarding4 = 1;
}

static void not_wanted(struct scene *s)
{
	free(s->acme->links);
	free(s->acme->routes);
	s->want.n_netns = 0;
}

static void netns_foreign(struct scene *s)
{
	s->netns->standing = NET_HAVE_FOREIGN;
}

static void netns_others(struct scene *s)
{
	s->netns->standing = NET_HAVE_OTHERS;
}

static void no_parent(struct scene *s)
{
	s->have->root.n_links = 0;
	s->netns->n_links = 1;
}

static void stray_uplink(struct scene *s)
{
	struct net_have_link *link = have_link(&s->have->root, 9, "vg3");

	net_mark_netns(link->mark, "gone", net_mark_owner(OWNER));
}

static void unused_outer(struct scene *s)
{
	struct net_have_link *link = have_link(&s->have->root, 9, "eth0.100");

	net_mark_shared(link->mark, "eth0.100", net_mark_owner(OWNER));
}

static void extra_link(struct scene *s)
{
	net_mark_link(have_link(s->netns, 8, "old")->mark, "acme", "old", 1);
}

static void moved_nic(struct scene *s)
{
	const struct net_mark_was was = { .name = "nic5", .mtu_bytes = 1400, .up = true };

	net_mark_moved(have_link(s->netns, 8, "wan")->mark, "acme", &was, 1);
}

static void link_gone(struct scene *s)
{
	s->netns->n_links = 1;
	s->netns->n_addresses = s->netns->n_routes = 0;
}

/* Below 1280 bytes the kernel takes IPv6 from a link. */
static void mtu_without_ipv6(struct scene *s)
{
	s->acme->links[0].mtu_bytes = 1400;
	scene_cust(s)->mtu_bytes = 1279;
	scene_cust(s)->addr_gen_mode = scene_cust(s)->accept_ra = -1;
}

static void device_renamed(struct scene *s)
{
	const struct net_mark_was was = { .name = "nic5", .mtu_bytes = 1500, .up = true };

	s->acme->links[0].kind = NET_LINK_DEVICE;
	s->acme->links[0].parent = "nic5";
	snprintf(scene_cust(s)->name, sizeof(scene_cust(s)->name), "other");
	net_mark_moved(scene_cust(s)->mark, "acme", &was, net_mark_owner(OWNER));
}

static void root_end_unmarked(struct scene *s)
{
	scene_uplink(s);
	s->have->root.links[1].mark[0] = '\0';
	s->have->root.links[1].group = NET_LINK_GROUP;
}

static void root_end_of_somebody(struct scene *s)
{
	root_end_unmarked(s);
	s->have->root.links[1].group = 0;
}

static void outer_down(struct scene *s)
{
	struct net_want_link *want = &s->acme->links[0];
	struct net_have_link *outer = have_link(&s->have->root, 9, "eth0.100");

	want->kind = NET_LINK_VLAN;
	want->n_tags = 2;
	want->tags[0] = 100;
	want->tags[1] = 10;
	snprintf(scene_cust(s)->kind, sizeof(scene_cust(s)->kind), "vlan");
	scene_cust(s)->lower = 9;
	scene_cust(s)->vlan_id = 10;
	scene_cust(s)->vlan_protocol = ETH_P_8021Q;
	outer->lower = 2;
	outer->lower_here = true;
	outer->vlan_id = 100;
	outer->vlan_protocol = ETH_P_8021Q;
	scene_cust(s)->flags = outer->flags = 0;
	net_mark_shared(outer->mark, "eth0.100", net_mark_owner(OWNER));
}

/* Its trunk was called otherwise when it was made. */
static void outer_of_other_name(struct scene *s)
{
	struct net_have_link *outer;

	outer_down(s);
	outer = &s->have->root.links[1];
	scene_cust(s)->flags = outer->flags = IFF_UP;
	snprintf(outer->name, sizeof(outer->name), "old0.100");
	net_mark_shared(outer->mark, "old0.100", net_mark_owner(OWNER));
}

/* It is a customer's own VLAN from now on. */
static void outer_not_wanted(struct scene *s)
{
	outer_of_other_name(s);
	s->acme->links[0].n_tags = 1;
}

static void outer_name_too_long(struct scene *s)
{
	outer_of_other_name(s);
	have_link(&s->have->root, 8, "enp130s0f0np0");
	s->acme->links[0].parent = "enp130s0f0np0";
}

/* Its VLAN is another one's now, whose group comes first. */
static void vlan_of_another(struct scene *s)
{
	struct net_want_netns *other;
	struct net_want_link *link;

	outer_not_wanted(s);
	scene_cust(s)->lower = 2;
	scene_cust(s)->vlan_id = 100;
	s->have->root.n_links = 1;
	other = array_append(&s->want.netns, &s->want.n_netns);
	other[0] = other[-1];
	s->want.netns[0] = (struct net_want_netns){ .name = "bravo" };
	s->acme = &s->want.netns[1];
	s->acme->n_links = 0;
	s->acme->n_routes = 0;
	link = array_append(&s->want.netns[0].links, &s->want.netns[0].n_links);
	*link = (struct net_want_link){ .name = "cust",
		.kind = NET_LINK_VLAN,
		.parent = "eth0",
		.n_tags = 1,
		.tags = { 100 } };
}

/* acme has the NIC eth5, and bravo, which comes first, gets it. */
static void device_of_another(struct scene *s)
{
	const struct net_mark_was was = { .name = "eth5", .mtu_bytes = 1500, .up = true };
	struct net_want_netns *other;
	struct net_want_link *link;

	net_mark_moved(scene_cust(s)->mark, "acme", &was, net_mark_owner(OWNER));
	other = array_append(&s->want.netns, &s->want.n_netns);
	other[0] = other[-1];
	s->want.netns[0] = (struct net_want_netns){ .name = "bravo" };
	s->acme = &s->want.netns[1];
	s->acme->n_links = s->acme->n_routes = 0;
	link = array_append(&s->want.netns[0].links, &s->want.netns[0].n_links);
	*link = (struct net_want_link){ .name = "wan", .kind = NET_LINK_DEVICE, .parent = "eth5" };
}

/* Of a line in a plan; it must be there. */
static size_t place_of(const char *text, const char *line)
{
	for (size_t at = 0; text[at]; at++)
		if (strncmp(text + at, line, strlen(line)) == 0)
			return at;
	fail_msg("no \"%s\" in: %s", line, text);
	return 0;
}

/* The order that matters: who has it gives it up before another gets it. */
static void what_another_needs_goes_first(void **state)
{
	static const struct {
		void (*change)(struct scene *s);
		const char *first, *then;
	} cases[] = {
		{ vlan_of_another, "acme: delete link cust\n",
			"bravo: create vlan 100 on 'eth0' as cust\n" },
		{ device_of_another, "acme: give back device eth5 from cust\n",
			"bravo: move in device eth5 as wan\n" },
		{ outer_not_wanted, "*: delete link old0.100\n",
			"acme: create vlan 100 on 'eth0' as cust\n" },
		{ outer_name_too_long, "acme: create vlan 100 on 'enp130s0f0np0' as outer0\n",
			"acme: create vlan 10 on 'outer0' as cust\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		cleanup(scene_finish) struct scene s = { 0 };
		cleanup_free char *text = NULL;

		scene_want(&s);
		scene_have(&s);
		cases[i].change(&s);
		text = plan_text(&s);
		assert_true(place_of(text, cases[i].first) < place_of(text, cases[i].then));
	}
}

static void plans_follow_from_differences(void **state)
{
	static const struct {
		void (*change)(struct scene *s);
		const char *plan;
	} cases[] = {
		{ nothing, "" },
		{ no_address, "acme: add address 10.0.0.2/30 to cust\n" },
		{ other_address,
			"acme: delete route 0.0.0.0/0 via 10.0.0.1 dev cust\n"
			"acme: delete address 10.0.0.3/30 from cust\n"
			"acme: add address 10.0.0.2/30 to cust\n"
			"acme: add route 0.0.0.0/0 via 10.0.0.1 dev cust\n" },
		{ renumbered,
			"acme: add address 10.0.0.2/30 to cust\n"
			"acme: delete route 0.0.0.0/0 via 10.1.0.1 dev cust\n"
			"acme: delete address 10.1.0.2/30 from cust\n"
			"acme: add route 0.0.0.0/0 via 10.0.0.1 dev cust\n" },
		{ last_address_goes,
			"acme: delete route 10.8.0.0/16 dev cust\n"
			"acme: delete address 10.0.0.2/30 from cust\n"
			"acme: add route 10.8.0.0/16 dev cust\n" },
		{ second_of_network,
			"acme: delete route 0.0.0.0/0 via 10.0.0.1 dev cust\n"
			"acme: delete address 10.0.0.2/30 from cust\n"
			"acme: delete address 10.0.0.3/30 from cust\n"
			"acme: add address 10.0.0.2/30 to cust\n"
			"acme: add route 0.0.0.0/0 via 10.0.0.1 dev cust\n" },
		{ second_hop_wanted,
			"acme: delete route 0.0.0.0/0 via 10.0.0.1 dev cust\n"
			"acme: add route 0.0.0.0/0 via 10.0.0.1 dev cust and via 10.0.0.3 dev cust\n" },
		{ second_hop_there, "" },
		{ second_hop_unwanted,
			"acme: delete route 0.0.0.0/0 via 10.0.0.3 dev cust and via 10.0.0.1 dev cust\n"
			"acme: add route 0.0.0.0/0 via 10.0.0.1 dev cust\n" },
		{ same_hop_twice, "" },
		{ connected_network_wanted, "" },
		{ foreign_address, "" },
		{ duplicate_left, "" },
		{ duplicate_retried,
			"acme: delete address fd00:1::2/64 (duplicate address) from cust\n"
			"acme: add address fd00:1::2/64 (duplicate address) to cust\n" },
		{ tentative_left, "" },
		{ tentative_retried,
			"acme: delete address fd00:1::2/64 (duplicate address) from cust\n"
			"acme: add address fd00:1::2/64 (duplicate address) to cust\n" },
		{ no_route, "acme: add route 0.0.0.0/0 via 10.0.0.1 dev cust\n" },
		{ no_network,
			"acme: add route 10.0.0.0/30 dev cust\n"
			"acme: add route 0.0.0.0/0 via 10.0.0.1 dev cust\n" },
		{ no_network_of_a_duplicate, "" },
		{ no_network_of_a_host, "" },
		{ other_route,
			"acme: delete route 0.0.0.0/0 via 10.0.0.3 dev cust\n"
			"acme: add route 0.0.0.0/0 via 10.0.0.1 dev cust\n" },
		{ foreign_route, "" },
		{ link_down,
			"acme: set up link cust\n"
			"acme: add route 0.0.0.0/0 via 10.0.0.1 dev cust\n" },
		{ link_unmarked, "acme: add mark vrfgate:acme:cust@eaca8f75 to cust\n" },
		{ link_foreign,
			"acme: cannot bring up: interface 'cust': a link of that name is "
			"already there and was not made by vrfgate\n" },
		{ other_mtu, "acme: set mtu 1400 on cust\n" },
		{ other_mac, "acme: set mac 02:00:00:00:00:01 on cust\n" },
		{ ipv6_linklocal, "acme: set addr_gen_mode 1 on cust\n" },
		{ accepts_ra, "acme: set net.ipv6.conf.cust.accept_ra = 0\n" },
		{ forwards,
			"acme: set net.ipv4.ip_forward = 0\n"
			"acme: set net.ipv4.conf.all.accept_redirects = 0\n" },
		{ hears_redirects, "acme: set ipv4 accept_redirects = 0 on cust\n" },
		{ user_wants_redirects, "" },
		{ shall_forward,
			"acme: set net.ipv4.ip_forward = 1\n"
			"acme: set net.ipv6.conf.all.forwarding = 1\n"
			"acme: set net.ipv4.conf.all.accept_redirects = 0\n" },
		{ not_wanted, "acme: delete namespace acme\n" },
		{ netns_foreign,
			"acme: cannot bring up: namespace 'acme' is already there and was "
			"not made by vrfgate\n" },
		{ netns_others,
			"acme: cannot bring up: namespace 'acme' is already there and "
			"belongs to another vrfgate\n" },
		{ no_parent, "acme: cannot bring up: interface 'cust': parent 'eth0' not found\n" },
		{ stray_uplink, "gone: delete link vg3\n" },
		{ unused_outer, "*: delete link eth0.100\n" },
		{ extra_link, "acme: delete link old\n" },
		{ moved_nic,
			"acme: give back device nic5 from wan\n"
			"acme: set mtu 1400 on nic5\n"
			"acme: set up link nic5\n"
			"acme: delete mark vrfgate:acme:was:nic5/1400/000000000000/1@00000001 "
			"from nic5\n" },
		{ link_gone,
			JOIN(GENERAL_GUARDS("acme"),
				"acme: create macvlan on 'eth0' as cust\n"
				"acme: add mark vrfgate:acme:cust@eaca8f75 to cust\n",
				LINK_GUARDS("acme", "cust"),
				"acme: set addr_gen_mode 1 on cust\n"
				"acme: set up link cust\n"
				"acme: add address 10.0.0.2/30 to cust\n"
				"acme: add route 0.0.0.0/0 via 10.0.0.1 dev cust\n",
				NO_IPV6("acme", "cust")) },
		{ mtu_without_ipv6,
			JOIN("acme: set mtu 1400 on cust\n"
			     "acme: set addr_gen_mode 1 on cust\n"
			     "acme: set net.ipv6.conf.cust.accept_ra = 0\n"
			     "acme: set net.ipv6.conf.cust.accept_redirects = 0\n",
				NO_IPV6("acme", "cust")) },
		{ device_renamed,
			"acme: set down link other\n"
			"acme: give name cust to other\n"
			"acme: set up link cust\n"
			"acme: add address 10.0.0.2/30 to cust\n"
			"acme: add route 0.0.0.0/0 via 10.0.0.1 dev cust\n" },
		{ scene_uplink, "" },
		{ root_end_unmarked, "acme: add mark vrfgate:acme@eaca8f75 to vg0\n" },
		{ root_end_of_somebody,
			"acme: cannot bring up: interface 'vg0': a link of that name is already "
			"there and was not made by vrfgate for 'acme'\n" },
		{ outer_of_other_name, "" },
		{ outer_down,
			"acme: set up link eth0.100\n"
			"acme: set up link cust\n"
			"acme: add route 0.0.0.0/0 via 10.0.0.1 dev cust\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		cleanup(scene_finish) struct scene s = { 0 };
		cleanup_free char *text = NULL;

		scene_want(&s);
		scene_have(&s);
		cases[i].change(&s);
		text = plan_text(&s);
		assert_string_equal(text, cases[i].plan);
	}
}

static void json_has_the_same_acts(void **state)
{
	cleanup(scene_finish) struct scene s = { 0 };
	struct net_plan *plan;
	json_t *json, *act;

	(void)state;
	scene_want(&s);
	scene_have(&s);
	no_address(&s);
	scene_settle(&s);
	plan = net_plan_create(&s.want, s.have);
	json = net_plan_to_json(plan);
	assert_int_equal(json_integer_value(json_object_get(json, "schema")), 1);
	assert_int_equal(json_array_size(json_object_get(json, "acts")), net_plan_count(plan));
	assert_int_equal(json_array_size(json_object_get(json, "faults")), 0);
	act = json_array_get(json_object_get(json, "acts"), 0);
	assert_string_equal(json_string_value(json_object_get(act, "netns")), "acme");
	assert_string_equal(json_string_value(json_object_get(act, "act")), "address_add");
	assert_string_equal(json_string_value(json_object_get(act, "link")), "cust");
	assert_string_equal(
		json_string_value(json_object_get(act, "text")), "add address 10.0.0.2/30 to cust");
	json_decref(json);
	net_plan_destroy(plan);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(plans_follow_from_differences),
		cmocka_unit_test(what_another_needs_goes_first),
		cmocka_unit_test(json_has_the_same_acts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
