// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Planning what goes from Zabbix with a gateway: all is read first, so that one that only looks says what the other
 * does. Zabbix deletes no rule that an action names, no proxy that has hosts and no template that is linked, so they
 * are written in that order.
 */
#include "reporter/leave.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "reporter/handover.h"
#include "reporter/mark.h"
#include "reporter/names.h"
#include "reporter/view.h"
#include "reporter/writes.h"
#include "zabbix/json.h"
#include "zabbix/version.h"

#define TEMPLATE_CUSTOMER_EDGE "VRF customer edge by SNMP"

#define NO_ID    "0" /* of "none" in host.proxyid and the like, and monitored_by the server */
#define DISABLED "1" /* host.status */

/* conditiontype of the API, of actions */
#define CONDITION_HOST_GROUP "0"
#define CONDITION_TEMPLATE   "13"

struct leaving {
	struct zabbix_api *api;
	const struct zabbix_words *words;
	struct reporter_leave how;
	struct reporter_inventory inventory; /* borrows all of the caller's */
	struct reporter_view view;
	struct reporter_writes writes;
	struct reporter_sync_result *result;
	json_t *hosts;     /* ids of ours, as keys: true where they are deleted */
	json_t *proxies;   /* ids of those that are deleted, as keys */
	json_t *templates; /* likewise */
	json_t *actions;   /* of others; an array */
	json_t *adopted;   /* ids of proxies that somebody else has made, as keys */
	size_t n_disabled, n_deleted;
};

static const char *gateway_of(const struct leaving *leaving)
{
	return leaving->inventory.config->gateway.name;
}

/* ---- what bears the mark ---- */

/* Not the gateway's own host, nor that of a proxy's figures. */
static bool is_device(const struct leaving *leaving, const json_t *host)
{
	const char *name = zabbix_json_text(host, "host");
	const char *vrf = reporter_mark_tag(host, REPORTER_TAG_VRF);
	const json_t *proxy = reporter_view_find(&leaving->view, REPORTER_KIND_PROXY, vrf);
	cleanup_free char *usual = config_proxy_name(leaving->inventory.config, vrf);

	if (!*vrf)
		return strcmp(name, gateway_of(leaving)) != 0;
	return strcmp(name, usual) != 0 &&
		strcmp(name, zabbix_json_text(proxy, leaving->words->proxy_name)) != 0;
}

static json_t *tags_left(const json_t *host)
{
	static const char *const ours[] = { REPORTER_TAG_GATEWAY, REPORTER_TAG_ID,
		REPORTER_TAG_FOUND, REPORTER_TAG_ADOPTED };
	json_t *left = json_array(), *tag;
	size_t i;

	json_array_foreach (json_object_get(host, "tags"), i, tag) {
		const char *name = zabbix_json_text(tag, "tag");
		bool own = false;

		for (size_t k = 0; k < sizeof(ours) / sizeof(ours[0]); k++)
			own |= strcmp(name, ours[k]) == 0;
		if (!own)
			json_array_append(left, tag);
	}
	return left;
}

/* Whether a proxy asks it that goes, and so nobody could any more but the server. */
static bool loses_proxy(const struct leaving *leaving, const json_t *host)
{
	const char *proxyid = zabbix_json_text(host, leaving->words->host_proxy);
	const char *groupid = zabbix_json_text(host, "proxy_groupid");
	bool alone = *proxyid && strcmp(proxyid, NO_ID) != 0;

	return (alone && !json_object_get(leaving->adopted, proxyid)) ||
		(*groupid && strcmp(groupid, NO_ID) != 0);
}

/* Its address is one of a VRF: from the server's network it may be anybody's. */
static void host_keep(struct leaving *leaving, const json_t *host)
{
	const char *name = zabbix_json_text(host, "host");
	bool disable = loses_proxy(leaving, host);
	const json_t *record = zabbix_json_find(
		json_object_get(host, "macros"), "macro", REPORTER_MACRO_TEMPLATES);
	json_t *params = zabbix_json_pack(
		"{s:O, s:o}", "hostid", json_object_get(host, "hostid"), "tags", tags_left(host));

	if (disable) {
		json_object_set_new(params, "status", json_string(DISABLED));
		json_object_set_new(params,
			leaving->words->proxy_is_host ? leaving->words->host_proxy : "monitored_by",
			json_string(NO_ID));
	}
	if (record) {
		reporter_writes_add(&leaving->writes, REPORTER_WRITE_PART, "host", name,
			"usermacro.delete", json_incref(json_object_get(record, "hostmacroid")));
		reporter_writes_add_details(
			&leaving->writes, xasprintf("macro %s deleted", REPORTER_MACRO_TEMPLATES));
	}
	reporter_writes_add(
		&leaving->writes, REPORTER_WRITE_UPDATE, "host", name, "host.update", params);
	reporter_writes_add_details(&leaving->writes,
		xstrdup(disable ? "kept: disabled, without a proxy, without the gateway's mark"
				: "kept: without the gateway's mark"));
	leaving->n_disabled += disable;
}

