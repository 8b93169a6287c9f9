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
#include "cli/options.h"
#include "cli/screen.h"
#include "cli/status_table.h"
#include "config/cleanup.h"
#include "control/client.h"

enum status_exit {
	STATUS_HEALTHY = 0,
	STATUS_DEGRADED = 1,
	STATUS_DOWN = 2,
};

struct status_options {
	const char *config_path, *columns, *colour;
	bool json;
	unsigned watch_s; /* 0: once */
	char **vrfs;
	int n_vrfs;
};

static int watch_parse(struct status_options *options, const char *text)
{
	char *end;
	unsigned long value = text ? strtoul(text, &end, 10) : 2;

	if (text && (*end || value < 1 || value > 86400))
		return cli_usage("status", "-w %s: expected seconds, 1 to 86400", text);
	options->watch_s = (unsigned)value;
	return CLI_PARSED;
}

static int status_parse(int argc, char **argv, struct status_options *options)
{
	static const struct option long_options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "json", no_argument, NULL, 'j' },
		{ "output", required_argument, NULL, 'o' },
		{ "watch", optional_argument, NULL, 'w' },
		{ "color", optional_argument, NULL, 'C' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int option, r = CLI_PARSED;

	optind = 1;
	while (r == CLI_PARSED &&
		(option = getopt_long(argc, argv, ":c:jo:w::h", long_options, NULL)) != -1) {
		switch (option) {
		case 'c':
			options->config_path = optarg;
			break;
		case 'j':
			options->json = true;
			break;
		case 'o':
			options->columns = optarg;
			break;
		case 'w':
			/* getopt takes "-w5" only; people write "-w 5" too. */
			if (!optarg && optind < argc && strspn(argv[optind], "0123456789") > 0 &&
				!argv[optind][strspn(argv[optind], "0123456789")])
				optarg = argv[optind++];
			r = watch_parse(options, optarg);
			break;
		case 'C':
			options->colour = optarg ? optarg : "always";
			break;
		case 'h':
			return cli_help(argv[0]);
		default:
			return cli_bad_option(argv, option);
		}
	}
	options->vrfs = argv + optind;
	options->n_vrfs = argc - optind;
	return r;
}

/* --color=always|never|auto; auto asks NO_COLOR (no-color.org) and the terminal. */
static int colour_decide(const char *word, bool *colour)
{
	const char *no_color = getenv("NO_COLOR");

	if (strcmp(word, "always") == 0)
		*colour = true;
	else if (strcmp(word, "never") == 0)
		*colour = false;
	else if (strcmp(word, "auto") == 0)
		*colour = isatty(STDOUT_FILENO) && !(no_color && *no_color);
	else
		return cli_usage("status", "--color=%s: expected auto, always or never", word);
	return CLI_PARSED;
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
static int columns_judge(const char *columns)
{
	char *unknown = NULL, *known;

	if (!columns || status_table_judge(columns, &unknown) == 0)
		return CLI_PARSED;
	known = status_table_columns();
	cli_usage("status", "no column '%s'; there are %s", unknown, known);
	free(known);
	free(unknown);
	return CLI_EXIT_USAGE;
}

static void document_print(
	FILE *out, const json_t *document, const struct status_options *options, bool colour)
{
	if (options->json) {
		json_dumpf(document, out, JSON_INDENT(2));
		fputc('\n', out);
		return;
	}
	if (!options->columns)
		gateway_print(out, document);
	status_table_print(out, document, options->columns, colour);
	if (!options->columns && options->n_vrfs > 0)
		reasons_print(out, document);
}

/* Over the last one, in one go. */
static void document_draw(const json_t *document, const struct status_options *options, bool colour)
{
	cleanup_free char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		abort();
	document_print(out, document, options, colour);
	fclose(out);
	screen_draw(stdout, text, screen_rows(STDOUT_FILENO));
}

static json_t *request_create(const struct status_options *options)
{
	json_t *names = json_array();

	for (int i = 0; i < options->n_vrfs; i++)
		json_array_append_new(names, json_string(options->vrfs[i]));
	return json_pack(
		"{s:s, s:o, s:b}", "command", "status", "vrfs", names, "brief", !options->json);
}

static int status_once(
	const struct config *config, const struct status_options *options, bool colour)
{
	cleanup_json json_t *document = NULL;
	int r = cli_ask(config, request_create(options), CONTROL_IMPATIENCE_MS, &document);

	/* 1 would say "degraded": what cannot be known is 3, as Nagios has it too. */
	if (r == CLI_EXIT_FAILED)
		return CLI_EXIT_NO_SUPERVISOR;
	if (r != CLI_EXIT_DONE)
		return r;
	if (!json_is_array(json_object_get(document, "vrfs"))) {
		fputs("vrfgate: the supervisor gave no status\n", stderr);
		return CLI_EXIT_NO_SUPERVISOR;
	}
	if (options->watch_s && isatty(STDOUT_FILENO))
		document_draw(document, options, colour);
	else
		document_print(stdout, document, options, colour);
	fflush(stdout);
	return (int)document_judge(document);
}

int cli_status(int argc, char **argv)
{
	cleanup_config struct config *config = NULL;
	struct status_options options = { .config_path = CONFIG_DEFAULT_PATH, .colour = "auto" };
	bool colour = false;
	int r = status_parse(argc, argv, &options);

	if (r == CLI_PARSED)
		r = colour_decide(options.colour, &colour);
	if (r == CLI_PARSED)
		r = columns_judge(options.columns);
	if (r != CLI_PARSED)
		return r;
	r = cli_load_config_to_ask(options.config_path, &config);
	if (r != CLI_EXIT_DONE)
		return r;
	r = status_once(config, &options, colour);
	while (options.watch_s && r <= STATUS_DOWN) {
		sleep(options.watch_s);
		r = status_once(config, &options, colour);
	}
	return r;
}
