// SPDX-License-Identifier: GPL-2.0-or-later
/* vrfgate metrics: the status as OpenMetrics text. */
#include <stdio.h>

#include "base/json.h"
#include "cli/ask.h"
#include "cli/metrics_text.h"
#include "cli/options.h"
#include "config/cleanup.h"
#include "control/client.h"

int cli_metrics(int argc, char **argv)
{
	cleanup_config struct config *config = NULL;
	cleanup_json json_t *document = NULL;
	struct cli_options options;
	int r = cli_parse(argc, argv, "c:h", &options);

	if (r == CLI_PARSED)
		r = cli_no_operands(argc, argv);
	if (r != CLI_PARSED)
		return r;
	r = cli_load_config_to_ask(options.config_path, &config);
	if (r == CLI_EXIT_DONE)
		r = cli_ask(config, json_pack("{s:s}", "command", "status"), CONTROL_IMPATIENCE_MS,
			&document);
	if (r == CLI_EXIT_DONE)
		metrics_text_print(document, stdout);
	return r;
}
