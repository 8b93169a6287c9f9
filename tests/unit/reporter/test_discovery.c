// SPDX-License-Identifier: GPL-2.0-or-later
/* Rules and actions of discovery in the words of each version. */
#include "../cmocka_all.h"

#include "discovery_made.h"

#define NEXT_ID "edcba9876543210fedcba9876543210"

static const char acme_name[] = "[vrfgate gw1 vrf acme id " MADE_ID "] discovery 1";

static void test_rules_actions_and_groups_are_made_and_then_left_alone(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < N_VERSIONS; i++) {
		cleanup_bench struct bench bench;
		struct discovery_made discovery;
		size_t before;

		discovery_start(&bench, &discovery, versions[i]);
		/* Beside the usual 8 a group, a rule and an action for each of two VRFs. */
		assert_counts(&bench, 14, 0, 0);
		before = zabbix_api_requests(bench.api);
		assert_counts(&bench, 0, 0, 14);
		assert_int_equal(zabbix_api_requests(bench.api) - before, 2);
	}
}

static void assert_text(const json_t *object, const char *key, const char *text)
{
	assert_string_equal(zabbix_json_text(object, key), text);
}

static void test_a_rule_is_at_its_vrfs_proxy_and_tells_hosts_by_address(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < N_VERSIONS; i++) {
		bool is_7 = versions[i][0] == '7';
		cleanup_bench struct bench bench;
		cleanup_json json_t *whole = NULL;
		struct discovery_made discovery;
		json_t *rule, *icmp, *snmp;

		discovery_start(&bench, &discovery, versions[i]);
		assert_int_equal(sync_again(&bench), 0);
		whole = state(&bench);
		rule = find(whole, "drule", "name", acme_name);
		assert_text(rule, is_7 ? "proxyid" : "proxy_hostid",
			zabbix_json_text(find(whole, "proxy", is_7 ? "name" : "host", "gw1-acme"),
				"proxyid"));
		assert_text(rule, "iprange", "10.0.0.0/24,10.0.9.1");
		assert_text(rule, "delay", "600");
		icmp = json_array_get(json_object_get(rule, "dchecks"), 0);
		snmp = json_array_get(json_object_get(rule, "dchecks"), 1);
		assert_text(icmp, "type", "12");
		assert_text(icmp, "host_source", "2");
		assert_text(icmp, "name_source", "0");
		assert_text(snmp, "type", "11");
		assert_text(snmp, "ports", "161");
		assert_text(snmp, "key_", "1.3.6.1.2.1.1.5.0");
		assert_text(snmp, "snmp_community", "{$SNMP_COMMUNITY}");
		assert_text(snmp, "host_source", "2");
		assert_text(snmp, "name_source", "3");
	}
}

static void test_an_action_is_for_its_rule_and_spares_addresses_that_are_known(void **unused)
{
	cleanup_bench struct bench bench;
	cleanup_json json_t *whole = NULL, *filter = NULL, *operations = NULL;
	struct discovery_made discovery;
	json_t *action;

	(void)unused;
	discovery_start(&bench, &discovery, "6.0.14");
	assert_int_equal(sync_again(&bench), 0);
	whole = state(&bench);
	action = find(whole, "action", "name", acme_name);
	assert_text(action, "eventsource", "1");
	/* 10.0.0.2 is the gateway's, 10.0.0.1 is host ce-acme; 192.0.2.1 is in no range. */
	filter = zabbix_json_pack("{s:s, s:[{s:s, s:s, s:s}, {s:s, s:s, s:s}, {s:s, s:s, s:s}]}",
		"evaltype", "1", "conditions", "conditiontype", "18", "operator", "0", "value",
		zabbix_json_text(find(whole, "drule", "name", acme_name), "druleid"),
		"conditiontype", "10", "operator", "0", "value", "0", "conditiontype", "7",
		"operator", "1", "value", "10.0.0.2,10.0.0.1");
	assert_true(json_equal(json_object_get(action, "filter"), filter));
	operations = zabbix_json_pack("[{s:s}, {s:s, s:[{s:s}]}]", "operationtype", "2",
		"operationtype", "4", "opgroup", "groupid",
		zabbix_json_text(find(whole, "hostgroup", "name", "VRF gateways/acme"), "groupid"));
	assert_true(json_equal(json_object_get(action, "operations"), operations));
}

static void test_many_known_addresses_are_conditions_of_255_characters(void **unused)
{
	cleanup_bench struct bench bench;
	cleanup_json json_t *whole = NULL;
	struct discovery_made discovery;
	struct address own[40];
	const json_t *condition;
	json_t *conditions;
	size_t i, addresses = 0;

	(void)unused;
	discovery_start(&bench, &discovery, "7.0.22");
	for (i = 0; i < 40; i++) {
		address_parse(&own[i], "10.0.0.100");
		own[i].bytes[3] += (uint8_t)i;
	}
	bench.made.proxies[0].own_addresses = own;
	bench.made.proxies[0].n_own_addresses = 40;
	assert_int_equal(sync_again(&bench), 0);
	whole = state(&bench);
	conditions = json_object_get(
		json_object_get(find(whole, "action", "name", acme_name), "filter"), "conditions");
	json_array_foreach (conditions, i, condition) {
		const char *value = zabbix_json_text(condition, "value");

		assert_true(strlen(value) <= 255);
		if (strcmp(zabbix_json_text(condition, "conditiontype"), "7") != 0)
			continue;
		addresses++;
		for (const char *p = value; *p; p++)
			addresses += *p == ',';
	}
	assert_int_equal(addresses, 41);
	assert_int_equal(json_array_size(conditions), 4);
}

