// SPDX-License-Identifier: GPL-2.0-or-later
#include "../cmocka_all.h"

#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "vrf/checks.h"

static void a_check_says_since_when_it_is_so(void **state)
{
	struct vrf vrf = { 0 };
	const struct vrf_check *check = &vrf.checks[VRF_CHECK_LINK];
	uint64_t long_ago_ms = 1;

	(void)state;
	checks_set(&vrf, VRF_CHECK_LINK, true, "%d up", 1);
	assert_true(check->judged && check->ok);
	assert_string_equal(check->detail, "1 up");
	assert_true(check->since_ms > long_ago_ms);
	vrf.checks[VRF_CHECK_LINK].since_ms = long_ago_ms;
	checks_set(&vrf, VRF_CHECK_LINK, true, "2 up");
	assert_int_equal(check->since_ms, long_ago_ms);
	assert_string_equal(check->detail, "2 up");
	checks_set(&vrf, VRF_CHECK_LINK, false, "is down");
	assert_true(check->since_ms > long_ago_ms);
}

static void a_first_bad_judgement_has_a_time_too(void **state)
{
	struct vrf vrf = { 0 };

	(void)state;
	checks_set(&vrf, VRF_CHECK_STATS, false, "no answer");
	assert_true(vrf.checks[VRF_CHECK_STATS].since_ms > 0);
}

static void the_cause_comes_before_what_follows_from_it(void **state)
{
	struct vrf vrf = { 0 };

	(void)state;
	assert_null(checks_first_bad(&vrf));
	checks_set(&vrf, VRF_CHECK_NETNS, true, "present");
	assert_null(checks_first_bad(&vrf));
	checks_set(&vrf, VRF_CHECK_SERVER, false, "never seen");
	checks_set(&vrf, VRF_CHECK_LINK, false, "is down");
	assert_ptr_equal(checks_first_bad(&vrf), &vrf.checks[VRF_CHECK_LINK]);
}

static void what_was_known_of_a_proxy_goes_with_it(void **state)
{
	struct vrf vrf = { .has_stats = true };

	(void)state;
	checks_set(&vrf, VRF_CHECK_LINK, true, "1 up");
	checks_set(&vrf, VRF_CHECK_STATS, false, "no answer");
	checks_set(&vrf, VRF_CHECK_SERVER, false, "never seen");
	checks_forget_proxy(&vrf);
	assert_null(checks_first_bad(&vrf));
	assert_true(vrf.checks[VRF_CHECK_LINK].judged);
	assert_false(vrf.has_stats);
}

