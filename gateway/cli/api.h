// SPDX-License-Identifier: GPL-2.0-or-later
/* The API for commands: opened by what the config says. */
#pragma once

#include "base/error.h"
#include "reporter/inventory.h"
#include "zabbix/api.h"

/* Logs in with the secrets of the inventory, which must have been read. */
int cli_api_open(
	const struct reporter_inventory *inventory, struct zabbix_api **api, struct error *err);

/* For cleanup(). */
void cli_api_close(struct zabbix_api **api);
