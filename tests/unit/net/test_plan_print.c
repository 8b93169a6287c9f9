// SPDX-License-Identifier: GPL-2.0-or-later
/* How much of a plan is told. */
#include "scene.h"

#include "base/json.h"

#define MANY 500

/* A want of many namespaces like acme, beside acme. */
static void scene_grow(struct scene *s, size_t count, char names[][8])
{
	for (size_t i = 0; i < count; i++) {
		struct net_want_netns *netns = array_append(&s->want.netns, &s->want.n_netns);

		s->acme = &s->want.netns[0];
		snprintf(names[i], 8, "v%zu", i);
		netns->name = names[i];
		netns->has_uplink = true;
		netns->id = (uint32_t)i;
		*array_append(&netns->links, &netns->n_links) = s->acme->links[0];
		*array_append(&netns->routes, &netns->n_routes) = s->acme->routes[0];
	}
}

/* What is told in short of a plan, and how many acts it holds. */
static char *summary_of(const struct scene *s, size_t *acts)
{
	struct net_plan *plan;
	struct net_totals totals;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	scene_settle(s);
	plan = net_plan_create(&s->want, s->have);
	totals = net_plan_totals(plan);
	*acts = net_plan_count(plan);
	net_plan_summarize(plan, out);
	net_totals_print(&totals, out);
	net_plan_destroy(plan);
	fclose(out);
	return text;
}

static char *summary(const struct scene *s)
{
	size_t acts;

	return summary_of(s, &acts);
}

/* The last line, of thousands of acts. */
static void assert_total(const char *text, const char *vrfs, size_t acts)
{
	cleanup_free char *total =
		xasprintf("\n%s; %zu,%03zu acts\n", vrfs, acts / 1000, acts % 1000);
	const char *at = strstr(text, total);

	assert_non_null(at);
	assert_string_equal(at, total);
}

static size_t count_of(const char *text, const char *word)
{
	size_t count = 0;

	for (const char *at = text; (at = strstr(at, word)); at += strlen(word))
		count++;
	return count;
}

static void the_first_plan_of_many_is_a_line_a_vrf_and_a_total(void **state)
{
	cleanup(scene_finish) struct scene s = { 0 };
	static char names[MANY][8];
	cleanup_free char *text = NULL;
	size_t acts;

	(void)state;
	scene_want(&s);
	scene_have(&s);
	scene_grow(&s, MANY, names);
	text = summary_of(&s, &acts);
	assert_int_equal(count_of(text, "\n"), MANY + 1);
	assert_non_null(strstr(
		text, "\nvrf v7: new: namespace, uplink, 1 interface, 1 address, 1 route, "));
	assert_total(text, "500 VRFs: 500 new, 0 changed", acts);
}

static void few_acts_are_told_each(void **state)
{
	cleanup(scene_finish) struct scene s = { 0 };
	static char names[1][8];
	cleanup_free char *text = NULL, *whole = NULL, *total = NULL;
	size_t acts;

	(void)state;
	scene_want(&s);
	scene_have(&s);
	scene_grow(&s, 1, names);
	text = summary_of(&s, &acts);
	whole = plan_text(&s);
	assert_memory_equal(text, whole, strlen(whole));
	total = xasprintf("1 VRF: 1 new, 0 changed; %zu acts\n", acts);
	assert_string_equal(text + strlen(whole), total);
}

static void nothing_to_do_is_told_by_nothing(void **state)
{
	cleanup(scene_finish) struct scene s = { 0 };
	cleanup_free char *text = NULL;

	(void)state;
	scene_want(&s);
	scene_have(&s);
	text = summary(&s);
	assert_string_equal(text, "");
}

