// SPDX-License-Identifier: GPL-2.0-or-later
/* A VRF goes from one gateway to another, on a fake Zabbix; and what is left where one of them dies half way. */
#include "../cmocka_all.h"

#include <errno.h>

#include "reporter/mark.h"
#include "sync_bench.h"

#define SECOND_ID "fedcba9876543210fedcba9876543210"
#define THIRD_ID  "aaaabbbbccccddddaaaabbbbccccdddd"

/* Gateways that have VRF acme in their configs, the first bravo as well. */
struct gateways {
	struct bench bench;
	struct made second, third;
	struct reporter_given_up given;
};

static void gateways_finish(struct gateways *gateways)
{
	bench_finish(&gateways->bench);
}

#define cleanup_gateways cleanup(gateways_finish)

static void made_other(struct made *made, const char *url, const char *gateway, const char *proxy,
	const char *id, const char *psk)
{
	made_init(made, url);
	made->config.gateway.name = (char *)gateway;
	made->inventory.gateway_id = (char *)id;
	made->inventory.n_proxies = 1;
	made->config.n_vrfs = 1;
	made->proxies[0].name = (char *)proxy;
	made->proxies[0].psk_identity = (char *)psk;
}

/* The first has made all, and an operator has set a tag of a host. */
static void gateways_start(struct gateways *gateways, const char *version)
{
	struct bench *bench = &gateways->bench;

	bench_start(bench, version);
	made_other(&gateways->second, bench->server.url, "gw2", "gw2-acme", SECOND_ID, "id-2");
	made_other(&gateways->third, bench->server.url, "gw3", "gw3-acme", THIRD_ID, "id-3");
	gateways->given = (struct reporter_given_up){ (char *)"acme", true, true, bench->made.hosts,
		1, (char *)"gw1-acme" };
	assert_counts(bench, 8, 0, 0);
	change(bench, "host", "host", "ce-acme",
		zabbix_json_pack("{s:[{s:s, s:s}, {s:s, s:s}, {s:s, s:s}, {s:s, s:s}]}", "tags",
			"tag", "site", "value", "x", "tag", "vrf", "value", "acme", "tag",
			"vrfgate", "value", "gw1", "tag", "vrfgate.id", "value", MADE_ID));
}

static int sync_of(struct gateways *gateways, struct made *made)
{
	reporter_sync_result_finish(&gateways->bench.result);
	error_clear(&gateways->bench.err);
	return reporter_sync(gateways->bench.api, &made->inventory, false, &gateways->bench.result,
		&gateways->bench.err);
}

/* Of the config, and so of what it runs. */
static void acme_take_out(struct made *made)
{
	made->config.vrfs = &made->vrfs[1];
	made->config.n_vrfs = 1;
	made->inventory.proxies = &made->proxies[1];
	made->inventory.n_proxies = 1;
}

/* The first one's config has it still, and the supervisor has released it. */
static void release(struct gateways *gateways)
{
	struct made *made = &gateways->bench.made;

	made->inventory.proxies = &made->proxies[1];
	made->inventory.n_proxies = 1;
	made->inventory.given_up = &gateways->given;
	made->inventory.n_given_up = 1;
	assert_int_equal(sync_of(gateways, made), 0);
}

static const char *name_word(const struct gateways *gateways)
{
	return gateways->bench.fake.words_of_7 ? "name" : "host";
}

static const char *host_proxy(const struct gateways *gateways)
{
	return gateways->bench.fake.words_of_7 ? "proxyid" : "proxy_hostid";
}

/* A method that Zabbix refuses from now on; "" : none. */
static void forbid(struct gateways *gateways, const char *method)
{
	json_decref(
		call(&gateways->bench, "test.forbid", zabbix_json_pack("{s:s}", "method", method)));
}

static bool is_there(json_t *whole, const char *kind, const char *key, const char *name)
{
	json_t *each;
	size_t i;

	json_array_foreach (json_object_get(json_object_get(whole, "objects"), kind), i, each)
		if (strcmp(zabbix_json_text(each, key), name) == 0)
			return true;
	return false;
}

