// SPDX-License-Identifier: GPL-2.0-or-later
/* The life of a program: what each event does in each state. */
#include "vrf/program.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "process/lock.h"

/* From then on the log has it that one takes long to end. */
#define STOP_LONG_MS 10000
/* How often a lock is tried whose holder cannot be named. */
#define LOCK_POLL_MS 1000
/* A life this long makes the back-off start again from its minimum. */
#define GOOD_LIFE_MS 60000

/* The reason may be part of what it goes to. */
static void text_set(char *to, size_t size, const char *text)
{
	size_t length = strnlen(text, size - 1);

	memmove(to, text, length);
	to[length] = '\0';
}

void program_note(struct program *program, const char *reason)
{
	text_set(program->reason, sizeof(program->reason), reason);
}

void program_set_notice(struct program *program, const char *notice)
{
	text_set(program->notice, sizeof(program->notice), notice);
}

void program_set_end_reason(struct program *program, const char *reason)
{
	text_set(program->end_reason, sizeof(program->end_reason), reason);
}

static void state_set(struct program *program, enum program_state state, const char *reason,
	const struct cause *cause)
{
	program_note(program, reason);
	if (state != program->state)
		timer_disarm(&program->timer);
	program->state = state;
	program->kind->changed(program, cause);
}

static void timer_on_elapsed(void *data)
{
	program_dispatch(data, PROGRAM_EVENT_TIMEOUT, "", NULL);
}

void program_attend_in(struct program *program, uint64_t delay_ms)
{
	timer_arm(&program->timer, *program->event, delay_ms, timer_on_elapsed, program);
}

static void unwatch(struct program *program)
{
	if (program->kind->unwatch)
		program->kind->unwatch(program);
}

/* 1, 2, 4 ... max seconds. */
static uint64_t backoff_next_ms(struct program *program)
{
	const struct config_restart *restart = program->kind->restart(program);

	program->backoff_s = program->backoff_s ? program->backoff_s * 2 : restart->min_s;
	if (program->backoff_s > restart->max_s)
		program->backoff_s = restart->max_s;
	return timer_scatter_ms((uint64_t)program->backoff_s * 1000);
}

/* The first end of one that was ready is no sign that the next one ends, too: no delay for it. */
static uint64_t backoff_after_end_ms(struct program *program)
{
	if (!program->ready_ms || program->backoff_s || program->hurried)
		return backoff_next_ms(program);
	program->hurried = true;
	return 0;
}

/* --- how often it has ended --- */

static void drop_older(struct relapses *relapses, uint64_t window_ms, uint64_t now_ms)
{
	size_t old = 0;

	while (old < relapses->count && now_ms - relapses->at_ms[old] >= window_ms)
		old++;
	if (old == 0)
		return;
	relapses->count -= old;
	memmove(relapses->at_ms, relapses->at_ms + old, relapses->count * sizeof(*relapses->at_ms));
}

bool relapses_note(struct relapses *relapses, const struct config_restart *restart, uint64_t now_ms)
{
	drop_older(relapses, (uint64_t)restart->window_s * 1000, now_ms);
	*array_append(&relapses->at_ms, &relapses->count) = now_ms;
	relapses->given_up |= restart->count && relapses->count > restart->count;
	return relapses->given_up;
}

void relapses_forget(struct relapses *relapses)
{
	free(relapses->at_ms);
	*relapses = (struct relapses){ 0 };
}

/* --- its process --- */

bool program_is_up(const struct program *program)
{
	return program->state == PROGRAM_STARTING || program->state == PROGRAM_READY;
}

bool program_end_is_untold(const struct program *program)
{
	return program->process.pid <= 0 && program_is_up(program);
}

static int exit_on_readable(sd_event_source *source, int fd, uint32_t events, void *data)
{
	struct program *program = data;
	struct process_exit end;
	char before[sizeof(program->last_exit)];
	bool waits;

	(void)source;
	(void)fd;
	(void)events;
	program->exit_watch = sd_event_source_disable_unref(program->exit_watch);
	process_reap(&program->process, &end);
	program->main_pid = 0;
	memcpy(before, program->last_exit, sizeof(before));
	program->exit_length = strlen(process_exit_format(&end, program->last_exit));
	waits = program->kind->exited && program->kind->exited(program, &end);
	if (program->stands_in)
		memcpy(program->last_exit, before, sizeof(before));
	program->stands_in = false;
	if (!waits) {
		program_dispatch(program, PROGRAM_EVENT_ENDED, "", NULL);
		return 0;
	}
	unwatch(program);
	timer_disarm(&program->timer);
	return 0;
}

