// SPDX-License-Identifier: GPL-2.0-or-later
/* When the server last heard of each proxy: the one figure that only the server has. */
#pragma once

#include <jansson.h>

#include "reporter/inventory.h"
#include "zabbix/api.h"

/* The proxies' part of reporter/reporter.h's line, of every proxy of the inventory. */
int reporter_seen_read(struct zabbix_api *api, const struct reporter_inventory *inventory,
	json_t **proxies, struct error *err);