/* The host has this gateway's mark, is asked by the proxy of that name, and is as it was else. */
static void assert_owner(struct gateways *gateways, const json_t *before, const char *gateway,
	const char *id, const char *proxy)
{
	cleanup_json json_t *whole = state(&gateways->bench);
	json_t *host = find(whole, "host", "host", "ce-acme");
	json_t *was = find((json_t *)before, "host", "host", "ce-acme");

	assert_string_equal(zabbix_json_text(host, "hostid"), zabbix_json_text(was, "hostid"));
	assert_tag(host, "vrfgate", gateway);
	assert_tag(host, "vrfgate.id", id);
	assert_tag(host, "site", "x");
	assert_string_equal(zabbix_json_text(host, host_proxy(gateways)),
		zabbix_json_text(find(whole, "proxy", name_word(gateways), proxy), "proxyid"));
}

static void assert_nothing_is_written(struct gateways *gateways, struct made *made)
{
	assert_int_equal(sync_of(gateways, made), 0);
	for (size_t i = 0; i < gateways->bench.result.changes.count; i++)
		print_message("change: %s\n", gateways->bench.result.changes.items[i]);
	assert_int_equal(gateways->bench.result.changes.count, 0);
}

static void test_a_released_vrf_is_the_next_ones_with_the_same_ids(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < N_VERSIONS; i++) {
		cleanup_gateways struct gateways gateways;
		cleanup_json json_t *before = NULL, *after = NULL;
		json_t *was, *proxy;

		gateways_start(&gateways, versions[i]);
		before = state(&gateways.bench);
		release(&gateways);
		assert_true(strings_contain(&gateways.bench.result.released, "acme"));
		assert_nothing_is_written(&gateways, &gateways.bench.made);
		assert_int_equal(sync_of(&gateways, &gateways.second), 0);
		assert_int_equal(gateways.bench.result.problems.count, 0);
		assert_owner(&gateways, before, "gw2", SECOND_ID, "gw2-acme");
		after = state(&gateways.bench);
		was = find(before, "proxy", name_word(&gateways), "gw1-acme");
		proxy = find(after, "proxy", name_word(&gateways), "gw2-acme");
		assert_string_equal(
			zabbix_json_text(proxy, "proxyid"), zabbix_json_text(was, "proxyid"));
		assert_string_equal(zabbix_json_text(proxy, "tls_psk_identity"), "id-2");
		assert_non_null(strstr(zabbix_json_text(proxy, "description"),
			"Proxy of VRF acme on gateway gw2, kept by vrfgate. [vrfgate gw2 vrf acme "));
		/* The host of the proxy's own figures goes with it. */
		assert_string_equal(
			zabbix_json_text(find(after, "host", "host", "gw2-acme"), "hostid"),
			zabbix_json_text(find(before, "host", "host", "gw1-acme"), "hostid"));
		assert_false(is_there(after, "host", "host", "gw1-acme"));
		assert_nothing_is_written(&gateways, &gateways.second);
		/* The first knows who has it. */
		assert_nothing_is_written(&gateways, &gateways.bench.made);
		assert_string_equal(zabbix_json_text(gateways.bench.result.elsewhere, "acme"),
			"gateway 'gw2' (id fedcba98)");
		assert_int_equal(gateways.bench.result.problems.count, 0);
	}
}

static void test_one_that_is_not_released_is_left_and_both_tell_it(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < N_VERSIONS; i++) {
		cleanup_gateways struct gateways gateways;
		cleanup_json json_t *before = NULL, *after = NULL;

		gateways_start(&gateways, versions[i]);
		before = state(&gateways.bench);
		for (size_t round = 0; round < 3; round++) {
			assert_int_equal(sync_of(&gateways, &gateways.second), 0);
			assert_problem(&gateways.bench,
				"vrf 'acme' is on gateway 'gw1' (id 01234567): 'vrfgate release acme' there hands it over, or 'vrfgate adopt --take acme' here where that gateway is gone");
			assert_owner(&gateways, before, "gw1", MADE_ID, "gw1-acme");
			assert_int_equal(sync_of(&gateways, &gateways.bench.made), 0);
			assert_problem(&gateways.bench,
				"gateway 'gw2' (id fedcba98) has vrf acme in its config, too, which this gateway has: take it out of one of the two");
			assert_int_equal(gateways.bench.result.changes.count, 0);
		}
		after = state(&gateways.bench);
		assert_false(is_there(after, "proxy", name_word(&gateways), "gw2-acme"));
		/* Taken out of the second's config, nothing is told any more. */
		gateways.second.inventory.n_proxies = gateways.second.config.n_vrfs = 0;
		assert_int_equal(sync_of(&gateways, &gateways.second), 0);
		assert_int_equal(sync_of(&gateways, &gateways.bench.made), 0);
		assert_int_equal(gateways.bench.result.problems.count, 0);
	}
}

