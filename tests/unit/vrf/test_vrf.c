// SPDX-License-Identifier: GPL-2.0-or-later
/* The life of a VRF as far as it goes without a kernel: what is asked for is only recorded. */
#include "../scratch.h"
#include "../vrf_put.h"

#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <systemd/sd-event.h>

#include "base/clock.h"
#include "process/job.h"
#include "vrf/checks.h"
#include "vrf/life.h"
#include "vrf/named_users.h"
#include "vrf/renewal.h"
#include "vrf/vrf.h"
#include "vrf/watch.h"

#define NAMESPACE    "namespace mgmt { }"
#define NO_BINARY    "vrf acme { proxy { binary = \"/no/such/zabbix_proxy\" } }"
#define SHORT_DELAYS "proxy { restart { min = 1 max = 4 } }\n"
#define IMPATIENT    "proxy { restart { min = 1 max = 4 count = 2 window = 300 } }\n"

struct life {
	struct loaded loaded;
	struct vrf_context context;
	struct vrf *vrf;
	int wired, looked, rested; /* how often the context was asked, or told */
	int changed;
	enum vrf_state before; /* of the last change */
};

static void on_wire(struct vrf *vrf)
{
	((struct life *)vrf->context->owner)->wired++;
}

static void on_look(struct vrf *vrf)
{
	((struct life *)vrf->context->owner)->looked++;
}

static void on_rested(struct vrf *vrf)
{
	((struct life *)vrf->context->owner)->rested++;
}

static void on_changed(struct vrf *vrf, enum vrf_state before)
{
	struct life *life = vrf->context->owner;

	life->changed++;
	life->before = before;
}

static void on_binary_answered(const char *path, void *data)
{
	(void)path;
	renewal_binary_answered(((struct life *)data)->vrf);
}

static void life_begin(struct life *life, const char *directory, const char *text)
{
	*life = (struct life){ .loaded = scratch_config(directory, text) };
	life->context = (struct vrf_context){
		.config = life->loaded.config,
		.wire = on_wire,
		.look = on_look,
		.rested = on_rested,
		.changed = on_changed,
		.owner = life,
	};
	assert_true(sd_event_new(&life->context.event) >= 0);
	life->context.binaries =
		proxy_binary_cache_create(life->context.event, on_binary_answered, life);
	life->context.named_users =
		named_users_create(life->context.event, on_binary_answered, life);
	life->vrf = vrf_create(&life->context, &life->loaded.config->vrfs[0], 0);
}

static void life_end(struct life *life)
{
	vrf_destroy(life->vrf);
	sd_event_unref(life->context.event);
	proxy_binary_cache_destroy(life->context.binaries);
	named_users_destroy(life->context.named_users);
	loaded_finish(&life->loaded);
}

#define cleanup_life cleanup(life_end)

static bool is_armed(sd_event_source *timer)
{
	int enabled = SD_EVENT_OFF;

	return timer && sd_event_source_get_enabled(timer, &enabled) >= 0 &&
		enabled == SD_EVENT_ONESHOT;
}

/* Milliseconds until a timer elapses; 0 where it has. */
static uint64_t remaining_ms(sd_event_source *timer)
{
	uint64_t usec = 0, now_ms = clock_now_ms();

	assert_true(sd_event_source_get_time(timer, &usec) >= 0);
	return usec / 1000 > now_ms ? usec / 1000 - now_ms : 0;
}

static void a_new_vrf_is_disabled_and_asks_for_nothing(void **state)
{
	cleanup_life struct life life;

	life_begin(&life, *state, NAMESPACE);
	assert_int_equal(vrf_state(life.vrf), VRF_DISABLED);
	assert_false(life.vrf->proxy.wanted);
	assert_int_equal(life.wired + life.rested, 0);
}

static void a_namespace_is_healthy_when_it_is_wired(void **state)
{
	cleanup_life struct life life;

	life_begin(&life, *state, NAMESPACE);
	vrf_dispatch(life.vrf, PROGRAM_EVENT_START, "");
	assert_int_equal(vrf_state(life.vrf), VRF_WIRING);
	assert_int_equal(life.wired, 1);
	vrf_dispatch(life.vrf, PROGRAM_EVENT_PREPARED, "");
	assert_int_equal(vrf_state(life.vrf), VRF_HEALTHY);
	assert_int_equal(life.changed, 2);
	assert_int_equal(life.before, VRF_WIRING);
	assert_int_equal(life.vrf->proxy.process.pid, 0);
	assert_int_equal(life.looked, 1);
	assert_true(is_armed(life.vrf->watch_timer.source));
}

static void what_is_not_well_is_degraded_with_the_reason(void **state)
{
	cleanup_life struct life life;

	life_begin(&life, *state, NAMESPACE);
	vrf_dispatch(life.vrf, PROGRAM_EVENT_START, "");
	vrf_dispatch(life.vrf, PROGRAM_EVENT_PREPARED, "");
	vrf_note_health(life.vrf, "link: interface 'eth0.10' is down", NULL);
	assert_int_equal(vrf_state(life.vrf), VRF_DEGRADED);
	assert_string_equal(vrf_reason(life.vrf), "link: interface 'eth0.10' is down");
	assert_int_equal(life.changed, 3);
	vrf_note_health(life.vrf, "address: none", NULL);
	assert_int_equal(life.changed, 3);
	assert_string_equal(vrf_reason(life.vrf), "address: none");
	vrf_note_health(life.vrf, NULL, NULL);
	assert_int_equal(vrf_state(life.vrf), VRF_HEALTHY);
	assert_string_equal(vrf_reason(life.vrf), "");
}

