// SPDX-License-Identifier: GPL-2.0-or-later
/* What the API answers to a comparison of templates, and its summary. */
#include "fake_http.h"
#include "reporter/import.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct zabbix_api *api = fake_api(data, size);
	struct strings changes = { 0 };
	struct error err = ERROR_INIT;

	if (api)
		(void)reporter_import_compare(api, "yaml", "templates:", &changes, &err);
	strings_finish(&changes);
	zabbix_api_destroy(api);
	return 0;
}
