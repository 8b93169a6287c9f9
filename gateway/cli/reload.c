// SPDX-License-Identifier: GPL-2.0-or-later
/* vrfgate reload: the supervisor reads its config again and changes what differs. */
#include <stdio.h>

#include "base/json.h"
#include "cli/ask.h"
#include "cli/options.h"
#include "config/cleanup.h"
#include "control/client.h"

int cli_reload(int argc, char **argv)
{
	cleanup_config struct config *config = NULL;
	cleanup_json json_t *answer = NULL;
	struct cli_options options;
	const json_t *faults;
	json_t *fault;
	size_t i;
	int r = cli_parse(argc, argv, "c:h", &options);

	if (r == CLI_PARSED)
		r = cli_no_operands(argc, argv);
	if (r != CLI_PARSED)
		return r;
	/* Judged here first: a faulty file is told with its faults, whether a supervisor runs or
	 * not. */
	r = cli_load_config(options.config_path, &config);
	if (r != CLI_EXIT_DONE)
		return r;
	r = cli_ask(config, json_pack("{s:s}", "command", "reload"), CONTROL_PATIENCE_MS, &answer);
	faults = json_object_get(answer, "faults");
	json_array_foreach (faults, i, fault)
		fprintf(stderr, "%s\n", json_string_value(fault));
	return json_array_size(faults) ? CLI_EXIT_CONFIG : r;
}
