// SPDX-License-Identifier: GPL-2.0-or-later
/* vrfgate start, stop, restart, release: an order to the supervisor, and what has become of it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/strings.h"
#include "cli/ask.h"
#include "cli/command.h"
#include "config/load.h"
#include "control/client.h"

#define LOOK_AGAIN_US     100000
#define LOOKS_PER_LINE    50
/* Half a minute. */
#define LOOKS_AWAITED_MAX 300

/* Where an order ends: the states in which it was carried out, and those in which it came to nothing. */
struct order_end {
	const char *done[3], *failed[4];
};

/* One that is started and rests all the same is on another gateway. */
static const struct order_end end_of_start = { { "healthy", "degraded" },
	{ "failed", "backoff", "disabled" } };
static const struct order_end end_of_stop = { { "disabled" }, { NULL } };

static json_t *request_create(const char *command, const struct cli_call *call)
{
	json_t *names = json_array();

	for (char **name = call->operands; *name; name++)
		json_array_append_new(names, json_string(*name));
	return json_pack("{s:s, s:o, s:b}", "command", command, "vrfs", names, "now", call->now);
}

static bool is_one_of(const char *state, const char *const *states)
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

/* It is restarted when its proxy has sent what it holds, or released when Zabbix knows. */
static bool more_is_due(const json_t *vrf)
{
	const char *handover = json_string_value(json_object_get(vrf, "handover"));

	return json_is_true(json_object_get(json_object_get(vrf, "proxy"), "restart_due")) ||
		(handover && strcmp(handover, "releasing") == 0);
}

/* CLI_GO_ON while a VRF is still on its way; complains of those that came to nothing in the end. */
static int document_judge(const json_t *document, const struct order_end *end, bool complain)
{
	int r = CLI_EXIT_DONE;
	size_t i;
	json_t *vrf;

	json_array_foreach (json_object_get(document, "vrfs"), i, vrf) {
		const char *state = json_string_value(json_object_get(vrf, "state"));
		const char *reason = json_string_value(json_object_get(vrf, "reason"));

		if (more_is_due(vrf))
			return CLI_GO_ON;
		if (!state || (!is_one_of(state, end->done) && !is_one_of(state, end->failed)))
			return CLI_GO_ON;
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
		if (more_is_due(vrf) ||
			strcmp(json_string_value(json_object_get(vrf, "state")), "stopping") == 0)
			line_tell(xasprintf("waiting for %s: %s",
				json_string_value(json_object_get(vrf, "name")),
				json_string_value(json_object_get(vrf, "reason"))));
}

/* A release that waits for the API of Zabbix and nothing else: the supervisor goes on with it. */
static bool api_is_awaited(const json_t *document)
{
	const json_t *zabbix = json_object_get(json_object_get(document, "gateway"), "zabbix");
	const char *state = json_string_value(json_object_get(zabbix, "state"));
	const json_t *vrf;
	size_t i;

	json_array_foreach (json_object_get(document, "vrfs"), i, vrf)
		if (strcmp(json_string_value(json_object_get(vrf, "state")), "disabled") != 0)
			return false;
	return !state || strcmp(state, "ok") != 0;
}

static int api_complain(const json_t *document)
{
	const json_t *zabbix = json_object_get(json_object_get(document, "gateway"), "zabbix");
	const char *error = json_string_value(json_object_get(zabbix, "error"));

	line_tell(xasprintf(
		"vrfgate: not told to Zabbix yet, which the supervisor does when the API answers: %s",
		error ? error : ""));
	return CLI_EXIT_FAILED;
}

/* Every state but the final ones has a limit in time of the supervisor's, and but the wait for the API. */
static int end_await(const struct cli_call *call, const struct order_end *end)
{
	unsigned awaited = 0;

	for (unsigned looks = 0;; looks++) {
		cleanup_json json_t *document = NULL;
		int r = cli_ask(call->config, request_create("status", call), CONTROL_PATIENCE_MS,
			&document);

		if (r != CLI_EXIT_DONE)
			return r;
		if (document_judge(document, end, false) != CLI_GO_ON)
			return document_judge(document, end, true);
		awaited = api_is_awaited(document) ? awaited + 1 : 0;
		if (awaited >= LOOKS_AWAITED_MAX)
			return api_complain(document);
		progress_tell(document, looks);
		usleep(LOOK_AGAIN_US);
	}
}

static int order_give(const struct cli_call *call, const struct order_end *end)
{
	cleanup_json json_t *answer = NULL;
	int r = cli_ask(call->config, request_create(call->command->name, call),
		CONTROL_PATIENCE_MS, &answer);

	return r == CLI_EXIT_DONE && !call->no_wait ? end_await(call, end) : r;
}

static int start_act(struct cli_call *call)
{
	return order_give(call, &end_of_start);
}

static int stop_act(struct cli_call *call)
{
	return order_give(call, &end_of_stop);
}

static const struct cli_option options[] = { CLI_CONFIG, CLI_NO_WAIT, { 0 } };
static const struct cli_option stop_options[] = { CLI_CONFIG, CLI_NO_WAIT, CLI_NOW, { 0 } };

#define ORDER(name_, summary_, options_, act_)                                           \
	{                                                                                \
		.name = (name_), .summary = (summary_), .operands = "VRF...",            \
		.options = (options_), .least = 1, .most = CLI_MANY, .needs_root = true, \
		.load = CONFIG_LOAD_TO_ASK, .act = (act_)                                \
	}

const struct cli_command cli_start =
	ORDER("start", "start VRFs that are stopped, failed or waiting", options, start_act);
const struct cli_command cli_stop = ORDER(
	"stop", "end the proxies of VRFs, until they are started by hand", stop_options, stop_act);
const struct cli_command cli_restart =
	ORDER("restart", "end the proxies of VRFs and start them anew", options, start_act);
const struct cli_command cli_release =
	ORDER("release", "hand VRFs to the next gateway whose config has them", options, stop_act);
