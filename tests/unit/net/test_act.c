// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Every act there is, and its inverse. Each case has a way to want something and a way to have it:
 * wanted and not there it is made; wanted and there nothing is done, or it is put right; there and not
 * wanted it goes.
 */
#include "ways.h"

struct act_case {
	const char *name;
	void (*want)(struct scene *s);
	void (*have)(struct scene *s);
	const char *made, *settled, *unmade; /* plans: wanted only, both, there only */
};

/* Of want_device(). */
#define DEVICE_MADE                                                                           \
	JOIN(GENERAL_GUARDS("acme"),                                                          \
		"acme: add mark vrfgate:acme:was:eth5/1500/000000000000/1@eaca8f75 to eth5\n" \
		"acme: move in device eth5 as wan\n",                                         \
		LINK_GUARDS("acme", "wan"),                                                   \
		"acme: set mtu 1400 on wan\n"                                                 \
		"acme: set mac 02:00:00:00:00:77 on wan\n"                                    \
		"acme: set addr_gen_mode 1 on wan\n"                                          \
		"acme: set up link wan\n"                                                     \
		"acme: set net.ipv6.conf.wan.accept_ra = 0\n"                                 \
		"acme: set net.ipv6.conf.wan.accept_redirects = 0\n",                         \
		NO_IPV6("acme", "wan"))

