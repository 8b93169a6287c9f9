// SPDX-License-Identifier: GPL-2.0-or-later
/* Judging databases and moving them aside. */
#include "supervisor/rescue.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "process/helper.h"
#include "process/privileges.h"
#include "supervisor/vrf.h"
#include "zabbix/backlog.h"

#define LEAST_FREE_BYTES (1 << 20)
/* Of the proxy's log, its last words. */
#define LOG_TAIL_SIZE    (16 * 1024)
/* Every page of the database is read. */
#define PATIENCE_MS      60000

/* --- disks --- */

const char *rescue_disk_fault(const char *directory, char text[256])
{
	struct statvfs disk;

	text[0] = '\0';
	if (statvfs(directory, &disk) < 0)
		return text;
	if ((uint64_t)disk.f_bavail * disk.f_frsize < LEAST_FREE_BYTES)
		snprintf(text, 256, "disk full: less than 1 MiB is left in '%.190s'", directory);
	else if (disk.f_files > 0 && disk.f_favail == 0)
		snprintf(text, 256, "disk full: no inode is left in '%.190s'", directory);
	return text;
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

static void database_move(
	const char *path, const char *why, time_t now, struct rescue_result *result)
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
			"its database could not be used (%.80s) and was moved aside to '%.100s'",
			why, strrchr(aside, '/') ? strrchr(aside, '/') + 1 : aside);
	} else {
		snprintf(result->text, sizeof(result->text),
			"its database cannot be used (%.80s) and not be moved aside: %.80s", why,
			strerror(errno));
	}
}

void rescue_database(const char *path, unsigned version, time_t now, struct rescue_result *result)
{
	struct zabbix_backlog backlog;

	*result = (struct rescue_result){ 0 };
	zabbix_backlog_read(path, version, true, &backlog);
	switch (backlog.state) {
	case ZABBIX_BACKLOG_ABSENT:
		return;
	case ZABBIX_BACKLOG_USABLE:
	case ZABBIX_BACKLOG_UNKNOWN:
		if (access(path, R_OK | W_OK) < 0)
			database_move(path, strerror(errno), now, result);
		return;
	case ZABBIX_BACKLOG_UNUSABLE:
	case ZABBIX_BACKLOG_OTHER_VERSION:
		database_move(path, backlog.detail, now, result);
		return;
	}
	__builtin_unreachable();
}

/* --- in the helper --- */

struct task {
	const struct vrf *vrf;
	unsigned version;
};

static void helper_work(int fd, const void *data)
{
	const struct task *task = data;
	const struct vrf *vrf = task->vrf;
	struct rescue_result result = { 0 };

	if (privileges_drop(vrf->config->proxy.user, NULL) < 0)
		_exit(EXIT_FAILURE);
	if (!*rescue_disk_fault(vrf->paths.state_dir, result.text)) {
		if (log_tells_of_full_disk(vrf))
			snprintf(result.text, sizeof(result.text), "disk full, its log says");
		else
			rescue_database(vrf->paths.database, task->version, time(NULL), &result);
	}
	/* Less than PIPE_BUF goes whole. */
	if (write(fd, &result, sizeof(result)) < 0)
		_exit(EXIT_FAILURE);
}

/* --- the helper's life --- */

struct rescue {
	struct process helper;
	struct timer patience;
	sd_event_source *io;
	int fd;
	rescue_fn done;
	void *data;
};

void rescue_cancel(struct rescue *rescue)
{
	if (!rescue)
		return;
	process_signal(&rescue->helper, SIGKILL);
	process_finish(&rescue->helper);
	timer_finish(&rescue->patience);
	sd_event_source_disable_unref(rescue->io);
	close(rescue->fd);
	free(rescue);
}

static int helper_on_readable(sd_event_source *source, int fd, uint32_t events, void *data)
{
	struct rescue *rescue = data;
	rescue_fn done = rescue->done;
	void *whose = rescue->data;
	struct rescue_result result;
	ssize_t n = read(fd, &result, sizeof(result));

	(void)source;
	(void)events;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n != (ssize_t)sizeof(result))
		result = (struct rescue_result){ 0 };
	process_reap(&rescue->helper, &(struct process_exit){ 0 });
	rescue_cancel(rescue);
	done(&result, whose);
	return 0;
}

/* Its pipe ends with it. */
static void patience_on_elapsed(void *data)
{
	process_signal(&((struct rescue *)data)->helper, SIGKILL);
}

int rescue_start(const struct vrf *vrf, rescue_fn done, void *data, struct rescue **result,
	struct error *err)
{
	struct sd_event *event = vrf->context->event;
	struct task task = { .vrf = vrf };
	struct proxy_binary binary;
	struct rescue *rescue;
	struct process helper;
	int fd, r;

	if (proxy_binary_cache_read(
		    vrf->context->binaries, vrf->config->proxy.binary, &binary, NULL) == 0)
		task.version = binary.version;
	r = process_helper_start(helper_work, &task, &helper, &fd, err);
	if (r < 0)
		return r;
	rescue = xcalloc(1, sizeof(*rescue));
	rescue->helper = helper;
	rescue->fd = fd;
	rescue->done = done;
	rescue->data = data;
	if (sd_event_add_io(event, &rescue->io, fd, EPOLLIN, helper_on_readable, rescue) < 0)
		abort();
	timer_arm(&rescue->patience, event, PATIENCE_MS, patience_on_elapsed, rescue);
	*result = rescue;
	return 0;
}
