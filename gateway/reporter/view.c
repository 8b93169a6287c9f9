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

/* The key of an object; the caller frees it. NULL: not one of ours, and what is told of that is in the view. */
typedef char *key_fn(const json_t *object, const struct asked *asked, struct reporter_view *view);

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

/* Takes params over, and adds what is asked of a proxy. */
static json_t *proxy_ask(const struct asked *asked, json_t *params)
{
	json_t *output = zabbix_json_pack("[s, s, s, s, s, s, s]", "proxyid",
		asked->words->proxy_name, asked->words->proxy_mode, "description", "tls_connect",
		"tls_accept", asked->words->proxy_allowed);
	static const char *const since_7_0[] = { "address", "port", "proxy_groupid",
		"local_address", "local_port" };

	if (asked->words->proxy_is_host)
		json_object_set_new(params, "selectInterface",
			zabbix_json_pack("[s, s, s]", "useip", "ip", "port"));
	for (size_t i = 0; !asked->words->proxy_is_host && i < 5; i++)
		json_array_append_new(output, json_string(since_7_0[i]));
	json_object_set_new(params, "output", output);
	return params;
}

static json_t *proxy_params(const struct asked *asked)
{
	const struct reporter_inventory *inventory = asked->inventory;
	cleanup_free char *mark = reporter_mark_start(inventory->config->gateway.name);
	/* Of ours the id, which is also in the marks of those that others have from us. */
	json_t *texts = zabbix_json_pack(
		"[o, s, s]", zabbix_json_string(mark), inventory->gateway_id, " released ");

	for (size_t i = 0; i < inventory->takes.count; i++) {
		cleanup_free char *text = xasprintf(" vrf %s psk ", inventory->takes.items[i]);

		json_array_append_new(texts, zabbix_json_string(text));
	}
	if (inventory->takes_all)
		json_array_append_new(texts, json_string("[vrfgate "));
	return proxy_ask(asked,
		zabbix_json_pack("{s:{s:o}, s:b, s:b}", "search", "description", texts,
			"searchByAny", 1, "startSearch", 0));
}

static json_t *proxy_name_params(const struct asked *asked)
{
	json_t *params = params_by_name(
		asked->words->proxy_name, reporter_names_proxies(asked->inventory), json_array());

	return params ? proxy_ask(asked, params) : NULL;
}

static json_t *group_params(const struct asked *asked)
{
	return params_by_name("name", reporter_names_groups(asked->inventory),
		zabbix_json_pack("[s, s]", "groupid", "name"));
}

/* Fields that are asked for only where a host of the config has them: some are long. */
static void host_keys_add(json_t *params, const struct reporter_inventory *inventory)
{
	json_t *output = json_object_get(params, "output");
	cleanup_json json_t *fields = reporter_names_inventory(inventory);
	bool described = false, switched = false, encrypted = false;

	for (size_t i = 0; i < inventory->n_proxies; i++)
		for (size_t j = 0; j < inventory->proxies[i].n_hosts; j++) {
			const struct config_host *host = &inventory->proxies[i].hosts[j];

			described = described || host->description;
			switched = switched || host->enabled_given;
		}
	for (size_t i = 0; i < inventory->n_proxies; i++)
		encrypted = encrypted || inventory->proxies[i].keys;
	if (encrypted) {
		json_array_append_new(output, json_string("tls_connect"));
		json_array_append_new(output, json_string("tls_accept"));
	}
	if (described)
		json_array_append_new(output, json_string("description"));
	if (switched)
		json_array_append_new(output, json_string("status"));
	if (json_array_size(fields) == 0)
		return;
	json_array_append_new(output, json_string("inventory_mode"));
	json_object_set(params, "selectInventory", fields);
}

