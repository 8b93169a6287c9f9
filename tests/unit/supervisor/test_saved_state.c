// SPDX-License-Identifier: GPL-2.0-or-later
/* What one supervisor writes and the next one reads. */
#include "../scratch.h"

#include <systemd/sd-event.h>

#include "base/clock.h"
#include "base/json.h"
#include "supervisor/saved_state.h"
#include "vrf/life.h"

#define CONFIG      "vrf acme { }\nvrf bravo { }\nnamespace mgmt { }\n"
#define DEADLINE_MS 5000

struct scene {
	struct loaded loaded;
	struct supervisor supervisor;
};

static void scene_begin(struct scene *scene, const char *directory)
{
	struct file_owner owner = { 0755, (uid_t)-1, (gid_t)-1 };
	struct supervisor *supervisor = &scene->supervisor;

	*scene = (struct scene){ .loaded = scratch_config(directory, CONFIG) };
	supervisor->config = scene->loaded.config;
	supervisor->context.config = scene->loaded.config;
	assert_true(sd_event_new(&supervisor->event) >= 0);
	assert_int_equal(file_make_dir(supervisor->config->gateway.run_dir, &owner, NULL), 0);
	for (size_t i = 0; i < scene->loaded.config->n_vrfs; i++)
		*array_append(&supervisor->vrfs, &supervisor->n_vrfs) = vrf_create(
			&supervisor->context, &scene->loaded.config->vrfs[i], (uint32_t)i);
}

static void scene_end(struct scene *scene)
{
	struct supervisor *supervisor = &scene->supervisor;

	for (size_t i = 0; i < supervisor->n_vrfs; i++)
		vrf_destroy(supervisor->vrfs[i]);
	free(supervisor->vrfs);
	timer_finish(&supervisor->save_timer);
	sd_event_unref(supervisor->event);
	loaded_finish(&scene->loaded);
}

#define cleanup_scene cleanup(scene_end)

static json_t *scene_load(const struct scene *scene)
{
	return saved_state_load(scene->supervisor.config->gateway.run_dir);
}

static void what_was_written_is_read_by_the_next(void **state)
{
	cleanup_scene struct scene before, after;
	cleanup_json json_t *saved = NULL;
	cleanup_json json_t *leased =
		json_pack("{s:s, s:s, s:i}", "cust", "10.0.0.5/24", "bad", "10.0.0", "worse", 5);
	struct vrf **vrfs;

	scene_begin(&before, *state);
	scene_begin(&after, *state);
	vrfs = before.supervisor.vrfs;
	vrfs[0]->proxy.process = (struct process){ 4711, -1, 815 };
	vrfs[0]->proxy.restarts = 2;
	strcpy(vrfs[0]->proxy.last_exit, "signal 9 (Killed)");
	vrfs[0]->database_version = 600;
	vrfs[1]->held = true;
	foreign_addresses_from_json(&vrfs[0]->foreign, leased);
	saved_state_write(&before.supervisor);
	saved = scene_load(&after);
	for (size_t i = 0; i < after.supervisor.n_vrfs; i++)
		saved_state_apply(saved, after.supervisor.vrfs[i]);
	vrfs = after.supervisor.vrfs;
	assert_int_equal(vrfs[0]->proxy.former.pid, 4711);
	assert_int_equal(vrfs[0]->proxy.former.start_time, 815);
	assert_int_equal(vrfs[0]->proxy.restarts, 2);
	assert_int_equal(vrfs[0]->database_version, 600);
	assert_int_equal(vrfs[1]->database_version, 0);
	assert_string_equal(vrfs[0]->proxy.last_exit, "signal 9 (Killed)");
	assert_int_equal(vrfs[0]->foreign.count, 1);
	assert_string_equal(vrfs[0]->foreign.items[0].interface, "cust");
	assert_int_equal(vrfs[0]->foreign.items[0].address.prefix_length, 24);
	assert_int_equal(vrfs[1]->foreign.count, 0);
	assert_false(vrfs[0]->held);
	assert_true(vrfs[1]->held);
	assert_string_equal(vrf_reason(vrfs[1]), VRF_STOPPED_BY_HAND);
	assert_true(saved_state_holds(saved, "bravo"));
	assert_false(saved_state_holds(saved, "acme"));
	assert_false(saved_state_holds(saved, "no-such"));
	assert_false(vrfs[2]->held);
}