static void a_lost_namespace_is_wired_anew(void **state)
{
	cleanup_life struct life life;

	life_begin(&life, *state, NAMESPACE);
	vrf_dispatch(life.vrf, PROGRAM_EVENT_START, "");
	vrf_dispatch(life.vrf, PROGRAM_EVENT_PREPARED, "");
	vrf_dispatch(life.vrf, PROGRAM_EVENT_HUNG, "netns: namespace 'mgmt' is missing");
	assert_int_equal(vrf_state(life.vrf), VRF_WIRING);
	assert_int_equal(life.wired, 2);
}

/* The order to start anew at once is for this end: a proxy that is in the config later does not begin with it. */
static void a_lost_namespace_hurries_no_later_start(void **state)
{
	cleanup_life struct life life;

	life_begin(&life, *state, NAMESPACE);
	vrf_dispatch(life.vrf, PROGRAM_EVENT_START, "");
	vrf_dispatch(life.vrf, PROGRAM_EVENT_PREPARED, "");
	checks_set(life.vrf, VRF_CHECK_NETNS, false, "namespace 'mgmt' is missing");
	watch_tell_wellness(life.vrf);
	assert_int_equal(vrf_state(life.vrf), VRF_WIRING);
	assert_false(life.vrf->proxy.restart_now);
}

static void a_healthy_namespace_rests_when_it_is_stopped(void **state)
{
	cleanup_life struct life life;

	life_begin(&life, *state, NAMESPACE);
	vrf_dispatch(life.vrf, PROGRAM_EVENT_START, "");
	vrf_dispatch(life.vrf, PROGRAM_EVENT_PREPARED, "");
	vrf_dispatch(life.vrf, PROGRAM_EVENT_STOP, "told so");
	assert_int_equal(vrf_state(life.vrf), VRF_DISABLED);
	assert_string_equal(vrf_reason(life.vrf), "told so");
	assert_int_equal(life.rested, 1);
	assert_false(is_armed(life.vrf->watch_timer.source));
}

static void a_stop_while_wiring_rests_and_what_comes_later_is_nothing(void **state)
{
	cleanup_life struct life life;

	life_begin(&life, *state, NAMESPACE);
	vrf_dispatch(life.vrf, PROGRAM_EVENT_START, "");
	vrf_dispatch(life.vrf, PROGRAM_EVENT_STOP, "told so");
	assert_int_equal(vrf_state(life.vrf), VRF_DISABLED);
	assert_int_equal(life.rested, 1);
	vrf_dispatch(life.vrf, PROGRAM_EVENT_PREPARED, "");
	vrf_dispatch(life.vrf, PROGRAM_EVENT_UNPREPARED, "late");
	assert_int_equal(vrf_state(life.vrf), VRF_DISABLED);
	assert_int_equal(life.rested, 1);
}

static void an_event_unknown_to_a_state_does_nothing(void **state)
{
	/* Events that each state takes no notice of. */
	static const struct {
		enum vrf_state state;
		unsigned events;
	} unknown[] = {
		{ VRF_DISABLED, ~(1u << PROGRAM_EVENT_START) },
		{ VRF_WIRING,
			~(1u << PROGRAM_EVENT_STOP | 1u << PROGRAM_EVENT_PREPARED |
				1u << PROGRAM_EVENT_UNPREPARED) },
		{ VRF_HEALTHY,
			1u << PROGRAM_EVENT_START | 1u << PROGRAM_EVENT_PREPARED |
				1u << PROGRAM_EVENT_UNPREPARED | 1u << PROGRAM_EVENT_READY |
				1u << PROGRAM_EVENT_TIMEOUT | 1u << PROGRAM_EVENT_KILL },
		{ VRF_FAILED,
			1u << PROGRAM_EVENT_PREPARED | 1u << PROGRAM_EVENT_UNPREPARED |
				1u << PROGRAM_EVENT_READY | 1u << PROGRAM_EVENT_HUNG |
				1u << PROGRAM_EVENT_ENDED },
		{ VRF_STOPPING,
			1u << PROGRAM_EVENT_START | 1u << PROGRAM_EVENT_PREPARED |
				1u << PROGRAM_EVENT_UNPREPARED | 1u << PROGRAM_EVENT_READY |

				1u << PROGRAM_EVENT_HUNG | 1u << PROGRAM_EVENT_KILL },
	};
	cleanup_life struct life life;

	life_begin(&life, *state, NAMESPACE);
	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
		for (int event = 0; event < PROGRAM_EVENTS; event++) {
			if (!(unknown[i].events & 1u << event))
				continue;
			vrf_put(life.vrf, unknown[i].state);
			vrf_dispatch(life.vrf, (enum program_event)event, "x");
			assert_int_equal(vrf_state(life.vrf), unknown[i].state);
			assert_string_equal(vrf_reason(life.vrf), "");
		}
	assert_int_equal(life.wired + life.rested, 0);
}

static void what_cannot_be_wired_fails_and_is_tried_again_later(void **state)
{
	cleanup_life struct life life;

	life_begin(&life, *state, SHORT_DELAYS NAMESPACE);
	vrf_dispatch(life.vrf, PROGRAM_EVENT_START, "");
	vrf_dispatch(life.vrf, PROGRAM_EVENT_UNPREPARED, "parent 'eth9' not found");
	assert_int_equal(vrf_state(life.vrf), VRF_FAILED);
	assert_string_equal(vrf_reason(life.vrf), "parent 'eth9' not found");
	assert_true(is_armed(life.vrf->proxy.timer.source));
	vrf_dispatch(life.vrf, PROGRAM_EVENT_TIMEOUT, "");
	assert_int_equal(vrf_state(life.vrf), VRF_WIRING);
	assert_int_equal(life.wired, 2);
	assert_false(is_armed(life.vrf->proxy.timer.source));
}