static void exit_watch_add(struct program *program)
{
	if (sd_event_add_io(*program->event, &program->exit_watch, program->process.pidfd, EPOLLIN,
		    exit_on_readable, program) < 0)
		abort();
}

void program_explain_exit(struct program *program, const char *words)
{
	cleanup_free char *rest = xstrdup(program->last_exit + program->exit_length);

	snprintf(program->last_exit, sizeof(program->last_exit), "%s%s", words, rest);
}

void program_add_to_exit(struct program *program, const char *words)
{
	size_t used = strlen(program->last_exit);

	snprintf(program->last_exit + used, sizeof(program->last_exit) - used, "%s", words);
}

/* Its init has it as its child soon after the start, and then for good. */
pid_t program_main_pid(struct program *program)
{
	pid_t pid;

	if (program->main_pid > 0)
		return program->main_pid;
	pid = process_main_pid(&program->process);
	if (pid != program->process.pid)
		program->main_pid = pid;
	return pid;
}

static void process_end(struct program *program, const char *reason)
{
	unwatch(program);
	ending_begin(&program->ending, &program->process, program->stop_timeout_s);
	program_set_end_reason(program, reason);
	state_set(program, PROGRAM_STOPPING, program->end_reason, NULL);
	program_attend_in(program, ending_pause_ms(&program->ending));
}

static bool former_runs(const struct program *program)
{
	return program->former.pid > 0 && program->former.pid == program->process.pid &&
		program->former.start_time == program->process.start_time;
}

bool program_former_ends(const struct program *program)
{
	return program->former.ending && former_runs(program);
}

/* Between two supervisors: what runs now is not what ran then. */
static bool former_has_ended(struct program *program)
{
	bool ended = program->former.pid > 0 && !former_runs(program);

	program->former = (struct program_former){ 0 };
	if (ended)
		snprintf(program->last_exit, sizeof(program->last_exit),
			"unknown (no supervisor ran)");
	return ended;
}

void program_remember(struct program *program, const struct program_former *former,
	uint32_t restarts, const char *last_exit)
{
	program->former = *former;
	program->restarts = restarts;
	snprintf(program->last_exit, sizeof(program->last_exit), "%s", last_exit);
}

static void process_follow(struct program *program, enum program_start how)
{
	bool first = program->started_ms == 0;

	exit_watch_add(program);
	program->started_ms = clock_now_ms() - process_age_ms(&program->process);
	program->ready_ms = 0;
	if (former_has_ended(program) || !first)
		program->restarts++;
	program->kind->started(program, how);
}

/* --- the actions of the table --- */

static void act_prepare(struct program *program, const char *reason, const struct cause *cause)
{
	(void)cause;
	state_set(program, PROGRAM_STOPPED, reason, NULL);
	/* This is what it asked for, perhaps of one that had ended by then; the next end is another one. */
	program->restart_now = false;
	program->kind->prepare(program);
}

static void act_begin(struct program *program, const char *reason, const struct cause *cause)
{
	if (program->state == PROGRAM_STOPPED && program->wanted)
		return;
	program->wanted = true;
	act_prepare(program, reason, cause);
}

void program_fail(struct program *program, const char *reason, const struct cause *cause)
{
	state_set(program, PROGRAM_FAILED, reason, cause);
	program_attend_in(program, backoff_next_ms(program));
}

static void act_fail(struct program *program, const char *reason, const struct cause *cause)
{
	if (program->wanted)
		program_fail(program, reason, cause);
}

void program_rest(struct program *program)
{
	unwatch(program);
	program->notice[0] = '\0';
	state_set(program, PROGRAM_STOPPED, program->end_reason, NULL);
	program->kind->rested(program);
}

static void start_follow(struct program *program, enum program_start how)
{
	process_follow(program, how);
	if (how == PROGRAM_ADOPTED_ENDING || how == PROGRAM_ADOPTED_OUTDATED) {
		program->restart_now = true;
		process_end(program,
			how == PROGRAM_ADOPTED_ENDING ? "an earlier supervisor was stopping it"
						      : "its config has changed");
		return;
	}
	state_set(program, PROGRAM_STARTING,
		how == PROGRAM_ADOPTED ? "found running" : program->notice, NULL);
	program_attend_in(program, (uint64_t)program->kind->start_period_s(program) * 1000);
}

