// SPDX-License-Identifier: GPL-2.0-or-later
/* How often a VRF is compared, driven by the real loop and the real kernel. */
#include <signal.h>
#include <systemd/sd-event.h>

#include "../unit/config/loaded.h"
#include "supervisor/drift.h"
#include "supervisor/wire.h"
#include "vrf/life.h"
#include "world.h"

#define CONFIG                                                              \
	"gateway { run_dir = \"/run/vrfgate-test\" firewall = false }\n"    \
	"namespace acme { interface cust { kind = macvlan parent = trunk0 " \
	"address = \"10.0.0.2/30\" gateway = \"10.0.0.1\" } }\n"

#define STORM_MS    1000
#define DEADLINE_MS 60000

struct scene {
	struct loaded loaded;
	struct supervisor supervisor;
	uint32_t ids[1];
};

static void on_look(struct vrf *vrf)
{
	const struct supervisor *supervisor = vrf->context->owner;

	drift_look(supervisor->drift, vrf);
}

static void on_changed(struct vrf *vrf, enum vrf_state before)
{
	(void)vrf;
	(void)before;
}

static void scene_begin(struct scene *scene)
{
	struct supervisor *supervisor = &scene->supervisor;
	struct error err = ERROR_INIT;

	memset(scene, 0, sizeof(*scene));
	scene->loaded = loaded_text(CONFIG);
	assert_non_null(scene->loaded.config);
	supervisor->config = scene->loaded.config;
	supervisor->context = (struct vrf_context){
		.config = supervisor->config,
		.wire = wire_request,
		.look = on_look,
		.changed = on_changed,
		.owner = supervisor,
	};
	assert_true(sd_event_new(&supervisor->event) >= 0);
	supervisor->context.event = supervisor->event;
	if (wire_start(supervisor, &err) < 0 ||
		drift_create(supervisor, &supervisor->drift, &err) < 0)
		fail_msg("%s", err.text);
	*array_append(&supervisor->vrfs, &supervisor->n_vrfs) =
		vrf_create(&supervisor->context, &supervisor->config->vrfs[0], 0);
	vrf_dispatch(supervisor->vrfs[0], PROGRAM_EVENT_START, "");
}

static void scene_end(struct scene *scene)
{
	struct supervisor *supervisor = &scene->supervisor;

	drift_destroy(supervisor->drift);
	vrf_destroy(supervisor->vrfs[0]);
	free(supervisor->vrfs);
	sd_event_source_disable_unref(supervisor->wiring);
	timer_finish(&supervisor->wire_again);
	sd_event_unref(supervisor->event);
	loaded_finish(&scene->loaded);
	world_down();
}

/* Lets the loop run for a time; how many comparisons there were. */
static unsigned int run_for(struct scene *scene, uint64_t time_ms)
{
	const struct vrf *vrf = scene->supervisor.vrfs[0];
	uint64_t deadline_ms = clock_now_ms() + time_ms;
	uint64_t compared_ms = vrf->drift.compared_ms;
	unsigned int count = 0;

	for (uint64_t now_ms; (now_ms = clock_now_ms()) < deadline_ms;) {
		assert_true(
			sd_event_run(scene->supervisor.event, (deadline_ms - now_ms) * 1000) >= 0);
		/* The deferred comparison moves it again, by less than a pause. */
		if (vrf->drift.compared_ms > compared_ms + 50) {
			compared_ms = vrf->drift.compared_ms;
			count++;
		}
	}
	return count;
}

static pid_t storm_start(void)
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	setpgid(0, 0);
	execlp("sh", "sh", "-c",
		"while :; do echo addr add 192.0.2.9/32 dev cust; "
		"echo addr del 192.0.2.9/32 dev cust; done | ip -n acme -batch - >/dev/null",
		NULL);
	_exit(127);
}

static void a_storm_of_events_costs_ten_comparisons_a_second(void **state)
{
	uint64_t begun_ms, lasted_ms;
	unsigned int count = 0;
	struct scene scene;
	pid_t storm;

	(void)state;
	scene_begin(&scene);
	(void)run_for(&scene, 500);
	assert_int_equal(vrf_state(scene.supervisor.vrfs[0]), VRF_HEALTHY);
	storm = storm_start();
	assert_true(storm > 0);
	/* On a busy machine it takes a while to rise. */
	begun_ms = clock_now_ms();
	do {
		count += run_for(&scene, STORM_MS);
		lasted_ms = clock_now_ms() - begun_ms;
	} while (count < 3 && lasted_ms < DEADLINE_MS);
	kill(-storm, SIGKILL);
	waitpid(storm, NULL, 0);
	world_run("while pgrep -g %d >/dev/null; do :; done", storm);
	scene_end(&scene);
	if (count < 3 || count > lasted_ms / 100 + 1)
		fail_msg("%u comparisons within %ju ms", count, (uintmax_t)lasted_ms);
}

static void nothing_happens_where_nothing_happens(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	(void)run_for(&scene, 2000); /* carrier comes late */
	assert_int_equal(run_for(&scene, 1000), 0);
	scene_end(&scene);
}

int main(void);
static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_storm_of_events_costs_ten_comparisons_a_second),
	cmocka_unit_test(nothing_happens_where_nothing_happens),
};

world_main(tests)
