// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Brings Zabbix in step with an inventory: proxies, the host group, hosts with their interfaces and
 * templates, each host attached to its VRF's proxy and that read back. Idempotent: when all is
 * right, nothing is written. What we make carries our mark (proxy: description, host: tag
 * `vrfgate`=gateway name); an object of the same name without it is left alone and reported.
 */
#pragma once

#include "reporter/inventory.h"
#include "zabbix/api.h"

struct reporter_sync_result {
	size_t created, updated, unchanged;
	struct strings problems; /* one line each: "host 'ce1': template 'X' not found in Zabbix" */
};

void reporter_sync_result_finish(struct reporter_sync_result *result);

/* Returns 0 also with problems; an errno of zabbix/api.h when it could not be carried through. */
int reporter_sync(struct zabbix_api *api, const struct reporter_inventory *inventory,
	struct reporter_sync_result *result, struct error *err);
