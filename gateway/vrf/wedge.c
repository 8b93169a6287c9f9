// SPDX-License-Identifier: GPL-2.0-or-later
/* Wedged proxies, by the states of their processes. */
#include "vrf/wedge.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/hash.h"
#include "base/strings.h"
#include "process/tree.h"

#define PROCESSES_MAX    256
#define TITLE_SIZE       32
/* A process that waits for a lock of SQLite asks again ten times a second; an idle one wakes up once. */
#define BUSY_WAKEUPS     3
/* Of the time, in percent. */
#define BUSY_CPU_PERCENT 5

struct member {
	pid_t pid;
	char title[TITLE_SIZE]; /* "history syncer"; "" : not known */
	char state;
	uint64_t lock; /* the address it waits at without a time limit; 0: none */
	uint64_t wakeups, ticks;
};

struct members {
	struct member items[PROCESSES_MAX];
	size_t count;
};

static const char *const database_users[] = { "history syncer", "data sender",
	"configuration syncer", "task manager", "availability manager", "housekeeper" };
static const char *const server_callers[] = { "data sender", "configuration syncer",
	"heartbeat sender" };

/* --- reading --- */

/* ".../zabbix_proxy: history syncer #1 [synced 0 items]"; zabbix_proxy writes it over its arguments. */
static void title_read(struct member *member)
{
	static const char name[] = "zabbix_proxy: ";
	char path[64], text[4096];
	const char *at;
	size_t size, length;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/cmdline", member->pid);
	file = fopen(path, "re");
	if (!file)
		return;
	size = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[size] = '\0';
	at = memmem(text, size, name, strlen(name));
	if (!at)
		return;
	at += strlen(name);
	length = strcspn(at, "#[");
	while (length > 0 && at[length - 1] == ' ')
		length--;
	snprintf(member->title, sizeof(member->title), "%.*s", (int)length, at);
	/* A proxy that was taken over says of itself what it likes. */
	text_make_printable(member->title);
}

static void stat_read(struct member *member)
{
	cleanup_free char *text = process_proc_read(member->pid, "stat");
	const char *at = text ? strrchr(text, ')') : NULL;
	uint64_t user, system;

	if (at &&
		sscanf(at + 1, " %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %" SCNu64 " %" SCNu64,
			&member->state, &user, &system) == 3)
		member->ticks = user + system;
}

static void wakeups_read(struct member *member)
{
	static const char label[] = "\nvoluntary_ctxt_switches:";
	cleanup_free char *text = process_proc_read(member->pid, "status");
	const char *at = text ? strstr(text, label) : NULL;

	member->wakeups = at ? strtoull(at + strlen(label), NULL, 10) : 0;
}

/* proc(5): the number of the system call it is in and the arguments; futex(2): the fourth is the time limit. */
static void lock_read(struct member *member)
{
	cleanup_free char *text = process_proc_read(member->pid, "syscall");
	uint64_t address, timeout;
	long number;

	if (text &&
		sscanf(text, "%ld %" SCNx64 " %*x %*x %" SCNx64, &number, &address, &timeout) ==
			3 &&
		number == SYS_futex && timeout == 0)
		member->lock = address;
}

static bool member_add(pid_t pid, void *data)
{
	struct members *members = data;
	struct member *member = &members->items[members->count];

	*member = (struct member){ .pid = pid };
	title_read(member);
	stat_read(member);
	wakeups_read(member);
	lock_read(member);
	return ++members->count < PROCESSES_MAX;
}

/* --- summing up --- */

static bool is_listed(const char *title, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(title, list[i]) == 0)
			return true;
	return false;
}

static unsigned waiters_count(const struct members *members, uint64_t lock)
{
	unsigned count = 0;

	for (size_t i = 0; i < members->count; i++)
		count += lock && members->items[i].lock == lock;
	return count;
}

/* The one that most wait for. */
static uint64_t lock_find(const struct members *members)
{
	uint64_t found = 0;

	for (size_t i = 0; i < members->count; i++)
		if (waiters_count(members, members->items[i].lock) > waiters_count(members, found))
			found = members->items[i].lock;
	return found;
}

static void name_add(struct wedge_look *look, const char *title)
{
	size_t used = strlen(look->names);

	if (*title && !strstr(look->names, title))
		snprintf(look->names + used, sizeof(look->names) - used, "%s%s", used ? ", " : "",
			title);
}

static void blocked_sum(const struct members *members, uint64_t lock, struct wedge_look *look)
{
	look->blocked_mark = HASH_BASIS;
	for (size_t i = 0; i < members->count; i++) {
		const struct member *member = &members->items[i];

		if (!lock || member->lock != lock)
			continue;
		look->blocked++;
		look->blocked_mark =
			hash_bytes(look->blocked_mark, &member->pid, sizeof(member->pid));
		look->blocked_mark =
			hash_bytes(look->blocked_mark, &member->wakeups, sizeof(member->wakeups));
		name_add(look, member->title);
	}
}

void wedge_read(pid_t pid, struct wedge_look *look)
{
	struct members members = { .count = 0 };

	*look = (struct wedge_look){ 0 };
	process_tree_walk(pid, member_add, &members);
	blocked_sum(&members, lock_find(&members), look);
	for (size_t i = 0; i < members.count; i++) {
		const struct member *member = &members.items[i];

		if (is_listed(member->title, server_callers,
			    sizeof(server_callers) / sizeof(*server_callers))) {
			look->senders++;
			look->senders_wakeups += member->wakeups;
		}
		if (!is_listed(member->title, database_users,
			    sizeof(database_users) / sizeof(*database_users)))
			continue;
		look->users++;
		look->users_busy |= member->state == 'R' || member->state == 'D';
		look->users_wakeups += member->wakeups;
		look->users_ticks += member->ticks;
	}
}

/* --- judging --- */

static bool users_work(const struct wedge_look *before, const struct wedge_look *now, uint64_t ms)
{
	uint64_t ticks_ms = (uint64_t)sysconf(_SC_CLK_TCK) * ms;
	uint64_t wakeups = now->users_wakeups - before->users_wakeups;
	uint64_t ticks = now->users_ticks - before->users_ticks;

	return now->users_busy || now->users != before->users ||
		wakeups * 1000 > ms * BUSY_WAKEUPS * now->users ||
		ticks * 1000 * 100 > ticks_ms * BUSY_CPU_PERCENT;
}

void wedge_note(struct wedge *wedge, const struct wedge_look *look, uint64_t now_ms)
{
	const struct wedge_look *before = &wedge->look;
	bool same = wedge->read_ms && look->blocked == before->blocked &&
		look->blocked_mark == before->blocked_mark;
	bool stands = look->senders > 0 && look->senders == before->senders &&
		look->senders_wakeups == before->senders_wakeups;

	if (look->blocked < 2 || look->users == 0)
		wedge->blocked_since_ms = 0;
	else if (!same || users_work(before, look, now_ms - wedge->read_ms))
		wedge->blocked_since_ms = now_ms;
	wedge->senders_since_ms = look->senders == 0 ? 0
		: wedge->read_ms && stands           ? wedge->senders_since_ms
						     : now_ms;
	wedge->look = *look;
	wedge->read_ms = now_ms;
}

bool wedge_is_locked(const struct wedge *wedge)
{
	return wedge->blocked_since_ms && wedge->read_ms - wedge->blocked_since_ms >= WEDGE_MS;
}

bool wedge_senders_stand(const struct wedge *wedge)
{
	return wedge->senders_since_ms && wedge->read_ms - wedge->senders_since_ms >= WEDGE_MS * 2;
}
