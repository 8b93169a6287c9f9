// SPDX-License-Identifier: GPL-2.0-or-later
/* Bringing a fake Zabbix in step, in the words of 6.0 and of 7.0. */
#include "../cmocka_all.h"

#include <errno.h>

#include "reporter/mark.h"
#include "sync_bench.h"

static void test_all_is_made_and_then_left_alone(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < N_VERSIONS; i++) {
		cleanup_bench struct bench bench;
		size_t before;

		bench_start(&bench, versions[i]);
		assert_counts(&bench, 8, 0, 0);
		before = zabbix_api_requests(bench.api);
		assert_counts(&bench, 0, 0, 8);
		assert_int_equal(zabbix_api_requests(bench.api) - before, 1);
	}
}

static void test_what_is_made_in_6_0(void **unused)
{
	cleanup_bench struct bench bench;
	cleanup_json json_t *whole = NULL;
	json_t *acme, *bravo, *host;

	(void)unused;
	bench_start(&bench, "6.0.14");
	assert_int_equal(sync_again(&bench), 0);
	whole = state(&bench);
	acme = find(whole, "proxy", "host", "gw1-acme");
	bravo = find(whole, "proxy", "host", "gw1-bravo");
	host = find(whole, "host", "host", "ce-bravo");
	assert_string_equal(zabbix_json_text(acme, "status"), "5");
	assert_string_equal(zabbix_json_text(acme, "tls_accept"), "2");
	assert_string_equal(zabbix_json_text(acme, "tls_connect"), "1");
	assert_string_equal(zabbix_json_text(acme, "tls_psk_identity"), "id-1");
	assert_string_equal(zabbix_json_text(bravo, "status"), "6");
	assert_string_equal(
		zabbix_json_text(json_object_get(bravo, "interface"), "ip"), "fd5a:b1c0:de00::6");
	assert_string_equal(zabbix_json_text(bravo, "tls_accept"), "1");
	assert_string_equal(
		zabbix_json_text(host, "proxy_hostid"), zabbix_json_text(bravo, "proxyid"));
	assert_int_equal(json_array_size(json_object_get(host, "interfaces")), 2);
	assert_int_equal(json_array_size(json_object_get(host, "parentTemplates")), 2);
	assert_tag(host, "vrf", "bravo");
	assert_tag(host, "vrfgate", "gw1");
	assert_tag(host, "vrfgate.id", MADE_ID);
}

static void test_what_is_made_in_7_0(void **unused)
{
	cleanup_bench struct bench bench;
	cleanup_json json_t *whole = NULL;
	json_t *bravo, *host;

	(void)unused;
	bench_start(&bench, "7.0.22");
	assert_int_equal(sync_again(&bench), 0);
	whole = state(&bench);
	bravo = find(whole, "proxy", "name", "gw1-bravo");
	host = find(whole, "host", "host", "ce-bravo");
	assert_string_equal(zabbix_json_text(bravo, "operating_mode"), "1");
	assert_string_equal(zabbix_json_text(bravo, "address"), "fd5a:b1c0:de00::6");
	assert_string_equal(zabbix_json_text(bravo, "port"), "10051");
	assert_string_equal(zabbix_json_text(host, "monitored_by"), "1");
	assert_string_equal(zabbix_json_text(host, "proxyid"), zabbix_json_text(bravo, "proxyid"));
}

static void test_a_host_taken_off_its_proxy_is_put_back(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < N_VERSIONS; i++) {
		bool is_7 = versions[i][0] == '7';
		cleanup_bench struct bench bench;

		bench_start(&bench, versions[i]);
		assert_int_equal(sync_again(&bench), 0);
		change(&bench, "host", "host", "ce-acme",
			is_7 ? zabbix_json_pack("{s:s}", "monitored_by", "0")
			     : zabbix_json_pack("{s:s}", "proxy_hostid", "0"));
		assert_counts(&bench, 0, 1, 7);
		assert_counts(&bench, 0, 0, 8);
	}
}

/* And no secret is among the values. */
static void test_what_is_put_back_is_named_with_its_old_and_new_value(void **unused)
{
	static struct config_host_macro macro = { (char *)"{$X}", (char *)"new-secret" };

	(void)unused;
	for (size_t i = 0; i < N_VERSIONS; i++) {
		bool is_7 = versions[i][0] == '7';
		const char *proxy = is_7 ? "monitored_by: \"server\" -> \"proxy\""
					 : "proxy_hostid: none -> \"gw1-acme\"";
		cleanup_bench struct bench bench;

		bench_start(&bench, versions[i]);
		macro.value = (char *)"new-secret";
		bench.made.hosts[0].macros = &macro;
		bench.made.hosts[0].n_macros = 1;
		assert_int_equal(sync_again(&bench), 0);
		change(&bench, "host", "host", "ce-acme",
			is_7 ? zabbix_json_pack("{s:s}", "monitored_by", "0")
			     : zabbix_json_pack("{s:s}", "proxy_hostid", "0"));
		change(&bench, "proxy", is_7 ? "name" : "host", "gw1-acme",
			zabbix_json_pack("{s:s, s:s}", "tls_accept", "1", "description", ""));
		change(&bench, "proxy", is_7 ? "name" : "host", "gw1-acme",
			zabbix_json_pack("{s:s}", "description",
				"[vrfgate gw1 vrf acme psk none id " MADE_ID "]"));
		address_parse(&bench.made.hosts[0].address, "10.0.0.9");
		macro.value = (char *)"newer-secret";
		assert_int_equal(sync_again(&bench), 0);
		assert_int_equal(bench.result.updated, 2);
		assert_change(&bench, "~ host 'ce-acme': ", proxy);
		assert_change(&bench,
			"~ host 'ce-acme': interface SNMP: ", "ip: \"10.0.0.1\" -> \"10.0.0.9\"");
		assert_change(&bench, "~ host 'ce-acme': macro {$X}: value", "");
		assert_change(&bench, "~ proxy 'gw1-acme': ", "tls_accept: \"1\" -> \"2\"");
		for (size_t k = 0; k < bench.result.changes.count; k++) {
			assert_null(strstr(bench.result.changes.items[k], "secret"));
			assert_null(
				strstr(bench.result.changes.items[k], bench.made.proxies[0].psk));
		}
	}
}

static void test_a_changed_address_changes_both_interfaces_of_one_host(void **unused)
{
	cleanup_bench struct bench bench;

	(void)unused;
	bench_start(&bench, "6.0.14");
	assert_int_equal(sync_again(&bench), 0);
	address_parse(&bench.made.hosts[0].address, "10.0.0.9");
	assert_counts(&bench, 0, 1, 7);
	assert_counts(&bench, 0, 0, 8);
}

