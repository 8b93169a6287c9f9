// SPDX-License-Identifier: GPL-2.0-or-later
/* What several VRFs suffer from, told once by the log. */
#include "../scratch.h"
#include "../vrf_put.h"

#include <systemd/sd-event.h>

#include "base/clock.h"
#include "supervisor/shared_causes.h"
#include "vrf/life.h"
#include "vrf/watch.h"

#define MANY 500

struct stage {
	struct loaded loaded;
	struct supervisor supervisor;
	FILE *log;
	int stderr_fd;
};

static void on_share(
	struct vrf *vrf, const struct cause *cause, enum log_level level, const char *line)
{
	const struct supervisor *supervisor = vrf->context->owner;

	shared_causes_hold(supervisor->shared_causes, vrf, cause, level, line);
}

static void on_tell(struct vrf *vrf)
{
	const struct supervisor *supervisor = vrf->context->owner;

	shared_causes_tell(supervisor->shared_causes, vrf);
}

static void on_nothing(struct vrf *vrf)
{
	(void)vrf;
}

static void on_changed(struct vrf *vrf, enum vrf_state before)
{
	(void)vrf;
	(void)before;
}

/* Namespaces v0 to v499, wired as far as they know. */
static void stage_begin(struct stage *stage, const char *directory)
{
	cleanup(strings_finish) struct strings sections = { 0 };
	cleanup_free char *text = NULL;
	struct supervisor *s = &stage->supervisor;

	for (int i = 0; i < MANY; i++)
		strings_addf(&sections, "namespace v%d { }", i);
	text = strings_join(&sections, "\n");
	*stage = (struct stage){ .loaded = scratch_config(directory, text), .log = tmpfile() };
	s->config = stage->loaded.config;
	assert_true(sd_event_new(&s->event) >= 0);
	s->context = (struct vrf_context){
		.event = s->event,
		.config = s->config,
		.wire = on_nothing,
		.look = on_nothing,
		.rested = on_nothing,
		.changed = on_changed,
		.share = on_share,
		.tell_shared = on_tell,
		.owner = s,
	};
	s->shared_causes = shared_causes_create(s);
	stage->stderr_fd = dup(STDERR_FILENO);
	dup2(fileno(stage->log), STDERR_FILENO);
	log_set_level(LOG_LEVEL_WARNING);
	for (size_t i = 0; i < s->config->n_vrfs; i++) {
		struct vrf *vrf = vrf_create(&s->context, &s->config->vrfs[i], 0);

		*array_append(&s->vrfs, &s->n_vrfs) = vrf;
		vrf_dispatch(vrf, PROGRAM_EVENT_START, "");
		vrf_dispatch(vrf, PROGRAM_EVENT_PREPARED, "");
		/* What it is like is said here. */
		watch_stop(vrf);
	}
	log_set_level(LOG_LEVEL_INFO);
}

static void stage_end(struct stage *stage)
{
	shared_causes_destroy(stage->supervisor.shared_causes);
	dup2(stage->stderr_fd, STDERR_FILENO);
	for (size_t i = 0; i < stage->supervisor.n_vrfs; i++)
		vrf_destroy(stage->supervisor.vrfs[i]);
	free(stage->supervisor.vrfs);
	sd_event_unref(stage->supervisor.event);
	loaded_finish(&stage->loaded);
	close(stage->stderr_fd);
	fclose(stage->log);
}

#define cleanup_stage cleanup(stage_end)

static void degrade(struct stage *stage, int from, int to, const struct cause *cause)
{
	for (int i = from; i < to; i++)
		vrf_note_health(stage->supervisor.vrfs[i], "link: down", cause);
}

static void recover(struct stage *stage, int from, int to)
{
	for (int i = from; i < to; i++)
		vrf_note_health(stage->supervisor.vrfs[i], NULL, NULL);
}