static void the_delay_doubles_up_to_its_maximum_and_is_scattered(void **state)
{
	static const uint64_t delays_ms[] = { 1000, 2000, 4000, 4000 };
	cleanup_life struct life life;

	life_begin(&life, *state, SHORT_DELAYS NAMESPACE);
	for (size_t i = 0; i < sizeof(delays_ms) / sizeof(delays_ms[0]); i++) {
		uint64_t left_ms;

		vrf_dispatch(life.vrf, PROGRAM_EVENT_START, "");
		vrf_dispatch(life.vrf, PROGRAM_EVENT_UNPREPARED, "x");
		left_ms = remaining_ms(life.vrf->proxy.timer.source);
		/* A fifth more or less, and the milliseconds that have gone by. */
		assert_in_range(left_ms, delays_ms[i] * 3 / 4, delays_ms[i] * 6 / 5);
	}
}

static void a_namespace_that_came_up_starts_with_the_first_delay_again(void **state)
{
	cleanup_life struct life life;

	life_begin(&life, *state, SHORT_DELAYS NAMESPACE);
	for (int i = 0; i < 3; i++) {
		vrf_dispatch(life.vrf, PROGRAM_EVENT_START, "");
		vrf_dispatch(life.vrf, PROGRAM_EVENT_UNPREPARED, "x");
	}
	vrf_dispatch(life.vrf, PROGRAM_EVENT_START, "");
	vrf_dispatch(life.vrf, PROGRAM_EVENT_PREPARED, "");
	vrf_dispatch(life.vrf, PROGRAM_EVENT_HUNG, "netns: namespace 'mgmt' is missing");
	vrf_dispatch(life.vrf, PROGRAM_EVENT_UNPREPARED, "x");
	assert_in_range(remaining_ms(life.vrf->proxy.timer.source), 0, 1200);
}

/* As if a proxy had run and ended. */
static void proxy_lives_and_ends(struct life *life, uint64_t ready_since_ms)
{
	vrf_dispatch(life->vrf, PROGRAM_EVENT_START, "");
	vrf_put(life->vrf, VRF_HEALTHY);
	life->vrf->proxy.ready_ms = ready_since_ms;
	strcpy(life->vrf->proxy.last_exit, "exit status 1");
	vrf_dispatch(life->vrf, PROGRAM_EVENT_ENDED, "");
}

static void what_ends_too_often_fails_and_is_tried_again_slowly(void **state)
{
	cleanup_life struct life life;

	life_begin(&life, *state, IMPATIENT NAMESPACE);
	for (int i = 0; i < 2; i++) {
		proxy_lives_and_ends(&life, clock_now_ms());
		assert_int_equal(vrf_state(life.vrf), VRF_BACKOFF);
	}
	proxy_lives_and_ends(&life, clock_now_ms());
	assert_int_equal(vrf_state(life.vrf), VRF_FAILED);
	assert_string_equal(vrf_reason(life.vrf),
		"more than 2 restarts within 300 s: zabbix_proxy ended: exit status 1");
	assert_in_range(remaining_ms(life.vrf->proxy.timer.source), 200000, 360000);
	proxy_lives_and_ends(&life, clock_now_ms());
	assert_int_equal(vrf_state(life.vrf), VRF_FAILED);
}

static void a_good_life_takes_back_what_went_before(void **state)
{
	cleanup_life struct life life;

	life_begin(&life, *state, IMPATIENT NAMESPACE);
	for (int i = 0; i < 3; i++)
		proxy_lives_and_ends(&life, clock_now_ms());
	assert_int_equal(vrf_state(life.vrf), VRF_FAILED);
	proxy_lives_and_ends(&life, clock_now_ms() - 60000);
	assert_int_equal(vrf_state(life.vrf), VRF_BACKOFF);
	assert_true(is_armed(life.vrf->proxy.timer.source));
	assert_int_equal(remaining_ms(life.vrf->proxy.timer.source), 0);
}

static void fail_for(struct life *life, const char *reason)
{
	vrf_dispatch(life->vrf, PROGRAM_EVENT_START, "");
	vrf_dispatch(life->vrf, PROGRAM_EVENT_UNPREPARED, reason);
}

static void a_retry_is_told_when_its_reason_changes(void **state)
{
	cleanup_life struct life life;
	FILE *log = tmpfile();
	int stderr_fd = dup(STDERR_FILENO);

	life_begin(&life, *state, NAMESPACE);
	dup2(fileno(log), STDERR_FILENO);
	for (int i = 0; i < 5; i++)
		fail_for(&life, "parent 'eth9' not found");
	fail_for(&life, "parent 'eth9' is down");
	vrf_dispatch(life.vrf, PROGRAM_EVENT_START, "");
	vrf_dispatch(life.vrf, PROGRAM_EVENT_PREPARED, "");
	dup2(stderr_fd, STDERR_FILENO);
	assert_int_equal(scratch_count_in(log, "failed: parent 'eth9' not found"), 1);
	assert_int_equal(scratch_count_in(log, "failed: parent 'eth9' is down"), 1);
	assert_int_equal(scratch_count_in(log, "wiring"), 1);
	assert_int_equal(scratch_count_in(log, "healthy"), 1);
	/* Who listens hears all of it. */
	assert_int_equal(life.changed, 14);
	close(stderr_fd);
	fclose(log);
}

