// SPDX-License-Identifier: GPL-2.0-or-later
/* vrfgate status: how the gateway and its VRFs are; the exit status says it too. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/strings.h"
#include "cli/ask.h"
#include "cli/command.h"
#include "cli/screen.h"
#include "cli/status_table.h"
#include "cli/status_vrf.h"
#include "config/load.h"
#include "control/client.h"

/* Lines that a table has beside its VRFs: the gateway, the heading, the cursor. */
#define TERMINAL_ROWS_BESIDE 3

enum status_exit {
	STATUS_HEALTHY = 0,
	STATUS_DEGRADED = 1,
	STATUS_DOWN = 2,
};

static bool is_well(const json_t *vrf)
{
	const char *state = json_string_value(json_object_get(vrf, "state"));

	return state && (strcmp(state, "healthy") == 0 || strcmp(state, "disabled") == 0);
}

static enum status_exit document_judge(const json_t *document)
{
	static const char *const down[] = { "failed", "backoff" };
	enum status_exit worst = STATUS_HEALTHY;
	size_t i;
	json_t *vrf;

	json_array_foreach (json_object_get(document, "vrfs"), i, vrf) {
		const char *state = json_string_value(json_object_get(vrf, "state"));

		for (size_t d = 0; state && d < 2; d++)
			if (strcmp(state, down[d]) == 0)
				return STATUS_DOWN;
		if (!is_well(vrf))
			worst = STATUS_DEGRADED;
	}
	return worst;
}

/* Takes those out that are healthy or disabled; returns how many. */
static size_t well_remove(json_t *document)
{
	json_t *vrfs = json_object_get(document, "vrfs");
	size_t count = json_array_size(vrfs);

	for (size_t i = count; i-- > 0;)
		if (is_well(json_array_get(vrfs, i)))
			json_array_remove(vrfs, i);
	return count - json_array_size(vrfs);
}

static void warnings_print(FILE *out, const json_t *document)
{
	const json_t *gateway = json_object_get(document, "gateway");
	size_t i;
	json_t *warning;

	json_array_foreach (json_object_get(gateway, "warnings"), i, warning) {
		cleanup_free char *line = xasprintf(
			"warning: %s", json_is_string(warning) ? json_string_value(warning) : "");

		text_make_printable(line);
		fprintf(out, "%s\n", line);
	}
}

/* What several VRFs suffer from, in a line each. */
static void causes_print(FILE *out, const json_t *document)
{
	const json_t *gateway = json_object_get(document, "gateway");
	size_t i;
	json_t *cause;

	json_array_foreach (json_object_get(gateway, "causes"), i, cause) {
		const char *summary = json_string_value(json_object_get(cause, "summary"));
		cleanup_free char *line = xstrdup(summary ? summary : "");

		text_make_printable(line);
		fprintf(out, "%s\n", line);
	}
}

static void gateway_print(FILE *out, const json_t *document)
{
	const char *name, *state, *zabbix, *error = "", *version = "";
	cleanup_free char *line = NULL;
	int uptime_s;

	if (json_unpack((json_t *)document, "{s:{s:s, s:s, s:i, s:{s:s, s?s, s?s}}}", "gateway",
		    "name", &name, "state", &state, "uptime_s", &uptime_s, "zabbix", "state",
		    &zabbix, "error", &error, "version", &version) < 0)
		return;
	line = xasprintf("gateway %s: %s, up %d s; zabbix %s%s%s%s%s", name, state, uptime_s,
		version, *version ? " " : "", zabbix, *error ? ": " : "", error);
	text_make_printable(line);
	fprintf(out, "%s\n", line);
	warnings_print(out, document);
	causes_print(out, document);
}

/* Whole: the table cuts them. */
static void reasons_print(FILE *out, const json_t *document)
{
	size_t i;
	json_t *vrf;

	json_array_foreach (json_object_get(document, "vrfs"), i, vrf) {
		const char *name = json_string_value(json_object_get(vrf, "name"));
		const char *reason = json_string_value(json_object_get(vrf, "reason"));
		cleanup_free char *line =
			xasprintf("%s: %s", name ? name : "", reason ? reason : "");

		text_make_printable(line);
		if (reason && *reason)
			fprintf(out, "%s\n", line);
	}
}

/* Before anything is asked: a wrong word is one whether a supervisor runs or not. */
static int columns_judge(const struct cli_call *call)
{
	struct error err = ERROR_INIT;

	if (!call->columns)
		return CLI_GO_ON;
	if (strcmp(call->columns, "help") == 0) {
		status_table_help(stdout);
		return CLI_EXIT_DONE;
	}
	return status_table_judge(call->columns, &err) < 0 ? cli_usage(call, "%s", err.text)
							   : CLI_GO_ON;
}