static void test_what_was_added_by_hand_stays(void **unused)
{
	cleanup_bench struct bench bench;
	cleanup_json json_t *whole = NULL;
	json_t *host;

	(void)unused;
	bench_start(&bench, "7.0.22");
	assert_int_equal(sync_again(&bench), 0);
	change(&bench, "host", "host", "ce-acme",
		zabbix_json_pack("{s:[{s:s}], s:[{s:s, s:s}, {s:s, s:s}]}", "templates",
			"templateid", "9003", "tags", "tag", "site", "value", "x", "tag", "vrfgate",
			"value", "gw1"));
	assert_counts(&bench, 0, 1, 7);
	whole = state(&bench);
	host = find(whole, "host", "host", "ce-acme");
	assert_int_equal(json_array_size(json_object_get(host, "parentTemplates")), 3);
	assert_int_equal(json_array_size(json_object_get(host, "tags")), 4);
}

static void test_a_new_key_is_sent_and_the_description_around_the_mark_stays(void **unused)
{
	cleanup_bench struct bench bench;
	cleanup_json json_t *whole = NULL, *later = NULL;
	cleanup_free char *text = NULL;
	json_t *proxy;

	(void)unused;
	bench_start(&bench, "6.0.14");
	assert_int_equal(sync_again(&bench), 0);
	whole = state(&bench);
	text = xasprintf("By hand. %s",
		zabbix_json_text(find(whole, "proxy", "host", "gw1-acme"), "description"));
	change(&bench, "proxy", "host", "gw1-acme", zabbix_json_pack("{s:s}", "description", text));
	assert_counts(&bench, 0, 0, 8);
	bench.made.proxies[0].psk = (char *)"ffeeddccbbaa99887766554433221100";
	assert_counts(&bench, 0, 1, 7);
	assert_counts(&bench, 0, 0, 8);
	later = state(&bench);
	proxy = find(later, "proxy", "host", "gw1-acme");
	assert_string_equal(zabbix_json_text(proxy, "tls_psk"), "ffeeddccbbaa99887766554433221100");
	assert_non_null(strstr(zabbix_json_text(proxy, "description"), "By hand. "));
}

/* With the words of each version: a proxy and a host that somebody has made, and what he has set of them. */
static void test_what_somebody_has_made_is_taken_over_where_that_is_told(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < N_VERSIONS; i++) {
		bool is_7 = versions[i][0] == '7';
		const char *name = is_7 ? "name" : "host";
		cleanup_bench struct bench bench;
		cleanup_json json_t *whole = NULL, *before = NULL;
		json_t *host, *proxy;

		bench_start(&bench, versions[i]);
		json_decref(call(&bench, "proxy.create",
			zabbix_json_pack("{s:s, s:s, s:s}", name, "gw1-acme",
				is_7 ? "operating_mode" : "status", is_7 ? "0" : "5", "description",
				"By hand")));
		json_decref(call(&bench, "host.create",
			zabbix_json_pack("{s:s, s:[{s:s, s:s}], s:[]}", "host", "ce-bravo", "tags",
				"tag", "site", "value", "x", "interfaces")));
		before = state(&bench);
		strings_add(&bench.made.inventory.adopted, "gw1-acme");
		strings_add(&bench.made.inventory.adopted, "ce-bravo");
		assert_int_equal(sync_again(&bench), 0);
		assert_int_equal(bench.result.problems.count, 0);
		whole = state(&bench);
		proxy = find(whole, "proxy", name, "gw1-acme");
		host = find(whole, "host", "host", "ce-bravo");
		assert_string_equal(zabbix_json_text(proxy, "proxyid"),
			zabbix_json_text(find(before, "proxy", name, "gw1-acme"), "proxyid"));
		assert_string_equal(zabbix_json_text(host, "hostid"),
			zabbix_json_text(find(before, "host", "host", "ce-bravo"), "hostid"));
		assert_non_null(strstr(
			zabbix_json_text(proxy, "description"), "By hand [vrfgate gw1 vrf acme "));
		assert_non_null(zabbix_json_find(json_object_get(host, "tags"), "tag", "site"));
		assert_non_null(
			zabbix_json_find(json_object_get(host, "tags"), "tag", "vrfgate.adopted"));
		assert_counts(&bench, 0, 0, 8);
		strings_finish(&bench.made.inventory.adopted);
	}
}

static void test_foreign_objects_are_left_alone_and_told(void **unused)
{
	cleanup_bench struct bench bench;
	cleanup_json json_t *before = NULL, *after = NULL;

	(void)unused;
	bench_start(&bench, "6.0.14");
	json_decref(call(&bench, "proxy.create",
		zabbix_json_pack("{s:s, s:s, s:s}", "host", "gw1-acme", "status", "6",
			"description", "[vrfgate gw2 vrf acme psk none]")));
	json_decref(call(&bench, "host.create",
		zabbix_json_pack("{s:s, s:[{s:s, s:s}], s:[]}", "host", "ce-bravo", "tags", "tag",
			"vrfgate", "value", "gw2", "interfaces")));
	before = state(&bench);
	assert_int_equal(sync_again(&bench), 0);
	after = state(&bench);
	assert_int_equal(bench.result.problems.count, 2);
	assert_problem(
		&bench, "proxy 'gw1-acme' is already in Zabbix and was not made by this vrfgate");
	assert_problem(
		&bench, "host 'ce-bravo' is already in Zabbix and was not made by this vrfgate");
	assert_true(json_equal(find(before, "proxy", "host", "gw1-acme"),
		find(after, "proxy", "host", "gw1-acme")));
	assert_true(json_equal(
		find(before, "host", "host", "ce-bravo"), find(after, "host", "host", "ce-bravo")));
	/* ce-acme's proxy is not ours, so it and its hosts are not made; the rest is. */
	assert_int_equal(bench.result.created, 4);
	assert_true(bench.result.has_own_host);
}

#define OTHER_ID "fedcba9876543210fedcba9876543210"

#define IS_ON(vrf, gateway, id)                                                        \
	"vrf '" vrf "' is on gateway '" gateway "' (id " id "): 'vrfgate release " vrf \
	"' there hands it over, or 'vrfgate adopt --take " vrf "' here where that gateway is gone"

static json_t *objects_of(struct bench *bench)
{
	cleanup_json json_t *whole = state(bench);

	return json_incref(json_object_get(whole, "objects"));
}

/* As the second gateway of a name, whose state_dir is its own. */
static void test_objects_of_another_gateway_of_our_name_are_never_touched(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < N_VERSIONS; i++) {
		cleanup_bench struct bench bench;
		cleanup_json json_t *before = NULL, *after = NULL;

		bench_start(&bench, versions[i]);
		assert_counts(&bench, 8, 0, 0);
		before = objects_of(&bench);
		bench.made.inventory.gateway_id = (char *)OTHER_ID;
		bench.made.config.zabbix.prune = true;
		/* It has another key and lacks a VRF. */
		bench.made.proxies[0].psk_identity = (char *)"id-2";
		bench.made.inventory.n_proxies = 1;
		bench.made.config.n_vrfs = 1;
		assert_int_equal(sync_again(&bench), 0);
		assert_false(bench.result.has_own_host);
		assert_int_equal(
			bench.result.created + bench.result.updated + bench.result.deleted, 0);
		assert_problem(&bench, IS_ON("acme", "gw1", "01234567"));
		assert_problem(
			&bench, "host 'gw1' belongs to another gateway named 'gw1' (id 01234567)");
		after = objects_of(&bench);
		assert_true(json_equal(before, after));
	}
}

