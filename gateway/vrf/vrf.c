// SPDX-License-Identifier: GPL-2.0-or-later
/* The life of one VRF: what each event does in each state. */
#include "vrf/vrf.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-event.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/strings.h"
#include "process/cgroup.h"
#include "process/lock.h"
#include "vrf/binary_copies.h"
#include "vrf/checks.h"
#include "vrf/last_words.h"
#include "vrf/launch.h"
#include "vrf/probe.h"
#include "vrf/proxy_config.h"
#include "vrf/rescue.h"
#include "vrf/watch.h"
#include "zabbix/version.h"

/* From then on the log has it that a proxy takes long to end. */
#define STOP_LONG_MS     10000
/* How often a lock is tried whose holder cannot be named. */
#define LOCK_POLL_MS     1000
/* A life this long makes the back-off start again from its minimum. */
#define GOOD_LIFE_MS     60000
/* So long a server may be away, or not know a new key yet. */
#define LINK_PATIENCE_MS 60000
/* So often a proxy may end before it is ready until its database is judged. */
#define STILLBORN_MAX    2
/* One that makes a new database after that has this long at least: killed at it, it would leave half of one. */
#define NEW_DATABASE_S   60
#define CONF_MAX_SIZE    (1024 * 1024)
/* So few are sent in a moment. */
#define FEW_VALUES       1000

static const char *const state_names[VRF_STATES] = {
	[VRF_DISABLED] = "disabled",
	[VRF_WIRING] = "wiring",
	[VRF_STARTING] = "starting",
	[VRF_HEALTHY] = "healthy",
	[VRF_DEGRADED] = "degraded",
	[VRF_BACKOFF] = "backoff",
	[VRF_FAILED] = "failed",
	[VRF_STOPPING] = "stopping",
};

static const char *const check_names[VRF_CHECKS] = {
	[VRF_CHECK_NETNS] = "netns",
	[VRF_CHECK_LINK] = "link",
	[VRF_CHECK_ADDRESS] = "address",
	[VRF_CHECK_UPLINK] = "uplink",
	[VRF_CHECK_ROUTE] = "route",
	[VRF_CHECK_PROCESS] = "process",
	[VRF_CHECK_STATS] = "stats",
	[VRF_CHECK_GATEWAY] = "gateway",
	[VRF_CHECK_SERVER] = "server",
	[VRF_CHECK_VALUES] = "values",
	[VRF_CHECK_LATE] = "late",
};

const char *vrf_state_name(enum vrf_state state)
{
	return state_names[state];
}

const char *vrf_check_name(enum vrf_check_kind check)
{
	return check_names[check];
}

static enum log_level state_level(enum vrf_state state)
{
	if (state == VRF_FAILED)
		return LOG_LEVEL_ERROR;
	return state == VRF_DEGRADED || state == VRF_BACKOFF ? LOG_LEVEL_WARNING : LOG_LEVEL_INFO;
}

/*
 * What failed is tried again and again: until it is up, or fails for another reason, the log has it
 * already.
 */
static bool is_told_already(struct vrf *vrf, enum vrf_state state)
{
	bool told = *vrf->failure;

	switch (state) {
	case VRF_FAILED:
		told = strcmp(vrf->failure, vrf->reason) == 0;
		memcpy(vrf->failure, vrf->reason, sizeof(vrf->failure));
		return told;
	case VRF_WIRING:
	case VRF_STARTING:
	case VRF_STOPPING:
		return told;
	case VRF_DISABLED:
	case VRF_HEALTHY:
	case VRF_DEGRADED:
	case VRF_BACKOFF:
		vrf->failure[0] = '\0';
		return false;
	case VRF_STATES:
		break;
	}
	__builtin_unreachable();
}

static bool is_in_trouble(enum vrf_state state)
{
	return state == VRF_FAILED || state == VRF_DEGRADED || state == VRF_BACKOFF;
}

/* One that failed has that cause until it is up, or fails for another. */
static void cause_set(struct vrf *vrf, enum vrf_state state)
{
	struct cause cause = { 0 };

	if (is_in_trouble(state) && vrf->blamed)
		cause = *vrf->blamed;
	else if (*vrf->failure && (state == VRF_WIRING || state == VRF_STARTING))
		cause = vrf->cause;
	/* What is told of it next must not come before what led there. */
	if (vrf->shared_line && !(cause.kind && cause_equal(&cause, &vrf->cause)))
		vrf->context->tell_shared(vrf);
	vrf->cause = cause;
}

/* was: the cause of the state before. */
static void state_log(struct vrf *vrf, const struct cause *was, const char *reason)
{
	const struct cause *shared = vrf->cause.kind ? &vrf->cause : was;
	cleanup_free char *line = xasprintf("vrf '%s': %s%s%s", vrf->name, state_names[vrf->state],
		*reason ? ": " : "", reason);

	if (vrf->context->share && shared->kind &&
		(is_in_trouble(vrf->state) || vrf->state == VRF_HEALTHY))
		vrf->context->share(vrf, shared, state_level(vrf->state), line);
	else
		log_message(state_level(vrf->state), "%s", line);
}

static void state_set(struct vrf *vrf, enum vrf_state state, const char *reason)
{
	enum vrf_state before = vrf->state;
	const struct cause was = vrf->cause;

	cause_set(vrf, state);
	/* The reason may be part of the VRF's own reason. */
	memmove(vrf->reason, reason, strnlen(reason, sizeof(vrf->reason) - 1) + 1);
	vrf->reason[sizeof(vrf->reason) - 1] = '\0';
	if (state == before)
		return;
	vrf->state = state;
	vrf->since_ms = clock_now_ms();
	timer_disarm(&vrf->state_timer);
	/* A notice was told when it came to be. */
	if (!is_told_already(vrf, state))
		state_log(vrf, &was, strcmp(vrf->reason, vrf->notice) == 0 ? "" : vrf->reason);
	vrf->context->changed(vrf, before);
}

static void timer_on_elapsed(void *data)
{
	vrf_dispatch(data, VRF_EVENT_TIMEOUT, "");
}

static void state_timer_arm(struct vrf *vrf, uint64_t delay_ms)
{
	timer_arm(&vrf->state_timer, vrf->context->event, delay_ms, timer_on_elapsed, vrf);
}

/* 1, 2, 4 ... max seconds. */
static uint64_t backoff_next_ms(struct vrf *vrf)
{
	const struct config_restart *restart = &vrf->config->proxy.restart;

	vrf->backoff_s = vrf->backoff_s ? vrf->backoff_s * 2 : restart->min_s;
	if (vrf->backoff_s > restart->max_s)
		vrf->backoff_s = restart->max_s;
	return timer_scatter_ms((uint64_t)vrf->backoff_s * 1000);
}

/* The first end of a proxy that was ready is no sign that the next one ends, too: no delay for it. */
static uint64_t backoff_after_end_ms(struct vrf *vrf)
{
	if (!vrf->ready_ms || vrf->backoff_s || vrf->hurried)
		return backoff_next_ms(vrf);
	vrf->hurried = true;
	return 0;
}

