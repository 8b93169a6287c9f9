// SPDX-License-Identifier: GPL-2.0-or-later
/* Whether the addresses of a VRF can be what they are said to be. */
#pragma once

#include "config/reader.h"

void config_judge_addresses(struct config_reader *reader, const struct config_vrf *vrf,
	const struct config_section *section);
