// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How a proxy is ended: SIGTERM, then as long as it takes to write the values that it accepted, stop_timeout
 * at most, only then SIGKILL. SIGKILL comes earlier where nothing of it ran for QUIET seconds and what is
 * left of it waits for a lock: such a proxy writes nothing any more.
 *
 * Measured, zabbix_proxy 6.0.14 and 7.0.22 with SQLite: while another program holds a lock on the database,
 * the process that wants it wakes up ten times a second, and uses 0.3 ms of CPU time in that; its others wait
 * for a mutex (futex), or are done and sleep a minute at a time. Dead-locked after a full disk, nothing wakes
 * up at all from the third second after SIGTERM on. A poller may wait for a device for half a minute (6.0) or
 * ten (7.0), and the values in memory are written only after it.
 */
#pragma once

#include <stdint.h>

#include "process/activity.h"

struct ending {
	uint64_t begun_ms;                /* SIGTERM was sent */
	uint64_t limit_ms;                /* stop_timeout */
	uint64_t worked_ms, woke_ms;      /* when it was last seen to work, and to wake up */
	uint64_t killed_ms;               /* SIGKILL was sent first; 0: it was not */
	struct process_activity activity; /* as it was read last; processes 0: not yet */
};

enum ending_verdict {
	ENDING_GOES_ON,
	ENDING_DEADLOCKED,
	ENDING_LATE, /* at its limit */
};

#define ENDING_TEXT_SIZE 96

/* Sends SIGTERM. */
void ending_begin(struct ending *ending, const struct process *process, uint32_t limit_s);

/*
 * Reads what it does and, where the verdict is not ENDING_GOES_ON, sends SIGKILL. That verdict is given once.
 * One that was stopped by a signal is continued: else it could not write its values. Does not block.
 */
enum ending_verdict ending_look(struct ending *ending, const struct process *process);

/* Sends SIGKILL, as an operator ordered. */
void ending_kill(struct ending *ending, const struct process *process);

/* What ending_look() makes of a reading, and nothing else. */
enum ending_verdict ending_judge(
	struct ending *ending, const struct process_activity *activity, uint64_t now_ms);

/* Until the next look. */
uint64_t ending_pause_ms(const struct ending *ending);

/* What it does, such as "still writing after 25 s"; "" in the first seconds, which every proxy takes. Returns
 * text. */
const char *ending_describe(
	const struct ending *ending, uint64_t now_ms, char text[ENDING_TEXT_SIZE]);

/* Why SIGKILL was sent: "dead-locked, ...". Returns text. */
const char *ending_explain(
	enum ending_verdict verdict, const struct ending *ending, char text[ENDING_TEXT_SIZE]);