static void act_start(struct program *program, const char *reason, const struct cause *cause)
{
	struct error err = ERROR_INIT;
	int r;

	(void)reason;
	(void)cause;
	if (!program->wanted)
		return;
	r = program->kind->start(program, &err);
	if (r == -EINPROGRESS) {
		state_set(program, PROGRAM_STOPPED, err.text, NULL);
	} else if (r < 0) {
		program_fail(program, err.text, &err.cause);
	} else if (r == PROGRAM_NOTHING_TO_RUN) {
		program->backoff_s = 0;
		state_set(program, PROGRAM_READY, "", NULL);
		program->kind->started(program, PROGRAM_NOTHING_TO_RUN);
	} else {
		start_follow(program, (enum program_start)r);
	}
}

static void act_ready(struct program *program, const char *reason, const struct cause *cause)
{
	(void)cause;
	program->ready_ms = clock_now_ms();
	program->kind->ready(program);
	state_set(program, PROGRAM_READY, *program->notice ? program->notice : reason, NULL);
}

/* Once a window may do no harm, and tells when it is well again. */
static void give_up(struct program *program, const char *end, const struct cause *cause)
{
	const struct config_restart *restart = program->kind->restart(program);
	char text[sizeof(program->reason)];

	snprintf(text, sizeof(text), "more than %" PRIu32 " restarts within %" PRIu32 " s: %.180s",
		restart->count, restart->window_s, end);
	state_set(program, PROGRAM_FAILED, text, cause);
	program_attend_in(program, timer_scatter_ms((uint64_t)restart->window_s * 1000));
}

static void good_life_reward(struct program *program)
{
	if (!program->ready_ms || clock_now_ms() - program->ready_ms < GOOD_LIFE_MS)
		return;
	program->hurried = false;
	program_forgive(program);
}

static void act_back_off(struct program *program, const char *reason, const struct cause *cause)
{
	const struct program_kind *kind = program->kind;
	const struct config_restart *restart = kind->restart(program);
	struct cause blamed = { 0 };
	cleanup_free char *why = NULL;
	char text[512];

	(void)cause;
	if (restart)
		good_life_reward(program);
	why = kind->explain ? kind->explain(program, reason, &blamed) : NULL;
	if (!restart) {
		unwatch(program);
		state_set(program, PROGRAM_FAILED, why ? why : program->last_exit, NULL);
		return;
	}
	if (why)
		reason = why;
	snprintf(text, sizeof(text), "%s ended: %s%s%s", kind->binary, program->last_exit,
		*reason ? "; " : "", reason);
	unwatch(program);
	if (program->ready_ms)
		program->notice[0] = '\0';
	if (kind->died)
		kind->died(program);
	if (relapses_note(&program->relapses, restart, clock_now_ms())) {
		give_up(program, text, &blamed);
		return;
	}
	state_set(program, PROGRAM_BACKOFF, text, &blamed);
	program_attend_in(program, backoff_after_end_ms(program));
}

static bool retire(struct program *program)
{
	if (!program->kind->retire || !program->kind->retire(program))
		return false;
	state_set(program, PROGRAM_STOPPING, program->end_reason, NULL);
	return true;
}

static void act_stop(struct program *program, const char *reason, const struct cause *cause)
{
	bool rests = program->state == PROGRAM_STOPPED && !program->wanted;

	(void)cause;
	program->wanted = false;
	if (program->process.pid > 0) {
		process_end(program, reason);
		return;
	}
	if (program->kind->interrupt && program->kind->interrupt(program)) {
		program_set_end_reason(program, reason);
		state_set(program, PROGRAM_STOPPING, program->end_reason, NULL);
		return;
	}
	program_set_end_reason(program, reason);
	if (!retire(program) && !rests)
		program_rest(program);
}

/* Where it has no process its place went: there is nothing to wait for. */
static void act_end_hung(struct program *program, const char *reason, const struct cause *cause)
{
	if (program->process.pid > 0)
		process_end(program, reason);
	else
		act_prepare(program, reason, cause);
}

static void act_not_ready(struct program *program, const char *reason, const struct cause *cause)
{
	char text[128];

	(void)reason;
	(void)cause;
	snprintf(text, sizeof(text), "not ready within %" PRIu32 " s",
		program->kind->start_period_s(program));
	process_end(program, text);
}

/* --- while it is stopping --- */

/* Why it ends, and what keeps it. */
static void stop_tell(struct program *program)
{
	char what[ENDING_TEXT_SIZE] = "";

	if (program->process.pid > 0)
		ending_describe(&program->ending, clock_now_ms(), what);
	snprintf(program->reason, sizeof(program->reason), "%.150s%s%s", program->end_reason,
		*what && *program->end_reason ? "; " : "", what);
}

