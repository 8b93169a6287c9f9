// SPDX-License-Identifier: GPL-2.0-or-later
/* Deciding what to write: the inventory beside what Zabbix has, one file a kind of object. Pure. */
#pragma once

#include "reporter/inventory.h"
#include "reporter/view.h"
#include "reporter/writes.h"
#include "zabbix/version.h"

struct reporter_plan {
	const struct reporter_inventory *inventory;
	const struct zabbix_words *words;
	const struct reporter_view *view;
	struct reporter_writes *writes;
	struct reporter_sync_result *result;
	/* Name of a proxy or host: the VRF that it belongs to. Objects, empty at first. */
	json_t *proxy_vrfs, *host_vrfs;
};

/* The name that our marks carry. */
static inline const char *reporter_plan_gateway(const struct reporter_plan *plan)
{
	return plan->inventory->config->gateway.name;
}

/* Proxies of the inventory: made, or brought back to what we own of them. */
void reporter_plan_proxies(struct reporter_plan *plan);

/* The host group of config zabbix.host_group: made where it is missing. */
void reporter_plan_group(struct reporter_plan *plan);

/* Hosts, on a view that has the proxies and the group: without these they are left for later. */
void reporter_plan_hosts(struct reporter_plan *plan);

/*
 * The interfaces of a host that is there: adds what is missing or has another address. *kind is
 * what the first write counts as; it becomes REPORTER_WRITE_PART with it.
 */
void reporter_plan_interfaces(struct reporter_plan *plan, const struct config_host *want,
	const json_t *have, enum reporter_write_kind *kind);

/* The interfaces of a new host. */
json_t *reporter_interfaces_make(const struct config_host *want);

/* The id of a VRF's proxy when it is there, ours, and this VRF's; else NULL. */
const char *reporter_plan_proxy_id(
	const struct reporter_plan *plan, const struct reporter_proxy *proxy);

/* A problem for each of our hosts that is not attached to its VRF's proxy. */
void reporter_plan_verify_hosts(const struct reporter_plan *plan);
