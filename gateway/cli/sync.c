// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vrfgate sync: bring Zabbix in step with the config now, or (-n) show what that would write; vrfgate adopt: the same,
 * and take over hosts and proxies that somebody has made by names of the config.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "base/strings.h"
#include "cli/api.h"
#include "cli/command.h"
#include "cli/errand.h"
#include "config/load.h"
#include "control/place.h"
#include "reporter/sync.h"
#include "reporter/turn.h"
#include "supervisor/handover.h"
#include "supervisor/inventory.h"
#include "vrf/ids.h"
#include "vrf/removal.h"

/* What a call is to do. */
struct errand {
	const char *command;
	bool look, remove;
	struct strings adopted; /* names, borrowed */
	bool adopts_all, takes; /* takes: VRFs that other gateways have */
};

/* An active proxy calls the server every ten seconds, or every second. */
#define WATCH_S 30

static void lines_print(
	FILE *out, const char *command, const char *before, const struct strings *lines)
{
	for (size_t i = 0; i < lines->count; i++) {
		text_make_printable(lines->items[i]);
		if (command)
			fprintf(out, "vrfgate %s: ", command);
		fprintf(out, "%s%s\n", before, lines->items[i]);
	}
}

static void result_print(const struct errand *errand, const struct reporter_sync_result *result)
{
	bool look = errand->look;

	lines_print(stdout, NULL, "", &result->changes);
	lines_print(stderr, errand->command, "note: ", &result->notes);
	lines_print(stderr, errand->command, "", &result->problems);
	printf("%zu %s, %zu %s, %zu %s, %zu unchanged, %zu problems\n", result->created,
		look ? "to make" : "made", result->updated, look ? "to change" : "changed",
		result->deleted, look ? "to delete" : "deleted", result->unchanged,
		result->problems.count);
}

/* `turn` is -1 for a look. */
static int inventory_sync(const struct errand *errand, const struct reporter_inventory *inventory,
	int turn, int *status, struct error *err)
{
	bool look = errand->look;
	cleanup(reporter_sync_result_finish) struct reporter_sync_result result = { 0 };
	cleanup(cli_api_close) struct zabbix_api *api = NULL;
	int r = cli_api_open(inventory, &api, err);

	if (r == 0)
		r = reporter_sync(api, inventory, look, &result, err);
	/* Who reads what is printed may take his time. */
	if (!look)
		reporter_turn_end(turn);
	if (r < 0)
		return r;
	result_print(errand, &result);
	if (result.problems.count > 0)
		*status = CLI_EXIT_FAILED;
	else
		*status = look && result.changes.count > 0 ? CLI_EXIT_CHANGES : CLI_EXIT_DONE;
	return 0;
}

/*
 * Who went from the config since the last time. A supervisor that runs knows better; without one it is as with a
 * reload: more VRFs than one slip may take went on purpose only where that is said.
 */
static int removals_find(const struct config *config, bool look, bool remove, struct strings *gone,
	struct error *err)
{
	int known;

	if (control_find(config->gateway.run_dir) > 0)
		return remove
			? error_set(err, EBUSY,
				  "a supervisor runs: 'vrfgate reload --remove' tells it, too")
			: 0;
	known = removal_find_unseen(config, gone, err);
	if (known < 0)
		return known;
	if (!remove && removal_is_large(gone->count, (size_t)known))
		strings_finish(gone);
	return look ? 0 : removal_note(config, gone, err);
}

static void removals_add(struct strings *removed, const struct strings *gone)
{
	for (size_t i = 0; i < gone->count; i++)
		if (!strings_contain(removed, gone->items[i]))
			strings_add(removed, gone->items[i]);
}

static bool is_named(const struct reporter_inventory *inventory, const char *name)
{
	if (strcmp(inventory->config->gateway.name, name) == 0)
		return true;
	for (size_t i = 0; i < inventory->n_proxies; i++) {
		const struct reporter_proxy *proxy = &inventory->proxies[i];

		if (strcmp(proxy->name, name) == 0)
			return true;
		for (size_t j = 0; j < proxy->n_hosts; j++)
			if (strcmp(proxy->hosts[j].name, name) == 0)
				return true;
	}
	return false;
}

static bool has_vrf(const struct reporter_inventory *inventory, const char *vrf)
{
	for (size_t i = 0; i < inventory->n_proxies; i++)
		if (strcmp(inventory->proxies[i].vrf, vrf) == 0)
			return true;
	return false;
}

