// SPDX-License-Identifier: GPL-2.0-or-later
/* What the reporter is told, and when. */
#include "../scratch.h"
#include "../vrf_put.h"

#include <sys/socket.h>
#include <systemd/sd-event.h>

#include "base/clock.h"
#include "base/json.h"
#include "supervisor/reporter_feed.h"
#include "supervisor/reporter_link.h"
#include "vrf/life.h"

#define DEADLINE_MS 60000

struct fed {
	struct loaded loaded;
	struct supervisor supervisor;
	struct vrf *vrfs[2];
	uint32_t ids[2];
	struct reporter_feed *feed;
	int ours, theirs;
	char text[1 << 20]; /* what came */
	size_t size;
};

static void state_set_by_hand(struct vrf *vrf, enum vrf_state before)
{
	(void)vrf;
	(void)before;
}

static void fed_begin(struct fed *fed, const char *directory)
{
	int pair[2];

	memset(fed, 0, sizeof(*fed));
	fed->loaded = scratch_config(directory,
		"zabbix { report_interval = 3600 }\nvrf acme { id = 0 }\nvrf bravo { id = 1 }\n");
	fed->ids[1] = 1;
	fed->supervisor.config = fed->loaded.config;
	fed->supervisor.ids = fed->ids;
	fed->supervisor.context = (struct vrf_context){ .config = fed->loaded.config,
		.changed = state_set_by_hand,
		.owner = &fed->supervisor };
	assert_true(sd_event_new(&fed->supervisor.event) >= 0);
	fed->supervisor.context.event = fed->supervisor.event;
	fed->supervisor.reporter = reporter_link_create(&fed->supervisor);
	for (uint32_t i = 0; i < 2; i++)
		fed->vrfs[i] =
			vrf_create(&fed->supervisor.context, &fed->loaded.config->vrfs[i], i);
	fed->supervisor.vrfs = fed->vrfs;
	fed->supervisor.n_vrfs = 2;
	assert_int_equal(
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair), 0);
	fed->ours = pair[0];
	fed->theirs = pair[1];
	fed->feed = reporter_feed_create(&fed->supervisor);
	reporter_feed_attach(fed->feed, fed->ours);
}

static void fed_end(struct fed *fed)
{
	reporter_feed_destroy(fed->feed);
	reporter_link_destroy(fed->supervisor.reporter);
	for (int i = 0; i < 2; i++)
		vrf_destroy(fed->vrfs[i]);
	close(fed->ours);
	close(fed->theirs);
	sd_event_unref(fed->supervisor.event);
	loaded_finish(&fed->loaded);
	free(fed);
}

static struct fed *fed_create(const char *directory)
{
	struct fed *fed = xcalloc(1, sizeof(*fed));

	fed_begin(fed, directory);
	return fed;
}

/* The next line; the loop runs until it is there. */
static json_t *next_line(struct fed *fed)
{
	uint64_t end_ms = clock_now_ms() + DEADLINE_MS;
	char *end;
	json_t *line;

	while (!(end = memchr(fed->text, '\n', fed->size))) {
		ssize_t n = recv(fed->theirs, fed->text + fed->size, sizeof(fed->text) - fed->size,
			MSG_DONTWAIT);

		if (n > 0)
			fed->size += (size_t)n;
		else
			assert_true(sd_event_run(fed->supervisor.event, 100 * 1000) >= 0);
		assert_true(clock_now_ms() < end_ms);
	}
	line = json_loadb(fed->text, (size_t)(end - fed->text), 0, NULL);
	assert_non_null(line);
	fed->size -= (size_t)(end + 1 - fed->text);
	memmove(fed->text, end + 1, fed->size);
	return line;
}

static void change(struct fed *fed, struct vrf *vrf, enum vrf_state state)
{
	vrf_put(vrf, state);
	reporter_feed_tell_change(fed->feed, vrf);
}

