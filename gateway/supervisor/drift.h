// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Keeps each VRF's part of the kernel as the config says. What the kernel tells (net/monitor.h) makes
 * the VRF due for a comparison: soon, but no sooner than 100 ms after the last one, so that a link that
 * flaps costs no more; and few in one go, so that a parent lost by a thousand holds nobody up. Beside
 * that each is compared every two minutes, for what nobody tells of.
 */
#pragma once

#include "net/want.h"
#include "supervisor/supervisor.h"

struct drift;

int drift_create(struct supervisor *supervisor, struct drift **drift, struct error *err);
void drift_destroy(struct drift *drift);

/* Its namespace is there, and no other part of the supervisor is at it. */
bool drift_is_up(const struct vrf *vrf);

/* The VRF is to be compared: something of it may have changed, or nobody has looked yet. */
void drift_look(struct drift *drift, struct vrf *vrf);

/* What no one VRF has is to be compared: the root namespace's firewall and forwarding. */
void drift_look_at_shared(struct drift *drift);

/* It was compared just now. Where that changed something it is looked at once more when that has settled;
 * where it failed, after a while. */
void drift_compared(
	struct drift *drift, struct vrf *vrf, const struct net_want_netns *wired, bool changed);

/* Whether what was seen of the VRF at its last comparison is so still: nothing was done then, and nothing
 * was heard since. */
bool drift_is_settled(const struct vrf *vrf);

/* The VRF is no more. */
void drift_forget(struct drift *drift, const struct vrf *vrf);
