// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How an object in Zabbix tells that this vrfgate made it. A proxy carries in its description
 *	[vrfgate GATEWAY vrf VRF psk 1a2b3c4d id ID], before " id": " adopted" where somebody else made it, " released"
 *	where the gateway has given the VRF up, " from ID,ID" where other gateways had it before
 * and a host the tags vrfgate=GATEWAY, vrfgate.id=ID and vrf=VRF. Rules and actions of discovery have
 * neither: their names begin with [vrfgate GATEWAY vrf VRF id ID]. A host that discovery has found has a
 * further tag, vrfgate.discovered=ADDRESS; one that was taken over vrfgate.adopted.
 *
 * ID is the gateway's (32 hex digits), by which it is known: two gateways may have one name, and one may get
 * another name. Marks of earlier versions lack it: such an object belongs to the first gateway of its name that
 * finds it, which adds its id.
 *
 * The mark of a VRF's proxy tells whose the VRF is, and its hosts and rules with it: reporter/handover.h.
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
#define REPORTER_TAG_CLAIM   "vrfgate.claim"

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

/* What the mark of a proxy says. */
struct reporter_mark {
	char *gateway, *vrf, *id;
	char *from; /* ids of gateways that had the VRF before, the last first, by commas */
	bool adopted, released;
	bool is_ours;
};

/* The first mark of any gateway in a description; false where there is none. To be finished in either case. */
bool reporter_mark_read(
	const char *description, const struct reporter_owner *owner, struct reporter_mark *mark);
void reporter_mark_finish(struct reporter_mark *mark);

/* Whether the id is in such a list. */
bool reporter_mark_is_from(const char *from, const char *id);

/* The list with an id that comes first and without our own; the caller frees it. */
char *reporter_mark_from_add(const char *from, const char *id, const char *own);

/* The mark of a proxy; the caller frees it. words: of its flags and former owners, NULL: none. */
char *reporter_mark_make(const struct reporter_owner *owner, const struct reporter_proxy *proxy,
	const struct reporter_mark *words);

/* The description with a mark in it that is released; the caller frees it. */
char *reporter_mark_release(const char *description, const struct reporter_owner *owner);

/* Whether a description bears the mark of any gateway. */
bool reporter_mark_is_any(const char *description);

/* Whether the proxy of that description was made by somebody else and is the owner's now. */
bool reporter_mark_is_adopted(const char *description, const struct reporter_owner *owner);

/* How every mark of gateways of that name begins; the caller frees it. */
char *reporter_mark_start(const char *gateway);

/* The VRF of the owner's mark in a description; the caller frees it. NULL: it has none. */
char *reporter_mark_vrf(const char *description, const struct reporter_owner *owner);

/* Whether a host bears the owner's mark. */
bool reporter_mark_is_own_host(const json_t *host, const struct reporter_owner *owner);

/* The id of another gateway whose mark a host bears, borrowed from it; NULL: there is none with an id. */
const char *reporter_mark_other_host(const json_t *host, const struct reporter_owner *owner);

/* The value of a host's tag; "" where it has none of that name. */
const char *reporter_mark_tag(const json_t *host, const char *name);

/* The name of a VRF's n-th rule or action of discovery, from 1; the caller frees it. */
char *reporter_mark_discovery(const struct reporter_owner *owner, const char *vrf, size_t n);

/* Whether a name is that of the n-th rule or action of a VRF, as this or an earlier version wrote it; then *vrf and
 * *id, the gateway's, are the caller's to free. One without an id is the owner's where it has his name. */
bool reporter_mark_discovery_read(
	const char *name, const struct reporter_owner *owner, char **vrf, char **id, size_t *n);

/* The description with `mark` in the place of the first mark there; the text around it is the
 * operator's and stays. The caller frees it. */
char *reporter_mark_put(
	const char *description, const struct reporter_owner *owner, const char *mark);
