// SPDX-License-Identifier: GPL-2.0-or-later
/* Bringing the kernel in line for those VRFs that asked for it, all of them in one plan. */
#pragma once

#include "supervisor/supervisor.h"

/* Asks for a VRF (vrf_context.wire). */
void wire_request(struct vrf *vrf);

/* Asks for everything, removals included. */
void wire_request_all(struct supervisor *supervisor);

/* Makes the loop's source for it. */
int wire_start(struct supervisor *supervisor, struct error *err);