static void a_long_detail_is_cut(void **state)
{
	struct vrf vrf = { 0 };
	char text[512];

	(void)state;
	memset(text, 'd', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	checks_set(&vrf, VRF_CHECK_STATS, false, "%s", text);
	assert_int_equal(strlen(vrf.checks[VRF_CHECK_STATS].detail),
		sizeof(vrf.checks[VRF_CHECK_STATS].detail) - 1);
}

/* A VRF whose start_period is over, unless it came up just now. */
static struct config_vrf counted_config(void)
{
	return (struct config_vrf){
		.has_proxy = true,
		.proxy.health = { .fall = 3, .rise = 2, .start_period_s = 60 },
	};
}

static void what_is_asked_for_is_bad_after_fall_and_good_after_rise_results(void **state)
{
	struct config_vrf config = counted_config();
	struct vrf vrf = { .config = &config };
	const struct vrf_check *check = &vrf.checks[VRF_CHECK_GATEWAY];

	(void)state;
	checks_count(&vrf, VRF_CHECK_GATEWAY, false, "gone");
	checks_count(&vrf, VRF_CHECK_GATEWAY, false, "gone");
	assert_true(check->judged && check->ok);
	assert_string_equal(check->detail, "bad 2 of 3 times: gone");
	checks_count(&vrf, VRF_CHECK_GATEWAY, false, "gone");
	assert_false(check->ok);
	assert_string_equal(check->detail, "gone");
	checks_count(&vrf, VRF_CHECK_GATEWAY, true, "known");
	assert_false(check->ok);
	assert_string_equal(check->detail, "good 1 of 2 times: known");
	checks_count(&vrf, VRF_CHECK_GATEWAY, true, "known");
	assert_true(check->ok);
}

static void one_good_result_among_bad_ones_starts_the_count_anew(void **state)
{
	struct config_vrf config = counted_config();
	struct vrf vrf = { .config = &config };

	(void)state;
	for (int i = 0; i < 8; i++)
		checks_count(&vrf, VRF_CHECK_STATS, i % 3 == 2, "x");
	assert_true(vrf.checks[VRF_CHECK_STATS].ok);
}

static void a_slow_start_is_not_held_against_it_but_a_relapse_is(void **state)
{
	struct config_vrf config = counted_config();
	struct vrf vrf = { .config = &config, .proxy.started_ms = clock_now_ms() };
	const struct vrf_check *check = &vrf.checks[VRF_CHECK_SERVER];

	(void)state;
	for (int i = 0; i < 10; i++)
		checks_count(&vrf, VRF_CHECK_SERVER, false, "never seen");
	assert_true(check->ok);
	assert_string_equal(check->detail, "not yet: never seen");
	checks_count(&vrf, VRF_CHECK_SERVER, true, "seen");
	for (int i = 0; i < 3; i++)
		checks_count(&vrf, VRF_CHECK_SERVER, false, "never seen");
	assert_false(check->ok);
}

/* Whoever answers as the API may report any: that is told, and nothing else comes of it. */
static void a_running_proxy_of_another_version_than_the_server_is_told_so_and_stays(void **state)
{
	static const struct {
		const char *proxy, *server, *told;
		unsigned number;
	} cases[] = {
		{ "6.0.14", "7.0.22", "no new configuration", 700 },
		{ "7.0.22", "6.0.14", "values are kept, not sent", 600 },
		{ "6.0.14", "99.1.0", "no new configuration", 9901 },
		{ "6.0.14", "0.1.0", "values are kept, not sent", 1 },
	};
	struct config whole = { .zabbix.url = (char *)"http://127.0.0.1/" };
	struct config_vrf config = counted_config();

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct vrf_context context = {
			.config = &whole, .server_known = true, .server_version = cases[i].number
		};
		struct vrf vrf = { .context = &context,
			.config = &config,
			.name = (char *)"acme",
			.proxy.state = PROGRAM_READY,
			.has_stats = true,
			.proxy.process = { .pid = 4711, .pidfd = -1 } };
		const struct vrf_check *check = &vrf.checks[VRF_CHECK_SERVER];

		strcpy(vrf.stats.version, cases[i].proxy);
		strcpy(context.server_version_text, cases[i].server);
		checks_ask(&vrf);
		assert_true(check->judged && !check->ok);
		assert_non_null(strstr(check->detail, cases[i].proxy));
		assert_non_null(strstr(check->detail, cases[i].server));
		assert_non_null(strstr(check->detail, cases[i].told));
		assert_non_null(strstr(check->detail, "'vrfgate restart acme'"));
		assert_int_equal(vrf_state(&vrf), VRF_HEALTHY);
		assert_int_equal(vrf.proxy.process.pid, 4711);
		/* Nor is it started anew for a configuration that does not come. */
		assert_int_equal(vrf.kicked, cases[i].proxy[0] < cases[i].server[0]);
		strcpy(context.server_version_text, cases[i].proxy);
		context.server_version = cases[i].proxy[0] == '6' ? 600 : 700;
		vrf.server_lastaccess = 1;
		vrf.server_told_ms = clock_now_ms();
		vrf.server_seen_ms = (int64_t)clock_now_ms();
		for (uint32_t n = 0; n < config.proxy.health.rise; n++)
			checks_ask(&vrf);
		assert_true(check->ok);
	}
}

/* On the disk of this test, which has room. */
struct trial {
	struct config config;
	struct config_vrf vrf_config;
	struct vrf_context context;
	struct vrf vrf;
};

static void trial_init(struct trial *trial, const char *url)
{
	*trial = (struct trial){
		.config.zabbix.url = (char *)url,
		.vrf_config = counted_config(),
		.context.server_known = *url != '\0',
	};
	trial->context.config = &trial->config;
	trial->vrf.context = &trial->context;
	trial->vrf.config = &trial->vrf_config;
	trial->vrf.paths.state_dir = (char *)".";
	trial->vrf.proxy.process.pid = getpid();
}