/* What somebody else has made stays his. */
static bool is_kept(const struct leaving *leaving, const json_t *host)
{
	return *reporter_mark_tag(host, REPORTER_TAG_ADOPTED) ||
		(leaving->how.keep_hosts && is_device(leaving, host));
}

/* What went with a VRF that another gateway has or may take is no longer ours. */
static bool is_given(const struct leaving *leaving, const char *vrf)
{
	const struct reporter_owner owner = reporter_owner_of(&leaving->inventory);

	return *vrf && reporter_handover_is_given(&leaving->view, &owner, vrf);
}

static bool host_is_given(const struct leaving *leaving, const json_t *host)
{
	return is_given(leaving, reporter_mark_tag(host, REPORTER_TAG_VRF));
}

static bool proxy_is_given(const struct leaving *leaving, const json_t *proxy)
{
	const struct reporter_owner owner = reporter_owner_of(&leaving->inventory);
	cleanup_free char *vrf = reporter_mark_vrf(zabbix_json_text(proxy, "description"), &owner);

	return vrf && is_given(leaving, vrf);
}

static bool discovery_is_given(const struct leaving *leaving, const json_t *object)
{
	const struct reporter_owner owner = reporter_owner_of(&leaving->inventory);
	cleanup_free char *vrf = NULL, *id = NULL;
	size_t n;

	return reporter_mark_discovery_read(
		       zabbix_json_text(object, "name"), &owner, &vrf, &id, &n) &&
		is_given(leaving, vrf);
}

static void host_plan(struct leaving *leaving, const json_t *host)
{
	bool keep = is_kept(leaving, host);

	if (host_is_given(leaving, host))
		return;
	json_object_set_new(leaving->hosts, zabbix_json_text(host, "hostid"), json_boolean(!keep));
	if (keep) {
		host_keep(leaving, host);
		return;
	}
	reporter_writes_add(&leaving->writes, REPORTER_WRITE_DELETE, "host",
		zabbix_json_text(host, "host"), "host.delete",
		json_incref(json_object_get(host, "hostid")));
	leaving->n_deleted += is_device(leaving, host);
}

/* Of all that are ours, those that are there twice included. */
static void each(struct leaving *leaving, enum reporter_kind kind,
	void (*plan)(struct leaving *, const json_t *))
{
	const char *key;
	json_t *object;
	size_t i;

	json_object_foreach (leaving->view.objects[kind], key, object)
		plan(leaving, object);
	json_array_foreach (leaving->view.doubles[kind], i, object)
		plan(leaving, object);
}

static void rule_plan(struct leaving *leaving, const json_t *rule)
{
	if (discovery_is_given(leaving, rule))
		return;
	reporter_writes_add(&leaving->writes, REPORTER_WRITE_DELETE, "discovery rule",
		zabbix_json_text(rule, "name"), "drule.delete",
		json_incref(json_object_get(rule, "druleid")));
}

static void action_plan(struct leaving *leaving, const json_t *action)
{
	if (discovery_is_given(leaving, action))
		return;
	reporter_writes_add(&leaving->writes, REPORTER_WRITE_DELETE, "discovery action",
		zabbix_json_text(action, "name"), "action.delete",
		json_incref(json_object_get(action, "actionid")));
}

/* ---- proxies, and who else is at them ---- */

static bool is_adopted(const struct leaving *leaving, const json_t *proxy)
{
	const struct reporter_owner owner = reporter_owner_of(&leaving->inventory);

	return reporter_mark_is_adopted(zabbix_json_text(proxy, "description"), &owner);
}

static void proxy_list(struct leaving *leaving, const json_t *proxy)
{
	if (proxy_is_given(leaving, proxy))
		return;
	json_object_set_new(is_adopted(leaving, proxy) ? leaving->adopted : leaving->proxies,
		zabbix_json_text(proxy, "proxyid"), json_true());
}

