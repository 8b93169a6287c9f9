// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sending a database empty: before a proxy of another major version would be started with it, or the VRF goes, one of
 * the version that wrote it is started, which collects nothing and sends what it holds. It has as long as the number
 * of values falls, and stop_timeout at most; where the server takes none it is given up soon.
 *
 * Measured, zabbix_proxy 6.0.14 and 7.0.22: without pollers and trappers both send what is in the database, a
 * thousand values a request; 6.0 does so to a server of 7.0, too. Nothing new comes in, but that 7.0 polls its own
 * internal items even so: what it has of these in its last second is left.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct sending {
	bool active; /* the process that runs does that and nothing else */
	bool ending; /* it was told to end */
	bool tried;  /* what is left then is not tried again, but kept */
	unsigned version;
	int64_t first, unsent; /* values at its beginning, and when they were counted last */
	uint64_t begun_ms, sent_ms, limit_ms;
};

enum sending_verdict {
	SENDING_GOES_ON,
	SENDING_DONE,
	SENDING_STUCK, /* not one was sent for half a minute */
	SENDING_LATE,
};

#define SENDING_TEXT_SIZE 128

void sending_begin(struct sending *sending, unsigned version, int64_t unsent, uint32_t limit_s,
	uint64_t now_ms);

/* unsent: counted now; -1: it could not be. */
enum sending_verdict sending_judge(struct sending *sending, int64_t unsent, uint64_t now_ms);

/* Until it is counted again. */
uint64_t sending_pause_ms(const struct sending *sending, uint64_t now_ms);

/* "sending 42 values with Zabbix 6.0 first"; returns text. */
const char *sending_describe(const struct sending *sending, char text[SENDING_TEXT_SIZE]);
