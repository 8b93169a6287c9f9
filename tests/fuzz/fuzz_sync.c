// SPDX-License-Identifier: GPL-2.0-or-later
/* What the API answers while Zabbix is brought in step; by the first byte it is only looked at. */
#include "config/load.h"
#include "fake_http.h"
#include "reporter/sync.h"
#include "supervisor/inventory.h"

static const char text[] =
	"gateway { name = gw1 state_dir = /nowhere/state }\n"
	"zabbix { prune = true }\n"
	"vrf acme {\n"
	"	host ce1 { address = 10.0.0.1 templates = { \"ICMP Ping\", \"Generic by SNMP\" } }\n"
	"}\n"
	"vrf bravo {\n"
	"	proxy { mode = passive psk = false group = east }\n"
	"	interface cust { kind = device parent = eth1 address = 10.0.0.2/30 }\n"
	"	host ce2 { address = 10.0.0.1 }\n"
	"}\n";

static const struct reporter_inventory *inventory_create(void)
{
	static const uint32_t ids[] = { 0, 1 };
	static struct reporter_inventory inventory;
	struct config_report report = { 0 };
	struct error err = ERROR_INIT;
	struct config *config;

	if (config_load_text("fuzz.conf", text, 0, &config, &report) < 0 ||
		inventory_fill(&inventory, config, ids, false, NULL, &err) < 0)
		abort();
	config_report_finish(&report);
	free(inventory.template_text);
	inventory.template_text = xstrdup("zabbix_export: templates");
	return &inventory;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct reporter_inventory *inventory;
	struct zabbix_api *api = size ? fake_api(data + 1, size - 1) : NULL;
	struct reporter_sync_result result = { 0 };
	struct error err = ERROR_INIT;

	if (!inventory)
		inventory = inventory_create();
	if (api)
		(void)reporter_sync(api, inventory, data[0] % 2 == 0, &result, &err);
	reporter_sync_result_finish(&result);
	zabbix_api_destroy(api);
	return 0;
}