/* --- the actions of the table --- */

static void act_wire(struct vrf *vrf, const char *reason)
{
	state_set(vrf, VRF_WIRING, reason);
	/* This is what it asked for, perhaps of a proxy that had ended by then; the next end is another one. */
	vrf->restart_now = false;
	vrf->judged_for = 0;
	vrf->id = vrf->wanted_id;
	vrf->context->wire(vrf);
}

static void act_rest(struct vrf *vrf, const char *reason)
{
	vrf->leaving = vrf->sending.tried = false;
	watch_stop(vrf);
	conflicts_finish(&vrf->conflicts);
	foreign_addresses_finish(&vrf->foreign);
	vrf->notice[0] = '\0';
	memset(vrf->checks, 0, sizeof(vrf->checks));
	vrf->has_stats = false;
	vrf->pollers = (struct proxy_pollers){ 0 };
	state_set(vrf, VRF_DISABLED, reason);
	vrf->context->rested(vrf);
}

static void act_fail(struct vrf *vrf, const char *reason)
{
	state_set(vrf, VRF_FAILED, reason);
	state_timer_arm(vrf, backoff_next_ms(vrf));
}

/* For a cause that others may have. */
static void state_set_for(
	struct vrf *vrf, enum vrf_state state, const char *reason, const struct cause *cause)
{
	vrf->blamed = cause;
	state_set(vrf, state, reason);
	vrf->blamed = NULL;
}

static void fail_for(struct vrf *vrf, const struct error *err)
{
	vrf->blamed = &err->cause;
	act_fail(vrf, err->text);
	vrf->blamed = NULL;
}

/* How it ended is said where it did not do what it was for; the VRF's own proxy has its own last exit. */
static void sender_ended(struct vrf *vrf, const char *last_exit)
{
	if (!vrf->sending.ending)
		log_warning("vrf '%s': %" PRId64 " of %" PRId64
			    " values are not sent: zabbix_proxy ended: %s",
			vrf->name, vrf->sending.unsent, vrf->sending.first, vrf->last_exit);
	memmove(vrf->last_exit, last_exit, sizeof(vrf->last_exit));
	vrf->sending.active = false;
	(void)unlink(vrf->paths.send_conf);
}

/* A state that a proxy which has ended leaves. */
static bool end_is_untold(const struct vrf *vrf)
{
	return vrf->proxy.pid <= 0 &&
		(vrf->state == VRF_STARTING || vrf->state == VRF_HEALTHY ||
			vrf->state == VRF_DEGRADED);
}

static void last_words_on_done(const void *answer, size_t size, bool in_time, void *data)
{
	struct vrf *vrf = data;
	char words[LAST_WORDS_SIZE];

	(void)in_time;
	vrf->last_words = NULL;
	last_words_read(answer, size, words);
	/* A stop or another proxy may have come meanwhile. */
	if (!end_is_untold(vrf))
		return;
	if (*words) {
		cleanup_free char *rest = xstrdup(vrf->last_exit + vrf->exit_length);

		snprintf(vrf->last_exit, sizeof(vrf->last_exit), "%s%s", words, rest);
	}
	vrf_dispatch(vrf, VRF_EVENT_ENDED, "");
}

/* Of one that ended by itself the exit status says little; false: nobody is asked. */
static bool last_words_begin(struct vrf *vrf, const struct process_exit *end)
{
	struct error err = ERROR_INIT;

	if ((end->known && end->by_signal) || !vrf->config || vrf->last_words ||
		!end_is_untold(vrf))
		return false;
	if (last_words_ask(vrf, last_words_on_done, &vrf->last_words, &err) < 0)
		return false;
	watch_stop(vrf);
	timer_disarm(&vrf->state_timer);
	return true;
}

static int exit_on_readable(sd_event_source *source, int fd, uint32_t events, void *data)
{
	struct vrf *vrf = data;
	struct process_exit end;
	char before[sizeof(vrf->last_exit)];

	(void)source;
	(void)fd;
	(void)events;
	vrf->exit_watch = sd_event_source_disable_unref(vrf->exit_watch);
	process_reap(&vrf->proxy, &end);
	vrf->main_pid = 0;
	/* The next one is launched with it. */
	vrf->config_due = false;
	vrf->restart_due_ms = 0;
	memcpy(before, vrf->last_exit, sizeof(before));
	vrf->exit_length = strlen(process_exit_format(&end, vrf->last_exit));
	launch_close_limits(vrf);
	if (vrf->sending.active)
		sender_ended(vrf, before);
	launch_write_words(vrf);
	checks_forget_proxy(vrf);
	if (!last_words_begin(vrf, &end))
		vrf_dispatch(vrf, VRF_EVENT_ENDED, "");
	return 0;
}

static void exit_watch_add(struct vrf *vrf)
{
	if (sd_event_add_io(vrf->context->event, &vrf->exit_watch, vrf->proxy.pidfd, EPOLLIN,
		    exit_on_readable, vrf) < 0)
		abort();
}

/* The reason may be part of the VRF's own. */
static void end_reason_set(struct vrf *vrf, const char *reason)
{
	memmove(vrf->end_reason, reason, strnlen(reason, sizeof(vrf->end_reason) - 1) + 1);
	vrf->end_reason[sizeof(vrf->end_reason) - 1] = '\0';
}

static void proxy_end(struct vrf *vrf, const char *reason)
{
	watch_stop(vrf);
	ending_begin(&vrf->ending, &vrf->proxy, vrf->stop_timeout_s);
	end_reason_set(vrf, reason);
	state_set(vrf, VRF_STOPPING, vrf->end_reason);
	state_timer_arm(vrf, ending_pause_ms(&vrf->ending));
}

static bool former_runs(const struct vrf *vrf)
{
	return vrf->former.pid > 0 && vrf->former.pid == vrf->proxy.pid &&
		vrf->former.start_time == vrf->proxy.start_time;
}

static void proxy_end_to_restart(struct vrf *vrf, const char *reason)
{
	vrf->restart_now = true;
	proxy_end(vrf, reason);
}

/* Between two supervisors: what runs now is not what ran then. */
static bool former_has_ended(struct vrf *vrf)
{
	bool ended = vrf->former.pid > 0 && !former_runs(vrf);

	vrf->former = (struct vrf_former){ 0 };
	if (ended)
		snprintf(vrf->last_exit, sizeof(vrf->last_exit), "unknown (no supervisor ran)");
	return ended;
}

static void rescue_on_done(const void *answer, size_t size, bool in_time, void *data);

static uint32_t start_period_s(const struct vrf *vrf)
{
	uint32_t period_s = vrf->config->proxy.health.start_period_s;

	return *vrf->notice && period_s < NEW_DATABASE_S ? NEW_DATABASE_S : period_s;
}

/* --- sending what would be left behind (vrf/sending.h) --- */

