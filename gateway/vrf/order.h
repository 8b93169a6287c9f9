// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What an operator orders. A VRF that was stopped stays so until it is started or restarted by hand:
 * over a reload and, by the saved state, over the next supervisor, but not over a reboot.
 */
#pragma once

#include "base/error.h"
#include "vrf/vrf.h"

/* Begins it; the states that follow tell how it went. -EINVAL where the config disables the VRF. */
typedef int (*order_fn)(struct vrf *vrf, struct error *err);

/* Also begins a failed one, or one in backoff, at once and with the shortest delay again. */
int order_start(struct vrf *vrf, struct error *err);

int order_stop(struct vrf *vrf, struct error *err);

/* Also kills what ends already: values that the proxy has not written are lost. */
int order_stop_now(struct vrf *vrf, struct error *err);

/* One that rests is started. */
int order_restart(struct vrf *vrf, struct error *err);

/* Starts a proxy that runs anew, so that it takes the key that its files have now; the config is as it was. */
int order_rekey(struct vrf *vrf, struct error *err);