static void after_a_full_disk_a_vrf_is_healthy_when_the_server_has_heard_it_again(void **state)
{
	struct trial trial;

	(void)state;
	trial_init(&trial, "http://127.0.0.1:1/");
	vrf_set_server_seen(&trial.vrf, time(NULL) - 5);
	trial.vrf.distrusted_ms = clock_now_ms() - 2000;
	checks_judge_process(&trial.vrf);
	checks_ask(&trial.vrf);
	assert_true(trial.vrf.checks[VRF_CHECK_PROCESS].ok);
	assert_false(trial.vrf.checks[VRF_CHECK_SERVER].ok);
	vrf_set_server_seen(&trial.vrf, time(NULL));
	/* Once: a process that is not wedged yet may have called. */
	trial.vrf.proxy.started_ms = trial.vrf.distrusted_ms - 1;
	checks_ask(&trial.vrf);
	assert_false(trial.vrf.checks[VRF_CHECK_SERVER].ok);
	trial.vrf.wedge.read_ms = trial.vrf.distrusted_ms + WEDGE_MS;
	checks_ask(&trial.vrf);
	checks_ask(&trial.vrf);
	assert_true(trial.vrf.checks[VRF_CHECK_SERVER].ok);
	assert_int_equal(trial.vrf.distrusted_ms, 0);
}

static void a_new_life_counts_when_the_server_has_heard_it(void **state)
{
	struct trial trial;

	(void)state;
	trial_init(&trial, "http://127.0.0.1:1/");
	trial.vrf.distrusted_ms = trial.vrf.proxy.started_ms = clock_now_ms() - 2000;
	checks_ask(&trial.vrf);
	assert_false(trial.vrf.checks[VRF_CHECK_SERVER].ok);
	vrf_set_server_seen(&trial.vrf, time(NULL));
	checks_ask(&trial.vrf);
	checks_ask(&trial.vrf);
	assert_true(trial.vrf.checks[VRF_CHECK_SERVER].ok);
}

static void after_a_full_disk_without_an_api_its_processes_tell(void **state)
{
	struct trial trial;
	uint64_t now_ms = clock_now_ms();

	(void)state;
	trial_init(&trial, "");
	trial.vrf.distrusted_ms = now_ms - 2 * WEDGE_MS;
	trial.vrf.wedge.read_ms = trial.vrf.distrusted_ms + WEDGE_MS - 1;
	checks_judge_process(&trial.vrf);
	assert_false(trial.vrf.checks[VRF_CHECK_PROCESS].ok);
	trial.vrf.wedge.read_ms++;
	trial.vrf.wedge.blocked_since_ms = trial.vrf.wedge.read_ms;
	checks_judge_process(&trial.vrf);
	assert_false(trial.vrf.checks[VRF_CHECK_PROCESS].ok);
	trial.vrf.wedge.blocked_since_ms = 0;
	checks_judge_process(&trial.vrf);
	assert_true(trial.vrf.checks[VRF_CHECK_PROCESS].ok);
}

static bool is_well_after(struct trial *trial, int times)
{
	for (int i = 0; i < times; i++)
		checks_ask(&trial->vrf);
	return trial->vrf.checks[VRF_CHECK_SERVER].ok;
}

static void a_proxy_that_is_seen_but_cannot_connect_is_not_the_one_that_is_seen(void **state)
{
	struct trial trial;

	(void)state;
	trial_init(&trial, "http://127.0.0.1:1/");
	vrf_set_server_seen(&trial.vrf, time(NULL));
	assert_true(is_well_after(&trial, 1));
	vrf_set_link(&trial.vrf, ZABBIX_LINK_TLS);
	/* A server that starts anew is away for a while. */
	assert_true(is_well_after(&trial, 5));
	trial.vrf.link_failed_ms -= 61000;
	vrf_set_link(&trial.vrf, ZABBIX_LINK_FAILED);
	assert_int_equal(trial.vrf.link, ZABBIX_LINK_TLS);
	assert_false(is_well_after(&trial, 3));
	assert_non_null(strstr(trial.vrf.checks[VRF_CHECK_SERVER].detail, "no TLS"));
	vrf_set_link(&trial.vrf, ZABBIX_LINK_FINE);
	assert_true(is_well_after(&trial, 2));
}