static void test_a_gateway_is_told_of_another_one_of_its_name(void **unused)
{
	cleanup_bench struct bench bench;
	bool told = false;

	(void)unused;
	bench_start(&bench, "7.0.22");
	bench.made.inventory.gateway_id = (char *)OTHER_ID;
	assert_counts(&bench, 8, 0, 0);
	bench.made.inventory.gateway_id = (char *)MADE_ID;
	bench.made.proxies[0].vrf = bench.made.vrfs[0].name = (char *)"charlie";
	bench.made.proxies[0].name = (char *)"gw1-charlie";
	bench.made.hosts[0].name = (char *)"ce-charlie";
	bench.made.inventory.n_proxies = 1;
	assert_int_equal(sync_again(&bench), 0);
	for (size_t i = 0; i < bench.result.problems.count; i++)
		told |= strncmp(bench.result.problems.items[i],
				"another gateway named 'gw1' (id fedcba98) has ", 46) == 0;
	assert_true(told);
	/* And so is that one, now that there is something of the first. */
	bench.made.inventory.gateway_id = (char *)OTHER_ID;
	assert_int_equal(sync_again(&bench), 0);
	assert_problem(&bench, IS_ON("charlie", "gw1", "01234567"));
}

/* What an earlier version left: a mark without an id. */
static void marks_make_old(struct bench *bench, const char *name_word)
{
	change(bench, "proxy", name_word, "gw1-acme",
		zabbix_json_pack("{s:s}", "description", "Mine. [vrfgate gw1 vrf acme psk none]"));
	change(bench, "proxy", name_word, "gw1-bravo",
		zabbix_json_pack("{s:s}", "description", "[vrfgate gw1 vrf bravo psk none]"));
	for (size_t i = 0; i < 2; i++)
		change(bench, "host", "host", i ? "ce-acme" : "gw1",
			zabbix_json_pack("{s:[{s:s, s:s}, {s:s, s:s}]}", "tags", "tag", "vrfgate",
				"value", "gw1", "tag", "site", "value", "x"));
}

static void test_marks_of_earlier_versions_are_taken_over_by_the_first_that_comes(void **unused)
{
	cleanup_bench struct bench bench;
	cleanup_json json_t *whole = NULL;

	(void)unused;
	bench_start(&bench, "6.0.14");
	assert_counts(&bench, 8, 0, 0);
	marks_make_old(&bench, "host");
	bench.made.inventory.gateway_id = (char *)OTHER_ID;
	/* The other hosts have the first one's id. */
	assert_int_equal(sync_again(&bench), 0);
	assert_int_equal(bench.result.updated, 4);
	whole = state(&bench);
	assert_tag(find(whole, "host", "host", "gw1"), "vrfgate.id", OTHER_ID);
	assert_non_null(
		strstr(zabbix_json_text(find(whole, "proxy", "host", "gw1-acme"), "description"),
			"Mine. [vrfgate gw1 vrf acme psk "));
	bench.made.inventory.gateway_id = (char *)MADE_ID;
	assert_int_equal(sync_again(&bench), 0);
	assert_int_equal(bench.result.updated, 0);
	assert_problem(&bench, IS_ON("acme", "gw1", "fedcba98"));
}

/* An edit of the config that waits for a reload: bravo is gone, acme is to be passive. */
static void test_a_key_is_written_and_nothing_else_of_the_config(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < N_VERSIONS; i++) {
		bool is_7 = versions[i][0] == '7';
		const char *name = is_7 ? "name" : "host";
		cleanup_bench struct bench bench;
		cleanup_json json_t *before = NULL, *after = NULL;
		json_t *proxy;

		bench_start(&bench, versions[i]);
		assert_counts(&bench, 8, 0, 0);
		before = objects_of(&bench);
		bench.made.inventory.n_proxies = bench.made.config.n_vrfs = 1;
		bench.made.config.zabbix.prune = true;
		bench.made.proxies[0].passive = true;
		bench.made.proxies[0].psk_identity = (char *)"id-2";
		assert_int_equal(
			reporter_sync_key(bench.api, &bench.made.inventory, &bench.err), 0);
		after = state(&bench);
		proxy = find(after, "proxy", name, "gw1-acme");
		assert_string_equal(zabbix_json_text(proxy, "tls_psk_identity"), "id-2");
		assert_string_equal(zabbix_json_text(proxy, "tls_accept"), "2");
		assert_string_equal(zabbix_json_text(proxy, is_7 ? "operating_mode" : "status"),
			is_7 ? "0" : "5");
		/* All but this proxy is as it was, and the next sync finds its key right. */
		json_array_remove(json_object_get(before, "proxy"), 0);
		json_array_remove(json_object_get(json_object_get(after, "objects"), "proxy"), 0);
		assert_true(json_equal(before, json_object_get(after, "objects")));
		bench.made.inventory.n_proxies = bench.made.config.n_vrfs = 2;
		bench.made.proxies[0].passive = false;
		assert_counts(&bench, 0, 0, 8);
	}
}

static void test_a_key_is_not_written_to_a_proxy_of_somebody_else(void **unused)
{
	cleanup_bench struct bench bench;
	cleanup_json json_t *before = NULL, *after = NULL;

	(void)unused;
	bench_start(&bench, "7.0.22");
	/* None is there yet: a sync makes it. */
	assert_int_equal(reporter_sync_key(bench.api, &bench.made.inventory, &bench.err), 0);
	bench.made.inventory.gateway_id = (char *)OTHER_ID;
	assert_counts(&bench, 8, 0, 0);
	before = objects_of(&bench);
	bench.made.inventory.gateway_id = (char *)MADE_ID;
	assert_int_equal(reporter_sync_key(bench.api, &bench.made.inventory, &bench.err), -EEXIST);
	assert_string_equal(bench.err.text,
		"proxy 'gw1-acme' belongs to another gateway named 'gw1' (id fedcba98)");
	after = objects_of(&bench);
	assert_true(json_equal(before, after));
}

static const char *macro_of_gateway(json_t *whole)
{
	json_t *macros = json_object_get(find(whole, "host", "host", "gw1"), "macros");

	assert_int_equal(json_array_size(macros), 1);
	return zabbix_json_text(json_array_get(macros, 0), "value");
}

static void test_only_our_addresses_may_send_values_of_the_gateway(void **unused)
{
	static char *allowed[] = { (char *)"192.0.2.7", (char *)"10.0.0.0/8" };

	(void)unused;
	for (size_t i = 0; i < N_VERSIONS; i++) {
		cleanup_bench struct bench bench;
		cleanup_json json_t *before = NULL, *after = NULL;

		bench_start(&bench, versions[i]);
		assert_counts(&bench, 8, 0, 0);
		before = state(&bench);
		assert_string_equal(macro_of_gateway(before), "127.0.0.1,::1");
		bench.made.config.zabbix.allowed_hosts = (struct strings){ allowed, 2 };
		assert_counts(&bench, 0, 1, 7);
		assert_counts(&bench, 0, 0, 8);
		after = state(&bench);
		assert_string_equal(macro_of_gateway(after), "192.0.2.7,10.0.0.0/8");
	}
}

