// SPDX-License-Identifier: GPL-2.0-or-later
/* What plan, up and down share. */
#include "cli/kernel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "supervisor/ids.h"
#include "supervisor/wiring.h"

int cli_plan_create(
	struct cli_plan *plan, const struct config *config, bool save, struct error *err)
{
	int r = ids_assign(config, save, &plan->ids, err);

	if (r < 0)
		return r;
	wiring_all(&plan->want, config, plan->ids);
	return net_compare(&plan->want, &plan->have, &plan->plan, err);
}

int cli_plan_create_removal(struct cli_plan *plan, const struct config *config,
	const struct strings *keep, struct error *err)
{
	wiring_begin(&plan->want, config);
	for (size_t i = 0; i < keep->count; i++)
		*array_append(&plan->want.keep, &plan->want.n_keep) = keep->items[i];
	return net_compare(&plan->want, &plan->have, &plan->plan, err);
}

void cli_plan_finish(struct cli_plan *plan)
{
	net_plan_destroy(plan->plan);
	net_have_destroy(plan->have);
	net_want_finish(&plan->want);
	free(plan->ids);
}

struct tally {
	size_t changed, failed, acts;
};

static void complain(const struct net_outcome *outcome, bool shared)
{
	if (shared)
		fprintf(stderr, "root namespace: %s\n", outcome->error.text);
	else
		fprintf(stderr, "vrf '%s': %s\n", outcome->netns, outcome->error.text);
}

static void on_outcome(const struct net_outcome *outcome, void *data)
{
	struct tally *tally = data;
	bool shared = strcmp(outcome->netns, NET_PLAN_SHARED) == 0;

	tally->acts += outcome->acts;
	if (outcome->error.code) {
		tally->failed++;
		complain(outcome, shared);
	} else if (outcome->acts) {
		tally->changed++;
		printf("%s: %s, %zu %s\n", shared ? "root namespace" : outcome->netns,
			outcome->removed ? "removed" : "up", outcome->acts,
			outcome->acts == 1 ? "change" : "changes");
	}
}

int cli_plan_apply(const struct cli_plan *plan)
{
	struct error err = ERROR_INIT;
	struct tally tally = { 0 };
	int r = net_plan_apply(plan->plan, on_outcome, &tally, &err);

	if (r < 0 && !tally.failed) {
		fprintf(stderr, "vrfgate: %s\n", err.text);
		return CLI_EXIT_FAILED;
	}
	if (!tally.acts && !tally.failed)
		printf("nothing to change\n");
	return tally.failed ? CLI_EXIT_FAILED : CLI_EXIT_DONE;
}

int cli_kernel_complain(const struct error *err)
{
	fprintf(stderr, "vrfgate: %s\n", err->text);
	return CLI_EXIT_FAILED;
}

int cli_kernel_begin(int argc, char **argv, const char *letters, struct cli_options *options,
	struct config **config)
{
	int r = cli_parse(argc, argv, letters, options);

	if (r == CLI_PARSED)
		r = cli_no_operands(argc, argv);
	if (r == CLI_PARSED)
		r = cli_need_root(argv[0]);
	if (r == CLI_PARSED) {
		r = cli_load_config(options->config_path, config);
		if (r == CLI_EXIT_DONE)
			return CLI_PARSED;
	}
	return r;
}