static void proxy_keep(struct leaving *leaving, const json_t *proxy)
{
	const struct reporter_owner owner = reporter_owner_of(&leaving->inventory);
	cleanup_free char *text =
		reporter_mark_put(zabbix_json_text(proxy, "description"), &owner, "");

	if (!is_adopted(leaving, proxy) || proxy_is_given(leaving, proxy))
		return;
	for (size_t n = strlen(text); n > 0 && text[n - 1] == ' '; n--)
		text[n - 1] = '\0';
	reporter_writes_add(&leaving->writes, REPORTER_WRITE_UPDATE, "proxy",
		zabbix_json_text(proxy, leaving->words->proxy_name), "proxy.update",
		zabbix_json_pack("{s:O, s:o}", "proxyid", json_object_get(proxy, "proxyid"),
			"description", zabbix_json_string(text)));
	reporter_writes_add_details(&leaving->writes, xstrdup("kept: without the gateway's mark"));
}

static json_t *keys_of(const json_t *object)
{
	json_t *keys = json_array(), *value;
	const char *key;

	json_object_foreach ((json_t *)object, key, value)
		json_array_append_new(keys, json_string(key));
	return keys;
}

static const json_t *foreign_host(const struct leaving *leaving, const json_t *proxy)
{
	const json_t *host;
	size_t i;

	json_array_foreach (json_object_get(proxy, "hosts"), i, host)
		if (!json_object_get(leaving->hosts, zabbix_json_text(host, "hostid")))
			return host;
	return NULL;
}

static int proxies_plan(struct leaving *leaving, struct error *err)
{
	cleanup_json json_t *list = NULL;
	const json_t *proxy;
	size_t i;
	int r = 0;

	each(leaving, REPORTER_KIND_PROXY, proxy_keep);
	if (json_object_size(leaving->proxies) > 0)
		r = zabbix_api_call(leaving->api, "proxy.get",
			zabbix_json_pack("{s:[s, s], s:o, s:[s, s]}", "output", "proxyid",
				leaving->words->proxy_name, "proxyids", keys_of(leaving->proxies),
				"selectHosts", "hostid", "host"),
			&list, err);
	json_array_foreach (list, i, proxy) {
		const char *name = zabbix_json_text(proxy, leaving->words->proxy_name);
		const json_t *foreign = foreign_host(leaving, proxy);

		if (foreign) {
			json_object_del(leaving->proxies, zabbix_json_text(proxy, "proxyid"));
			strings_addf(&leaving->result->problems,
				"proxy '%s' monitors host '%s', which is not of this gateway: move that host, and leave again",
				name, zabbix_json_text(foreign, "host"));
			continue;
		}
		reporter_writes_add(&leaving->writes, REPORTER_WRITE_DELETE, "proxy", name,
			"proxy.delete", json_incref(json_object_get(proxy, "proxyid")));
	}
	return r;
}

/* ---- what bears no mark ---- */

/* What an action does or goes by, which Zabbix would change or switch off with what it names. */
static int actions_read(struct leaving *leaving, struct error *err)
{
	cleanup_json json_t *list = NULL, *ours = json_object();
	json_t *action;
	const char *key;
	size_t i;
	int r = zabbix_api_call(leaving->api, "action.get",
		zabbix_json_pack("{s:[s], s:s, s:s, s:s, s:s}", "output", "actionid",
			"selectFilter", "extend", "selectOperations", "extend",
			"selectRecoveryOperations", "extend", "selectUpdateOperations", "extend"),
		&list, err);

	json_object_foreach (leaving->view.objects[REPORTER_KIND_ACTION], key, action)
		json_object_set_new(ours, zabbix_json_text(action, "actionid"), json_true());
	json_array_foreach (list, i, action)
		if (!json_object_get(ours, zabbix_json_text(action, "actionid")))
			json_array_append(leaving->actions, action);
	return r;
}

/* An object of an operation by the name of its id, or of a condition by its type; as deep as it stands. */
static bool is_named(const json_t *in, const char *id_word, const char *condition, const char *id)
{
	const char *key;
	json_t *value;
	size_t i;

	if (strcmp(zabbix_json_text(in, id_word), id) == 0 ||
		(strcmp(zabbix_json_text(in, "conditiontype"), condition) == 0 &&
			strcmp(zabbix_json_text(in, "value"), id) == 0))
		return true;
	json_object_foreach ((json_t *)in, key, value)
		if (is_named(value, id_word, condition, id))
			return true;
	json_array_foreach (in, i, value)
		if (is_named(value, id_word, condition, id))
			return true;
	return false;
}

