// SPDX-License-Identifier: GPL-2.0-or-later
/* What every command's options have in common. */
#pragma once

#include "cli/command.h"
#include "config/model.h"

/* Prints "vrfgate COMMAND: text" and the command's usage line to stderr; returns CLI_EXIT_USAGE. */
__attribute__((format(printf, 2, 3))) int cli_usage(const char *command, const char *format, ...);

/* Prints the command's usage and summary to stdout (-h); returns CLI_EXIT_DONE. */
int cli_help(const char *command);

/*
 * Loads the config, prints faults (and notes) to stderr. Returns CLI_EXIT_DONE and *config, or
 * CLI_EXIT_CONFIG.
 */
int cli_load_config(const char *path, struct config **config);
