// SPDX-License-Identifier: GPL-2.0-or-later
/* What plan, up and down share. */
#include "cli/kernel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "cli/command.h"
#include "net/netns.h"
#include "supervisor/handover.h"
#include "vrf/ids.h"
#include "vrf/removal.h"
#include "vrf/wiring.h"

int cli_plan_create(struct cli_plan *plan, struct config *config, bool save, struct error *err)
{
	int r = handover_apply_file(config, NULL, err);

	if (r == 0)
		r = ids_assign(config, save, &plan->ids, err);
	if (r < 0)
		return r;
	wiring_all(&plan->want, config, plan->ids);
	for (size_t i = 0; i < plan->want.n_netns; i++)
		plan->want.netns[i].retry = NET_RETRY_DUPLICATES;
	return net_compare(&plan->want, &plan->have, &plan->plan, err);
}

int cli_plan_create_removal(struct cli_plan *plan, const struct config *config,
	const struct strings *keep, struct error *err)
{
	wiring_begin(&plan->want, config, NULL);
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

static bool netns_exists(const char *name)
{
	cleanup_free char *path = xasprintf("%s/%s", NETNS_DIR, name);

	return access(path, F_OK) == 0;
}

void cli_removals_find(
	struct cli_removals *removals, const struct cli_plan *plan, const struct config *config)
{
	struct strings all = { 0 };
	size_t of;

	*removals = (struct cli_removals){ 0 };
	net_plan_list_removed(plan->plan, &all);
	for (size_t i = 0; i < all.count; i++)
		strings_add(config_find_vrf(config, all.items[i]) ? &removals->disabled
								  : &removals->going,
			all.items[i]);
	strings_finish(&all);
	of = removals->going.count;
	for (size_t i = 0; i < config->n_vrfs; i++)
		of += config->vrfs[i].enabled && netns_exists(config->vrfs[i].name);
	removals->large = removal_is_large(removals->going.count, of);
}

void cli_removals_finish(struct cli_removals *removals)
{
	strings_finish(&removals->going);
	strings_finish(&removals->disabled);
}

/* One that may be that of others, too: told in the end. */
struct failure {
	const char *netns;
	struct error error;
};

struct tally {
	enum cli_telling telling;
	bool all; /* acts */
	size_t changed, failed, acts;
	struct net_totals totals;
	struct failure *failures;
	size_t n_failures;
};

static void complain(const char *netns, const struct error *error)
{
	if (strcmp(netns, NET_PLAN_SHARED) == 0)
		fprintf(stderr, "root namespace: %s\n", error->text);
	else
		fprintf(stderr, "vrf '%s': %s\n", netns, error->text);
}

static void failure_take(struct tally *tally, const struct net_outcome *outcome)
{
	tally->failed++;
	if (outcome->error.cause.kind && tally->telling != CLI_TELL_ACTS)
		*array_append(&tally->failures, &tally->n_failures) =
			(struct failure){ outcome->netns, outcome->error };
	else
		complain(outcome->netns, &outcome->error);
}

static void failures_tell(const struct tally *tally)
{
	struct causes causes = { 0 };

	for (size_t i = 0; i < tally->n_failures; i++)
		causes_add(&causes, &tally->failures[i].error.cause, tally->failures[i].netns);
	for (size_t i = 0; i < causes.count; i++) {
		cleanup_free char *text = cause_tell(&causes.items[i].cause, &causes.items[i].vrfs);

		if (causes.items[i].vrfs.count > 1)
			fprintf(stderr, "%s\n", text);
	}
	for (size_t i = 0; i < tally->n_failures; i++)
		if (!causes_shared(&causes, &tally->failures[i].error.cause))
			complain(tally->failures[i].netns, &tally->failures[i].error);
	causes_finish(&causes);
}

static void change_tell(const struct tally *tally, const struct net_outcome *outcome)
{
	bool shared = strcmp(outcome->netns, NET_PLAN_SHARED) == 0;
	cleanup_free char *parts = NULL;

	if (tally->telling != CLI_TELL_VRFS &&
		!net_plan_group_print(outcome->group, tally->all, stdout))
		parts = net_plan_group_parts(outcome->group);
	printf("%s: %s, %zu %s%s%s\n", shared ? "root namespace" : outcome->netns,
		outcome->removed ? "removed" : "up", outcome->acts,
		outcome->acts == 1 ? "change" : "changes", parts ? ", " : "", parts ? parts : "");
}

static void on_outcome(const struct net_outcome *outcome, void *data)
{
	struct tally *tally = data;

	tally->acts += outcome->acts;
	net_totals_add(&tally->totals, outcome->group, outcome->error.code, outcome->acts);
	if (outcome->retries)
		fprintf(stderr,
			"vrf '%s': %zu duplicate %s added again; in use as soon as no other host has it, see 'vrfgate plan'\n",
			outcome->netns, outcome->retries,
			outcome->retries == 1 ? "address" : "addresses");
	if (outcome->error.code) {
		failure_take(tally, outcome);
	} else if (outcome->acts) {
		tally->changed++;
		change_tell(tally, outcome);
	}
}

int cli_plan_apply(const struct cli_plan *plan, enum cli_telling telling)
{
	struct error err = ERROR_INIT;
	struct tally tally = {
		.telling = telling,
		.all = telling == CLI_TELL_ACTS || net_plan_count(plan->plan) <= NET_PLAN_SHORT,
	};
	int r = net_plan_apply(plan->plan, on_outcome, &tally, &err);

	failures_tell(&tally);
	free(tally.failures);
	if (r < 0 && !tally.failed) {
		fprintf(stderr, "vrfgate: %s\n", err.text);
		return CLI_EXIT_FAILED;
	}
	if (!tally.acts && !tally.failed)
		printf("nothing to change\n");
	else if (telling != CLI_TELL_VRFS)
		net_totals_print(&tally.totals, stdout);
	return tally.failed ? CLI_EXIT_FAILED : CLI_EXIT_DONE;
}

int cli_kernel_complain(const struct error *err)
{
	fprintf(stderr, "vrfgate: %s\n", err->text);
	return CLI_EXIT_FAILED;
}
