// SPDX-License-Identifier: GPL-2.0-or-later
/* Room on the file systems of the gateway's own directories. */
#include "supervisor/disks.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/memory.h"
#include "process/job.h"
#include "process/timer.h"
#include "supervisor/status.h"
#include "supervisor/supervisor.h"

#define MIB (UINT64_C(1) << 20)
#define GIB (UINT64_C(1) << 30)

#define PERIOD_MS  15000
#define TIMEOUT_MS 5000
/* Nobody's: what is read is read before the helper is confined. */
#define HELPER_UID 65534

enum { DISK_STATE, DISK_LOG, DISK_RUN, DISKS };

static const char *const disk_names[DISKS] = { "state_dir", "log_dir", "run_dir" };

struct disk {
	char *warning; /* NULL: none */
	bool lacks;
};

struct disks {
	struct supervisor *supervisor;
	struct timer turn;
	struct job *job;
	struct disk disks[DISKS];
};

/* --- how little is little --- */

static bool space_is_little(uint64_t free_bytes, uint64_t size_bytes)
{
	return (free_bytes < GIB && free_bytes < size_bytes / 20) ||
		(free_bytes < 100 * MIB && free_bytes < size_bytes / 5);
}

static bool inodes_are_few(uint64_t free_inodes, uint64_t inodes)
{
	return free_inodes < 10000 && free_inodes < inodes / 20;
}

enum disk_lack disk_lack_find(const struct disk_room *room, bool lacked)
{
	uint64_t free_bytes = lacked ? room->free_bytes / 5 * 4 : room->free_bytes;
	uint64_t free_inodes = lacked ? room->free_inodes / 5 * 4 : room->free_inodes;

	if (space_is_little(free_bytes, room->size_bytes))
		return DISK_LACKS_SPACE;
	return inodes_are_few(free_inodes, room->inodes) ? DISK_LACKS_INODES : DISK_LACKS_NOTHING;
}

/* --- in the helper --- */

static const char *directory_of(const struct config_gateway *gateway, int which)
{
	const char *const directories[DISKS] = { gateway->state_dir, gateway->log_dir,
		gateway->run_dir };

	return directories[which];
}

/* All 0: it cannot be read, which others say who need it. */
static struct disk_room room_read(const char *directory)
{
	struct statvfs disk;
	struct stat file;

	if (stat(directory, &file) < 0 || statvfs(directory, &disk) < 0)
		return (struct disk_room){ 0 };
	return (struct disk_room){ file.st_dev, (uint64_t)disk.f_blocks * disk.f_frsize,
		(uint64_t)disk.f_bavail * disk.f_frsize, disk.f_files, disk.f_favail };
}

/* Before it may have to wait: a client that was answered sees its end of file only when nobody else has the
 * connection, and a lock would outlive us. */
static void others_close(int fd)
{
	if (fd > STDERR_FILENO + 1)
		(void)close_range(STDERR_FILENO + 1, (unsigned)fd - 1, 0);
	(void)close_range((unsigned)fd + 1, ~0u, 0);
}

/* One after the other, so that the first one missing is the one that does not answer. */
static void rooms_read(int fd, const void *data)
{
	others_close(fd);
	for (int i = 0; i < DISKS; i++) {
		struct disk_room room = room_read(directory_of(data, i));

		if (write(fd, &room, sizeof(room)) < 0)
			_exit(EXIT_FAILURE);
	}
}

static void nothing_more(int fd, const void *data)
{
	(void)fd;
	(void)data;
}

/* --- what is said of it --- */

/* "state_dir '/var/lib/vrfgate', log_dir '/var/log/vrfgate'": all that are on that file system. */
static char *names_format(const struct disks *disks, const struct disk_room rooms[DISKS], int first)
{
	const struct config_gateway *gateway = &disks->supervisor->config->gateway;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		abort();
	for (int i = first; i < DISKS; i++)
		if (i == first || (rooms && rooms[i].device == rooms[first].device))
			fprintf(out, "%s%s '%s'", i == first ? "" : ", ", disk_names[i],
				directory_of(gateway, i));
	fclose(out);
	return text;
}

static char *room_format(const struct disk_room *room, enum disk_lack lack)
{
	if (lack == DISK_LACKS_INODES)
		return xasprintf(
			"%" PRIu64 " of %" PRIu64 " inodes free", room->free_inodes, room->inodes);
	return xasprintf("%" PRIu64 " of %" PRIu64 " MiB free", room->free_bytes / MIB,
		room->size_bytes / MIB);
}

