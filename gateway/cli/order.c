// SPDX-License-Identifier: GPL-2.0-or-later
/* vrfgate start, stop, restart: an order to the supervisor, and what has become of it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/strings.h"
#include "cli/ask.h"
#include "cli/options.h"
#include "config/cleanup.h"
#include "control/client.h"

#define LOOK_AGAIN_US  100000
#define LOOKS_PER_LINE 50

struct order_options {
	const char *config_path;
	bool wait;
	bool now; /* stop: kill */
	char **vrfs;
	int n_vrfs;
};

/* Where an order ends: the states in which it was carried out, and those in which it came to nothing. */
struct order_end {
	const char *done[3], *failed[3];
};

static const struct order_end end_of_start = { { "healthy", "degraded" }, { "failed", "backoff" } };
static const struct order_end end_of_stop = { { "disabled" }, { NULL } };

static int order_parse(int argc, char **argv, struct order_options *options)
{
	static const struct option long_options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "no-wait", no_argument, NULL, 'n' },
		{ "now", no_argument, NULL, CLI_OPTION_NOW },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int option;

	*options = (struct order_options){ .config_path = CONFIG_DEFAULT_PATH, .wait = true };
	optind = 1;
	while ((option = getopt_long(argc, argv, ":c:nh", long_options, NULL)) != -1) {
		switch (option) {
		case 'c':
			options->config_path = optarg;
			break;
		case 'n':
			options->wait = false;
			break;
		case CLI_OPTION_NOW:
			if (strcmp(argv[0], "stop") != 0)
				return cli_bad_option(argv, option);
			options->now = true;
			break;
		case 'h':
			return cli_help(argv[0]);
		default:
			return cli_bad_option(argv, option);
		}
	}
	options->vrfs = argv + optind;
	options->n_vrfs = argc - optind;
	return options->n_vrfs ? CLI_PARSED : cli_usage(argv[0], "expected one VRF or more");
}

static json_t *request_create(const char *command, const struct order_options *options)
{
	json_t *names = json_array();

	for (int i = 0; i < options->n_vrfs; i++)
		json_array_append_new(names, json_string(options->vrfs[i]));
	return json_pack("{s:s, s:o, s:b}", "command", command, "vrfs", names, "now", options->now);
}

static bool is_one_of(const char *state, const char *const states[3])
{
	for (size_t i = 0; states[i]; i++)
		if (strcmp(states[i], state) == 0)
			return true;
	return false;
}

/* It may hold what a proxy said, and goes to a terminal; takes the line over. */
static void line_tell(char *line)
{
	text_make_printable(line);
	fprintf(stderr, "%s\n", line);
	free(line);
}

/* It is restarted when its proxy has sent what it holds. */
static bool restart_is_due(const json_t *vrf)
{
	return json_is_true(json_object_get(json_object_get(vrf, "proxy"), "restart_due"));
}

/* CLI_PARSED while a VRF is still on its way; complains of those that came to nothing in the end. */
static int document_judge(const json_t *document, const struct order_end *end, bool complain)
{
	int r = CLI_EXIT_DONE;
	size_t i;
	json_t *vrf;

	json_array_foreach (json_object_get(document, "vrfs"), i, vrf) {
		const char *state = json_string_value(json_object_get(vrf, "state"));
		const char *reason = json_string_value(json_object_get(vrf, "reason"));

		if (restart_is_due(vrf))
			return CLI_PARSED;
		if (!state || (!is_one_of(state, end->done) && !is_one_of(state, end->failed)))
			return CLI_PARSED;
		if (is_one_of(state, end->done))
			continue;
		r = CLI_EXIT_FAILED;
		if (complain)
			line_tell(xasprintf("vrfgate: vrf '%s': %s%s%s",
				json_string_value(json_object_get(vrf, "name")), state,
				reason && *reason ? ": " : "", reason ? reason : ""));
	}
	return r;
}

/* On a terminal, every few seconds: who is waited for, and why. */
static void progress_tell(const json_t *document, unsigned looks)
{
	size_t i;
	json_t *vrf;

	if (looks == 0 || looks % LOOKS_PER_LINE != 0 || !isatty(STDERR_FILENO))
		return;
	json_array_foreach (json_object_get(document, "vrfs"), i, vrf)
		if (restart_is_due(vrf) ||
			strcmp(json_string_value(json_object_get(vrf, "state")), "stopping") == 0)
			line_tell(xasprintf("waiting for %s: %s",
				json_string_value(json_object_get(vrf, "name")),
				json_string_value(json_object_get(vrf, "reason"))));
}

/* Every state but the final ones has a limit in time of the supervisor's. */
static int end_await(const struct config *config, const struct order_options *options,
	const struct order_end *end)
{
	for (unsigned looks = 0;; looks++) {
		cleanup_json json_t *document = NULL;
		int r = cli_ask(
			config, request_create("status", options), CONTROL_PATIENCE_MS, &document);

		if (r != CLI_EXIT_DONE)
			return r;
		if (document_judge(document, end, false) != CLI_PARSED)
			return document_judge(document, end, true);
		progress_tell(document, looks);
		usleep(LOOK_AGAIN_US);
	}
}

static int order_give(int argc, char **argv, const struct order_end *end)
{
	cleanup_config struct config *config = NULL;
	cleanup_json json_t *answer = NULL;
	struct order_options options;
	int r = order_parse(argc, argv, &options);

	if (r == CLI_PARSED)
		r = cli_need_root(argv[0]);
	if (r != CLI_PARSED)
		return r;
	r = cli_load_config_to_ask(options.config_path, &config);
	if (r == CLI_EXIT_DONE)
		r = cli_ask(
			config, request_create(argv[0], &options), CONTROL_PATIENCE_MS, &answer);
	if (r == CLI_EXIT_DONE && options.wait)
		r = end_await(config, &options, end);
	return r;
}

int cli_start(int argc, char **argv)
{
	return order_give(argc, argv, &end_of_start);
}

int cli_stop(int argc, char **argv)
{
	return order_give(argc, argv, &end_of_stop);
}

int cli_restart(int argc, char **argv)
{
	return order_give(argc, argv, &end_of_start);
}
