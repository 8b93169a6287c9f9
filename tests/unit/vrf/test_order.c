// SPDX-License-Identifier: GPL-2.0-or-later
/* Orders to a VRF in each of its states; the kernel is not asked. */
#include "../scratch.h"
#include "../vrf_put.h"

#include <systemd/sd-event.h>

#include "vrf/life.h"

#define NAMESPACE "namespace mgmt { }"

struct life {
	struct loaded loaded;
	struct vrf_context context;
	struct vrf *vrf;
};

static void on_anything(struct vrf *vrf)
{
	(void)vrf;
}

static void on_changed(struct vrf *vrf, enum vrf_state before)
{
	(void)vrf;
	(void)before;
}

static void life_begin(struct life *life, const char *directory, const char *text)
{
	*life = (struct life){ .loaded = scratch_config(directory, text) };
	life->context = (struct vrf_context){
		.config = life->loaded.config,
		.wire = on_anything,
		.look = on_anything,
		.rested = on_anything,
		.changed = on_changed,
	};
	assert_true(sd_event_new(&life->context.event) >= 0);
	life->vrf = vrf_create(&life->context, &life->loaded.config->vrfs[0], 0);
}

static void life_end(struct life *life)
{
	vrf_destroy(life->vrf);
	sd_event_unref(life->context.event);
	loaded_finish(&life->loaded);
}

#define cleanup_life cleanup(life_end)

static void life_be_healthy(struct life *life)
{
	vrf_dispatch(life->vrf, PROGRAM_EVENT_START, "");
	vrf_dispatch(life->vrf, PROGRAM_EVENT_PREPARED, "");
	assert_int_equal(vrf_state(life->vrf), VRF_HEALTHY);
}

/* As if a proxy ran in it; a signal to it goes nowhere. */
static void life_be_running(struct life *life)
{
	life_be_healthy(life);
	life->vrf->proxy.process.pid = getpid();
}

static void proxy_has_ended(struct life *life)
{
	life->vrf->proxy.process.pid = 0;
	vrf_dispatch(life->vrf, PROGRAM_EVENT_ENDED, "");
}

static void what_was_stopped_stays_so_over_a_reload(void **state)
{
	cleanup_life struct life life;

	life_begin(&life, *state, NAMESPACE);
	life_be_healthy(&life);
	assert_int_equal(order_stop(life.vrf, NULL), 0);
	assert_int_equal(vrf_state(life.vrf), VRF_DISABLED);
	assert_string_equal(vrf_reason(life.vrf), VRF_STOPPED_BY_HAND);
	vrf_reconfigure(life.vrf, life.vrf->config, 0);
	assert_int_equal(vrf_state(life.vrf), VRF_DISABLED);
	assert_true(life.vrf->held);
	assert_int_equal(order_start(life.vrf, NULL), 0);
	assert_int_equal(vrf_state(life.vrf), VRF_WIRING);
	assert_false(life.vrf->held);
}

static void a_proxy_that_is_stopped_is_awaited(void **state)
{
	cleanup_life struct life life;

	life_begin(&life, *state, NAMESPACE);
	life_be_running(&life);
	order_stop(life.vrf, NULL);
	assert_int_equal(vrf_state(life.vrf), VRF_STOPPING);
	proxy_has_ended(&life);
	assert_int_equal(vrf_state(life.vrf), VRF_DISABLED);
	assert_string_equal(vrf_reason(life.vrf), VRF_STOPPED_BY_HAND);
}

static void a_restart_ends_the_proxy_and_starts_it_without_a_delay(void **state)
{
	cleanup_life struct life life;

	life_begin(&life, *state, NAMESPACE);
	life_be_running(&life);
	assert_int_equal(order_restart(life.vrf, NULL), 0);
	assert_int_equal(vrf_state(life.vrf), VRF_STOPPING);
	assert_string_equal(vrf_reason(life.vrf), "restarted by hand");
	proxy_has_ended(&life);
	assert_int_equal(vrf_state(life.vrf), VRF_WIRING);
}

static void a_new_key_starts_anew_what_runs_and_nothing_that_rests(void **state)
{
	cleanup_life struct life life;

	life_begin(&life, *state, NAMESPACE);
	life_be_running(&life);
	assert_int_equal(order_rekey(life.vrf, NULL), 0);
	assert_int_equal(vrf_state(life.vrf), VRF_STOPPING);
	assert_string_equal(vrf_reason(life.vrf), "its key has changed");
	proxy_has_ended(&life);
	assert_int_equal(vrf_state(life.vrf), VRF_WIRING);
	order_stop(life.vrf, NULL);
	assert_int_equal(order_rekey(life.vrf, NULL), 0);
	assert_int_equal(vrf_state(life.vrf), VRF_DISABLED);
	assert_true(life.vrf->held);
}