static void test_the_sender_comes_from_the_address_that_leads_to_the_server(void **unused)
{
	char *servers[] = { (char *)"127.0.0.9" };
	cleanup_bench struct bench bench;
	cleanup_json json_t *whole = NULL;

	(void)unused;
	bench_start(&bench, "6.0.14");
	/* Of all addresses of this machine that one leads there. */
	bench.made.config.zabbix.servers = (struct strings){ servers, 1 };
	bench.made.config.zabbix.server_port = 10051;
	assert_counts(&bench, 8, 0, 0);
	whole = state(&bench);
	assert_string_equal(macro_of_gateway(whole), "127.0.0.1,::1");
}

static void test_an_active_proxy_is_bound_to_its_address(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < N_VERSIONS; i++) {
		bool is_7 = versions[i][0] == '7';
		const char *field = is_7 ? "allowed_addresses" : "proxy_address";
		const char *name = is_7 ? "name" : "host";
		cleanup_bench struct bench bench;
		cleanup_json json_t *made = NULL, *again = NULL, *passive = NULL;

		bench_start(&bench, versions[i]);
		bench.made.proxies[0].allowed = (char *)"fd5a:b1c0:de00::2";
		bench.made.proxies[1].allowed = (char *)"fd5a:b1c0:de00::6";
		assert_counts(&bench, 8, 0, 0);
		assert_counts(&bench, 0, 0, 8);
		made = state(&bench);
		assert_string_equal(zabbix_json_text(find(made, "proxy", name, "gw1-acme"), field),
			"fd5a:b1c0:de00::2");
		/* The server asks that one itself. */
		assert_string_equal(
			zabbix_json_text(find(made, "proxy", name, "gw1-bravo"), field), "");
		change(&bench, "proxy", name, "gw1-acme", zabbix_json_pack("{s:s}", field, ""));
		assert_counts(&bench, 0, 1, 7);
		again = state(&bench);
		assert_string_equal(zabbix_json_text(find(again, "proxy", name, "gw1-acme"), field),
			"fd5a:b1c0:de00::2");
		bench.made.proxies[0].passive = true;
		assert_counts(&bench, 0, 1, 7);
		passive = state(&bench);
		assert_string_equal(
			zabbix_json_text(find(passive, "proxy", name, "gw1-acme"), field), "");
	}
}

/* As where the uplinks' mode becomes nat, and the server sees an address of the machine. */
static void test_a_proxy_that_is_bound_no_more_loses_our_address_only(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < N_VERSIONS; i++) {
		bool is_7 = versions[i][0] == '7';
		const char *field = is_7 ? "allowed_addresses" : "proxy_address";
		const char *name = is_7 ? "name" : "host";
		cleanup_bench struct bench bench;
		cleanup_json json_t *freed = NULL, *kept = NULL;

		bench_start(&bench, versions[i]);
		bench.made.proxies[0].allowed = (char *)"198.18.0.6";
		assert_counts(&bench, 8, 0, 0);
		bench.made.proxies[0].allowed = bench.made.proxies[0].address;
		assert_counts(&bench, 0, 1, 7);
		bench.made.proxies[0].allowed = NULL;
		assert_counts(&bench, 0, 1, 7);
		assert_counts(&bench, 0, 0, 8);
		freed = state(&bench);
		assert_string_equal(
			zabbix_json_text(find(freed, "proxy", name, "gw1-acme"), field), "");
		change(&bench, "proxy", name, "gw1-acme",
			zabbix_json_pack("{s:s}", field, "192.0.2.9"));
		assert_counts(&bench, 0, 0, 8);
		kept = state(&bench);
		assert_string_equal(zabbix_json_text(find(kept, "proxy", name, "gw1-acme"), field),
			"192.0.2.9");
	}
}

/* With a port of this machine the server finds a passive proxy where the machine comes from, or where it is told. */
static void test_a_passive_proxy_behind_nat_is_at_a_port_of_this_machine(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < N_VERSIONS; i++) {
		bool is_7 = versions[i][0] == '7';
		cleanup_bench struct bench bench;
		cleanup_json json_t *whole = NULL;
		char *servers[] = { (char *)"127.0.0.9" };
		struct strings *problems;
		json_t *bravo;

		bench_start(&bench, versions[i]);
		bench.made.proxies[1].address = NULL;
		bench.made.proxies[1].port = 20001;
		assert_int_equal(sync_again(&bench), 0);
		problems = &bench.result.problems;
		assert_true(problems->count > 0);
		assert_non_null(strstr(problems->items[0], "uplink { passive_address }"));
		bench.made.config.zabbix.servers = (struct strings){ servers, 1 };
		bench.made.config.zabbix.server_port = 10051;
		bench.made.config.uplink.servers.count = 1;
		assert_int_equal(sync_again(&bench), 0);
		assert_int_equal(problems->count, 0);
		whole = state(&bench);
		bravo = find(whole, "proxy", is_7 ? "name" : "host", "gw1-bravo");
		if (!is_7)
			bravo = json_object_get(bravo, "interface");
		assert_string_equal(zabbix_json_text(bravo, is_7 ? "address" : "ip"), "127.0.0.1");
		assert_string_equal(zabbix_json_text(bravo, "port"), "20001");
	}
}

static void test_a_template_of_an_earlier_version_is_told(void **unused)
{
	cleanup_bench struct bench bench;

	(void)unused;
	bench_start(&bench, "6.0.14");
	json_decref(call(&bench, "template.create",
		zabbix_json_pack("{s:s}", "host", "VRF gateway by vrfgate")));
	assert_int_equal(sync_again(&bench), 0);
	assert_int_equal(bench.result.problems.count, 1);
	assert_non_null(
		strstr(bench.result.problems.items[0], "`vrfgate import` brings the present one"));
}

static void test_a_missing_template_is_a_problem_and_the_host_is_made(void **unused)
{
	static char *templates[] = { (char *)"ICMP Ping", (char *)"Nope" };
	cleanup_bench struct bench bench;

	(void)unused;
	bench_start(&bench, "7.0.22");
	bench.made.hosts[0].templates = (struct strings){ templates, 2 };
	assert_int_equal(sync_again(&bench), 0);
	assert_int_equal(bench.result.created, 8);
	assert_int_equal(bench.result.problems.count, 1);
	assert_problem(&bench, "host 'ce-acme': template 'Nope' not found in Zabbix");
}

/* An item of a template; type is item.type of the API. */
static void item_make(struct bench *bench, const char *templateid, const char *key, int type)
{
	json_decref(call(bench, "item.create",
		zabbix_json_pack("{s:s, s:s, s:s, s:i}", "host", templateid, "hostid", templateid,
			"key_", key, "type", type)));
}