static json_t *host_params(const struct asked *asked)
{
	json_t *params = zabbix_json_pack(
		"{s:[s, s, s, s, s, s], s:i, s:[{s:s, s:o, s:i}, {s:s, s:s, s:i}], s:[s, s, s, s, s, s, s, s],"
		"s:[s, s], s:[s, s, s, s], s:[s, s], s:[s]}",
		"output", "hostid", "host", "name", "ipmi_username", "ipmi_password",
		asked->words->host_proxy, "evaltype", 2 /* any */, "tags", "tag",
		REPORTER_TAG_GATEWAY, "value",
		zabbix_json_string(asked->inventory->config->gateway.name), "operator",
		1 /* equal */, "tag", REPORTER_TAG_ID, "value", asked->inventory->gateway_id,
		"operator", 1, "selectInterfaces", "interfaceid", "type", "main", "useip", "ip",
		"dns", "port", "details", "selectTags", "tag", "value", "selectMacros",
		"hostmacroid", "macro", "value", "type", "selectParentTemplates", "templateid",
		"host", asked->words->host_groups_get, "groupid");

	if (!asked->words->proxy_is_host) {
		json_t *output = json_object_get(params, "output");

		json_array_append_new(output, json_string("monitored_by"));
		json_array_append_new(output, json_string("proxy_groupid"));
	}
	host_keys_add(params, asked->inventory);
	return params;
}

static json_t *host_name_params(const struct asked *asked)
{
	cleanup_json json_t *wanted = reporter_names_hosts(asked->inventory);
	json_t *missing = json_array(), *params;
	json_t *name;
	size_t i;

	json_array_foreach (wanted, i, name)
		if (!reporter_view_find(asked->view, REPORTER_KIND_HOST, json_string_value(name)))
			json_array_append(missing, name);
	params = params_by_name("host", missing, zabbix_json_pack("[s, s]", "hostid", "host"));
	if (params)
		json_object_set_new(
			params, "selectTags", zabbix_json_pack("[s, s]", "tag", "value"));
	return params;
}

static json_t *visible_params(const struct asked *asked)
{
	json_t *names = json_array();

	for (size_t i = 0; i < asked->inventory->n_proxies; i++) {
		const struct reporter_proxy *proxy = &asked->inventory->proxies[i];

		for (size_t j = 0; j < proxy->n_hosts; j++) {
			const char *visible = proxy->hosts[j].visible;
			const json_t *have = reporter_view_find(
				asked->view, REPORTER_KIND_HOST, proxy->hosts[j].name);

			if (visible && strcmp(zabbix_json_text(have, "name"), visible) != 0)
				json_array_append_new(names, zabbix_json_string(visible));
		}
	}
	return params_by_name(
		"name", names, zabbix_json_pack("[s, s, s]", "hostid", "host", "name"));
}

static json_t *adopted_params(const struct asked *asked)
{
	json_t *ids = json_array(), *holder, *params;
	const char *name;

	json_object_foreach (asked->view->objects[REPORTER_KIND_HOST_NAME], name, holder)
		if (json_object_get(holder, REPORTER_VIEW_ADOPTED))
			json_array_append(ids, json_object_get(holder, "hostid"));
	if (json_array_size(ids) == 0) {
		json_decref(ids);
		return NULL;
	}
	params = host_params(asked);
	json_object_del(params, "tags");
	json_object_set_new(params, "hostids", ids);
	return params;
}

/* By id alone: of which VRF they are is seen afterwards. */
static json_t *taken_params(const struct asked *asked)
{
	json_t *tags = json_array(), *params, *from;
	const char *vrf;

	json_object_foreach (asked->view->heirs, vrf, from) {
		cleanup_free char *list = xstrdup(json_string_value(from));
		char *rest = NULL;

		for (char *id = strtok_r(list, ",", &rest); id; id = strtok_r(NULL, ",", &rest))
			if (!zabbix_json_find(tags, "value", id))
				json_array_append_new(tags,
					zabbix_json_pack("{s:s, s:s, s:i}", "tag", REPORTER_TAG_ID,
						"value", id, "operator", 1));
	}
	if (json_array_size(tags) == 0) {
		json_decref(tags);
		return NULL;
	}
	params = host_params(asked);
	json_object_set_new(params, "tags", tags);
	return params;
}