static int takes_add(
	const struct errand *errand, struct reporter_inventory *inventory, struct error *err)
{
	inventory->watch_s = WATCH_S;
	inventory->takes_all = errand->adopts_all;
	for (size_t i = 0; i < errand->adopted.count; i++) {
		const char *name = errand->adopted.items[i];
		const struct config_vrf *vrf = config_find_vrf(inventory->config, name);

		if (vrf && vrf->released)
			return error_set(err, EINVAL,
				"vrf '%s' was released here: 'vrfgate start %s' takes that back first",
				name, name);
		if (!has_vrf(inventory, name))
			return error_set(
				err, ENOENT, "'%s' is no VRF of the config that has a proxy", name);
		strings_add(&inventory->takes, name);
	}
	return 0;
}

/* What was named on the command line beside what the config has. */
static int adopted_add(
	const struct errand *errand, struct reporter_inventory *inventory, struct error *err)
{
	if (errand->takes)
		return takes_add(errand, inventory, err);
	inventory->adopts_all = errand->adopts_all;
	for (size_t i = 0; i < errand->adopted.count; i++) {
		const char *name = errand->adopted.items[i];

		if (!is_named(inventory, name))
			return error_set(err, ENOENT,
				"'%s' is not in the config, expected the name of a host, of a proxy or of the gateway",
				name);
		strings_add(&inventory->adopted, name);
	}
	return 0;
}

/* As if no other gateway had the VRFs that are to be taken. */
static int given_up_apply(struct config *config, const struct errand *errand, struct error *err)
{
	struct strings taken = { 0 }; /* borrowed names */
	int r;

	for (size_t i = 0; errand->takes && i < config->n_vrfs; i++)
		if (errand->adopts_all || strings_contain(&errand->adopted, config->vrfs[i].name))
			*array_append(&taken.items, &taken.count) = config->vrfs[i].name;
	r = handover_apply_file(config, &taken, err);
	free(taken.items);
	return r;
}

static int sync_run(struct config *config, const struct errand *errand)
{
	bool look = errand->look;
	cleanup(reporter_inventory_finish) struct reporter_inventory inventory = { 0 };
	struct error err = ERROR_INIT;
	struct strings gone = { 0 };
	cleanup_free uint32_t *ids = NULL;
	cleanup_fd int turn = -1;
	int status = CLI_EXIT_FAILED;
	/* Before keys are read, which another may be changing. */
	int r = look ? 0 : cli_turn_take(&config->gateway, &turn, &err);

	if (r == 0)
		r = given_up_apply(config, errand, &err);
	if (r == 0)
		r = removals_find(config, look, errand->remove, &gone, &err);
	if (r == 0)
		r = ids_assign(config, !look, &ids, &err);
	if (r == 0)
		r = inventory_fill(&inventory, config, ids, !look, NULL, &err);
	if (r == 0)
		r = adopted_add(errand, &inventory, &err);
	removals_add(&inventory.removed, &gone);
	strings_finish(&gone);
	/* All files are read; what follows is the network's. */
	if (r == 0)
		r = cli_rights_drop(&err);
	if (r == 0)
		r = inventory_sync(errand, &inventory, turn, &status, &err);
	if (r < 0)
		fprintf(stderr, "vrfgate %s: %s\n", errand->command, err.text);
	return status;
}

static int sync_act(struct cli_call *call)
{
	return sync_run(call->config,
		&(struct errand){ call->command->name, call->dry_run, call->remove,
			{ call->operands, call->n_operands }, call->all, call->take });
}

static int adopt_judge(const struct cli_call *call)
{
	if (call->all != (call->n_operands > 0))
		return CLI_GO_ON;
	return cli_usage(call, "%s, expected the names of %s or --all",
		call->all ? "names beside --all" : "nothing named", call->take ? "VRFs" : "hosts");
}

static const struct cli_option sync_options[] = { CLI_CONFIG, CLI_DRY_RUN, CLI_REMOVE, { 0 } };

const struct cli_command cli_sync = {
	.name = "sync",
	.summary = "bring Zabbix in sync with the config now",
	.options = sync_options,
	.needs_root = true, /* the keys of the proxies are root's and the proxies' */
	.load = CONFIG_LOAD_IN_USE,
	.act = sync_act,
};

static const struct cli_option adopt_options[] = {
	CLI_CONFIG,
	CLI_DRY_RUN,
	CLI_FLAG(0, "all", all, "all that the config names"),
	CLI_FLAG(0, "take", take, "take over VRFs of gateways that are gone"),
	{ 0 },
};

const struct cli_command cli_adopt = {
	.name = "adopt",
	.summary = "take over hosts and proxies that exist in Zabbix",
	.operands = "HOST...|--take VRF...|[--take] --all",
	.options = adopt_options,
	.most = CLI_MANY,
	.needs_root = true,
	.judge = adopt_judge,
	.load = CONFIG_LOAD_IN_USE,
	.act = sync_act,
};
