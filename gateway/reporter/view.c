// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading from Zabbix the objects that the inventory names. */
#include "reporter/view.h"

#include <errno.h>

#include "base/error.h"
#include "zabbix/json.h"
#include "zabbix/version.h"

typedef json_t *names_fn(const struct reporter_inventory *inventory);
typedef void params_fn(json_t *params, const struct zabbix_words *words);

static json_t *proxy_names(const struct reporter_inventory *inventory)
{
	json_t *names = json_array();

	for (size_t i = 0; i < inventory->n_proxies; i++)
		json_array_append_new(names, zabbix_json_string(inventory->proxies[i].name));
	return names;
}

static json_t *group_names(const struct reporter_inventory *inventory)
{
	return zabbix_json_pack("[o]", zabbix_json_string(inventory->config->zabbix.host_group));
}

static json_t *host_names(const struct reporter_inventory *inventory)
{
	json_t *names = json_array();

	for (size_t i = 0; i < inventory->n_proxies; i++)
		for (size_t j = 0; j < inventory->proxies[i].n_hosts; j++)
			json_array_append_new(
				names, zabbix_json_string(inventory->proxies[i].hosts[j].name));
	return names;
}

static void templates_add(json_t *seen, json_t *names, const struct strings *templates)
{
	for (size_t i = 0; i < templates->count; i++) {
		json_t *name = zabbix_json_string(templates->items[i]);

		if (!json_object_get(seen, json_string_value(name))) {
			json_object_set_new(seen, json_string_value(name), json_true());
			json_array_append(names, name);
		}
		json_decref(name);
	}
}

static json_t *template_names(const struct reporter_inventory *inventory)
{
	cleanup_json json_t *seen = json_object();
	json_t *names = json_array();

	for (size_t i = 0; i < inventory->n_proxies; i++)
		for (size_t j = 0; j < inventory->proxies[i].n_hosts; j++)
			templates_add(seen, names, &inventory->proxies[i].hosts[j].templates);
	return names;
}

static void proxy_params(json_t *params, const struct zabbix_words *words)
{
	json_object_set_new(params, "output",
		zabbix_json_pack("[s, s, s, s, s, s]", "proxyid", words->proxy_name,
			words->proxy_mode, "description", "tls_connect", "tls_accept"));
	if (words->proxy_is_host) {
		json_object_set_new(params, "selectInterface",
			zabbix_json_pack("[s, s, s]", "useip", "ip", "port"));
		return;
	}
	json_array_append_new(json_object_get(params, "output"), json_string("address"));
	json_array_append_new(json_object_get(params, "output"), json_string("port"));
}

static void group_params(json_t *params, const struct zabbix_words *words)
{
	(void)words;
	json_object_set_new(params, "output", zabbix_json_pack("[s, s]", "groupid", "name"));
}

static void host_params(json_t *params, const struct zabbix_words *words)
{
	cleanup_json json_t *select = zabbix_json_pack("{s:[s, s, s], s:[s, s, s, s, s], s:[s, s],"
						       "s:[s], s:[s]}",
		"output", "hostid", "host", words->host_proxy, "selectInterfaces", "interfaceid",
		"type", "main", "useip", "ip", "selectTags", "tag", "value",
		"selectParentTemplates", "templateid", words->host_groups_get, "groupid");

	if (!words->proxy_is_host)
		json_array_append_new(
			json_object_get(select, "output"), json_string("monitored_by"));
	json_object_update(params, select);
}

static void template_params(json_t *params, const struct zabbix_words *words)
{
	(void)words;
	json_object_set_new(params, "output", zabbix_json_pack("[s, s]", "templateid", "host"));
}

static const struct kind {
	const char *method;
	const char *name; /* the field that holds it; NULL: words->proxy_name */
	names_fn *names;
	params_fn *params;
} kinds[REPORTER_KINDS] = {
	[REPORTER_KIND_PROXY] = { "proxy.get", NULL, proxy_names, proxy_params },
	[REPORTER_KIND_GROUP] = { "hostgroup.get", "name", group_names, group_params },
	[REPORTER_KIND_HOST] = { "host.get", "host", host_names, host_params },
	[REPORTER_KIND_TEMPLATE] = { "template.get", "host", template_names, template_params },
};

static const char *kind_name(const struct kind *kind, const struct zabbix_words *words)
{
	return kind->name ? kind->name : words->proxy_name;
}

void reporter_view_finish(struct reporter_view *view)
{
	for (size_t i = 0; i < REPORTER_KINDS; i++)
		json_decref(view->objects[i]);
	*view = (struct reporter_view){ 0 };
}

/* A call that reads one kind; method NULL where the inventory names none of it. */
static struct zabbix_call kind_call(const struct kind *kind,
	const struct reporter_inventory *inventory, const struct zabbix_words *words)
{
	json_t *names = kind->names(inventory);
	struct zabbix_call call = { 0 };

	/* An empty filter would ask for all there are. */
	if (json_array_size(names) == 0) {
		json_decref(names);
		return call;
	}
	call.method = kind->method;
	call.params = zabbix_json_pack("{s:{s:o}}", "filter", kind_name(kind, words), names);
	kind->params(call.params, words);
	return call;
}

/* An array of objects -> an object of them, keyed by one of their fields. */
static json_t *objects_index(const json_t *array, const char *key)
{
	json_t *index = json_object();
	json_t *object;
	size_t i;

	json_array_foreach (array, i, object) {
		if (json_is_string(json_object_get(object, key)))
			json_object_set(index, zabbix_json_text(object, key), object);
	}
	return index;
}

static int call_take(struct reporter_view *view, enum reporter_kind which,
	const struct zabbix_call *call, const struct zabbix_words *words, struct error *err)
{
	if (call->error.code) {
		if (err)
			*err = call->error;
		return -call->error.code;
	}
	if (!json_is_array(call->result))
		return error_set(err, EPROTO, "%s: the result is no list", call->method);
	json_decref(view->objects[which]);
	view->objects[which] = objects_index(call->result, kind_name(&kinds[which], words));
	return 0;
}

int reporter_view_read(struct reporter_view *view, struct zabbix_api *api,
	const struct reporter_inventory *inventory, enum reporter_kind first,
	enum reporter_kind last, struct error *err)
{
	const struct zabbix_words *words = zabbix_api_words(api);
	struct zabbix_call calls[REPORTER_KINDS] = { 0 };
	enum reporter_kind which[REPORTER_KINDS];
	size_t count = 0;
	int r;

	for (unsigned kind = first; kind <= (unsigned)last; kind++) {
		calls[count] = kind_call(&kinds[kind], inventory, words);
		which[count] = (enum reporter_kind)kind;
		count += calls[count].method != NULL;
	}
	r = zabbix_api_call_batch(api, calls, count, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < count; i++) {
		if (r == 0)
			r = call_take(view, which[i], &calls[i], words, err);
		json_decref(calls[i].result);
	}
	return r;
}

const json_t *reporter_view_find(
	const struct reporter_view *view, enum reporter_kind kind, const char *name)
{
	return json_object_get(view->objects[kind], name);
}
