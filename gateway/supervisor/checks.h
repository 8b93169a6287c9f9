// SPDX-License-Identifier: GPL-2.0-or-later
/* What is looked at in a VRF, and said in words a human can act on. */
#pragma once

#include "supervisor/vrf.h"

/* netns, link, address and uplink, from a reading of the kernel. */
void checks_judge_kernel(struct vrf *vrf, const struct net_netns_state *state);

/* process and server; `stats` is the probe's. */
void checks_judge_proxy(struct vrf *vrf);

/* Whether the namespace that has the VRF's name is the one its proxy lives in; true without a proxy. */
bool checks_proxy_in_netns(const struct vrf *vrf);

/* Sets one check; since_ms moves when ok changes. */
__attribute__((format(printf, 4, 5))) void checks_set(
	struct vrf *vrf, enum vrf_check_kind kind, bool ok, const char *format, ...);

/* Forgets what is known of the proxy: it is not running. */
void checks_forget_proxy(struct vrf *vrf);

/* The first check that is bad, NULL where all are good. */
const struct vrf_check *checks_first_bad(const struct vrf *vrf);