static json_t *claim_params(const struct asked *asked)
{
	cleanup_free char *own = xasprintf("%s ", asked->inventory->gateway_id);

	return zabbix_json_pack("{s:[s, s], s:[{s:s, s:s, s:i}], s:[s, s]}", "output", "hostid",
		"host", "tags", "tag", REPORTER_TAG_CLAIM, "value", own, "operator",
		0 /* contains */, "selectTags", "tag", "value");
}

static json_t *templates_ask(const struct asked *asked, const char *field)
{
	json_t *params = params_by_name(field, reporter_names_templates(asked->inventory),
		zabbix_json_pack("[s, s, s]", "templateid", "host", "name"));

	if (params)
		json_object_set_new(params, "selectMacros", zabbix_json_pack("[s]", "macro"));
	return params;
}

static json_t *template_params(const struct asked *asked)
{
	return templates_ask(asked, "host");
}

static json_t *template_name_params(const struct asked *asked)
{
	return templates_ask(asked, "name");
}

/* Rules and actions of discovery bear the mark in their names. */
static json_t *marked_params(const struct asked *asked, const char *select, json_t *output)
{
	const struct reporter_inventory *inventory = asked->inventory;
	cleanup_free char *mark = reporter_mark_start(inventory->config->gateway.name);
	json_t *texts = zabbix_json_pack("[o, s]", zabbix_json_string(mark), inventory->gateway_id);
	const char *vrf;
	json_t *from;

	json_object_foreach (asked->view->heirs, vrf, from) {
		cleanup_free char *text = xasprintf(" vrf %s id ", vrf);

		json_array_append_new(texts, zabbix_json_string(text));
	}
	return zabbix_json_pack("{s:o, s:s, s:{s:o}, s:b, s:b}", "output", output, select, "extend",
		"search", "name", texts, "searchByAny", 1, "startSearch", 0);
}

/* A role may lack the methods of discovery where the config has none. */
static bool discovers(const struct reporter_inventory *inventory)
{
	for (size_t i = 0; i < inventory->n_proxies; i++)
		if (inventory->proxies[i].n_discovers > 0)
			return true;
	return false;
}

/* With prune, or when the gateway leaves, there may be old ones to delete. */
static bool may_have_rules(const struct asked *asked)
{
	return discovers(asked->inventory) || asked->inventory->config->zabbix.prune ||
		asked->inventory->leaving;
}

static json_t *rule_params(const struct asked *asked)
{
	if (!may_have_rules(asked))
		return NULL;
	return marked_params(asked, "selectDChecks",
		zabbix_json_pack("[s, s, s, s, s, s]", "druleid", "name", "iprange", "delay",
			"status", asked->words->host_proxy));
}

