// SPDX-License-Identifier: GPL-2.0-or-later
/* How far the sending of a database is. */
#include "vrf/sending.h"

#include <inttypes.h>
#include <stdio.h>

/* Longer than the restart of a server takes that has little to do. */
#define STUCK_MS      30000
#define PAUSE_MS      300
#define LONG_PAUSE_MS 2000
#define SOON_MS       10000

void sending_begin(struct sending *sending, unsigned version, int64_t unsent, uint32_t limit_s,
	uint64_t now_ms)
{
	*sending = (struct sending){ .active = true,
		.tried = true,
		.version = version,
		.first = unsent,
		.unsent = unsent,
		.begun_ms = now_ms,
		.sent_ms = now_ms,
		.limit_ms = (uint64_t)limit_s * 1000 };
}

enum sending_verdict sending_judge(struct sending *sending, int64_t unsent, uint64_t now_ms)
{
	if (unsent >= 0 && unsent < sending->unsent) {
		sending->unsent = unsent;
		sending->sent_ms = now_ms;
	}
	if (sending->unsent == 0)
		return SENDING_DONE;
	if (now_ms - sending->begun_ms >= sending->limit_ms)
		return SENDING_LATE;
	return now_ms - sending->sent_ms >= STUCK_MS ? SENDING_STUCK : SENDING_GOES_ON;
}

uint64_t sending_pause_ms(const struct sending *sending, uint64_t now_ms)
{
	return now_ms - sending->begun_ms < SOON_MS ? PAUSE_MS : LONG_PAUSE_MS;
}

const char *sending_describe(const struct sending *sending, char text[SENDING_TEXT_SIZE])
{
	snprintf(text, SENDING_TEXT_SIZE, "sending %" PRId64 " values with Zabbix %u.%u first",
		sending->unsent, sending->version / 100, sending->version % 100);
	return text;
}
