// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading the proxies' last contact. */
#include "reporter/seen.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "reporter/mark.h"
#include "reporter/reporter.h"
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
	json_t *output =
		zabbix_json_pack("[s, s, s]", words->proxy_name, "lastaccess", "description");

	for (size_t i = 0; i < inventory->n_proxies; i++)
		json_array_append_new(names, zabbix_json_string(inventory->proxies[i].name));
	if (!words->proxy_is_host)
		json_array_append_new(output, json_string("version"));
	return zabbix_json_pack(
		"{s:o, s:{s:o}}", "output", output, "filter", words->proxy_name, names);
}

/* Of whom the server hears by that name is told only where the object is ours: another gateway's proxy
 * calls by it otherwise. */
static json_t *proxy_make(const struct reporter_inventory *inventory,
	const struct reporter_proxy *proxy, const json_t *object)
{
	const struct reporter_owner owner = reporter_owner_of(inventory);
	cleanup_free char *vrf = NULL;
	char version[32];

	if (!object)
		return zabbix_json_pack("{s:s}", "object", REPORTER_OBJECT_MISSING);
	vrf = reporter_mark_vrf(zabbix_json_text(object, "description"), &owner);
	if (!vrf || strcmp(vrf, proxy->vrf) != 0)
		return zabbix_json_pack("{s:s}", "object", REPORTER_OBJECT_FOREIGN);
	version_format(zabbix_json_number(json_object_get(object, "version")), version);
	return zabbix_json_pack("{s:s, s:I, s:s}", "object", REPORTER_OBJECT_OURS, "lastaccess",
		zabbix_json_number(json_object_get(object, "lastaccess")), "version", version);
}

static json_t *proxies_make(const struct reporter_inventory *inventory, const json_t *list,
	const struct zabbix_words *words)
{
	json_t *proxies = json_object();
	cleanup_json json_t *by_name = json_object();
	json_t *each;
	size_t i;

	json_array_foreach (list, i, each)
		json_object_set(by_name, zabbix_json_text(each, words->proxy_name), each);
	for (i = 0; i < inventory->n_proxies; i++) {
		const struct reporter_proxy *proxy = &inventory->proxies[i];

		json_object_set_new(proxies, proxy->name,
			proxy_make(inventory, proxy, json_object_get(by_name, proxy->name)));
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
	*proxies = proxies_make(inventory, list, words);
	return 0;
}
