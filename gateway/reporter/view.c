// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading from Zabbix what bears our mark and what has our names. */
#include "reporter/view.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"
#include "reporter/mark.h"
#include "reporter/names.h"
#include "zabbix/json.h"
#include "zabbix/version.h"

/* What a question hangs on. */
struct asked {
	const struct reporter_inventory *inventory;
	const struct zabbix_words *words;
	const struct reporter_view *view; /* what was read before */
};

/* The parameters of the call that reads a kind; NULL: there is nothing to ask for. */
typedef json_t *params_fn(const struct asked *asked);

/* The key of an object; the caller frees it. NULL: not one of ours. */
typedef char *key_fn(const json_t *object, const struct reporter_inventory *inventory,
	const struct zabbix_words *words);

/* An empty filter would ask for all there are. Takes names over. */
static json_t *params_by_name(const char *field, json_t *names, json_t *output)
{
	json_t *params = NULL;

	if (json_array_size(names) > 0)
		params = zabbix_json_pack(
			"{s:O, s:{s:O}}", "output", output, "filter", field, names);
	json_decref(names);
	json_decref(output);
	return params;
}

static json_t *proxy_group_params(const struct asked *asked)
{
	json_t *names = asked->words->proxy_is_host ? json_array()
						    : reporter_names_proxy_groups(asked->inventory);

	return params_by_name("name", names, zabbix_json_pack("[s, s]", "proxy_groupid", "name"));
}

static json_t *proxy_params(const struct asked *asked)
{
	cleanup_free char *mark = reporter_mark_start(asked->inventory->config->gateway.name);
	json_t *params = zabbix_json_pack("{s:[s, s, s, s, s, s], s:{s:o}, s:b}", "output",
		"proxyid", asked->words->proxy_name, asked->words->proxy_mode, "description",
		"tls_connect", "tls_accept", "search", "description", zabbix_json_string(mark),
		"startSearch", 0);
	json_t *output = json_object_get(params, "output");
	static const char *const since_7_0[] = { "address", "port", "proxy_groupid",
		"local_address", "local_port" };

	if (asked->words->proxy_is_host)
		json_object_set_new(params, "selectInterface",
			zabbix_json_pack("[s, s, s]", "useip", "ip", "port"));
	for (size_t i = 0; !asked->words->proxy_is_host && i < 5; i++)
		json_array_append_new(output, json_string(since_7_0[i]));
	return params;
}

static json_t *proxy_name_params(const struct asked *asked)
{
	return params_by_name(asked->words->proxy_name, reporter_names_proxies(asked->inventory),
		zabbix_json_pack("[s, s]", "proxyid", asked->words->proxy_name));
}

static json_t *group_params(const struct asked *asked)
{
	return params_by_name("name", reporter_names_groups(asked->inventory),
		zabbix_json_pack("[s, s]", "groupid", "name"));
}

static json_t *host_params(const struct asked *asked)
{
	json_t *params = zabbix_json_pack(
		"{s:[s, s, s, s, s], s:[{s:s, s:o, s:i}], s:[s, s, s, s, s, s, s], s:[s, s],"
		"s:[s, s, s, s], s:[s], s:[s]}",
		"output", "hostid", "host", "ipmi_username", "ipmi_password",
		asked->words->host_proxy, "tags", "tag", REPORTER_TAG_GATEWAY, "value",
		zabbix_json_string(asked->inventory->config->gateway.name), "operator",
		1 /* equal */, "selectInterfaces", "interfaceid", "type", "main", "useip", "ip",
		"port", "details", "selectTags", "tag", "value", "selectMacros", "hostmacroid",
		"macro", "value", "type", "selectParentTemplates", "templateid",
		asked->words->host_groups_get, "groupid");

	if (!asked->words->proxy_is_host) {
		json_t *output = json_object_get(params, "output");

		json_array_append_new(output, json_string("monitored_by"));
		json_array_append_new(output, json_string("proxy_groupid"));
	}
	return params;
}

static json_t *host_name_params(const struct asked *asked)
{
	return params_by_name("host", reporter_names_hosts(asked->inventory),
		zabbix_json_pack("[s, s]", "hostid", "host"));
}

static json_t *template_params(const struct asked *asked)
{
	return params_by_name("host", reporter_names_templates(asked->inventory),
		zabbix_json_pack("[s, s]", "templateid", "host"));
}

