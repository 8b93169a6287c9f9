// SPDX-License-Identifier: GPL-2.0-or-later
/* The config of a command, and what is said where it has faults. */
#pragma once

#include "config/model.h"

/*
 * Loads the config, CONFIG_LOAD_* of config/load.h telling how, and prints its faults to stderr: in one line where it is
 * given in spite of them. The warnings are printed, too, where files are looked at. Returns CLI_EXIT_DONE and *config,
 * or CLI_EXIT_CONFIG.
 */
int cli_load_config(const char *path, unsigned flags, struct config **config);
