// SPDX-License-Identifier: GPL-2.0-or-later
/* Judging databases and moving them aside. */
#include "vrf/rescue.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "base/strings.h"
#include "vrf/launch.h"
#include "vrf/vrf.h"
#include "zabbix/backlog.h"

#define LEAST_FREE_BYTES (1 << 20)
/* Of the proxy's log, its last words. */
#define LOG_TAIL_SIZE    (16 * 1024)
/* Every page of the database may be read. */
#define TIMEOUT_MS       60000
#define CPU_MAX_S        60
#define MEMORY_MAX_BYTES (64 << 20)

/* --- disks --- */

enum cause_kind rescue_disk_fault(const char *directory, char text[256])
{
	struct statvfs disk;

	text[0] = '\0';
	if (statvfs(directory, &disk) < 0)
		return CAUSE_NONE;
	if (disk.f_flag & ST_RDONLY) {
		snprintf(text, 256, "the file system of '%.190s' is read-only", directory);
		return CAUSE_DISK_READ_ONLY;
	}
	if ((uint64_t)disk.f_bavail * disk.f_frsize < LEAST_FREE_BYTES)
		snprintf(text, 256, "disk full: less than 1 MiB is left in '%.190s'", directory);
	else if (disk.f_files > 0 && disk.f_favail == 0)
		snprintf(text, 256, "disk full: no inode is left in '%.190s'", directory);
	return *text ? CAUSE_DISK_FULL : CAUSE_NONE;
}

/* The proxy's user may have put anything in the log's place. */
static int log_open(const struct vrf *vrf, off_t *from)
{
	int fd = open(vrf->paths.log, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat file;

	if (fd < 0 || fstat(fd, &file) < 0 || !S_ISREG(file.st_mode))
		return fd;
	/* A shorter one was begun anew. */
	*from = file.st_size >= vrf->log_offset ? vrf->log_offset : 0;
	if (file.st_size - *from > LOG_TAIL_SIZE)
		*from = file.st_size - LOG_TAIL_SIZE;
	return fd;
}

/* The proxy may meet a quota, or a disk that had room again when it had ended. */
static bool log_tells_of_full_disk(const struct vrf *vrf)
{
	char tail[LOG_TAIL_SIZE + 1];
	off_t from = 0;
	cleanup_fd int fd = log_open(vrf, &from);
	ssize_t n = fd < 0 ? 0 : pread(fd, tail, LOG_TAIL_SIZE, from);

	tail[n > 0 ? n : 0] = '\0';
	return strstr(tail, "database or disk is full") || strstr(tail, strerror(ENOSPC)) ||
		strstr(tail, strerror(EDQUOT));
}

/* --- the database --- */

/* With the database, so that what they hold is not lost to it. */
static void journals_move(const char *path, const char *aside)
{
	static const char *const suffixes[] = { "-journal", "-wal", "-shm" };

	for (size_t i = 0; i < sizeof(suffixes) / sizeof(*suffixes); i++) {
		cleanup_free char *from = xasprintf("%s%s", path, suffixes[i]);
		cleanup_free char *to = xasprintf("%s%s", aside, suffixes[i]);

		(void)renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE);
	}
}

/* %s of the rest of the sentence: what is done about it. */
static void database_move(
	const char *path, const char *what, time_t now, struct rescue_result *result)
{
	cleanup_free char *aside = NULL;
	struct tm time;
	char stamp[32];

	gmtime_r(&now, &time);
	strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &time);
	aside = xasprintf("%s.%s", path, stamp);
	result->moved = renameat2(AT_FDCWD, path, AT_FDCWD, aside, RENAME_NOREPLACE) == 0;
	if (result->moved) {
		journals_move(path, aside);
		snprintf(result->text, sizeof(result->text),
			"its database %s and was moved aside to '%s'", what, aside);
	} else {
		snprintf(result->text, sizeof(result->text),
			"its database %s and cannot be moved aside: %s", what, strerror(errno));
	}
}

static void database_move_unusable(
	const char *path, const char *why, time_t now, struct rescue_result *result)
{
	char what[160];

	snprintf(what, sizeof(what), "could not be used (%.100s)", why);
	database_move(path, what, now, result);
}

/* Some zabbix_proxy delete one that is of another version when they start. */
static void database_move_foreign(const char *path, const struct zabbix_backlog *backlog,
	time_t now, struct rescue_result *result)
{
	char what[160];

	snprintf(what, sizeof(what), "is %.60s: it holds %" PRId64 " unsent values",
		backlog->detail, backlog->unsent);
	database_move(path, what, now, result);
	result->in_the_way = !result->moved;
}

static void database_set_unknown(
	const char *path, const struct zabbix_backlog *backlog, struct rescue_result *result)
{
	/* Nor could the proxy open it. */
	if (access(path, R_OK | W_OK) < 0)
		return;
	result->unknown = true;
	snprintf(result->text, sizeof(result->text), "its database cannot be read (%.120s)",
		backlog->detail);
}

