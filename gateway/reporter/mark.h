// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How an object in Zabbix tells that this vrfgate made it. A proxy carries in its description
 *	[vrfgate GATEWAY vrf VRF psk 1a2b3c4d id ID], with " adopted" before " id" where somebody else made it
 * and a host the tags vrfgate=GATEWAY, vrfgate.id=ID and vrf=VRF. Rules and actions of discovery have
 * neither: their names begin with [vrfgate GATEWAY vrf VRF id ID]. A host that discovery has found has a
 * further tag, vrfgate.discovered=ADDRESS; one that was taken over vrfgate.adopted.
 *
 * ID is the gateway's (32 hex digits), as two gateways may have one name. Marks of earlier versions lack
 * it: such an object belongs to the first gateway of its name that finds it, which adds its id.
 *
 * The number is a fingerprint of the PSK's identity and key, which the API takes but never gives
 * back. 32 bits tell when the two were changed, and cannot tell more than 32 of the key's 256 bits.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "reporter/inventory.h"

#define REPORTER_TAG_GATEWAY "vrfgate"
#define REPORTER_TAG_ID      "vrfgate.id"
#define REPORTER_TAG_VRF     "vrf"
#define REPORTER_TAG_FOUND   "vrfgate.discovered"
#define REPORTER_TAG_ADOPTED "vrfgate.adopted"
#define REPORTER_TAG_PSK     "vrfgate.psk"

/* Whose marks: borrows its texts. */
struct reporter_owner {
	const char *gateway, *id;
};

static inline struct reporter_owner reporter_owner_of(const struct reporter_inventory *inventory)
{
	return (struct reporter_owner){ inventory->config->gateway.name, inventory->gateway_id };
}

#define REPORTER_FINGERPRINT_SIZE 9

/* Of a key and its identity: what is in the mark of a proxy and in a host's tag vrfgate.psk. Returns text. */
const char *reporter_mark_fingerprint(
	const char *identity, const char *psk, char text[REPORTER_FINGERPRINT_SIZE]);

/* The mark of a proxy, which somebody else may have made; the caller frees it. */
char *reporter_mark_make(
	const struct reporter_owner *owner, const struct reporter_proxy *proxy, bool adopted);

/* Whether a description bears the mark of any gateway. */
bool reporter_mark_is_any(const char *description);

/* Whether the proxy of that description was made by somebody else and is the owner's now. */
bool reporter_mark_is_adopted(const char *description, const struct reporter_owner *owner);

/* How every mark of gateways of that name begins; the caller frees it. */
char *reporter_mark_start(const char *gateway);

/* The VRF of the owner's mark in a description; the caller frees it. NULL: it has none. */
char *reporter_mark_vrf(const char *description, const struct reporter_owner *owner);

/* The id of another gateway of the owner's name whose mark a description bears; the caller frees it. NULL:
 * there is no such mark. */
char *reporter_mark_other(const char *description, const struct reporter_owner *owner);

/* The same for a host by its tags; borrowed from it. */
const char *reporter_mark_other_host(const json_t *host, const struct reporter_owner *owner);

/* The value of a host's tag; "" where it has none of that name. */
const char *reporter_mark_tag(const json_t *host, const char *name);

/* The name of a VRF's n-th rule or action of discovery, from 1; the caller frees it. */
char *reporter_mark_discovery(const struct reporter_owner *owner, const char *vrf, size_t n);

/* Whether a name is that of the owner's n-th rule or action of a VRF, as this or an earlier version wrote it;
 * then *vrf is the caller's to free. */
bool reporter_mark_discovery_read(
	const char *name, const struct reporter_owner *owner, char **vrf, size_t *n);

/* The description with `mark` in the place of the owner's mark there; the text around it is the
 * operator's and stays. The caller frees it. */
char *reporter_mark_put(
	const char *description, const struct reporter_owner *owner, const char *mark);
