// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whether a proxy is wedged: its port answers, and yet nothing is written or sent any more. After a full disk
 * those processes of zabbix_proxy that use its database (history syncer, data sender, configuration syncer,
 * task manager) wait for one lock for ever, as whoever had it never gave it back; 6.0 and 7.0 alike.
 *
 * A lock that is held long is not that: whoever holds it works, or asks SQLite again and again.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define WEDGE_MS 30000

/* One look at the processes of a proxy. */
struct wedge_look {
	unsigned blocked;      /* so many wait, without a time limit, for one and the same lock */
	uint64_t blocked_mark; /* of these: another one when one of them has moved */
	unsigned users;        /* of the database */
	bool users_busy;       /* one of these runs or waits for a disk just now */
	uint64_t users_wakeups, users_ticks;
	unsigned senders; /* that call the server by themselves */
	uint64_t senders_wakeups;
	char names[128]; /* of the blocked ones: "data sender, history syncer" */
};

/* What the looks at one life of a proxy say; all zero: nothing. */
struct wedge {
	struct wedge_look look;    /* the last one */
	uint64_t read_ms;          /* 0: none yet */
	uint64_t blocked_since_ms; /* since then the same ones wait, and no user works; 0: not so */
	uint64_t
		senders_since_ms; /* since then no sender has moved; 0: one has, or there is none */
};

/* Reads /proc with the rights of the caller; zero where it must not or the process is gone. */
void wedge_read(pid_t pid, struct wedge_look *look);

void wedge_note(struct wedge *wedge, const struct wedge_look *look, uint64_t now_ms);

/* It waits for a lock that nobody will give back, as looks of the last WEDGE_MS say. */
bool wedge_is_locked(const struct wedge *wedge);

/* Looks so far apart say that no process of it that sends has moved. */
bool wedge_senders_stand(const struct wedge *wedge);
