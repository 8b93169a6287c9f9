// SPDX-License-Identifier: GPL-2.0-or-later
/* vrfgate down: what vrfgate made goes. */
#include <stdio.h>
#include <sys/resource.h>

#include "base/cleanup.h"
#include "cli/command.h"
#include "cli/kernel.h"
#include "config/load.h"
#include "process/cgroup.h"
#include "supervisor/run.h"
#include "supervisor/saved_state.h"
#include "vrf/leftovers.h"
#include "vrf/removal.h"

#define NAMED_MAX 5

/* A descriptor of every namespace is held until all have lost their names. */
static void raise_file_limit(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) < 0)
		return;
	files.rlim_cur = files.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &files);
}

/* A few by name: the others are as many as they are. */
static void on_waiting(const struct strings *waiting)
{
	fprintf(stderr, "waiting for %s", waiting->items[0]);
	for (size_t i = 1; i < waiting->count && i < NAMED_MAX; i++)
		fprintf(stderr, ", %s", waiting->items[i]);
	if (waiting->count > NAMED_MAX)
		fprintf(stderr, " and %zu more", waiting->count - NAMED_MAX);
	fputc('\n', stderr);
}

static void on_stuck(const char *vrf, const char *why)
{
	fprintf(stderr, "vrf '%s': %s\n", vrf, why);
}

/*
 * What of it is not in the config has gone from that, too. Who stops the service with a cut config does not mean
 * that, so no more of it counts as meant than one slip may take.
 */
static int removals_note(
	const struct config *config, const struct cli_plan *plan, struct error *err)
{
	cleanup(cli_removals_finish) struct cli_removals removals;

	cli_removals_find(&removals, plan, config);
	if (removals.large)
		return 0;
	return removal_note(config, &removals.going, err);
}

/* The namespaces of proxies that cannot be ended stay, and all else goes. */
static int take_down(const struct config *config, bool now)
{
	static const struct leftovers_listener listener = { on_waiting, on_stuck };
	struct error err = ERROR_INIT;
	struct strings stuck = { 0 };
	struct cli_plan plan = { 0 };
	size_t faults = leftovers_end(config, now, &listener, &stuck);
	int r;

	if (cli_plan_create_removal(&plan, config, &stuck, &err) < 0 ||
		removals_note(config, &plan, &err) < 0)
		r = cli_kernel_complain(&err);
	else
		r = cli_plan_apply(&plan, CLI_TELL_VRFS);
	cli_plan_finish(&plan);
	if (faults)
		r = CLI_EXIT_FAILED;
	strings_finish(&stuck);
	return r;
}

static int down_act(struct cli_call *call)
{
	const struct config *config = call->config;
	struct error err = ERROR_INIT;
	cleanup_fd int lock_fd = -1;
	int r;

	raise_file_limit();
	lock_fd = supervisor_lock(config->gateway.run_dir, &err);
	if (lock_fd < 0) {
		error_wrap(&err, lock_fd, "stop it first");
		return cli_kernel_complain(&err);
	}
	r = take_down(config, call->now);
	saved_state_remove(config->gateway.run_dir);
	cgroups_remove_leftovers(config->gateway.name);
	return r;
}

static const struct cli_option options[] = { CLI_CONFIG, CLI_NOW, { 0 } };

const struct cli_command cli_down = {
	.name = "down",
	.summary = "remove what vrfgate made, and only that",
	.options = options,
	.needs_root = true,
	.load = CONFIG_LOAD_IN_USE,
	.act = down_act,
};
