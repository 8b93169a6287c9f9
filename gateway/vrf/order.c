// SPDX-License-Identifier: GPL-2.0-or-later
/* What an operator orders. */
#include "vrf/order.h"

#include <errno.h>

int order_start(struct vrf *vrf, struct error *err)
{
	if (!vrf->config || !vrf->config->enabled)
		return error_set(err, EINVAL, "vrf '%s' is %s the config", vrf->name,
			vrf->config ? "disabled in" : "gone from");
	vrf->held = false;
	vrf->backoff_s = 0;
	vrf->failure[0] = '\0';
	relapses_forget(&vrf->relapses);
	/* One that ends just now starts when it has, and not after a delay. */
	vrf->restart_now |= vrf->state == VRF_STOPPING;
	vrf_dispatch(vrf, VRF_EVENT_START, "");
	return 0;
}

int order_stop(struct vrf *vrf, struct error *err)
{
	(void)err;
	vrf->held = true;
	vrf_dispatch(vrf, VRF_EVENT_STOP, VRF_STOPPED_BY_HAND);
	return 0;
}

int order_stop_now(struct vrf *vrf, struct error *err)
{
	int r = order_stop(vrf, err);

	vrf_dispatch(vrf, VRF_EVENT_KILL, "ordered by 'vrfgate stop --now'");
	return r;
}

int order_restart(struct vrf *vrf, struct error *err)
{
	int r = order_start(vrf, err);

	if (r < 0 ||
		(vrf->state != VRF_STARTING && vrf->state != VRF_HEALTHY &&
			vrf->state != VRF_DEGRADED))
		return r;
	vrf_restart(vrf);
	return 0;
}

int order_rekey(struct vrf *vrf, struct error *err)
{
	(void)err;
	if (!vrf->config || vrf->proxy.pid <= 0 ||
		(vrf->state != VRF_STARTING && vrf->state != VRF_HEALTHY &&
			vrf->state != VRF_DEGRADED))
		return 0;
	vrf->restart_now = true;
	vrf_dispatch(vrf, VRF_EVENT_HUNG, "its key has changed");
	return 0;
}
