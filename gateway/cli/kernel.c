// SPDX-License-Identifier: GPL-2.0-or-later
/* plan, up and down: one comparison, three uses. */
#include "cli/kernel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "cli/options.h"
#include "config/cleanup.h"
#include "net/foreign.h"
#include "process/lock.h"
#include "supervisor/ids.h"
#include "process/cgroup.h"
#include "supervisor/leftovers.h"
#include "supervisor/paths.h"
#include "supervisor/run.h"
#include "supervisor/saved_state.h"
#include "supervisor/wiring.h"

int cli_plan_create(struct cli_plan *plan, const struct config *config, bool remove, bool save,
	struct error *err)
{
	int r = remove ? 0 : ids_assign(config, save, &plan->ids, err);

	if (r < 0)
		return r;
	if (remove)
		wiring_begin(&plan->want, config);
	else
		wiring_all(&plan->want, config, plan->ids);
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

static void on_outcome(const struct net_outcome *outcome, void *data)
{
	struct tally *tally = data;

	tally->acts += outcome->acts;
	if (outcome->error.code) {
		tally->failed++;
		fprintf(stderr, "vrf '%s': %s\n", outcome->netns, outcome->error.text);
	} else if (outcome->acts) {
		tally->changed++;
		printf("%s: %s, %zu %s\n", outcome->netns, outcome->removed ? "removed" : "up",
			outcome->acts, outcome->acts == 1 ? "change" : "changes");
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

static int complain(const struct error *err)
{
	fprintf(stderr, "vrfgate: %s\n", err->text);
	return CLI_EXIT_FAILED;
}

static int parse_and_load(int argc, char **argv, const char *letters, struct cli_options *options,
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

static void plan_show(const struct cli_plan *plan, bool json)
{
	json_t *document;

	if (!json) {
		net_plan_print(plan->plan, stdout);
		net_foreign_print(&plan->want, plan->have, stdout);
		return;
	}
	document = net_plan_to_json(plan->plan);
	json_object_set_new(document, "foreign", net_foreign_to_json(&plan->want, plan->have));
	json_dumpf(document, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(document);
}

int cli_plan(int argc, char **argv)
{
	cleanup_config struct config *config = NULL;
	struct error err = ERROR_INIT;
	struct cli_options options;
	struct cli_plan plan = { 0 };
	int r = parse_and_load(argc, argv, "c:jh", &options, &config);

	if (r != CLI_PARSED)
		return r;
	if (cli_plan_create(&plan, config, false, false, &err) < 0) {
		r = complain(&err);
	} else {
		plan_show(&plan, options.json);
		r = net_plan_count_faults(plan.plan) ? CLI_EXIT_FAILED
			: net_plan_count(plan.plan)  ? CLI_EXIT_CHANGES
						     : CLI_EXIT_DONE;
	}
	cli_plan_finish(&plan);
	return r;
}

/* ---- up ---- */

struct renumbering {
	const struct config *config;
	const struct cli_plan *plan;
	size_t refused;
};

static bool proxy_runs(const struct config *config, const char *vrf)
{
	struct process process = PROCESS_NONE;
	struct vrf_paths paths;
	cleanup_fd int fd = -1;
	int r;

	vrf_paths_init(&paths, &config->gateway, vrf);
	r = access(paths.lock, F_OK) < 0 ? 1 : process_lock_take(paths.lock, &fd, &process, NULL);
	process_finish(&process);
	vrf_paths_finish(&paths);
	return r <= 0;
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

static int up_apply(const struct config *config, const struct cli_plan *plan)
{
	struct renumbering renumbering = { config, plan, 0 };
	int status;

	net_plan_filter(plan->plan, may_renumber, &renumbering);
	status = cli_plan_apply(plan);
	return renumbering.refused ? CLI_EXIT_FAILED : status;
}

int cli_up(int argc, char **argv)
{
	cleanup_config struct config *config = NULL;
	struct error err = ERROR_INIT;
	struct cli_options options;
	struct cli_plan plan = { 0 };
	int r = parse_and_load(argc, argv, "c:h", &options, &config);

	if (r != CLI_PARSED)
		return r;
	if (cli_plan_create(&plan, config, false, true, &err) < 0)
		r = complain(&err);
	else
		r = up_apply(config, &plan);
	cli_plan_finish(&plan);
	return r;
}

/* ---- down ---- */

/* A descriptor of every namespace is held until all have lost their names. */
static void raise_file_limit(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) < 0)
		return;
	files.rlim_cur = files.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &files);
}

int cli_down(int argc, char **argv)
{
	cleanup_config struct config *config = NULL;
	struct error err = ERROR_INIT;
	struct cli_options options;
	struct cli_plan plan = { 0 };
	cleanup_fd int lock_fd = -1;
	int r = parse_and_load(argc, argv, "c:h", &options, &config);

	if (r != CLI_PARSED)
		return r;
	raise_file_limit();
	lock_fd = supervisor_lock(config->gateway.run_dir, &err);
	if (lock_fd < 0) {
		error_wrap(&err, "stop it first");
		return complain(&err);
	}
	if (leftovers_end(config->gateway.run_dir, NULL, NULL, &err) < 0 ||
		cli_plan_create(&plan, config, true, false, &err) < 0)
		r = complain(&err);
	else
		r = cli_plan_apply(&plan);
	saved_state_remove(config->gateway.run_dir);
	cgroups_remove_leftovers(config->gateway.name);
	cli_plan_finish(&plan);
	return r;
}