static void the_object_of_another_gateway_says_nothing_of_our_proxy(void **state)
{
	static const enum vrf_object objects[] = { VRF_OBJECT_FOREIGN, VRF_OBJECT_MISSING };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct trial trial;

		trial_init(&trial, "http://127.0.0.1:1/");
		vrf_set_server_seen(&trial.vrf, time(NULL));
		assert_true(is_well_after(&trial, 1));
		vrf_set_server_unknown(&trial.vrf, objects[i]);
		assert_false(is_well_after(&trial, 3));
		assert_int_equal(trial.vrf.server_lastaccess, 0);
		vrf_set_server_seen(&trial.vrf, time(NULL));
		assert_true(is_well_after(&trial, 2));
	}
}

static void where_no_api_tells_the_log_does(void **state)
{
	struct trial trial;

	(void)state;
	trial_init(&trial, "");
	checks_ask(&trial.vrf);
	assert_false(trial.vrf.checks[VRF_CHECK_SERVER].judged);
	vrf_set_link(&trial.vrf, ZABBIX_LINK_FAILED);
	trial.vrf.link_failed_ms -= 61000;
	assert_false(is_well_after(&trial, 3));
	vrf_set_link(&trial.vrf, ZABBIX_LINK_FINE);
	checks_ask(&trial.vrf);
	assert_false(trial.vrf.checks[VRF_CHECK_SERVER].judged);
}

/* It has no connection of its own; what it refused may have been anybody. */
static void what_a_passive_proxy_refused_counts_where_the_server_misses_it(void **state)
{
	struct trial trial;

	(void)state;
	trial_init(&trial, "http://127.0.0.1:1/");
	trial.vrf_config.proxy.mode = CONFIG_PROXY_PASSIVE;
	vrf_set_server_seen(&trial.vrf, time(NULL));
	vrf_set_link(&trial.vrf, ZABBIX_LINK_TLS);
	trial.vrf.link_failed_ms -= 61000;
	assert_true(is_well_after(&trial, 5));
	assert_false(vrf_link_fails(&trial.vrf));
	trial.vrf.server_seen_ms -= 90000;
	assert_false(is_well_after(&trial, 3));
	assert_true(vrf_link_fails(&trial.vrf));
}

/* Up as it is wired, on a device in a state of the case's. */
static void stand_on(struct trial *trial, struct net_link_state *link, bool up, bool carrier)
{
	static struct config_interface interface = { .name = (char *)"cust" };

	trial->vrf_config.interfaces = &interface;
	trial->vrf_config.n_interfaces = 1;
	*link = (struct net_link_state){
		.name = "cust", .lower = "eth0", .up = true, .carrier = false
	};
	link->lower_up = up;
	link->lower_carrier = carrier;
	trial->vrf.kernel = (struct net_netns_state){ .exists = true, .links = link, .n_links = 1 };
	checks_set(&trial->vrf, VRF_CHECK_LINK, false, "no carrier");
}

static void the_device_below_is_to_blame_for_a_link(void **state)
{
	const struct cause down = cause_of(CAUSE_PARENT_DOWN, 0, "eth0");
	const struct cause dark = cause_of(CAUSE_PARENT_NO_CARRIER, 0, "eth0");
	struct net_link_state link;
	struct cause cause;
	struct trial trial;

	(void)state;
	trial_init(&trial, "");
	stand_on(&trial, &link, false, false);
	cause = checks_cause(&trial.vrf);
	assert_true(cause_equal(&cause, &down));
	stand_on(&trial, &link, true, false);
	cause = checks_cause(&trial.vrf);
	assert_true(cause_equal(&cause, &dark));
	/* A cable between two customers is nobody else's. */
	link.lower[0] = '\0';
	assert_int_equal(checks_cause(&trial.vrf).kind, CAUSE_NONE);
	/* What a comparison has met says more. */
	strcpy(trial.vrf.trouble, "parent 'eth9' not found");
	trial.vrf.trouble_cause = cause_of(CAUSE_PARENT_MISSING, 0, "eth9");
	assert_int_equal(checks_cause(&trial.vrf).kind, CAUSE_PARENT_MISSING);
}

static void a_server_that_hears_nobody_is_to_blame(void **state)
{
	struct trial trial;

	(void)state;
	trial_init(&trial, "http://127.0.0.1:1/");
	vrf_set_server_seen(&trial.vrf, time(NULL) - 100);
	assert_false(is_well_after(&trial, 3));
	assert_int_equal(checks_cause(&trial.vrf).kind, CAUSE_SERVER_SILENT);
	/* It hears others. */
	trial.context.n_heard = 1;
	assert_int_equal(checks_cause(&trial.vrf).kind, CAUSE_NONE);
	trial.context.n_heard = 0;
	vrf_set_server_unknown(&trial.vrf, VRF_OBJECT_MISSING);
	assert_int_equal(checks_cause(&trial.vrf).kind, CAUSE_NONE);
}

