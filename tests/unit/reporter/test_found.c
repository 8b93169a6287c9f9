// SPDX-License-Identifier: GPL-2.0-or-later
/* Hosts that discovery has found, as recorded from 6.0.14 and 7.0.22, and what becomes of them. */
#include "../cmocka_all.h"

#include "discovery_made.h"

/* What is found besides, in a sync that has made all else. */
#define MADE 14

struct find {
	const char *vrf; /* in whose group and at whose proxy; NULL: in that of acme, at no proxy */
	const char *host, *visible, *ip;
	bool snmp;
};

/* A host as Zabbix makes it of what answers. The id is the caller's to json_decref(). */
static json_t *zabbix_finds(struct bench *bench, const struct find *found)
{
	bool is_7 = bench->fake.words_of_7;
	cleanup_json json_t *whole = state(bench);
	cleanup_free char *group = xasprintf("VRF gateways/%s", found->vrf ? found->vrf : "acme");
	cleanup_free char *proxy = xasprintf("gw1-%s", found->vrf ? found->vrf : "");
	json_t *host = zabbix_json_pack("{s:s, s:s, s:[{s:s}], s:[], s:[], s:[{s:s, s:s, s:s}]}",
		"host", found->host, "name", found->visible, "groups", "groupid",
		zabbix_json_text(find(whole, "hostgroup", "name", group), "groupid"), "tags",
		"templates", "interfaces", "type", "1", "main", "1", "ip", found->ip);
	json_t *made, *id;

	if (found->snmp)
		json_array_append_new(json_object_get(host, "interfaces"),
			zabbix_json_pack(
				"{s:s, s:s, s:s}", "type", "2", "main", "1", "ip", found->ip));
	if (found->vrf) {
		json_object_set(host, is_7 ? "proxyid" : "proxy_hostid",
			json_object_get(
				find(whole, "proxy", is_7 ? "name" : "host", proxy), "proxyid"));
		if (is_7)
			json_object_set_new(host, "monitored_by", json_string("1"));
	}
	made = call(bench, "host.create", host);
	id = json_incref(json_array_get(json_object_get(made, "hostids"), 0));
	json_decref(made);
	return id;
}

static void find_one(struct bench *bench, struct find found)
{
	json_decref(zabbix_finds(bench, &found));
}

static bool has_template(json_t *whole, const json_t *host, const char *name)
{
	const char *id = zabbix_json_text(find(whole, "template", "host", name), "templateid");
	const json_t *template;
	size_t i;

	json_array_foreach (json_object_get(host, "parentTemplates"), i, template)
		if (strcmp(zabbix_json_text(template, "templateid"), id) == 0)
			return true;
	return false;
}

static void discovery_start_made(
	struct bench *bench, struct discovery_made *discovery, const char *version)
{
	discovery_start(bench, discovery, version);
	assert_counts(bench, MADE, 0, 0);
}

static void test_equal_addresses_become_names_that_carry_their_vrf(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < N_VERSIONS; i++) {
		cleanup_bench struct bench bench;
		cleanup_json json_t *whole = NULL;
		struct discovery_made discovery;
		json_t *acme, *bravo;

		discovery_start_made(&bench, &discovery, versions[i]);
		find_one(&bench, (struct find){ "acme", "10.0.0.7", "router", "10.0.0.7", true });
		find_one(&bench,
			(struct find){ "bravo", "10.0.0.7_2", "10.0.0.7_2", "10.0.0.7", false });
		assert_counts(&bench, 0, 2, MADE);
		whole = state(&bench);
		acme = find(whole, "host", "host", "acme-10.0.0.7");
		bravo = find(whole, "host", "host", "bravo-10.0.0.7");
		assert_string_equal(zabbix_json_text(acme, "name"), "acme router (10.0.0.7)");
		assert_string_equal(zabbix_json_text(bravo, "name"), "bravo-10.0.0.7");
		assert_tag(acme, "vrf", "acme");
		assert_tag(acme, "vrfgate", "gw1");
		assert_tag(acme, "vrfgate.discovered", "10.0.0.7");
		assert_tag(bravo, "vrf", "bravo");
		assert_true(has_template(whole, acme, "Generic by SNMP"));
		assert_true(has_template(whole, bravo, "ICMP Ping"));
		assert_int_equal(json_array_size(json_object_get(acme, "parentTemplates")), 1);
		assert_int_equal(json_array_size(json_object_get(bravo, "parentTemplates")), 1);
		assert_counts(&bench, 0, 0, MADE + 2);
	}
}

