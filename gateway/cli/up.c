// SPDX-License-Identifier: GPL-2.0-or-later
/* vrfgate up: the namespaces once, without a daemon. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "cli/command.h"
#include "cli/kernel.h"
#include "config/load.h"
#include "control/place.h"
#include "net/act.h"
#include "net/forwarding.h"
#include "vrf/leftovers.h"
#include "vrf/paths.h"
#include "vrf/removal.h"

struct renumbering {
	const struct config *config;
	const struct cli_plan *plan;
	size_t refused;
};

static bool renumbers(const struct renumbering *r, const char *netns, const struct net_act *act)
{
	const struct config_vrf *vrf = config_find_vrf(r->config, netns);

	return vrf && vrf->has_uplink &&
		net_act_renumbers(act, r->plan->ids[vrf - r->config->vrfs]);
}

/* The proxy listens on the old address and would never know the new one. */
static bool may_renumber(const char *netns, const struct net_act *act, void *data)
{
	struct renumbering *r = data;

	if (!renumbers(r, netns, act) || !leftovers_is_running(r->config->gateway.run_dir, netns))
		return true;
	fprintf(stderr,
		"vrf '%s': its uplink cannot get another id while its proxy runs: the supervisor restarts it at a reload\n",
		netns);
	r->refused++;
	return false;
}

static void read_forwarding(const struct net_want *want, struct strings *warnings)
{
	if (want->firewall)
		(void)net_forwarding_warn(want, warnings, NULL);
}

/* At the moment it comes to be so, and not each time it is. */
static void tell_forwarding(const struct strings *before, const struct strings *now)
{
	for (size_t i = 0; i < now->count; i++)
		if (!strings_contain(before, now->items[i]))
			fprintf(stderr, "vrfgate: %s\n", now->items[i]);
}

static int up_apply(const struct config *config, const struct cli_plan *plan, bool all)
{
	struct renumbering renumbering = { config, plan, 0 };
	cleanup(strings_finish) struct strings before = { 0 }, now = { 0 };
	int status;

	read_forwarding(&plan->want, &before);
	net_plan_filter(plan->plan, may_renumber, &renumbering);
	status = cli_plan_apply(plan, all ? CLI_TELL_ACTS : CLI_TELL_SHORT);
	read_forwarding(&plan->want, &now);
	tell_forwarding(&before, &now);
	return renumbering.refused ? CLI_EXIT_FAILED : status;
}

/* A supervisor ends its VRFs itself, and nobody else may take the namespace of a proxy away. */
static void names_keep(struct cli_plan *plan, const struct config *config, struct strings *going,
	struct strings *kept)
{
	bool supervised = control_find(config->gateway.run_dir) > 0;
	size_t n = 0;

	for (size_t i = 0; i < going->count; i++) {
		if (!supervised &&
			!leftovers_is_running(config->gateway.run_dir, going->items[i])) {
			going->items[n++] = going->items[i];
			continue;
		}
		strings_add(kept, going->items[i]);
		free(going->items[i]);
		*array_append(&plan->want.keep, &plan->want.n_keep) = kept->items[kept->count - 1];
	}
	going->count = n;
}

struct kept {
	struct strings missing, disabled;
};

static void removals_keep(struct cli_plan *plan, const struct config *config,
	struct cli_removals *removals, struct kept *kept)
{
	names_keep(plan, config, &removals->going, &kept->missing);
	names_keep(plan, config, &removals->disabled, &kept->disabled);
	if (!plan->want.n_keep)
		return;
	net_plan_destroy(plan->plan);
	plan->plan = net_plan_create(&plan->want, plan->have);
}

static void names_tell(const struct strings *names, const char *though, const char *reload)
{
	cleanup_free char *list = strings_list(names);

	if (names->count)
		fprintf(stderr,
			"vrfgate up: left running, though %s: %s; '%s' or 'vrfgate down' ends %s\n",
			though, list, reload, names->count == 1 ? "it" : "them");
}

static void kept_tell(const struct kept *kept)
{
	names_tell(&kept->missing, "not in the config any more", "vrfgate reload --remove");
	names_tell(&kept->disabled, "disabled", "vrfgate reload");
}

static int removals_refuse(const struct strings *going)
{
	cleanup_free char *list = strings_list(going);

	fprintf(stderr,
		"vrfgate up: this would remove %zu %s; nothing was changed: %s; 'vrfgate up --remove' removes %s\n",
		going->count,
		going->count == 1 ? "VRF, the last of those that exist" : "of the VRFs that exist",
		list, going->count == 1 ? "it" : "them");
	return CLI_EXIT_FAILED;
}

static int up_run(const struct cli_call *call, struct cli_plan *plan, struct error *err)
{
	const struct config *config = call->config;
	cleanup(cli_removals_finish) struct cli_removals removals;
	struct kept kept = { 0 };
	int r;

	cli_removals_find(&removals, plan, config);
	removals_keep(plan, config, &removals, &kept);
	if (removals.going.count && removals.large && !call->remove)
		r = removals_refuse(&removals.going);
	else if (removal_note(config, &removals.going, err) < 0)
		r = cli_kernel_complain(err);
	else
		r = up_apply(config, plan, call->verbose);
	kept_tell(&kept);
	if (plan->want.n_keep)
		r = CLI_EXIT_FAILED;
	plan->want.n_keep = 0;
	strings_finish(&kept.missing);
	strings_finish(&kept.disabled);
	return r;
}

static int up_act(struct cli_call *call)
{
	struct error err = ERROR_INIT;
	struct cli_plan plan = { 0 };
	int r;

	if (cli_plan_create(&plan, call->config, true, &err) < 0)
		r = cli_kernel_complain(&err);
	else
		r = up_run(call, &plan, &err);
	cli_plan_finish(&plan);
	return r;
}

static const struct cli_option options[] = { CLI_CONFIG, CLI_VERBOSE, CLI_REMOVE, { 0 } };

const struct cli_command cli_up = {
	.name = "up",
	.summary = "bring the namespaces to the state of the config once, without proxies",
	.options = options,
	.needs_root = true,
	.load = CONFIG_LOAD_TO_ACT,
	.act = up_act,
};
