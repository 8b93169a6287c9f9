// SPDX-License-Identifier: GPL-2.0-or-later
/* Loading the config of a command. */
#include "cli/load.h"

#include <stdio.h>

#include "cli/command.h"
#include "config/load.h"

static void print_lines(const struct strings *lines)
{
	for (size_t i = 0; i < lines->count; i++)
		fprintf(stderr, "%s\n", lines->items[i]);
}

int cli_load_config(const char *path, unsigned flags, struct config **config)
{
	struct config_report report = { 0 };
	int r = config_load(path, flags, config, &report);

	if (*config && report.faults.count)
		fprintf(stderr,
			"vrfgate: %s has %zu fault%s (see vrfgate check); going by the rest\n",
			path, report.faults.count, report.faults.count == 1 ? "" : "s");
	else
		print_lines(&report.faults);
	if (r == 0 && (flags & CONFIG_LOAD_FILES))
		print_lines(&report.notes);
	config_report_finish(&report);
	return *config ? CLI_EXIT_DONE : CLI_EXIT_CONFIG;
}
