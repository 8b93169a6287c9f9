// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Hosts and proxies that somebody has made by the names of the config, and that the inventory takes over: in the
 * view they are ours then, and the plan gives them what it gives to ours, the mark first. What bears the mark of
 * another gateway is left. A mark says that it was taken over, as prune deletes no such object.
 */
#pragma once

#include "reporter/view.h"

/* In a view that has the proxies and who has their names. */
void reporter_adopt_proxies(struct reporter_view *view, const struct reporter_inventory *inventory);

/* In a view that has who has the names of hosts; reads what is taken over. */
int reporter_adopt_hosts(struct reporter_view *view, struct zabbix_api *api,
	const struct reporter_inventory *inventory, struct error *err);
