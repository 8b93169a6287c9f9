// SPDX-License-Identifier: GPL-2.0-or-later
/* vrfgate leave: show what this gateway has in Zabbix, or (--yes) delete all of it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "base/strings.h"
#include "cli/api.h"
#include "cli/command.h"
#include "cli/errand.h"
#include "config/load.h"
#include "control/place.h"
#include "reporter/leave.h"
#include "reporter/turn.h"
#include "supervisor/inventory.h"
#include "vrf/ids.h"
#include "vrf/leftovers.h"

static void lines_print(FILE *out, const char *before, const struct strings *lines)
{
	for (size_t i = 0; i < lines->count; i++) {
		text_make_printable(lines->items[i]);
		fprintf(out, "%s%s\n", before, lines->items[i]);
	}
}

static int result_print(const struct reporter_sync_result *result, bool look)
{
	lines_print(stdout, "", &result->changes);
	lines_print(stderr, "vrfgate leave: note: ", &result->notes);
	lines_print(stderr, "vrfgate leave: ", &result->problems);
	printf("%zu %s, %zu %s, %zu problems\n", result->deleted, look ? "to delete" : "deleted",
		result->updated, look ? "to keep" : "kept", result->problems.count);
	if (look && result->changes.count > 0)
		printf("nothing was changed: 'vrfgate leave --yes' does it\n");
	if (result->problems.count > 0)
		return CLI_EXIT_FAILED;
	return look && result->changes.count > 0 ? CLI_EXIT_CHANGES : CLI_EXIT_DONE;
}

/* A supervisor would register all of it again, and a proxy that runs has values for what is deleted. */
static int at_rest(const struct config *config, struct error *err)
{
	cleanup(strings_finish) struct strings running = { 0 };
	cleanup_free char *elsewhere = NULL, *list = NULL;
	pid_t pid = control_find(config->gateway.run_dir);

	if (pid <= 0)
		elsewhere = control_find_elsewhere(
			config->gateway.state_dir, config->gateway.run_dir, &pid);
	if (pid > 0 || elsewhere)
		return error_set(
			err, EBUSY, "a supervisor runs and would make it all again: stop it first");
	leftovers_find(config->gateway.run_dir, &running);
	if (running.count == 0)
		return 0;
	list = strings_list(&running);
	return error_set(err, EBUSY,
		"proxies run: %s; 'vrfgate down' ends them, which sends no values", list);
}

/* `turn` is -1 for a look. */
static int inventory_leave(const struct reporter_inventory *inventory,
	const struct reporter_leave *how, int turn, int *status, struct error *err)
{
	cleanup(reporter_sync_result_finish) struct reporter_sync_result result = { 0 };
	cleanup(cli_api_close) struct zabbix_api *api = NULL;
	int r = cli_api_open(inventory, &api, err);

	if (r == 0)
		r = reporter_leave(api, inventory, how, &result, err);
	/* Who reads what is printed may take his time. */
	if (turn >= 0)
		reporter_turn_end(turn);
	if (r == 0 || result.changes.count > 0)
		*status = result_print(&result, how->look);
	return r;
}

static int leave_judge(const struct cli_call *call)
{
	if (!call->dry_run || !call->yes)
		return CLI_GO_ON;
	return cli_usage(call, "expected either --dry-run or --yes");
}

static int leave_act(struct cli_call *call)
{
	const struct config *config = call->config;
	const struct reporter_leave how = { .look = !call->yes, .keep_hosts = call->keep_hosts };
	cleanup(reporter_inventory_finish) struct reporter_inventory inventory = { 0 };
	struct error err = ERROR_INIT;
	cleanup_free uint32_t *ids = NULL;
	cleanup_fd int turn = -1;
	int status = CLI_EXIT_FAILED;
	int r = how.look ? 0 : at_rest(config, &err);

	if (r == 0 && !how.look)
		r = cli_turn_take(&config->gateway, &turn, &err);
	if (r == 0)
		r = ids_assign(config, false, &ids, &err);
	if (r == 0)
		r = inventory_fill(&inventory, config, ids, false, NULL, &err);
	/* All files are read; what follows is the network's. */
	if (r == 0)
		r = cli_rights_drop(&err);
	if (r == 0)
		r = inventory_leave(&inventory, &how, turn, &status, &err);
	if (r < 0) {
		fprintf(stderr, "vrfgate leave: %s\n", err.text);
		status = CLI_EXIT_FAILED;
	}
	return status;
}

static const struct cli_option options[] = {
	CLI_CONFIG,
	CLI_FLAG('n', "dry-run", dry_run, "show what would be deleted; the default"),
	CLI_FLAG(0, "yes", yes, "delete it"),
	CLI_FLAG(0, "keep-hosts", keep_hosts, "keep the devices and their history, disabled"),
	{ 0 },
};

const struct cli_command cli_leave = {
	.name = "leave",
	.summary = "show what this gateway has in Zabbix, or delete all of it",
	.options = options,
	.needs_root = true, /* the keys of the proxies are root's and the proxies' */
	.load = CONFIG_LOAD_IN_USE,
	.judge = leave_judge,
	.act = leave_act,
};