static const struct act_case cases[] = {
	{ "namespace", want_bravo, have_bravo,
		JOIN("bravo: create namespace bravo\n", GENERAL_GUARDS("bravo"),
			"bravo: set up link lo\n"),
		"", "bravo: delete namespace bravo\n" },
	{ "macvlan", want_macvlan, have_macvlan,
		JOIN(GENERAL_GUARDS("acme"),
			"acme: create macvlan on 'eth0' as mac0\n"
			"acme: add mark vrfgate:acme:mac0@eaca8f75 to mac0\n",
			LINK_GUARDS("acme", "mac0"),
			"acme: set addr_gen_mode 1 on mac0\n"
			"acme: set up link mac0\n",
			NO_IPV6("acme", "mac0")),
		"", "acme: delete link mac0\n" },
	{ "vlan", want_vlan, have_vlan,
		JOIN(GENERAL_GUARDS("acme"),
			"acme: create vlan 10 on 'eth0' as eth0.10\n"
			"acme: add mark vrfgate:acme:eth0.10@eaca8f75 to eth0.10\n",
			LINK_GUARDS("acme", "eth0.10"),
			"acme: set addr_gen_mode 1 on eth0.10\n"
			"acme: set up link eth0.10\n",
			NO_IPV6("acme", "eth0/10")),
		"", "acme: delete link eth0.10\n" },
	{ "stacked vlan", want_stacked, have_stacked,
		JOIN(GENERAL_GUARDS("acme"),
			"acme: create vlan 100 on 'eth0' as eth0.100\n"
			"acme: add mark vrfgate:*:eth0.100@eaca8f75 to eth0.100\n"
			"acme: set up link eth0.100\n"
			"acme: create vlan 10 on 'eth0.100' as q0\n"
			"acme: add mark vrfgate:acme:q0@eaca8f75 to q0\n",
			LINK_GUARDS("acme", "q0"),
			"acme: set addr_gen_mode 1 on q0\n"
			"acme: set up link q0\n",
			NO_IPV6("acme", "q0")),
		"",
		"acme: delete link q0\n"
		"*: delete link eth0.100\n" },
	{ "device", want_device, have_device, DEVICE_MADE, "",
		"acme: give back device eth5 from wan\n"
		"acme: set mtu 1500 on eth5\n"
		"acme: set mac 00:00:00:00:00:00 on eth5\n"
		"acme: set up link eth5\n"
		"acme: delete mark vrfgate:acme:was:eth5/1500/000000000000/1@eaca8f75 from eth5\n" },
	{ "renamed device", want_device, have_renamed_device, DEVICE_MADE,
		"acme: set down link other\n"
		"acme: give name wan to other\n"
		"acme: set up link wan\n",
		"acme: give back device eth5 from other\n"
		"acme: set mtu 1500 on eth5\n"
		"acme: set mac 00:00:00:00:00:00 on eth5\n"
		"acme: set up link eth5\n"
		"acme: delete mark vrfgate:acme:was:eth5/1500/000000000000/1@eaca8f75 from eth5\n" },
	{ "returned device", want_returned_device, have_returned_device,
		"acme: cannot bring up: interface 'wan': device 'nic9' not found\n",
		JOIN(GENERAL_GUARDS("acme"), "acme: move in device dev0 as wan\n",
			LINK_GUARDS("acme", "wan"),
			"acme: set addr_gen_mode 1 on wan\n"
			"acme: set up link wan\n"
			"acme: set net.ipv6.conf.wan.accept_ra = 0\n"
			"acme: set net.ipv6.conf.wan.accept_redirects = 0\n",
			NO_IPV6("acme", "wan")),
		"acme: set down link dev0\n"
		"acme: give name nic9 to dev0\n"
		"acme: delete mark vrfgate:acme:was:nic9/1500/000000000000/0@eaca8f75 from nic9\n" },
	{ "pair", want_pair, have_pair,
		JOIN("acme: create namespace mgmt\n", GENERAL_GUARDS("acme"),
			"acme: create veth to 'mgmt/end' as pair\n"
			"acme: add mark vrfgate:acme:pair@eaca8f75 to pair\n",
			LINK_GUARDS("acme", "pair"),
			"acme: set addr_gen_mode 1 on pair\n"
			"acme: set up link pair\n",
			NO_IPV6("acme", "pair"), GENERAL_GUARDS("mgmt"),
			"mgmt: set up link lo\n"
			"mgmt: add mark vrfgate:mgmt:end@eaca8f75 to end\n",
			LINK_GUARDS("mgmt", "end"),
			"mgmt: set addr_gen_mode 1 on end\n"
			"mgmt: set up link end\n"
			"mgmt: set net.ipv6.conf.end.accept_ra = 0\n"
			"mgmt: set net.ipv6.conf.end.accept_redirects = 0\n",
			NO_IPV6("mgmt", "end")),
		"",
		"mgmt: delete namespace mgmt\n"
		"acme: delete link pair\n" },
	{ "uplink", want_uplink, have_uplink,
		JOIN(GENERAL_GUARDS("acme"),
			"acme: create veth to 'uplink' as vg0\n"
			"acme: add mark vrfgate:acme@eaca8f75 to vg0\n",
			LINK_GUARDS("acme", "vg0"),
			"acme: set addr_gen_mode 1 on vg0\n"
			"acme: set up link vg0\n"
			"acme: add address fd00::1/126 to vg0\n"
			"acme: set neighbour fd00::2 at 06:76:00:00:00:00 on vg0\n"
			"acme: add mark vrfgate:acme:uplink@eaca8f75 to uplink\n",
			LINK_GUARDS("acme", "uplink"),
			"acme: set addr_gen_mode 1 on uplink\n"
			"acme: set up link uplink\n"
			"acme: add address fd00::2/126 to uplink\n"
			"acme: set neighbour fd00::1 at 02:76:00:00:00:00 on uplink\n"
			"acme: set net.ipv6.conf.vg0.accept_ra = 0\n"
			"acme: set net.ipv6.conf.vg0.accept_redirects = 0\n"),
		"", "acme: delete link vg0\n" },
	{ "mtu", want_mtu, have_mtu, "acme: set mtu 1400 on cust\n", "",
		"acme: set mtu 1500 on cust\n" },
	{ "arp", nothing, have_no_arp, "", "acme: switch on arp of cust\n",
		"acme: switch on arp of cust\n" },
	{ "port", nothing, have_port, "", "acme: take out of bridge br0 link cust\n",
		"acme: take out of bridge br0 link cust\n" },
	{ "mac", want_mac, have_mac, "acme: set mac 00:00:00:00:00:01 on cust\n", "",
		"acme: set mac 00:00:00:00:00:00 on cust\n" },
	{ "down", nothing, have_down, "",
		"acme: set up link cust\n"
		"acme: add route 0.0.0.0/0 via 10.0.0.1 dev cust\n",
		"acme: set up link cust\n"
		"acme: add route 0.0.0.0/0 via 10.0.0.1 dev cust\n" },
	{ "mark", nothing, have_unmarked, "", "acme: add mark vrfgate:acme:cust@eaca8f75 to cust\n",
		"acme: add mark vrfgate:acme:cust@eaca8f75 to cust\n" },
	{ "ipv6 address", want_ipv6, have_ipv6,
		"acme: set net.ipv6.conf.cust.disable_ipv6 = 0\n"
		"acme: set addr_gen_mode 0 on cust\n"
		"acme: add address fd01::2/64 to cust\n",
		"",
		JOIN("acme: delete address fd01::2/64 from cust\n"
		     "acme: set addr_gen_mode 1 on cust\n",
			NO_IPV6("acme", "cust")) },
	{ "route", want_route, have_route,
		"acme: add route 192.168.0.0/16 via 10.0.0.1 metric 7 dev cust\n", "",
		"acme: delete route 192.168.0.0/16 via 10.0.0.1 metric 7 dev cust\n" },
	{ "sysctl", want_sysctl, have_sysctl, "acme: set net.ipv4.icmp_ratelimit = 2\n", "",
		"acme: set net.ipv4.icmp_ratelimit = 1\n" },
	{ "firewall", want_firewall, have_firewall, "acme: set firewall inet vrfgate\n", "",
		"acme: delete firewall inet vrfgate\n" },
};

