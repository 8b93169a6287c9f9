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

struct leftover {
	char *vrf;
	struct process process;
};

struct leftovers {
	struct leftover *items;
	size_t count;
};

static void leftovers_finish(struct leftovers *list)
{
	for (size_t i = 0; i < list->count; i++) {
		process_finish(&list->items[i].process);
		free(list->items[i].vrf);
	}
	free(list->items);
}

/* Appends the tree that lives. */
static void leftovers_find(
	struct leftovers *list, const char *vrf, const char *lock, struct strings *faults)
{
	struct process process = PROCESS_NONE;
	struct error err = ERROR_INIT;
	cleanup_fd int fd = -1;
	int r;

	if (access(lock, F_OK) < 0)
		return;
	r = process_lock_take(lock, &fd, &process, &err);
	if (r == 0)
		*array_append(&list->items, &list->count) =
			(struct leftover){ xstrdup(vrf), process };
	else if (r < 0)
		strings_addf(faults, "vrf '%s': %s", vrf, err.text);
}

static bool has_ended(const struct leftover *leftover, int timeout_ms)
{
	struct pollfd ended = { .fd = leftover->process.pidfd, .events = POLLIN };

	return poll(&ended, 1, timeout_ms) == 1;
}

/* Waits for one after the other; the deadline is for all. True when none lives. */
static bool leftovers_wait(const struct leftovers *list, uint64_t timeout_ms)
{
	uint64_t deadline_ms = clock_now_ms() + timeout_ms;

	for (size_t i = 0; i < list->count; i++) {
		uint64_t now_ms = clock_now_ms();

		if (!has_ended(&list->items[i],
			    now_ms < deadline_ms ? (int)(deadline_ms - now_ms) : 0))
			return false;
	}
	return true;
}

static void leftovers_signal(const struct leftovers *list, int signal)
{
	for (size_t i = 0; i < list->count; i++)
		process_signal(&list->items[i].process, signal);
}

static void leftovers_end_all(const struct leftovers *list, struct strings *faults)
{
	leftovers_signal(list, SIGTERM);
	if (leftovers_wait(list, TERM_WAIT_MS))
		return;
	leftovers_signal(list, SIGKILL);
	if (leftovers_wait(list, KILL_WAIT_MS))
		return;
	for (size_t i = 0; i < list->count; i++)
		if (!has_ended(&list->items[i], 0))
			strings_addf(faults,
				"vrf '%s': its proxy does not end, not even by SIGKILL",
				list->items[i].vrf);
}

int leftovers_end(const char *run_dir, leftovers_keep_fn keep, const void *data,
	struct strings *faults, struct error *err)
{
	cleanup_free char *path = xasprintf("%s/vrfs", run_dir);
	cleanup_dir DIR *directory = opendir(path);
	cleanup(leftovers_finish) struct leftovers list = { 0 };
	struct dirent *entry;

	if (!directory)
		return errno == ENOENT ? 0 : error_set_errno(err, errno, "cannot read '%s'", path);
	while ((entry = readdir(directory))) {
		cleanup_free char *lock = xasprintf("%s/%s/lock", path, entry->d_name);

		if (entry->d_name[0] != '.' && (!keep || !keep(entry->d_name, data)))
			leftovers_find(&list, entry->d_name, lock, faults);
	}
	leftovers_end_all(&list, faults);
	return 0;
}