static void sender_end(struct vrf *vrf)
{
	vrf->sending.ending = true;
	ending_begin(&vrf->ending, &vrf->proxy, vrf->stop_timeout_s);
	state_timer_arm(vrf, ending_pause_ms(&vrf->ending));
}

static void sender_tell(struct vrf *vrf)
{
	char what[SENDING_TEXT_SIZE];

	sending_describe(&vrf->sending, what);
	snprintf(vrf->reason, sizeof(vrf->reason), "%.150s%s%s", vrf->end_reason,
		*vrf->end_reason ? "; " : "", what);
}

/* -EBUSY: it is to be tried again. After any other error not. */
static int sender_begin(struct vrf *vrf, unsigned version, int64_t unsent, struct error *err)
{
	cleanup_free char *copy =
		vrf->context->copies ? binary_copies_find(vrf->context->copies, version) : NULL;
	char reason[sizeof(vrf->end_reason)], what[SENDING_TEXT_SIZE];
	int r;

	vrf->sending.tried = true;
	if (!copy)
		return error_set(err, ENOENT, "no binary of Zabbix %u.%u is there any more",
			version / 100, version % 100);
	if (zabbix_version_pair(version, vrf->context->server_version) == ZABBIX_PAIR_IMPOSSIBLE)
		return error_set(err, EINVAL,
			"the server is %s, which takes none from Zabbix %u.%u",
			vrf->context->server_version_text, version / 100, version % 100);
	r = launch_sender(vrf, copy, version, err);
	vrf->sending.tried = r != -EBUSY;
	if (r < 0)
		return r;
	exit_watch_add(vrf);
	vrf->ready_ms = 0;
	vrf->restart_now = vrf->wanted;
	vrf->ending = (struct ending){ 0 };
	sending_begin(&vrf->sending, version, unsent, vrf->stop_timeout_s, clock_now_ms());
	snprintf(reason, sizeof(reason), "%.150s%s%s", vrf->end_reason,
		*vrf->end_reason ? "; " : "", sending_describe(&vrf->sending, what));
	if (vrf->state == VRF_STOPPING)
		log_info("vrf '%s': %s", vrf->name, what);
	state_set(vrf, VRF_STOPPING, reason);
	sender_tell(vrf);
	state_timer_arm(vrf, sending_pause_ms(&vrf->sending, clock_now_ms()));
	return 0;
}

static void count_on_done(const void *answer, size_t size, bool in_time, void *data)
{
	struct vrf *vrf = data;
	struct sending *sending = &vrf->sending;
	enum sending_verdict verdict;
	struct rescue_result result;

	(void)in_time;
	vrf->count = NULL;
	rescue_read_answer(answer, size, &result);
	if (!sending->active || sending->ending)
		return;
	verdict = sending_judge(sending, result.unsent, clock_now_ms());
	sender_tell(vrf);
	if (verdict == SENDING_GOES_ON)
		return;
	if (verdict == SENDING_DONE)
		log_info("vrf '%s': sent %" PRId64 " values", vrf->name, sending->first);
	else
		log_warning("vrf '%s': %" PRId64 " of %" PRId64 " values are not sent: %s",
			vrf->name, sending->unsent, sending->first,
			verdict == SENDING_STUCK ? "the server takes none"
						 : "stop_timeout is over");
	sender_end(vrf);
}

static void sender_look(struct vrf *vrf)
{
	struct error err = ERROR_INIT;

	if (!vrf->count &&
		rescue_start(vrf, 0, RESCUE_GLANCE, count_on_done, vrf, &vrf->count, &err) < 0) {
		log_warning("vrf '%s': its values cannot be counted: %s", vrf->name, err.text);
		sender_end(vrf);
		return;
	}
	state_timer_arm(vrf, sending_pause_ms(&vrf->sending, clock_now_ms()));
}

/* --- of one that goes --- */

/* False: it goes at once. */
static bool leave_begin(struct vrf *vrf)
{
	bool sent = vrf->sending.tried && vrf->sending.unsent == 0;
	const struct config_vrf *config = vrf_own_config(vrf);
	struct error err = ERROR_INIT;

	if (!vrf->leaving || !config || !config->has_proxy || sent)
		return false;
	if (rescue_start(vrf, 0, RESCUE_COUNT, rescue_on_done, vrf, &vrf->rescue, &err) < 0) {
		log_warning("vrf '%s': its values cannot be counted: %s", vrf->name, err.text);
		return false;
	}
	vrf->counting = true;
	state_set(vrf, VRF_STOPPING, vrf->end_reason);
	return true;
}

static void leave_finish(struct vrf *vrf, int64_t unsent)
{
	if (unsent > 0)
		log_warning("vrf '%s': %s: %" PRId64 " unsent values are kept in '%s'", vrf->name,
			vrf->end_reason, unsent, vrf->paths.database);
	if (vrf->context->kept && unsent > 0 && !vrf->config)
		vrf->context->kept(vrf, unsent);
	act_rest(vrf, vrf->end_reason);
}

static void leave_judged(struct vrf *vrf, const struct rescue_result *result)
{
	struct error err = ERROR_INIT;
	int r = -EALREADY;

	vrf->counting = false;
	/* It is wanted again, or nobody waits for it any more. */
	if (vrf->wanted || !vrf->leaving) {
		vrf_dispatch(vrf, VRF_EVENT_ENDED, "");
		return;
	}
	if (result->unsent > 0 && !vrf->sending.tried) {
		r = sender_begin(vrf, result->version, result->unsent, &err);
		if (r < 0 && r != -EBUSY)
			log_warning("vrf '%s': %" PRId64 " values are not sent: %s", vrf->name,
				result->unsent, err.text);
	}
	if (r == -EBUSY)
		state_timer_arm(vrf, LOCK_POLL_MS);
	else if (r < 0)
		leave_finish(vrf, result->unsent);
}

/* --- before a launch --- */

/* Of a database that cannot be read now it counts which version wrote it last, as far as that is known. */
static void judged_for_launch(struct vrf *vrf, const struct rescue_result *result)
{
	struct error err = ERROR_INIT;
	int r;
	bool safe = !result->in_the_way &&
		(!result->unknown || vrf->database_version == vrf->judged_for);

	if (!result->unknown)
		vrf->database_version = result->version;
	vrf->pollers.wanted |= result->pollers;
	if (!vrf->sending.tried && result->unsent > 0) {
		end_reason_set(vrf, "");
		r = sender_begin(vrf, result->version, result->unsent, &err);
		if (r == -EBUSY)
			act_fail(vrf, err.text);
		if (r == 0 || r == -EBUSY)
			return;
		log_warning("vrf '%s': %" PRId64 " values are not sent first: %s", vrf->name,
			result->unsent, err.text);
		/* Now it may be moved aside. */
		vrf->judged_for = 0;
		safe = true;
	}
	if (safe)
		vrf_dispatch(vrf, VRF_EVENT_PREPARED, "");
	else
		act_fail(vrf, result->text);
}

