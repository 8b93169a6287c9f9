// SPDX-License-Identifier: GPL-2.0-or-later
/* What a VRF's life begins and ends with, and what the config and an operator make of it. */
#pragma once

#include "vrf/vrf.h"

struct vrf *vrf_create(struct vrf_context *context, const struct config_vrf *config, uint32_t id);

/* One that is in no config: it is only taken down, or left. */
struct vrf *vrf_create_gone(struct vrf_context *context, const char *name);
void vrf_destroy(struct vrf *vrf);

/*
 * For a VRF that was just made and is in no config: what an earlier supervisor left of it, a proxy that runs or a
 * namespace, is left as it is, and shown as degraded. Not even a proxy that ends is started again, as its
 * configuration is not known.
 */
void vrf_leave(struct vrf *vrf);

/* It is gone from the config, which has been taken over: ends its proxy, and sends first what that has not. */
void vrf_remove(struct vrf *vrf, struct config *config, const char *reason);

/* It is meant to go: ends its proxy. */
void vrf_end_left(struct vrf *vrf, const char *reason);

/* The config was read again: takes the new one over and restarts the proxy only where its file
 * changed. */
void vrf_reconfigure(struct vrf *vrf, const struct config_vrf *config, uint32_t id);

/*
 * What an operator orders. A VRF that was stopped stays so until it is started or restarted by hand:
 * over a reload and, by the saved state, over the next supervisor, but not over a reboot.
 */

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
