// SPDX-License-Identifier: GPL-2.0-or-later
/* Opening the API for commands. */
#include "cli/api.h"

#include <errno.h>

int cli_api_open(
	const struct reporter_inventory *inventory, struct zabbix_api **api, struct error *err)
{
	struct zabbix_login login;

	if (!*inventory->config->zabbix.url)
		return error_set(
			err, EDESTADDRREQ, "zabbix.url is not set: there is no Zabbix API");
	reporter_inventory_login(inventory, &login);
	return zabbix_api_create(&login, api, err);
}

void cli_api_close(struct zabbix_api **api)
{
	zabbix_api_destroy(*api);
}
