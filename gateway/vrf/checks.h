// SPDX-License-Identifier: GPL-2.0-or-later
/* What is looked at in a VRF, and said in words a human can act on. */
#pragma once

#include "vrf/vrf.h"

/*
 * What the kernel tells of by itself counts at once: netns, link, address, uplink and process; route when it
 * was so twice. What has
 * to be asked for counts when it was so several times in a row, `fall` times bad or `rise` times good
 * (config_health): stats, gateway and server. In the start_period a bad result of these is none, until
 * the first good one.
 */

/* netns, link, address and uplink, from a reading of the kernel. */
void checks_judge_kernel(struct vrf *vrf, const struct net_netns_state *state);

/* process; one that has no room on its disk is not well, nor one of which it is not known yet whether it works
 * on since then. */
void checks_judge_process(struct vrf *vrf);

/* route, gateway and server, one result of each; `stats` is the probe's. */
void checks_ask(struct vrf *vrf);

/* A way was found astray once, and is to be asked for again soon. */
bool checks_way_is_doubted(const struct vrf *vrf);

/* One result of a check that is asked for: why it is bad, or what was found. */
void checks_count(struct vrf *vrf, enum vrf_check_kind kind, bool good, const char *detail);

/* Whether the namespace that has the VRF's name is the one its proxy lives in; true without a proxy. */
bool checks_proxy_in_netns(const struct vrf *vrf);

/* Sets one check; since_ms moves when ok changes. */
__attribute__((format(printf, 4, 5))) void checks_set(
	struct vrf *vrf, enum vrf_check_kind kind, bool ok, const char *format, ...);

/* Nothing is known of it any more. */
void checks_forget(struct vrf *vrf, enum vrf_check_kind kind);

/* Forgets what was asked for: nobody asks any more. */
void checks_forget_asked(struct vrf *vrf);

/* Forgets what is known of the proxy: it is not running. */
void checks_forget_proxy(struct vrf *vrf);

/* The first check that is bad, NULL where all are good. */
const struct vrf_check *checks_first_bad(const struct vrf *vrf);

/* What other VRFs may suffer from, too, where one is bad; CAUSE_NONE: nothing. */
struct cause checks_cause(const struct vrf *vrf);

/* The same in words, "server: never seen"; false where all are good. */
bool checks_bad_reason(const struct vrf *vrf, char reason[256]);
