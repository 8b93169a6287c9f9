// SPDX-License-Identifier: GPL-2.0-or-later
/* Changes of VRFs and status documents into the reporter's socket. */
#include "supervisor/reporter_feed.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-event.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/connection.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/secret.h"
#include "base/strings.h"
#include "supervisor/census.h"
#include "supervisor/status.h"
#include "supervisor/supervisor.h"

/* Until what is read for a document is looked at again, and what several VRFs suffer from is known. */
#define LOOK_MS     500
/* So many changes may wait for a slow reporter. */
#define CHANGES_MAX 4096

/* A state that others may have for the same cause: the document that tells the cause tells it, too. */
struct held {
	char *vrf, *line;
};

struct reporter_feed {
	struct supervisor *supervisor;
	struct connection
		connection; /* a duplicate: the loop watches a descriptor once. -1: no reporter */
	sd_event_source *writable;
	struct timer look;
	uint64_t due_ms;        /* of the next document */
	size_t document_size;   /* 0: what is being written is none */
	char *secret;           /* a line that is to go next, or NULL */
	struct strings changes; /* lines that go then, in their order */
	struct held *held;
	size_t n_held;
};

static void held_forget(struct reporter_feed *feed)
{
	for (size_t i = 0; i < feed->n_held; i++) {
		free(feed->held[i].vrf);
		free(feed->held[i].line);
	}
	free(feed->held);
	feed->held = NULL;
	feed->n_held = 0;
}

static char *message_text(const char *key, json_t *what)
{
	cleanup_json json_t *message = NULL;
	cleanup_free char *text = NULL;
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	message = json_pack("{s:I, s:I, s:o}", "clock", (json_int_t)now.tv_sec, "ns",
		(json_int_t)now.tv_nsec, key, what);
	text = json_dumps(message, JSON_COMPACT);
	return text ? xasprintf("%s\n", text) : NULL;
}

/* Counters are read before they are told. */
static bool document_is_due(struct reporter_feed *feed)
{
	struct census *census = feed->supervisor->census;

	if (clock_now_ms() < feed->due_ms)
		return false;
	if (!census || census_is_fresh(census, false))
		return true;
	census_begin(census, false);
	return false;
}

static void line_put(struct reporter_feed *feed, const char *line)
{
	connection_put(&feed->connection, line, strlen(line));
}

static void document_put(struct reporter_feed *feed)
{
	cleanup_free char *line = NULL;

	feed->due_ms =
		clock_now_ms() + feed->supervisor->config->zabbix.report_interval_s * 1000ULL;
	held_forget(feed);
	line = message_text("status", status_create(feed->supervisor, NULL, false));
	if (!line)
		return;
	line_put(feed, line);
	feed->document_size = connection_unsent(&feed->connection);
}

static void change_put(struct reporter_feed *feed)
{
	cleanup_free char *line = feed->changes.items[0];

	line_put(feed, line);
	memmove(feed->changes.items, feed->changes.items + 1,
		--feed->changes.count * sizeof(*feed->changes.items));
}

/* What goes next, where nothing is being written. */
static void line_next(struct reporter_feed *feed)
{
	/* One that nobody began to read is older than the one that is due. */
	if (feed->document_size && connection_unsent(&feed->connection) == feed->document_size &&
		document_is_due(feed))
		connection_forget_unsent(&feed->connection);
	if (connection_unsent(&feed->connection) > 0)
		return;
	feed->document_size = 0;
	if (feed->secret) {
		line_put(feed, feed->secret);
		secret_free(&feed->secret);
	} else if (feed->changes.count) {
		change_put(feed);
	} else if (document_is_due(feed)) {
		document_put(feed);
	}
}

static void look_arm(struct reporter_feed *feed);

/* What does not fit the socket goes when there is room. */
static void feed_write(struct reporter_feed *feed)
{
	struct connection *connection = &feed->connection;
	int r = 1;

	if (connection->fd < 0)
		return;
	for (line_next(feed); r != 0 && connection_unsent(connection) > 0; line_next(feed)) {
		r = connection_send(connection);
		/* Of a reporter that has ended the process watch tells. */
		if (r < 0)
			connection_forget_unsent(connection);
	}
	sd_event_source_set_enabled(
		feed->writable, connection_unsent(connection) > 0 ? SD_EVENT_ON : SD_EVENT_OFF);
	look_arm(feed);
}