static void test_what_was_changed_by_hand_is_put_back(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < N_VERSIONS; i++) {
		cleanup_bench struct bench bench;
		struct discovery_made discovery;

		discovery_start(&bench, &discovery, versions[i]);
		assert_int_equal(sync_again(&bench), 0);
		change_discovery(&bench, "drule", acme_name,
			zabbix_json_pack("{s:s, s:[]}", "status", "1", "dchecks"));
		change_discovery(&bench, "action", acme_name,
			zabbix_json_pack("{s:s, s:[]}", "status", "1", "operations"));
		assert_counts(&bench, 0, 2, 12);
		assert_true(strings_contain(&bench.result.changes,
			"~ discovery rule '[vrfgate gw1 vrf acme id " MADE_ID
			"] discovery 1': status: \"1\" -> \"0\", dchecks"));
		assert_counts(&bench, 0, 0, 14);
	}
}

static void test_a_check_that_stays_keeps_its_id(void **unused)
{
	cleanup_bench struct bench bench;
	cleanup_json json_t *whole = NULL;
	struct discovery_made discovery;
	json_t *checks;

	(void)unused;
	discovery_start(&bench, &discovery, "6.0.14");
	assert_int_equal(sync_again(&bench), 0);
	whole = state(&bench);
	checks = json_object_get(find(whole, "drule", "name", acme_name), "dchecks");
	json_object_set_new(json_array_get(checks, 0), "dcheckid", json_string("71"));
	json_object_set_new(json_array_get(checks, 1), "dcheckid", json_string("72"));
	change_discovery(&bench, "drule", acme_name, zabbix_json_pack("{s:O}", "dchecks", checks));
	discovery.discovers[0].snmp.community = (char *)"{$OTHER}";
	assert_counts(&bench, 0, 1, 13);
	json_decref(whole);
	whole = state(&bench);
	checks = json_object_get(find(whole, "drule", "name", acme_name), "dchecks");
	assert_text(json_array_get(checks, 0), "dcheckid", "71");
	assert_text(json_array_get(checks, 1), "dcheckid", "");
}

static void test_snmp_of_each_version_is_a_check_of_its_own_type(void **unused)
{
	cleanup_bench struct bench bench;
	cleanup_json json_t *whole = NULL;
	struct discovery_made discovery;
	json_t *check;

	(void)unused;
	discovery_start(&bench, &discovery, "7.0.22");
	discovery.discovers[0].snmp.version = 1;
	discovery.discovers[1].snmp = (struct config_snmp){
		.port = 1161,
		.version = 3,
		.user = (char *)"mon",
		.context = (char *)"",
		.level = CONFIG_SNMP_AUTH_PRIV,
		.auth = 3,
		.priv = 1,
		.auth_passphrase = (char *)"{$A}",
		.priv_passphrase = (char *)"{$P}",
	};
	assert_int_equal(sync_again(&bench), 0);
	whole = state(&bench);
	check = json_array_get(
		json_object_get(find(whole, "drule", "name", acme_name), "dchecks"), 1);
	assert_text(check, "type", "10");
	check = json_array_get(
		json_object_get(find(whole, "drule", "name",
					"[vrfgate gw1 vrf bravo id " MADE_ID "] discovery 1"),
			"dchecks"),
		1);
	assert_text(check, "type", "13");
	assert_text(check, "ports", "1161");
	assert_text(check, "snmpv3_securityname", "mon");
	assert_text(check, "snmpv3_securitylevel", "2");
	assert_text(check, "snmpv3_authprotocol", "3");
	assert_text(check, "snmpv3_authpassphrase", "{$A}");
	assert_text(check, "snmpv3_privprotocol", "1");
	assert_text(check, "snmp_community", "");
}

static void test_looking_writes_nothing_and_names_rules_and_actions(void **unused)
{
	cleanup_bench struct bench bench;
	struct discovery_made discovery;

	(void)unused;
	discovery_start(&bench, &discovery, "7.0.22");
	assert_look_changes_nothing(&bench);
	assert_int_equal(bench.result.created, 14);
	assert_int_equal(bench.result.problems.count, 0);
	assert_true(strings_contain(&bench.result.changes, "+ host group 'VRF gateways/acme'"));
	assert_true(strings_contain(&bench.result.changes,
		"+ discovery rule '[vrfgate gw1 vrf acme id " MADE_ID "] discovery 1'"));
	assert_true(strings_contain(&bench.result.changes,
		"+ discovery action '[vrfgate gw1 vrf acme id " MADE_ID "] discovery 1'"));
}

