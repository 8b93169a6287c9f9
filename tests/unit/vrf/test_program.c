// SPDX-License-Identifier: GPL-2.0-or-later
/* The life of a program of no kind that there is: what it needs is asked for, and it is a process that waits. */
#include "../cmocka_all.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "vrf/program.h"

#define DEADLINE_MS 60000

struct scene {
	struct program program;
	struct sd_event *event;
	struct config_restart restart;
	int start_result; /* other than PROGRAM_STARTED: that, and nothing is started */
	bool retires;     /* something is to be done before it rests */
	int prepared, rested, died, changed;
};

static struct scene *scene_of(const struct program *program)
{
	return (struct scene *)program;
}

static const struct config_restart *restart_of(const struct program *program)
{
	return &scene_of(program)->restart;
}

static void on_prepare(struct program *program)
{
	scene_of(program)->prepared++;
}

static int on_start(struct program *program, struct error *err)
{
	struct scene *scene = scene_of(program);
	pid_t pid;

	if (scene->start_result == PROGRAM_NOTHING_TO_RUN)
		return scene->start_result;
	if (scene->start_result < 0)
		return error_set(err, -scene->start_result, "not now");
	pid = fork();
	assert_true(pid >= 0);
	while (pid == 0)
		pause();
	program->process = (struct process){ pid, pidfd_open(pid, 0), process_start_time(pid) };
	return scene->start_result;
}

static uint32_t start_period_of(const struct program *program)
{
	(void)program;
	return 60;
}

static void on_started(struct program *program, enum program_start how)
{
	(void)program;
	(void)how;
}

static void on_ready(struct program *program)
{
	(void)program;
}

static void on_died(struct program *program)
{
	scene_of(program)->died++;
}

static bool on_retire(struct program *program)
{
	return scene_of(program)->retires;
}

static void on_rested(struct program *program)
{
	scene_of(program)->rested++;
}

static void on_changed(struct program *program, const struct cause *cause)
{
	(void)cause;
	scene_of(program)->changed++;
}

static const struct program_kind kind = {
	.binary = "pause",
	.noun = "service",
	.restart = restart_of,
	.prepare = on_prepare,
	.start = on_start,
	.start_period_s = start_period_of,
	.started = on_started,
	.ready = on_ready,
	.died = on_died,
	.retire = on_retire,
	.rested = on_rested,
	.changed = on_changed,
};

static int scene_make(void **state)
{
	struct scene *scene = xcalloc(1, sizeof(*scene));

	scene->restart = (struct config_restart){ .min_s = 1, .max_s = 4 };
	if (sd_event_new(&scene->event) < 0)
		return -1;
	program_init(&scene->program, &kind, &scene->event, "acme", "/nonexistent/lock");
	program_set_stop_timeout(&scene->program, 60);
	*state = scene;
	return 0;
}

static int scene_remove(void **state)
{
	struct scene *scene = *state;
	pid_t pid = scene->program.process.pid;

	if (pid > 0) {
		(void)kill(pid, SIGKILL);
		(void)waitpid(pid, NULL, 0);
	}
	program_finish(&scene->program);
	sd_event_unref(scene->event);
	free(scene);
	return 0;
}

static void tell(struct scene *scene, enum program_event event, const char *reason)
{
	program_dispatch(&scene->program, event, reason, NULL);
}

static void assert_state(const struct scene *scene, enum program_state state)
{
	assert_int_equal(scene->program.state, state);
}

static void be_ready(struct scene *scene)
{
	tell(scene, PROGRAM_EVENT_START, "");
	tell(scene, PROGRAM_EVENT_PREPARED, "");
	tell(scene, PROGRAM_EVENT_READY, "");
	assert_state(scene, PROGRAM_READY);
	assert_true(scene->program.process.pid > 0);
}

static void run_while(struct scene *scene, enum program_state state)
{
	uint64_t end_ms = clock_now_ms() + DEADLINE_MS;

	while (scene->program.state == state && clock_now_ms() < end_ms)
		assert_true(sd_event_run(scene->event, 100 * 1000) >= 0);
}

static void one_that_is_wanted_starts_when_what_it_needs_is_there(void **state)
{
	struct scene *scene = *state;

	tell(scene, PROGRAM_EVENT_START, "");
	assert_state(scene, PROGRAM_STOPPED);
	assert_int_equal(scene->prepared, 1);
	tell(scene, PROGRAM_EVENT_START, "");
	assert_int_equal(scene->prepared, 1);
	tell(scene, PROGRAM_EVENT_PREPARED, "");
	assert_state(scene, PROGRAM_STARTING);
	assert_true(scene->program.process.pid > 0);
	tell(scene, PROGRAM_EVENT_READY, "");
	assert_state(scene, PROGRAM_READY);
}

static void one_that_is_not_wanted_starts_for_nothing(void **state)
{
	struct scene *scene = *state;

	tell(scene, PROGRAM_EVENT_PREPARED, "");
	tell(scene, PROGRAM_EVENT_UNPREPARED, "x");
	assert_state(scene, PROGRAM_STOPPED);
	assert_int_equal(scene->changed, 0);
	assert_int_equal(scene->program.process.pid, 0);
}

