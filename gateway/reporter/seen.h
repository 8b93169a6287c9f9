// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * When the server last heard of each proxy, and the newest value that it has of it: the figures that only the server
 * has. Values of devices come when they come; those of the proxy itself, by the template of its own host, each minute.
 */
#pragma once

#include <jansson.h>

#include "reporter/inventory.h"
#include "zabbix/api.h"

/* The proxies' part of reporter/reporter.h's line, of every proxy of the inventory, by one request. values: with the
 * newest value of each, where the API tells it. */
int reporter_seen_read(struct zabbix_api *api, const struct reporter_inventory *inventory,
	bool values, json_t **proxies, struct error *err);
