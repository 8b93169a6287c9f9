// SPDX-License-Identifier: GPL-2.0-or-later
/* Whether the addresses of VRFs can be what they are said to be. */
#pragma once

#include "config/reader.h"

void config_judge_addresses(struct config_reader *reader, const struct config_vrf *vrf,
	const struct config_section *section);

/* Whether two VRFs have one address where the config alone shows that they are hosts of one network: a warning. */
void config_judge_wires(struct config_reader *reader);