static void a_start_that_needs_more_waits_for_it(void **state)
{
	struct scene *scene = *state;

	scene->start_result = -EINPROGRESS;
	tell(scene, PROGRAM_EVENT_START, "");
	tell(scene, PROGRAM_EVENT_PREPARED, "");
	assert_state(scene, PROGRAM_STOPPED);
	assert_string_equal(scene->program.reason, "not now");
	scene->start_result = PROGRAM_STARTED;
	tell(scene, PROGRAM_EVENT_PREPARED, "");
	assert_state(scene, PROGRAM_STARTING);
}

static void one_that_cannot_be_started_fails_and_is_prepared_again(void **state)
{
	struct scene *scene = *state;

	scene->start_result = -ENOENT;
	tell(scene, PROGRAM_EVENT_START, "");
	tell(scene, PROGRAM_EVENT_PREPARED, "");
	assert_state(scene, PROGRAM_FAILED);
	assert_int_equal(scene->program.backoff_s, 1);
	run_while(scene, PROGRAM_FAILED);
	assert_state(scene, PROGRAM_STOPPED);
	assert_int_equal(scene->prepared, 2);
}

static void one_that_has_nothing_to_run_is_ready_when_it_is_prepared(void **state)
{
	struct scene *scene = *state;

	scene->start_result = PROGRAM_NOTHING_TO_RUN;
	tell(scene, PROGRAM_EVENT_START, "");
	tell(scene, PROGRAM_EVENT_PREPARED, "");
	assert_state(scene, PROGRAM_READY);
	tell(scene, PROGRAM_EVENT_HUNG, "its place went");
	assert_state(scene, PROGRAM_STOPPED);
	assert_int_equal(scene->prepared, 2);
}

static void a_stop_ends_it_and_then_it_rests(void **state)
{
	struct scene *scene = *state;

	be_ready(scene);
	tell(scene, PROGRAM_EVENT_STOP, "told so");
	assert_state(scene, PROGRAM_STOPPING);
	assert_string_equal(scene->program.reason, "told so");
	run_while(scene, PROGRAM_STOPPING);
	assert_state(scene, PROGRAM_STOPPED);
	assert_false(scene->program.wanted);
	assert_int_equal(scene->rested, 1);
	assert_string_equal(scene->program.last_exit, "signal 15 (Terminated)");
}

static void what_is_to_be_done_before_it_rests_is_waited_for(void **state)
{
	struct scene *scene = *state;

	scene->retires = true;
	be_ready(scene);
	tell(scene, PROGRAM_EVENT_STOP, "told so");
	while (scene->program.process.pid > 0)
		assert_true(sd_event_run(scene->event, 100 * 1000) >= 0);
	assert_state(scene, PROGRAM_STOPPING);
	assert_int_equal(scene->rested, 0);
	scene->retires = false;
	tell(scene, PROGRAM_EVENT_ENDED, "");
	assert_state(scene, PROGRAM_STOPPED);
	assert_int_equal(scene->rested, 1);
}

static void one_that_dies_is_prepared_again_at_once_and_then_with_growing_delays(void **state)
{
	static const uint32_t delays_s[] = { 0, 1, 2, 4, 4 };
	struct scene *scene = *state;

	for (size_t i = 0; i < sizeof(delays_s) / sizeof(delays_s[0]); i++) {
		be_ready(scene);
		assert_int_equal(scene->program.restarts, i);
		assert_int_equal(kill(scene->program.process.pid, SIGKILL), 0);
		run_while(scene, PROGRAM_READY);
		assert_state(scene, PROGRAM_BACKOFF);
		assert_string_equal(scene->program.reason, "pause ended: signal 9 (Killed)");
		assert_int_equal(scene->program.backoff_s, delays_s[i]);
		assert_int_equal(scene->died, i + 1);
		tell(scene, PROGRAM_EVENT_TIMEOUT, "");
		assert_state(scene, PROGRAM_STOPPED);
	}
}

static void one_that_dies_too_often_fails(void **state)
{
	struct scene *scene = *state;

	scene->restart.count = 1;
	scene->restart.window_s = 300;
	for (int i = 0; i < 2; i++) {
		be_ready(scene);
		assert_int_equal(kill(scene->program.process.pid, SIGKILL), 0);
		run_while(scene, PROGRAM_READY);
		assert_state(scene, i ? PROGRAM_FAILED : PROGRAM_BACKOFF);
		tell(scene, PROGRAM_EVENT_TIMEOUT, "");
	}
}

static void one_that_does_not_become_ready_is_ended_and_backs_off(void **state)
{
	struct scene *scene = *state;

	tell(scene, PROGRAM_EVENT_START, "");
	tell(scene, PROGRAM_EVENT_PREPARED, "");
	tell(scene, PROGRAM_EVENT_TIMEOUT, "");
	assert_state(scene, PROGRAM_STOPPING);
	assert_string_equal(scene->program.reason, "not ready within 60 s");
	run_while(scene, PROGRAM_STOPPING);
	assert_state(scene, PROGRAM_BACKOFF);
	assert_string_equal(scene->program.reason,
		"pause ended: signal 15 (Terminated); not ready within 60 s");
}

