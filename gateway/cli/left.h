// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * For commands that look into a VRF: one of the config, or one that went from it and was left running, as far as its
 * namespace and the files of state_dir and run_dir tell.
 */
#pragma once

#include <stdint.h>

#include "config/model.h"

struct cli_left {
	struct config_vrf vrf; /* its interfaces are those that it has, and devices all */
	uint32_t id;           /* of its uplink, where it has one */
};

/* NULL: there is neither, which was said on stderr. What is returned is the config's, or in *left; cli_left_finish() it
 * in any case. Takes root to find one that was left. */
const struct config_vrf *cli_find_vrf(
	const struct config *config, const char *name, struct cli_left *left);
void cli_left_finish(struct cli_left *left);

/* Says that the config has no VRF of this name; returns CLI_EXIT_NO_SUCH_VRF. */
int cli_no_vrf_of(const struct config *config, const char *name);
