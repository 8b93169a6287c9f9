// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What Zabbix has of what concerns us, of as many objects as it may be: what is small comes in one
 * request, of what is large first the ids and then the objects, in portions. Of proxies and hosts we read
 * all that bear our mark, whatever their names, and who has the names that we want.
 */
#pragma once

#include <jansson.h>

#include "reporter/inventory.h"
#include "zabbix/api.h"

enum reporter_kind {
	REPORTER_KIND_PROXY_GROUP,
	REPORTER_KIND_PROXY,      /* ours, keyed by VRF */
	REPORTER_KIND_PROXY_NAME, /* anybody's with a name that we want */
	REPORTER_KIND_GROUP,
	REPORTER_KIND_HOST, /* ours, keyed by name, as are all others */
	REPORTER_KIND_TEMPLATE,
	REPORTER_KIND_TEMPLATE_NAME, /* by visible name; those whose names are no template's technical name are
					found among the templates, too */
	REPORTER_KIND_RULE,   /* ours, of discovery, keyed by the name that they shall have */
	REPORTER_KIND_CLAIM,  /* hosts of other gateways that name what we have */
	REPORTER_KIND_ACTION, /* the last of those that stand alone */
	REPORTER_KIND_HOST_NAME, /* anybody's with a name that we want and have no host of; asked for when
				    ours are known */
	REPORTER_KIND_VISIBLE, /* anybody's with a visible name that we want and have not; asked for likewise */
	REPORTER_KIND_ADOPTED, /* of those the ones that are to be taken over, see REPORTER_VIEW_ADOPTED */
	REPORTER_KIND_TAKEN, /* hosts of VRFs that came from other gateways, with these gateways' marks */
	REPORTER_KIND_FOUND, /* hosts in the groups of discovery without our mark, keyed by id; asked
				for when the groups are known */
	REPORTER_KINDS,
};

/* A field that an object of REPORTER_KIND_HOST_NAME gets where it is to be taken over. */
#define REPORTER_VIEW_ADOPTED "vrfgate_adopted"

/* The id of what a pass that only looks would have made. */
#define REPORTER_NEW_ID "new"

/*
 * The objects of each kind as the API gives them. Where two clients made a host at once, before 7.0 a
 * proxy, too, Zabbix has two of one name: the older is taken, the others are doubles, an array or NULL.
 */
struct reporter_view {
	json_t *objects[REPORTER_KINDS];
	json_t *doubles[REPORTER_KINDS];
	/* Other gateways of our name, whose objects are in none of these: by id, "host 'x'" as an example. An
	 * object or NULL. */
	json_t *others;
	/* Proxies of other gateways that were read, arrays by VRF: released ones, and others. Objects or NULL. */
	json_t *released, *foreign;
	/* From whom our VRFs came: ids by commas by VRF. An object or NULL. */
	json_t *heirs;
};

void reporter_view_finish(struct reporter_view *view);

/* Reads the kinds from `first` to `last` (anew). */
int reporter_view_read(struct reporter_view *view, struct zabbix_api *api,
	const struct reporter_inventory *inventory, enum reporter_kind first,
	enum reporter_kind last, struct error *err);

/* NULL where there is none. */
const json_t *reporter_view_find(
	const struct reporter_view *view, enum reporter_kind kind, const char *key);

/* As if Zabbix had it already: for a pass that only looks. Takes object over. */
void reporter_view_pretend(
	struct reporter_view *view, enum reporter_kind kind, const char *key, json_t *object);
