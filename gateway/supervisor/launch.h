// SPDX-License-Identifier: GPL-2.0-or-later
/* Starting a VRF's proxy, or taking over the one that a former supervisor left. */
#pragma once

#include "supervisor/vrf.h"

enum launch_result {
	LAUNCH_STARTED,
	LAUNCH_ADOPTED,          /* it ran already, with the config that it should have */
	LAUNCH_ADOPTED_OUTDATED, /* it ran already, with another config: to be restarted */
};

/* Makes the files and starts the proxy; vrf->proxy is it. A launch_result, or an error and nothing
 * runs. */
int launch_proxy(struct vrf *vrf, struct error *err);

/*
 * Writes the proxy's config anew where it is not what it should be; *changed tells. -ENOENT and
 * -EINVAL name the binary.
 */
int launch_write_config(struct vrf *vrf, bool *changed, struct error *err);

/* The config's limits, to a proxy that runs. */
void launch_set_limits(struct vrf *vrf);

/* The proxy has ended: its group goes, and last_exit tells where that was for want of memory. */
void launch_close_limits(struct vrf *vrf);