static void the_last_order_counts_while_a_proxy_ends(void **state)
{
	cleanup_life struct life life;

	life_begin(&life, *state, NAMESPACE);
	life_be_running(&life);
	order_restart(life.vrf, NULL);
	order_stop(life.vrf, NULL);
	proxy_has_ended(&life);
	assert_int_equal(vrf_state(life.vrf), VRF_DISABLED);
	assert_string_equal(vrf_reason(life.vrf), VRF_STOPPED_BY_HAND);
	order_start(life.vrf, NULL);
	vrf_dispatch(life.vrf, PROGRAM_EVENT_PREPARED, "");
	life.vrf->proxy.process.pid = getpid();
	order_stop(life.vrf, NULL);
	order_start(life.vrf, NULL);
	proxy_has_ended(&life);
	assert_int_equal(vrf_state(life.vrf), VRF_WIRING);
}

static void a_failed_one_is_tried_again_at_once_and_with_the_first_delay(void **state)
{
	static const order_fn orders[] = { order_start, order_restart };

	for (size_t i = 0; i < 2; i++) {
		cleanup_life struct life life;

		life_begin(&life, *state, NAMESPACE);
		vrf_dispatch(life.vrf, PROGRAM_EVENT_START, "");
		vrf_dispatch(life.vrf, PROGRAM_EVENT_UNPREPARED, "parent 'eth9' not found");
		assert_int_equal(vrf_state(life.vrf), VRF_FAILED);
		assert_int_equal(life.vrf->proxy.backoff_s, 1);
		orders[i](life.vrf, NULL);
		assert_int_equal(vrf_state(life.vrf), VRF_WIRING);
		assert_int_equal(life.vrf->proxy.backoff_s, 0);
	}
}

static void what_was_given_up_is_begun_with_a_new_count(void **state)
{
	cleanup_life struct life life;

	life_begin(&life, *state, NAMESPACE);
	vrf_put(life.vrf, VRF_FAILED);
	life.vrf->proxy.relapses.given_up = true;
	order_start(life.vrf, NULL);
	assert_int_equal(vrf_state(life.vrf), VRF_WIRING);
	assert_false(life.vrf->proxy.relapses.given_up);
}

static void a_namespace_without_a_proxy_is_wired_anew(void **state)
{
	cleanup_life struct life life;

	life_begin(&life, *state, NAMESPACE);
	life_be_healthy(&life);
	order_restart(life.vrf, NULL);
	assert_int_equal(vrf_state(life.vrf), VRF_WIRING);
	assert_false(life.vrf->proxy.restart_now);
}

static void a_healthy_one_takes_no_notice_of_a_start(void **state)
{
	cleanup_life struct life life;

	life_begin(&life, *state, NAMESPACE);
	life_be_healthy(&life);
	assert_int_equal(order_start(life.vrf, NULL), 0);
	assert_int_equal(vrf_state(life.vrf), VRF_HEALTHY);
}

static void what_the_config_disables_is_not_started(void **state)
{
	cleanup_life struct life life;
	struct error err = ERROR_INIT;

	life_begin(&life, *state, "namespace mgmt { enabled = false }");
	assert_int_equal(order_start(life.vrf, &err), -EINVAL);
	assert_string_equal(err.text, "vrf 'mgmt' is disabled in the config");
	assert_int_equal(order_restart(life.vrf, &err), -EINVAL);
	assert_int_equal(vrf_state(life.vrf), VRF_DISABLED);
	life.vrf->config = NULL;
	assert_int_equal(order_start(life.vrf, &err), -EINVAL);
	assert_string_equal(err.text, "vrf 'mgmt' is gone from the config");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_scratch(what_was_stopped_stays_so_over_a_reload),
		in_scratch(a_proxy_that_is_stopped_is_awaited),
		in_scratch(a_restart_ends_the_proxy_and_starts_it_without_a_delay),
		in_scratch(a_new_key_starts_anew_what_runs_and_nothing_that_rests),
		in_scratch(the_last_order_counts_while_a_proxy_ends),
		in_scratch(a_failed_one_is_tried_again_at_once_and_with_the_first_delay),
		in_scratch(what_was_given_up_is_begun_with_a_new_count),
		in_scratch(a_namespace_without_a_proxy_is_wired_anew),
		in_scratch(a_healthy_one_takes_no_notice_of_a_start),
		in_scratch(what_the_config_disables_is_not_started),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