static void database_count(const char *path, enum rescue_depth depth, struct rescue_result *result)
{
	struct zabbix_backlog backlog;

	zabbix_backlog_read(path, 0,
		depth == RESCUE_GLANCE ? ZABBIX_BACKLOG_GLANCE : ZABBIX_BACKLOG_RECOVER, &backlog);
	result->version = backlog.version;
	result->unsent = backlog.state == ZABBIX_BACKLOG_ABSENT ? 0 : backlog.unsent;
}

void rescue_database(const char *path, unsigned version, enum rescue_depth depth, time_t now,
	struct rescue_result *result)
{
	bool thorough = depth == RESCUE_THOROUGH;
	struct zabbix_backlog backlog;
	struct zabbix_demand demand;

	*result = (struct rescue_result){ 0 };
	if (depth == RESCUE_COUNT || depth == RESCUE_GLANCE) {
		database_count(path, depth, result);
		return;
	}
	zabbix_backlog_read(
		path, version, thorough ? ZABBIX_BACKLOG_VERIFY : ZABBIX_BACKLOG_RECOVER, &backlog);
	/* Also of one that is moved aside: its next proxy gets the same items from its server. */
	if (backlog.version && zabbix_backlog_read_demand(path, &demand) == 0)
		result->pollers = zabbix_demand_kinds(&demand);
	switch (backlog.state) {
	case ZABBIX_BACKLOG_ABSENT:
		return;
	case ZABBIX_BACKLOG_USABLE:
		result->version = backlog.version;
		if (thorough && access(path, R_OK | W_OK) < 0)
			database_move_unusable(path, strerror(errno), now, result);
		return;
	case ZABBIX_BACKLOG_UNKNOWN:
		if (!thorough)
			database_set_unknown(path, &backlog, result);
		else if (access(path, R_OK | W_OK) < 0)
			database_move_unusable(path, strerror(errno), now, result);
		return;
	case ZABBIX_BACKLOG_UNUSABLE:
		if (thorough)
			database_move_unusable(path, backlog.detail, now, result);
		return;
	case ZABBIX_BACKLOG_OTHER_VERSION:
		result->version = backlog.version;
		result->unsent = backlog.unsent;
		if (depth == RESCUE_SENDABLE && backlog.unsent > 0)
			return;
		result->version = 0;
		database_move_foreign(path, &backlog, now, result);
		return;
	}
	__builtin_unreachable();
}

/* --- in the helper --- */

struct task {
	const struct vrf *vrf;
	unsigned version;
	enum rescue_depth depth;
};

static void helper_work(int fd, const void *data)
{
	const struct task *task = data;
	const struct vrf *vrf = task->vrf;
	bool thorough = task->depth == RESCUE_THOROUGH;
	struct rescue_result result = { 0 };
	char fault[256];

	if (thorough && rescue_disk_fault(vrf->paths.state_dir, fault))
		snprintf(result.text, sizeof(result.text), "%s", fault);
	else if (thorough && log_tells_of_full_disk(vrf))
		snprintf(result.text, sizeof(result.text), "disk full, its log says");
	else
		rescue_database(
			vrf->paths.database, task->version, task->depth, time(NULL), &result);
	/* Less than PIPE_BUF goes whole. */
	if (write(fd, &result, sizeof(result)) < 0)
		_exit(EXIT_FAILURE);
}

_Static_assert(sizeof(struct rescue_result) <= JOB_ANSWER_MAX, "an answer is read whole");

int rescue_start(struct vrf *vrf, unsigned version, enum rescue_depth depth, job_fn done,
	void *data, struct job **job, struct error *err)
{
	const struct task task = { vrf, version, depth };
	cleanup_launch_place struct launch_place place;
	cleanup_fd int cgroup_fd = -1;
	const struct process_helper helper = {
		.work = helper_work,
		.data = &task,
		.place = &place.spec,
		.limits = { .memory_bytes = MEMORY_MAX_BYTES, .cpu_s = CPU_MAX_S },
	};

	launch_place_init(&place, vrf);
	if (depth != RESCUE_COUNT && depth != RESCUE_GLANCE &&
		launch_open_limits(vrf, &cgroup_fd, err) < 0)
		return -err->code;
	place.spec.cgroup_fd = cgroup_fd;
	return job_start(vrf->context->event, &helper, TIMEOUT_MS, done, data, job, err);
}

/* It comes from a process that has read what a stranger wrote. */
void rescue_read_answer(const void *answer, size_t size, struct rescue_result *result)
{
	if (size != sizeof(*result)) {
		*result = (struct rescue_result){
			.unknown = true, .unsent = -1, .text = "its database could not be checked"
		};
		return;
	}
	memcpy(result, answer, size);
	result->text[sizeof(result->text) - 1] = '\0';
	text_make_printable(result->text);
}
