// SPDX-License-Identifier: GPL-2.0-or-later
/* vrfgate plan: what would change in the kernel, and what others have there. */
#include <stdio.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/strings.h"
#include "cli/command.h"
#include "cli/kernel.h"
#include "config/load.h"
#include "net/foreign.h"

static void plan_show_text(const struct cli_plan *plan, bool all)
{
	struct net_totals totals = net_plan_totals(plan->plan);

	if (all)
		net_plan_print(plan->plan, stdout);
	else
		net_plan_summarize(plan->plan, stdout);
	net_foreign_print(&plan->want, plan->have, stdout);
	net_totals_print(&totals, stdout);
}

static void plan_show_json(const struct cli_plan *plan)
{
	json_t *document;

	document = net_plan_to_json(plan->plan);
	json_object_set_new(document, "foreign", net_foreign_to_json(&plan->want, plan->have));
	json_print(document, stdout);
	json_decref(document);
}

static void removals_warn(const struct cli_plan *plan, const struct config *config)
{
	cleanup(cli_removals_finish) struct cli_removals removals;
	cleanup_free char *list = NULL;

	cli_removals_find(&removals, plan, config);
	list = strings_list(&removals.going);
	if (removals.large)
		fprintf(stderr,
			"vrfgate plan: so many VRFs are removed only by 'up --remove' or 'reload --remove': %s\n",
			list);
}

static int plan_act(struct cli_call *call)
{
	struct error err = ERROR_INIT;
	struct cli_plan plan = { 0 };
	int r;

	if (cli_plan_create(&plan, call->config, false, &err) < 0) {
		r = cli_kernel_complain(&err);
	} else {
		if (call->json)
			plan_show_json(&plan);
		else
			plan_show_text(&plan, call->verbose);
		removals_warn(&plan, call->config);
		r = net_plan_count_faults(plan.plan) ? CLI_EXIT_FAILED
			: net_plan_count(plan.plan)  ? CLI_EXIT_CHANGES
						     : CLI_EXIT_DONE;
	}
	cli_plan_finish(&plan);
	return r;
}

static const struct cli_option options[] = {
	CLI_CONFIG,
	CLI_FLAG('j', "json", json, "print the plan as JSON"),
	CLI_VERBOSE,
	{ 0 },
};

const struct cli_command cli_plan = {
	.name = "plan",
	.summary = "show pending changes in the kernel",
	.options = options,
	.needs_root = true,
	.load = CONFIG_LOAD_TO_ACT,
	.act = plan_act,
};
