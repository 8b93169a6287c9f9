// SPDX-License-Identifier: GPL-2.0-or-later
/* What the API answers to a comparison of templates and to what follows it, and its summary. */
#include <string.h>

#include "fake_http.h"
#include "reporter/import.h"

static const char text[] =
	"zabbix_export:\n version: '6.0'\n templates:\n - uuid: a\n   template: T\n   name: T\n"
	"   items: [{uuid: d, name: m, type: JMX, password: p}]\n"
	"   discovery_rules: [{uuid: r, name: r, item_prototypes: [{uuid: q, type: SSH}]}]\n"
	"   httptests: [{uuid: w, name: w}]\n";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct zabbix_api *api = fake_api(data, size);
	struct reporter_import_file file = { 0 };
	struct reporter_changes changes = { 0 };
	struct error err = ERROR_INIT;

	if (api && reporter_import_read("yaml", text, strlen(text), &file, &err) == 0)
		(void)reporter_import_compare(api, &file, NULL, &changes, &err);
	reporter_changes_finish(&changes);
	reporter_import_finish(&file);
	zabbix_api_destroy(api);
	return 0;
}
