// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading the proxies' last contact and newest value. */
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

static json_t *names_make(const struct reporter_inventory *inventory)
{
	json_t *names = json_array();

	for (size_t i = 0; i < inventory->n_proxies; i++)
		json_array_append_new(names, zabbix_json_string(inventory->proxies[i].name));
	return names;
}

/* Items of the template "Zabbix proxy health", 6.0 and 7.0, that have a value each minute, whatever the proxy polls; two,
 * as an operator may disable one. A proxy's own host has the proxy's name. */
static json_t *newest_params_make(const struct reporter_inventory *inventory)
{
	return zabbix_json_pack("{s:[s], s:[s], s:b, s:{s:o, s:[s, s]}}", "output", "lastclock",
		"selectHosts", "host", "monitored", 1, "filter", "host", names_make(inventory),
		"key_", "zabbix[queue]", "zabbix[rcache,buffer,pused]");
}

/* By the host's name. */
static json_t *newest_make(const json_t *items)
{
	json_t *newest = json_object(), *item, *host;
	size_t i, j;

	json_array_foreach (items, i, item) {
		json_int_t clock = zabbix_json_number(json_object_get(item, "lastclock"));

		json_array_foreach (json_object_get(item, "hosts"), j, host) {
			const char *name = zabbix_json_text(host, "host");
			json_t *known = json_object_get(newest, name);

			if (!known || json_integer_value(known) < clock)
				json_object_set_new(newest, name, json_integer(clock));
		}
	}
	return newest;
}

static json_t *params_make(
	const struct reporter_inventory *inventory, const struct zabbix_words *words)
{
	json_t *names = names_make(inventory);
	json_t *output =
		zabbix_json_pack("[s, s, s]", words->proxy_name, "lastaccess", "description");

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
	const json_t *newest, const struct zabbix_words *words)
{
	json_t *proxies = json_object();
	cleanup_json json_t *by_name = json_object();
	json_t *each;
	size_t i;

	json_array_foreach (list, i, each)
		json_object_set(by_name, zabbix_json_text(each, words->proxy_name), each);
	for (i = 0; i < inventory->n_proxies; i++) {
		const struct reporter_proxy *proxy = &inventory->proxies[i];

		json_t *made = proxy_make(inventory, proxy, json_object_get(by_name, proxy->name));

		if (json_object_get(made, "lastaccess") && json_object_get(newest, proxy->name))
			json_object_set(made, "newest", json_object_get(newest, proxy->name));
		json_object_set_new(proxies, proxy->name, made);
	}
	return proxies;
}

static int list_take(struct zabbix_call *call, struct error *err)
{
	if (call->error.code) {
		*err = call->error;
		return -call->error.code;
	}
	return json_is_array(call->result)
		? 0
		: error_set(err, EPROTO, "%s: the result is no list", call->method);
}

int reporter_seen_read(struct zabbix_api *api, const struct reporter_inventory *inventory,
	bool values, json_t **proxies, struct error *err)
{
	const struct zabbix_words *words = zabbix_api_words(api);
	struct zabbix_call calls[2] = { { .method = "proxy.get" }, { .method = "item.get" } };
	cleanup_json json_t *newest = NULL;
	int r;

	if (inventory->n_proxies == 0) {
		*proxies = json_object();
		return 0;
	}
	calls[0].params = params_make(inventory, words);
	if (values)
		calls[1].params = newest_params_make(inventory);
	r = zabbix_api_call_batch(api, calls, values ? 2 : 1, err);
	if (r == 0)
		r = list_take(&calls[0], err);
	/* Whoever may not read items does without. */
	newest = newest_make(calls[1].error.code ? NULL : calls[1].result);
	if (r == 0)
		*proxies = proxies_make(inventory, calls[0].result, newest, words);
	json_decref(calls[0].result);
	json_decref(calls[1].result);
	return r;
}
