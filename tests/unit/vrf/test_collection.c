// SPDX-License-Identifier: GPL-2.0-or-later
#include "../cmocka_all.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "vrf/collection.h"

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
		.vrf = { .name = (char *)"acme",
			.proxy = { .state = PROGRAM_STARTING, .process.pid = getpid() } },
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

#define MINUTE_MS 60000

/* The server hears the proxy, and asked just now it had a value of that age, which was new then. */
static void heard_with_value_of(struct trial *trial, int64_t age_ms)
{
	uint64_t now_ms = clock_now_ms();

	trial_begin(trial);
	trial->vrf.object = VRF_OBJECT_OURS;
	trial->vrf.server_lastaccess = time(NULL);
	trial->vrf.server_seen_ms = (int64_t)now_ms;
	trial->vrf.server_told_ms = now_ms;
	trial->vrf.newest = (struct vrf_newest){ .clock = time(NULL) - age_ms / 1000,
		.at_ms = (int64_t)now_ms - age_ms,
		.told_ms = now_ms };
	trial->vrf.checks[VRF_CHECK_SERVER] = (struct vrf_check){ .judged = true, .ok = true };
	trial->vrf.has_stats = true;
	trial->vrf.stats.items = 50;
	trial->context.n_heard = 3;
	trial->context.n_fresh = 2;
}

static void a_value_that_arrived_is_told_with_its_age(void **state)
{
	struct trial trial;

	(void)state;
	heard_with_value_of(&trial, 35000);
	assert_true(values_check(&trial)->ok);
	assert_string_equal(trial.vrf.checks[VRF_CHECK_VALUES].detail, "last value 35 s ago");
	assert_true(collection_is_fresh(&trial.vrf));
}

static void values_that_stop_while_the_server_hears_the_proxy_are_told_with_their_cause(
	void **state)
{
	struct trial trials[6];
	static const char *const told[] = {
		"last value 600 s ago: the proxy may not write to its database",
		"last value 600 s ago: the proxy is wedged: 4 of its processes wait for a lock",
		"last value 600 s ago: the proxy has no items: it got no configuration",
		"last value 600 s ago: the server stores no values of any proxy here: it is behind, see its queue",
		"last value 600 s ago: the proxy has 4711 values that it does not send",
		"last value 600 s ago: nothing new comes from the proxy, see 'vrfgate logs acme'",
	};

	(void)state;
	for (size_t i = 0; i < 6; i++)
		heard_with_value_of(&trials[i], 10 * MINUTE_MS);
	trials[0].vrf.vitals.write_error = EROFS;
	trials[1].vrf.wedge = (struct wedge){ .blocked_since_ms = 1, .look.blocked = 4 };
	trials[2].vrf.stats.items = 0;
	trials[3].context.n_fresh = 0;
	trials[4].vrf.vitals.unsent = 4711;
	for (size_t i = 0; i < 6; i++) {
		assert_false(values_check(&trials[i])->ok);
		assert_string_equal(trials[i].vrf.checks[VRF_CHECK_VALUES].detail, told[i]);
		assert_false(collection_is_fresh(&trials[i].vrf));
		assert_int_equal(trials[i].vrf.newest.behind, i == 3);
	}
}

static void nothing_is_said_of_values_that_cannot_be_seen(void **state)
{
	struct trial trials[6];

	(void)state;
	for (size_t i = 0; i < 6; i++)
		heard_with_value_of(&trials[i], 10 * MINUTE_MS);
	trials[0].vrf.checks[VRF_CHECK_SERVER].ok = false;
	trials[1].vrf.object = VRF_OBJECT_FOREIGN;
	trials[2].context.server_known = false;
	trials[3].vrf.newest = (struct vrf_newest){ 0 };
	trials[4].vrf.server_seen_ms -= 5 * MINUTE_MS;
	/* The clock was set back: newer values are older than the newest one. */
	trials[5].vrf.newest.clock = time(NULL) + 3600;
	for (size_t i = 0; i < 6; i++)
		assert_false(values_check(&trials[i])->judged);
}

static void a_proxy_that_has_just_come_is_given_time(void **state)
{
	struct trial started, heard, first;

	(void)state;
	heard_with_value_of(&started, 10 * MINUTE_MS);
	started.vrf.proxy.started_ms = clock_now_ms() - MINUTE_MS;
	assert_true(values_check(&started)->ok);
	heard_with_value_of(&heard, 10 * MINUTE_MS);
	heard.vrf.checks[VRF_CHECK_SERVER].since_ms = clock_now_ms() - MINUTE_MS;
	assert_true(values_check(&heard)->ok);
	heard_with_value_of(&first, 4 * MINUTE_MS);
	first.vrf.newest.clock = 0;
	assert_true(values_check(&first)->ok);
	assert_string_equal(first.vrf.checks[VRF_CHECK_VALUES].detail, "none yet");
	first.vrf.newest.at_ms -= 2 * MINUTE_MS;
	assert_false(values_check(&first)->ok);
	assert_string_equal(first.vrf.checks[VRF_CHECK_VALUES].detail,
		"no value ever: nothing new comes from the proxy, see 'vrfgate logs acme'");
}

/* Clocks of server and gateway need not agree. */
static void a_value_that_was_not_there_before_is_new_whatever_its_time(void **state)
{
	time_t other = time(NULL) - 86400;
	struct trial trial;

	(void)state;
	heard_with_value_of(&trial, 0);
	trial.vrf.newest = (struct vrf_newest){ 0 };
	collection_note_newest(&trial.vrf, other);
	assert_false(collection_is_fresh(&trial.vrf));
	collection_note_newest(&trial.vrf, other);
	assert_false(collection_is_fresh(&trial.vrf));
	collection_note_newest(&trial.vrf, other + 60);
	assert_true(collection_is_fresh(&trial.vrf));
	/* One from the future is no older than now. */
	collection_note_newest(&trial.vrf, other + 3 * 86400);
	assert_true(collection_is_fresh(&trial.vrf));
	assert_true(trial.vrf.newest.at_ms <= (int64_t)clock_now_ms());
}

static const struct vrf_check *late_check(struct trial *trial)
{
	collection_judge(&trial->vrf);
	return &trial->vrf.checks[VRF_CHECK_LATE];
}

static void items_that_the_proxy_leaves_late_are_told(void **state)
{
	struct trial trial;

	(void)state;
	trial_begin(&trial);
	assert_false(late_check(&trial)->judged);
	collection_note_late(&trial.vrf, 0);
	assert_true(late_check(&trial)->ok);
	collection_note_late(&trial.vrf, 37);
	assert_false(late_check(&trial)->ok);
	assert_string_equal(trial.vrf.checks[VRF_CHECK_LATE].detail,
		"37 items are late by more than 10 minutes");
	/* The next proxy has said nothing yet. */
	trial.vrf.proxy.started_ms = clock_now_ms() + 1;
	assert_false(late_check(&trial)->judged);
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
		cmocka_unit_test(items_that_the_proxy_leaves_late_are_told),
		cmocka_unit_test(a_value_that_arrived_is_told_with_its_age),
		cmocka_unit_test(
			values_that_stop_while_the_server_hears_the_proxy_are_told_with_their_cause),
		cmocka_unit_test(nothing_is_said_of_values_that_cannot_be_seen),
		cmocka_unit_test(a_proxy_that_has_just_come_is_given_time),
		cmocka_unit_test(a_value_that_was_not_there_before_is_new_whatever_its_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
