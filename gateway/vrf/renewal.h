// SPDX-License-Identifier: GPL-2.0-or-later
/* Whether a proxy that runs has what it should have, or is to be started anew for it. */
#pragma once

#include "vrf/vrf.h"

/* Its config may be another one: restarts it where its file has changed. */
void renewal_apply_config(struct vrf *vrf);

/*
 * Its proxy is to poll these kinds (zabbix/pollers.h), too: restarts it where its config starts no processes for them
 * yet. Once for each kind, as none is taken away again before the VRF rests.
 */
void renewal_want_pollers(struct vrf *vrf, unsigned kinds);

/*
 * Restarts it by an operator's order. One of another major version than its binary is now goes on until it has sent
 * nearly all that it holds, stop_timeout at most: it collects meanwhile, which who sends the rest does not. False: it
 * waits for that, and is to be asked for again.
 */
bool renewal_restart(struct vrf *vrf);

/* Something that a start waits for is there. */
void renewal_prepared(struct vrf *vrf);

/* More is known of its binary (vrf/proxy_binary.h) or of its user (vrf/named_users.h). */
void renewal_binary_answered(struct vrf *vrf);

/* context->limits_due was set, and is no longer. */
void renewal_limits_found(struct vrf *vrf);
