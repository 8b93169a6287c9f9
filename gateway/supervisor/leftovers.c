// SPDX-License-Identifier: GPL-2.0-or-later
/* Proxies that a supervisor left behind. */
#include "supervisor/leftovers.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/memory.h"
#include "process/lock.h"

#define TERM_WAIT_MS 10000
#define KILL_WAIT_MS 5000

struct leftovers {
	struct process *items;
	size_t count;
};

static void leftovers_finish(struct leftovers *list)
{
	for (size_t i = 0; i < list->count; i++)
		process_finish(&list->items[i]);
	free(list->items);
}

/* 1 where the lock is held, with the holder appended. */
static int leftovers_find(struct leftovers *list, const char *lock, struct error *err)
{
	struct process process = PROCESS_NONE;
	cleanup_fd int fd = -1;
	int r;

	if (access(lock, F_OK) < 0)
		return 0;
	r = process_lock_take(lock, &fd, &process, err);
	if (r == 0)
		*array_append(&list->items, &list->count) = process;
	return r < 0 ? r : 0;
}

/* Waits for one after the other; the deadline is for all. True when none lives. */
static bool leftovers_wait(const struct leftovers *list, uint64_t timeout_ms)
{
	uint64_t deadline_ms = clock_now_ms() + timeout_ms;

	for (size_t i = 0; i < list->count; i++) {
		struct pollfd ended = { .fd = list->items[i].pidfd, .events = POLLIN };
		uint64_t now_ms = clock_now_ms();
		int left_ms = now_ms < deadline_ms ? (int)(deadline_ms - now_ms) : 0;

		if (poll(&ended, 1, left_ms) != 1)
			return false;
	}
	return true;
}

static void leftovers_signal(const struct leftovers *list, int signal)
{
	for (size_t i = 0; i < list->count; i++)
		process_signal(&list->items[i], signal);
}

int leftovers_end(const char *run_dir, leftovers_keep_fn keep, const void *data, struct error *err)
{
	cleanup_free char *path = xasprintf("%s/vrfs", run_dir);
	cleanup_dir DIR *directory = opendir(path);
	cleanup(leftovers_finish) struct leftovers list = { 0 };
	struct dirent *entry;

	if (!directory)
		return errno == ENOENT ? 0 : error_set_errno(err, errno, "cannot read '%s'", path);
	while ((entry = readdir(directory))) {
		cleanup_free char *lock = xasprintf("%s/%s/lock", path, entry->d_name);
		int r;

		if (entry->d_name[0] == '.' || (keep && keep(entry->d_name, data)))
			continue;
		r = leftovers_find(&list, lock, err);
		if (r < 0)
			return r;
	}
	leftovers_signal(&list, SIGTERM);
	if (leftovers_wait(&list, TERM_WAIT_MS))
		return 0;
	leftovers_signal(&list, SIGKILL);
	if (leftovers_wait(&list, KILL_WAIT_MS))
		return 0;
	return error_set(err, ETIMEDOUT, "a proxy left behind does not end, not even by SIGKILL");
}