static void test_prune_deletes_ours_only_and_actions_before_their_rules(void **unused)
{
	cleanup_bench struct bench bench;
	cleanup_json json_t *whole = NULL;
	struct discovery_made discovery;
	size_t action, rule;

	(void)unused;
	discovery_start(&bench, &discovery, "7.0.22");
	assert_int_equal(sync_again(&bench), 0);
	json_decref(call(&bench, "drule.create",
		zabbix_json_pack("{s:s}", "name", "[vrfgate gw2 vrf acme] discovery 1")));
	bench.made.proxies[0].n_discovers = 0;
	assert_counts(&bench, 0, 0, 11);
	bench.made.config.zabbix.prune = true;
	assert_counts(&bench, 0, 0, 11);
	assert_int_equal(bench.result.deleted, 2);
	whole = state(&bench);
	(void)find(whole, "drule", "name", "[vrfgate gw2 vrf acme] discovery 1");
	(void)find(whole, "drule", "name", "[vrfgate gw1 vrf bravo id " MADE_ID "] discovery 1");
	(void)find(whole, "hostgroup", "name", "VRF gateways/acme");
	assert_int_equal(
		json_array_size(json_object_get(json_object_get(whole, "objects"), "drule")), 2);
	action = called_at(whole, "action.delete");
	rule = called_at(whole, "drule.delete");
	assert_true(action < rule);
}

/* And what it has found, in the VRF's group. */
static void test_rules_actions_and_what_was_found_go_with_a_released_vrf(void **unused)
{
	static const char next_name[] = "[vrfgate gw2 vrf acme id f" NEXT_ID "] discovery 1";

	(void)unused;
	for (size_t i = 0; i < N_VERSIONS; i++) {
		cleanup_bench struct bench bench;
		cleanup_json json_t *before = NULL, *after = NULL;
		struct discovery_made discovery;
		struct made *made = &bench.made;
		const char *kinds[] = { "drule", "action" };
		const char *ids[] = { "druleid", "actionid" };

		discovery_start(&bench, &discovery, versions[i]);
		assert_int_equal(sync_again(&bench), 0);
		change(&bench, "host", "host", "ce-acme",
			zabbix_json_pack(
				"{s:s, s:[{s:s, s:s}, {s:s, s:s}, {s:s, s:s}, {s:s, s:s}]}", "host",
				"acme-10.0.0.7", "tags", "tag", "vrf", "value", "acme", "tag",
				"vrfgate", "value", "gw1", "tag", "vrfgate.id", "value", MADE_ID,
				"tag", "vrfgate.discovered", "value", "10.0.0.7"));
		before = state(&bench);
		made->inventory.given_up = &(struct reporter_given_up){ .vrf = (char *)"acme",
			.name = (char *)"gw1-acme",
			.released = true,
			.at_rest = true };
		made->inventory.n_given_up = 1;
		made->inventory.proxies = &made->proxies[1];
		made->inventory.n_proxies = 1;
		assert_int_equal(sync_again(&bench), 0);
		/* The next gateway, whose config has discovery alone. */
		made->inventory.n_given_up = 0;
		made->inventory.proxies = made->proxies;
		made->proxies[0].n_hosts = 0;
		made->proxies[0].name = (char *)"gw2-acme";
		made->config.gateway.name = (char *)"gw2";
		made->config.zabbix.prune = true;
		made->config.n_vrfs = 1;
		made->inventory.gateway_id = (char *)"f" NEXT_ID;
		assert_int_equal(sync_again(&bench), 0);
		assert_int_equal(bench.result.problems.count, 0);
		assert_int_equal(bench.result.deleted, 0);
		after = state(&bench);
		for (size_t k = 0; k < 2; k++)
			assert_text(find(after, kinds[k], "name", next_name), ids[k],
				zabbix_json_text(
					find(before, kinds[k], "name", acme_name), ids[k]));
		assert_tag(find(after, "host", "host", "acme-10.0.0.7"), "vrfgate.id", "f" NEXT_ID);
		assert_int_equal(sync_again(&bench), 0);
		assert_int_equal(bench.result.changes.count, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rules_actions_and_what_was_found_go_with_a_released_vrf),
		cmocka_unit_test(test_rules_actions_and_groups_are_made_and_then_left_alone),
		cmocka_unit_test(test_a_rule_is_at_its_vrfs_proxy_and_tells_hosts_by_address),
		cmocka_unit_test(
			test_an_action_is_for_its_rule_and_spares_addresses_that_are_known),
		cmocka_unit_test(test_many_known_addresses_are_conditions_of_255_characters),
		cmocka_unit_test(test_what_was_changed_by_hand_is_put_back),
		cmocka_unit_test(test_a_check_that_stays_keeps_its_id),
		cmocka_unit_test(test_snmp_of_each_version_is_a_check_of_its_own_type),
		cmocka_unit_test(test_looking_writes_nothing_and_names_rules_and_actions),
		cmocka_unit_test(test_prune_deletes_ours_only_and_actions_before_their_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