static void assert_change(struct fed *fed, const char *vrf, const char *state)
{
	cleanup_json json_t *line = next_line(fed);
	const json_t *told = json_object_get(line, "change");

	assert_null(json_object_get(line, "status"));
	assert_string_equal(json_string_value(json_object_get(told, "name")), vrf);
	assert_string_equal(json_string_value(json_object_get(told, "state")), state);
}

static void assert_document(struct fed *fed, const char *state)
{
	cleanup_json json_t *line = next_line(fed);
	const json_t *vrfs = json_object_get(json_object_get(line, "status"), "vrfs");

	assert_int_equal(json_array_size(vrfs), 2);
	assert_string_equal(
		json_string_value(json_object_get(json_array_get(vrfs, 0), "state")), state);
}

static void a_flap_is_told_at_once_and_of_that_vrf_alone(void **state)
{
	struct fed *fed = fed_create(*state);

	assert_document(fed, "disabled");
	change(fed, fed->vrfs[0], VRF_DEGRADED);
	change(fed, fed->vrfs[0], VRF_HEALTHY);
	/* No loop runs in between. */
	fed->size = (size_t)recv(fed->theirs, fed->text, sizeof(fed->text), MSG_DONTWAIT);
	assert_change(fed, "acme", "degraded");
	assert_change(fed, "acme", "healthy");
	assert_int_equal(fed->size, 0);
	fed_end(fed);
}

/* The document says for how many it is one cause, so that Zabbix has one problem. */
static void a_state_whose_cause_others_may_have_is_told_by_a_document(void **state)
{
	struct fed *fed = fed_create(*state);

	assert_document(fed, "disabled");
	fed->vrfs[0]->cause = cause_of(CAUSE_DISK_FULL, 0, "/state");
	change(fed, fed->vrfs[0], VRF_BACKOFF);
	assert_document(fed, "backoff");
	fed_end(fed);
}

static void a_flap_with_such_a_cause_is_told_too(void **state)
{
	struct fed *fed = fed_create(*state);

	assert_document(fed, "disabled");
	fed->vrfs[0]->cause = cause_of(CAUSE_DISK_FULL, 0, "/state");
	change(fed, fed->vrfs[0], VRF_BACKOFF);
	fed->vrfs[0]->cause = (struct cause){ 0 };
	change(fed, fed->vrfs[0], VRF_HEALTHY);
	assert_change(fed, "acme", "backoff");
	assert_change(fed, "acme", "healthy");
	assert_document(fed, "healthy");
	fed_end(fed);
}

static void what_a_slow_reporter_has_not_read_comes_in_its_order(void **state)
{
	struct fed *fed = fed_create(*state);
	int changes = 0;

	assert_document(fed, "disabled");
	for (; changes < 3000; changes++)
		change(fed, fed->vrfs[changes % 2], changes % 4 < 2 ? VRF_DEGRADED : VRF_HEALTHY);
	for (int i = 0; i < changes; i++)
		assert_change(fed, i % 2 ? "bravo" : "acme", i % 4 < 2 ? "degraded" : "healthy");
	fed_end(fed);
}

static void one_that_reads_nothing_for_long_is_told_what_is(void **state)
{
	struct fed *fed = fed_create(*state);
	bool document = false;

	assert_document(fed, "disabled");
	for (int i = 0; i < 20000; i++)
		change(fed, fed->vrfs[0], i % 2 ? VRF_DEGRADED : VRF_HEALTHY);
	while (!document) {
		cleanup_json json_t *line = next_line(fed);

		document = json_object_get(line, "status");
	}
	fed_end(fed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_scratch(a_flap_is_told_at_once_and_of_that_vrf_alone),
		in_scratch(a_state_whose_cause_others_may_have_is_told_by_a_document),
		in_scratch(a_flap_with_such_a_cause_is_told_too),
		in_scratch(what_a_slow_reporter_has_not_read_comes_in_its_order),
		in_scratch(one_that_reads_nothing_for_long_is_told_what_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