static void test_a_single_host_of_two_gateways_is_the_firsts_and_both_tell_it(void **unused)
{
	cleanup_gateways struct gateways gateways;
	cleanup_json json_t *before = NULL;

	(void)unused;
	gateways_start(&gateways, "7.0.22");
	before = state(&gateways.bench);
	gateways.second.proxies[0].vrf = gateways.second.vrfs[0].name = (char *)"charlie";
	assert_int_equal(sync_of(&gateways, &gateways.second), 0);
	assert_problem(&gateways.bench,
		"host 'ce-acme' belongs to another gateway named 'gw1' (id 01234567)");
	assert_int_equal(json_object_size(gateways.bench.result.elsewhere), 0);
	assert_owner(&gateways, before, "gw1", MADE_ID, "gw1-acme");
	assert_int_equal(sync_of(&gateways, &gateways.bench.made), 0);
	assert_problem(&gateways.bench,
		"gateway 'gw2' (id fedcba98) has host ce-acme in its config, too, which this gateway has: take it out of one of the two");
}

/* Before the proxy's mark is written, nothing has changed; after it, the hosts are the second's, whoever marks them. */
static void test_one_that_dies_half_way_is_finished_by_itself_or_by_the_next(void **unused)
{
	static const char *const refused[] = { "proxy.update", "host.update" };

	(void)unused;
	for (size_t i = 0; i < 4 * N_VERSIONS; i++) {
		cleanup_gateways struct gateways gateways;
		cleanup_json json_t *before = NULL;
		bool by_third = i % 2, late = i / 2 % 2;

		gateways_start(&gateways, versions[i / 4]);
		before = state(&gateways.bench);
		release(&gateways);
		forbid(&gateways, refused[late]);
		assert_true(sync_of(&gateways, &gateways.second) < 0);
		assert_owner(&gateways, before, "gw1", MADE_ID, late ? "gw2-acme" : "gw1-acme");
		forbid(&gateways, "");
		if (!by_third) {
			assert_int_equal(sync_of(&gateways, &gateways.second), 0);
			assert_owner(&gateways, before, "gw2", SECOND_ID, "gw2-acme");
			continue;
		}
		/* The second is gone for good, with its mark at the proxy or with none. */
		assert_int_equal(sync_of(&gateways, &gateways.third), 0);
		if (late) {
			assert_string_equal(
				zabbix_json_text(gateways.bench.result.elsewhere, "acme"),
				"gateway 'gw1' (id 01234567)");
			strings_add(&gateways.third.inventory.takes, "acme");
			assert_int_equal(sync_of(&gateways, &gateways.third), 0);
			strings_finish(&gateways.third.inventory.takes);
		}
		assert_owner(&gateways, before, "gw3", THIRD_ID, "gw3-acme");
		assert_nothing_is_written(&gateways, &gateways.third);
	}
}

/* An operator's proxy has the name; another gateway's, or one that cannot be written, is the same. */
static void test_a_vrf_stays_released_where_the_name_of_its_proxy_is_taken(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < 2 * N_VERSIONS; i++) {
		cleanup_gateways struct gateways gateways;
		cleanup_json json_t *before = NULL, *made = NULL;
		bool dead = i % 2;
		struct reporter_given_up waiting;

		gateways_start(&gateways, versions[i / 2]);
		waiting = (struct reporter_given_up){ (char *)"acme", false, true,
			gateways.bench.made.hosts, 1, (char *)"gw2-acme" };
		before = state(&gateways.bench);
		if (dead)
			strings_add(&gateways.second.inventory.takes, "acme");
		else
			release(&gateways);
		made = call(&gateways.bench, "proxy.create",
			zabbix_json_pack("{s:s, s:s}", name_word(&gateways), "gw2-acme",
				gateways.bench.fake.words_of_7 ? "operating_mode" : "status",
				gateways.bench.fake.words_of_7 ? "0" : "5"));
		for (size_t round = 0; round < 2; round++) {
			/* Once as one that would take it, then as one that waits. */
			gateways.second.inventory.n_proxies = round == 0;
			gateways.second.inventory.given_up = &waiting;
			gateways.second.inventory.n_given_up = round;
			if (dead && round == 1)
				break;
			assert_int_equal(sync_of(&gateways, &gateways.second), 0);
			assert_problem(&gateways.bench,
				"vrf 'acme' is not taken over from gateway 'gw1' (id 01234567): its proxy would be 'gw2-acme', and another one in Zabbix has that name: rename or delete that one");
			assert_string_equal(
				zabbix_json_text(gateways.bench.result.elsewhere, "acme"),
				"gateway 'gw1' (id 01234567)");
			assert_owner(&gateways, before, "gw1", MADE_ID, "gw1-acme");
		}
		json_decref(call(&gateways.bench, "proxy.delete",
			json_deep_copy(json_object_get(made, "proxyids"))));
		gateways.second.inventory.n_proxies = 1;
		gateways.second.inventory.n_given_up = 0;
		assert_int_equal(sync_of(&gateways, &gateways.second), 0);
		assert_int_equal(gateways.bench.result.problems.count, 0);
		assert_owner(&gateways, before, "gw2", SECOND_ID, "gw2-acme");
		strings_finish(&gateways.second.inventory.takes);
	}
}

