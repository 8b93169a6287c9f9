// SPDX-License-Identifier: GPL-2.0-or-later
/* The reporter's word to the supervisor and to the log. */
#include "reporter/report.h"

#include <errno.h>
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
	json_decref(report->proxies);
	*report = (struct reporter_report){ 0 };
}

const char *reporter_report_state(const struct reporter_report *report)
{
	if (report->error.code == 0)
		return "ok";
	return zabbix_api_error_is_denied(&report->error) ? "denied" : "unreachable";
}

static json_t *problems_json(const struct strings *problems)
{
	json_t *list = json_array();

	for (size_t i = 0; i < problems->count; i++)
		json_array_append_new(list, zabbix_json_string(problems->items[i]));
	return list;
}

char *reporter_report_line(const struct reporter_report *report)
{
	cleanup_json json_t *line = zabbix_json_pack("{s:s, s:o, s:o, s:b, s:o, s:o}", "state",
		reporter_report_state(report), "error", zabbix_json_string(report->error.text),
		"version", zabbix_json_string(report->version), "synced", report->synced,
		"problems", problems_json(&report->problems), "proxies",
		report->proxies ? json_incref(report->proxies) : json_object());
	cleanup_free char *text = json_dumps(line, JSON_COMPACT);

	return xasprintf("%s\n", text ? text : "{}");
}

static void problems_log(const struct strings *problems, const struct strings *told)
{
	for (size_t i = 0; i < problems->count; i++)
		if (!strings_contain(told, problems->items[i]))
			log_warning("Zabbix: %s", problems->items[i]);
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
	problems_log(&report->problems, &told->problems);
	told->error = report->error;
	if (report->version[0])
		strcpy(told->version, report->version);
	strings_copy(&told->problems, &report->problems);
}
