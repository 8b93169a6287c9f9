// SPDX-License-Identifier: GPL-2.0-or-later
/* vrfgate events: state changes as they happen. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/strings.h"
#include "cli/ask.h"
#include "cli/command.h"
#include "config/load.h"
#include "control/client.h"

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static void line_print(const json_t *event, const json_t *vrf, const char *name)
{
	const char *before = text_of(vrf, "before"), *reason = text_of(vrf, "reason");

	cleanup_free char *line = xasprintf("%s %s: %s%s%s%s%s", text_of(event, "time"), name,
		before, *before ? " -> " : "", text_of(vrf, "state"), *reason ? ": " : "", reason);

	text_make_printable(line);
	puts(line);
}

static void change_print(const json_t *event)
{
	cleanup_free char *line =
		xasprintf("%s Zabbix: %s", text_of(event, "time"), text_of(event, "change"));

	text_make_printable(line);
	puts(line);
}

static void event_print(const json_t *event)
{
	const json_t *zabbix = json_object_get(event, "zabbix");
	size_t i;
	json_t *vrf;

	if (strcmp(text_of(event, "event"), "zabbix") == 0)
		change_print(event);
	if (strcmp(text_of(event, "event"), "state") == 0)
		line_print(event, event, text_of(event, "vrf"));
	if (strcmp(text_of(event, "event"), "api") == 0)
		line_print(event, event, "Zabbix API");
	if (zabbix && strcmp(text_of(zabbix, "state"), "off") != 0)
		line_print(event, zabbix, "Zabbix API");
	json_array_foreach (json_object_get(event, "vrfs"), i, vrf)
		line_print(event, vrf, text_of(vrf, "name"));
}

static int on_event(const json_t *event, void *data)
{
	const bool *json = data;
	const char *refusal = json_string_value(json_object_get(event, "error"));

	if (refusal) {
		fprintf(stderr, "vrfgate: %s\n", refusal);
		return CLI_EXIT_FAILED;
	}
	if (*json) {
		json_dumpf(event, stdout, JSON_COMPACT);
		putchar('\n');
	} else {
		event_print(event);
	}
	/* Nobody reads any more. */
	return fflush(stdout) == 0 ? 0 : CLI_EXIT_FAILED;
}

static int events_act(struct cli_call *call)
{
	const struct config *config = call->config;
	struct error err = ERROR_INIT;
	int r = control_client_listen(config->gateway.run_dir,
		json_pack("{s:s}", "command", "events"), on_event, &call->json, &err);

	if (r > 0)
		return r;
	fprintf(stderr, "vrfgate: %s\n", r < 0 ? err.text : "the supervisor has gone");
	if (r == -ENOENT)
		cli_tell_elsewhere(config);
	return r == 0 || r == -ENOENT ? CLI_EXIT_NO_SUPERVISOR : CLI_EXIT_FAILED;
}

static const struct cli_option options[] = {
	CLI_CONFIG,
	CLI_FLAG('j', "json", json, "print each as JSON, a line each"),
	{ 0 },
};

const struct cli_command cli_events = {
	.name = "events",
	.summary = "print state changes as they happen",
	.options = options,
	.load = CONFIG_LOAD_TO_ASK,
	.act = events_act,
};
