// SPDX-License-Identifier: GPL-2.0-or-later
/* Events as those who listen get them. */
#include "../scratch.h"
#include "../vrf_put.h"

#include <regex.h>

#include "base/clock.h"
#include "base/json.h"
#include "supervisor/events.h"
#include "vrf/life.h"

#define CONFIG "vrf acme { }\nnamespace mgmt { }\n"

struct scene {
	struct loaded loaded;
	struct supervisor supervisor;
};

static void scene_begin(struct scene *scene, const char *directory)
{
	struct supervisor *supervisor = &scene->supervisor;

	*scene = (struct scene){ .loaded = scratch_config(directory, CONFIG) };
	supervisor->config = scene->loaded.config;
	supervisor->context.config = scene->loaded.config;
	for (size_t i = 0; i < scene->loaded.config->n_vrfs; i++)
		*array_append(&supervisor->vrfs, &supervisor->n_vrfs) = vrf_create(
			&supervisor->context, &scene->loaded.config->vrfs[i], (uint32_t)i);
}

static void scene_end(struct scene *scene)
{
	for (size_t i = 0; i < scene->supervisor.n_vrfs; i++)
		vrf_destroy(scene->supervisor.vrfs[i]);
	free(scene->supervisor.vrfs);
	loaded_finish(&scene->loaded);
}

#define cleanup_scene cleanup(scene_end)

static const char *text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static void assert_is_time(const char *text)
{
	regex_t pattern;

	assert_int_equal(
		regcomp(&pattern,
			"^20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z$",
			REG_EXTENDED | REG_NOSUB),
		0);
	assert_int_equal(regexec(&pattern, text, 0, NULL, 0), 0);
	regfree(&pattern);
}

static void a_snapshot_has_every_vrf(void **state)
{
	cleanup_scene struct scene scene;
	cleanup_json json_t *event = NULL;
	const json_t *vrf;

	scene_begin(&scene, *state);
	scene.supervisor.vrfs[1]->since_ms = clock_now_ms() - 7500;
	program_note(&scene.supervisor.vrfs[1]->proxy, "a \xff reason");
	event = event_snapshot_create(&scene.supervisor);
	assert_int_equal(json_integer_value(json_object_get(event, "schema")), 1);
	assert_string_equal(text_of(event, "event"), "snapshot");
	assert_string_equal(text_of(event, "gateway"), "gw1");
	assert_is_time(text_of(event, "time"));
	assert_int_equal(json_array_size(json_object_get(event, "vrfs")), 2);
	vrf = json_array_get(json_object_get(event, "vrfs"), 1);
	assert_string_equal(text_of(vrf, "name"), "mgmt");
	assert_string_equal(text_of(vrf, "state"), "disabled");
	assert_string_equal(text_of(vrf, "reason"), "a ? reason");
	assert_int_equal(json_integer_value(json_object_get(vrf, "since_s")), 7);
}

static void a_state_of_the_api_tells_both_states_and_the_reason(void **state)
{
	cleanup_json json_t *event = event_api_create("denied", "ok", "login was \xff refused");

	(void)state;
	assert_int_equal(json_integer_value(json_object_get(event, "schema")), 1);
	assert_string_equal(text_of(event, "event"), "api");
	assert_is_time(text_of(event, "time"));
	assert_string_equal(text_of(event, "state"), "denied");
	assert_string_equal(text_of(event, "before"), "ok");
	assert_string_equal(text_of(event, "reason"), "login was ? refused");
}

static void a_change_tells_both_states_and_the_reason(void **state)
{
	cleanup_scene struct scene scene;
	cleanup_json json_t *event = NULL;
	struct vrf *vrf;

	scene_begin(&scene, *state);
	vrf = scene.supervisor.vrfs[0];
	vrf_put(vrf, VRF_BACKOFF);
	vrf->proxy.restarts = 3;
	program_note(&vrf->proxy, "zabbix_proxy ended: exit status 1");
	strcpy(vrf->proxy.last_exit, "exit status 1");
	event = event_state_create(vrf, VRF_STARTING);
	assert_int_equal(json_integer_value(json_object_get(event, "schema")), 1);
	assert_string_equal(text_of(event, "event"), "state");
	assert_is_time(text_of(event, "time"));
	assert_string_equal(text_of(event, "vrf"), "acme");
	assert_string_equal(text_of(event, "state"), "backoff");
	assert_string_equal(text_of(event, "before"), "starting");
	assert_string_equal(text_of(event, "reason"), "zabbix_proxy ended: exit status 1");
	assert_string_equal(text_of(event, "last_exit"), "exit status 1");
	assert_int_equal(json_integer_value(json_object_get(event, "restarts")), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_scratch(a_snapshot_has_every_vrf),
		cmocka_unit_test(a_state_of_the_api_tells_both_states_and_the_reason),
		in_scratch(a_change_tells_both_states_and_the_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
