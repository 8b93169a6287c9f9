// SPDX-License-Identifier: GPL-2.0-or-later
/* Whether the kernel takes the routes of a VRF. */
#pragma once

#include "config/reader.h"

void config_judge_routes(struct config_reader *reader, const struct config_vrf *vrf,
	const struct config_section *section);
