// SPDX-License-Identifier: GPL-2.0-or-later
/* The supervisor's side of the reporter process. */
#include "supervisor/reporter_link.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/connection.h"
#include "base/json.h"
#include "base/log.h"
#include "base/memory.h"
#include "process/spawn.h"
#include "reporter/reporter.h"
#include "supervisor/control_server.h"
#include "supervisor/events.h"
#include "supervisor/handover.h"
#include "supervisor/inventory.h"
#include "supervisor/reporter_feed.h"
#include "vrf/collection.h"

/* Heard just now: an active proxy calls every ten seconds. */
#define HEARD_S        30
#define TIME_MAX_S     (INT64_C(1) << 38)
#define LINE_MAX_SIZE  (4 * 1024 * 1024)
#define BACKOFF_MAX_MS 60000
/* How long one that was let go may take: longer than a request of the API may. */
#define LET_GO_MS      150000
/* How long a supervisor that stops waits for it. It holds its turn, so it may end by itself after us. */
#define STOP_MS        5000

struct reporter_link {
	struct supervisor *supervisor;
	struct process process;
	struct connection connection;
	struct reporter_feed *feed;
	sd_event_source *io, *exit_watch;
	struct timer retry;
	uint64_t backoff_ms;
	char state[16], version[32];
	char *error;
	uint64_t synced_ms;      /* 0: never */
	struct strings left_out; /* VRFs that the reporter does not know (supervisor/inventory.h) */
	struct timer left_out_timer;
	uint64_t left_out_ms; /* how long until they are tried again */
};

/* A change of the state is an event. */
static void link_set_error(struct reporter_link *link, const char *state, const char *error)
{
	struct control_server *control = link->supervisor->control;
	cleanup_json json_t *event = strcmp(link->state, state) != 0 && control
		? event_api_create(state, link->state, error)
		: NULL;

	snprintf(link->state, sizeof(link->state), "%s", state);
	free(link->error);
	link->error = xstrdup(error);
	if (event)
		control_server_tell(control, event);
}

static void retry_on_elapsed(void *data)
{
	reporter_link_restart(data);
}

/* --- what the reporter says --- */

/* Whoever answers as the API may say anything: no proxy that runs is ended for it (checks.c tells it). */
static void version_learn(struct supervisor *supervisor, const char *text)
{
	unsigned major, minor;
	struct vrf_context *context = &supervisor->context;

	if (strcmp(context->server_version_text, text) == 0 ||
		sscanf(text, "%u.%u", &major, &minor) != 2)
		return;
	snprintf(context->server_version_text, sizeof(context->server_version_text), "%s", text);
	context->server_version = major * 100 + minor;
}

static bool is_heard(const struct vrf *vrf)
{
	return vrf->server_lastaccess && vrf_server_silence_s(vrf, clock_now_ms()) <= HEARD_S;
}

/* Of what a stranger may have written nothing beyond what can be reckoned with: some ten thousand years. */
static time_t time_take(const json_t *number)
{
	json_int_t value = json_integer_value(number);

	return value < 0 ? 0 : value > TIME_MAX_S ? TIME_MAX_S : (time_t)value;
}

static void proxy_learn(struct vrf *vrf, const json_t *proxy)
{
	const json_t *seen = json_object_get(proxy, "lastaccess");
	const json_t *newest = json_object_get(proxy, "newest");
	const char *object = json_string_value(json_object_get(proxy, "object"));

	if (object && strcmp(object, REPORTER_OBJECT_FOREIGN) == 0)
		vrf_set_server_unknown(vrf, VRF_OBJECT_FOREIGN);
	else if (object && strcmp(object, REPORTER_OBJECT_MISSING) == 0)
		vrf_set_server_unknown(vrf, VRF_OBJECT_MISSING);
	else if (json_is_integer(seen))
		vrf_set_server_seen(vrf, time_take(seen));
	if (json_is_integer(seen) && json_is_integer(newest))
		collection_note_newest(vrf, time_take(newest));
}

static void proxies_learn(struct supervisor *supervisor, const json_t *proxies)
{
	supervisor->context.n_heard = supervisor->context.n_fresh = 0;
	for (size_t i = 0; i < supervisor->n_vrfs; i++) {
		struct vrf *vrf = supervisor->vrfs[i];
		char *name = config_proxy_name(supervisor->config, vrf->name);

		proxy_learn(vrf, json_object_get(proxies, name));
		supervisor->context.n_heard += is_heard(vrf);
		supervisor->context.n_fresh += collection_is_fresh(vrf);
		free(name);
	}
}

