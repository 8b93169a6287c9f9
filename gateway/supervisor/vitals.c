// SPDX-License-Identifier: GPL-2.0-or-later
/* Memory and backlog of the proxies, read by a helper process. */
#include "supervisor/vitals.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "process/helper.h"
#include "process/memory.h"
#include "process/privileges.h"
#include "supervisor/timer.h"
#include "zabbix/backlog.h"

/* How old a reading is when it is made anew. */
#define PERIOD_MS   15000
/* From one helper to the next: a tenth of a second between them keeps them cheap, however many VRFs. */
#define PAUSE_MS    100
/* A disk that does not answer costs the values of its proxy, not those of the others. */
#define PATIENCE_MS 5000

struct reading {
	int64_t memory_bytes, unsent; /* -1: not known */
};

struct vitals {
	struct supervisor *supervisor;
	struct timer turn, patience;
	struct process helper;
	int fd;
	sd_event_source *io;
	char *vrf; /* whose turn it is; NULL: nobody's */
};

/* --- in the helper --- */

/* The database belongs to the proxy's user, who may have put anything in its place. */
static void helper_work(int fd, const void *data)
{
	const struct vrf *vrf = data;
	struct zabbix_backlog backlog = { .unsent = -1 };
	struct reading reading = { .memory_bytes = -1 };

	if (vrf->proxy.pid > 0)
		reading.memory_bytes = process_tree_memory_bytes(vrf->proxy.pid);
	if (privileges_drop(vrf->config->proxy.user, NULL) == 0)
		zabbix_backlog_read(vrf->paths.database, 0, false, &backlog);
	reading.unsent = backlog.unsent;
	/* Less than PIPE_BUF goes whole; where nobody reads, there is nobody to tell. */
	if (write(fd, &reading, sizeof(reading)) < 0)
		_exit(EXIT_FAILURE);
}

/* --- whose turn it is --- */

/* What was read of a former life says nothing of this one. */
static uint64_t read_ms_of(const struct vrf *vrf)
{
	return vrf->vitals.read_ms < vrf->started_ms ? 0 : vrf->vitals.read_ms;
}

static bool has_vitals(const struct vrf *vrf)
{
	return vrf->config && vrf->config->has_proxy && vrf->proxy.pid > 0 && vrf->ready_ms;
}

static struct vrf *oldest_find(const struct supervisor *supervisor)
{
	struct vrf *oldest = NULL;

	for (size_t i = 0; i < supervisor->n_vrfs; i++) {
		struct vrf *vrf = supervisor->vrfs[i];

		if (has_vitals(vrf) && (!oldest || read_ms_of(vrf) < read_ms_of(oldest)))
			oldest = vrf;
	}
	return oldest;
}

static void turn_on_elapsed(void *data);

static void turn_arm(struct vitals *vitals, uint64_t delay_ms)
{
	timer_arm(&vitals->turn, vitals->supervisor->event, delay_ms, turn_on_elapsed, vitals);
}

/* --- the helper's life --- */

/* It has ended, or is about to. */
static void helper_finish(struct vitals *vitals)
{
	vitals->io = sd_event_source_disable_unref(vitals->io);
	timer_disarm(&vitals->patience);
	close(vitals->fd);
	vitals->fd = -1;
	process_reap(&vitals->helper, &(struct process_exit){ 0 });
	free(vitals->vrf);
	vitals->vrf = NULL;
}

static void reading_take(struct vitals *vitals, const struct reading *reading)
{
	struct vrf *vrf = supervisor_find_vrf(vitals->supervisor, vitals->vrf);

	if (vrf)
		vrf->vitals = (struct vrf_vitals){ clock_now_ms(), reading->memory_bytes,
			reading->unsent };
	helper_finish(vitals);
	turn_arm(vitals, PAUSE_MS);
}

static int helper_on_readable(sd_event_source *source, int fd, uint32_t events, void *data)
{
	static const struct reading nothing_read = { -1, -1 };
	struct vitals *vitals = data;
	struct reading reading;
	ssize_t n = read(fd, &reading, sizeof(reading));

	(void)source;
	(void)events;
	if (n >= 0 || (errno != EAGAIN && errno != EINTR))
		reading_take(vitals, n == (ssize_t)sizeof(reading) ? &reading : &nothing_read);
	return 0;
}

static void patience_on_elapsed(void *data)
{
	struct vitals *vitals = data;
	const struct vrf *vrf = supervisor_find_vrf(vitals->supervisor, vitals->vrf);

	if (vrf && vrf->vitals.unsent >= 0)
		log_warning("vrf '%s': its database cannot be read within %d s", vitals->vrf,
			PATIENCE_MS / 1000);
	/* Its pipe ends with it; a disk that hangs holds even a killed one, and is not waited for. */
	process_signal(&vitals->helper, SIGKILL);
}

static void helper_begin(struct vitals *vitals, const struct vrf *vrf)
{
	struct sd_event *event = vitals->supervisor->event;
	struct error err = ERROR_INIT;

	if (process_helper_start(helper_work, vrf, &vitals->helper, &vitals->fd, &err) < 0) {
		log_warning("vrf '%s': memory and backlog: %s", vrf->name, err.text);
		turn_arm(vitals, PERIOD_MS);
		return;
	}
	vitals->vrf = xstrdup(vrf->name);
	if (sd_event_add_io(event, &vitals->io, vitals->fd, EPOLLIN, helper_on_readable, vitals) <
		0)
		abort();
	timer_arm(&vitals->patience, event, PATIENCE_MS, patience_on_elapsed, vitals);
}

static void turn_on_elapsed(void *data)
{
	struct vitals *vitals = data;
	const struct vrf *vrf = oldest_find(vitals->supervisor);
	uint64_t age_ms = vrf ? clock_now_ms() - read_ms_of(vrf) : 0;

	if (vrf && age_ms >= PERIOD_MS)
		helper_begin(vitals, vrf);
	else
		turn_arm(vitals, PAUSE_MS * 10);
}

struct vitals *vitals_create(struct supervisor *supervisor)
{
	struct vitals *vitals = xcalloc(1, sizeof(*vitals));

	vitals->supervisor = supervisor;
	vitals->helper = (struct process)PROCESS_NONE;
	vitals->fd = -1;
	turn_arm(vitals, PAUSE_MS);
	return vitals;
}

void vitals_destroy(struct vitals *vitals)
{
	if (!vitals)
		return;
	process_signal(&vitals->helper, SIGKILL);
	process_finish(&vitals->helper);
	sd_event_source_disable_unref(vitals->io);
	if (vitals->fd >= 0)
		close(vitals->fd);
	timer_finish(&vitals->turn);
	timer_finish(&vitals->patience);
	free(vitals->vrf);
	free(vitals);
}