static int on_writable(sd_event_source *source, int fd, uint32_t events, void *data)
{
	(void)source;
	(void)fd;
	(void)events;
	feed_write(data);
	return 0;
}

static void look_on_elapsed(void *data)
{
	feed_write(data);
}

static void look_arm(struct reporter_feed *feed)
{
	uint64_t now_ms = clock_now_ms();

	timer_arm(&feed->look, feed->supervisor->event,
		feed->due_ms > now_ms ? feed->due_ms - now_ms : LOOK_MS, look_on_elapsed, feed);
}

/* A state that one was held for and that has passed is told now. */
static void held_release(struct reporter_feed *feed, const struct vrf *vrf)
{
	for (size_t i = 0; i < feed->n_held; i++) {
		if (strcmp(feed->held[i].vrf, vrf->name) != 0)
			continue;
		strings_add(&feed->changes, feed->held[i].line);
		free(feed->held[i].vrf);
		free(feed->held[i].line);
		feed->held[i] = feed->held[--feed->n_held];
		return;
	}
}

static void change_hold(struct reporter_feed *feed, const struct vrf *vrf, char *line)
{
	uint64_t soon_ms = clock_now_ms() + LOOK_MS;
	struct held *held = array_append(&feed->held, &feed->n_held);

	held->vrf = xstrdup(vrf->name);
	held->line = line;
	if (feed->due_ms > soon_ms)
		feed->due_ms = soon_ms;
}

void reporter_feed_tell_change(struct reporter_feed *feed, struct vrf *vrf)
{
	cleanup_free char *line = NULL;

	if (feed->connection.fd < 0)
		return;
	held_release(feed, vrf);
	line = message_text("change", status_create_change(vrf));
	if (line && vrf->cause.kind)
		change_hold(feed, vrf, steal_ptr(&line));
	else if (line)
		strings_add(&feed->changes, line);
	/* Where the reporter is so far behind, it is told what is rather than how that came. */
	if (feed->changes.count > CHANGES_MAX) {
		strings_finish(&feed->changes);
		feed->due_ms = 0;
	}
	feed_write(feed);
}

void reporter_feed_attach(struct reporter_feed *feed, int fd)
{
	feed->writable = sd_event_source_disable_unref(feed->writable);
	timer_disarm(&feed->look);
	feed->document_size = 0;
	held_forget(feed);
	strings_finish(&feed->changes);
	secret_free(&feed->secret);
	connection_finish(&feed->connection);
	feed->connection.fd = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (feed->connection.fd < 0)
		return;
	feed->due_ms = 0;
	if (sd_event_add_io(feed->supervisor->event, &feed->writable, feed->connection.fd, EPOLLOUT,
		    on_writable, feed) < 0)
		abort();
	sd_event_source_set_enabled(feed->writable, SD_EVENT_OFF);
	look_arm(feed);
}

void reporter_feed_tell_secret(struct reporter_feed *feed, const char *secret)
{
	cleanup_json json_t *message = json_pack("{s:s}", "secret", secret);
	cleanup(secret_free) char *text = json_dumps(message, JSON_COMPACT);

	secret_free(&feed->secret);
	if (text && feed->connection.fd >= 0)
		feed->secret = xasprintf("%s\n", text);
	feed_write(feed);
}

struct reporter_feed *reporter_feed_create(struct supervisor *supervisor)
{
	struct reporter_feed *feed = xcalloc(1, sizeof(*feed));

	feed->supervisor = supervisor;
	feed->connection = (struct connection)CONNECTION_NONE;
	return feed;
}

void reporter_feed_destroy(struct reporter_feed *feed)
{
	if (!feed)
		return;
	reporter_feed_attach(feed, -1);
	timer_finish(&feed->look);
	free(feed);
}
