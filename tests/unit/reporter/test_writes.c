// SPDX-License-Identifier: GPL-2.0-or-later
/* Bundles of writes: how few requests a thousand VRFs take, and what becomes of a refused one. */
#include "../cmocka_all.h"

#include "inventory_made.h"

#define N_VRFS          1000
#define PROVISION_MAX   60
#define CHECK_AGAIN_MAX 12

struct fleet {
	struct made made;
	struct reporter_proxy proxies[N_VRFS];
	struct config_host hosts[N_VRFS][2];
	struct config_range range;
	struct config_probe probe;
	struct config_discover discover;
	char names[N_VRFS][4][16]; /* VRF, proxy, hosts */
};

static void fleet_init(struct fleet *fleet, const char *url)
{
	made_init(&fleet->made, url);
	for (int i = 0; i < N_VRFS; i++) {
		snprintf(fleet->names[i][0], 16, "v%04d", i);
		snprintf(fleet->names[i][1], 16, "gw1-v%04d", i);
		snprintf(fleet->names[i][2], 16, "ce1-%04d", i);
		snprintf(fleet->names[i][3], 16, "ce2-%04d", i);
		fleet->hosts[i][0] = fleet->made.hosts[0];
		fleet->hosts[i][0].name = fleet->names[i][2];
		fleet->hosts[i][1] = fleet->made.hosts[1];
		fleet->hosts[i][1].name = fleet->names[i][3];
		fleet->proxies[i] = fleet->made.proxies[i % 2];
		fleet->proxies[i].vrf = fleet->names[i][0];
		fleet->proxies[i].name = fleet->names[i][1];
		fleet->proxies[i].hosts = fleet->hosts[i];
		fleet->proxies[i].n_hosts = 2;
	}
	fleet->made.inventory.proxies = fleet->proxies;
	fleet->made.inventory.n_proxies = N_VRFS;
}

/* A discover section in every VRF. */
static void fleet_discover(struct fleet *fleet)
{
	fleet->range.text = (char *)"10.0.0.0/24";
	address_parse(&fleet->range.first, "10.0.0.0");
	address_parse(&fleet->range.last, "10.0.0.255");
	fleet->probe.type = CONFIG_PROBE_ICMP;
	fleet->discover = (struct config_discover){
		.ranges = &fleet->range,
		.n_ranges = 1,
		.probes = &fleet->probe,
		.n_probes = 1,
		.interval_s = 3600,
	};
	for (int i = 0; i < N_VRFS; i++) {
		fleet->proxies[i].discovers = &fleet->discover;
		fleet->proxies[i].n_discovers = 1;
	}
}

/* As the reporter and `vrfgate sync` do: log in, bring in step. Returns the number of requests. */
static size_t provision(const struct fleet *fleet, struct reporter_sync_result *result)
{
	struct zabbix_login login;
	struct zabbix_api *api;
	size_t requests;

	reporter_inventory_login(&fleet->made.inventory, &login);
	assert_int_equal(zabbix_api_create(&login, &api, NULL), 0);
	assert_int_equal(reporter_sync(api, &fleet->made.inventory, false, result, NULL), 0);
	requests = zabbix_api_requests(api);
	zabbix_api_destroy(api);
	return requests;
}

/* n_each: what a VRF has of objects. */
static void assert_requests(void (*prepare)(struct fleet *), size_t n_each)
{
	static const char *const versions[] = { "6.0.14", "7.0.22" };
	struct fleet *fleet = xcalloc(1, sizeof(*fleet));

	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		cleanup(reporter_sync_result_finish) struct reporter_sync_result made = { 0 },
										 again = { 0 };
		cleanup_fake_zabbix struct fake_zabbix fake;
		cleanup_http_server struct http_server server;
		size_t requests;

		fake_zabbix_init(&fake, versions[i]);
		http_server_start(&server, fake_answer, &fake);
		fleet_init(fleet, server.url);
		if (prepare)
			prepare(fleet);
		requests = provision(fleet, &made);
		print_message("# %s: %zu requests to provision\n", versions[i], requests);
		assert_int_equal(made.problems.count, 0);
		/* And the group, the gateway's host. */
		assert_int_equal(made.created, n_each * N_VRFS + 2);
		assert_true(requests <= PROVISION_MAX);
		requests = provision(fleet, &again);
		print_message("# %s: %zu requests to check again\n", versions[i], requests);
		assert_int_equal(again.created + again.updated + again.deleted, 0);
		assert_int_equal(again.unchanged, n_each * N_VRFS + 2);
		assert_true(requests <= CHECK_AGAIN_MAX);
	}
	free(fleet);
}

static void test_a_thousand_vrfs_take_60_requests_and_12_to_check_again(void **state)
{
	(void)state;
	/* A proxy, its own host and two devices. */
	assert_requests(NULL, 4);
}

static void test_so_do_a_thousand_that_discover(void **state)
{
	(void)state;
	/* A group, a rule and an action more. */
	assert_requests(fleet_discover, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_thousand_vrfs_take_60_requests_and_12_to_check_again),
		cmocka_unit_test(test_so_do_a_thousand_that_discover),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
