// SPDX-License-Identifier: GPL-2.0-or-later
/* What a process tree has done so far. */
#include "process/activity.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "base/cleanup.h"
#include "process/tree.h"

#define PROCESSES_MAX 1024
/* Fields of proc(5) stat: state, then the process's own and its reaped children's user and system time. */
#define FIELD_STATE   3
#define FIELD_UTIME   14
#define FIELD_CSTIME  17

/* The number that follows a label at the start of a line; 0 where there is none. */
static uint64_t number_after(const char *text, const char *label)
{
	const char *at = text ? strstr(text, label) : NULL;

	return at ? strtoull(at + strlen(label), NULL, 10) : 0;
}

/* The name, field 2, may hold anything; behind its last ")" comes the state, which is returned. */
static char stat_add(const char *text, struct process_activity *activity)
{
	const char *at = strrchr(text, ')');
	char state;

	if (!at || strlen(at) < 3)
		return '?';
	at += 2;
	state = *at;
	activity->uninterruptible += state == 'D';
	activity->stopped += state == 'T' || state == 't';
	for (int field = FIELD_STATE + 1; field <= FIELD_CSTIME; field++) {
		at = strchr(at, ' ');
		if (!at)
			break;
		at++;
		if (field >= FIELD_UTIME)
			activity->cpu_ticks += strtoull(at, NULL, 10);
	}
	return state;
}

/*
 * Waits that no time limit of the proxy's own ends. What has exited and waits to be reaped (-1) does nothing
 * any more. Sleeps are those of zabbix_proxy's processes that are done and wait to be killed, a minute each.
 */
static bool is_endless_wait(long call)
{
	static const long calls[] = { -1, SYS_futex, SYS_wait4, SYS_waitid, SYS_read,
		SYS_clock_nanosleep, SYS_nanosleep, SYS_rt_sigsuspend, SYS_restart_syscall };

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (calls[i] == call)
			return true;
	return false;
}

static void wait_add(pid_t pid, struct process_activity *activity)
{
	cleanup_free char *text = process_proc_read(pid, "syscall");
	char *end;
	long call = text ? strtol(text, &end, 10) : 0;

	/* Else "running". */
	if (text && end != text && call == SYS_futex)
		activity->lock_waits++;
	else if (!text || end == text || !is_endless_wait(call))
		activity->finite_waits++;
}

struct reading {
	struct process_activity *activity;
	pid_t first;
};

static bool activity_add(pid_t pid, void *data)
{
	const struct reading *reading = data;
	struct process_activity *activity = reading->activity;
	cleanup_free char *stat = process_proc_read(pid, "stat");
	cleanup_free char *status = process_proc_read(pid, "status");
	cleanup_free char *io = process_proc_read(pid, "io");

	char state;

	if (!stat)
		return true;
	state = stat_add(stat, activity);
	activity->wakeups += number_after(status, "\nvoluntary_ctxt_switches:");
	activity->written_bytes += number_after(io, "\nwchar:");
	activity->disk_bytes += number_after(io, "\nwrite_bytes:");
	if (pid != reading->first && state != 'T' && state != 't')
		wait_add(pid, activity);
	return ++activity->processes < PROCESSES_MAX;
}

int process_activity_read(const struct process *process, struct process_activity *activity)
{
	struct reading reading = { activity, process->pid };

	*activity = (struct process_activity){ 0 };
	if (process->pid <= 0 || process_start_time(process->pid) != process->start_time)
		return -ESRCH;
	process_tree_walk(process->pid, activity_add, &reading);
	return activity->processes ? 0 : -ESRCH;
}

bool process_activity_worked(
	const struct process_activity *before, const struct process_activity *now)
{
	/* A sum may shrink: when a process exited and another was started. */
	return now->processes != before->processes || now->cpu_ticks != before->cpu_ticks ||
		now->written_bytes != before->written_bytes ||
		now->disk_bytes != before->disk_bytes;
}

bool process_activity_deadlocked(const struct process_activity *activity)
{
	return (activity->lock_waits || activity->stopped) && !activity->finite_waits &&
		!activity->uninterruptible;
}
