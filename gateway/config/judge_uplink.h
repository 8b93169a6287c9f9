// SPDX-License-Identifier: GPL-2.0-or-later
/* Whether the uplinks fit into their prefixes, and lead to the server. */
#pragma once

#include "config/reader.h"

/* Sets config->uplink.servers, too. */
void config_judge_uplinks(struct config_reader *reader);