/* One named, for people: in full. */
static bool is_of_one(const struct cli_call *call)
{
	return call->n_operands == 1 && !call->json && !call->columns;
}

/* On a terminal that has no room for all, those that are well are a number. */
static bool shows_bad(const struct cli_call *call, const json_t *document)
{
	unsigned rows = screen_rows(STDOUT_FILENO);

	if (call->bad)
		return true;
	return rows && !call->json && !call->columns && call->n_operands == 0 &&
		json_array_size(json_object_get(document, "vrfs")) + TERMINAL_ROWS_BESIDE > rows;
}

static void well_print(FILE *out, const struct cli_call *call, size_t well)
{
	if (well && !call->columns)
		fprintf(out, "%zu %s healthy or disabled%s\n", well,
			well == 1 ? "VRF is" : "VRFs are",
			call->bad ? "" : ": 'vrfgate status | less' lists all");
}

static void document_print(FILE *out, json_t *document, const struct cli_call *call)
{
	size_t well = shows_bad(call, document) ? well_remove(document) : 0;
	bool any = json_array_size(json_object_get(document, "vrfs")) > 0;

	if (call->json) {
		json_print(document, out);
		return;
	}
	if (is_of_one(call) && any)
		status_vrf_print(out, document);
	if (!call->columns)
		gateway_print(out, document);
	if (!is_of_one(call) && (any || !well))
		status_table_print(out, document, call->columns, screen_colours(call->colour) > 0);
	well_print(out, call, well);
	if (!call->columns && call->n_operands > 1)
		reasons_print(out, document);
}

/* Over the last one, in one go. */
static void document_draw(json_t *document, const struct cli_call *call)
{
	cleanup_free char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		abort();
	document_print(out, document, call);
	fclose(out);
	screen_draw(stdout, text, screen_rows(STDOUT_FILENO));
}

static json_t *request_create(const struct cli_call *call)
{
	json_t *names = json_array();

	for (char **name = call->operands; *name; name++)
		json_array_append_new(names, json_string(*name));
	return json_pack("{s:s, s:o, s:b}", "command", "status", "vrfs", names, "brief",
		!call->json && !is_of_one(call));
}

static int status_once(const struct cli_call *call)
{
	cleanup_json json_t *document = NULL;
	enum status_exit state;
	int r = cli_ask(call->config, request_create(call), CONTROL_IMPATIENCE_MS, &document);

	/* 1 would say "degraded": what cannot be known is 3, as Nagios has it too. */
	if (r == CLI_EXIT_FAILED)
		return CLI_EXIT_NO_SUPERVISOR;
	if (r != CLI_EXIT_DONE)
		return r;
	if (!json_is_array(json_object_get(document, "vrfs"))) {
		fputs("vrfgate: the supervisor gave no status\n", stderr);
		return CLI_EXIT_NO_SUPERVISOR;
	}
	state = document_judge(document);
	if (call->watch && isatty(STDOUT_FILENO))
		document_draw(document, call);
	else
		document_print(stdout, document, call);
	fflush(stdout);
	return (int)state;
}

/* 0: once. */
static unsigned watch_seconds(const struct cli_call *call)
{
	return call->watch ? (unsigned)strtoul(call->watch, NULL, 10) : 0;
}

static int watch_judge(const struct cli_call *call)
{
	char *end;
	unsigned long value;

	if (!call->watch)
		return CLI_GO_ON;
	value = strtoul(call->watch, &end, 10);
	if (*call->watch && !*end && value >= 1 && value <= 86400)
		return CLI_GO_ON;
	return cli_usage(call, "-w %s: expected seconds, 1 to 86400", call->watch);
}

static int status_judge(const struct cli_call *call)
{
	int r = watch_judge(call);

	return r == CLI_GO_ON ? columns_judge(call) : r;
}

static int status_act(struct cli_call *call)
{
	int r = status_once(call);

	while (call->watch && r <= STATUS_DOWN) {
		sleep(watch_seconds(call));
		r = status_once(call);
	}
	return r;
}

static const struct cli_option options[] = {
	CLI_CONFIG,
	CLI_FLAG('j', "json", json, "print the whole document as JSON"),
	CLI_VALUE('w', "watch", "SECONDS", "2", watch, "again and again (default every 2 seconds)"),
	CLI_VALUE('o', "output", "COLUMNS", NULL, columns,
		"these columns, such as vrf,state,reason; 'help' lists them"),
	CLI_FLAG(0, "bad", bad, "only the VRFs that are neither healthy nor disabled"),
	CLI_COLOUR,
	{ 0 },
};

const struct cli_command cli_status = {
	.name = "status",
	.summary = "show how the gateway and its VRFs are",
	.operands = "[VRF...]",
	.options = options,
	.most = CLI_MANY,
	.judge = status_judge,
	.load = CONFIG_LOAD_TO_ASK,
	.act = status_act,
};
