// SPDX-License-Identifier: GPL-2.0-or-later
/* What every command's options have in common. */
#include "cli/options.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "config/load.h"

static const struct cli_command *command_find(const char *name)
{
	const struct cli_command *command = cli_commands;

	while (command->name && strcmp(command->name, name) != 0)
		command++;
	return command;
}

int cli_usage(const char *command, const char *format, ...)
{
	const struct cli_command *known = command_find(command);
	va_list args;

	fprintf(stderr, "vrfgate %s: ", command);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, "\nusage: vrfgate %s %s\n", command, known->name ? known->arguments : "");
	return CLI_EXIT_USAGE;
}

int cli_help(const char *command)
{
	const struct cli_command *known = command_find(command);

	if (known->name)
		printf("usage: vrfgate %s %s\n%s\n\n%s", command, known->arguments, known->summary,
			known->options);
	return CLI_EXIT_DONE;
}

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

int cli_parse(int argc, char **argv, const char *letters, struct cli_options *options)
{
	static const struct option long_options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "json", no_argument, NULL, 'j' },
		{ "now", no_argument, NULL, CLI_OPTION_NOW },
		{ "remove", no_argument, NULL, CLI_OPTION_REMOVE },
		{ "verbose", no_argument, NULL, 'v' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	char short_options[32];
	int option;

	*options = (struct cli_options){ .config_path = CONFIG_DEFAULT_PATH };
	snprintf(short_options, sizeof(short_options), ":%s", letters);
	/* 0, not 1: getopt then also forgets a word that it left half read. */
	optind = 0;
	while ((option = getopt_long(argc, argv, short_options, long_options, NULL)) != -1) {
		/* A long option that this command lacks is as unknown as a letter. */
		if (!strchr(letters, option) || option == ':' || option == '?')
			return cli_bad_option(argv, option);
		if (option == 'c')
			options->config_path = optarg;
		else if (option == 'j')
			options->json = true;
		else if (option == 'v')
			options->verbose = true;
		else if (option == CLI_OPTION_NOW)
			options->now = true;
		else if (option == CLI_OPTION_REMOVE)
			options->remove = true;
		else if (option == 'h')
			return cli_help(argv[0]);
	}
	return CLI_PARSED;
}

int cli_bad_option(char **argv, int option)
{
	const char *word = argv[optind - 1];

	if (option == ':')
		return cli_usage(argv[0], "option '%s' needs a value", word);
	/* Of letters in one word optind points behind it only after the last: "-xj". */
	if (option == '?' && optopt && !(strncmp(word, "--", 2) == 0 && strchr(word, '=')))
		return cli_usage(argv[0], "unknown option '-%c'", optopt);
	return cli_usage(argv[0], "unknown option '%s'", word);
}

int cli_need_root(const char *command)
{
	if (geteuid() == 0)
		return CLI_PARSED;
	fprintf(stderr, "vrfgate %s: only root can do that\n", command);
	return CLI_EXIT_FAILED;
}

int cli_no_operands(int argc, char **argv)
{
	return optind < argc ? cli_usage(argv[0], "unexpected '%s'", argv[optind]) : CLI_PARSED;
}