/* Once. */
static void stop_log_long(struct program *program, uint64_t age_ms, uint64_t pause_ms)
{
	char what[ENDING_TEXT_SIZE];

	if (program->ending.killed_ms || age_ms < STOP_LONG_MS || age_ms >= STOP_LONG_MS + pause_ms)
		return;
	log_info("vrf '%s': %s %s; SIGKILL after %" PRIu64 " s, or by 'vrfgate stop --now %s'",
		program->vrf, program->kind->noun,
		ending_describe(&program->ending, clock_now_ms(), what),
		program->ending.limit_ms / 1000, program->vrf);
}

static void leftover_begin_end(struct program *program)
{
	exit_watch_add(program);
	log_info("vrf '%s': ending the %s that an earlier supervisor left (pid %d)", program->vrf,
		program->kind->noun, program->process.pid);
	process_end(program, program->end_reason);
}

/* 1: nobody holds it. */
static int leftover_take(struct program *program, struct error *err)
{
	cleanup_fd int fd = -1;

	return process_lock_take(program->lock, &fd, &program->process, err);
}

static void lock_try_again(struct program *program)
{
	struct error err = ERROR_INIT;
	int r = leftover_take(program, &err);

	if (r > 0) {
		program_dispatch(program, PROGRAM_EVENT_ENDED, "", NULL);
	} else if (r == 0) {
		leftover_begin_end(program);
	} else {
		snprintf(program->reason, sizeof(program->reason), "%.100s; %.150s",
			program->end_reason, err.text);
		program_attend_in(program, LOCK_POLL_MS);
	}
}

void program_end_leftover(struct program *program, const char *reason)
{
	struct error err = ERROR_INIT;
	int r = leftover_take(program, &err);

	if (r > 0)
		return;
	program_set_end_reason(program, reason);
	program->restart_now = true;
	if (r == 0) {
		leftover_begin_end(program);
		return;
	}
	log_error("vrf '%s': %s: %s", program->vrf, reason, err.text);
	state_set(program, PROGRAM_STOPPING, reason, NULL);
	lock_try_again(program);
}

int program_leave(struct program *program, struct error *err)
{
	int r = access(program->lock, F_OK) < 0 ? 1 : leftover_take(program, err);

	program->wanted = true;
	if (r == 0) {
		exit_watch_add(program);
		program->started_ms = clock_now_ms() - process_age_ms(&program->process);
	}
	program->state = PROGRAM_READY;
	return r;
}

static bool attend(struct program *program, enum program_event event)
{
	return program->kind->attend && program->kind->attend(program, event);
}

static void act_await_end(struct program *program, const char *reason, const struct cause *cause)
{
	uint64_t age_ms = clock_now_ms() - program->ending.begun_ms, pause_ms;
	char why[ENDING_TEXT_SIZE];
	enum ending_verdict verdict;

	(void)reason;
	(void)cause;
	if (attend(program, PROGRAM_EVENT_TIMEOUT))
		return;
	if (program->process.pid <= 0) {
		lock_try_again(program);
		return;
	}
	pause_ms = ending_pause_ms(&program->ending);
	verdict = ending_look(&program->ending, &program->process);
	if (verdict != ENDING_GOES_ON)
		log_warning("vrf '%s': %s %s; sent SIGKILL", program->vrf, program->kind->noun,
			ending_explain(verdict, &program->ending, why));
	stop_log_long(program, age_ms, pause_ms);
	stop_tell(program);
	program_attend_in(program, ending_pause_ms(&program->ending));
}

static void act_kill(struct program *program, const char *reason, const struct cause *cause)
{
	(void)cause;
	if (program->process.pid <= 0)
		return;
	if (!program->ending.killed_ms)
		log_warning("vrf '%s': %s killed: %s", program->vrf, program->kind->noun, reason);
	(void)attend(program, PROGRAM_EVENT_KILL);
	ending_kill(&program->ending, &program->process);
}

/* What it is ended for now is what it rests for then. */
static void act_note_stop(struct program *program, const char *reason, const struct cause *cause)
{
	(void)cause;
	program->wanted = false;
	program_set_end_reason(program, reason);
	if (!attend(program, PROGRAM_EVENT_STOP))
		stop_tell(program);
}