static void the_servers_silence_is_measured_whatever_the_clocks_say(void **state)
{
	static const time_t offsets_s[] = { -86400, -3600, 0, 3600, 86400 };
	const time_t now = time(NULL);

	(void)state;
	for (size_t i = 0; i < sizeof(offsets_s) / sizeof(offsets_s[0]); i++) {
		time_t theirs = now + offsets_s[i];
		struct vrf vrf = { 0 };

		vrf_set_server_seen(&vrf, theirs - 5);
		/* Told again 40 s later: nothing new, then a contact of just now. */
		vrf.server_told_ms -= 40000;
		vrf.server_seen_ms -= 40000;
		vrf_set_server_seen(&vrf, theirs - 5);
		assert_in_range(vrf_server_silence_s(&vrf, clock_now_ms()), 40, 40 + 86405);
		vrf_set_server_seen(&vrf, theirs);
		assert_in_range(vrf_server_silence_s(&vrf, clock_now_ms()), 0, 1);
	}
}

static void the_age_of_the_first_contact_is_taken_from_the_clocks(void **state)
{
	struct vrf vrf = { 0 };

	(void)state;
	vrf_set_server_seen(&vrf, time(NULL) - 100);
	assert_in_range(vrf_server_silence_s(&vrf, clock_now_ms()), 100, 102);
	/* The contact that follows is dated by them, too, as far as that can be. */
	vrf.server_told_ms -= 40000;
	vrf_set_server_seen(&vrf, time(NULL) - 30);
	assert_in_range(vrf_server_silence_s(&vrf, clock_now_ms()), 30, 32);
}

/* As far as the table knows, a proxy was ready for so long and has ended now; its delay. */
static uint64_t end_after(struct life *life, uint64_t lived_ms)
{
	vrf_put(life->vrf, VRF_HEALTHY);
	life->vrf->proxy.ready_ms = clock_now_ms() - lived_ms;
	vrf_dispatch(life->vrf, PROGRAM_EVENT_ENDED, "");
	assert_int_equal(vrf_state(life->vrf), VRF_BACKOFF);
	return remaining_ms(life->vrf->proxy.timer.source);
}

/* Due, perhaps for some time already. */
static bool is_at_once(uint64_t delay_ms)
{
	return (int64_t)delay_ms <= 10;
}

static void the_first_end_of_a_proxy_is_followed_by_a_start_at_once(void **state)
{
	cleanup_life struct life life;

	life_begin(&life, *state, SHORT_DELAYS NO_BINARY);
	assert_true(is_at_once(end_after(&life, 1000)));
	assert_in_range(end_after(&life, 1000), 750, 1200);
	assert_in_range(end_after(&life, 1000), 1500, 2400);
	/* It lived well in between. */
	assert_true(is_at_once(end_after(&life, 61000)));
	assert_in_range(end_after(&life, 1000), 750, 1200);
}

static void a_proxy_that_never_became_ready_waits_for_its_next_start(void **state)
{
	cleanup_life struct life life;

	life_begin(&life, *state, SHORT_DELAYS NO_BINARY);
	vrf_put(life.vrf, VRF_STARTING);
	vrf_dispatch(life.vrf, PROGRAM_EVENT_ENDED, "");
	assert_in_range(remaining_ms(life.vrf->proxy.timer.source), 750, 1200);
}

static void a_missing_binary_is_a_cause_that_others_may_have(void **state)
{
	const struct cause binary = cause_of(CAUSE_BINARY, 0, "/no/such/zabbix_proxy");
	cleanup_life struct life life;

	life_begin(&life, *state, NO_BINARY);
	vrf_dispatch(life.vrf, PROGRAM_EVENT_START, "");
	vrf_dispatch(life.vrf, PROGRAM_EVENT_PREPARED, "");
	assert_int_equal(vrf_state(life.vrf), VRF_FAILED);
	assert_true(cause_equal(&life.vrf->cause, &binary));
	vrf_dispatch(life.vrf, PROGRAM_EVENT_STOP, "");
	assert_int_equal(life.vrf->cause.kind, CAUSE_NONE);
}

static void a_missing_binary_fails_the_vrf_by_name(void **state)
{
	cleanup_life struct life life;

	life_begin(&life, *state, NO_BINARY);
	vrf_dispatch(life.vrf, PROGRAM_EVENT_START, "");
	vrf_dispatch(life.vrf, PROGRAM_EVENT_PREPARED, "");
	assert_int_equal(vrf_state(life.vrf), VRF_FAILED);
	assert_string_equal(vrf_reason(life.vrf),
		"proxy binary '/no/such/zabbix_proxy': No such file or directory");
	assert_true(is_armed(life.vrf->proxy.timer.source));
	assert_int_equal(life.vrf->proxy.process.pid, 0);
	vrf_dispatch(life.vrf, PROGRAM_EVENT_STOP, "");
	assert_int_equal(vrf_state(life.vrf), VRF_DISABLED);
	assert_int_equal(life.rested, 1);
}

/* Another VRF has asked the same binary: its answer comes to this one while its kernel part is still to be made. */
static void a_vrf_that_is_not_wired_yet_is_not_launched_by_an_answer(void **state)
{
	cleanup_life struct life life;

	life_begin(&life, *state, NO_BINARY);
	vrf_dispatch(life.vrf, PROGRAM_EVENT_START, "");
	life.vrf->wiring_due = true;
	renewal_binary_answered(life.vrf);
	assert_int_equal(vrf_state(life.vrf), VRF_WIRING);
	assert_int_equal(access(life.vrf->paths.lock, F_OK), -1);
	life.vrf->wiring_due = false;
	vrf_dispatch(life.vrf, PROGRAM_EVENT_PREPARED, "");
	assert_int_equal(vrf_state(life.vrf), VRF_FAILED);
	assert_int_equal(access(life.vrf->paths.lock, F_OK), 0);
}

