// SPDX-License-Identifier: GPL-2.0-or-later
/* What is looked at in a VRF, and said in words a human can act on. */
#pragma once

#include "supervisor/vrf.h"

/* Fills the VRF's checks but for `stats`, which the probe judges. Blocks for some netlink dumps
 * only. */
void checks_judge(struct vrf *vrf);

/* Sets one check; since_ms moves when ok changes. */
__attribute__((format(printf, 4, 5))) void checks_set(
	struct vrf *vrf, enum vrf_check_kind kind, bool ok, const char *format, ...);

/* Forgets what is known of the proxy: it is not running. */
void checks_forget_proxy(struct vrf *vrf);

/* The first check that is bad, NULL where all are good. */
const struct vrf_check *checks_first_bad(const struct vrf *vrf);
