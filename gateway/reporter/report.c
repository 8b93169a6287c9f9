// SPDX-License-Identifier: GPL-2.0-or-later
/* The reporter's word to the supervisor and to the log. */
#include "reporter/report.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/memory.h"
#include "zabbix/api.h"
#include "zabbix/json.h"

void reporter_report_finish(struct reporter_report *report)
{
	strings_finish(&report->problems);
	strings_finish(&report->changes);
	json_decref(report->proxies);
	json_decref(report->elsewhere);
	strings_finish(&report->released);
	*report = (struct reporter_report){ 0 };
}

const char *reporter_report_state(const struct reporter_report *report)
{
	if (report->error.code == 0)
		return "ok";
	return zabbix_api_error_is_denied(&report->error) ? "denied" : "unreachable";
}

/* The first of a new gateway can be thousands, which the supervisor has no use for. */
#define CHANGES_MAX 1000

static json_t *strings_json(const struct strings *strings, size_t max)
{
	json_t *list = json_array();

	for (size_t i = 0; i < strings->count && i < max; i++)
		json_array_append_new(list, zabbix_json_string(strings->items[i]));
	return list;
}

char *reporter_report_line(const struct reporter_report *report)
{
	cleanup_json json_t *line = zabbix_json_pack("{s:s, s:o, s:o, s:b, s:o, s:o, s:o}", "state",
		reporter_report_state(report), "error", zabbix_json_string(report->error.text),
		"version", zabbix_json_string(report->version), "synced", report->synced,
		"problems", strings_json(&report->problems, SIZE_MAX), "changes",
		strings_json(&report->changes, CHANGES_MAX), "proxies",
		report->proxies ? json_incref(report->proxies) : json_object());
	cleanup_free char *text = NULL;

	if (report->elsewhere && report->synced)
		json_object_update_new(line,
			zabbix_json_pack("{s:O, s:o}", "elsewhere", report->elsewhere, "released",
				strings_json(&report->released, SIZE_MAX)));
	text = json_dumps(line, JSON_COMPACT);

	return xasprintf("%s\n", text ? text : "{}");
}

static void problems_log(const struct strings *problems, const struct strings *told)
{
	for (size_t i = 0; i < problems->count; i++)
		if (!strings_contain(told, problems->items[i]))
			log_warning("Zabbix: %s", problems->items[i]);
}

/* The log is for people: a new gateway of a thousand VRFs shows its beginning. */
#define LOGGED_MAX 100

static void changes_log(const struct strings *changes)
{
	for (size_t i = 0; i < changes->count && i < LOGGED_MAX; i++)
		log_info("Zabbix: %s", changes->items[i]);
	if (changes->count > LOGGED_MAX)
		log_info("Zabbix: and %zu more", changes->count - LOGGED_MAX);
}

static void strings_copy(struct strings *to, const struct strings *from)
{
	strings_finish(to);
	for (size_t i = 0; i < from->count; i++)
		strings_add(to, from->items[i]);
}

void reporter_report_log(
	const struct reporter_report *report, const char *url, struct reporter_report *told)
{
	bool first = told->version[0] == '\0';

	if (report->error.code && strcmp(report->error.text, told->error.text) != 0)
		log_warning("Zabbix %s: %s", reporter_report_state(report), report->error.text);
	else if (report->error.code == 0 && report->version[0] && (told->error.code || first))
		log_info("Zabbix %s at %s: connected", report->version, url);
	changes_log(&report->changes);
	problems_log(&report->problems, &told->problems);
	told->error = report->error;
	if (report->version[0])
		strcpy(told->version, report->version);
	strings_copy(&told->problems, &report->problems);
}