/* A reload that comes while its database is checked: that takes a while. */
static void a_vrf_that_gets_another_uplink_number_before_its_launch_is_wired_with_it(void **state)
{
	cleanup_life struct life life;

	life_begin(&life, *state, NO_BINARY);
	vrf_dispatch(life.vrf, PROGRAM_EVENT_START, "");
	vrf_reconfigure(life.vrf, life.vrf->config, 0);
	assert_int_equal(life.wired, 1);
	vrf_reconfigure(life.vrf, life.vrf->config, 7);
	assert_int_equal(vrf_state(life.vrf), VRF_WIRING);
	assert_int_equal(life.vrf->id, 7);
	assert_int_equal(life.wired, 2);
}

/* What -V says, no more. */
static void a_binary_that_the_server_takes_nothing_from_is_refused_with_both_named(void **state)
{
	cleanup_free char *path = xasprintf("%s/zabbix_proxy", (const char *)*state);
	cleanup_free char *text = xasprintf("vrf acme { proxy { binary = \"%s\" } }", path);
	cleanup_free char *expected = xasprintf("proxy binary '%s' is Zabbix 7.0.3, the server is "
						"6.0.14, which takes no values from it",
		path);
	cleanup_life struct life life;

	scratch_write(*state, "zabbix_proxy", "#!/bin/sh\necho 'zabbix_proxy (Zabbix) 7.0.3'\n");
	assert_int_equal(chmod(path, 0755), 0);
	life_begin(&life, *state, text);
	life.context.server_version = 600;
	strcpy(life.context.server_version_text, "6.0.14");
	vrf_dispatch(life.vrf, PROGRAM_EVENT_START, "");
	vrf_dispatch(life.vrf, PROGRAM_EVENT_PREPARED, "");
	assert_int_equal(vrf_state(life.vrf), VRF_WIRING);
	while (vrf_state(life.vrf) == VRF_WIRING)
		assert_true(sd_event_run(life.context.event, 60000000) > 0);
	assert_int_equal(vrf_state(life.vrf), VRF_FAILED);
	assert_string_equal(vrf_reason(life.vrf), expected);
}

/*
 * A binary that is known, and a database that holds whoever judges it: its journal is a pipe, which SQLite
 * opens to read, and waits.
 */
static void life_begin_at_a_database_that_holds_its_judge(struct life *life, const char *directory)
{
	static const char script[] = "#!/bin/sh\necho 'zabbix_proxy (Zabbix) 6.0.14'\n";
	cleanup_free char *path = xasprintf("%s/zabbix_proxy", directory);
	cleanup_free char *text = xasprintf(
		"proxy { user = nobody psk = false } vrf acme { proxy { binary = \"%s\" } }", path);
	cleanup_free char *state_dir = xasprintf("%s/state/vrfs/acme", directory);
	cleanup_free char *journal = xasprintf("%s/proxy.db-journal", state_dir);
	const struct passwd *nobody = getpwnam("nobody");
	struct file_owner theirs = { 0755, nobody->pw_uid, nobody->pw_gid };

	scratch_write(directory, "zabbix_proxy", script);
	assert_int_equal(chmod(path, 0755), 0);
	life_begin(life, directory, text);
	assert_int_equal(file_make_dir(state_dir, &theirs, NULL), 0);
	scratch_write(state_dir, "proxy.db", "whatever it is");
	assert_int_equal(chmod(life->vrf->paths.database, 0666), 0);
	assert_int_equal(mkfifo(journal, 0666), 0);
	assert_int_equal(chmod(journal, 0666), 0);
	vrf_dispatch(life->vrf, PROGRAM_EVENT_START, "");
	vrf_dispatch(life->vrf, PROGRAM_EVENT_PREPARED, "");
	while (vrf_state(life->vrf) == VRF_WIRING && !life->vrf->rescue)
		assert_true(sd_event_run(life->context.event, 60000000) > 0);
	if (vrf_state(life->vrf) != VRF_WIRING)
		fail_msg("%s", vrf_reason(life->vrf));
}

/* Whatever comes meanwhile: nothing was started while it was judged. */
static void no_proxy_starts_while_its_database_is_judged(void **state)
{
	cleanup_life struct life life;
	struct job *judging;

	life_begin_at_a_database_that_holds_its_judge(&life, *state);
	judging = life.vrf->rescue;
	for (int event = 0; event < PROGRAM_EVENTS; event++) {
		if (event == PROGRAM_EVENT_STOP || event == PROGRAM_EVENT_UNPREPARED)
			continue;
		vrf_dispatch(life.vrf, (enum program_event)event, "");
		renewal_binary_answered(life.vrf);
		assert_int_equal(vrf_state(life.vrf), VRF_WIRING);
		assert_int_equal(life.vrf->proxy.process.pid, 0);
		assert_ptr_equal(life.vrf->rescue, judging);
	}
}

static uid_t owner_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_uid;
}

