// SPDX-License-Identifier: GPL-2.0-or-later
/* Memory and backlog of the proxies, read by a helper process. */
#include "supervisor/vitals.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "process/job.h"
#include "process/timer.h"
#include "process/tree.h"
#include "vrf/collection.h"
#include "vrf/launch.h"
#include "vrf/resolv_conf.h"
#include "vrf/watch.h"
#include "zabbix/backlog.h"

/* How old a reading is when it is made anew. */
#define PERIOD_MS  15000
/* From one helper to the next: a tenth of a second between them keeps them cheap, however many VRFs. */
#define PAUSE_MS   100
/* A disk that does not answer costs the values of its proxy, not those of the others. */
#define TIMEOUT_MS 5000

#define CPU_MAX_S        5
#define MEMORY_MAX_BYTES (64 << 20)

/* Of the processes, the log, and then the database, which may be locked for longer than we wait. */
struct reading {
	struct wedge_look look;
	int64_t memory_bytes; /* -1: not known */
	int64_t names;        /* enum resolv_conf_seen */
	int64_t link;         /* enum zabbix_link */
	int64_t write_error;  /* of its database */
	int64_t unsent;       /* -1: not known */
	struct zabbix_demand demand;
};

#define LOOK_SIZE   offsetof(struct reading, link)
#define LINK_SIZE   offsetof(struct reading, write_error)
#define UNSENT_SIZE offsetof(struct reading, demand)
/* Less than the struct, which may end in padding. */
#define DEMAND_SIZE (UNSENT_SIZE + sizeof(struct zabbix_demand))

_Static_assert(sizeof(struct reading) < JOB_ANSWER_MAX, "a longer answer is told from a whole one");

/* All items are gone through for what there is to poll: seldom, where their number is the same. */
#define DEMAND_PERIOD_MS 60000

/* Of the proxy's log its end is read: an hour of it, where nothing fills it. */
#define LOG_TAIL_SIZE (256 * 1024)

struct vitals {
	struct supervisor *supervisor;
	struct timer turn;
	struct job *job;
	char *vrf; /* whose turn it is; NULL: nobody's */
};

/* --- in the helper --- */

/* Less than PIPE_BUF goes whole; where nobody reads, there is nobody to tell. */
static void part_write(int fd, const void *part, size_t size)
{
	if (write(fd, part, size) < 0)
		_exit(EXIT_FAILURE);
}

static void number_write(int fd, int64_t number)
{
	part_write(fd, &number, sizeof(number));
}

/* The machine's /proc tells it, and only who may trace the proxy. */
static void processes_read(int fd, const void *data)
{
	const struct vrf *vrf = data;
	struct reading reading = { .memory_bytes = -1 };

	if (vrf->proxy.process.pid > 0) {
		reading.memory_bytes = process_tree_memory_bytes(vrf->proxy.process.pid);
		wedge_read(vrf->proxy.process.pid, &reading.look);
		reading.names = resolv_conf_look(vrf->config, vrf->proxy.process.pid);
	}
	part_write(fd, &reading, LOOK_SIZE);
}

