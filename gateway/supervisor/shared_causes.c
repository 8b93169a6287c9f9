// SPDX-License-Identifier: GPL-2.0-or-later
/* Lines of the log that are held, by their cause. */
#include "supervisor/shared_causes.h"

#include <stdlib.h>
#include <string.h>
#include <systemd/sd-event.h>

#include "base/clock.h"
#include "base/memory.h"

/* Before whoever asks for the status is answered. */
#define PRIORITY          (SD_EVENT_PRIORITY_NORMAL - 30)
/* How long those that follow are gathered: the kernel tells of all at once, proxies are asked in turn. */
#define GATHER_MS         2000
#define GATHER_PROXIES_MS 15000

struct shared_line {
	struct cause cause;
	bool over;
	enum log_level level; /* the gravest */
	char *text;           /* the first; NULL: none is held */
	size_t count;         /* of lines held */
	uint64_t due_ms;
};

struct shared_causes {
	struct supervisor *supervisor;
	struct shared_line **items;
	size_t count;
	struct timer timer;
};

static uint64_t gather_ms(enum cause_kind kind)
{
	return kind == CAUSE_SERVER_SILENT || kind == CAUSE_SERVER_UNREACHABLE ||
			kind == CAUSE_SERVER_BEHIND || kind == CAUSE_PROXY_VERSION ||
			kind == CAUSE_DISK_FULL || kind == CAUSE_DISK_READ_ONLY
		? GATHER_PROXIES_MS
		: GATHER_MS;
}

static struct shared_line *line_find(
	struct shared_causes *shared, const struct cause *cause, bool over)
{
	struct shared_line *line;

	for (size_t i = 0; i < shared->count; i++)
		if (shared->items[i]->over == over && cause_equal(&shared->items[i]->cause, cause))
			return shared->items[i];
	line = xcalloc(1, sizeof(*line));
	*(struct shared_line **)array_append(&shared->items, &shared->count) = line;
	line->cause = *cause;
	line->over = over;
	line->due_ms = clock_now_ms();
	return line;
}

static void line_destroy(struct shared_line *line)
{
	free(line->text);
	free(line);
}

struct causes shared_causes_gather(const struct supervisor *supervisor)
{
	struct causes causes = { 0 };

	for (size_t i = 0; i < supervisor->n_vrfs; i++)
		causes_add(&causes, &supervisor->vrfs[i]->cause, supervisor->vrfs[i]->name);
	return causes;
}

/* Names all that have the cause, or those for whom it is over; their lines are told by that. */
static struct strings names_take(struct shared_causes *shared, const struct shared_line *line)
{
	struct strings names = { 0 };

	for (size_t i = 0; i < shared->supervisor->n_vrfs; i++) {
		struct vrf *vrf = shared->supervisor->vrfs[i];

		if (vrf->shared_line == line ||
			(!line->over && cause_equal(&vrf->cause, &line->cause)))
			strings_add(&names, vrf->name);
		if (vrf->shared_line == line)
			vrf->shared_line = NULL;
	}
	return names;
}

/* One that joins many is told as itself. */
static void line_tell(struct shared_causes *shared, struct shared_line *line)
{
	struct strings names = names_take(shared, line);
	char *together = NULL;

	if (line->count > 1 && names.count > 1)
		together = line->over ? cause_tell_end(&line->cause, &names)
				      : cause_tell(&line->cause, &names);
	log_message(line->level, "%s", together ? together : line->text);
	free(together);
	strings_finish(&names);
	free(line->text);
	line->text = NULL;
	line->count = 0;
	line->due_ms = clock_now_ms() + gather_ms(line->cause.kind);
}

static void on_timer(void *data);

static void timer_set(struct shared_causes *shared)
{
	uint64_t now_ms = clock_now_ms(), next_ms = UINT64_MAX;

	for (size_t i = 0; i < shared->count; i++)
		if (shared->items[i]->due_ms < next_ms)
			next_ms = shared->items[i]->due_ms;
	if (next_ms == UINT64_MAX)
		return;
	timer_arm(&shared->timer, shared->supervisor->event,
		next_ms > now_ms ? next_ms - now_ms : 0, on_timer, shared);
	(void)sd_event_source_set_priority(shared->timer.source, PRIORITY);
}

static void on_timer(void *data)
{
	struct shared_causes *shared = data;
	uint64_t now_ms = clock_now_ms();
	size_t kept = 0;

	for (size_t i = 0; i < shared->count; i++) {
		struct shared_line *line = shared->items[i];

		/* Nothing has followed. */
		if (line->due_ms <= now_ms && !line->text) {
			line_destroy(line);
			continue;
		}
		if (line->due_ms <= now_ms)
			line_tell(shared, line);
		shared->items[kept++] = line;
	}
	shared->count = kept;
	timer_set(shared);
}

void shared_causes_hold(struct shared_causes *shared, struct vrf *vrf, const struct cause *cause,
	enum log_level level, const char *text)
{
	struct shared_line *line = line_find(shared, cause, !cause_equal(&vrf->cause, cause));

	if (!line->text) {
		line->text = xstrdup(text);
		line->level = level;
	}
	line->level = level < line->level ? level : line->level;
	line->count++;
	vrf->shared_line = line;
	timer_set(shared);
}

void shared_causes_tell(struct shared_causes *shared, struct vrf *vrf)
{
	if (vrf->shared_line)
		line_tell(shared, vrf->shared_line);
}

struct shared_causes *shared_causes_create(struct supervisor *supervisor)
{
	struct shared_causes *shared = xcalloc(1, sizeof(*shared));

	shared->supervisor = supervisor;
	return shared;
}

void shared_causes_destroy(struct shared_causes *shared)
{
	if (!shared)
		return;
	for (size_t i = 0; i < shared->count; i++) {
		if (shared->items[i]->text)
			line_tell(shared, shared->items[i]);
		line_destroy(shared->items[i]);
	}
	timer_finish(&shared->timer);
	free(shared->items);
	free(shared);
}
