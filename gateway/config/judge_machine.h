// SPDX-License-Identifier: GPL-2.0-or-later
/* Whether this machine has what the config takes for granted. */
#pragma once

#include "config/reader.h"

/* The server's address, in mode local of the uplinks. Asks the kernel and nobody else. */
void config_judge_server_address(struct config_reader *reader);

/* Settings that a namespace of this kernel has not. Forks, and asks in a namespace of its own where it may make one. */
void config_judge_settings(struct config_reader *reader);

/* Warns of files that are missing or empty; waits for the disks they are on. */
void config_judge_files(struct config_reader *reader);
