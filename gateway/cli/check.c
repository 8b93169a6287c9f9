// SPDX-License-Identifier: GPL-2.0-or-later
/* vrfgate check: read and judge the config; touches nothing. */
#include <stdio.h>

#include "cli/options.h"
#include "config/cleanup.h"

int cli_check(int argc, char **argv)
{
	cleanup_config struct config *config = NULL;
	struct cli_options options;
	int r = cli_parse(argc, argv, "c:h", &options);

	if (r == CLI_PARSED)
		r = cli_no_operands(argc, argv);
	if (r != CLI_PARSED)
		return r;
	r = cli_load_config_with_notes(options.config_path, &config);
	if (r == CLI_EXIT_DONE)
		printf("%s: no faults, %zu %s\n", options.config_path, config->n_vrfs,
			config->n_vrfs == 1 ? "VRF" : "VRFs");
	return r;
}