/* By a loss of power, between the first of the directories and the last. */
static void a_change_of_owner_that_was_cut_short_is_finished_before_the_files_are_used(void **state)
{
	static const char script[] = "#!/bin/sh\necho 'zabbix_proxy (Zabbix) 6.0.14'\n";
	cleanup_free char *path = xasprintf("%s/zabbix_proxy", (char *)*state);
	cleanup_free char *text = xasprintf(
		"proxy { user = nobody psk = false } vrf acme { proxy { binary = \"%s\" } }", path);
	const struct passwd *nobody = getpwnam("nobody");
	const struct file_owner theirs = { 0750, nobody->pw_uid, nobody->pw_gid };
	const struct file_owner former = { 0750, 4321, 4321 };
	cleanup_life struct life life;

	scratch_write(*state, "zabbix_proxy", script);
	assert_int_equal(chmod(path, 0755), 0);
	life_begin(&life, *state, text);
	assert_int_equal(file_make_dir(life.vrf->paths.log_dir, &theirs, NULL), 0);
	assert_int_equal(file_make_dir(life.vrf->paths.state_dir, &former, NULL), 0);
	vrf_dispatch(life.vrf, PROGRAM_EVENT_START, "");
	vrf_dispatch(life.vrf, PROGRAM_EVENT_PREPARED, "");
	while (vrf_state(life.vrf) == VRF_WIRING && !life.vrf->rescue)
		assert_true(sd_event_run(life.context.event, 60000000) > 0);
	if (vrf_state(life.vrf) != VRF_WIRING)
		fail_msg("%s", vrf_reason(life.vrf));
	assert_int_equal(owner_of(life.vrf->paths.state_dir), nobody->pw_uid);
	assert_int_equal(owner_of(life.vrf->paths.log_dir), nobody->pw_uid);
}

/* A judge that was left to itself would have moved the file away below the next proxy. */
static void a_stop_ends_the_judge_and_a_start_waits_for_its_end(void **state)
{
	cleanup_life struct life life;

	life_begin_at_a_database_that_holds_its_judge(&life, *state);
	vrf_dispatch(life.vrf, PROGRAM_EVENT_STOP, "told so");
	assert_int_equal(vrf_state(life.vrf), VRF_STOPPING);
	assert_int_equal(life.rested, 0);
	assert_int_equal(order_start(life.vrf, NULL), 0);
	assert_int_equal(vrf_state(life.vrf), VRF_STOPPING);
	while (vrf_state(life.vrf) == VRF_STOPPING)
		assert_true(sd_event_run(life.context.event, 60000000) > 0);
	assert_null(life.vrf->rescue);
	assert_int_equal(vrf_state(life.vrf), VRF_WIRING);
	assert_int_equal(life.wired, 2);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	vrf_dispatch(life.vrf, PROGRAM_EVENT_STOP, "told so");
	assert_int_equal(vrf_state(life.vrf), VRF_DISABLED);
	assert_int_equal(life.rested, 1);
}

/* The same where the judge came because the proxy did not become ready. */
static void a_start_by_hand_in_backoff_waits_for_the_judge(void **state)
{
	cleanup_life struct life life;

	life_begin_at_a_database_that_holds_its_judge(&life, *state);
	vrf_put(life.vrf, VRF_BACKOFF);
	assert_int_equal(order_start(life.vrf, NULL), 0);
	vrf_dispatch(life.vrf, PROGRAM_EVENT_PREPARED, "");
	assert_int_equal(vrf_state(life.vrf), VRF_WIRING);
	assert_int_equal(life.vrf->proxy.process.pid, 0);
	assert_non_null(life.vrf->rescue);
	vrf_put(life.vrf, VRF_BACKOFF);
	assert_int_equal(order_stop(life.vrf, NULL), 0);
	assert_int_equal(vrf_state(life.vrf), VRF_STOPPING);
	while (vrf_state(life.vrf) == VRF_STOPPING)
		assert_true(sd_event_run(life.context.event, 60000000) > 0);
	assert_int_equal(vrf_state(life.vrf), VRF_DISABLED);
	assert_null(life.vrf->rescue);
}

/* Nothing is known of it: a proxy of another version might delete it. */
static void a_database_that_cannot_be_read_is_in_the_way_of_a_version_that_did_not_write_it(
	void **state)
{
	cleanup_life struct life life;

	life_begin_at_a_database_that_holds_its_judge(&life, *state);
	job_kill(life.vrf->rescue);
	while (vrf_state(life.vrf) == VRF_WIRING)
		assert_true(sd_event_run(life.context.event, 60000000) > 0);
	assert_int_equal(vrf_state(life.vrf), VRF_FAILED);
	assert_string_equal(vrf_reason(life.vrf), "its database could not be checked");
	assert_true(is_armed(life.vrf->proxy.timer.source));
	assert_int_equal(life.vrf->proxy.process.pid, 0);
}

/* Its config would differ by the words of the new version alone. */
static void a_running_proxy_is_not_ended_for_a_binary_of_another_version(void **state)
{
	static const char script[] = "#!/bin/sh\necho 'zabbix_proxy (Zabbix) 7.0.3'\n";
	cleanup_free char *path = xasprintf("%s/zabbix_proxy", (char *)*state);
	cleanup_free char *text = xasprintf(
		"proxy { user = nobody psk = false } vrf acme { proxy { binary = \"%s\" } }", path);
	cleanup_life struct life life;

	scratch_write(*state, "zabbix_proxy", script);
	assert_int_equal(chmod(path, 0755), 0);
	life_begin(&life, *state, text);
	vrf_put(life.vrf, VRF_HEALTHY);
	life.vrf->proxy.wanted = true;
	life.vrf->proxy.process.pid = getpid();
	life.vrf->database_version = 600;
	vrf_reconfigure(life.vrf, &life.loaded.config->vrfs[0], 0);
	assert_true(life.vrf->config_due);
	while (life.vrf->config_due)
		assert_true(sd_event_run(life.context.event, 60000000) > 0);
	assert_int_equal(vrf_state(life.vrf), VRF_HEALTHY);
	assert_int_equal(access(life.vrf->paths.conf, F_OK), -1);
	/* Of one of its own version the config counts. */
	life.vrf->database_version = 700;
	vrf_reconfigure(life.vrf, &life.loaded.config->vrfs[0], 0);
	assert_int_equal(vrf_state(life.vrf), VRF_STOPPING);
	assert_int_equal(access(life.vrf->paths.conf, F_OK), 0);
	life.vrf->proxy.process.pid = 0;
}

