// SPDX-License-Identifier: GPL-2.0-or-later
/* vrfgate up: the namespaces once, without a daemon. */
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "cli/kernel.h"
#include "config/cleanup.h"
#include "process/lock.h"
#include "supervisor/paths.h"

struct renumbering {
	const struct config *config;
	const struct cli_plan *plan;
	size_t refused;
};

static bool proxy_runs(const struct config *config, const char *vrf)
{
	struct vrf_paths paths;
	bool runs;

	vrf_paths_init(&paths, &config->gateway, vrf);
	runs = process_lock_names_living(paths.lock);
	vrf_paths_finish(&paths);
	return runs;
}

/* True for the deletion of an uplink whose number is not the VRF's any more. */
static bool renumbers(const struct renumbering *r, const char *netns, const char *text)
{
	const struct config_vrf *vrf = config_find_vrf(r->config, netns);
	char name[NET_IFNAME_SIZE], same[64];

	if (!vrf || !vrf->has_uplink)
		return false;
	net_uplink_root_name(r->plan->ids[vrf - r->config->vrfs], name);
	snprintf(same, sizeof(same), "delete link %s", name);
	return strncmp(text, "delete link " NET_UPLINK_ROOT,
		       strlen("delete link " NET_UPLINK_ROOT)) == 0 &&
		strcmp(text, same) != 0;
}

/* The proxy listens on the old address and would never know the new one. */
static bool may_renumber(const char *netns, enum net_aspect aspect, const char *text, void *data)
{
	struct renumbering *r = data;

	if (aspect != NET_ASPECT_UPLINK || !renumbers(r, netns, text) ||
		!proxy_runs(r->config, netns))
		return true;
	fprintf(stderr,
		"vrf '%s': its uplink cannot get another id while its proxy runs: the supervisor restarts it at a reload\n",
		netns);
	r->refused++;
	return false;
}

static int up_apply(const struct config *config, const struct cli_plan *plan, bool all)
{
	struct renumbering renumbering = { config, plan, 0 };
	int status;

	net_plan_filter(plan->plan, may_renumber, &renumbering);
	status = cli_plan_apply(plan, all ? CLI_TELL_ACTS : CLI_TELL_SHORT);
	return renumbering.refused ? CLI_EXIT_FAILED : status;
}

int cli_up(int argc, char **argv)
{
	cleanup_config struct config *config = NULL;
	struct error err = ERROR_INIT;
	struct cli_options options;
	struct cli_plan plan = { 0 };
	int r = cli_kernel_begin(argc, argv, "c:vh", &options, &config);

	if (r != CLI_PARSED)
		return r;
	if (cli_plan_create(&plan, config, true, &err) < 0)
		r = cli_kernel_complain(&err);
	else
		r = up_apply(config, &plan, options.verbose);
	cli_plan_finish(&plan);
	return r;
}
