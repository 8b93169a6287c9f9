// SPDX-License-Identifier: GPL-2.0-or-later
/* vrfgate down: what vrfgate made goes. */
#include <stdio.h>
#include <sys/resource.h>

#include "base/cleanup.h"
#include "cli/kernel.h"
#include "config/cleanup.h"
#include "process/cgroup.h"
#include "supervisor/leftovers.h"
#include "supervisor/run.h"
#include "supervisor/saved_state.h"

/* A descriptor of every namespace is held until all have lost their names. */
static void raise_file_limit(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) < 0)
		return;
	files.rlim_cur = files.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &files);
}

/* What cannot be ended is told, and keeps nobody else's. */
static int down_end_proxies(const struct config *config)
{
	cleanup(strings_finish) struct strings faults = { 0 };
	struct error err = ERROR_INIT;
	int r = leftovers_end(config->gateway.run_dir, NULL, NULL, &faults, &err);

	if (r < 0)
		return cli_kernel_complain(&err);
	for (size_t i = 0; i < faults.count; i++)
		fprintf(stderr, "%s\n", faults.items[i]);
	return faults.count ? CLI_EXIT_FAILED : CLI_EXIT_DONE;
}

int cli_down(int argc, char **argv)
{
	cleanup_config struct config *config = NULL;
	struct error err = ERROR_INIT;
	struct cli_options options;
	struct cli_plan plan = { 0 };
	cleanup_fd int lock_fd = -1;
	int r = cli_kernel_begin(argc, argv, "c:h", &options, &config), ended;

	if (r != CLI_PARSED)
		return r;
	raise_file_limit();
	lock_fd = supervisor_lock(config->gateway.run_dir, &err);
	if (lock_fd < 0) {
		error_wrap(&err, "stop it first");
		return cli_kernel_complain(&err);
	}
	ended = down_end_proxies(config);
	if (cli_plan_create(&plan, config, true, false, &err) < 0)
		r = cli_kernel_complain(&err);
	else
		r = cli_plan_apply(&plan);
	saved_state_remove(config->gateway.run_dir);
	cgroups_remove_leftovers(config->gateway.name);
	cli_plan_finish(&plan);
	return r == CLI_EXIT_DONE ? ended : r;
}
