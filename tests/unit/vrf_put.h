// SPDX-License-Identifier: GPL-2.0-or-later
/* Puts a VRF into a state without what leads there. */
#pragma once

#include "vrf/vrf.h"

static inline void vrf_put(struct vrf *vrf, enum vrf_state state)
{
	static const enum program_state programs[VRF_STATES] = {
		[VRF_DISABLED] = PROGRAM_STOPPED,
		[VRF_WIRING] = PROGRAM_STOPPED,
		[VRF_STARTING] = PROGRAM_STARTING,
		[VRF_HEALTHY] = PROGRAM_READY,
		[VRF_DEGRADED] = PROGRAM_READY,
		[VRF_BACKOFF] = PROGRAM_BACKOFF,
		[VRF_FAILED] = PROGRAM_FAILED,
		[VRF_STOPPING] = PROGRAM_STOPPING,
	};

	vrf->proxy.state = programs[state];
	vrf->proxy.wanted = state != VRF_DISABLED;
	vrf->unwell = state == VRF_DEGRADED;
	vrf->told = state;
}