static void assert_linked(struct bench *bench, const char *name, size_t count)
{
	cleanup_json json_t *whole = state(bench);

	assert_int_equal(json_array_size(json_object_get(
				 find(whole, "host", "host", name), "parentTemplates")),
		count);
}

static void test_of_two_templates_with_one_item_the_first_is_linked_and_a_look_says_so(
	void **unused)
{
	static const char told[] =
		"host 'ce-acme': template 'Generic by SNMP' not linked: item 'icmpping' is also in template 'ICMP Ping'";
	cleanup_bench struct bench bench;

	(void)unused;
	bench_start(&bench, "7.0.22");
	item_make(&bench, "9001", "icmpping", 3);
	item_make(&bench, "9002", "icmpping", 3);
	assert_look_changes_nothing(&bench);
	assert_problem(&bench, told);
	assert_int_equal(bench.result.created, 8);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(sync_again(&bench), 0);
		assert_int_equal(bench.result.created, i ? 0 : 8);
		assert_int_equal(bench.result.updated, 0);
		assert_int_equal(bench.result.problems.count, 2);
		assert_problem(&bench, told);
		assert_linked(&bench, "ce-acme", 1);
	}
}

static void test_a_template_that_needs_an_interface_is_linked_once_the_host_has_it(void **unused)
{
	cleanup_bench struct bench bench;

	(void)unused;
	bench_start(&bench, "7.0.22");
	item_make(&bench, "9002", "ipmi.get", 12);
	assert_int_equal(sync_again(&bench), 0);
	assert_problem(&bench,
		"host 'ce-acme': template 'Generic by SNMP' not linked: item 'ipmi.get' needs an interface of the type IPMI, which the host lacks; expected ipmi { } in its section");
	assert_linked(&bench, "ce-acme", 1);
	for (size_t i = 0; i < 2; i++)
		bench.made.hosts[i].ipmi = (struct config_ipmi){
			.given = true, .port = 623, .user = (char *)"", .password = (char *)""
		};
	assert_counts(&bench, 0, 2, 6);
	assert_linked(&bench, "ce-acme", 2);
}

/* What cannot be known before. */
static void test_a_template_that_zabbix_refuses_costs_that_template_only(void **unused)
{
	static char *templates[] = { (char *)"By Hand", (char *)"ICMP Ping" };

	(void)unused;
	for (size_t i = 0; i < N_VERSIONS; i++) {
		cleanup_bench struct bench bench;

		bench_start_with(&bench, versions[i], (struct amiss){ .unlinkable = "9003" });
		bench.made.hosts[0].templates = (struct strings){ templates, 2 };
		for (size_t k = 0; k < 2; k++) {
			assert_int_equal(sync_again(&bench), 0);
			assert_int_equal(bench.result.created, k ? 0 : 8);
			assert_int_equal(bench.result.problems.count, 1);
			assert_non_null(strstr(bench.result.problems.items[0],
				"host 'ce-acme': template 'By Hand' not linked: "));
			assert_non_null(strstr(bench.result.problems.items[0], "Graph \"Load\""));
			assert_linked(&bench, "ce-acme", 1);
			assert_linked(&bench, "ce-bravo", 2);
		}
	}
}

static void test_a_host_renamed_in_the_config_is_renamed_and_not_made_anew(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < N_VERSIONS; i++) {
		cleanup_bench struct bench bench;
		cleanup_json json_t *before = NULL, *after = NULL;

		bench_start(&bench, versions[i]);
		assert_counts(&bench, 8, 0, 0);
		change(&bench, "host", "host", "ce-acme",
			zabbix_json_pack("{s:s}", "name", "ce-acme"));
		before = state(&bench);
		bench.made.hosts[0].name = (char *)"router-acme";
		bench.made.config.zabbix.prune = true;
		assert_look_changes_nothing(&bench);
		assert_int_equal(bench.result.changes.count, 1);
		assert_string_equal(bench.result.changes.items[0],
			"~ host 'router-acme': host: \"ce-acme\" -> \"router-acme\", name: \"ce-acme\" -> \"router-acme\"");
		assert_counts(&bench, 0, 1, 7);
		after = state(&bench);
		assert_string_equal(
			zabbix_json_text(find(before, "host", "host", "ce-acme"), "hostid"),
			zabbix_json_text(find(after, "host", "host", "router-acme"), "hostid"));
		assert_string_equal(
			zabbix_json_text(find(after, "host", "host", "router-acme"), "name"),
			"router-acme");
		assert_counts(&bench, 0, 0, 8);
	}
}

/* The other may as well be the one: both are made anew. */
static void test_of_two_hosts_of_one_address_none_is_renamed(void **unused)
{
	static struct config_host hosts[2];
	cleanup_bench struct bench bench;

	(void)unused;
	bench_start(&bench, "7.0.22");
	hosts[0] = hosts[1] = bench.made.hosts[0];
	hosts[1].name = (char *)"ce-acme-2";
	bench.made.proxies[0].hosts = hosts;
	bench.made.proxies[0].n_hosts = 2;
	assert_counts(&bench, 9, 0, 0);
	hosts[0].name = (char *)"a";
	hosts[1].name = (char *)"b";
	assert_counts(&bench, 2, 0, 7);
}

static void test_the_value_of_a_secret_or_vault_macro_is_left_and_noted(void **unused)
{
	static struct config_host_macro macros[] = { { (char *)"{$A}", (char *)"new" },
		{ (char *)"{$B}", (char *)"new" }, { (char *)"{$C}", (char *)"new" } };
	cleanup_bench struct bench bench;
	cleanup_json json_t *whole = NULL;

	(void)unused;
	bench_start(&bench, "7.0.22");
	assert_counts(&bench, 8, 0, 0);
	change(&bench, "host", "host", "ce-acme",
		zabbix_json_pack(
			"{s:[{s:s, s:s, s:s, s:s}, {s:s, s:s, s:s, s:s}, {s:s, s:s, s:s}]}",
			"macros", "macro", "{$A}", "value", "", "type", "1", "hostmacroid", "1",
			"macro", "{$B}", "value", "kv/x:y", "type", "2", "hostmacroid", "2",
			"macro", "{$VRFGATE.TEMPLATES}", "value", "9001 9002", "type", "0"));
	bench.made.hosts[0].macros = macros;
	bench.made.hosts[0].n_macros = 3;
	assert_counts(&bench, 0, 1, 7);
	assert_int_equal(bench.result.notes.count, 2);
	assert_string_equal(bench.result.notes.items[0],
		"host 'ce-acme': macro '{$A}' is secret in Zabbix: its value is neither compared nor written");
	assert_string_equal(bench.result.notes.items[1],
		"host 'ce-acme': macro '{$B}' is a path in a vault in Zabbix: its value is neither compared nor written");
	whole = state(&bench);
	assert_string_equal(
		zabbix_json_text(
			zabbix_json_find(
				json_object_get(find(whole, "host", "host", "ce-acme"), "macros"),
				"macro", "{$B}"),
			"value"),
		"kv/x:y");
}