static void test_nothing_of_a_vrf_is_taken_whose_proxy_cannot_be_written(void **unused)
{
	cleanup_gateways struct gateways gateways;
	cleanup_json json_t *before = NULL;

	(void)unused;
	gateways_start(&gateways, "7.0.22");
	before = state(&gateways.bench);
	release(&gateways);
	gateways.second.proxies[0].passive = true;
	gateways.second.proxies[0].address = (char *)"";
	assert_int_equal(sync_of(&gateways, &gateways.second), 0);
	assert_owner(&gateways, before, "gw1", MADE_ID, "gw1-acme");
	gateways.second.proxies[0].address = (char *)"192.0.2.7";
	assert_int_equal(sync_of(&gateways, &gateways.second), 0);
	assert_owner(&gateways, before, "gw2", SECOND_ID, "gw2-acme");
}

static void test_a_release_is_taken_back_as_long_as_nobody_has_it(void **unused)
{
	cleanup_gateways struct gateways gateways;
	cleanup_json json_t *before = NULL;
	struct made *first = &gateways.bench.made;

	(void)unused;
	gateways_start(&gateways, "6.0.14");
	before = state(&gateways.bench);
	release(&gateways);
	first->inventory.proxies = first->proxies;
	first->inventory.n_proxies = 2;
	first->inventory.n_given_up = 0;
	assert_int_equal(sync_of(&gateways, first), 0);
	assert_owner(&gateways, before, "gw1", MADE_ID, "gw1-acme");
	assert_int_equal(sync_of(&gateways, &gateways.second), 0);
	assert_string_equal(zabbix_json_text(gateways.bench.result.elsewhere, "acme"),
		"gateway 'gw1' (id 01234567)");
}

static void test_no_release_is_told_before_the_proxy_rests(void **unused)
{
	cleanup_gateways struct gateways gateways;

	(void)unused;
	gateways_start(&gateways, "7.0.22");
	gateways.given.at_rest = false;
	release(&gateways);
	assert_int_equal(gateways.bench.result.changes.count, 0);
	assert_int_equal(gateways.bench.result.released.count, 0);
}

/* It was dead when its VRF was taken, and nothing of that has reached it. */
static void test_a_gateway_that_comes_back_sees_whose_its_vrf_is(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < N_VERSIONS; i++) {
		cleanup_gateways struct gateways gateways;
		cleanup_json json_t *before = NULL;
		struct made *first = &gateways.bench.made;

		gateways_start(&gateways, versions[i]);
		before = state(&gateways.bench);
		strings_add(&gateways.second.inventory.takes, "acme");
		/* And where it has got no further than the proxy. */
		forbid(&gateways, "host.update");
		assert_true(sync_of(&gateways, &gateways.second) < 0);
		forbid(&gateways, "");
		first->config.zabbix.prune = true;
		for (size_t round = 0; round < 2; round++) {
			assert_int_equal(sync_of(&gateways, first), 0);
			assert_string_equal(
				zabbix_json_text(gateways.bench.result.elsewhere, "acme"),
				"gateway 'gw2' (id fedcba98)");
			assert_int_equal(gateways.bench.result.deleted, 0);
			assert_int_equal(sync_of(&gateways, &gateways.second), 0);
			assert_problem(&gateways.bench,
				"gateway 'gw1' (id 01234567) has vrf acme in its config, too, which this gateway has: take it out of one of the two");
			assert_owner(&gateways, before, "gw2", SECOND_ID, "gw2-acme");
		}
		strings_finish(&gateways.second.inventory.takes);
		/* Out of its config, it deletes nothing of it either. */
		acme_take_out(first);
		strings_add(&first->inventory.removed, "acme");
		assert_int_equal(sync_of(&gateways, first), 0);
		strings_finish(&first->inventory.removed);
		assert_int_equal(gateways.bench.result.deleted, 0);
		assert_owner(&gateways, before, "gw2", SECOND_ID, "gw2-acme");
	}
}