/* Where no API tells: a connection that fails is that to the server of all, but a key is one proxy's. */
static void a_server_that_cannot_be_reached_is_to_blame_but_not_for_a_key(void **state)
{
	static const enum cause_kind kinds[] = {
		[ZABBIX_LINK_FAILED] = CAUSE_SERVER_UNREACHABLE,
		[ZABBIX_LINK_TLS] = CAUSE_NONE,
	};
	static const enum zabbix_link links[] = { ZABBIX_LINK_FAILED, ZABBIX_LINK_TLS };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct trial trial;

		trial_init(&trial, "");
		trial.config.zabbix.server = (char *)"192.0.2.1";
		vrf_set_link(&trial.vrf, links[i]);
		trial.vrf.link_failed_ms -= 61000;
		assert_false(is_well_after(&trial, 3));
		assert_int_equal(checks_cause(&trial.vrf).kind, kinds[links[i]]);
	}
}

static void a_full_disk_is_to_blame(void **state)
{
	struct trial trial;

	(void)state;
	trial_init(&trial, "");
	trial.config.gateway.state_dir = (char *)"/var/lib/vrfgate";
	assert_int_equal(checks_cause(&trial.vrf).kind, CAUSE_NONE);
	checks_set(&trial.vrf, VRF_CHECK_PROCESS, false, "disk full");
	assert_int_equal(checks_cause(&trial.vrf).kind, CAUSE_NONE);
	trial.vrf.disk_fault = CAUSE_DISK_FULL;
	assert_string_equal(checks_cause(&trial.vrf).object, "/var/lib/vrfgate");
}