static void a_reason_of_any_length_is_kept_within_bounds(void **state)
{
	cleanup_life struct life life;
	char reason[1024];

	memset(reason, 'r', sizeof(reason) - 1);
	reason[sizeof(reason) - 1] = '\0';
	life_begin(&life, *state, NAMESPACE);
	vrf_dispatch(life.vrf, PROGRAM_EVENT_START, "");
	vrf_dispatch(life.vrf, PROGRAM_EVENT_UNPREPARED, reason);
	assert_int_equal(strlen(vrf_reason(life.vrf)), sizeof(life.vrf->proxy.reason) - 1);
}

static void a_disabled_section_stops_what_runs_and_an_enabled_one_starts_it(void **state)
{
	cleanup_loaded struct loaded disabled =
		scratch_config(*state, "namespace mgmt { enabled = false }");
	cleanup_life struct life life;

	life_begin(&life, *state, NAMESPACE);
	vrf_reconfigure(life.vrf, &life.loaded.config->vrfs[0], 0);
	assert_int_equal(vrf_state(life.vrf), VRF_WIRING);
	vrf_reconfigure(life.vrf, &disabled.config->vrfs[0], 0);
	assert_int_equal(vrf_state(life.vrf), VRF_DISABLED);
	assert_string_equal(vrf_reason(life.vrf), "disabled in the config");
	vrf_reconfigure(life.vrf, &life.loaded.config->vrfs[0], 0);
	assert_int_equal(vrf_state(life.vrf), VRF_WIRING);
}

/* A proxy in the VRF's place that does not heed SIGTERM; the VRF is healthy with it. */
static pid_t deaf_proxy_start(struct life *life)
{
	sigset_t term;
	pid_t pid;

	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, NULL);
	pid = fork();
	assert_true(pid >= 0);
	while (pid == 0)
		poll(NULL, 0, 1000);
	sigprocmask(SIG_UNBLOCK, &term, NULL);
	life->vrf->proxy.process =
		(struct process){ pid, pidfd_open(pid, 0), process_start_time(pid) };
	vrf_put(life->vrf, VRF_HEALTHY);
	life->vrf->proxy.wanted = true;
	return pid;
}

static bool lives(pid_t pid)
{
	return waitpid(pid, NULL, WNOHANG) == 0;
}

static void wait_dead(pid_t pid)
{
	uint64_t end_ms = clock_now_ms() + 60000;

	while (lives(pid) && clock_now_ms() < end_ms)
		poll(NULL, 0, 10);
	assert_true(kill(pid, 0) < 0);
}

static void a_proxy_that_takes_long_to_end_is_killed_by_order_only(void **state)
{
	cleanup_life struct life life;
	pid_t pid;

	life_begin(&life, *state, NO_BINARY);
	pid = deaf_proxy_start(&life);
	vrf_dispatch(life.vrf, PROGRAM_EVENT_STOP, VRF_STOPPED_BY_HAND);
	assert_int_equal(vrf_state(life.vrf), VRF_STOPPING);
	/* As if it had gone on for two minutes. */
	life.vrf->proxy.ending.begun_ms -= 120000;
	for (int i = 0; i < 3; i++) {
		vrf_dispatch(life.vrf, PROGRAM_EVENT_TIMEOUT, "");
		assert_true(lives(pid));
		assert_int_equal(vrf_state(life.vrf), VRF_STOPPING);
		assert_true(is_armed(life.vrf->proxy.timer.source));
	}
	assert_non_null(strstr(vrf_reason(life.vrf), VRF_STOPPED_BY_HAND "; still "));
	vrf_dispatch(life.vrf, PROGRAM_EVENT_KILL, "ordered");
	wait_dead(pid);
}

static void a_proxy_is_killed_at_the_stop_timeout_of_its_config(void **state)
{
	cleanup_life struct life life;
	pid_t pid;

	life_begin(&life, *state, "vrf acme { proxy { stop_timeout = 60 } }");
	pid = deaf_proxy_start(&life);
	vrf_dispatch(life.vrf, PROGRAM_EVENT_STOP, "told so");
	/* The config may be gone by then. */
	life.vrf->config = NULL;
	life.vrf->proxy.ending.begun_ms -= 50000;
	vrf_dispatch(life.vrf, PROGRAM_EVENT_TIMEOUT, "");
	assert_true(lives(pid));
	life.vrf->proxy.ending.begun_ms -= 10000;
	vrf_dispatch(life.vrf, PROGRAM_EVENT_TIMEOUT, "");
	wait_dead(pid);
}

static void a_vrf_that_is_wanted_again_while_its_proxy_ends_has_not_failed(void **state)
{
	cleanup_life struct life life;
	pid_t pid;

	life_begin(&life, *state, NO_BINARY);
	pid = deaf_proxy_start(&life);
	life.vrf->config = NULL;
	vrf_dispatch(life.vrf, PROGRAM_EVENT_STOP, "gone from the config");
	vrf_reconfigure(life.vrf, &life.loaded.config->vrfs[0], 0);
	assert_int_equal(vrf_state(life.vrf), VRF_STOPPING);
	vrf_dispatch(life.vrf, PROGRAM_EVENT_ENDED, "");
	assert_int_equal(vrf_state(life.vrf), VRF_WIRING);
	assert_int_equal(life.vrf->proxy.backoff_s, 0);
	kill(pid, SIGKILL);
	wait_dead(pid);
}