/* Released, and out of the config before anybody has it: its history is not pruned. */
static void test_what_is_released_is_not_pruned(void **unused)
{
	cleanup_gateways struct gateways gateways;
	cleanup_json json_t *before = NULL;
	struct made *first = &gateways.bench.made;

	(void)unused;
	gateways_start(&gateways, "7.0.22");
	before = state(&gateways.bench);
	release(&gateways);
	first->config.zabbix.prune = true;
	acme_take_out(first);
	first->inventory.n_given_up = 0;
	strings_add(&first->inventory.removed, "acme");
	assert_int_equal(sync_of(&gateways, first), 0);
	strings_finish(&first->inventory.removed);
	assert_int_equal(gateways.bench.result.deleted, 0);
	assert_int_equal(sync_of(&gateways, &gateways.second), 0);
	assert_owner(&gateways, before, "gw2", SECOND_ID, "gw2-acme");
}

/* Cut from one config and put into the other, or released and taken out before Zabbix could be told. */
static void test_what_goes_from_one_config_while_another_has_it_is_released(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < 2 * N_VERSIONS; i++) {
		cleanup_gateways struct gateways gateways;
		cleanup_json json_t *before = NULL;
		struct made *first = &gateways.bench.made;

		gateways_start(&gateways, versions[i / 2]);
		before = state(&gateways.bench);
		assert_int_equal(sync_of(&gateways, &gateways.second), 0);
		first->config.zabbix.prune = i % 2;
		acme_take_out(first);
		/* As long as nobody has said that it is meant, it may be a slip. */
		assert_int_equal(sync_of(&gateways, first), 0);
		assert_int_equal(gateways.bench.result.deleted, 0);
		assert_owner(&gateways, before, "gw1", MADE_ID, "gw1-acme");
		strings_add(&first->inventory.removed, "acme");
		assert_int_equal(sync_of(&gateways, first), 0);
		assert_int_equal(gateways.bench.result.deleted, 0);
		assert_int_equal(gateways.bench.result.problems.count, 0);
		assert_int_equal(sync_of(&gateways, &gateways.second), 0);
		assert_owner(&gateways, before, "gw2", SECOND_ID, "gw2-acme");
		assert_nothing_is_written(&gateways, first);
		strings_finish(&first->inventory.removed);
	}
}

/* Both have read that it is released, and both write: the last has it, and it stays so. */
static void test_two_that_take_at_once_end_with_one(void **unused)
{
	cleanup_gateways struct gateways gateways;
	cleanup_json json_t *before = NULL, *whole = NULL;

	(void)unused;
	gateways_start(&gateways, "7.0.22");
	before = state(&gateways.bench);
	release(&gateways);
	assert_int_equal(sync_of(&gateways, &gateways.second), 0);
	/* What the third writes, who has read before the second wrote. */
	change(&gateways.bench, "proxy", "name", "gw2-acme",
		zabbix_json_pack("{s:s, s:s}", "name", "gw3-acme", "description",
			"[vrfgate gw3 vrf acme psk none from " MADE_ID " id " THIRD_ID "]"));
	for (size_t round = 0; round < 3; round++) {
		assert_int_equal(sync_of(&gateways, &gateways.third), 0);
		assert_int_equal(sync_of(&gateways, &gateways.second), 0);
		assert_owner(&gateways, before, "gw2", SECOND_ID, "gw2-acme");
	}
	assert_nothing_is_written(&gateways, &gateways.second);
	assert_nothing_is_written(&gateways, &gateways.third);
	assert_problem(&gateways.bench,
		"host 'ce-acme' belongs to another gateway named 'gw2' (id fedcba98)");
	whole = state(&gateways.bench);
	assert_true(is_there(whole, "proxy", "name", "gw3-acme"));
}

static void test_a_vrf_of_that_name_with_other_hosts_is_another_one(void **unused)
{
	cleanup_gateways struct gateways gateways;
	cleanup_json json_t *before = NULL, *whole = NULL;

	(void)unused;
	gateways_start(&gateways, "7.0.22");
	before = state(&gateways.bench);
	release(&gateways);
	gateways.second.hosts[0].name = (char *)"other-acme";
	assert_int_equal(sync_of(&gateways, &gateways.second), 0);
	assert_int_equal(gateways.bench.result.problems.count, 0);
	whole = state(&gateways.bench);
	assert_true(is_there(whole, "proxy", "name", "gw1-acme"));
	assert_true(is_there(whole, "proxy", "name", "gw2-acme"));
	assert_owner(&gateways, before, "gw1", MADE_ID, "gw1-acme");
}

