// SPDX-License-Identifier: GPL-2.0-or-later
/* Asking the supervisor of a config. */
#pragma once

#include <jansson.h>

#include "config/model.h"

/* Where no supervisor answers at the config's run_dir: says on stderr where one does that was started with another. */
void cli_tell_elsewhere(const struct config *config);

/*
 * Takes `request` over, and waits for patience_ms (control/client.h). Returns CLI_EXIT_DONE and
 * *answer, or complains on stderr and returns CLI_EXIT_NO_SUPERVISOR, CLI_EXIT_NO_SUCH_VRF or
 * CLI_EXIT_FAILED (with *answer where the supervisor refused).
 */
int cli_ask(const struct config *config, json_t *request, uint64_t patience_ms, json_t **answer);