static void templates_link_by_hand(struct bench *bench, const char *a, const char *b)
{
	change(bench, "host", "host", "ce-acme",
		zabbix_json_pack("{s:[{s:s, s:s}, {s:s, s:s}]}", "templates", "templateid", a,
			"host", "First", "templateid", b, "host", "By Hand"));
}

static void test_a_template_taken_out_of_the_config_is_unlinked_where_we_linked_it(void **unused)
{
	static char *one[] = { (char *)"ICMP Ping" };
	static char *missing[] = { (char *)"ICMP Ping", (char *)"Nope" };

	(void)unused;
	for (size_t i = 0; i < N_VERSIONS; i++) {
		cleanup_bench struct bench bench;

		bench_start(&bench, versions[i]);
		assert_counts(&bench, 8, 0, 0);
		/* One that Zabbix has not may be one of those by another name. */
		bench.made.hosts[0].templates = (struct strings){ missing, 2 };
		assert_int_equal(sync_again(&bench), 0);
		assert_int_equal(bench.result.updated, 0);
		assert_linked(&bench, "ce-acme", 2);
		bench.made.hosts[0].templates = (struct strings){ one, 1 };
		assert_counts(&bench, 0, 1, 7);
		assert_linked(&bench, "ce-acme", 1);
		assert_linked(&bench, "ce-bravo", 2);
		assert_counts(&bench, 0, 0, 8);
	}
}

static void test_one_that_an_operator_linked_stays_and_is_noted(void **unused)
{
	static char *two[] = { (char *)"ICMP Ping", (char *)"By Hand" };
	cleanup_bench struct bench bench;

	(void)unused;
	bench_start(&bench, "7.0.22");
	bench.made.hosts[0].templates = (struct strings){ two, 1 };
	assert_counts(&bench, 8, 0, 0);
	templates_link_by_hand(&bench, "9001", "9003");
	assert_counts(&bench, 0, 0, 8);
	bench.made.hosts[0].templates = (struct strings){ two, 2 };
	assert_counts(&bench, 0, 1, 7);
	assert_counts(&bench, 0, 0, 8);
	bench.made.hosts[0].templates = (struct strings){ two, 1 };
	assert_counts(&bench, 0, 1, 7);
	assert_linked(&bench, "ce-acme", 2);
	assert_int_equal(bench.result.notes.count, 1);
	assert_string_equal(bench.result.notes.items[0],
		"host 'ce-acme': template 'By Hand' is not in the config any more and stays: it was linked by hand");
	assert_counts(&bench, 0, 0, 8);
	assert_int_equal(bench.result.notes.count, 0);
}

static void test_a_host_named_by_two_vrfs_stays_with_the_first(void **unused)
{
	cleanup_bench struct bench bench;
	cleanup_json json_t *whole = NULL;

	(void)unused;
	bench_start(&bench, "6.0.14");
	bench.made.hosts[1].name = (char *)"ce-acme";
	for (int i = 0; i < 2; i++) {
		assert_int_equal(sync_again(&bench), 0);
		assert_int_equal(bench.result.problems.count, 1);
		assert_problem(&bench,
			"host 'ce-acme': VRFs 'acme' and 'bravo' both name it, names in Zabbix are unique");
	}
	assert_int_equal(bench.result.created + bench.result.updated, 0);
	whole = state(&bench);
	assert_string_equal(
		zabbix_json_text(find(whole, "host", "host", "ce-acme"), "proxy_hostid"),
		zabbix_json_text(find(whole, "proxy", "host", "gw1-acme"), "proxyid"));
}

static void test_a_proxy_named_by_two_vrfs_takes_no_host_of_the_second(void **unused)
{
	cleanup_bench struct bench bench;

	(void)unused;
	bench_start(&bench, "6.0.14");
	bench.made.proxies[1].name = (char *)"gw1-acme";
	assert_int_equal(sync_again(&bench), 0);
	assert_int_equal(bench.result.problems.count, 1);
	assert_problem(
		&bench, "proxy 'gw1-acme': VRFs 'acme' and 'bravo' would both use this name");
	assert_int_equal(bench.result.created, 5);
}

static void test_a_right_that_is_missing_ends_the_pass_and_is_named(void **unused)
{
	cleanup_bench struct bench bench;

	(void)unused;
	bench_start_with(&bench, "7.0.22", (struct amiss){ .forbidden = "proxy.create" });
	assert_int_equal(sync_again(&bench), -EACCES);
	assert_true(zabbix_api_error_is_denied(&bench.err));
	assert_non_null(strstr(bench.err.text, "No permissions to call \"proxy.create\""));
}

static void test_a_look_meets_a_missing_right_as_a_sync_does(void **unused)
{
	static const char *const forbidden[] = { "hostgroup.create", "proxy.create",
		"host.create" };

	(void)unused;
	for (size_t i = 0; i < sizeof(forbidden) / sizeof(forbidden[0]); i++) {
		struct reporter_sync_result look = { 0 };
		struct error err = ERROR_INIT;
		cleanup_bench struct bench bench;

		bench_start_with(&bench, "7.0.22", (struct amiss){ .forbidden = forbidden[i] });
		assert_int_equal(reporter_sync(bench.api, &bench.made.inventory, true, &look, &err),
			-EACCES);
		reporter_sync_result_finish(&look);
		assert_int_equal(sync_again(&bench), -EACCES);
		assert_string_equal(err.text, bench.err.text);
	}
}

static void test_methods_of_discovery_are_not_called_without_discovery(void **unused)
{
	static const char *const forbidden[] = { "drule.get", "action.get" };

	(void)unused;
	for (size_t i = 0; i < 4; i++) {
		cleanup_bench struct bench bench;

		bench_start_with(&bench, "7.0.22", (struct amiss){ .forbidden = forbidden[i % 2] });
		bench.made.config.zabbix.prune = i / 2;
		assert_counts(&bench, 8, 0, 0);
	}
}

static void test_an_empty_inventory_asks_for_the_group_only(void **unused)
{
	cleanup_bench struct bench bench;

	(void)unused;
	bench_start(&bench, "7.0.22");
	bench.made.inventory.n_proxies = 0;
	assert_counts(&bench, 2, 0, 0);
	assert_counts(&bench, 0, 0, 2);
}

static void test_a_proxy_renamed_by_hand_gets_its_name_back(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < N_VERSIONS; i++) {
		const char *name = versions[i][0] == '7' ? "name" : "host";
		cleanup_bench struct bench bench;

		bench_start(&bench, versions[i]);
		assert_int_equal(sync_again(&bench), 0);
		change(&bench, "proxy", name, "gw1-acme", zabbix_json_pack("{s:s}", name, "mine"));
		assert_counts(&bench, 0, 1, 7);
		assert_there(&bench, "proxy", name, "gw1-acme");
		assert_counts(&bench, 0, 0, 8);
	}
}