/* What stands in the way of a VRF or a host is said even where the rest is well. */
static void problems_learn(struct reporter_link *link, const json_t *problems)
{
	const char *first = json_string_value(json_array_get(problems, 0));
	size_t more = json_array_size(problems) - 1;

	if (!first)
		return;
	free(link->error);
	link->error = more ? xasprintf("%s (and %zu more)", first, more) : xstrdup(first);
}

static void changes_tell(struct reporter_link *link, const json_t *changes)
{
	const json_t *change;
	size_t i;

	json_array_foreach (changes, i, change) {
		cleanup_json json_t *event = json_is_string(change)
			? event_zabbix_create(json_string_value(change))
			: NULL;

		if (event)
			control_server_tell(link->supervisor->control, event);
	}
}

static void message_take(struct reporter_link *link, const char *line, size_t size)
{
	struct supervisor *supervisor = link->supervisor;
	cleanup_json json_t *message = json_loadb(line, size, 0, NULL);
	const char *state = json_string_value(json_object_get(message, "state"));
	const char *error = json_string_value(json_object_get(message, "error"));
	const char *version = json_string_value(json_object_get(message, "version"));

	if (!state)
		return;
	link->backoff_ms = 0;
	link_set_error(link, state, error ? error : "");
	supervisor->context.server_known = strcmp(state, "ok") == 0;
	if (json_is_true(json_object_get(message, "synced")))
		link->synced_ms = clock_now_ms();
	if (supervisor->context.server_known)
		problems_learn(link, json_object_get(message, "problems"));
	if (version && *version) {
		snprintf(link->version, sizeof(link->version), "%s", version);
		version_learn(supervisor, version);
	}
	proxies_learn(supervisor, json_object_get(message, "proxies"));
	/* Not at once: more of what it said may be waiting. */
	if (json_is_object(json_object_get(message, "elsewhere")) &&
		handover_learn(supervisor, json_object_get(message, "elsewhere"),
			json_object_get(message, "released")))
		timer_arm(&link->retry, supervisor->event, 0, retry_on_elapsed, link);
	changes_tell(link, json_object_get(message, "changes"));
}

static int link_on_readable(sd_event_source *source, int fd, uint32_t events, void *data)
{
	struct reporter_link *link = data;
	const char *line;
	size_t length;

	(void)fd;
	(void)events;
	if (connection_receive(&link->connection) < 0) {
		sd_event_source_set_enabled(source, SD_EVENT_OFF);
		return 0;
	}
	while ((line = connection_take_line(&link->connection, &length)))
		message_take(link, line, length);
	if (connection_received(&link->connection) > LINE_MAX_SIZE)
		(void)connection_take_all(&link->connection, &length);
	return 0;
}

/* --- its life --- */

static void link_begin(struct reporter_link *link);

static void let_go_on_elapsed(void *data)
{
	struct reporter_link *link = data;

	log_warning("reporter does not end: SIGKILL");
	process_signal(&link->process, SIGKILL);
}

static void link_retry_later(struct reporter_link *link)
{
	link->backoff_ms = link->backoff_ms ? link->backoff_ms * 2 : 1000;
	if (link->backoff_ms > BACKOFF_MAX_MS)
		link->backoff_ms = BACKOFF_MAX_MS;
	timer_arm(&link->retry, link->supervisor->event, link->backoff_ms, retry_on_elapsed, link);
}

static int link_on_exit(sd_event_source *source, int fd, uint32_t events, void *data)
{
	struct reporter_link *link = data;
	struct process_exit end;
	char text[64];

	(void)source;
	(void)fd;
	(void)events;
	link->exit_watch = sd_event_source_disable_unref(link->exit_watch);
	process_reap(&link->process, &end);
	timer_disarm(&link->retry);
	if (link->supervisor->stopping)
		return 0;
	if (link->connection.fd < 0) {
		link_begin(link);
		return 0;
	}
	link_retry_later(link);
	log_warning("reporter ended: %s; starting it again in %llu s",
		process_exit_format(&end, text), (unsigned long long)link->backoff_ms / 1000);
	link->supervisor->context.server_known = false;
	link_set_error(link, "unreachable", "the reporter process has ended");
	return 0;
}

/* It leaves when its socket closes, and when what it writes to Zabbix just now is answered. */
static void link_let_go(struct reporter_link *link)
{
	reporter_feed_attach(link->feed, -1);
	link->io = sd_event_source_disable_unref(link->io);
	connection_finish(&link->connection);
}

static void left_out_await(struct reporter_link *link);

/* The reporter has values that were not sent yet: it is started anew only where that changes something. */
static void left_out_on_elapsed(void *data)
{
	struct reporter_link *link = data;
	const struct supervisor *supervisor = link->supervisor;

	if (!inventory_would_grow(supervisor->config, supervisor->ids, &link->left_out)) {
		left_out_await(link);
		return;
	}
	link->left_out_ms = 0;
	reporter_link_restart(link);
}

