// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading the proxies' last contact. */
#include "reporter/seen.h"

#include <errno.h>
#include <stdio.h>

#include "zabbix/json.h"
#include "zabbix/version.h"

/* 70022 -> "7.0.22"; "" where it is not known */
static void version_format(json_int_t number, char text[32])
{
	text[0] = '\0';
	if (number > 0)
		snprintf(text, 32, "%lld.%lld.%lld", (long long)(number / 10000),
			(long long)(number / 100 % 100), (long long)(number % 100));
}

static json_t *params_make(
	const struct reporter_inventory *inventory, const struct zabbix_words *words)
{
	json_t *names = json_array();
	json_t *output = zabbix_json_pack("[s, s]", words->proxy_name, "lastaccess");

	for (size_t i = 0; i < inventory->n_proxies; i++)
		json_array_append_new(names, zabbix_json_string(inventory->proxies[i].name));
	if (!words->proxy_is_host)
		json_array_append_new(output, json_string("version"));
	return zabbix_json_pack(
		"{s:o, s:{s:o}}", "output", output, "filter", words->proxy_name, names);
}

static json_t *proxies_make(const json_t *list, const struct zabbix_words *words)
{
	json_t *proxies = json_object();
	const json_t *each;
	size_t i;

	json_array_foreach (list, i, each) {
		char version[32];

		version_format(zabbix_json_number(json_object_get(each, "version")), version);
		json_object_set_new(proxies, zabbix_json_text(each, words->proxy_name),
			zabbix_json_pack("{s:I, s:s}", "lastaccess",
				zabbix_json_number(json_object_get(each, "lastaccess")), "version",
				version));
	}
	return proxies;
}

int reporter_seen_read(struct zabbix_api *api, const struct reporter_inventory *inventory,
	json_t **proxies, struct error *err)
{
	const struct zabbix_words *words = zabbix_api_words(api);
	cleanup_json json_t *list = NULL;
	int r = 0;

	if (inventory->n_proxies > 0)
		r = zabbix_api_call(api, "proxy.get", params_make(inventory, words), &list, err);
	if (r < 0)
		return r;
	if (list && !json_is_array(list))
		return error_set(err, EPROTO, "proxy.get: the result is no list");
	*proxies = proxies_make(list, words);
	return 0;
}
