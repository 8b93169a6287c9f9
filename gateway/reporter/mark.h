// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How an object in Zabbix tells that this vrfgate made it. A proxy carries in its description
 *	[vrfgate GATEWAY vrf VRF psk 1a2b3c4d]
 * and a host the tags vrfgate=GATEWAY and vrf=VRF.
 *
 * The number is a fingerprint of the PSK's identity and key, which the API takes but never gives
 * back. 32 bits tell when the two were changed, and cannot tell more than 32 of the key's 256 bits.
 */
#pragma once

#include "reporter/inventory.h"

#define REPORTER_TAG_GATEWAY "vrfgate"
#define REPORTER_TAG_VRF     "vrf"

/* The mark of a proxy; the caller frees it. */
char *reporter_mark_make(const char *gateway, const struct reporter_proxy *proxy);

/* How every mark of a gateway begins; the caller frees it. */
char *reporter_mark_start(const char *gateway);

/* The VRF of this gateway's mark in a description; the caller frees it. NULL: it has none. */
char *reporter_mark_vrf(const char *description, const char *gateway);

/* The description with `mark` in the place of the gateway's mark there; the text around it is the
 * operator's and stays. The caller frees it. */
char *reporter_mark_put(const char *description, const char *gateway, const char *mark);