/* Among many new ones: a customer that runs loses a route, an address and a link, and another one all. */
static void what_is_taken_away_hides_behind_no_count(void **state)
{
	cleanup(scene_finish) struct scene s = { 0 };
	static char names[MANY][8];
	cleanup_free char *text = NULL;
	struct net_have_link *old;
	size_t acts;

	(void)state;
	scene_want(&s);
	scene_have(&s);
	s.netns->routes[0].via = address("10.0.0.3");
	*array_append(&s.netns->addresses, &s.netns->n_addresses) = (struct net_have_address){
		.ifindex = 5, .address = address("10.9.0.2/30"), .protocol = NET_PROTOCOL
	};
	old = have_link(s.netns, 9, "old");
	net_mark_link(old->mark, "acme", "old", net_mark_owner(OWNER));
	net_have_add_netns(s.have, "gone")->standing = NET_HAVE_OURS;
	scene_grow(&s, MANY, names);
	text = summary_of(&s, &acts);
	assert_non_null(strstr(text, "gone: delete namespace gone\n"));
	assert_non_null(strstr(text, "acme: delete link old\n"));
	assert_non_null(strstr(text, "acme: delete address 10.9.0.2/30 from cust\n"));
	assert_non_null(strstr(text, "acme: delete route 0.0.0.0/0 via 10.0.0.3 dev cust\n"));
	assert_non_null(strstr(text, "vrf acme: changed: 1 route\n"));
	assert_total(text, "502 VRFs: 500 new, 1 changed, 1 removed", acts);
	assert_int_equal(count_of(text, "\n"), MANY + 6);
}

static void a_missing_trunk_is_told_once(void **state)
{
	cleanup(scene_finish) struct scene s = { 0 };
	static char names[MANY][8];
	cleanup_free char *text = NULL;
	cleanup_json json_t *json = NULL;
	struct net_plan *plan;
	json_t *cause;

	(void)state;
	scene_want(&s);
	s.have = xcalloc(1, sizeof(*s.have));
	scene_grow(&s, MANY - 1, names);
	s.want.netns[7].links[0].parent = "eth9";
	text = summary(&s);
	assert_string_equal(text,
		"parent 'eth0' does not exist: 499 VRFs wait for it: acme, v0, ... and 497 more\n"
		"v6: cannot bring up: interface 'cust': parent 'eth9' not found\n"
		"500 VRFs: 0 new, 0 changed, 500 with faults; 0 acts\n");
	plan = net_plan_create(&s.want, s.have);
	json = net_plan_to_json(plan);
	net_plan_destroy(plan);
	assert_int_equal(json_array_size(json_object_get(json, "faults")), MANY);
	assert_int_equal(json_array_size(json_object_get(json, "causes")), 1);
	cause = json_array_get(json_object_get(json, "causes"), 0);
	assert_string_equal(json_string_value(json_object_get(cause, "kind")), "parent-missing");
	assert_string_equal(json_string_value(json_object_get(cause, "object")), "eth0");
	assert_int_equal(json_array_size(json_object_get(cause, "netns")), MANY - 1);
	cause = json_object_get(json_array_get(json_object_get(json, "faults"), 7), "cause");
	assert_string_equal(json_string_value(json_object_get(cause, "object")), "eth9");
}

/* A want of QinQ links over one outer VLAN that somebody else has. */
static void a_taken_outer_vlan_is_told_once(void **state)
{
	cleanup(scene_finish) struct scene s = { 0 };
	static char names[3][8];
	cleanup_free char *text = NULL;
	struct net_have_link *taken;

	(void)state;
	scene_want(&s);
	s.have = xcalloc(1, sizeof(*s.have));
	have_link(&s.have->root, 2, "eth0");
	taken = have_link(&s.have->root, 3, "strange");
	snprintf(taken->kind, sizeof(taken->kind), "vlan");
	taken->lower = 2;
	taken->lower_here = true;
	taken->vlan_id = 100;
	taken->vlan_protocol = ETH_P_8021Q;
	s.acme->links[0].kind = NET_LINK_VLAN;
	s.acme->links[0].n_tags = 2;
	s.acme->links[0].tags[0] = 100;
	s.acme->links[0].tags[1] = 10;
	scene_grow(&s, 3, names);
	for (size_t i = 0; i < 3; i++)
		s.want.netns[i + 1].links[0].tags[1] = (uint16_t)(11 + i);
	text = summary(&s);
	assert_string_equal(text,
		"outer VLAN '100 on eth0' is in use by something else: 4 VRFs wait for it: acme, v0, v1, v2\n"
		"4 VRFs: 0 new, 0 changed, 4 with faults; 0 acts\n");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_plan_of_many_is_a_line_a_vrf_and_a_total),
		cmocka_unit_test(few_acts_are_told_each),
		cmocka_unit_test(nothing_to_do_is_told_by_nothing),
		cmocka_unit_test(what_is_taken_away_hides_behind_no_count),
		cmocka_unit_test(a_missing_trunk_is_told_once),
		cmocka_unit_test(a_taken_outer_vlan_is_told_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