/* True where all of a list are deleted now. */
static bool all_go(const json_t *list, const char *id, const json_t *gone)
{
	const json_t *member;
	size_t i;

	json_array_foreach (list, i, member)
		if (!json_is_true(json_object_get(gone, zabbix_json_text(member, id))))
			return false;
	return true;
}

/* Read by their names; params: what of others is asked for, taken over. */
static int named_read(struct leaving *leaving, const char *method, const char *field, json_t *names,
	json_t *params, json_t **list, struct error *err)
{
	int r = 0;

	*list = NULL;
	if (json_array_size(names) > 0) {
		json_object_set_new(params, "filter", zabbix_json_pack("{s:O}", field, names));
		r = zabbix_api_call(leaving->api, method, json_incref(params), list, err);
	}
	json_decref(names);
	json_decref(params);
	return r;
}

static int templates_plan(struct leaving *leaving, struct error *err)
{
	cleanup_json json_t *list = NULL;
	const json_t *template;
	bool others = false;
	size_t i;
	int r = named_read(leaving, "template.get", "host",
		zabbix_json_pack("[s, s]", REPORTER_TEMPLATE_GATEWAY, TEMPLATE_CUSTOMER_EDGE),
		zabbix_json_pack("{s:[s, s], s:[s], s:[s]}", "output", "templateid", "host",
			"selectHosts", "hostid", "selectTemplates", "templateid"),
		&list, err);

	/* Every gateway has a host with that one. */
	json_array_foreach (list, i, template)
		others |= strcmp(zabbix_json_text(template, "host"), REPORTER_TEMPLATE_GATEWAY) ==
				0 &&
			!all_go(json_object_get(template, "hosts"), "hostid", leaving->hosts);
	json_array_foreach (list, i, template) {
		const char *id = zabbix_json_text(template, "templateid");

		if (others ||
			!all_go(json_object_get(template, "hosts"), "hostid", leaving->hosts) ||
			json_array_size(json_object_get(template, "templates")) > 0 ||
			is_named(leaving->actions, "templateid", CONDITION_TEMPLATE, id))
			continue;
		json_object_set_new(leaving->templates, id, json_true());
		reporter_writes_add(&leaving->writes, REPORTER_WRITE_DELETE, "template",
			zabbix_json_text(template, "host"), "template.delete", json_string(id));
	}
	return r;
}

/* That of the config, and those of VRFs that discover or did. */
static json_t *group_names(const struct leaving *leaving)
{
	const struct reporter_owner owner = reporter_owner_of(&leaving->inventory);
	json_t *names = reporter_names_groups(&leaving->inventory), *rule;
	const char *key;

	json_object_foreach (leaving->view.objects[REPORTER_KIND_RULE], key, rule) {
		cleanup_free char *vrf = NULL, *name = NULL, *id = NULL;
		size_t n;

		if (!reporter_mark_discovery_read(key, &owner, &vrf, &id, &n))
			continue;
		name = reporter_names_found_group(&leaving->inventory, vrf);
		json_array_append_new(names, zabbix_json_string(name));
	}
	return names;
}

static int groups_plan(struct leaving *leaving, struct error *err)
{
	cleanup_json json_t *list = NULL;
	json_t *params = zabbix_json_pack(
		"{s:[s, s], s:[s]}", "output", "groupid", "name", "selectHosts", "hostid");
	const json_t *group;
	size_t i;
	int r;

	if (!leaving->words->template_groups)
		json_object_set_new(
			params, "selectTemplates", zabbix_json_pack("[s]", "templateid"));
	r = named_read(leaving, "hostgroup.get", "name", group_names(leaving), params, &list, err);
	json_array_foreach (list, i, group)
		if (all_go(json_object_get(group, "hosts"), "hostid", leaving->hosts) &&
			all_go(json_object_get(group, "templates"), "templateid",
				leaving->templates) &&
			!is_named(leaving->actions, "groupid", CONDITION_HOST_GROUP,
				zabbix_json_text(group, "groupid")))
			reporter_writes_add(&leaving->writes, REPORTER_WRITE_DELETE, "host group",
				zabbix_json_text(group, "name"), "hostgroup.delete",
				json_incref(json_object_get(group, "groupid")));
	return r;
}

