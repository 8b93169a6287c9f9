// SPDX-License-Identifier: GPL-2.0-or-later
/* vrfgate run: the supervisor, in the foreground. */
#include <errno.h>
#include <malloc.h>
#include <stdio.h>

#include "cli/options.h"
#include "process/privileges.h"
#include "supervisor/run.h"

static int run_parse(int argc, char **argv, struct supervisor_options *options)
{
	static const struct option long_options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "leave-proxies", no_argument, NULL, 'l' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int option;

	optind = 1;
	while ((option = getopt_long(argc, argv, ":c:h", long_options, NULL)) != -1) {
		switch (option) {
		case 'c':
			options->config_path = optarg;
			break;
		case 'l':
			options->leave_proxies = true;
			break;
		case 'h':
			return cli_help(argv[0]);
		default:
			return cli_bad_option(argv, option);
		}
	}
	return cli_no_operands(argc, argv);
}

/* glibc's own limits to begin with; it lets them grow with what is freed, and a supervisor would keep what it
 * needed once (mallopt(3)). */
#define TRIM_BYTES (128 * 1024)

int cli_run(int argc, char **argv)
{
	struct supervisor_options options = { .config_path = CONFIG_DEFAULT_PATH };
	struct error err = ERROR_INIT;
	struct config *config = NULL;
	int r = run_parse(argc, argv, &options);

	if (r == CLI_PARSED)
		r = cli_need_root(argv[0]);
	if (r != CLI_PARSED)
		return r;
	mallopt(M_TRIM_THRESHOLD, TRIM_BYTES);
	/* Before the config is read: what cannot be read at a reload cannot be read at the start. */
	if (privileges_reduce(&err) < 0) {
		fprintf(stderr, "vrfgate run: %s\n", err.text);
		return CLI_EXIT_FAILED;
	}
	r = cli_load_config_to_start(options.config_path, &config);
	if (r != CLI_EXIT_DONE)
		return r;
	if (supervisor_run(config, &options, &err) < 0) {
		fprintf(stderr, "vrfgate run: %s\n", err.text);
		return CLI_EXIT_FAILED;
	}
	return CLI_EXIT_DONE;
}