static void one_that_goes_from_the_config_while_a_check_is_bad_is_ended(void **state)
{
	cleanup_life struct life life;
	pid_t pid;

	life_begin(&life, *state,
		"vrf acme { interface cust { kind = macvlan parent = eth0 address = 10.0.0.2/30 } }");
	pid = deaf_proxy_start(&life);
	checks_set(life.vrf, VRF_CHECK_LINK, false, "interface 'cust' is down");
	watch_tell_wellness(life.vrf);
	assert_int_equal(vrf_state(life.vrf), VRF_DEGRADED);
	vrf_remove(life.vrf, life.loaded.config, "gone from the config");
	assert_int_equal(vrf_state(life.vrf), VRF_STOPPING);
	assert_string_equal(vrf_reason(life.vrf), "gone from the config");
	kill(pid, SIGKILL);
	wait_dead(pid);
}

static void a_second_stop_gives_the_reason_that_counts(void **state)
{
	cleanup_life struct life life;
	pid_t pid;

	life_begin(&life, *state, NO_BINARY);
	pid = deaf_proxy_start(&life);
	vrf_dispatch(life.vrf, PROGRAM_EVENT_HUNG, "hangs");
	vrf_dispatch(life.vrf, PROGRAM_EVENT_STOP, VRF_STOPPED_BY_HAND);
	assert_string_equal(vrf_reason(life.vrf), VRF_STOPPED_BY_HAND);
	vrf_dispatch(life.vrf, PROGRAM_EVENT_ENDED, "");
	assert_int_equal(vrf_state(life.vrf), VRF_DISABLED);
	assert_string_equal(vrf_reason(life.vrf), VRF_STOPPED_BY_HAND);
	kill(pid, SIGKILL);
	wait_dead(pid);
}

static void states_and_checks_are_named_as_the_status_document_has_them(void **state)
{
	static const char *const states[] = { "disabled", "wiring", "starting", "healthy",
		"degraded", "backoff", "failed", "stopping" };
	static const char *const checks[] = { "netns", "link", "address", "uplink", "route",
		"process", "stats", "gateway", "server", "values", "late" };

	(void)state;
	for (int i = 0; i < VRF_STATES; i++)
		assert_string_equal(vrf_state_name((enum vrf_state)i), states[i]);
	for (int i = 0; i < VRF_CHECKS; i++)
		assert_string_equal(vrf_check_name((enum vrf_check_kind)i), checks[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_scratch(a_new_vrf_is_disabled_and_asks_for_nothing),
		in_scratch(a_namespace_is_healthy_when_it_is_wired),
		in_scratch(what_is_not_well_is_degraded_with_the_reason),
		in_scratch(a_lost_namespace_is_wired_anew),
		in_scratch(a_lost_namespace_hurries_no_later_start),
		in_scratch(a_healthy_namespace_rests_when_it_is_stopped),
		in_scratch(a_stop_while_wiring_rests_and_what_comes_later_is_nothing),
		in_scratch(an_event_unknown_to_a_state_does_nothing),
		in_scratch(what_cannot_be_wired_fails_and_is_tried_again_later),
		in_scratch(the_delay_doubles_up_to_its_maximum_and_is_scattered),
		in_scratch(a_namespace_that_came_up_starts_with_the_first_delay_again),
		in_scratch(what_ends_too_often_fails_and_is_tried_again_slowly),
		in_scratch(a_good_life_takes_back_what_went_before),
		in_scratch(a_retry_is_told_when_its_reason_changes),
		in_scratch(the_first_end_of_a_proxy_is_followed_by_a_start_at_once),
		in_scratch(a_proxy_that_never_became_ready_waits_for_its_next_start),
		in_scratch(a_missing_binary_is_a_cause_that_others_may_have),
		in_scratch(a_missing_binary_fails_the_vrf_by_name),
		in_scratch(
			a_vrf_that_gets_another_uplink_number_before_its_launch_is_wired_with_it),
		in_scratch(a_vrf_that_is_not_wired_yet_is_not_launched_by_an_answer),
		in_scratch_as_root(
			a_binary_that_the_server_takes_nothing_from_is_refused_with_both_named),
		in_scratch_as_root(no_proxy_starts_while_its_database_is_judged),
		in_scratch_as_root(
			a_change_of_owner_that_was_cut_short_is_finished_before_the_files_are_used),
		in_scratch_as_root(a_stop_ends_the_judge_and_a_start_waits_for_its_end),
		in_scratch_as_root(a_start_by_hand_in_backoff_waits_for_the_judge),
		in_scratch_as_root(
			a_database_that_cannot_be_read_is_in_the_way_of_a_version_that_did_not_write_it),
		in_scratch_as_root(a_running_proxy_is_not_ended_for_a_binary_of_another_version),
		in_scratch(a_reason_of_any_length_is_kept_within_bounds),
		in_scratch(a_disabled_section_stops_what_runs_and_an_enabled_one_starts_it),
		in_scratch(a_proxy_that_takes_long_to_end_is_killed_by_order_only),
		in_scratch(a_proxy_is_killed_at_the_stop_timeout_of_its_config),
		in_scratch(a_vrf_that_is_wanted_again_while_its_proxy_ends_has_not_failed),
		in_scratch(one_that_goes_from_the_config_while_a_check_is_bad_is_ended),
		in_scratch(a_second_stop_gives_the_reason_that_counts),
		cmocka_unit_test(the_servers_silence_is_measured_whatever_the_clocks_say),
		cmocka_unit_test(the_age_of_the_first_contact_is_taken_from_the_clocks),
		cmocka_unit_test(states_and_checks_are_named_as_the_status_document_has_them),
	};

	setenv("VRFGATE_DATA", ".", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
