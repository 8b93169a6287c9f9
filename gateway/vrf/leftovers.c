// SPDX-License-Identifier: GPL-2.0-or-later
/* Proxies that a supervisor left behind. */
#include "vrf/leftovers.h"

#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/memory.h"
#include "process/lock.h"
#include "vrf/ending.h"

/* One that outlives SIGKILL for so long is held by the kernel: a disk or file server that does not answer. */
#define KILL_WAIT_MS 15000
#define PROGRESS_MS  5000

struct leftover {
	char *vrf;
	struct process process;
	struct ending ending;
};

struct leftovers {
	const struct config *config;
	bool now;
	const struct leftovers_listener *listener;
	struct strings *stuck;
	struct leftover *items;
	size_t count;
	size_t faults;
};

void leftovers_visit(const char *run_dir, leftovers_fn visit, void *data)
{
	cleanup_free char *path = xasprintf("%s/vrfs", run_dir);
	cleanup_dir DIR *directory = opendir(path);
	struct dirent *entry;

	while (directory && (entry = readdir(directory))) {
		cleanup_free char *lock = xasprintf("%s/%s/lock", path, entry->d_name);

		if (entry->d_name[0] != '.' && access(lock, F_OK) == 0)
			visit(entry->d_name, data);
	}
}

bool leftovers_is_running(const char *run_dir, const char *vrf)
{
	cleanup_free char *lock = xasprintf("%s/vrfs/%s/lock", run_dir, vrf);

	return process_lock_names_living(lock);
}

struct search {
	const char *run_dir;
	struct strings *running;
};

static void running_add(const char *vrf, void *data)
{
	const struct search *search = data;

	if (leftovers_is_running(search->run_dir, vrf))
		strings_add(search->running, vrf);
}

void leftovers_find(const char *run_dir, struct strings *running)
{
	leftovers_visit(run_dir, running_add, &(struct search){ run_dir, running });
}

static uint32_t limit_s_of(const struct config *config, const char *name)
{
	const struct config_vrf *vrf = config_find_vrf(config, name);

	return vrf ? vrf->proxy.stop_timeout_s : config->proxy.stop_timeout_s;
}

static void fault_tell(struct leftovers *list, const char *vrf, const char *why)
{
	list->faults++;
	list->listener->stuck(vrf, why);
}

static void on_found(const char *name, void *data)
{
	struct leftovers *list = data;
	struct error err = ERROR_INIT;
	struct process process = PROCESS_NONE;
	cleanup_free char *lock = xasprintf("%s/vrfs/%s/lock", list->config->gateway.run_dir, name);
	cleanup_fd int fd = -1;
	struct leftover *leftover;
	int r = process_lock_take(lock, &fd, &process, &err);

	if (r < 0)
		fault_tell(list, name, err.text);
	if (r != 0)
		return;
	leftover = array_append(&list->items, &list->count);
	*leftover = (struct leftover){ .vrf = xstrdup(name), .process = process };
	ending_begin(&leftover->ending, &process, limit_s_of(list->config, name));
	if (list->now)
		ending_kill(&leftover->ending, &process);
}

static void leftover_finish(struct leftover *leftover)
{
	process_finish(&leftover->process);
	free(leftover->vrf);
}

/* Looks at one that runs on; false: no more is to be waited for it. */
static bool leftover_look(struct leftovers *list, struct leftover *leftover)
{
	uint64_t killed_ms = leftover->ending.killed_ms;
	char why[ENDING_TEXT_SIZE];

	if (killed_ms && clock_now_ms() - killed_ms >= KILL_WAIT_MS) {
		fault_tell(list, leftover->vrf,
			ending_describe(&leftover->ending, clock_now_ms(), why));
		strings_add(list->stuck, leftover->vrf);
		return false;
	}
	ending_look(&leftover->ending, &leftover->process);
	return true;
}

/* Waits until one has exited, at most until the next look. */
static void leftovers_wait(const struct leftovers *list)
{
	cleanup_free struct pollfd *fds = xcalloc(list->count, sizeof(*fds));
	uint64_t pause_ms = UINT64_MAX;

	for (size_t i = 0; i < list->count; i++) {
		uint64_t its_ms = ending_pause_ms(&list->items[i].ending);

		fds[i] = (struct pollfd){ .fd = list->items[i].process.pidfd, .events = POLLIN };
		if (its_ms < pause_ms)
			pause_ms = its_ms;
	}
	(void)poll(fds, list->count, (int)pause_ms);
}

static bool has_exited(const struct process *process)
{
	struct pollfd ended = { .fd = process->pidfd, .events = POLLIN };

	return poll(&ended, 1, 0) == 1;
}

static void leftovers_sort_out(struct leftovers *list)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->count; i++) {
		struct leftover *leftover = &list->items[i];

		if (has_exited(&leftover->process) || !leftover_look(list, leftover))
			leftover_finish(leftover);
		else
			list->items[kept++] = *leftover;
	}
	list->count = kept;
}

static void leftovers_tell(const struct leftovers *list)
{
	struct strings waiting = { 0 };
	char what[ENDING_TEXT_SIZE];

	for (size_t i = 0; i < list->count; i++) {
		ending_describe(&list->items[i].ending, clock_now_ms(), what);
		strings_addf(&waiting, "%s (%s)", list->items[i].vrf, *what ? what : "killed");
	}
	list->listener->waiting(&waiting);
	strings_finish(&waiting);
}

size_t leftovers_end(const struct config *config, bool now,
	const struct leftovers_listener *listener, struct strings *stuck)
{
	struct leftovers list = {
		.config = config, .now = now, .listener = listener, .stuck = stuck
	};
	uint64_t told_ms = clock_now_ms();

	leftovers_visit(config->gateway.run_dir, on_found, &list);
	while (list.count) {
		leftovers_wait(&list);
		leftovers_sort_out(&list);
		if (list.count && clock_now_ms() - told_ms >= PROGRESS_MS) {
			leftovers_tell(&list);
			told_ms = clock_now_ms();
		}
	}
	free(list.items);
	return list.faults;
}