/* What was found while it backs off: it need not wait any longer, or has a better reason. */
static void judged_for_nothing_new(struct vrf *vrf, const struct rescue_result *result)
{
	if (result->moved)
		vrf_dispatch(vrf, VRF_EVENT_START, vrf->notice);
	else if (*result->text && !result->unknown)
		snprintf(vrf->reason, sizeof(vrf->reason), "%s", result->text);
}

static void rescue_on_done(const void *answer, size_t size, bool in_time, void *data)
{
	struct vrf *vrf = data;
	struct rescue_result result;

	(void)in_time;
	rescue_read_answer(answer, size, &result);
	vrf->rescue = NULL;
	if (vrf->counting) {
		leave_judged(vrf, &result);
		return;
	}
	if (vrf->context->cgroups)
		cgroups_close(vrf->context->cgroups, vrf->name);
	if (result.moved) {
		vrf->stillborn = 0;
		vrf->database_version = 0;
		snprintf(vrf->notice, sizeof(vrf->notice), "%s", result.text);
	}
	/* Whoever killed it knows why it gave no answer. */
	if (*result.text && (result.moved || vrf->state != VRF_STOPPING))
		log_warning("vrf '%s': %s", vrf->name, result.text);
	if (vrf->state == VRF_STOPPING)
		vrf_dispatch(vrf, VRF_EVENT_ENDED, "");
	else if (vrf->state == VRF_WIRING && vrf->judged_for)
		judged_for_launch(vrf, &result);
	else if (vrf->state == VRF_WIRING)
		vrf_dispatch(vrf, VRF_EVENT_PREPARED, "");
	else
		judged_for_nothing_new(vrf, &result);
}

/*
 * -EINPROGRESS: its database is being judged, if it has one: whether that is there the helper sees, we may not.
 * The proxy's directories are made before, as the helper lives in them.
 */
static int database_judge(struct vrf *vrf, unsigned version, struct error *err)
{
	bool changed;
	int r;

	if (vrf->judged_for == version)
		return 0;
	/* First: of a change of owner that was cut short, neither of the two users can read all. */
	r = launch_change_owner(vrf, err);
	if (r == 0)
		r = launch_write_config(vrf, &changed, err);
	if (r == 0)
		r = rescue_start(vrf, version,
			vrf->sending.tried ? RESCUE_VERSION : RESCUE_SENDABLE, rescue_on_done, vrf,
			&vrf->rescue, err);
	if (r < 0)
		return r;
	vrf->judged_for = version;
	return error_set(err, EINPROGRESS, "checking its database");
}

/* -EINPROGRESS: VRF_EVENT_PREPARED will tell that there is more to know. */
static int launch_prepare(struct vrf *vrf, struct error *err)
{
	struct proxy_binary binary;
	int r;

	if (vrf->rescue)
		return error_set(err, EINPROGRESS, "checking its database");
	r = launch_judge_binary(vrf, &binary, err);
	if (r == 0)
		r = database_judge(vrf, binary.version, err);
	/* It makes one that is its own where there is none. */
	if (r == 0)
		vrf->database_version = binary.version;
	return r;
}

/* --- the launch --- */

static void proxy_follow(struct vrf *vrf, bool first)
{
	exit_watch_add(vrf);
	vrf->started_ms = clock_now_ms() - process_age_ms(&vrf->proxy);
	vrf->ready_ms = 0;
	vrf->config_fault[0] = '\0';
	checks_forget_proxy(vrf);
	checks_judge_process(vrf);
	if (former_has_ended(vrf) || !first)
		vrf->restarts++;
}

static void proxy_begin(struct vrf *vrf, bool adopted)
{
	/* An adopted one has lived before, whatever it has been told. */
	vrf->kicked |= adopted;
	vrf->sending.tried = false;
	state_set(vrf, VRF_STARTING, adopted ? "found running" : vrf->notice);
	state_timer_arm(vrf, (uint64_t)start_period_s(vrf) * 1000);
	watch_start(vrf, 0);
	/* It was wired a while ago, and could not be compared while it was prepared. */
	if (vrf->drift.due_ms)
		vrf->context->look(vrf);
}

static void namespace_begin(struct vrf *vrf)
{
	vrf->backoff_s = 0;
	state_set(vrf, VRF_HEALTHY, "");
	watch_start(vrf, 0);
	vrf->context->look(vrf);
}

static bool is_read_only(const char *directory)
{
	cleanup_fd int fd = open(directory, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);

	return fd < 0 && errno == EROFS;
}

/* A disk that takes nothing is one for all. */
static void launch_blame(const struct vrf *vrf, struct error *err)
{
	const struct config_gateway *gateway = &vrf->context->config->gateway;
	const char *const directories[] = { gateway->state_dir, gateway->run_dir,
		gateway->log_dir };
	enum cause_kind kind = CAUSE_NONE;
	char fault[256];

	if (err->cause.kind || (err->code != ENOSPC && err->code != EDQUOT && err->code != EROFS))
		return;
	for (size_t i = 0; !kind && i < sizeof(directories) / sizeof(directories[0]); i++) {
		kind = rescue_disk_fault(directories[i], fault);
		if (!kind && err->code == EROFS && is_read_only(directories[i]))
			kind = CAUSE_DISK_READ_ONLY;
		if (kind)
			error_blame(err, kind, directories[i]);
	}
}

/* One that runs is taken over whatever is to be known of its binary or its database. */
static void act_launch(struct vrf *vrf, const char *reason)
{
	struct error err = ERROR_INIT;
	bool first = vrf->started_ms == 0;
	int r;

	(void)reason;
	vrf->wired_ms = clock_now_ms();
	if (!vrf->config->has_proxy) {
		namespace_begin(vrf);
		return;
	}
	r = launch_adopt(vrf, &err);
	if (r > 0) {
		bool ending = (vrf->former.ending && former_runs(vrf)) ||
			access(vrf->paths.send_conf, F_OK) == 0;

		proxy_follow(vrf, first);
		(void)unlink(vrf->paths.send_conf);
		if (ending)
			proxy_end_to_restart(vrf, "an earlier supervisor was stopping it");
		else if (r == LAUNCH_ADOPTED)
			proxy_begin(vrf, true);
		else
			proxy_end_to_restart(vrf, "its config has changed");
		return;
	}
	if (r == 0)
		r = launch_prepare(vrf, &err);
	if (r == 0)
		r = launch_proxy(vrf, &err);
	if (r == -EINPROGRESS) {
		state_set(vrf, VRF_WIRING, err.text);
	} else if (r < 0) {
		launch_blame(vrf, &err);
		fail_for(vrf, &err);
	} else {
		proxy_follow(vrf, first);
		proxy_begin(vrf, false);
	}
}

/* Where it is to be wired first, the end of that launches it. */
static void act_launch_prepared(struct vrf *vrf, const char *reason)
{
	if (!vrf->wiring_due)
		act_launch(vrf, reason);
}