/* Takes the text. Only that a warning begins is logged; the numbers in it change all the time. */
static void disk_warn(struct disk *disk, char *warning)
{
	if (!disk->warning)
		log_warning("%s", warning);
	free(disk->warning);
	disk->warning = warning;
}

static void disk_clear(struct disk *disk, const char *names, const struct disk_room *room)
{
	cleanup_free char *text = room_format(room, DISK_LACKS_NOTHING);

	if (disk->warning)
		log_info("%s: has room again: %s", names, text);
	free(disk->warning);
	disk->warning = NULL;
}

static bool is_named_before(const struct disk_room rooms[DISKS], int which)
{
	for (int i = 0; i < which; i++)
		if (rooms[i].device == rooms[which].device)
			return true;
	return false;
}

static void room_take(struct disks *disks, const struct disk_room rooms[DISKS], int which)
{
	struct disk *disk = &disks->disks[which];
	const struct disk_room *room = &rooms[which];
	enum disk_lack lack = is_named_before(rooms, which) ? DISK_LACKS_NOTHING
							    : disk_lack_find(room, disk->lacks);
	cleanup_free char *names = names_format(disks, rooms, which);
	cleanup_free char *text = room_format(room, lack);

	disk->lacks = lack != DISK_LACKS_NOTHING;
	if (disk->lacks)
		disk_warn(disk, xasprintf("%s: file system nearly full: %s", names, text));
	else
		disk_clear(disk, names, room);
}

static void silence_note(struct disks *disks, int which)
{
	cleanup_free char *names = names_format(disks, NULL, which);

	disk_warn(&disks->disks[which],
		xasprintf("%s: file system gives no answer within %d s", names, TIMEOUT_MS / 1000));
}

/* --- the helper's life --- */

static void turn_on_elapsed(void *data);

static void turn_arm(struct disks *disks, uint64_t delay_ms)
{
	timer_arm(&disks->turn, disks->supervisor->event, delay_ms, turn_on_elapsed, disks);
}

static void reading_on_done(const void *answer, size_t size, bool in_time, void *data)
{
	struct disks *disks = data;
	struct disk_room rooms[DISKS] = { 0 };
	int known = (int)(size / sizeof(rooms[0]));

	if (size <= sizeof(rooms))
		memcpy(rooms, answer, size);
	if (known == DISKS)
		for (int i = 0; i < DISKS; i++)
			room_take(disks, rooms, i);
	else if (!in_time && known < DISKS)
		silence_note(disks, known);
	disks->job = NULL;
	status_changed(disks->supervisor);
	turn_arm(disks, PERIOD_MS);
}

static void turn_on_elapsed(void *data)
{
	struct disks *disks = data;
	const struct process_spec place = { .uid = HELPER_UID,
		.gid = HELPER_UID,
		.netns_fd = -1,
		.lock_fd = -1,
		.output_fd = -1,
		.cgroup_fd = -1 };
	const struct process_helper helper = {
		.prepare = rooms_read,
		.work = nothing_more,
		.data = &disks->supervisor->config->gateway,
		.place = &place,
	};
	struct error err = ERROR_INIT;

	if (job_start(disks->supervisor->event, &helper, TIMEOUT_MS, reading_on_done, disks,
		    &disks->job, &err) == 0)
		return;
	log_warning("room in state_dir, log_dir and run_dir: %s", err.text);
	turn_arm(disks, PERIOD_MS);
}

struct disks *disks_create(struct supervisor *supervisor)
{
	struct disks *disks = xcalloc(1, sizeof(*disks));

	disks->supervisor = supervisor;
	turn_arm(disks, 0);
	return disks;
}

void disks_destroy(struct disks *disks)
{
	if (!disks)
		return;
	job_destroy(disks->job);
	timer_finish(&disks->turn);
	for (int i = 0; i < DISKS; i++)
		free(disks->disks[i].warning);
	free(disks);
}

void disks_list_warnings(const struct disks *disks, struct strings *warnings)
{
	for (int i = 0; disks && i < DISKS; i++)
		if (disks->disks[i].warning)
			strings_add(warnings, disks->disks[i].warning);
}