static void test_an_ipv6_address_becomes_a_name_without_colons(void **unused)
{
	cleanup_bench struct bench bench;
	struct discovery_made discovery;

	(void)unused;
	discovery_start_made(&bench, &discovery, "6.0.14");
	address_parse(&discovery.ranges[1].first, "fd00::");
	address_parse(&discovery.ranges[1].last, "fd00::ff");
	find_one(&bench,
		(struct find){ "acme", "fd00_0_0_0_0_0_0_7", "x", "fd00:0:0:0:0:0:0:7", false });
	assert_counts(&bench, 0, 1, MADE);
	assert_there(&bench, "host", "host", "acme-fd00__7");
}

static void test_a_long_name_of_a_device_is_cut_between_characters(void **unused)
{
	cleanup_bench struct bench bench;
	cleanup_json json_t *whole = NULL;
	struct discovery_made discovery;
	char name[400] = "a";
	const char *visible;

	(void)unused;
	for (size_t i = 0; i < 120; i++)
		strcat(name, "\xc3\xa4");
	discovery_start_made(&bench, &discovery, "7.0.22");
	find_one(&bench, (struct find){ "acme", "10.0.0.7", name, "10.0.0.7", false });
	assert_counts(&bench, 0, 1, MADE);
	whole = state(&bench);
	visible = zabbix_json_text(find(whole, "host", "host", "acme-10.0.0.7"), "name");
	assert_true(strlen(visible) == 127 || strlen(visible) == 128);
	assert_string_equal(
		visible + strlen(visible) - strlen("\xc3\xa4 (10.0.0.7)"), "\xc3\xa4 (10.0.0.7)");
}

static void test_what_an_operator_made_is_left_alone(void **unused)
{
	static const struct find made[] = {
		{ "acme", "router", "router", "10.0.0.7", false },
		{ "acme", "10.0.0.70", "10.0.0.70", "10.0.0.7", false },
		{ "acme", "10.0.0.7_x", "10.0.0.7_x", "10.0.0.7", false },
		{ "acme", "10.0.0.7_", "10.0.0.7_", "10.0.0.7", false },
		/* in no range */
		{ "acme", "10.7.0.7", "10.7.0.7", "10.7.0.7", false },
		/* at no proxy */
		{ NULL, "10.0.0.7", "10.0.0.7", "10.0.0.7", false },
	};
	cleanup_bench struct bench bench;
	cleanup_json json_t *before = NULL, *after = NULL;
	struct discovery_made discovery;

	(void)unused;
	discovery_start_made(&bench, &discovery, "7.0.22");
	for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++)
		find_one(&bench, made[i]);
	before = state(&bench);
	assert_counts(&bench, 0, 0, MADE);
	after = state(&bench);
	assert_true(
		json_equal(json_object_get(before, "objects"), json_object_get(after, "objects")));
}

static void test_looking_says_what_a_found_host_would_become(void **unused)
{
	cleanup_bench struct bench bench;
	struct discovery_made discovery;

	(void)unused;
	discovery_start_made(&bench, &discovery, "6.0.14");
	find_one(&bench, (struct find){ "acme", "10.0.0.7", "router", "10.0.0.7", true });
	assert_look_changes_nothing(&bench);
	assert_change(&bench,
		"~ host 'acme-10.0.0.7': host: \"10.0.0.7\" -> \"acme-10.0.0.7\", name: \"router\" -> ",
		"tags: none -> {\"tag\":\"vrf\",\"value\":\"acme\"}");
	assert_change(&bench, "~ host 'acme-10.0.0.7': templates: none -> ", "\"Generic by SNMP\"");
	assert_int_equal(bench.result.updated, 1);
}

static void test_a_found_host_changed_by_hand_is_put_back_but_for_its_visible_name(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < N_VERSIONS; i++) {
		bool is_7 = versions[i][0] == '7';
		cleanup_bench struct bench bench;
		cleanup_json json_t *whole = NULL;
		struct discovery_made discovery;
		json_t *host;

		discovery_start_made(&bench, &discovery, versions[i]);
		find_one(&bench, (struct find){ "acme", "10.0.0.7", "router", "10.0.0.7", true });
		assert_counts(&bench, 0, 1, MADE);
		change(&bench, "host", "host", "acme-10.0.0.7",
			zabbix_json_pack("{s:s, s:s, s:[], s:s}", "host", "mine", "name", "Mine",
				"templates", is_7 ? "monitored_by" : "proxy_hostid", "0"));
		/* Name and proxy in one update, the template in its second part. */
		assert_counts(&bench, 0, 1, MADE);
		whole = state(&bench);
		host = find(whole, "host", "host", "acme-10.0.0.7");
		assert_string_equal(zabbix_json_text(host, "name"), "Mine");
		assert_true(has_template(whole, host, "Generic by SNMP"));
		assert_counts(&bench, 0, 0, MADE + 1);
	}
}

