// SPDX-License-Identifier: GPL-2.0-or-later
/* vrfgate diag: where the way from a customer's device to the Zabbix server is broken. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "cli/ask.h"
#include "cli/command.h"
#include "cli/diag_walk.h"
#include "cli/left.h"
#include "cli/load.h"
#include "control/client.h"
#include "vrf/ids.h"

/* NULL without a supervisor, or where it does not know the VRF: then the walk says so. */
static json_t *status_ask(const struct config *config, const char *vrf)
{
	json_t *status = NULL;
	int r = control_client_ask(config->gateway.run_dir,
		json_pack("{s:s, s:[s]}", "command", "status", "vrfs", vrf), CONTROL_IMPATIENCE_MS,
		&status, NULL);

	if (r == -ENOENT)
		cli_tell_elsewhere(config);
	if (r < 0)
		return NULL;
	if (json_object_get(status, "error")) {
		json_decref(status);
		(void)control_client_ask(config->gateway.run_dir,
			json_pack("{s:s}", "command", "status"), CONTROL_IMPATIENCE_MS, &status,
			NULL);
		json_object_set_new(status, "vrfs", json_array());
	}
	return status;
}

static uint32_t uplink_id_of(
	const struct config *config, const struct config_vrf *vrf, const struct cli_left *left)
{
	uint32_t *ids = NULL, id = 0;

	if (vrf == &left->vrf)
		return left->id;
	if (ids_assign(config, false, &ids, NULL) == 0)
		id = ids[vrf - config->vrfs];
	free(ids);
	return id;
}

static bool any_failed(const json_t *steps)
{
	size_t i;
	json_t *step;

	json_array_foreach (steps, i, step)
		if (strcmp(json_string_value(json_object_get(step, "verdict")), "fail") == 0)
			return true;
	return false;
}

static void steps_print(const json_t *steps)
{
	size_t i;
	json_t *step;

	json_array_foreach (steps, i, step) {
		const char *hint = json_string_value(json_object_get(step, "hint"));

		printf("%-4s  %-10s  %s%s%s%s\n",
			json_string_value(json_object_get(step, "verdict")),
			json_string_value(json_object_get(step, "step")),
			json_string_value(json_object_get(step, "detail")), *hint ? " (" : "", hint,
			*hint ? ")" : "");
	}
}

static void document_print(const char *vrf, json_t *steps)
{
	cleanup_json json_t *document = json_pack("{s:i, s:s, s:b, s:O}", "schema", 1, "vrf", vrf,
		"ok", !any_failed(steps), "steps", steps);

	json_print(document, stdout);
}

static int diag_act(struct cli_call *call)
{
	const struct config *config = call->config;
	cleanup_json json_t *status = NULL, *steps = NULL;
	cleanup(cli_left_finish) struct cli_left left = { 0 };
	const struct config_vrf *vrf = cli_find_vrf(config, call->operands[0], &left);

	if (!vrf)
		return CLI_EXIT_NO_SUCH_VRF;
	status = status_ask(config, vrf->name);
	steps = diag_walk(&(struct diag){ config, vrf, uplink_id_of(config, vrf, &left), status });
	if (call->json)
		document_print(vrf->name, steps);
	else
		steps_print(steps);
	return any_failed(steps) ? CLI_EXIT_FAILED : CLI_EXIT_DONE;
}

static const struct cli_option options[] = {
	CLI_CONFIG,
	CLI_FLAG('j', "json", json, "print the steps as JSON"),
	{ 0 },
};

const struct cli_command cli_diag = {
	.name = "diag",
	.summary = "check each step from a VRF's devices to the Zabbix server",
	.operands = "VRF",
	.options = options,
	.least = 1,
	.most = 1,
	.needs_root = true,
	.load = cli_load_config_to_look,
	.act = diag_act,
};
