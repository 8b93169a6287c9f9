// SPDX-License-Identifier: GPL-2.0-or-later
/* What the reporter tells the supervisor after every attempt, and the log line when it is news. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "base/error.h"
#include "base/strings.h"

struct reporter_report {
	struct error error; /* code 0: all went well */
	char version[32];   /* of the server; "" : not known yet */
	bool synced;        /* the last sync was carried through */
	json_t *elsewhere;  /* as in a sync's result; NULL: no sync was carried through yet */
	struct strings released;
	struct strings problems;
	struct strings
		changes; /* what was written to Zabbix since the last report: lines of a sync's result */
	json_t *proxies; /* as reporter_seen_read() makes it; NULL: not known */
};

void reporter_report_finish(struct reporter_report *report);

/* "ok", "unreachable" or "denied". */
const char *reporter_report_state(const struct reporter_report *report);

/* The JSON line of reporter/reporter.h, with its line end; the caller frees it. */
char *reporter_report_line(const struct reporter_report *report);

/* Logs what the report says beyond `told`, and makes `told` a copy of it. url: shown when all is
 * well. */
void reporter_report_log(
	const struct reporter_report *report, const char *url, struct reporter_report *told);
