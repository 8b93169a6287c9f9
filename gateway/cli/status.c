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
#include "cli/load.h"
#include "cli/screen.h"
#include "cli/status_table.h"
#include "control/client.h"

enum status_exit {
	STATUS_HEALTHY = 0,
	STATUS_DEGRADED = 1,
	STATUS_DOWN = 2,
};

/* --color=always|never|auto; auto asks NO_COLOR (no-color.org) and the terminal. */
static int colour_decide(const struct cli_call *call, bool *colour)
{
	const char *word = call->colour ? call->colour : "auto";
	const char *no_color = getenv("NO_COLOR");

	if (strcmp(word, "always") == 0)
		*colour = true;
	else if (strcmp(word, "never") == 0)
		*colour = false;
	else if (strcmp(word, "auto") == 0)
		*colour = isatty(STDOUT_FILENO) && !(no_color && *no_color);
	else
		return cli_usage(call, "--color=%s: expected auto, always or never", word);
	return CLI_GO_ON;
}

static enum status_exit document_judge(const json_t *document)
{
	static const char *const down[] = { "failed", "backoff" };
	static const char *const well[] = { "healthy", "disabled" };
	enum status_exit worst = STATUS_HEALTHY;
	size_t i;
	json_t *vrf;

	json_array_foreach (json_object_get(document, "vrfs"), i, vrf) {
		const char *state = json_string_value(json_object_get(vrf, "state"));

		for (size_t d = 0; state && d < 2; d++)
			if (strcmp(state, down[d]) == 0)
				return STATUS_DOWN;
		if (!state || (strcmp(state, well[0]) != 0 && strcmp(state, well[1]) != 0))
			worst = STATUS_DEGRADED;
	}
	return worst;
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

static void document_print(
	FILE *out, const json_t *document, const struct cli_call *call, bool colour)
{
	if (call->json) {
		json_dumpf(document, out, JSON_INDENT(2));
		fputc('\n', out);
		return;
	}
	if (!call->columns)
		gateway_print(out, document);
	status_table_print(out, document, call->columns, colour);
	if (!call->columns && call->n_operands > 0)
		reasons_print(out, document);
}

/* Over the last one, in one go. */
static void document_draw(const json_t *document, const struct cli_call *call, bool colour)
{
	cleanup_free char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		abort();
	document_print(out, document, call, colour);
	fclose(out);
	screen_draw(stdout, text, screen_rows(STDOUT_FILENO));
}

static json_t *request_create(const struct cli_call *call)
{
	json_t *names = json_array();

	for (char **name = call->operands; *name; name++)
		json_array_append_new(names, json_string(*name));
	return json_pack(
		"{s:s, s:o, s:b}", "command", "status", "vrfs", names, "brief", !call->json);
}

static int status_once(const struct cli_call *call, bool colour)
{
	cleanup_json json_t *document = NULL;
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
	if (call->watch && isatty(STDOUT_FILENO))
		document_draw(document, call, colour);
	else
		document_print(stdout, document, call, colour);
	fflush(stdout);
	return (int)document_judge(document);
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
	bool colour;
	int r = watch_judge(call);

	if (r == CLI_GO_ON)
		r = colour_decide(call, &colour);
	return r == CLI_GO_ON ? columns_judge(call) : r;
}

static int status_act(struct cli_call *call)
{
	bool colour = false;
	int r;

	(void)colour_decide(call, &colour);
	r = status_once(call, colour);
	while (call->watch && r <= STATUS_DOWN) {
		sleep(watch_seconds(call));
		r = status_once(call, colour);
	}
	return r;
}

static const struct cli_option options[] = {
	CLI_CONFIG,
	CLI_FLAG('j', "json", json, "print the whole document as JSON"),
	CLI_VALUE('w', "watch", "SECONDS", "2", watch, "again and again (default every 2 seconds)"),
	CLI_VALUE('o', "output", "COLUMNS", NULL, columns,
		"these columns, such as vrf,state,reason; 'help' lists them"),
	CLI_VALUE(0, "color", "WHEN", "always", colour, "auto, always or never"),
	{ 0 },
};

const struct cli_command cli_status = {
	.name = "status",
	.summary = "show how the gateway and its VRFs are",
	.operands = "[VRF...]",
	.options = options,
	.most = CLI_MANY,
	.judge = status_judge,
	.load = cli_load_config_to_ask,
	.act = status_act,
};
