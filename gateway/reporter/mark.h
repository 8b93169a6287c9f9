// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How an object in Zabbix tells that this vrfgate made it. A proxy carries in its description
 *	[vrfgate GATEWAY vrf VRF psk 1a2b3c4d]
 * and a host the tags vrfgate=GATEWAY and vrf=VRF. Rules and actions of discovery have neither:
 * their names begin with [vrfgate GATEWAY vrf VRF]. A host that discovery has found has a third tag,
 * vrfgate.discovered=ADDRESS.
 *
 * The number is a fingerprint of the PSK's identity and key, which the API takes but never gives
 * back. 32 bits tell when the two were changed, and cannot tell more than 32 of the key's 256 bits.
 */
#pragma once

#include <jansson.h>

#include "reporter/inventory.h"

#define REPORTER_TAG_GATEWAY "vrfgate"
#define REPORTER_TAG_VRF     "vrf"
#define REPORTER_TAG_FOUND   "vrfgate.discovered"

/* The mark of a proxy; the caller frees it. */
char *reporter_mark_make(const char *gateway, const struct reporter_proxy *proxy);

/* How every mark of a gateway begins; the caller frees it. */
char *reporter_mark_start(const char *gateway);

/* The VRF of this gateway's mark in a description; the caller frees it. NULL: it has none. */
char *reporter_mark_vrf(const char *description, const char *gateway);

/* The value of a host's tag; "" where it has none of that name. */
const char *reporter_mark_tag(const json_t *host, const char *name);

/* The name of a VRF's n-th rule or action of discovery, from 1; the caller frees it. */
char *reporter_mark_discovery(const char *gateway, const char *vrf, size_t n);

/* The VRF of such a name; the caller frees it. NULL: it is not this gateway's. */
char *reporter_mark_discovery_vrf(const char *name, const char *gateway);

/* The description with `mark` in the place of the gateway's mark there; the text around it is the
 * operator's and stays. The caller frees it. */
char *reporter_mark_put(const char *description, const char *gateway, const char *mark);