/* The proxy's user may have put anything in the log's place. */
static enum zabbix_link link_read(const struct vrf *vrf)
{
	static char tail[LOG_TAIL_SIZE];
	cleanup_fd int fd = open(vrf->paths.log, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat file;
	off_t from;
	ssize_t n;

	if (fd < 0 || fstat(fd, &file) < 0 || !S_ISREG(file.st_mode))
		return ZABBIX_LINK_UNKNOWN;
	/* A shorter one was begun anew. */
	from = file.st_size >= vrf->log_offset ? vrf->log_offset : 0;
	if (file.st_size - from > LOG_TAIL_SIZE)
		from = file.st_size - LOG_TAIL_SIZE;
	n = pread(fd, tail, sizeof(tail), from);
	return zabbix_proxy_log_link(tail, n > 0 ? (size_t)n : 0, ZABBIX_LINK_UNKNOWN);
}

static bool demand_is_due(const struct vrf *vrf)
{
	uint64_t read_ms = vrf->demand_read_ms;

	return read_ms < vrf->proxy.started_ms || clock_now_ms() - read_ms >= DEMAND_PERIOD_MS ||
		vrf->stats.items != vrf->demand_items;
}

static int write_error(const char *path)
{
	cleanup_fd int fd = open(path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	return fd >= 0 || errno == ENOENT ? 0 : errno;
}

/* Log and database belong to the proxy's user, who may have put anything in their place. */
static void files_read(int fd, const void *data)
{
	const struct vrf *vrf = data;
	struct zabbix_backlog backlog;
	struct zabbix_demand demand;

	number_write(fd, link_read(vrf));
	number_write(fd, write_error(vrf->paths.database));
	zabbix_backlog_read(vrf->paths.database, 0, ZABBIX_BACKLOG_GLANCE, &backlog);
	number_write(fd, backlog.unsent);
	if (demand_is_due(vrf) && zabbix_backlog_read_demand(vrf->paths.database, &demand) == 0)
		part_write(fd, &demand, sizeof(demand));
}

/* --- whose turn it is --- */

/* What was read of a former life says nothing of this one. */
static uint64_t read_ms_of(const struct vrf *vrf)
{
	return vrf->vitals.read_ms < vrf->proxy.started_ms ? 0 : vrf->vitals.read_ms;
}

static bool has_vitals(const struct vrf *vrf)
{
	return vrf->config && vrf->config->has_proxy && vrf->proxy.process.pid > 0 &&
		vrf->proxy.ready_ms;
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

/* A database that cannot be read in time is told once. */
static void late_note(const struct vrf *vrf)
{
	if (vrf->vitals.unsent >= 0)
		log_warning("vrf '%s': its database cannot be read within %d s", vrf->name,
			TIMEOUT_MS / 1000);
}

/* As much of it as came. */
static void reading_take(struct vrf *vrf, const struct reading *reading, size_t size)
{
	bool whole = size >= UNSENT_SIZE && reading->unsent >= 0;

	vrf->vitals = (struct vrf_vitals){ clock_now_ms(),
		size >= LOOK_SIZE ? reading->memory_bytes : -1, whole ? reading->unsent : -1,
		size >= UNSENT_SIZE && reading->write_error > 0 ? (int)reading->write_error : 0 };
	if (size >= LOOK_SIZE) {
		wedge_note(&vrf->wedge, &reading->look, clock_now_ms());
		watch_note_names(vrf, (enum resolv_conf_seen)reading->names);
	}
	if (size >= LINK_SIZE)
		vrf_set_link(vrf, (enum zabbix_link)reading->link);
	if (size == DEMAND_SIZE)
		collection_note_demand(vrf, &reading->demand);
}

static void reading_on_done(const void *answer, size_t size, bool in_time, void *data)
{
	struct vitals *vitals = data;
	struct vrf *vrf = supervisor_find_vrf(vitals->supervisor, vitals->vrf);
	struct reading reading;

	/* Meanwhile it may have gone from the config, or its proxy have ended. */
	if (vrf && !has_vitals(vrf))
		vrf = NULL;
	if (vrf && !in_time)
		late_note(vrf);
	if (vrf && size <= sizeof(reading)) {
		memcpy(&reading, answer, size);
		reading_take(vrf, &reading, size);
	}
	vitals->job = NULL;
	free(vitals->vrf);
	vitals->vrf = NULL;
	turn_arm(vitals, PAUSE_MS);
}

/*
 * Not in the proxy's control group: at its memory limit the kernel ends all of a group, and nobody is to
 * be ended for being looked at. What the helper may take is little.
 */
static void helper_begin(struct vitals *vitals, const struct vrf *vrf)
{
	cleanup_launch_place struct launch_place place;
	const struct process_helper helper = {
		.prepare = processes_read,
		.work = files_read,
		.data = vrf,
		.place = &place.spec,
		.limits = { MEMORY_MAX_BYTES, CPU_MAX_S, true },
	};
	struct error err = ERROR_INIT;

	launch_place_init(&place, vrf);
	vitals->vrf = xstrdup(vrf->name);
	if (job_start(vitals->supervisor->event, &helper, TIMEOUT_MS, reading_on_done, vitals,
		    &vitals->job, &err) == 0)
		return;
	log_warning("vrf '%s': memory and backlog: %s", vrf->name, err.text);
	free(vitals->vrf);
	vitals->vrf = NULL;
	turn_arm(vitals, PERIOD_MS);
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
	turn_arm(vitals, PAUSE_MS);
	return vitals;
}

void vitals_destroy(struct vitals *vitals)
{
	if (!vitals)
		return;
	job_destroy(vitals->job);
	timer_finish(&vitals->turn);
	free(vitals->vrf);
	free(vitals);
}