static void one_that_was_ended_in_order_starts_a_new_count(void **state)
{
	cleanup_scene struct scene before, after;
	cleanup_json json_t *saved = NULL;
	struct vrf *vrf;

	scene_begin(&before, *state);
	scene_begin(&after, *state);
	before.supervisor.vrfs[0]->proxy.restarts = 7;
	saved_state_write(&before.supervisor);
	saved = scene_load(&after);
	vrf = after.supervisor.vrfs[0];
	saved_state_apply(saved, vrf);
	assert_int_equal(vrf->proxy.restarts, 0);
	assert_int_equal(vrf->proxy.former.pid, 0);
}

static void without_a_file_there_is_nothing(void **state)
{
	cleanup_scene struct scene scene;
	cleanup_json json_t *saved = NULL;

	scene_begin(&scene, *state);
	saved = scene_load(&scene);
	assert_int_equal(json_object_size(saved), 0);
	saved_state_apply(saved, scene.supervisor.vrfs[0]);
	saved_state_apply(NULL, scene.supervisor.vrfs[0]);
	assert_false(scene.supervisor.vrfs[0]->held);
}

static void a_damaged_file_is_as_none(void **state)
{
	static const char *const damaged[] = { "", "{", "[]", "{\"vrfs\": []}",
		"{\"schema\": 1, \"vrfs\": {\"acme\": {\"held\": tr" };
	cleanup_scene struct scene scene;

	scene_begin(&scene, *state);
	for (size_t i = 0; i < sizeof(damaged) / sizeof(damaged[0]); i++) {
		cleanup_json json_t *saved = NULL;

		scratch_write(scene.supervisor.config->gateway.run_dir, "state.json", damaged[i]);
		saved = scene_load(&scene);
		assert_int_equal(json_object_size(saved), 0);
	}
}

static void strange_values_are_as_none(void **state)
{
	cleanup_scene struct scene scene;
	cleanup_json json_t *saved = NULL;
	struct vrf *vrf;

	scene_begin(&scene, *state);
	scratch_write(scene.supervisor.config->gateway.run_dir, "state.json",
		"{\"vrfs\": {\"acme\": {\"held\": 1, \"pid\": \"x\", \"restarts\": -1},"
		" \"bravo\": {\"pid\": 1, \"restarts\": -1, \"last_exit\": 5}, \"mgmt\": 3}}");
	saved = scene_load(&scene);
	for (size_t i = 0; i < scene.supervisor.n_vrfs; i++) {
		vrf = scene.supervisor.vrfs[i];
		saved_state_apply(saved, vrf);
		assert_false(vrf->held);
		assert_int_equal(vrf->proxy.restarts, 0);
		assert_string_equal(vrf->proxy.last_exit, "");
	}
}

static void many_changes_together_are_one_writing(void **state)
{
	cleanup_scene struct scene scene;
	uint64_t deadline_ms = clock_now_ms() + DEADLINE_MS;
	const char *run_dir;

	scene_begin(&scene, *state);
	run_dir = scene.supervisor.config->gateway.run_dir;
	for (int i = 0; i < 10; i++)
		saved_state_write_soon(&scene.supervisor);
	assert_null(scratch_read(run_dir, "state.json"));
	scene.supervisor.vrfs[0]->held = true;
	while (scene.supervisor.saving && clock_now_ms() < deadline_ms)
		assert_true(sd_event_run(scene.supervisor.event, 100000) >= 0);
	{
		cleanup_json json_t *saved = scene_load(&scene);

		assert_true(saved_state_holds(saved, "acme"));
	}
	saved_state_remove(run_dir);
	assert_null(scratch_read(run_dir, "state.json"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_scratch(what_was_written_is_read_by_the_next),
		in_scratch(one_that_was_ended_in_order_starts_a_new_count),
		in_scratch(without_a_file_there_is_nothing),
		in_scratch(a_damaged_file_is_as_none),
		in_scratch(strange_values_are_as_none),
		in_scratch(many_changes_together_are_one_writing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
