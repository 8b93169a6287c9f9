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

/* What has become of loading it: 0, or an error with faults. */
static int report_tell(int r, struct config_report *report, bool notes)
{
	print_lines(&report->faults);
	if (notes && r == 0)
		print_lines(&report->notes);
	config_report_finish(report);
	return r < 0 ? CLI_EXIT_CONFIG : CLI_EXIT_DONE;
}

/* One line for the faults of a config that is there in spite of them. */
static int faulty_judge(const char *path, const struct config *config, struct config_report *report)
{
	if (!config)
		print_lines(&report->faults);
	else if (report->faults.count)
		fprintf(stderr,
			"vrfgate: %s has %zu fault%s (see vrfgate check); going by the rest\n",
			path, report->faults.count, report->faults.count == 1 ? "" : "s");
	config_report_finish(report);
	return config ? CLI_EXIT_DONE : CLI_EXIT_CONFIG;
}

int cli_load_config_to_look(const char *path, struct config **config)
{
	struct config_report report = { 0 };

	(void)config_load_what_can_be_read(path, config, &report);
	return faulty_judge(path, *config, &report);
}

int cli_load_config_to_ask(const char *path, struct config **config)
{
	struct config_report report = { 0 };

	(void)config_load_general(path, config, &report);
	return faulty_judge(path, *config, &report);
}

int cli_load_config(const char *path, struct config **config)
{
	struct config_report report = { 0 };

	return report_tell(config_load(path, config, &report), &report, false);
}

int cli_load_config_in_use(const char *path, struct config **config)
{
	struct config_report report = { 0 };

	return report_tell(config_load_in_use(path, config, &report), &report, false);
}

int cli_load_config_to_check(const char *path, struct config **config)
{
	struct config_report report = { 0 };

	return report_tell(config_load_to_check(path, config, &report), &report, true);
}

int cli_load_config_to_start(const char *path, struct config **config)
{
	struct config_report report = { 0 };

	return report_tell(config_load_to_start(path, config, &report), &report, true);
}