/* Rules and actions of discovery bear the mark in their names. */
static json_t *marked_params(
	const struct reporter_inventory *inventory, const char *select, json_t *output)
{
	cleanup_free char *mark = reporter_mark_start(inventory->config->gateway.name);

	return zabbix_json_pack("{s:o, s:s, s:{s:o}, s:b}", "output", output, select, "extend",
		"search", "name", zabbix_json_string(mark), "startSearch", 1);
}

static json_t *rule_params(const struct asked *asked)
{
	return marked_params(asked->inventory, "selectDChecks",
		zabbix_json_pack("[s, s, s, s, s, s]", "druleid", "name", "iprange", "delay",
			"status", asked->words->host_proxy));
}

static json_t *action_params(const struct asked *asked)
{
	json_t *params = marked_params(asked->inventory, "selectFilter",
		zabbix_json_pack("[s, s, s, s]", "actionid", "name", "eventsource", "status"));

	json_object_set_new(params, "selectOperations", json_string("extend"));
	return params;
}

/* The groups of VRFs that discover; one that is not made yet holds nothing. */
static json_t *found_groups(
	const struct reporter_view *view, const struct reporter_inventory *inventory)
{
	json_t *ids = json_array();

	for (size_t i = 0; i < inventory->n_proxies; i++) {
		cleanup_free char *name =
			reporter_names_found_group(inventory, inventory->proxies[i].vrf);
		const json_t *group = reporter_view_find(view, REPORTER_KIND_GROUP, name);
		const char *id = zabbix_json_text(group, "groupid");

		if (inventory->proxies[i].n_discovers > 0 && *id &&
			strcmp(id, REPORTER_NEW_ID) != 0)
			json_array_append_new(ids, json_string(id));
	}
	return ids;
}

static json_t *found_params(const struct asked *asked)
{
	json_t *groups = found_groups(asked->view, asked->inventory);
	json_t *params;

	if (json_array_size(groups) == 0) {
		json_decref(groups);
		return NULL;
	}
	params = host_params(asked);
	json_array_append_new(json_object_get(params, "output"), json_string("name"));
	json_object_update_new(params,
		zabbix_json_pack("{s:o, s:[{s:s, s:i}]}", "groupids", groups, "tags", "tag",
			REPORTER_TAG_GATEWAY, "operator", 5 /* does not exist */));
	return params;
}

static char *text_key(const json_t *object, const char *field)
{
	const char *text = zabbix_json_text(object, field);

	return *text ? xstrdup(text) : NULL;
}

static char *name_key(const json_t *object, const struct reporter_inventory *inventory,
	const struct zabbix_words *words)
{
	(void)inventory, (void)words;
	return text_key(object, "name");
}

static char *host_key(const json_t *object, const struct reporter_inventory *inventory,
	const struct zabbix_words *words)
{
	(void)inventory, (void)words;
	return text_key(object, "host");
}

static char *hostid_key(const json_t *object, const struct reporter_inventory *inventory,
	const struct zabbix_words *words)
{
	(void)inventory, (void)words;
	return text_key(object, "hostid");
}

static char *proxy_name_key(const json_t *object, const struct reporter_inventory *inventory,
	const struct zabbix_words *words)
{
	(void)inventory;
	return text_key(object, words->proxy_name);
}

static char *proxy_vrf_key(const json_t *object, const struct reporter_inventory *inventory,
	const struct zabbix_words *words)
{
	(void)words;
	return reporter_mark_vrf(
		zabbix_json_text(object, "description"), inventory->config->gateway.name);
}

static const struct kind {
	const char *method;
	params_fn *params;
	key_fn *key;
	const char *id; /* of those that can be there twice */
} kinds[REPORTER_KINDS] = {
	[REPORTER_KIND_PROXY_GROUP] = { "proxygroup.get", proxy_group_params, name_key, NULL },
	[REPORTER_KIND_PROXY] = { "proxy.get", proxy_params, proxy_vrf_key, "proxyid" },
	[REPORTER_KIND_PROXY_NAME] = { "proxy.get", proxy_name_params, proxy_name_key, "proxyid" },
	[REPORTER_KIND_GROUP] = { "hostgroup.get", group_params, name_key, NULL },
	[REPORTER_KIND_HOST] = { "host.get", host_params, host_key, "hostid" },
	[REPORTER_KIND_HOST_NAME] = { "host.get", host_name_params, host_key, "hostid" },
	[REPORTER_KIND_TEMPLATE] = { "template.get", template_params, host_key, NULL },
	[REPORTER_KIND_RULE] = { "drule.get", rule_params, name_key, NULL },
	[REPORTER_KIND_ACTION] = { "action.get", action_params, name_key, NULL },
	[REPORTER_KIND_FOUND] = { "host.get", found_params, hostid_key, NULL },
};

