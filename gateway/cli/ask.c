// SPDX-License-Identifier: GPL-2.0-or-later
/* Asking the supervisor of a config. */
#include "cli/ask.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "cli/command.h"
#include "control/client.h"
#include "control/place.h"
#include "control/protocol.h"

void cli_tell_elsewhere(const struct config *config)
{
	pid_t pid;
	cleanup_free char *elsewhere =
		control_find_elsewhere(config->gateway.state_dir, config->gateway.run_dir, &pid);

	if (elsewhere)
		fprintf(stderr,
			"vrfgate: the supervisor (pid %d) was started with run_dir '%s' and answers there; it takes another one at its next start\n",
			pid, elsewhere);
}

/* Asks for the names of all, so that the one that was meant can be said. */
static int no_such_vrf(const struct config *config, const char *name)
{
	cleanup_json json_t *status = NULL;
	struct nearest nearest = NEAREST_INIT(name);
	size_t i;
	json_t *vrf;

	(void)control_client_ask(config->gateway.run_dir,
		json_pack("{s:s, s:b}", "command", "status", "brief", true), CONTROL_IMPATIENCE_MS,
		&status, NULL);
	json_array_foreach (json_object_get(status, "vrfs"), i, vrf)
		if (json_is_string(json_object_get(vrf, "name")))
			nearest_offer(&nearest, json_string_value(json_object_get(vrf, "name")));
	return cli_no_such_vrf(&nearest);
}

int cli_ask(const struct config *config, json_t *request, uint64_t patience_ms, json_t **answer)
{
	struct error err = ERROR_INIT;
	int r = control_client_ask(config->gateway.run_dir, request, patience_ms, answer, &err);
	const char *refusal;

	if (r < 0) {
		fprintf(stderr, "vrfgate: %s\n", err.text);
		if (r == -ENOENT)
			cli_tell_elsewhere(config);
		return r == -ENOENT ? CLI_EXIT_NO_SUPERVISOR : CLI_EXIT_FAILED;
	}
	refusal = json_string_value(json_object_get(*answer, "error"));
	if (!refusal)
		return CLI_EXIT_DONE;
	if (strcmp(refusal, CONTROL_ERROR_NO_SUCH_VRF) == 0)
		return no_such_vrf(config, json_string_value(json_object_get(*answer, "vrf")));
	fprintf(stderr, "vrfgate: %s\n", refusal);
	return CLI_EXIT_FAILED;
}
