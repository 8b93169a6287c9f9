// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "supervisor/collection.h"

/* A VRF whose proxy runs and polls nothing of its own kinds. */
struct trial {
	struct config whole;
	struct config_vrf config;
	struct vrf_context context;
	struct vrf vrf;
};

static void trial_begin(struct trial *trial)
{
	*trial = (struct trial){
		.whole.zabbix.url = (char *)"http://127.0.0.1/",
		.config = { .has_proxy = true,
			.proxy.java_gateway = (char *)"",
			.proxy.health = { .fall = 1, .rise = 1 } },
		.vrf = { .name = (char *)"acme", .state = VRF_STARTING, .proxy.pid = getpid() },
	};
	trial->context = (struct vrf_context){ .config = &trial->whole, .server_known = true };
	trial->vrf.context = &trial->context;
	trial->vrf.config = &trial->config;
}

static const struct vrf_check *values_check(struct trial *trial)
{
	collection_judge(&trial->vrf);
	return &trial->vrf.checks[VRF_CHECK_VALUES];
}

static struct zabbix_demand demand_of(enum zabbix_poller kind, uint32_t count, const char *host)
{
	struct zabbix_demand demand = { 0 };

	demand.kinds[kind].count = count;
	snprintf(demand.kinds[kind].host, sizeof(demand.kinds[kind].host), "%s", host);
	return demand;
}

static void what_the_proxy_cannot_poll_is_told_with_kind_number_host_and_remedy(void **state)
{
	static char *const none[] = { (char *)"StartHTTPAgentPollers=0" };
	static const struct {
		enum zabbix_poller kind;
		const char *told;
	} rows[] = {
		{ ZABBIX_POLLER_JMX,
			"JMX items are not polled (12, host 'app1'): set proxy { java_gateway }" },
		{ ZABBIX_POLLER_BROWSER,
			"browser items are not polled (12, host 'app1'): set WebDriverURL in proxy { options }" },
		{ ZABBIX_POLLER_HTTP_AGENT,
			"HTTP agent items are not polled (12, host 'app1'): proxy { options } has StartHTTPAgentPollers=0" },
		{ ZABBIX_POLLER_IPMI,
			"IPMI items are not polled (12, host 'app1'): 'vrfgate restart acme' starts a poller for them" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct zabbix_demand demand = demand_of(rows[i].kind, 12, "app1");
		struct trial trial;

		trial_begin(&trial);
		trial.config.proxy.options = (struct strings){ (char **)none, 1 };
		collection_note_demand(&trial.vrf, &demand);
		assert_true(values_check(&trial)->judged);
		assert_false(trial.vrf.checks[VRF_CHECK_VALUES].ok);
		assert_string_equal(trial.vrf.checks[VRF_CHECK_VALUES].detail, rows[i].told);
		trial.vrf.pollers.polled = ZABBIX_POLLER_BIT(rows[i].kind);
		assert_false(values_check(&trial)->judged);
	}
}

static void a_name_out_of_a_database_is_made_printable(void **state)
{
	struct zabbix_demand demand = demand_of(ZABBIX_POLLER_JMX, 1, "a\033[2Jb");
	struct trial trial;

	(void)state;
	trial_begin(&trial);
	memset(demand.kinds[ZABBIX_POLLER_IPMI].host, 'x', 64);
	collection_note_demand(&trial.vrf, &demand);
	assert_null(strchr(values_check(&trial)->detail, '\033'));
	assert_int_equal(strlen(trial.vrf.demand.kinds[ZABBIX_POLLER_IPMI].host), 63);
}

static void without_a_proxy_nothing_is_said(void **state)
{
	struct trial trial;

	(void)state;
	trial_begin(&trial);
	trial.config.has_proxy = false;
	assert_false(values_check(&trial)->judged);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			what_the_proxy_cannot_poll_is_told_with_kind_number_host_and_remedy),
		cmocka_unit_test(a_name_out_of_a_database_is_made_printable),
		cmocka_unit_test(without_a_proxy_nothing_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
