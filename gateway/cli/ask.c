// SPDX-License-Identifier: GPL-2.0-or-later
/* Asking the supervisor of a config. */
#include "cli/ask.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "control/client.h"
#include "control/protocol.h"

int cli_ask(const struct config *config, json_t *request, uint64_t patience_ms, json_t **answer)
{
	struct error err = ERROR_INIT;
	int r = control_client_ask(config->gateway.run_dir, request, patience_ms, answer, &err);
	const char *refusal;

	if (r < 0) {
		fprintf(stderr, "vrfgate: %s\n", err.text);
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