static void act_want_again(struct program *program, const char *reason, const struct cause *cause)
{
	(void)reason;
	(void)cause;
	program->wanted = true;
	(void)attend(program, PROGRAM_EVENT_START);
}

static void act_ended(struct program *program, const char *reason, const struct cause *cause)
{
	bool now = program->restart_now;

	(void)reason;
	program->restart_now = false;
	if (!program->wanted && retire(program))
		return;
	if (!program->wanted)
		program_rest(program);
	else if (now)
		act_prepare(program, program->end_reason, cause);
	else
		act_back_off(program, program->end_reason, cause);
}

typedef void (*program_action)(
	struct program *program, const char *reason, const struct cause *cause);

static const program_action actions[PROGRAM_STATES][PROGRAM_EVENTS] = {
	[PROGRAM_STOPPED] = {
		[PROGRAM_EVENT_START] = act_begin,
		[PROGRAM_EVENT_STOP] = act_stop,
		[PROGRAM_EVENT_PREPARED] = act_start,
		[PROGRAM_EVENT_UNPREPARED] = act_fail,
	},
	[PROGRAM_STARTING] = {
		[PROGRAM_EVENT_STOP] = act_stop,
		[PROGRAM_EVENT_READY] = act_ready,
		[PROGRAM_EVENT_HUNG] = act_end_hung,
		[PROGRAM_EVENT_ENDED] = act_back_off,
		[PROGRAM_EVENT_TIMEOUT] = act_not_ready,
	},
	[PROGRAM_READY] = {
		[PROGRAM_EVENT_STOP] = act_stop,
		[PROGRAM_EVENT_HUNG] = act_end_hung,
		[PROGRAM_EVENT_ENDED] = act_back_off,
	},
	[PROGRAM_BACKOFF] = {
		[PROGRAM_EVENT_START] = act_begin,
		[PROGRAM_EVENT_STOP] = act_stop,
		[PROGRAM_EVENT_TIMEOUT] = act_prepare,
	},
	[PROGRAM_FAILED] = {
		[PROGRAM_EVENT_START] = act_begin,
		[PROGRAM_EVENT_STOP] = act_stop,
		[PROGRAM_EVENT_TIMEOUT] = act_prepare,
	},
	[PROGRAM_STOPPING] = {
		[PROGRAM_EVENT_START] = act_want_again,
		[PROGRAM_EVENT_STOP] = act_note_stop,
		[PROGRAM_EVENT_ENDED] = act_ended,
		[PROGRAM_EVENT_KILL] = act_kill,
		[PROGRAM_EVENT_TIMEOUT] = act_await_end,
	},
};

void program_dispatch(struct program *program, enum program_event event, const char *reason,
	const struct cause *cause)
{
	program_action action = actions[program->state][event];

	if (action)
		action(program, reason, cause);
}

/* --- what comes from outside --- */

void program_init(struct program *program, const struct program_kind *kind, struct sd_event **event,
	const char *vrf, const char *lock)
{
	*program = (struct program){
		.kind = kind,
		.event = event,
		.vrf = vrf,
		.lock = lock,
		.process = PROCESS_NONE,
	};
}

void program_finish(struct program *program)
{
	timer_finish(&program->timer);
	sd_event_source_disable_unref(program->exit_watch);
	process_finish(&program->process);
	relapses_forget(&program->relapses);
}

void program_restart(struct program *program, const char *reason)
{
	program->restart_now = program->process.pid > 0;
	program_dispatch(program, PROGRAM_EVENT_HUNG, reason, NULL);
}

void program_restart_when_ended(struct program *program)
{
	program->restart_now |= program->state == PROGRAM_STOPPING;
}

void program_forgive(struct program *program)
{
	program->backoff_s = 0;
	relapses_forget(&program->relapses);
}

void program_set_stop_timeout(struct program *program, uint32_t timeout_s)
{
	program->stop_timeout_s = timeout_s;
	program->ending.limit_ms = (uint64_t)timeout_s * 1000;
}

void program_stand_in(struct program *program, const char *reason, uint64_t pause_ms)
{
	exit_watch_add(program);
	program->stands_in = true;
	program->ready_ms = 0;
	program->restart_now = program->wanted;
	program->ending = (struct ending){ 0 };
	state_set(program, PROGRAM_STOPPING, reason, NULL);
	program_attend_in(program, pause_ms);
}

void program_end_stand_in(struct program *program)
{
	ending_begin(&program->ending, &program->process, program->stop_timeout_s);
	program_attend_in(program, ending_pause_ms(&program->ending));
}
