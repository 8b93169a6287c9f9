// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How an object in Zabbix tells that this vrfgate made it. A proxy carries in its description
 *	[vrfgate GATEWAY psk 1a2b3c4d]
 * and a host the tags vrfgate=GATEWAY and vrf=VRF.
 *
 * The number is a fingerprint of the PSK's identity and key, which the API takes but never gives
 * back. 32 bits tell when the two were changed, and cannot tell more than 32 of the key's 256 bits.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "reporter/inventory.h"

#define REPORTER_TAG_GATEWAY "vrfgate"
#define REPORTER_TAG_VRF     "vrf"

/* The mark of a proxy; the caller frees it. */
char *reporter_mark_make(const char *gateway, const struct reporter_proxy *proxy);

/* True where a description has a mark of this gateway, whatever its fingerprint. */
bool reporter_mark_is_ours(const char *description, const char *gateway);

/* The description with `mark` in the place of the gateway's mark there; the text around it is the
 * operator's and stays. The caller frees it. */
char *reporter_mark_put(const char *description, const char *gateway, const char *mark);

/* True where a host's tags (as host.get gives them) name this gateway. */
bool reporter_tags_are_ours(const json_t *tags, const char *gateway);
