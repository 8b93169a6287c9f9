// SPDX-License-Identifier: GPL-2.0-or-later
/* vrfgate run: the supervisor, in the foreground. */
#include <errno.h>
#include <malloc.h>
#include <stdio.h>

#include "cli/command.h"
#include "cli/load.h"
#include "config/load.h"
#include "process/privileges.h"
#include "supervisor/run.h"

/* glibc's own limits to begin with; it lets them grow with what is freed, and a supervisor would keep what it
 * needed once (mallopt(3)). */
#define TRIM_BYTES (128 * 1024)

static int run_act(struct cli_call *call)
{
	struct supervisor_options how = { call->config_path, call->leave_proxies };
	struct error err = ERROR_INIT;
	struct config *config = NULL;
	int r;

	mallopt(M_TRIM_THRESHOLD, TRIM_BYTES);
	/* Before the config is read: what cannot be read at a reload cannot be read at the start. */
	if (privileges_reduce(&err) < 0) {
		fprintf(stderr, "vrfgate run: %s\n", err.text);
		return CLI_EXIT_FAILED;
	}
	r = cli_load_config(call->config_path, CONFIG_LOAD_TO_START, &config);
	if (r != CLI_EXIT_DONE)
		return r;
	if (supervisor_run(config, &how, &err) < 0) {
		fprintf(stderr, "vrfgate run: %s\n", err.text);
		return CLI_EXIT_FAILED;
	}
	return CLI_EXIT_DONE;
}

static const struct cli_option options[] = {
	CLI_CONFIG,
	CLI_FLAG(0, "leave-proxies", leave_proxies, "leave the proxies running at a stop"),
	{ 0 },
};

const struct cli_command cli_run = {
	.name = "run",
	.summary = "run the supervisor, in the foreground",
	.options = options,
	.needs_root = true,
	.act = run_act,
};