static void test_it_goes_from_one_to_the_next_and_back(void **unused)
{
	cleanup_gateways struct gateways gateways;
	cleanup_json json_t *before = NULL;
	struct made *first = &gateways.bench.made;

	(void)unused;
	gateways_start(&gateways, "6.0.14");
	before = state(&gateways.bench);
	release(&gateways);
	assert_int_equal(sync_of(&gateways, &gateways.second), 0);
	gateways.second.inventory.given_up = &gateways.given;
	gateways.second.inventory.n_given_up = 1;
	gateways.second.inventory.n_proxies = 0;
	assert_int_equal(sync_of(&gateways, &gateways.second), 0);
	assert_int_equal(sync_of(&gateways, &gateways.third), 0);
	assert_owner(&gateways, before, "gw3", THIRD_ID, "gw3-acme");
	/* The first, which had it before the last, sees it still. */
	first->inventory.proxies = first->proxies;
	first->inventory.n_proxies = 2;
	first->inventory.n_given_up = 0;
	assert_int_equal(sync_of(&gateways, first), 0);
	assert_string_equal(zabbix_json_text(gateways.bench.result.elsewhere, "acme"),
		"gateway 'gw3' (id aaaabbbb)");
	gateways.third.inventory.given_up = &gateways.given;
	gateways.third.inventory.n_given_up = 1;
	gateways.third.inventory.n_proxies = 0;
	assert_int_equal(sync_of(&gateways, &gateways.third), 0);
	assert_int_equal(sync_of(&gateways, first), 0);
	assert_owner(&gateways, before, "gw1", MADE_ID, "gw1-acme");
	assert_nothing_is_written(&gateways, first);
}

static void test_a_gateway_of_another_name_keeps_its_objects(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < N_VERSIONS; i++) {
		cleanup_gateways struct gateways gateways;
		cleanup_json json_t *before = NULL, *after = NULL;
		struct made *first = &gateways.bench.made;

		gateways_start(&gateways, versions[i]);
		before = state(&gateways.bench);
		first->config.gateway.name = (char *)"gw9";
		first->config.zabbix.prune = true;
		first->proxies[0].name = (char *)"gw9-acme";
		first->proxies[1].name = (char *)"gw9-bravo";
		assert_int_equal(sync_of(&gateways, first), 0);
		assert_int_equal(gateways.bench.result.problems.count, 0);
		assert_int_equal(gateways.bench.result.created + gateways.bench.result.deleted, 0);
		assert_owner(&gateways, before, "gw9", MADE_ID, "gw9-acme");
		after = state(&gateways.bench);
		assert_string_equal(zabbix_json_text(find(after, "host", "host", "gw9"), "hostid"),
			zabbix_json_text(find(before, "host", "host", "gw1"), "hostid"));
		assert_nothing_is_written(&gateways, first);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_released_vrf_is_the_next_ones_with_the_same_ids),
		cmocka_unit_test(test_one_that_is_not_released_is_left_and_both_tell_it),
		cmocka_unit_test(test_a_single_host_of_two_gateways_is_the_firsts_and_both_tell_it),
		cmocka_unit_test(test_one_that_dies_half_way_is_finished_by_itself_or_by_the_next),
		cmocka_unit_test(test_a_vrf_stays_released_where_the_name_of_its_proxy_is_taken),
		cmocka_unit_test(test_nothing_of_a_vrf_is_taken_whose_proxy_cannot_be_written),
		cmocka_unit_test(test_a_release_is_taken_back_as_long_as_nobody_has_it),
		cmocka_unit_test(test_no_release_is_told_before_the_proxy_rests),
		cmocka_unit_test(test_a_gateway_that_comes_back_sees_whose_its_vrf_is),
		cmocka_unit_test(test_what_is_released_is_not_pruned),
		cmocka_unit_test(test_what_goes_from_one_config_while_another_has_it_is_released),
		cmocka_unit_test(test_two_that_take_at_once_end_with_one),
		cmocka_unit_test(test_a_vrf_of_that_name_with_other_hosts_is_another_one),
		cmocka_unit_test(test_it_goes_from_one_to_the_next_and_back),
		cmocka_unit_test(test_a_gateway_of_another_name_keeps_its_objects),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
