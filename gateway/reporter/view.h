// SPDX-License-Identifier: GPL-2.0-or-later
/* What Zabbix has of what the inventory names: each kind read in one call, all in one request. */
#pragma once

#include <jansson.h>

#include "reporter/inventory.h"
#include "zabbix/api.h"

enum reporter_kind {
	REPORTER_KIND_PROXY,
	REPORTER_KIND_GROUP,
	REPORTER_KIND_HOST,
	REPORTER_KIND_TEMPLATE,
	REPORTER_KINDS,
};

/* The objects of each kind as the API gives them, keyed by name. */
struct reporter_view {
	json_t *objects[REPORTER_KINDS];
};

void reporter_view_finish(struct reporter_view *view);

/* Reads the kinds from `first` to `last` (anew). */
int reporter_view_read(struct reporter_view *view, struct zabbix_api *api,
	const struct reporter_inventory *inventory, enum reporter_kind first,
	enum reporter_kind last, struct error *err);

/* NULL where Zabbix has none of that name. */
const json_t *reporter_view_find(
	const struct reporter_view *view, enum reporter_kind kind, const char *name);
