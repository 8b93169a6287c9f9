// SPDX-License-Identifier: GPL-2.0-or-later
/* How a proxy is ended. */
#include "vrf/ending.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "process/tree.h"

/* Longer than the ten seconds that a zabbix_proxy waits between two tries to open its database. */
#define QUIET_MS      15000
#define LOOK_MS       2000
/* Nearly every proxy has exited by then: a thousand that stop at once are not looked at. */
#define USUAL_MS      3000
#define KILL_AGAIN_MS 10000

void ending_begin(struct ending *ending, const struct process *process, uint32_t limit_s)
{
	uint64_t now_ms = clock_now_ms();

	*ending = (struct ending){ .begun_ms = now_ms,
		.limit_ms = (uint64_t)limit_s * 1000,
		.worked_ms = now_ms,
		.woke_ms = now_ms };
	process_signal(process, SIGTERM);
}

enum ending_verdict ending_judge(
	struct ending *ending, const struct process_activity *activity, uint64_t now_ms)
{
	const struct process_activity before = ending->activity;

	ending->activity = *activity;
	if (!before.processes || process_activity_worked(&before, activity))
		ending->worked_ms = ending->woke_ms = now_ms;
	else if (activity->wakeups != before.wakeups || activity->uninterruptible)
		ending->woke_ms = now_ms;
	if (ending->killed_ms)
		return ENDING_GOES_ON;
	if (now_ms - ending->begun_ms >= ending->limit_ms)
		return ENDING_LATE;
	if (now_ms - ending->woke_ms >= QUIET_MS && process_activity_deadlocked(activity))
		return ENDING_DEADLOCKED;
	return ENDING_GOES_ON;
}

/* It waits for a signal that only its own parent, or an operator, would send. */
static bool process_continue(pid_t pid, void *data)
{
	(void)data;
	kill(pid, SIGCONT);
	return true;
}

void ending_kill(struct ending *ending, const struct process *process)
{
	if (!ending->killed_ms)
		ending->killed_ms = clock_now_ms();
	process_signal(process, SIGKILL);
}

enum ending_verdict ending_look(struct ending *ending, const struct process *process)
{
	uint64_t now_ms = clock_now_ms();
	struct process_activity activity = { 0 };
	enum ending_verdict verdict;

	/* Where nothing can be read, the limit holds all the same. */
	if (process_activity_read(process, &activity) < 0)
		activity = (struct process_activity){ 0 };
	verdict = ending_judge(ending, &activity, now_ms);
	if (verdict != ENDING_GOES_ON ||
		(ending->killed_ms && now_ms - ending->killed_ms >= KILL_AGAIN_MS))
		ending_kill(ending, process);
	else if (activity.stopped)
		process_tree_walk(process->pid, process_continue, NULL);
	return verdict;
}

uint64_t ending_pause_ms(const struct ending *ending)
{
	uint64_t age_ms = clock_now_ms() - ending->begun_ms;
	uint64_t pause_ms = age_ms < USUAL_MS ? USUAL_MS - age_ms : LOOK_MS;

	/* Not past the limit. */
	if (!ending->killed_ms && age_ms < ending->limit_ms && ending->limit_ms - age_ms < pause_ms)
		pause_ms = ending->limit_ms - age_ms;
	return pause_ms;
}

const char *ending_describe(
	const struct ending *ending, uint64_t now_ms, char text[ENDING_TEXT_SIZE])
{
	uint64_t age_ms = now_ms - ending->begun_ms, age_s = age_ms / 1000;
	uint64_t quiet_s = (now_ms - ending->woke_ms) / 1000;

	text[0] = '\0';
	if (ending->killed_ms && now_ms - ending->killed_ms >= USUAL_MS)
		snprintf(text, ENDING_TEXT_SIZE,
			"proxy did not exit within %" PRIu64 " s of SIGKILL: the kernel holds it",
			(now_ms - ending->killed_ms) / 1000);
	else if (ending->killed_ms || age_ms < USUAL_MS)
		return text;
	else if (ending->activity.uninterruptible)
		snprintf(text, ENDING_TEXT_SIZE, "still waiting for a disk after %" PRIu64 " s",
			age_s);
	else if (now_ms - ending->worked_ms < USUAL_MS)
		snprintf(text, ENDING_TEXT_SIZE, "still writing after %" PRIu64 " s", age_s);
	else if (now_ms - ending->woke_ms < USUAL_MS)
		snprintf(text, ENDING_TEXT_SIZE, "still waiting to write after %" PRIu64 " s",
			age_s);
	else
		snprintf(text, ENDING_TEXT_SIZE,
			"still there after %" PRIu64 " s, no sign of life for %" PRIu64 " s", age_s,
			quiet_s);
	return text;
}

const char *ending_explain(
	enum ending_verdict verdict, const struct ending *ending, char text[ENDING_TEXT_SIZE])
{
	text[0] = '\0';
	switch (verdict) {
	case ENDING_GOES_ON:
		break;
	case ENDING_DEADLOCKED:
		snprintf(text, ENDING_TEXT_SIZE, "dead-locked, no sign of life for %d s",
			QUIET_MS / 1000);
		break;
	case ENDING_LATE:
		snprintf(text, ENDING_TEXT_SIZE,
			"did not exit within its stop_timeout of %" PRIu64 " s",
			ending->limit_ms / 1000);
		break;
	}
	return text;
}