static json_t *action_params(const struct asked *asked)
{
	json_t *params;

	if (!may_have_rules(asked))
		return NULL;
	params = marked_params(asked, "selectFilter",
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
	json_object_update_new(params,
		zabbix_json_pack("{s:i, s:o, s:[{s:s, s:i}]}", "evaltype", 0, "groupids", groups,
			"tags", "tag", REPORTER_TAG_GATEWAY, "operator", 5 /* does not exist */));
	return params;
}

static char *text_key(const json_t *object, const char *field)
{
	const char *text = zabbix_json_text(object, field);

	return *text ? xstrdup(text) : NULL;
}

static char *name_key(const json_t *object, const struct asked *asked, struct reporter_view *view)
{
	(void)asked, (void)view;
	return text_key(object, "name");
}

static char *host_key(const json_t *object, const struct asked *asked, struct reporter_view *view)
{
	(void)asked, (void)view;
	return text_key(object, "host");
}

static char *hostid_key(const json_t *object, const struct asked *asked, struct reporter_view *view)
{
	(void)asked, (void)view;
	return text_key(object, "hostid");
}

static char *proxy_name_key(
	const json_t *object, const struct asked *asked, struct reporter_view *view)
{
	(void)view;
	return text_key(object, asked->words->proxy_name);
}

/* Another gateway of our name is told by an example of what it has. */
static void other_note(
	struct reporter_view *view, const char *id, const char *what, const char *name)
{
	cleanup_free char *example = xasprintf("%s '%s'", what, name);

	if (!view->others)
		view->others = json_object();
	if (!json_object_get(view->others, id))
		json_object_set_new(view->others, id, zabbix_json_string(example));
}

static char *own_host_key(
	const json_t *object, const struct asked *asked, struct reporter_view *view)
{
	const struct reporter_owner owner = reporter_owner_of(asked->inventory);

	if (reporter_mark_is_own_host(object, &owner))
		return text_key(object, "host");
	other_note(view, reporter_mark_tag(object, REPORTER_TAG_ID), "host",
		zabbix_json_text(object, "host"));
	return NULL;
}

/* Whether a VRF of ours came from the gateway of that id. */
static bool is_heir(const struct reporter_view *view, const char *vrf, const char *id)
{
	const char *from = json_string_value(json_object_get(view->heirs, vrf));

	return from && reporter_mark_is_from(from, id);
}

static char *taken_key(const json_t *object, const struct asked *asked, struct reporter_view *view)
{
	(void)asked;
	return is_heir(view, reporter_mark_tag(object, REPORTER_TAG_VRF),
		       reporter_mark_tag(object, REPORTER_TAG_ID))
		? text_key(object, "host")
		: NULL;
}

/* Into one of the lists of proxies that other gateways have. */
static void foreign_note(json_t **lists, const char *vrf, const json_t *proxy)
{
	if (!*lists)
		*lists = json_object();
	if (!json_object_get(*lists, vrf))
		json_object_set_new(*lists, vrf, json_array());
	json_array_append(json_object_get(*lists, vrf), (json_t *)proxy);
}

static char *proxy_vrf_key(
	const json_t *object, const struct asked *asked, struct reporter_view *view)
{
	const struct reporter_owner owner = reporter_owner_of(asked->inventory);
	cleanup(reporter_mark_finish) struct reporter_mark mark;

	if (!reporter_mark_read(zabbix_json_text(object, "description"), &owner, &mark))
		return NULL;
	if (mark.is_ours)
		return steal_ptr(&mark.vrf);
	foreign_note(mark.released ? &view->released : &view->foreign, mark.vrf, object);
	if (*mark.id && strcmp(mark.gateway, owner.gateway) == 0)
		other_note(
			view, mark.id, "proxy", zabbix_json_text(object, asked->words->proxy_name));
	return NULL;
}

/* The name that it shall have: earlier versions wrote another, and so did the gateway from which its VRF came. */
static char *discovery_key(
	const json_t *object, const struct asked *asked, struct reporter_view *view)
{
	const struct reporter_owner owner = reporter_owner_of(asked->inventory);
	cleanup_free char *vrf = NULL, *id = NULL;
	size_t n;

	if (!reporter_mark_discovery_read(
		    zabbix_json_text(object, "name"), &owner, &vrf, &id, &n) ||
		(strcmp(id, owner.id) != 0 && !is_heir(view, vrf, id)))
		return NULL;
	return reporter_mark_discovery(&owner, vrf, n);
}

static const struct kind {
	const char *method;
	params_fn *params;
	key_fn *key;
	const char *id;  /* of those that can be many or there twice */
	const char *ids; /* how they are asked for by it; NULL: they come whole */
	bool twice;      /* there can be two of one name */
} kinds[REPORTER_KINDS] = {
	[REPORTER_KIND_PROXY_GROUP] = { "proxygroup.get", proxy_group_params, name_key, NULL, NULL,
		false },
	[REPORTER_KIND_PROXY] = { "proxy.get", proxy_params, proxy_vrf_key, "proxyid", "proxyids",
		true },
	[REPORTER_KIND_PROXY_NAME] = { "proxy.get", proxy_name_params, proxy_name_key, "proxyid",
		NULL, true },
	[REPORTER_KIND_GROUP] = { "hostgroup.get", group_params, name_key, NULL, NULL, false },
	[REPORTER_KIND_HOST] = { "host.get", host_params, own_host_key, "hostid", "hostids", true },
	[REPORTER_KIND_TEMPLATE] = { "template.get", template_params, host_key, NULL, NULL, false },
	[REPORTER_KIND_TEMPLATE_NAME] = { "template.get", template_name_params, name_key, NULL,
		NULL, false },
	[REPORTER_KIND_RULE] = { "drule.get", rule_params, discovery_key, "druleid", "druleids",
		false },
	[REPORTER_KIND_ACTION] = { "action.get", action_params, discovery_key, "actionid",
		"actionids", false },
	[REPORTER_KIND_HOST_NAME] = { "host.get", host_name_params, host_key, "hostid", NULL,
		true },
	[REPORTER_KIND_VISIBLE] = { "host.get", visible_params, name_key, "hostid", NULL, false },
	[REPORTER_KIND_ADOPTED] = { "host.get", adopted_params, host_key, "hostid", "hostids",
		false },
	[REPORTER_KIND_CLAIM] = { "host.get", claim_params, host_key, NULL, NULL, false },
	[REPORTER_KIND_TAKEN] = { "host.get", taken_params, taken_key, "hostid", "hostids", false },
	[REPORTER_KIND_FOUND] = { "host.get", found_params, hostid_key, "hostid", "hostids",
		false },
};

void reporter_view_finish(struct reporter_view *view)
{
	for (size_t i = 0; i < REPORTER_KINDS; i++) {
		json_decref(view->objects[i]);
		json_decref(view->doubles[i]);
	}
	json_decref(view->others);
	json_decref(view->released);
	json_decref(view->foreign);
	json_decref(view->heirs);
	*view = (struct reporter_view){ 0 };
}

/*
 * Two of ours with one key and two names are a proxy and a copy of it that somebody made, description
 * and all: the one that has the name is ours. Without that the first is.
 */
static bool is_better(
	const json_t *object, const json_t *other, const char *key, const struct asked *asked)
{
	cleanup_free char *name = NULL;

	if (!other)
		return true;
	name = config_proxy_name(asked->inventory->config, key);
	return strcmp(zabbix_json_text(object, asked->words->proxy_name), name) == 0;
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

/* --- one reading --- */

/* Objects with their ids and all that is asked of them, in an answer. A limit is needed: the client takes 16 MiB
 * at most, and a host with many macros can take kilobytes. */
#define PORTION_OBJECTS 4000
/* Names in a question that is answered by little more than them. */
#define PORTION_NAMES   5000

struct reading {
	struct reporter_view *view;
	struct zabbix_api *api;
	struct asked asked;
	size_t portion; /* of objects; less where a portion proved too large */
};

static void kind_empty(struct reporter_view *view, enum reporter_kind which)
{
	json_decref(view->objects[which]);
	json_decref(view->doubles[which]);
	view->objects[which] = json_object();
	view->doubles[which] = json_array();
	if (which == REPORTER_KIND_PROXY) {
		json_decref(steal_ptr(&view->released));
		json_decref(steal_ptr(&view->foreign));
	}
}

static void objects_index(
	const struct reading *reading, enum reporter_kind which, const json_t *array)
{
	const struct kind *kind = &kinds[which];
	json_t *index = reading->view->objects[which], *doubles = reading->view->doubles[which];
	json_t *object;
	size_t i;

	json_array_foreach (array, i, object) {
		cleanup_free char *key = kind->key(object, &reading->asked, reading->view);
		json_t *other = key ? json_object_get(index, key) : NULL;

		if (kind->twice && other && have_one_name(object, other)) {
			bool is_older = object_number(object, kind) < object_number(other, kind);

			json_array_append(doubles, is_older ? other : object);
			if (is_older)
				json_object_set(index, key, object);
		} else if (key && is_better(object, other, key, &reading->asked)) {
			json_object_set(index, key, object);
		}
	}
}

static int result_judge(const struct zabbix_call *call, struct error *err)
{
	if (call->error.code) {
		if (err)
			*err = call->error;
		return -call->error.code;
	}
	if (!json_is_array(call->result))
		return error_set(err, EPROTO, "%s: the result is no list", call->method);
	return 0;
}

/* One call of its own; *result is the caller's. Takes params over. */
static int objects_ask(const struct reading *reading, enum reporter_kind which, json_t *params,
	json_t **result, struct error *err)
{
	struct zabbix_call call = { .method = kinds[which].method, .params = params };
	int r = zabbix_api_call_batch(reading->api, &call, 1, err);

	if (r == 0)
		r = result_judge(&call, err);
	if (r == 0)
		*result = steal_ptr(&call.result);
	json_decref(call.result);
	return r;
}

/* The members from `first` on, `count` at most; a new array. */
static json_t *array_part(const json_t *array, size_t first, size_t count)
{
	json_t *part = json_array();

	for (size_t i = first; i < json_array_size(array) && i - first < count; i++)
		json_array_append(part, json_array_get(array, i));
	return part;
}

/* The ids of all that the parameters are about; a new array of texts. */
static int ids_read(const struct reading *reading, enum reporter_kind which, const json_t *params,
	json_t **ids, struct error *err)
{
	cleanup_json json_t *list = NULL;
	json_t *bare = json_object(), *value;
	const char *key;
	size_t i;
	int r;

	json_object_foreach ((json_t *)params, key, value)
		if (strncmp(key, "select", strlen("select")) != 0)
			json_object_set(bare, key, value);
	json_object_set_new(bare, "output", zabbix_json_pack("[s]", kinds[which].id));
	r = objects_ask(reading, which, bare, &list, err);
	if (r < 0)
		return r;
	*ids = json_array();
	json_array_foreach (list, i, value)
		json_array_append_new(*ids, json_string(zabbix_json_text(value, kinds[which].id)));
	return 0;
}

/* What is gone meanwhile is missing in the answer. */
static int portions_read(
	struct reading *reading, enum reporter_kind which, const json_t *params, struct error *err)
{
	cleanup_json json_t *ids = NULL;
	size_t done = 0;
	int r = ids_read(reading, which, params, &ids, err);

	while (r == 0 && done < json_array_size(ids)) {
		cleanup_json json_t *list = NULL;
		json_t *part = json_copy((json_t *)params);

		json_object_set_new(
			part, kinds[which].ids, array_part(ids, done, reading->portion));
		r = objects_ask(reading, which, part, &list, err);
		if (r == 0) {
			objects_index(reading, which, list);
			done += reading->portion;
		} else if (r == -EFBIG && reading->portion > 1) {
			reading->portion /= 2;
			error_clear(err);
			r = 0;
		}
	}
	return r;
}

/* The filter of params_by_name() is a single list of names. */
static json_t *names_of(const json_t *params, const char **field)
{
	json_t *filter = json_object_get(params, "filter"), *names;

	json_object_foreach (filter, *field, names)
		return names;
	return NULL;
}

static int names_read(const struct reading *reading, enum reporter_kind which, const json_t *params,
	struct error *err)
{
	const char *field = NULL;
	const json_t *names = names_of(params, &field);
	int r = 0;

	for (size_t done = 0; r == 0 && done < json_array_size(names); done += PORTION_NAMES) {
		cleanup_json json_t *list = NULL;
		json_t *part = json_copy((json_t *)params);

		json_object_set_new(part, "filter",
			zabbix_json_pack("{s:o}", field, array_part(names, done, PORTION_NAMES)));
		r = objects_ask(reading, which, part, &list, err);
		if (r == 0)
			objects_index(reading, which, list);
	}
	return r;
}

/* More than fits into one answer beside others. */
static int kind_read_whole(
	struct reading *reading, enum reporter_kind which, const json_t *params, struct error *err)
{
	kind_empty(reading->view, which);
	return kinds[which].ids ? portions_read(reading, which, params, err)
				: names_read(reading, which, params, err);
}

/* A kind with what is asked about it; NULL params: nothing, or nothing any more. */
struct question {
	enum reporter_kind which;
	json_t *params;
};

/* By the names asked for, or by how many there were the last time. */
static bool is_large(const struct reporter_view *view, const struct question *question)
{
	const char *field;

	if (kinds[question->which].ids)
		return json_object_size(view->objects[question->which]) > PORTION_OBJECTS;
	return json_array_size(names_of(question->params, &field)) > PORTION_NAMES;
}

/* Where we may not read it, there is nothing that we could have made. */
static bool is_optional(const struct reading *reading, enum reporter_kind which)
{
	return (which == REPORTER_KIND_RULE || which == REPORTER_KIND_ACTION) &&
		!discovers(reading->asked.inventory);
}

/* All that may be small in one request; what was asked and answered whole has no params any more. */
static int batch_read(
	struct reading *reading, struct question *questions, size_t count, struct error *err)
{
	struct zabbix_call calls[REPORTER_KINDS] = { 0 };
	struct question *asked[REPORTER_KINDS];
	size_t n = 0;
	int r;

	for (size_t i = 0; i < count; i++) {
		const struct kind *kind = &kinds[questions[i].which];

		if (is_large(reading->view, &questions[i]))
			continue;
		calls[n].method = kind->method;
		calls[n].params = json_copy(questions[i].params);
		/* One more tells that there are more. */
		if (kind->ids)
			json_object_set_new(
				calls[n].params, "limit", json_integer(PORTION_OBJECTS + 1));
		asked[n++] = &questions[i];
	}
	r = n > 0 ? zabbix_api_call_batch(reading->api, calls, n, err) : 0;
	for (size_t i = 0; r == 0 && i < n; i++) {
		if (calls[i].error.code == EACCES && is_optional(reading, asked[i]->which)) {
			kind_empty(reading->view, asked[i]->which);
			json_decref(steal_ptr(&asked[i]->params));
			continue;
		}
		r = result_judge(&calls[i], err);
		if (r < 0 ||
			(kinds[asked[i]->which].ids &&
				json_array_size(calls[i].result) > PORTION_OBJECTS))
			continue;
		kind_empty(reading->view, asked[i]->which);
		objects_index(reading, asked[i]->which, calls[i].result);
		json_decref(steal_ptr(&asked[i]->params));
	}
	for (size_t i = 0; i < n; i++)
		json_decref(calls[i].result);
	return r;
}

/* A technical name comes first. */
static void visible_names_add(struct reporter_view *view)
{
	const char *name;
	json_t *template;

	json_object_foreach (view->objects[REPORTER_KIND_TEMPLATE_NAME], name, template)
		if (!reporter_view_find(view, REPORTER_KIND_TEMPLATE, name))
			json_object_set(view->objects[REPORTER_KIND_TEMPLATE], name, template);
}

int reporter_view_read(struct reporter_view *view, struct zabbix_api *api,
	const struct reporter_inventory *inventory, enum reporter_kind first,
	enum reporter_kind last, struct error *err)
{
	struct reading reading = { view, api, { inventory, zabbix_api_words(api), view },
		PORTION_OBJECTS };
	struct question questions[REPORTER_KINDS];
	size_t count = 0;
	int r;

	for (unsigned kind = first; kind <= (unsigned)last; kind++) {
		struct question question = { (enum reporter_kind)kind,
			kinds[kind].params(&reading.asked) };

		if (question.params)
			questions[count++] = question;
		else
			kind_empty(view, question.which);
	}
	r = batch_read(&reading, questions, count, err);
	/* Each by itself then. */
	if (r == -EFBIG) {
		error_clear(err);
		r = 0;
	}
	for (size_t i = 0; i < count; i++) {
		if (r == 0 && questions[i].params)
			r = kind_read_whole(&reading, questions[i].which, questions[i].params, err);
		json_decref(questions[i].params);
	}
	if (r == 0 && first <= REPORTER_KIND_TEMPLATE_NAME && last >= REPORTER_KIND_TEMPLATE_NAME)
		visible_names_add(view);
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
