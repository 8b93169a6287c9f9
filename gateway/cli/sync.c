// SPDX-License-Identifier: GPL-2.0-or-later
/* vrfgate sync: bring Zabbix in step with the config now, or (-n) show what that would write. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/strings.h"
#include "cli/api.h"
#include "cli/errand.h"
#include "cli/options.h"
#include "config/cleanup.h"
#include "reporter/sync.h"
#include "reporter/turn.h"
#include "supervisor/control_server.h"
#include "supervisor/ids.h"
#include "supervisor/inventory.h"
#include "supervisor/removal.h"

static void lines_print(FILE *out, const char *before, const struct strings *lines)
{
	for (size_t i = 0; i < lines->count; i++) {
		text_make_printable(lines->items[i]);
		fprintf(out, "%s%s\n", before, lines->items[i]);
	}
}

static void result_print(const struct reporter_sync_result *result, bool look)
{
	lines_print(stdout, "", &result->changes);
	lines_print(stderr, "vrfgate sync: note: ", &result->notes);
	lines_print(stderr, "vrfgate sync: ", &result->problems);
	printf("%zu %s, %zu %s, %zu %s, %zu unchanged, %zu problems\n", result->created,
		look ? "to make" : "made", result->updated, look ? "to change" : "changed",
		result->deleted, look ? "to delete" : "deleted", result->unchanged,
		result->problems.count);
}

/* `turn` is -1 for a look. */
static int inventory_sync(
	const struct reporter_inventory *inventory, int turn, int *status, struct error *err)
{
	bool look = turn < 0;
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
	result_print(&result, look);
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

	if (control_server_find(config->gateway.run_dir) > 0)
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

static int sync_run(const struct config *config, bool look, bool remove)
{
	cleanup(reporter_inventory_finish) struct reporter_inventory inventory = { 0 };
	struct error err = ERROR_INIT;
	struct strings gone = { 0 };
	cleanup_free uint32_t *ids = NULL;
	cleanup_fd int turn = -1;
	int status = CLI_EXIT_FAILED;
	/* Before keys are read, which another may be changing. */
	int r = look ? 0 : cli_turn_take(&config->gateway, &turn, &err);

	if (r == 0)
		r = removals_find(config, look, remove, &gone, &err);
	if (r == 0)
		r = ids_assign(config, !look, &ids, &err);
	if (r == 0)
		r = inventory_fill(&inventory, config, ids, !look, NULL, &err);
	removals_add(&inventory.removed, &gone);
	strings_finish(&gone);
	/* All files are read; what follows is the network's. */
	if (r == 0)
		r = cli_rights_drop(&err);
	if (r == 0)
		r = inventory_sync(&inventory, turn, &status, &err);
	if (r < 0)
		fprintf(stderr, "vrfgate sync: %s\n", err.text);
	return status;
}

int cli_sync(int argc, char **argv)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "dry-run", no_argument, NULL, 'n' },
		{ "remove", no_argument, NULL, 'r' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	cleanup_config struct config *config = NULL;
	const char *path = CONFIG_DEFAULT_PATH;
	bool look = false, remove = false;
	int option, r;

	optind = 1;
	while ((option = getopt_long(argc, argv, ":c:nh", options, NULL)) != -1) {
		switch (option) {
		case 'c':
			path = optarg;
			break;
		case 'n':
			look = true;
			break;
		case 'r':
			remove = true;
			break;
		case 'h':
			return cli_help(argv[0]);
		default:
			return cli_bad_option(argv, option);
		}
	}
	r = cli_no_operands(argc, argv);
	/* The keys of the proxies are root's and the proxies'. */
	if (r == CLI_PARSED)
		r = cli_need_root(argv[0]);
	if (r != CLI_PARSED)
		return r;
	r = cli_load_config_in_use(path, &config);
	return r == CLI_EXIT_DONE ? sync_run(config, look, remove) : r;
}