/* It cannot be read back: nobody knows before its proxy says that TLS fails. */
static void test_a_key_changed_by_hand_is_written_again_where_it_is_due(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < N_VERSIONS; i++) {
		const char *name = versions[i][0] == '7' ? "name" : "host";
		cleanup_bench struct bench bench;

		bench_start(&bench, versions[i]);
		assert_int_equal(sync_again(&bench), 0);
		change(&bench, "proxy", name, "gw1-acme",
			zabbix_json_pack("{s:s}", "tls_psk", "ffeeddccbbaa99887766554433221100"));
		assert_counts(&bench, 0, 0, 8);
		bench.made.proxies[0].key_due = true;
		assert_counts(&bench, 0, 1, 7);
		assert_there(&bench, "proxy", "tls_psk", bench.made.proxies[0].psk);
		assert_there(&bench, "proxy", "tls_psk_identity", "id-1");
	}
}

static void test_what_is_gone_is_deleted_with_prune_and_only_that(void **unused)
{
	cleanup_bench struct bench bench;

	(void)unused;
	bench_start(&bench, "7.0.22");
	assert_int_equal(sync_again(&bench), 0);
	json_decref(call(&bench, "host.create",
		zabbix_json_pack("{s:s, s:[]}", "host", "foreign", "interfaces")));
	/* bravo is disabled: still in the config, not in the inventory. */
	bench.made.inventory.n_proxies = 1;
	bench.made.config.zabbix.prune = true;
	assert_counts(&bench, 0, 0, 5);
	bench.made.config.n_vrfs = 1;
	bench.made.config.zabbix.prune = false;
	assert_counts(&bench, 0, 0, 5);
	bench.made.config.zabbix.prune = true;
	/* Nobody said that it went on purpose. */
	assert_int_equal(sync_again(&bench), 0);
	assert_int_equal(bench.result.deleted, 0);
	assert_problem(&bench,
		"zabbix.prune keeps the objects of VRFs that went from the config without 'vrfgate reload --remove': bravo");
	strings_add(&bench.made.inventory.removed, "bravo");
	assert_counts(&bench, 0, 0, 5);
	assert_int_equal(bench.result.deleted, 3);
	assert_counts(&bench, 0, 0, 5);
	assert_int_equal(bench.result.deleted, 0);
	bench.made.proxies[0].n_hosts = 0;
	assert_counts(&bench, 0, 0, 4);
	assert_int_equal(bench.result.deleted, 1);
	assert_there(&bench, "host", "host", "foreign");
	strings_finish(&bench.made.inventory.removed);
}

static void double_make(struct bench *bench, const char *kind, const char *id, const char *name)
{
	json_decref(call(bench, "test.double",
		zabbix_json_pack("{s:s, s:s, s:s, s:s}", "kind", kind, "id", id, "field", "host",
			"value", name)));
}

/* As two clients make them that do not know of each other. */
static void test_of_two_with_one_name_the_younger_is_told_and_with_prune_deleted(void **unused)
{
	cleanup_bench struct bench bench;
	cleanup_json json_t *before = NULL, *after = NULL;

	(void)unused;
	bench_start(&bench, "6.0.14");
	assert_int_equal(sync_again(&bench), 0);
	before = state(&bench);
	double_make(&bench, "host", "hostid", "ce-acme");
	double_make(&bench, "proxy", "proxyid", "gw1-acme");
	assert_int_equal(sync_again(&bench), 0);
	assert_int_equal(bench.result.problems.count, 2);
	assert_non_null(strstr(bench.result.problems.items[0],
		"Zabbix has more than one host 'ce-acme': delete the younger (hostid "));
	assert_non_null(strstr(bench.result.problems.items[1],
		"Zabbix has more than one proxy 'gw1-acme': delete the younger (proxyid "));
	bench.made.config.zabbix.prune = true;
	assert_int_equal(sync_again(&bench), 0);
	assert_int_equal(bench.result.deleted, 2);
	assert_int_equal(bench.result.created + bench.result.updated, 0);
	after = state(&bench);
	assert_true(
		json_equal(json_object_get(before, "objects"), json_object_get(after, "objects")));
}

static void test_macros_tags_and_interfaces_of_the_config_are_put_back(void **unused)
{
	struct config_host_macro macro = { (char *)"{$X}", (char *)"1" };
	struct config_host_tag tag = { (char *)"site", (char *)"berlin" };
	cleanup_bench struct bench bench;
	cleanup_json json_t *whole = NULL;
	json_t *host;

	(void)unused;
	bench_start(&bench, "7.0.22");
	assert_int_equal(sync_again(&bench), 0);
	bench.made.hosts[0].macros = &macro;
	bench.made.hosts[0].n_macros = 1;
	bench.made.hosts[0].tags = &tag;
	bench.made.hosts[0].n_tags = 1;
	bench.made.hosts[0].jmx = (struct config_port){ true, 12345 };
	bench.made.hosts[0].snmp.given = true;
	bench.made.hosts[0].snmp.port = 1161;
	assert_counts(&bench, 0, 1, 7);
	assert_counts(&bench, 0, 0, 8);
	macro.value = (char *)"2";
	tag.value = (char *)"bonn";
	bench.made.hosts[0].snmp = (struct config_snmp){
		.given = true,
		.port = 1161,
		.version = 3,
		.user = (char *)"u",
		.context = (char *)"",
		.level = CONFIG_SNMP_AUTH_PRIV,
		.auth = 1,
		.priv = 1,
		.auth_passphrase = (char *)"{$A}",
		.priv_passphrase = (char *)"{$P}",
	};
	assert_counts(&bench, 0, 1, 7);
	assert_counts(&bench, 0, 0, 8);
	whole = state(&bench);
	host = find(whole, "host", "host", "ce-acme");
	assert_tag(host, "site", "bonn");
	assert_int_equal(json_array_size(json_object_get(host, "interfaces")), 3);
	assert_string_equal(
		zabbix_json_text(zabbix_json_find(json_object_get(host, "macros"), "macro", "{$X}"),
			"value"),
		"2");
}

static void test_hosts_of_a_proxy_group_are_attached_to_it_since_7_0(void **unused)
{
	cleanup_bench struct bench bench;
	cleanup_json json_t *whole = NULL;
	json_t *group;

	(void)unused;
	bench_start(&bench, "7.0.22");
	bench.made.proxies[0].group = (char *)"both";
	bench.made.proxies[0].local_address = (char *)"10.0.0.2";
	assert_counts(&bench, 9, 0, 0);
	assert_counts(&bench, 0, 0, 9);
	whole = state(&bench);
	group = find(whole, "proxygroup", "name", "both");
	assert_string_equal(
		zabbix_json_text(find(whole, "host", "host", "ce-acme"), "proxy_groupid"),
		zabbix_json_text(group, "proxy_groupid"));
	assert_string_equal(
		zabbix_json_text(find(whole, "proxy", "name", "gw1-acme"), "local_address"),
		"10.0.0.2");
}