static void test_snmp_that_answers_later_takes_the_place_of_the_ping(void **unused)
{
	cleanup_bench struct bench bench;
	cleanup_json json_t *whole = NULL, *parts = NULL;
	struct discovery_made discovery;
	json_t *host;

	(void)unused;
	discovery_start_made(&bench, &discovery, "6.0.14");
	find_one(&bench, (struct find){ "acme", "10.0.0.7", "10.0.0.7", "10.0.0.7", false });
	assert_counts(&bench, 0, 1, MADE);
	whole = state(&bench);
	host = find(whole, "host", "host", "acme-10.0.0.7");
	assert_true(has_template(whole, host, "ICMP Ping"));
	json_decref(call(&bench, "hostinterface.create",
		zabbix_json_pack("{s:O, s:s, s:s, s:s}", "hostid", json_object_get(host, "hostid"),
			"type", "2", "main", "1", "ip", "10.0.0.7")));
	assert_counts(&bench, 0, 1, MADE);
	parts = state(&bench);
	host = find(parts, "host", "host", "acme-10.0.0.7");
	assert_true(has_template(parts, host, "Generic by SNMP"));
	assert_false(has_template(parts, host, "ICMP Ping"));
	assert_counts(&bench, 0, 0, MADE + 1);
}

static void test_templates_of_the_section_are_linked_whatever_answers(void **unused)
{
	static char *templates[] = { (char *)"By Hand" };
	cleanup_bench struct bench bench;
	cleanup_json json_t *whole = NULL;
	struct discovery_made discovery;
	json_t *host;

	(void)unused;
	discovery_start_made(&bench, &discovery, "7.0.22");
	discovery.discovers[0].has_templates = true;
	discovery.discovers[0].templates = (struct strings){ templates, 1 };
	discovery.discovers[1].has_templates = true;
	find_one(&bench, (struct find){ "acme", "10.0.0.7", "10.0.0.7", "10.0.0.7", true });
	find_one(&bench, (struct find){ "bravo", "10.0.0.7_2", "10.0.0.7_2", "10.0.0.7", true });
	assert_counts(&bench, 0, 2, MADE);
	whole = state(&bench);
	host = find(whole, "host", "host", "acme-10.0.0.7");
	assert_true(has_template(whole, host, "By Hand"));
	assert_int_equal(json_array_size(json_object_get(host, "parentTemplates")), 1);
	host = find(whole, "host", "host", "bravo-10.0.0.7");
	assert_int_equal(json_array_size(json_object_get(host, "parentTemplates")), 0);
}

static void test_found_hosts_stay_as_long_as_their_vrf_is_in_the_config(void **unused)
{
	cleanup_bench struct bench bench;
	struct discovery_made discovery;

	(void)unused;
	discovery_start_made(&bench, &discovery, "7.0.22");
	bench.made.config.zabbix.prune = true;
	find_one(&bench, (struct find){ "bravo", "10.0.0.7", "router", "10.0.0.7", true });
	assert_counts(&bench, 0, 1, MADE);
	assert_int_equal(bench.result.deleted, 0);
	bench.made.proxies[1].n_discovers = 0;
	assert_int_equal(sync_again(&bench), 0);
	assert_int_equal(bench.result.deleted, 2);
	assert_there(&bench, "host", "host", "bravo-10.0.0.7");
	bench.made.config.n_vrfs = 1;
	bench.made.inventory.n_proxies = 1;
	assert_int_equal(sync_again(&bench), 0);
	assert_int_equal(bench.result.deleted, 0);
	strings_add(&bench.made.inventory.removed, "bravo");
	assert_int_equal(sync_again(&bench), 0);
	strings_finish(&bench.made.inventory.removed);
	/* Its proxy, the proxy's host, the host of the config and the found one. */
	assert_int_equal(bench.result.deleted, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_equal_addresses_become_names_that_carry_their_vrf),
		cmocka_unit_test(test_an_ipv6_address_becomes_a_name_without_colons),
		cmocka_unit_test(test_a_long_name_of_a_device_is_cut_between_characters),
		cmocka_unit_test(test_what_an_operator_made_is_left_alone),
		cmocka_unit_test(test_looking_says_what_a_found_host_would_become),
		cmocka_unit_test(
			test_a_found_host_changed_by_hand_is_put_back_but_for_its_visible_name),
		cmocka_unit_test(test_snmp_that_answers_later_takes_the_place_of_the_ping),
		cmocka_unit_test(test_templates_of_the_section_are_linked_whatever_answers),
		cmocka_unit_test(test_found_hosts_stay_as_long_as_their_vrf_is_in_the_config),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