/* The log so far without its times; the caller frees it. */
static char *log_of(const struct stage *stage)
{
	static char buffer[1 << 16];
	ssize_t n = pread(fileno(stage->log), buffer, sizeof(buffer) - 1, 0);
	struct strings lines = { 0 };
	char *rest = NULL, *text;

	buffer[n > 0 ? n : 0] = '\0';
	for (char *line = strtok_r(buffer, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		strings_add(&lines, line + strlen("2026-11-30 12:00:00 "));
	text = strings_join(&lines, "\n");
	strings_finish(&lines);
	return text;
}

/* What the loop has in hand is done at once; the rest may take its time. */
static void assert_log(struct stage *stage, uint64_t within_ms, const char *expected)
{
	uint64_t deadline_ms = clock_now_ms() + within_ms;

	for (;;) {
		cleanup_free char *text = NULL;

		(void)sd_event_run(stage->supervisor.event, 10000);
		text = log_of(stage);
		if (strcmp(text, expected) == 0)
			return;
		if (clock_now_ms() > deadline_ms)
			assert_string_equal(text, expected);
	}
}

static void what_all_have_is_one_line(void **state)
{
	const struct cause cause = cause_of(CAUSE_PARENT_DOWN, 0, "p0");
	cleanup_stage struct stage stage = { 0 };

	stage_begin(&stage, *state);
	degrade(&stage, 0, MANY, &cause);
	assert_log(&stage, 1000,
		"warning: parent 'p0' is down: 500 VRFs wait for it: v0, v1, ... and 498 more");
}

static void what_one_has_is_told_as_ever(void **state)
{
	const struct cause cause = cause_of(CAUSE_PARENT_DOWN, 0, "p0");
	cleanup_stage struct stage stage = { 0 };

	stage_begin(&stage, *state);
	degrade(&stage, 7, 8, &cause);
	degrade(&stage, 8, 9, NULL);
	/* Its own trouble comes at once, the other when the loop has done what it had in hand. */
	assert_log(&stage, 1000,
		"warning: vrf 'v8': degraded: link: down\n"
		"warning: vrf 'v7': degraded: link: down");
}

static void those_that_follow_are_told_together_with_the_number_of_all(void **state)
{
	const struct cause cause = cause_of(CAUSE_PARENT_DOWN, 0, "p0");
	cleanup_stage struct stage stage = { 0 };

	stage_begin(&stage, *state);
	degrade(&stage, 0, 1, &cause);
	assert_log(&stage, 1000, "warning: vrf 'v0': degraded: link: down");
	degrade(&stage, 1, 50, &cause);
	degrade(&stage, 50, MANY, &cause);
	assert_log(&stage, 60000,
		"warning: vrf 'v0': degraded: link: down\n"
		"warning: parent 'p0' is down: 500 VRFs wait for it: v0, v1, ... and 498 more");
}

static void the_end_of_it_is_one_line_too(void **state)
{
	const struct cause cause = cause_of(CAUSE_PARENT_DOWN, 0, "p0");
	cleanup_stage struct stage stage = { 0 };

	stage_begin(&stage, *state);
	degrade(&stage, 0, 3, &cause);
	recover(&stage, 0, 3);
	/* What led there is told before. */
	assert_log(&stage, 1000,
		"warning: parent 'p0' is down: 3 VRFs wait for it: v0, v1, v2\n"
		"parent 'p0' is down: over for 3 VRFs: v0, v1, v2");
}

static void other_causes_have_lines_of_their_own(void **state)
{
	const struct cause one = cause_of(CAUSE_PARENT_DOWN, 0, "p0");
	const struct cause two = cause_of(CAUSE_PARENT_DOWN, 0, "p1");
	cleanup_stage struct stage stage = { 0 };
	struct causes causes;

	stage_begin(&stage, *state);
	degrade(&stage, 0, 2, &one);
	degrade(&stage, 2, 5, &two);
	assert_log(&stage, 1000,
		"warning: parent 'p0' is down: 2 VRFs wait for it: v0, v1\n"
		"warning: parent 'p1' is down: 3 VRFs wait for it: v2, v3, v4");
	causes = shared_causes_gather(&stage.supervisor);
	assert_int_equal(causes.count, 2);
	assert_int_equal(causes_shared(&causes, &two)->count, 3);
	causes_finish(&causes);
	recover(&stage, 0, 5);
	causes = shared_causes_gather(&stage.supervisor);
	assert_int_equal(causes.count, 0);
}

/* It fails, and is tried again and again: it waits all the while, and the log has it once. */
static void a_retry_still_waits_for_it(void **state)
{
	const struct cause cause = cause_of(CAUSE_PARENT_MISSING, 0, "p0");
	cleanup_stage struct stage stage = { 0 };

	stage_begin(&stage, *state);
	for (int times = 0; times < 3; times++)
		for (int i = 0; i < 2; i++) {
			struct vrf *vrf = stage.supervisor.vrfs[i];

			vrf_put(vrf, VRF_WIRING);
			vrf_dispatch_for(vrf, PROGRAM_EVENT_UNPREPARED, "no parent", &cause);
			vrf_dispatch(vrf, PROGRAM_EVENT_START, "");
			assert_int_equal(vrf_state(vrf), VRF_WIRING);
			assert_true(cause_equal(&vrf->cause, &cause));
		}
	assert_log(&stage, 1000, "error: parent 'p0' does not exist: 2 VRFs wait for it: v0, v1");
	vrf_dispatch(stage.supervisor.vrfs[0], PROGRAM_EVENT_PREPARED, "");
	assert_int_equal(stage.supervisor.vrfs[0]->cause.kind, CAUSE_NONE);
}

static void what_is_held_at_the_end_is_told(void **state)
{
	const struct cause cause = cause_of(CAUSE_PARENT_DOWN, 0, "p0");
	cleanup_stage struct stage stage = { 0 };

	stage_begin(&stage, *state);
	degrade(&stage, 0, 2, &cause);
	shared_causes_destroy(stage.supervisor.shared_causes);
	stage.supervisor.shared_causes = NULL;
	assert_log(&stage, 0, "warning: parent 'p0' is down: 2 VRFs wait for it: v0, v1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_scratch(what_all_have_is_one_line),
		in_scratch(what_one_has_is_told_as_ever),
		in_scratch(those_that_follow_are_told_together_with_the_number_of_all),
		in_scratch(the_end_of_it_is_one_line_too),
		in_scratch(other_causes_have_lines_of_their_own),
		in_scratch(a_retry_still_waits_for_it),
		in_scratch(what_is_held_at_the_end_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
