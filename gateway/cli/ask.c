// SPDX-License-Identifier: GPL-2.0-or-later
/* Asking the supervisor of a config. */
#include "cli/ask.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "cli/command.h"
#include "control/client.h"
#include "control/protocol.h"
#include "supervisor/control_server.h"

void cli_tell_elsewhere(const struct config *config)
{
	pid_t pid;
	cleanup_free char *elsewhere = control_server_find_elsewhere(&config->gateway, &pid);

	if (elsewhere)
		fprintf(stderr,
			"vrfgate: the supervisor (pid %d) was started with run_dir '%s' and answers there; it takes another one at its next start\n",
			pid, elsewhere);
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
	if (strcmp(refusal, CONTROL_ERROR_NO_SUCH_VRF) == 0) {
		fprintf(stderr, "vrfgate: no such VRF: '%s'\n",
			json_string_value(json_object_get(*answer, "vrf")));
		return CLI_EXIT_NO_SUCH_VRF;
	}
	fprintf(stderr, "vrfgate: %s\n", refusal);
	return CLI_EXIT_FAILED;
}