static void a_database_that_cannot_be_written_is_told_at_once(void **state)
{
	static const struct {
		int error;
		enum cause_kind cause;
		const char *detail;
	} cases[] = {
		{ EPERM, CAUSE_NONE, "its database cannot be written: Operation not permitted" },
		{ EROFS, CAUSE_DISK_READ_ONLY,
			"its database cannot be written: Read-only file system" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct trial trial;
		const struct vrf_check *process = &trial.vrf.checks[VRF_CHECK_PROCESS];

		trial_init(&trial, "");
		trial.vrf.paths.state_dir = (char *)"/no/such/directory";
		trial.vrf.proxy.started_ms = 2;
		trial.vrf.proxy.process.pid = 1;
		/* What was read of the life before. */
		trial.vrf.vitals.read_ms = 1;
		trial.vrf.vitals.write_error = cases[i].error;
		checks_judge_process(&trial.vrf);
		assert_true(process->ok);
		trial.vrf.vitals.read_ms = 2;
		checks_judge_process(&trial.vrf);
		assert_false(process->ok);
		assert_string_equal(process->detail, cases[i].detail);
		assert_int_equal(checks_cause(&trial.vrf).kind, cases[i].cause);
	}
}

/* A VRF of no namespace, so that only what is meant to be asked for can be seen. */
struct routed {
	struct trial trial;
	struct address gateway;
	struct config_interface interface;
	struct net_link_address address, link_local;
	struct net_link_state link;
};

static void routed_init(struct routed *routed, const char *gateway, const char *address)
{
	memset(routed, 0, sizeof(*routed));
	trial_init(&routed->trial, "");
	assert_int_equal(address_parse(&routed->gateway, gateway), 0);
	assert_int_equal(address_parse(&routed->address.address, address), 0);
	assert_int_equal(address_parse(&routed->link_local.address, "fe80::2/64"), 0);
	routed->interface = (struct config_interface){ .name = (char *)"cust",
		.gateways = &routed->gateway,
		.n_gateways = 1,
		.conflict_detection = true };
	routed->link = (struct net_link_state){ .ifindex = 7,
		.name = "cust",
		.up = true,
		.carrier = true,
		.ethernet = true,
		.addresses = &routed->address,
		.n_addresses = 1,
		.link_locals = &routed->link_local,
		.n_link_locals = 1 };
	routed->trial.vrf.name = (char *)"no-such-namespace";
	routed->trial.vrf_config.interfaces = &routed->interface;
	routed->trial.vrf_config.n_interfaces = 1;
	routed->trial.vrf.kernel =
		(struct net_netns_state){ .exists = true, .links = &routed->link, .n_links = 1 };
}

static bool is_asked_for(struct routed *routed)
{
	uint64_t *asked_ms = &routed->trial.vrf.gateways_asked_ms, before_ms = *asked_ms;

	checks_ask(&routed->trial.vrf);
	return *asked_ms != before_ms;
}

static void a_gateway_without_traffic_is_asked_for_once_a_minute(void **state)
{
	struct routed routed;

	(void)state;
	routed_init(&routed, "10.0.0.1", "10.0.0.2/30");
	assert_true(is_asked_for(&routed));
	assert_false(is_asked_for(&routed));
	routed.trial.vrf.gateways_asked_ms -= 60000;
	assert_true(is_asked_for(&routed));
	checks_forget_asked(&routed.trial.vrf);
	assert_true(is_asked_for(&routed));
}

static void a_gateway_is_not_asked_for_where_that_is_off_or_cannot_be(void **state)
{
	struct routed routed;

	(void)state;
	routed_init(&routed, "10.0.0.1", "10.0.0.2/30");
	routed.interface.conflict_detection = false;
	assert_false(is_asked_for(&routed));
	/* Tunnels and point-to-point links have no ARP. */
	routed_init(&routed, "10.0.0.1", "10.0.0.2/30");
	routed.link.ethernet = false;
	assert_false(is_asked_for(&routed));
	routed_init(&routed, "10.0.0.1", "10.0.0.2/30");
	routed.link.carrier = false;
	assert_false(is_asked_for(&routed));
	routed_init(&routed, "10.0.0.1", "fd00::2/64");
	assert_false(is_asked_for(&routed));
	/* Without a link-local address the kernel sends nothing, and says that nobody has answered. */
	routed_init(&routed, "fd00::1", "fd00::2/64");
	routed.link_local.standing = NET_ADDRESS_TENTATIVE;
	assert_false(is_asked_for(&routed));
	routed.link_local.standing = NET_ADDRESS_USABLE;
	assert_true(is_asked_for(&routed));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_check_says_since_when_it_is_so),
		cmocka_unit_test(a_first_bad_judgement_has_a_time_too),
		cmocka_unit_test(the_cause_comes_before_what_follows_from_it),
		cmocka_unit_test(what_was_known_of_a_proxy_goes_with_it),
		cmocka_unit_test(a_long_detail_is_cut),
		cmocka_unit_test(what_is_asked_for_is_bad_after_fall_and_good_after_rise_results),
		cmocka_unit_test(one_good_result_among_bad_ones_starts_the_count_anew),
		cmocka_unit_test(a_slow_start_is_not_held_against_it_but_a_relapse_is),
		cmocka_unit_test(
			a_running_proxy_of_another_version_than_the_server_is_told_so_and_stays),
		cmocka_unit_test(
			after_a_full_disk_a_vrf_is_healthy_when_the_server_has_heard_it_again),
		cmocka_unit_test(
			a_proxy_that_is_seen_but_cannot_connect_is_not_the_one_that_is_seen),
		cmocka_unit_test(the_object_of_another_gateway_says_nothing_of_our_proxy),
		cmocka_unit_test(where_no_api_tells_the_log_does),
		cmocka_unit_test(what_a_passive_proxy_refused_counts_where_the_server_misses_it),
		cmocka_unit_test(a_new_life_counts_when_the_server_has_heard_it),
		cmocka_unit_test(after_a_full_disk_without_an_api_its_processes_tell),
		cmocka_unit_test(the_device_below_is_to_blame_for_a_link),
		cmocka_unit_test(a_server_that_hears_nobody_is_to_blame),
		cmocka_unit_test(a_server_that_cannot_be_reached_is_to_blame_but_not_for_a_key),
		cmocka_unit_test(a_full_disk_is_to_blame),
		cmocka_unit_test(a_database_that_cannot_be_written_is_told_at_once),
		cmocka_unit_test(a_gateway_without_traffic_is_asked_for_once_a_minute),
		cmocka_unit_test(a_gateway_is_not_asked_for_where_that_is_off_or_cannot_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
