// SPDX-License-Identifier: GPL-2.0-or-later
/* vrfgate metrics: the status as OpenMetrics text. */
#include <stdio.h>

#include "base/json.h"
#include "cli/ask.h"
#include "cli/command.h"
#include "cli/metrics_text.h"
#include "config/load.h"
#include "control/client.h"

static int metrics_act(struct cli_call *call)
{
	cleanup_json json_t *document = NULL;
	int r = cli_ask(call->config, json_pack("{s:s}", "command", "status"),
		CONTROL_IMPATIENCE_MS, &document);

	if (r == CLI_EXIT_DONE)
		metrics_text_print(document, stdout);
	return r;
}

static const struct cli_option options[] = { CLI_CONFIG, { 0 } };

const struct cli_command cli_metrics = {
	.name = "metrics",
	.summary = "print the status as OpenMetrics text",
	.options = options,
	.load = CONFIG_LOAD_TO_ASK,
	.act = metrics_act,
};