static bool proxies_go(const struct leaving *leaving, const json_t *list)
{
	const json_t *proxy;
	size_t i;

	json_array_foreach (list, i, proxy)
		if (!json_object_get(leaving->proxies, zabbix_json_text(proxy, "proxyid")))
			return false;
	return true;
}

static int proxy_groups_plan(struct leaving *leaving, struct error *err)
{
	cleanup_json json_t *list = NULL;
	json_t *names = leaving->words->proxy_is_host
		? json_array()
		: reporter_names_proxy_groups(&leaving->inventory);
	const json_t *group;
	size_t i;
	int r = named_read(leaving, "proxygroup.get", "name", names,
		zabbix_json_pack("{s:[s, s], s:[s]}", "output", "proxy_groupid", "name",
			"selectProxies", "proxyid"),
		&list, err);

	json_array_foreach (list, i, group)
		if (proxies_go(leaving, json_object_get(group, "proxies")))
			reporter_writes_add(&leaving->writes, REPORTER_WRITE_DELETE, "proxy group",
				zabbix_json_text(group, "name"), "proxygroup.delete",
				json_incref(json_object_get(group, "proxy_groupid")));
	return r;
}

/* ---- all of it ---- */

static int all_plan(struct leaving *leaving, struct error *err)
{
	static int (*const steps[])(struct leaving *, struct error *) = { proxies_plan,
		actions_read, templates_plan, groups_plan, proxy_groups_plan };
	int r = reporter_view_read(
		&leaving->view, leaving->api, &leaving->inventory, 0, REPORTER_KIND_ACTION, err);

	if (r < 0)
		return r;
	each(leaving, REPORTER_KIND_PROXY, proxy_list);
	each(leaving, REPORTER_KIND_ACTION, action_plan);
	each(leaving, REPORTER_KIND_RULE, rule_plan);
	each(leaving, REPORTER_KIND_HOST, host_plan);
	for (size_t i = 0; r == 0 && i < sizeof(steps) / sizeof(steps[0]); i++)
		r = steps[i](leaving, err);
	return r;
}

static void notes_add(struct leaving *leaving)
{
	struct strings *notes = &leaving->result->notes;
	const char *id;
	json_t *example;

	if (leaving->n_disabled)
		strings_addf(notes,
			"%zu %s kept with their history, and disabled: without a proxy the server itself would ask their addresses",
			leaving->n_disabled, leaving->n_disabled == 1 ? "host is" : "hosts are");
	if (leaving->n_deleted)
		strings_addf(notes, "the history of %zu %s goes, too; --keep-hosts keeps it",
			leaving->n_deleted, leaving->n_deleted == 1 ? "device" : "devices");
	json_object_foreach (leaving->view.others, id, example)
		strings_addf(notes,
			"another gateway named '%s' (id %.8s) has %s in this Zabbix, which stays",
			gateway_of(leaving), id, json_string_value(example));
}

static int all_write(struct leaving *leaving, struct error *err)
{
	cleanup_json json_t *tried = json_object();
	int r;

	if (!leaving->how.look)
		return reporter_writes_send(&leaving->writes, leaving->api, leaving->result, err);
	r = reporter_writes_try(&leaving->writes, leaving->api, tried, err);
	reporter_writes_describe(&leaving->writes, leaving->result);
	return r;
}

int reporter_leave(struct zabbix_api *api, const struct reporter_inventory *inventory,
	const struct reporter_leave *how, struct reporter_sync_result *result, struct error *err)
{
	struct leaving leaving = {
		.api = api,
		.words = zabbix_api_words(api),
		.how = *how,
		.inventory = *inventory,
		.result = result,
		.hosts = json_object(),
		.proxies = json_object(),
		.templates = json_object(),
		.actions = json_array(),
		.adopted = json_object(),
	};
	int r;

	leaving.inventory.leaving = true;
	r = all_plan(&leaving, err);
	if (r == 0)
		r = all_write(&leaving, err);
	notes_add(&leaving);
	json_decref(leaving.hosts);
	json_decref(leaving.proxies);
	json_decref(leaving.templates);
	json_decref(leaving.actions);
	json_decref(leaving.adopted);
	reporter_view_finish(&leaving.view);
	reporter_writes_finish(&leaving.writes);
	return r;
}