void reporter_view_finish(struct reporter_view *view)
{
	for (size_t i = 0; i < REPORTER_KINDS; i++) {
		json_decref(view->objects[i]);
		json_decref(view->doubles[i]);
	}
	*view = (struct reporter_view){ 0 };
}

/*
 * Two of ours with one key and two names are a proxy and a copy of it that somebody made, description
 * and all: the one that has the name is ours. Without that the first is.
 */
static bool is_better(const json_t *object, const json_t *other, const char *key,
	const struct reporter_inventory *inventory, const struct zabbix_words *words)
{
	cleanup_free char *name = NULL;

	if (!other)
		return true;
	name = reporter_proxy_name(inventory->config, key);
	return strcmp(zabbix_json_text(object, words->proxy_name), name) == 0;
}

/* Whichever of the two words the name has: the other is missing in both. */
static bool have_one_name(const json_t *object, const json_t *other)
{
	return strcmp(zabbix_json_text(object, "name"), zabbix_json_text(other, "name")) == 0 &&
		strcmp(zabbix_json_text(object, "host"), zabbix_json_text(other, "host")) == 0;
}

static unsigned long long object_number(const json_t *object, const struct kind *kind)
{
	return strtoull(zabbix_json_text(object, kind->id), NULL, 10);
}

static void objects_index(const json_t *array, const struct kind *kind,
	const struct reporter_inventory *inventory, const struct zabbix_words *words, json_t *index,
	json_t *doubles)
{
	json_t *object;
	size_t i;

	json_array_foreach (array, i, object) {
		cleanup_free char *key = kind->key(object, inventory, words);
		json_t *other = key ? json_object_get(index, key) : NULL;

		if (kind->id && other && have_one_name(object, other)) {
			bool is_older = object_number(object, kind) < object_number(other, kind);

			json_array_append(doubles, is_older ? other : object);
			if (is_older)
				json_object_set(index, key, object);
		} else if (key && is_better(object, other, key, inventory, words)) {
			json_object_set(index, key, object);
		}
	}
}

static int call_take(struct reporter_view *view, enum reporter_kind which,
	const struct zabbix_call *call, const struct reporter_inventory *inventory,
	const struct zabbix_words *words, struct error *err)
{
	if (call->error.code) {
		if (err)
			*err = call->error;
		return -call->error.code;
	}
	if (!json_is_array(call->result))
		return error_set(err, EPROTO, "%s: the result is no list", call->method);
	json_decref(view->objects[which]);
	json_decref(view->doubles[which]);
	view->objects[which] = json_object();
	view->doubles[which] = json_array();
	objects_index(call->result, &kinds[which], inventory, words, view->objects[which],
		view->doubles[which]);
	return 0;
}

int reporter_view_read(struct reporter_view *view, struct zabbix_api *api,
	const struct reporter_inventory *inventory, enum reporter_kind first,
	enum reporter_kind last, struct error *err)
{
	const struct zabbix_words *words = zabbix_api_words(api);
	const struct asked asked = { inventory, words, view };
	struct zabbix_call calls[REPORTER_KINDS] = { 0 };
	enum reporter_kind which[REPORTER_KINDS];
	size_t count = 0;
	int r;

	for (unsigned kind = first; kind <= (unsigned)last; kind++) {
		json_t *params = kinds[kind].params(&asked);

		if (!params)
			continue;
		which[count] = (enum reporter_kind)kind;
		calls[count].method = kinds[kind].method;
		calls[count++].params = params;
	}
	r = count > 0 ? zabbix_api_call_batch(api, calls, count, err) : 0;
	if (r < 0)
		return r;
	for (size_t i = 0; i < count; i++) {
		if (r == 0)
			r = call_take(view, which[i], &calls[i], inventory, words, err);
		json_decref(calls[i].result);
	}
	return r;
}

const json_t *reporter_view_find(
	const struct reporter_view *view, enum reporter_kind kind, const char *key)
{
	return json_object_get(view->objects[kind], key);
}

void reporter_view_pretend(
	struct reporter_view *view, enum reporter_kind kind, const char *key, json_t *object)
{
	if (!view->objects[kind])
		view->objects[kind] = json_object();
	json_object_set_new(view->objects[kind], key, object);
}