static void act_ready(struct vrf *vrf, const char *reason)
{
	struct cause cause = checks_cause(vrf);
	char bad[256];

	vrf->ready_ms = clock_now_ms();
	vrf->stillborn = 0;
	if (checks_bad_reason(vrf, bad))
		state_set_for(vrf, VRF_DEGRADED, bad, &cause);
	else
		state_set(vrf, VRF_HEALTHY, *vrf->notice ? vrf->notice : reason);
	watch_start(vrf, 0);
	vrf->context->look(vrf);
}

static void act_degrade(struct vrf *vrf, const char *reason)
{
	state_set(vrf, VRF_DEGRADED, reason);
}

static void act_recover(struct vrf *vrf, const char *reason)
{
	state_set(vrf, VRF_HEALTHY, reason);
}

/* Once a window may do no harm, and tells when it is well again. */
static void give_up(struct vrf *vrf, const char *end)
{
	const struct config_restart *restart = &vrf->config->proxy.restart;
	char text[sizeof(vrf->reason)];

	snprintf(text, sizeof(text), "more than %" PRIu32 " restarts within %" PRIu32 " s: %.180s",
		restart->count, restart->window_s, end);
	state_set(vrf, VRF_FAILED, text);
	state_timer_arm(vrf, timer_scatter_ms((uint64_t)restart->window_s * 1000));
}

/* 0: not known, or no longer. */
static unsigned binary_version(struct vrf *vrf)
{
	struct proxy_binary binary;

	return proxy_binary_cache_read(
		       vrf->context->binaries, vrf->config->proxy.binary, &binary, NULL) == 0
		? binary.version
		: 0;
}

/* Of a VRF that was left: nothing is known with which another one could be started. */
static void left_ended(struct vrf *vrf)
{
	char text[sizeof(vrf->reason)];

	snprintf(text, sizeof(text), VRF_LEFT "; its proxy ended: %s", vrf->last_exit);
	watch_stop(vrf);
	state_set(vrf, VRF_FAILED, text);
}

/* A proxy that never becomes ready, twice over, may have a database that it cannot use. */
static void rescue_begin(struct vrf *vrf)
{
	struct error err = ERROR_INIT;

	if (vrf->ready_ms) {
		vrf->stillborn = 0;
		vrf->notice[0] = '\0';
	} else if (++vrf->stillborn >= STILLBORN_MAX && !vrf->rescue &&
		rescue_start(vrf, binary_version(vrf), RESCUE_THOROUGH, rescue_on_done, vrf,
			&vrf->rescue, &err) < 0) {
		log_warning("vrf '%s': its database cannot be checked: %s", vrf->name, err.text);
	}
}

