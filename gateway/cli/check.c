// SPDX-License-Identifier: GPL-2.0-or-later
/* vrfgate check: validate the config; touches nothing. */
#include <errno.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "cli/options.h"
#include "config/cleanup.h"
#include "supervisor/ids.h"

/* What a reload would refuse as the numbers are now; who may not read them has nothing to compare. */
static int numbers_check(const char *path, const struct config *config)
{
	cleanup_free uint32_t *ids = NULL;
	struct error err = ERROR_INIT;
	int r = ids_assign(config, false, &ids, &err);

	if (r == 0 || r == -EACCES)
		return CLI_EXIT_DONE;
	fprintf(stderr, "%s: %s\n", path, err.text);
	return CLI_EXIT_CONFIG;
}

int cli_check(int argc, char **argv)
{
	cleanup_config struct config *config = NULL;
	struct cli_options options;
	int r = cli_parse(argc, argv, "c:h", &options);

	if (r == CLI_PARSED)
		r = cli_no_operands(argc, argv);
	if (r != CLI_PARSED)
		return r;
	r = cli_load_config_to_check(options.config_path, &config);
	if (r == CLI_EXIT_DONE)
		r = numbers_check(options.config_path, config);
	if (r == CLI_EXIT_DONE)
		printf("%s: no faults, %zu %s\n", options.config_path, config->n_vrfs,
			config->n_vrfs == 1 ? "VRF" : "VRFs");
	return r;
}
