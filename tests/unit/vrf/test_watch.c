// SPDX-License-Identifier: GPL-2.0-or-later
#include "../cmocka_all.h"

#include <stdio.h>
#include <time.h>

#include "base/clock.h"
#include "vrf/watch.h"

#define INTERVAL_MS 10000
#define SLOTS       100

static void a_vrf_keeps_its_time_within_the_interval(void **state)
{
	(void)state;
	assert_int_equal(watch_phase_ms("acme", INTERVAL_MS), watch_phase_ms("acme", INTERVAL_MS));
	assert_int_not_equal(
		watch_phase_ms("acme", INTERVAL_MS), watch_phase_ms("bravo", INTERVAL_MS));
	assert_in_range(watch_phase_ms("acme", 1000), 0, 999);
}

/* Ten in a slot would be even; by chance alone hardly more than twenty are. */
static void a_thousand_vrfs_make_no_burst(void **state)
{
	unsigned slots[SLOTS] = { 0 };
	char name[16];

	(void)state;
	for (int i = 1; i <= 1000; i++) {
		snprintf(name, sizeof(name), "vrf%d", i);
		slots[watch_phase_ms(name, INTERVAL_MS) / (INTERVAL_MS / SLOTS)]++;
	}
	for (int i = 0; i < SLOTS; i++)
		assert_in_range(slots[i], 0, 25);
}

static void a_starting_proxy_is_asked_less_often_the_longer_it_takes(void **state)
{
	(void)state;
	assert_int_equal(watch_ready_pause_ms(0), 200);
	assert_int_equal(watch_ready_pause_ms(1000), 200);
	assert_int_equal(watch_ready_pause_ms(10000), 1000);
	assert_int_equal(watch_ready_pause_ms(3600000), 2000);
}

static void a_proxy_that_has_work_and_no_config_has_missed_it(void **state)
{
	struct config_vrf config = { .proxy = { .mode = CONFIG_PROXY_ACTIVE, .psk = true } };
	struct vrf vrf = { .config = &config };

	(void)state;
	vrf_set_server_seen(&vrf, time(NULL));
	vrf.proxy.started_ms = clock_now_ms() - 20000;
	assert_false(watch_config_missed(&vrf));
	config.n_hosts = 1;
	assert_true(watch_config_missed(&vrf));
	config.n_hosts = 0;
	config.n_discovers = 1;
	assert_true(watch_config_missed(&vrf));
	vrf.stats.hosts = 1;
	assert_false(watch_config_missed(&vrf));
	vrf.stats.hosts = 0;
	vrf.server_lastaccess = 0;
	assert_false(watch_config_missed(&vrf));
	vrf_set_server_seen(&vrf, time(NULL));
	vrf.proxy.started_ms = clock_now_ms();
	assert_false(watch_config_missed(&vrf));
	vrf.proxy.started_ms -= 20000;
	vrf.kicked = true;
	assert_false(watch_config_missed(&vrf));
}

static void a_proxy_that_does_nothing_between_failures_is_unresponsive(void **state)
{
	struct process_activity activity = { .processes = 14, .cpu_ticks = 100, .wakeups = 1000 };
	struct vrf_pulse pulse = { 0 };

	(void)state;
	assert_false(watch_note_failure(&pulse, &activity, 3));
	assert_false(watch_note_failure(&pulse, &activity, 3));
	assert_true(watch_note_failure(&pulse, &activity, 3));
	assert_true(watch_note_failure(&pulse, &activity, 3));
}

/* An idle one uses less CPU than a tick, but its processes wake up each second. */
static void a_proxy_that_works_on_is_not_unresponsive_however_long_its_port_is_held(void **state)
{
	struct process_activity activity = { .processes = 14 };
	struct vrf_pulse pulse = { 0 };

	(void)state;
	for (int i = 0; i < 100; i++) {
		activity.wakeups += i % 2;
		activity.cpu_ticks += i % 4 == 1;
		activity.written_bytes += i % 2 == 0;
		assert_false(watch_note_failure(&pulse, &activity, 3));
	}
	/* And then it does nothing any more. */
	assert_false(watch_note_failure(&pulse, &activity, 3));
	assert_true(watch_note_failure(&pulse, &activity, 3));
}

static void one_failure_alone_says_nothing_of_life(void **state)
{
	struct process_activity activity = { .processes = 14 };
	struct vrf_pulse pulse = { 0 };

	(void)state;
	assert_false(watch_note_failure(&pulse, &activity, 1));
	assert_true(watch_note_failure(&pulse, &activity, 1));
}

/* One of two VRFs: the server hears the other. */
struct missed {
	struct config_vrf config;
	struct vrf_context context;
	struct vrf vrf;
};