static void scene_idle(struct scene *s)
{
	struct net_want_sysctl *want;
	struct net_have_sysctl *have;

	scene_want(s);
	scene_have(s);
	have_link(&s->have->root, 3, "eth5");
	s->acme->links[0].mtu_bytes = 1500;
	s->acme->links[0].has_mac = true;
	want = array_append(&s->acme->sysctls, &s->acme->n_sysctls);
	*want = (struct net_want_sysctl){ "net.ipv4.icmp_ratelimit", "1" };
	have = array_append(&s->netns->sysctls, &s->netns->n_sysctls);
	*have = (struct net_have_sysctl){ want->key, xstrdup("1") };
}

static bool seen[NET_ACT_KINDS];

static void assert_plan(const struct act_case *c, bool want, bool have, const char *expected)
{
	cleanup(scene_finish) struct scene s = { .seen = seen };
	cleanup_free char *text = NULL;

	scene_idle(&s);
	if (want)
		c->want(&s);
	if (have)
		c->have(&s);
	text = plan_text(&s);
	if (strcmp(text, expected) != 0)
		fail_msg("%s, %s and %s:\n%s", c->name, want ? "wanted" : "not wanted",
			have ? "there" : "not there", text);
}

static void every_act_has_its_inverse(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_plan(&cases[i], true, false, cases[i].made);
		assert_plan(&cases[i], true, true, cases[i].settled);
		assert_plan(&cases[i], false, true, cases[i].unmade);
	}
}

/* Must run after the one above. */
static void no_act_was_left_out(void **state)
{
	(void)state;
	for (int kind = 0; kind < NET_ACT_KINDS; kind++)
		if (!seen[kind])
			fail_msg("no case has the act '%s'", net_act_name((enum net_act_kind)kind));
}

/* ---- which act it is ---- */

struct named {
	char *text;
	struct net_act_id id;
};

struct acts {
	struct named *items;
	size_t count;
};

static void acts_finish(struct acts *acts)
{
	for (size_t i = 0; i < acts->count; i++)
		free(acts->items[i].text);
	free(acts->items);
}

static void acts_plan(
	struct acts *acts, const struct act_case *c, bool want, bool have, int ifindex)
{
	cleanup(scene_finish) struct scene s = { 0 };
	struct net_plan *plan;

