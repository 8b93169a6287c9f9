// SPDX-License-Identifier: GPL-2.0-or-later
/* Bridges of the root namespace that filter VLANs: bridge-vlan in bridge(8). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "net/want.h"

/* Whether the parent is a bridge that filters VLANs and does not have this one on itself, so that a VLAN device on
 * it hears nothing; then its name. What is no bridge, or not there, lacks nothing. Blocks for the answers. */
int net_bridge_lacks_vlan(const char *parent, uint16_t id, bool *lacks, char name[NET_IFNAME_SIZE],
	struct error *err);