static void test_a_proxy_group_before_7_0_is_a_problem(void **unused)
{
	cleanup_bench struct bench bench;

	(void)unused;
	bench_start(&bench, "6.0.14");
	bench.made.proxies[0].group = (char *)"both";
	assert_int_equal(sync_again(&bench), 0);
	assert_int_equal(bench.result.problems.count, 1);
	assert_problem(&bench,
		"proxy group 'both': proxy groups need Zabbix 7.0, the proxies stand alone");
}

static void test_looking_says_what_would_be_written_and_writes_nothing(void **unused)
{
	cleanup_bench struct bench bench;

	(void)unused;
	bench_start(&bench, "7.0.22");
	assert_look_changes_nothing(&bench);
	assert_int_equal(bench.result.created, 8);
	assert_true(strings_contain(&bench.result.changes, "+ proxy 'gw1-acme'"));
	assert_true(strings_contain(&bench.result.changes, "+ host 'ce-bravo'"));
}

static void test_one_bad_object_keeps_no_other_from_being_made(void **unused)
{
	cleanup_bench struct bench bench;

	(void)unused;
	bench_start_with(&bench, "7.0.22", (struct amiss){ .taken_host = "ce-acme" });
	assert_int_equal(sync_again(&bench), 0);
	assert_int_equal(bench.result.created, 7);
	assert_int_equal(bench.result.problems.count, 1);
	assert_problem(&bench,
		"host 'ce-acme': host.create: An object with the same name already exists.");
}

static void test_a_server_restarted_amid_a_write_leaves_nothing_half_made(void **unused)
{
	static const char *const methods[] = { "hostgroup.create", "proxy.create", "host.create" };

	(void)unused;
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		cleanup_bench struct bench bench;

		bench_start_with(&bench, "7.0.22", (struct amiss){ .lost_answer = methods[i] });
		assert_int_equal(sync_again(&bench), -EPROTO);
		assert_true(zabbix_api_error_is_unreachable(&bench.err));
		assert_int_equal(sync_again(&bench), 0);
		assert_int_equal(bench.result.problems.count, 0);
		assert_counts(&bench, 0, 0, 8);
	}
}

static void test_a_clash_of_keys_is_told_in_the_words_of_the_api(void **unused)
{
	cleanup_bench struct bench bench;

	(void)unused;
	bench_start(&bench, "7.0.22");
	bench.made.proxies[1].psk_identity = bench.made.proxies[0].psk_identity;
	bench.made.proxies[1].psk = (char *)"ffffffffffffffffffffffffffffffff";
	assert_int_equal(sync_again(&bench), 0);
	assert_problem(&bench,
		"proxy 'gw1-bravo': proxy.create: Invalid parameter \"/1/tls_psk\": another tls_psk "
		"value is already associated with given tls_psk_identity.");
	assert_there(&bench, "proxy", "name", "gw1-acme");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_is_made_and_then_left_alone),
		cmocka_unit_test(test_what_is_made_in_6_0),
		cmocka_unit_test(test_what_is_made_in_7_0),
		cmocka_unit_test(test_a_host_taken_off_its_proxy_is_put_back),
		cmocka_unit_test(test_what_is_put_back_is_named_with_its_old_and_new_value),
		cmocka_unit_test(test_a_changed_address_changes_both_interfaces_of_one_host),
		cmocka_unit_test(test_what_was_added_by_hand_stays),
		cmocka_unit_test(test_a_new_key_is_sent_and_the_description_around_the_mark_stays),
		cmocka_unit_test(test_what_somebody_has_made_is_taken_over_where_that_is_told),
		cmocka_unit_test(test_foreign_objects_are_left_alone_and_told),
		cmocka_unit_test(test_objects_of_another_gateway_of_our_name_are_never_touched),
		cmocka_unit_test(test_a_gateway_is_told_of_another_one_of_its_name),
		cmocka_unit_test(
			test_marks_of_earlier_versions_are_taken_over_by_the_first_that_comes),
		cmocka_unit_test(test_a_key_is_written_and_nothing_else_of_the_config),
		cmocka_unit_test(test_a_key_is_not_written_to_a_proxy_of_somebody_else),
		cmocka_unit_test(test_only_our_addresses_may_send_values_of_the_gateway),
		cmocka_unit_test(test_the_sender_comes_from_the_address_that_leads_to_the_server),
		cmocka_unit_test(test_an_active_proxy_is_bound_to_its_address),
		cmocka_unit_test(test_a_proxy_that_is_bound_no_more_loses_our_address_only),
		cmocka_unit_test(test_a_passive_proxy_behind_nat_is_at_a_port_of_this_machine),
		cmocka_unit_test(test_a_template_of_an_earlier_version_is_told),
		cmocka_unit_test(test_a_missing_template_is_a_problem_and_the_host_is_made),
		cmocka_unit_test(
			test_of_two_templates_with_one_item_the_first_is_linked_and_a_look_says_so),
		cmocka_unit_test(
			test_a_template_that_needs_an_interface_is_linked_once_the_host_has_it),
		cmocka_unit_test(test_a_template_that_zabbix_refuses_costs_that_template_only),
		cmocka_unit_test(test_a_host_renamed_in_the_config_is_renamed_and_not_made_anew),
		cmocka_unit_test(test_of_two_hosts_of_one_address_none_is_renamed),
		cmocka_unit_test(test_the_value_of_a_secret_or_vault_macro_is_left_and_noted),
		cmocka_unit_test(
			test_a_template_taken_out_of_the_config_is_unlinked_where_we_linked_it),
		cmocka_unit_test(test_one_that_an_operator_linked_stays_and_is_noted),
		cmocka_unit_test(test_a_host_named_by_two_vrfs_stays_with_the_first),
		cmocka_unit_test(test_a_proxy_named_by_two_vrfs_takes_no_host_of_the_second),
		cmocka_unit_test(test_a_right_that_is_missing_ends_the_pass_and_is_named),
		cmocka_unit_test(test_a_look_meets_a_missing_right_as_a_sync_does),
		cmocka_unit_test(test_methods_of_discovery_are_not_called_without_discovery),
		cmocka_unit_test(test_an_empty_inventory_asks_for_the_group_only),
		cmocka_unit_test(test_a_proxy_renamed_by_hand_gets_its_name_back),
		cmocka_unit_test(test_a_key_changed_by_hand_is_written_again_where_it_is_due),
		cmocka_unit_test(test_what_is_gone_is_deleted_with_prune_and_only_that),
		cmocka_unit_test(
			test_of_two_with_one_name_the_younger_is_told_and_with_prune_deleted),
		cmocka_unit_test(test_macros_tags_and_interfaces_of_the_config_are_put_back),
		cmocka_unit_test(test_hosts_of_a_proxy_group_are_attached_to_it_since_7_0),
		cmocka_unit_test(test_a_proxy_group_before_7_0_is_a_problem),
		cmocka_unit_test(test_looking_says_what_would_be_written_and_writes_nothing),
		cmocka_unit_test(test_one_bad_object_keeps_no_other_from_being_made),
		cmocka_unit_test(test_a_server_restarted_amid_a_write_leaves_nothing_half_made),
		cmocka_unit_test(test_a_clash_of_keys_is_told_in_the_words_of_the_api),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