	scene_idle(&s);
	s.have->root.links[0].ifindex = s.netns->links[1].lower = ifindex;
	if (want)
		c->want(&s);
	if (have)
		c->have(&s);
	net_have_sort(s.have);
	plan = net_plan_create(&s.want, s.have);
	for (size_t g = 0; g < plan->n_groups; g++)
		for (size_t a = 0; a < plan->groups[g].n_acts; a++) {
			const struct net_act *act = &plan->groups[g].acts[a];
			char text[NET_ACT_TEXT_SIZE];

			*array_append(&acts->items, &acts->count) = (struct named){
				xasprintf("%d %s", act->in_root, net_act_text(act, text)),
				net_act_identify(act)
			};
		}
	net_plan_destroy(plan);
}

/* Also where a link got another number meanwhile. */
static void an_act_is_known_again_and_told_from_all_others(void **state)
{
	cleanup(acts_finish) struct acts acts = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		for (int ifindex = 2; ifindex < 4; ifindex++) {
			acts_plan(&acts, &cases[i], true, false, ifindex * 100);
			acts_plan(&acts, &cases[i], true, true, ifindex * 100);
			acts_plan(&acts, &cases[i], false, true, ifindex * 100);
		}
	assert_true(acts.count > 100);
	for (size_t i = 0; i < acts.count; i++)
		for (size_t j = 0; j < i; j++) {
			const struct named *a = &acts.items[i], *b = &acts.items[j];

			if (net_act_id_equal(&a->id, &b->id) != (strcmp(a->text, b->text) == 0))
				fail_msg("'%s' and '%s'", a->text, b->text);
		}
}

static char *plan_words(const struct net_plan *plan)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	net_plan_print(plan, out);
	fclose(out);
	return text;
}

/* Each text of the want in a copy that is overwritten. */
static void own(char copies[][128], size_t *n, const char **text)
{
	if (!*text)
		return;
	snprintf(copies[*n], sizeof(copies[*n]), "%s", *text);
	*text = copies[(*n)++];
}

static size_t want_own(struct net_want *want, char copies[][128])
{
	size_t n = 0;

	own(copies, &n, &want->owner);
	for (size_t i = 0; i < want->n_netns; i++) {
		struct net_want_netns *netns = &want->netns[i];

		own(copies, &n, &netns->name);
		for (size_t l = 0; l < netns->n_links; l++) {
			own(copies, &n, &netns->links[l].name);
			own(copies, &n, &netns->links[l].parent);
			own(copies, &n, &netns->links[l].peer_netns);
			own(copies, &n, &netns->links[l].peer_name);
		}
		for (size_t r = 0; r < netns->n_routes; r++)
			own(copies, &n, &netns->routes[r].dev);
		for (size_t k = 0; k < netns->n_sysctls; k++) {
			own(copies, &n, &netns->sysctls[k].key);
			own(copies, &n, &netns->sysctls[k].value);
		}
	}
	return n;
}

static void a_plan_outlives_what_it_was_made_of(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		for (int there = 0; there < 3; there++) {
			cleanup(scene_finish) struct scene s = { 0 };
			cleanup_free char *before = NULL, *after = NULL;
			char copies[32][128] = { 0 };
			struct net_plan *plan;

			scene_idle(&s);
			if (there != 2)
				cases[i].want(&s);
			if (there != 0)
				cases[i].have(&s);
			want_own(&s.want, copies);
			net_have_sort(s.have);
			for (size_t k = 0; k < s.have->netns[0].n_sysctls; k++)
				s.have->netns[0].sysctls[k].key = s.want.netns[0].sysctls[k].key;
			plan = net_plan_create(&s.want, s.have);
			before = plan_words(plan);
			net_have_destroy(s.have);
			s.have = NULL;
			net_want_finish(&s.want);
			memset(copies, '?', sizeof(copies));
			after = plan_words(plan);
			assert_string_equal(before, after);
			net_plan_destroy(plan);
		}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_act_has_its_inverse),
		cmocka_unit_test(no_act_was_left_out),
		cmocka_unit_test(an_act_is_known_again_and_told_from_all_others),
		cmocka_unit_test(a_plan_outlives_what_it_was_made_of),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