static void missed_init(struct missed *missed)
{
	*missed = (struct missed){ .context = { .server_known = true, .n_heard = 1 } };
	missed->vrf.config = &missed->config;
	missed->vrf.context = &missed->context;
	missed->vrf.checks[VRF_CHECK_SERVER] = (struct vrf_check){ .judged = true };
	missed->vrf.checks[VRF_CHECK_UPLINK] = (struct vrf_check){ .judged = true, .ok = true };
	missed->vrf.wedge = (struct wedge){
		.read_ms = 1 + 2 * WEDGE_MS,
		.senders_since_ms = 1,
	};
}

static void a_proxy_that_waits_for_a_lost_lock_is_wedged_once_the_disk_has_room(void **state)
{
	struct vrf vrf = { .cannot_write = true };
	char reason[256];

	(void)state;
	vrf.wedge = (struct wedge){ .read_ms = 1 + WEDGE_MS,
		.blocked_since_ms = 1,
		.look = { .blocked = 2, .names = "data sender, history syncer" } };
	assert_false(watch_is_wedged(&vrf, reason));
	vrf.cannot_write = false;
	assert_true(watch_is_wedged(&vrf, reason));
	assert_string_equal(reason,
		"wedged: 2 processes wait for a lock that nobody gives back: data sender, history "
		"syncer");
}

static void a_proxy_that_the_server_alone_misses_is_wedged_once(void **state)
{
	struct missed missed;
	char reason[256];

	(void)state;
	missed_init(&missed);
	assert_true(watch_is_wedged(&missed.vrf, reason));
	missed.vrf.silence_restart_done = true;
	assert_false(watch_is_wedged(&missed.vrf, reason));
}

static void a_fault_of_server_or_network_makes_no_wedge(void **state)
{
	struct missed missed;
	char reason[256];

	(void)state;
	missed_init(&missed);
	missed.context.n_heard = 0;
	assert_false(watch_is_wedged(&missed.vrf, reason));
	missed_init(&missed);
	missed.context.server_known = false;
	assert_false(watch_is_wedged(&missed.vrf, reason));
	missed_init(&missed);
	missed.vrf.checks[VRF_CHECK_UPLINK].ok = false;
	assert_false(watch_is_wedged(&missed.vrf, reason));
	missed_init(&missed);
	missed.vrf.checks[VRF_CHECK_SERVER].ok = true;
	assert_false(watch_is_wedged(&missed.vrf, reason));
	/* Its senders wait for the network, and go on after a time limit. */
	missed_init(&missed);
	missed.vrf.wedge.senders_since_ms = WEDGE_MS;
	assert_false(watch_is_wedged(&missed.vrf, reason));
}

static void a_proxy_that_lost_its_name_servers_is_restarted_once(void **state)
{
	struct vrf vrf = { 0 };

	(void)state;
	watch_note_names(&vrf, RESOLV_CONF_OWN);
	assert_false(watch_names_are_lost(&vrf));
	watch_note_names(&vrf, RESOLV_CONF_LOST);
	assert_true(watch_names_are_lost(&vrf));
	vrf.names_restart_done = true;
	assert_false(watch_names_are_lost(&vrf));
	watch_note_names(&vrf, RESOLV_CONF_UNKNOWN);
	watch_note_names(&vrf, RESOLV_CONF_LOST);
	assert_false(watch_names_are_lost(&vrf));
	watch_note_names(&vrf, RESOLV_CONF_OWN);
	watch_note_names(&vrf, RESOLV_CONF_LOST);
	assert_true(watch_names_are_lost(&vrf));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_vrf_keeps_its_time_within_the_interval),
		cmocka_unit_test(a_thousand_vrfs_make_no_burst),
		cmocka_unit_test(a_starting_proxy_is_asked_less_often_the_longer_it_takes),
		cmocka_unit_test(a_proxy_that_has_work_and_no_config_has_missed_it),
		cmocka_unit_test(a_proxy_that_does_nothing_between_failures_is_unresponsive),
		cmocka_unit_test(
			a_proxy_that_works_on_is_not_unresponsive_however_long_its_port_is_held),
		cmocka_unit_test(one_failure_alone_says_nothing_of_life),
		cmocka_unit_test(
			a_proxy_that_waits_for_a_lost_lock_is_wedged_once_the_disk_has_room),
		cmocka_unit_test(a_proxy_that_the_server_alone_misses_is_wedged_once),
		cmocka_unit_test(a_fault_of_server_or_network_makes_no_wedge),
		cmocka_unit_test(a_proxy_that_lost_its_name_servers_is_restarted_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