static void left_out_await(struct reporter_link *link)
{
	if (!link->left_out.count) {
		timer_disarm(&link->left_out_timer);
		link->left_out_ms = 0;
		return;
	}
	link->left_out_ms = link->left_out_ms ? link->left_out_ms * 2 : 1000;
	if (link->left_out_ms > BACKOFF_MAX_MS)
		link->left_out_ms = BACKOFF_MAX_MS;
	timer_arm(&link->left_out_timer, link->supervisor->event, link->left_out_ms,
		left_out_on_elapsed, link);
}

static int link_begin_process(struct reporter_link *link, struct error *err)
{
	struct sd_event *event = link->supervisor->event;
	struct reporter_inventory inventory = { 0 };
	int r = inventory_fill(&inventory, link->supervisor->config, link->supervisor->ids, true,
		&link->left_out, err);

	if (r == 0)
		r = reporter_start(&inventory, &link->process.pid, &link->process.pidfd,
			&link->connection.fd, err);
	reporter_inventory_finish(&inventory);
	if (r < 0)
		return r;
	if (sd_event_add_io(
		    event, &link->io, link->connection.fd, EPOLLIN, link_on_readable, link) < 0 ||
		sd_event_add_io(event, &link->exit_watch, link->process.pidfd, EPOLLIN,
			link_on_exit, link) < 0)
		abort();
	reporter_feed_attach(link->feed, link->connection.fd);
	left_out_await(link);
	return 0;
}

static void link_begin(struct reporter_link *link)
{
	struct error err = ERROR_INIT;

	timer_disarm(&link->retry);
	if (link->supervisor->stopping)
		return;
	if (!*link->supervisor->config->zabbix.url) {
		link_set_error(link, "off", "");
		return;
	}
	if (link_begin_process(link, &err) < 0) {
		/* Once, and not with each attempt. */
		if (!link->error || strcmp(link->error, err.text) != 0)
			log_error("zabbix: %s", err.text);
		link_set_error(link, "denied", err.text);
		link_retry_later(link);
	}
}

void reporter_link_restart(struct reporter_link *link)
{
	bool is_let_go = link->connection.fd < 0;

	link_let_go(link);
	link->supervisor->context.server_known = false;
	if (link->process.pid <= 0)
		link_begin(link);
	else if (!is_let_go)
		timer_arm(
			&link->retry, link->supervisor->event, LET_GO_MS, let_go_on_elapsed, link);
}

struct reporter_link *reporter_link_create(struct supervisor *supervisor)
{
	struct reporter_link *link = xcalloc(1, sizeof(*link));

	link->supervisor = supervisor;
	link->connection = (struct connection)CONNECTION_NONE;
	link->feed = reporter_feed_create(supervisor);
	link->process = (struct process)PROCESS_NONE;
	link_set_error(link, "unreachable", "not asked yet");
	return link;
}

static void link_wait_end(struct reporter_link *link)
{
	struct pollfd process = { .fd = link->process.pidfd, .events = POLLIN };

	if (poll(&process, 1, STOP_MS) == 0) {
		log_warning("reporter still writes to Zabbix, and ends when it is done");
		process_finish(&link->process);
		return;
	}
	process_reap(&link->process, &(struct process_exit){ 0 });
}

void reporter_link_destroy(struct reporter_link *link)
{
	if (!link)
		return;
	link_let_go(link);
	link->exit_watch = sd_event_source_disable_unref(link->exit_watch);
	if (link->process.pid > 0)
		link_wait_end(link);
	reporter_feed_destroy(link->feed);
	timer_finish(&link->retry);
	timer_finish(&link->left_out_timer);
	strings_finish(&link->left_out);
	free(link->error);
	free(link);
}

void reporter_link_tell_secret(struct reporter_link *link, const char *secret)
{
	if (secret)
		reporter_feed_tell_secret(link->feed, secret);
}

void reporter_link_tell_change(struct reporter_link *link, struct vrf *vrf)
{
	reporter_feed_tell_change(link->feed, vrf);
}

const char *reporter_link_error(const struct reporter_link *link)
{
	return link->error;
}

const char *reporter_link_state(const struct reporter_link *link)
{
	return link->state;
}

json_t *reporter_link_status(const struct reporter_link *link)
{
	json_t *synced_s = link->synced_ms
		? json_integer((json_int_t)(clock_now_ms() - link->synced_ms) / 1000)
		: json_null();

	return json_pack("{s:o, s:s, s:s, s:o, s:o}", "url",
		json_text(link->supervisor->config->zabbix.url), "version", link->version, "state",
		link->state, "error", json_text(link->error), "synced_s", synced_s);
}
