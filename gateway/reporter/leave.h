// SPDX-License-Identifier: GPL-2.0-or-later
/* A gateway leaves: all that bears its mark goes from Zabbix, and what it made without one and nobody else uses. */
#pragma once

#include "reporter/sync.h"

struct reporter_leave {
	bool look; /* nothing is written, and the result says what would be */
	bool keep_hosts; /* devices stay, with their history: disabled, without a proxy, and without our mark */
};

/*
 * Deletes rules and actions of discovery, hosts and proxies; then, where no object of anybody else is in or at it, our
 * templates, the host groups and the proxy groups. What bears the mark of another gateway, or none, stays, and what was
 * adopted stays without our mark. A proxy
 * that monitors a host of somebody else is a problem, and stays. Returns as reporter_sync() does.
 */
int reporter_leave(struct zabbix_api *api, const struct reporter_inventory *inventory,
	const struct reporter_leave *how, struct reporter_sync_result *result, struct error *err);