static void a_restart_is_no_failure(void **state)
{
	struct scene *scene = *state;

	be_ready(scene);
	program_restart(&scene->program, "another config");
	assert_state(scene, PROGRAM_STOPPING);
	run_while(scene, PROGRAM_STOPPING);
	assert_state(scene, PROGRAM_STOPPED);
	assert_true(scene->program.wanted);
	assert_int_equal(scene->prepared, 2);
	assert_int_equal(scene->died, 0);
}

static void the_last_wish_counts_while_it_ends(void **state)
{
	struct scene *scene = *state;

	be_ready(scene);
	program_restart(&scene->program, "another config");
	tell(scene, PROGRAM_EVENT_STOP, "told so");
	tell(scene, PROGRAM_EVENT_START, "");
	tell(scene, PROGRAM_EVENT_STOP, "told so again");
	run_while(scene, PROGRAM_STOPPING);
	assert_state(scene, PROGRAM_STOPPED);
	assert_false(scene->program.wanted);
	assert_string_equal(scene->program.reason, "told so again");
}

static void one_that_runs_already_is_followed(void **state)
{
	static const struct {
		enum program_start how;
		enum program_state then;
	} cases[] = {
		{ PROGRAM_ADOPTED, PROGRAM_STARTING },
		{ PROGRAM_ADOPTED_OUTDATED, PROGRAM_STOPPING },
		{ PROGRAM_ADOPTED_ENDING, PROGRAM_STOPPING },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct scene *scene;

		assert_int_equal(scene_make((void **)&scene), 0);
		scene->start_result = (int)cases[i].how;
		tell(scene, PROGRAM_EVENT_START, "");
		tell(scene, PROGRAM_EVENT_PREPARED, "");
		assert_state(scene, cases[i].then);
		assert_int_equal(scene->program.restarts, 0);
		scene_remove((void **)&scene);
	}
	(void)state;
}

static void another_than_the_last_supervisor_knew_is_a_restart(void **state)
{
	const struct program_former former = { .pid = 1, .start_time = 1 };
	struct scene *scene = *state;

	program_remember(&scene->program, &former, 7, "exit status 1");
	be_ready(scene);
	assert_int_equal(scene->program.restarts, 8);
	assert_string_equal(scene->program.last_exit, "unknown (no supervisor ran)");
}

static void an_event_that_a_state_does_not_know_is_nothing(void **state)
{
#define BIT(event) (1u << PROGRAM_EVENT_##event)
	static const unsigned known[PROGRAM_STATES] = {
		[PROGRAM_STOPPED] = BIT(START) | BIT(STOP) | BIT(PREPARED) | BIT(UNPREPARED),
		[PROGRAM_STARTING] = BIT(STOP) | BIT(READY) | BIT(HUNG) | BIT(ENDED) | BIT(TIMEOUT),
		[PROGRAM_READY] = BIT(STOP) | BIT(HUNG) | BIT(ENDED),
		[PROGRAM_BACKOFF] = BIT(START) | BIT(STOP) | BIT(TIMEOUT),
		[PROGRAM_FAILED] = BIT(START) | BIT(STOP) | BIT(TIMEOUT),
		[PROGRAM_STOPPING] = BIT(START) | BIT(STOP) | BIT(ENDED) | BIT(KILL) | BIT(TIMEOUT),
	};
	struct scene *scene = *state;

	for (int s = 0; s < PROGRAM_STATES; s++)
		for (int event = 0; event < PROGRAM_EVENTS; event++) {
			if (known[s] & 1u << event)
				continue;
			scene->program.state = (enum program_state)s;
			tell(scene, (enum program_event)event, "x");
			assert_state(scene, (enum program_state)s);
		}
	assert_int_equal(scene->changed + scene->prepared + scene->rested + scene->died, 0);
	assert_string_equal(scene->program.reason, "");
}

#define in_scene(test) cmocka_unit_test_setup_teardown(test, scene_make, scene_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_scene(one_that_is_wanted_starts_when_what_it_needs_is_there),
		in_scene(one_that_is_not_wanted_starts_for_nothing),
		in_scene(a_start_that_needs_more_waits_for_it),
		in_scene(one_that_cannot_be_started_fails_and_is_prepared_again),
		in_scene(one_that_has_nothing_to_run_is_ready_when_it_is_prepared),
		in_scene(a_stop_ends_it_and_then_it_rests),
		in_scene(what_is_to_be_done_before_it_rests_is_waited_for),
		in_scene(one_that_dies_is_prepared_again_at_once_and_then_with_growing_delays),
		in_scene(one_that_dies_too_often_fails),
		in_scene(one_that_does_not_become_ready_is_ended_and_backs_off),
		in_scene(a_restart_is_no_failure),
		in_scene(the_last_wish_counts_while_it_ends),
		in_scene(another_than_the_last_supervisor_knew_is_a_restart),
		in_scene(an_event_that_a_state_does_not_know_is_nothing),
		cmocka_unit_test(one_that_runs_already_is_followed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
