// SPDX-License-Identifier: GPL-2.0-or-later
/* What a process tree has done so far. */
#include "process/activity.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

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

/* The name, field 2, may hold anything; behind its last ")" comes the state. */
static void stat_add(const char *text, struct process_activity *activity)
{
	const char *at = strrchr(text, ')');

	if (!at || strlen(at) < 3)
		return;
	at += 2;
	activity->uninterruptible += *at == 'D';
	activity->stopped += *at == 'T' || *at == 't';
	for (int field = FIELD_STATE + 1; field <= FIELD_CSTIME; field++) {
		at = strchr(at, ' ');
		if (!at)
			return;
		at++;
		if (field >= FIELD_UTIME)
			activity->cpu_ticks += strtoull(at, NULL, 10);
	}
}

static bool activity_add(pid_t pid, void *data)
{
	struct process_activity *activity = data;
	cleanup_free char *stat = process_proc_read(pid, "stat");
	cleanup_free char *status = process_proc_read(pid, "status");
	cleanup_free char *io = process_proc_read(pid, "io");

	if (!stat)
		return true;
	stat_add(stat, activity);
	activity->wakeups += number_after(status, "\nvoluntary_ctxt_switches:");
	activity->written_bytes += number_after(io, "\nwchar:");
	activity->disk_bytes += number_after(io, "\nwrite_bytes:");
	return ++activity->processes < PROCESSES_MAX;
}

int process_activity_read(const struct process *process, struct process_activity *activity)
{
	*activity = (struct process_activity){ 0 };
	if (process->pid <= 0 || process_start_time(process->pid) != process->start_time)
		return -ESRCH;
	process_tree_walk(process->pid, activity_add, activity);
	return activity->processes ? 0 : -ESRCH;
}

bool process_activity_worked(
	const struct process_activity *before, const struct process_activity *now)
{
	return now->processes != before->processes || now->cpu_ticks > before->cpu_ticks ||
		now->written_bytes > before->written_bytes || now->disk_bytes > before->disk_bytes;
}
