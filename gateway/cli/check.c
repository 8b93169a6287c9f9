// SPDX-License-Identifier: GPL-2.0-or-later
/* vrfgate check: validate the config; touches nothing. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "cli/command.h"
#include "config/load.h"
#include "net/validate.h"
#include "vrf/ids.h"
#include "vrf/passive_ports.h"
#include "vrf/wiring.h"

static void faults_tell(const struct config_vrf *vrf, const struct net_faults *faults)
{
	for (size_t i = 0; i < faults->count; i++)
		fprintf(stderr, "%s:%d: vrf '%s': %s\n", vrf->file, vrf->line, vrf->name,
			faults->items[i].text);
}

/* What an uplink's number decides. */
static int wiring_check(const struct config *config, const uint32_t *ids)
{
	struct net_want want;
	bool faulty = false;

	wiring_all(&want, config, ids);
	for (size_t i = 0; i < want.n_netns; i++) {
		struct net_faults faults = { 0 };

		net_validate_want(&want, &want.netns[i], &faults);
		faults_tell(config_find_vrf(config, want.netns[i].name), &faults);
		faulty |= faults.count > 0;
		free(faults.items);
	}
	net_want_finish(&want);
	return faulty ? CLI_EXIT_CONFIG : CLI_EXIT_DONE;
}

static void ports_check(const char *path, const struct config *config, const uint32_t *ids)
{
	cleanup(strings_finish) struct strings warnings = { 0 };

	passive_ports_judge(config, ids, &warnings);
	for (size_t i = 0; i < warnings.count; i++)
		fprintf(stderr, "%s: warning: %s\n", path, warnings.items[i]);
}

/* What a reload would refuse as the numbers are now; who may not read them has nothing to compare. */
static int numbers_check(const char *path, const struct config *config)
{
	cleanup_free uint32_t *ids = NULL;
	struct error err = ERROR_INIT;
	int r = ids_assign(config, false, &ids, &err);

	if (r == 0) {
		ports_check(path, config, ids);
		return wiring_check(config, ids);
	}
	if (r == -EACCES)
		return CLI_EXIT_DONE;
	fprintf(stderr, "%s: %s\n", path, err.text);
	return CLI_EXIT_CONFIG;
}

static int check_act(struct cli_call *call)
{
	int r = numbers_check(call->config_path, call->config);

	if (r == CLI_EXIT_DONE)
		printf("%s: no faults, %zu %s\n", call->config_path, call->config->n_vrfs,
			call->config->n_vrfs == 1 ? "VRF" : "VRFs");
	return r;
}

static const struct cli_option options[] = { CLI_CONFIG, { 0 } };

const struct cli_command cli_check = {
	.name = "check",
	.summary = "validate the config; change nothing",
	.options = options,
	.load = CONFIG_LOAD_TO_CHECK,
	.act = check_act,
};
