// SPDX-License-Identifier: GPL-2.0-or-later
/* The config of a command, and what is said where it has faults. */
#pragma once

#include "config/model.h"

/*
 * Loads the config, prints faults to stderr. Returns CLI_EXIT_DONE and *config, or CLI_EXIT_CONFIG.
 * The others print the warnings, too. For a start of the supervisor faults that cost one VRF or less are
 * warnings.
 */
int cli_load_config(const char *path, struct config **config);
/* For commands that bring nothing up: what a supervisor may run with is no fault. */
int cli_load_config_in_use(const char *path, struct config **config);
int cli_load_config_to_check(const char *path, struct config **config);
int cli_load_config_to_start(const char *path, struct config **config);

/* For commands that only look: a file with faults is no reason not to, so one line tells of them.
 */
int cli_load_config_to_look(const char *path, struct config **config);

/* The same for commands that go by what the supervisor says: without the VRFs, and so at once. */
int cli_load_config_to_ask(const char *path, struct config **config);
