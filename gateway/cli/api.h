// SPDX-License-Identifier: GPL-2.0-or-later
/* The API for commands: opened by what the config says. */
#pragma once

#include "base/error.h"
#include "reporter/inventory.h"
#include "zabbix/api.h"

/*
 * Logs in with the secrets of the inventory, which must have been read. From then on SIGINT, SIGTERM and
 * SIGHUP end the request under way, -ECANCELED, or the one after it where that is a write.
 */
int cli_api_open(
	const struct reporter_inventory *inventory, struct zabbix_api **api, struct error *err);

/* For what must not be left half done: these signals do nothing, to an API that is opened later neither. */
void cli_stop_signals_ignore(void);

/* For cleanup(). */
void cli_api_close(struct zabbix_api **api);

/*
 * Waits until nobody else of this gateway writes to Zabbix, and says so where that takes longer. The turn ends
 * when *fd closes. -EBUSY after a minute.
 */
int cli_turn_take(const struct config_gateway *gateway, int *fd, struct error *err);