/* What it said before its log was open, in one line; NULL: nothing. The caller frees it. */
static char *last_words(const struct vrf *vrf)
{
	cleanup_free char *words = NULL;
	char *rest = NULL, *all = NULL;
	size_t size;

	if (file_read(vrf->paths.start_log, CONF_MAX_SIZE, &words, &size, NULL) < 0)
		return NULL;
	for (char *line = strtok_r(words, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		cleanup_free char *before = all;

		all = before ? xasprintf("%s; %s", before, line) : xstrdup(line);
	}
	if (all)
		text_make_printable(all);
	return all;
}

/* cause: of its end; NULL: its own. */
static void back_off(struct vrf *vrf, const char *reason, const struct cause *cause)
{
	cleanup_free char *words = NULL;
	char text[512];

	if (!vrf->config) {
		left_ended(vrf);
		return;
	}
	if (vrf->ready_ms && clock_now_ms() - vrf->ready_ms >= GOOD_LIFE_MS) {
		vrf->backoff_s = 0;
		vrf->hurried = false;
		relapses_forget(&vrf->relapses);
	}
	if (!vrf->ready_ms && !*reason)
		words = last_words(vrf);
	snprintf(text, sizeof(text), "zabbix_proxy ended: %s%s%s%s", vrf->last_exit,
		*reason || words ? "; " : "", reason, words ? words : "");
	watch_stop(vrf);
	checks_judge_process(vrf);
	rescue_begin(vrf);
	if (relapses_note(&vrf->relapses, &vrf->config->proxy.restart, clock_now_ms())) {
		vrf->blamed = cause;
		give_up(vrf, text);
		vrf->blamed = NULL;
		return;
	}
	state_set_for(vrf, VRF_BACKOFF, text, cause);
	state_timer_arm(vrf, backoff_after_end_ms(vrf));
}

static void act_back_off(struct vrf *vrf, const char *reason)
{
	char fault[256];
	enum cause_kind kind = rescue_disk_fault(vrf->paths.state_dir, fault);
	const struct cause cause = cause_of(kind, 0, vrf->context->config->gateway.state_dir);

	back_off(vrf, kind ? fault : reason, kind ? &cause : NULL);
}

/* Its database is nobody's only when the helper is no more. */
static void act_end(struct vrf *vrf, const char *reason)
{
	if (vrf->proxy.pid > 0) {
		proxy_end(vrf, reason);
	} else if (vrf->rescue) {
		job_kill(vrf->rescue);
		end_reason_set(vrf, reason);
		state_set(vrf, VRF_STOPPING, vrf->end_reason);
	} else {
		end_reason_set(vrf, reason);
		if (!leave_begin(vrf))
			act_rest(vrf, vrf->end_reason);
	}
}

/* It rests already, and goes from the config now. */
static void act_leave(struct vrf *vrf, const char *reason)
{
	end_reason_set(vrf, reason);
	(void)leave_begin(vrf);
}

/* The namespace went with its interfaces: there is nothing to wait for. */
static void act_end_hung(struct vrf *vrf, const char *reason)
{
	if (vrf->proxy.pid > 0)
		proxy_end(vrf, reason);
	else
		act_wire(vrf, reason);
}

static void act_not_ready(struct vrf *vrf, const char *reason)
{
	char text[128];

	(void)reason;
	snprintf(text, sizeof(text), "not ready within %" PRIu32 " s", start_period_s(vrf));
	proxy_end(vrf, text);
}

/* Why it ends, and what keeps it. */
static void stop_tell(struct vrf *vrf)
{
	char what[ENDING_TEXT_SIZE] = "";

	if (vrf->sending.active && !vrf->sending.ending) {
		sender_tell(vrf);
		return;
	}
	if (vrf->proxy.pid > 0)
		ending_describe(&vrf->ending, clock_now_ms(), what);
	snprintf(vrf->reason, sizeof(vrf->reason), "%.150s%s%s", vrf->end_reason,
		*what && *vrf->end_reason ? "; " : "", what);
}

/* Once. */
static void stop_log_long(struct vrf *vrf, uint64_t age_ms, uint64_t pause_ms)
{
	char what[ENDING_TEXT_SIZE];

	if (vrf->ending.killed_ms || age_ms < STOP_LONG_MS || age_ms >= STOP_LONG_MS + pause_ms)
		return;
	log_info("vrf '%s': proxy %s; SIGKILL after %" PRIu64 " s, or by 'vrfgate stop --now %s'",
		vrf->name, ending_describe(&vrf->ending, clock_now_ms(), what),
		vrf->ending.limit_ms / 1000, vrf->name);
}

static void lock_try_again(struct vrf *vrf);

static void act_await_end(struct vrf *vrf, const char *reason)
{
	uint64_t age_ms = clock_now_ms() - vrf->ending.begun_ms, pause_ms;
	char why[ENDING_TEXT_SIZE];
	enum ending_verdict verdict;

	(void)reason;
	/* The helper at a database is being killed, and no timer runs. */
	if (vrf->rescue)
		return;
	if (vrf->proxy.pid <= 0) {
		lock_try_again(vrf);
		return;
	}
	if (vrf->sending.active && !vrf->sending.ending) {
		sender_look(vrf);
		return;
	}
	pause_ms = ending_pause_ms(&vrf->ending);
	verdict = ending_look(&vrf->ending, &vrf->proxy);
	if (verdict != ENDING_GOES_ON)
		log_warning("vrf '%s': proxy %s; sent SIGKILL", vrf->name,
			ending_explain(verdict, &vrf->ending, why));
	stop_log_long(vrf, age_ms, pause_ms);
	stop_tell(vrf);
	state_timer_arm(vrf, ending_pause_ms(&vrf->ending));
}

static void act_kill(struct vrf *vrf, const char *reason)
{
	if (vrf->proxy.pid <= 0)
		return;
	if (!vrf->ending.killed_ms)
		log_warning("vrf '%s': proxy killed: %s", vrf->name, reason);
	vrf->leaving = false;
	vrf->sending.ending = true;
	ending_kill(&vrf->ending, &vrf->proxy);
}

/* What it is ended for now is what it rests for then. */
static void act_note_stop(struct vrf *vrf, const char *reason)
{
	end_reason_set(vrf, reason);
	if (vrf->sending.active && !vrf->sending.ending && !vrf->leaving)
		sender_end(vrf);
	stop_tell(vrf);
}

/* One that was about to go goes on with its database itself. */
static void act_want_again(struct vrf *vrf, const char *reason)
{
	(void)reason;
	if (vrf->leaving && vrf->sending.active && !vrf->sending.ending)
		sender_end(vrf);
	vrf->leaving = false;
}

static void act_ended(struct vrf *vrf, const char *reason)
{
	bool now = vrf->restart_now;

	(void)reason;
	vrf->restart_now = false;
	if (!vrf->wanted && leave_begin(vrf))
		return;
	if (!vrf->wanted)
		act_rest(vrf, vrf->end_reason);
	else if (now)
		act_wire(vrf, vrf->end_reason);
	else
		act_back_off(vrf, vrf->end_reason);
}

typedef void (*vrf_action)(struct vrf *vrf, const char *reason);

static const vrf_action actions[VRF_STATES][VRF_EVENTS] = {
	[VRF_DISABLED] = {
		[VRF_EVENT_START] = act_wire,
		[VRF_EVENT_STOP] = act_leave,
	},
	[VRF_WIRING] = {
		[VRF_EVENT_STOP] = act_end,
		[VRF_EVENT_WIRED] = act_launch,
		[VRF_EVENT_PREPARED] = act_launch_prepared,
		[VRF_EVENT_WIRING_FAILED] = act_fail,
	},
	[VRF_STARTING] = {
		[VRF_EVENT_STOP] = act_end,
		[VRF_EVENT_READY] = act_ready,
		[VRF_EVENT_HUNG] = act_end_hung,
		[VRF_EVENT_ENDED] = act_back_off,
		[VRF_EVENT_TIMEOUT] = act_not_ready,
	},
	[VRF_HEALTHY] = {
		[VRF_EVENT_STOP] = act_end,
		[VRF_EVENT_UNWELL] = act_degrade,
		[VRF_EVENT_HUNG] = act_end_hung,
		[VRF_EVENT_ENDED] = act_back_off,
	},
	[VRF_DEGRADED] = {
		[VRF_EVENT_STOP] = act_end,
		[VRF_EVENT_UNWELL] = act_degrade,
		[VRF_EVENT_WELL] = act_recover,
		[VRF_EVENT_HUNG] = act_end_hung,
		[VRF_EVENT_ENDED] = act_back_off,
	},
	[VRF_BACKOFF] = {
		[VRF_EVENT_START] = act_wire,
		[VRF_EVENT_STOP] = act_end,
		[VRF_EVENT_TIMEOUT] = act_wire,
	},
	[VRF_FAILED] = {
		[VRF_EVENT_START] = act_wire,
		[VRF_EVENT_STOP] = act_end,
		[VRF_EVENT_TIMEOUT] = act_wire,
	},
	[VRF_STOPPING] = {
		[VRF_EVENT_START] = act_want_again,
		[VRF_EVENT_STOP] = act_note_stop,
		[VRF_EVENT_ENDED] = act_ended,
		[VRF_EVENT_KILL] = act_kill,
		[VRF_EVENT_TIMEOUT] = act_await_end,
	},
};

void vrf_dispatch_for(
	struct vrf *vrf, enum vrf_event event, const char *reason, const struct cause *cause)
{
	const struct cause *outer = vrf->blamed;
	vrf_action action;

	vrf->blamed = cause;
	if (event == VRF_EVENT_START)
		vrf->wanted = true;
	if (event == VRF_EVENT_STOP)
		vrf->wanted = false;
	action = actions[vrf->state][event];
	if (action)
		action(vrf, reason);
	vrf->blamed = outer;
}

void vrf_dispatch(struct vrf *vrf, enum vrf_event event, const char *reason)
{
	vrf_dispatch_for(vrf, event, reason, NULL);
}

/* --- what comes from outside --- */

struct vrf *vrf_create_gone(struct vrf_context *context, const char *name)
{
	struct vrf *vrf = xcalloc(1, sizeof(*vrf));

	vrf->context = context;
	vrf->words_fd = -1;
	vrf->name = xstrdup(name);
	vrf->since_ms = clock_now_ms();
	vrf->proxy = (struct process)PROCESS_NONE;
	vrf->stop_timeout_s = context->config->proxy.stop_timeout_s;
	vrf_paths_init(&vrf->paths, &context->config->gateway, name);
	return vrf;
}

struct vrf *vrf_create(struct vrf_context *context, const struct config_vrf *config, uint32_t id)
{
	struct vrf *vrf = vrf_create_gone(context, config->name);

	vrf->config = config;
	vrf->id = vrf->wanted_id = id;
	vrf->stop_timeout_s = config->proxy.stop_timeout_s;
	return vrf;
}

const struct config_vrf *vrf_own_config(const struct vrf *vrf)
{
	return vrf->config ? vrf->config : vrf->last;
}

void vrf_remove(struct vrf *vrf, struct config *config, const char *reason)
{
	vrf->last = vrf->config;
	vrf->kept = config_share(config);
	vrf->config = NULL;
	vrf->leaving = vrf->last->has_proxy;
	vrf_dispatch(vrf, VRF_EVENT_STOP, reason);
}

/* 1: nobody holds it. */
static int leftover_take(struct vrf *vrf, struct error *err)
{
	cleanup_fd int fd = -1;

	return process_lock_take(vrf->paths.lock, &fd, &vrf->proxy, err);
}

static void leftover_begin_end(struct vrf *vrf)
{
	exit_watch_add(vrf);
	log_info("vrf '%s': ending the proxy that an earlier supervisor left (pid %d)", vrf->name,
		vrf->proxy.pid);
	proxy_end(vrf, vrf->end_reason);
}

static void lock_try_again(struct vrf *vrf)
{
	struct error err = ERROR_INIT;
	int r = leftover_take(vrf, &err);

	if (r > 0) {
		vrf_dispatch(vrf, VRF_EVENT_ENDED, "");
	} else if (r == 0) {
		leftover_begin_end(vrf);
	} else {
		snprintf(vrf->reason, sizeof(vrf->reason), "%.100s; %.150s", vrf->end_reason,
			err.text);
		state_timer_arm(vrf, LOCK_POLL_MS);
	}
}

void vrf_end_leftover(struct vrf *vrf, const char *reason)
{
	struct error err = ERROR_INIT;
	int r = leftover_take(vrf, &err);

	if (r > 0)
		return;
	end_reason_set(vrf, reason);
	vrf->restart_now = true;
	if (r == 0) {
		leftover_begin_end(vrf);
		return;
	}
	log_error("vrf '%s': %s: %s", vrf->name, reason, err.text);
	state_set(vrf, VRF_STOPPING, reason);
	lock_try_again(vrf);
}

static bool is_passive(const char *conf)
{
	cleanup_free char *text = NULL;
	size_t size;

	return file_read(conf, CONF_MAX_SIZE, &text, &size, NULL) == 0 &&
		strstr(text, "ProxyMode=1\n");
}

void vrf_leave(struct vrf *vrf)
{
	struct error err = ERROR_INIT;
	enum vrf_state before = vrf->state;
	int r = access(vrf->paths.lock, F_OK) < 0 ? 1 : leftover_take(vrf, &err);

	vrf->left = vrf->wanted = true;
	if (r == 0) {
		exit_watch_add(vrf);
		vrf->started_ms = clock_now_ms() - process_age_ms(&vrf->proxy);
		vrf->left_passive = is_passive(vrf->paths.conf);
	}
	snprintf(vrf->reason, sizeof(vrf->reason), VRF_LEFT "%s%.180s", r < 0 ? "; " : "",
		r < 0 ? err.text : "");
	/* The log has all of them in one line (supervisor.c). */
	vrf->state = VRF_DEGRADED;
	vrf->since_ms = clock_now_ms();
	vrf->context->changed(vrf, before);
}

void vrf_end_left(struct vrf *vrf, const char *reason)
{
	vrf->left = false;
	if (vrf->proxy.pid <= 0 && access(vrf->paths.lock, F_OK) == 0)
		vrf_end_leftover(vrf, reason);
	vrf_dispatch(vrf, VRF_EVENT_STOP, reason);
	/* It rests already. */
	if (vrf->state == VRF_DISABLED)
		vrf->context->rested(vrf);
}

void vrf_destroy(struct vrf *vrf)
{
	if (!vrf)
		return;
	if (vrf->words_fd >= 0)
		close(vrf->words_fd);
	probe_cancel(vrf->probe);
	job_destroy(vrf->rescue);
	job_destroy(vrf->count);
	config_destroy(vrf->kept);
	job_destroy(vrf->last_words);
	timer_finish(&vrf->state_timer);
	timer_finish(&vrf->watch_timer);
	timer_finish(&vrf->files_timer);
	sd_event_source_disable_unref(vrf->exit_watch);
	process_finish(&vrf->proxy);
	net_netns_state_finish(&vrf->kernel);
	net_netns_state_finish(&vrf->seen);
	repairs_finish(&vrf->drift.repairs);
	free(vrf->drift.cause_text);
	relapses_forget(&vrf->relapses);
	conflicts_finish(&vrf->conflicts);
	foreign_addresses_finish(&vrf->foreign);
	destinations_finish(&vrf->destinations);
	vrf_paths_finish(&vrf->paths);
	free(vrf->name);
	free(vrf);
}

/* Its addresses are in its proxy's hands: the proxy ends before they change. */
static void vrf_restart_renumbered(struct vrf *vrf)
{
	char reason[64];

	vrf->reloaded |= VRF_RELOAD_RESTARTED;
	snprintf(reason, sizeof(reason), "its uplink's id changes from %" PRIu32 " to %" PRIu32,
		vrf->id, vrf->wanted_id);
	vrf->restart_now = true;
	vrf_dispatch(vrf, VRF_EVENT_HUNG, reason);
}

/* That another version waits for a restart is no fault. */
static void config_tell_fault(struct vrf *vrf, const struct error *err)
{
	log_error("vrf '%s': its proxy goes on with the old config: %s", vrf->name, err->text);
	if (err->code != ESTALE)
		snprintf(vrf->config_fault, sizeof(vrf->config_fault), "%.*s",
			(int)sizeof(vrf->config_fault) - 1, err->text);
}

/* To a proxy that runs: restarts it where its file changed. */
static void config_apply(struct vrf *vrf)
{
	struct error err = ERROR_INIT;
	bool changed = false;
	int r;

	vrf->pollers.wanted |= proxy_config_pollers_of(vrf->config);
	r = vrf->config->has_proxy ? launch_write_config(vrf, &changed, &err) : 0;

	vrf->config_due = r == -EINPROGRESS;
	vrf->config_fault[0] = '\0';
	vrf->names_restart_done = false;
	if (r < 0 && !vrf->config_due) {
		config_tell_fault(vrf, &err);
		return;
	}
	launch_set_limits(vrf);
	if (vrf->config->has_proxy && !changed)
		return;
	vrf->reloaded |= VRF_RELOAD_RESTARTED;
	vrf->restart_now = true;
	vrf_dispatch(vrf, VRF_EVENT_HUNG, "its config has changed");
}

void vrf_want_pollers(struct vrf *vrf, unsigned kinds)
{
	struct error err = ERROR_INIT;
	bool changed = false;
	int r;

	if (!(kinds & ~vrf->pollers.wanted) || vrf->config_due)
		return;
	vrf->pollers.wanted |= kinds;
	r = launch_write_config(vrf, &changed, &err);
	vrf->config_due = r == -EINPROGRESS;
	if (r < 0 && !vrf->config_due)
		log_warning("vrf '%s': its proxy goes on without pollers for some of its items: %s",
			vrf->name, err.text);
	if (r < 0 || !changed)
		return;
	launch_set_limits(vrf);
	vrf->restart_now = true;
	vrf_dispatch(vrf, VRF_EVENT_HUNG, "its items need pollers that it does not have");
}

/* As long as that is not known of its binary it waits, too. */
static bool restart_waits(const struct vrf *vrf)
{
	const struct vrf_context *context = vrf->context;
	bool many = vrf->vitals.read_ms >= vrf->started_ms && vrf->vitals.unsent > FEW_VALUES;
	struct proxy_binary binary;
	int r;

	if (!many || clock_now_ms() - vrf->restart_due_ms >= (uint64_t)vrf->stop_timeout_s * 1000)
		return false;
	r = proxy_binary_cache_read(context->binaries, vrf->config->proxy.binary, &binary, NULL);
	if (r == 0)
		return vrf->database_version && vrf->database_version != binary.version &&
			zabbix_version_pair(vrf->database_version, context->server_version) !=
			ZABBIX_PAIR_IMPOSSIBLE;
	return r == -EINPROGRESS;
}

void vrf_restart(struct vrf *vrf)
{
	bool first = !vrf->restart_due_ms;

	if (first)
		vrf->restart_due_ms = clock_now_ms();
	if (restart_waits(vrf)) {
		if (first)
			log_info("vrf '%s': restarts when its %" PRId64 " values are sent",
				vrf->name, vrf->vitals.unsent);
		checks_judge_process(vrf);
		watch_tell_wellness(vrf);
		return;
	}
	vrf->restart_due_ms = 0;
	vrf->restart_now = vrf->proxy.pid > 0;
	vrf_dispatch(vrf, VRF_EVENT_HUNG, "restarted by hand");
}

void vrf_binary_answered(struct vrf *vrf)
{
	if (vrf->restart_due_ms)
		vrf_restart(vrf);
	if (vrf->config_due && vrf->wanted && vrf->proxy.pid > 0 && vrf->state != VRF_STOPPING)
		config_apply(vrf);
	vrf_dispatch(vrf, VRF_EVENT_PREPARED, "");
}

void vrf_limits_found(struct vrf *vrf)
{
	if (vrf->config && vrf->config->has_proxy)
		launch_set_limits(vrf);
	vrf_dispatch(vrf, VRF_EVENT_PREPARED, "");
}

/* Nothing runs yet that has the former address, and nothing is launched before it is wired again. */
static void vrf_renumber_wiring(struct vrf *vrf)
{
	if (vrf->id == vrf->wanted_id)
		return;
	vrf->id = vrf->wanted_id;
	vrf->context->wire(vrf);
}

void vrf_reconfigure(struct vrf *vrf, const struct config_vrf *config, uint32_t id)
{
	const struct config_vrf *old = vrf->config;

	if (old && old != config &&
		(old->digest != config->digest || old->enabled != config->enabled))
		vrf->reloaded |= VRF_RELOAD_CHANGED;
	vrf->config = config;
	vrf->last = NULL;
	config_destroy(vrf->kept);
	vrf->kept = NULL;
	vrf->config_new = true;
	destinations_finish(&vrf->destinations);
	vrf->wanted_id = id;
	vrf->stop_timeout_s = config->proxy.stop_timeout_s;
	vrf->ending.limit_ms = (uint64_t)vrf->stop_timeout_s * 1000;
	/* One that ends because it was not wanted has not failed. */
	vrf->restart_now |= vrf->state == VRF_STOPPING && !vrf->wanted;
	if (!config->enabled || vrf->held) {
		/* Of one that another gateway has the server takes nothing. */
		vrf->leaving |= !config->enabled && vrf->state != VRF_DISABLED &&
			(!config->given_up || config->released);
		vrf_dispatch(vrf, VRF_EVENT_STOP,
			config->given_up    ? config->given_up
				: vrf->held ? VRF_STOPPED_BY_HAND
					    : "disabled in the config");
		return;
	}
	if (vrf->state == VRF_WIRING) {
		vrf_renumber_wiring(vrf);
		return;
	}
	if (vrf->proxy.pid <= 0 || !vrf->wanted || vrf->state == VRF_STOPPING) {
		bool lacks_proxy = config->has_proxy &&
			(vrf->state == VRF_HEALTHY || vrf->state == VRF_DEGRADED);

		vrf_dispatch(vrf, lacks_proxy ? VRF_EVENT_HUNG : VRF_EVENT_START, "");
		return;
	}
	if (id != vrf->id) {
		vrf_restart_renumbered(vrf);
		return;
	}
	config_apply(vrf);
}

/* Its init has it as its child soon after the start, and then for good. */
pid_t vrf_main_pid(struct vrf *vrf)
{
	pid_t pid;

	if (vrf->main_pid > 0)
		return vrf->main_pid;
	pid = process_main_pid(&vrf->proxy);
	if (pid != vrf->proxy.pid)
		vrf->main_pid = pid;
	return pid;
}

/*
 * The clocks of server and gateway need not agree, and each may be set. A contact that was not known
 * the last time has been made since; only of the first one nothing is known but its time.
 */
void vrf_set_server_seen(struct vrf *vrf, time_t lastaccess)
{
	int64_t now_ms = (int64_t)clock_now_ms(),
		age_ms = (time(NULL) - lastaccess) * INT64_C(1000);
	int64_t told_ms = (int64_t)vrf->server_told_ms;

	vrf->object = VRF_OBJECT_OURS;
	vrf->server_told_ms = (uint64_t)now_ms;
	if (lastaccess == vrf->server_lastaccess)
		return;
	if (told_ms && age_ms > now_ms - told_ms)
		age_ms = now_ms - told_ms;
	vrf->server_lastaccess = lastaccess;
	vrf->server_seen_ms = now_ms - (age_ms > 0 ? age_ms : 0);
}

void vrf_set_server_unknown(struct vrf *vrf, enum vrf_object object)
{
	vrf->object = object;
	vrf->server_told_ms = clock_now_ms();
	vrf->server_lastaccess = 0;
}

void vrf_set_link(struct vrf *vrf, enum zabbix_link link)
{
	bool fails = link == ZABBIX_LINK_FAILED || link == ZABBIX_LINK_TLS;

	/* The cause is logged once; later lines, which may be all that was read, say only that it lasts. */
	if (link == ZABBIX_LINK_FAILED && vrf->link == ZABBIX_LINK_TLS)
		link = ZABBIX_LINK_TLS;
	vrf->link = link;
	if (!fails)
		vrf->link_failed_ms = 0;
	else if (!vrf->link_failed_ms)
		vrf->link_failed_ms = clock_now_ms();
}

/* A passive proxy has none; of what it refused to accept, nothing says when that is over. */
bool vrf_link_fails(const struct vrf *vrf)
{
	const struct vrf_check *server = &vrf->checks[VRF_CHECK_SERVER];
	bool passive = vrf->config->proxy.mode == CONFIG_PROXY_PASSIVE;

	return vrf->link_failed_ms && clock_now_ms() - vrf->link_failed_ms >= LINK_PATIENCE_MS &&
		(!passive || (server->judged && !server->ok));
}

long vrf_server_silence_s(const struct vrf *vrf, uint64_t at_ms)
{
	return (long)(((int64_t)at_ms - vrf->server_seen_ms) / 1000);
}
