// SPDX-License-Identifier: GPL-2.0-or-later
/* Status documents into the reporter's socket. */
#include "supervisor/reporter_feed.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <systemd/sd-event.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/secret.h"
#include "supervisor/census.h"
#include "supervisor/status.h"
#include "supervisor/supervisor.h"

/* How often states are compared: a change is told at most that much later. */
#define LOOK_MS 500

struct reporter_feed {
	struct supervisor *supervisor;
	int fd; /* a duplicate: the loop watches a descriptor once. -1: no reporter */
	sd_event_source *writable;
	struct timer look;
	uint64_t due_ms;
	uint64_t states; /* hash of all VRFs' states when they were told last */
	char *line;      /* being written, or NULL */
	char *secret;    /* a line that is to go next, or NULL */
	size_t size, sent;
};

static uint64_t states_hash(const struct supervisor *supervisor)
{
	uint64_t hash = HASH_BASIS;

	for (size_t i = 0; i < supervisor->n_vrfs; i++) {
		enum vrf_state vrf_state = supervisor->vrfs[i]->state;

		hash = hash_bytes(hash, &vrf_state, sizeof(vrf_state));
		hash = hash_text(hash, supervisor->vrfs[i]->name);
	}
	return hash;
}

static void line_forget(struct reporter_feed *feed)
{
	secret_free(&feed->line);
	feed->size = feed->sent = 0;
}

/* Counters are read before they are told. */
static bool status_is_fresh(struct reporter_feed *feed)
{
	struct census *census = feed->supervisor->census;

	if (!census || census_is_fresh(census, false))
		return true;
	census_begin(census, false);
	return false;
}

/* What does not fit the socket goes when there is room. */
static void line_write(struct reporter_feed *feed)
{
	while (feed->line) {
		ssize_t n = send(
			feed->fd, feed->line + feed->sent, feed->size - feed->sent, MSG_NOSIGNAL);

		/* Of a reporter that has ended the process watch tells. */
		if (n < 0 && errno != EINTR && errno != EAGAIN)
			line_forget(feed);
		else if (n < 0 && errno == EAGAIN)
			break;
		else if (n > 0)
			feed->sent += (size_t)n;
		if (feed->sent == feed->size)
			line_forget(feed);
	}
	sd_event_source_set_enabled(feed->writable, feed->line ? SD_EVENT_ON : SD_EVENT_OFF);
}

static int on_writable(sd_event_source *source, int fd, uint32_t events, void *data)
{
	(void)source;
	(void)fd;
	(void)events;
	line_write(data);
	return 0;
}

/* True where there was one. */
static bool secret_tell(struct reporter_feed *feed)
{
	if (!feed->secret)
		return false;
	line_forget(feed);
	feed->line = steal_ptr(&feed->secret);
	feed->size = strlen(feed->line);
	line_write(feed);
	return true;
}

static void status_tell(struct reporter_feed *feed)
{
	cleanup_json json_t *message = json_pack("{s:I, s:o}", "clock", (json_int_t)time(NULL),
		"status", status_create(feed->supervisor, NULL, false));
	char *text = json_dumps(message, JSON_COMPACT);

	line_forget(feed);
	if (!text)
		return;
	feed->line = xasprintf("%s\n", text);
	feed->size = strlen(feed->line);
	free(text);
	line_write(feed);
}

static void look_on_elapsed(void *data)
{
	struct reporter_feed *feed = data;
	const struct config *config = feed->supervisor->config;
	uint64_t now_ms = clock_now_ms();
	uint64_t states = states_hash(feed->supervisor);
	/* A line that has begun must end before the next. */
	bool free_to_tell = feed->sent == 0;

	if (free_to_tell && secret_tell(feed))
		free_to_tell = false;
	if (free_to_tell && (states != feed->states || now_ms >= feed->due_ms) &&
		status_is_fresh(feed)) {
		feed->states = states;
		feed->due_ms = now_ms + config->zabbix.report_interval_s * 1000ULL;
		status_tell(feed);
	}
	timer_arm(&feed->look, feed->supervisor->event, LOOK_MS, look_on_elapsed, feed);
}

void reporter_feed_attach(struct reporter_feed *feed, int fd)
{
	feed->writable = sd_event_source_disable_unref(feed->writable);
	timer_disarm(&feed->look);
	line_forget(feed);
	secret_free(&feed->secret);
	if (feed->fd >= 0)
		close(feed->fd);
	feed->fd = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (feed->fd < 0)
		return;
	feed->due_ms = 0;
	if (sd_event_add_io(feed->supervisor->event, &feed->writable, feed->fd, EPOLLOUT,
		    on_writable, feed) < 0)
		abort();
	sd_event_source_set_enabled(feed->writable, SD_EVENT_OFF);
	timer_arm(&feed->look, feed->supervisor->event, LOOK_MS, look_on_elapsed, feed);
}

void reporter_feed_tell_secret(struct reporter_feed *feed, const char *secret)
{
	cleanup_json json_t *message = json_pack("{s:s}", "secret", secret);
	cleanup(secret_free) char *text = json_dumps(message, JSON_COMPACT);

	secret_free(&feed->secret);
	if (text && feed->fd >= 0)
		feed->secret = xasprintf("%s\n", text);
}

struct reporter_feed *reporter_feed_create(struct supervisor *supervisor)
{
	struct reporter_feed *feed = xcalloc(1, sizeof(*feed));

	feed->supervisor = supervisor;
	feed->fd = -1;
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
