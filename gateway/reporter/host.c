// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One host: where it shall be, in our group, with our tags and at least the templates of the
 * config. Groups, tags, macros and templates that somebody added by hand stay.
 */
#include <string.h>

#include "base/cleanup.h"
#include "reporter/mark.h"
#include "reporter/names.h"
#include "reporter/plan.h"
#include "zabbix/json.h"

/* host.monitored_by of the API, since 7.0 */
#define MONITORED_BY_SERVER "0"
#define MONITORED_BY_PROXY  "1"
#define MONITORED_BY_GROUP  "2"

/* host.status and host.inventory_mode */
#define STATUS_ENABLED   "0"
#define STATUS_DISABLED  "1"
#define INVENTORY_OFF    "-1"
#define INVENTORY_MANUAL "0"
/* host.tls_connect and host.tls_accept */
#define TLS_PSK          "2"

/* `have` and what of `want` it lacks, as [{"key": id}]; NULL where it lacks nothing. */
static json_t *list_complete(const json_t *have, const json_t *want, const char *key)
{
	json_t *all = json_array();
	const json_t *each;
	bool lacks = false;
	size_t i;

	json_array_foreach (have, i, each) {
		json_array_append_new(
			all, zabbix_json_pack("{s:s}", key, zabbix_json_text(each, key)));
	}
	json_array_foreach (want, i, each) {
		if (zabbix_json_find(have, key, zabbix_json_text(each, key)))
			continue;
		json_array_append_new(
			all, zabbix_json_pack("{s:s}", key, zabbix_json_text(each, key)));
		lacks = true;
	}
	if (lacks)
		return all;
	json_decref(all);
	return NULL;
}

/* Who asks the host, in the words of the version. */
static json_t *attachment_make(const struct reporter_plan *plan, const struct reporter_host *want)
{
	if (plan->words->proxy_is_host)
		return zabbix_json_pack("{s:s}", plan->words->host_proxy, want->proxyid);
	if (strcmp(want->proxy_groupid, REPORTER_NO_ID) != 0)
		return zabbix_json_pack("{s:s, s:s}", "monitored_by", MONITORED_BY_GROUP,
			"proxy_groupid", want->proxy_groupid);
	if (strcmp(want->proxyid, REPORTER_NO_ID) != 0)
		return zabbix_json_pack("{s:s, s:s}", "monitored_by", MONITORED_BY_PROXY,
			plan->words->host_proxy, want->proxyid);
	return zabbix_json_pack("{s:s}", "monitored_by", MONITORED_BY_SERVER);
}

bool reporter_host_is_attached(
	const struct reporter_plan *plan, const struct reporter_host *want, const json_t *have)
{
	cleanup_json json_t *wanted = attachment_make(plan, want);
	const char *key;
	json_t *value;

	json_object_foreach (wanted, key, value) {
		if (!zabbix_json_same(value, json_object_get(have, key)))
			return false;
	}
	return true;
}

/* Beside its interface, IPMI has a login of the host. */
static void ipmi_add(json_t *params, const struct reporter_host *want, const json_t *have)
{
	const struct config_ipmi *ipmi = want->device ? &want->device->ipmi : NULL;

	if (!ipmi || !ipmi->given || !*ipmi->user ||
		(have && strcmp(zabbix_json_text(have, "ipmi_username"), ipmi->user) == 0 &&
			strcmp(zabbix_json_text(have, "ipmi_password"), ipmi->password) == 0))
		return;
	json_object_update_new(params,
		zabbix_json_pack("{s:o, s:o}", "ipmi_username", zabbix_json_string(ipmi->user),
			"ipmi_password", zabbix_json_string(ipmi->password)));
}

/* Those that it shall at least be in; one that could not be made is a problem already told. */
static json_t *groups_make(const struct reporter_plan *plan, const struct reporter_host *want)
{
	const struct strings *names = want->device ? &want->device->groups : NULL;
	json_t *groups = zabbix_json_pack("[{s:s}]", "groupid", want->groupid);

	for (size_t i = 0; names && i < names->count; i++) {
		const json_t *group =
			reporter_view_find(plan->view, REPORTER_KIND_GROUP, names->items[i]);
		const char *id = zabbix_json_text(group, "groupid");

		if (group &&
			strcmp(names->items[i], plan->inventory->config->zabbix.host_group) != 0)
			json_array_append_new(groups, zabbix_json_pack("{s:s}", "groupid", id));
	}
	return groups;
}

static void text_add(json_t *params, const char *key, const char *value, const json_t *have)
{
	if (value && (!have || strcmp(zabbix_json_text(have, key), value) != 0))
		json_object_set_new(params, key, zabbix_json_string(value));
}

/* One whose inventory is switched off has none that could be filled. */
static void inventory_add(json_t *params, const struct config_host *device, const json_t *have)
{
	const json_t *there = json_object_get(have, "inventory");
	json_t *fields = json_object();

	for (size_t i = 0; i < device->n_inventory; i++)
		text_add(fields, device->inventory[i].name, device->inventory[i].value,
			have ? there ? there : json_null() : NULL);
	if (json_object_size(fields) == 0) {
		json_decref(fields);
		return;
	}
	if (!have || strcmp(zabbix_json_text(have, "inventory_mode"), INVENTORY_OFF) == 0)
		json_object_set_new(params, "inventory_mode", json_string(INVENTORY_MANUAL));
	json_object_set_new(params, "inventory", fields);
}

/* The API gives no key back: a tag, which is written with it, tells which one Zabbix has. */
static void key_add(json_t *params, const struct reporter_key *key, const json_t *have)
{
	char fingerprint[REPORTER_FINGERPRINT_SIZE];

	if (!key || !key->psk)
		return;
	reporter_mark_fingerprint(key->identity, key->psk, fingerprint);
	if (have && strcmp(zabbix_json_text(have, "tls_connect"), TLS_PSK) == 0 &&
		strcmp(zabbix_json_text(have, "tls_accept"), TLS_PSK) == 0 &&
		strcmp(reporter_mark_tag(have, REPORTER_TAG_PSK), fingerprint) == 0)
		return;
	json_object_update_new(params,
		zabbix_json_pack("{s:s, s:s, s:o, s:o}", "tls_connect", TLS_PSK, "tls_accept",
			TLS_PSK, "tls_psk_identity", zabbix_json_string(key->identity), "tls_psk",
			zabbix_json_string(key->psk)));
}

/* One that another host has costs itself. */
static void visible_add(struct reporter_plan *plan, json_t *params,
	const struct reporter_host *want, const json_t *have)
{
	const json_t *holder = want->visible
		? reporter_view_find(plan->view, REPORTER_KIND_VISIBLE, want->visible)
		: NULL;

	if (holder &&
		!zabbix_json_same(
			json_object_get(holder, "hostid"), json_object_get(have, "hostid")))
		strings_addf(&plan->result->problems,
			"host '%s': visible name '%s' not given: host '%s' has it", want->name,
			want->visible, zabbix_json_text(holder, "host"));
	else
		text_add(params, "name", want->visible, have);
}

/* What the config says of it, and else is the operator's. */
static void keys_add(struct reporter_plan *plan, json_t *params, const struct reporter_host *want,
	const json_t *have)
{
	const struct config_host *device = want->device;

	visible_add(plan, params, want, have);
	if (!device)
		return;
	text_add(params, "description", device->description, have);
	if (device->enabled_given)
		text_add(
			params, "status", device->enabled ? STATUS_ENABLED : STATUS_DISABLED, have);
	inventory_add(params, device, have);
	key_add(params, want->key, have);
}

static void host_create(struct reporter_plan *plan, const struct reporter_host *want)
{
	cleanup(reporter_templates_finish) struct reporter_templates templates;
	cleanup_free char *record = want->device ? reporter_interfaces_record(want->device) : NULL;
	cleanup_json json_t *macros = NULL;
	json_t *params = zabbix_json_pack("{s:o, s:o, s:o}", "host", zabbix_json_string(want->name),
		"groups", groups_make(plan, want), "tags", reporter_tags_plan(plan, want, NULL));

	reporter_templates_plan(plan, want, NULL, &templates);
	json_object_set(params, "templates", templates.all);
	json_object_update_new(params, attachment_make(plan, want));
	keys_add(plan, params, want, NULL);
	ipmi_add(params, want, NULL);
	if (want->device)
		json_object_set_new(params, "interfaces", reporter_interfaces_make(want->device));
	macros = reporter_macros_make(want->macros, want->n_macros);
	if (record)
		reporter_macros_add(macros, REPORTER_MACRO_INTERFACES, record);
	if (templates.record)
		reporter_macros_add(macros, REPORTER_MACRO_TEMPLATES, templates.record);
	if (json_array_size(macros) > 0)
		json_object_set(params, "macros", macros);
	reporter_writes_add(
		plan->writes, REPORTER_WRITE_CREATE, "host", want->name, "host.create", params);
	reporter_writes_add_templates(plan->writes, templates.added);
}

/* What host.update has to say beside templates; an empty object where all is right. */
static json_t *host_difference(
	struct reporter_plan *plan, const struct reporter_host *want, const json_t *have)
{
	cleanup_json json_t *wanted = groups_make(plan, want);
	json_t *groups =
		list_complete(json_object_get(have, plan->words->host_groups), wanted, "groupid");
	json_t *tags = reporter_tags_plan(plan, want, have);
	json_t *params = json_object();

	if (strcmp(zabbix_json_text(have, "host"), want->name) != 0) {
		json_object_set_new(params, "host", zabbix_json_string(want->name));
		/* One that nobody has given it follows. */
		if (!want->visible &&
			strcmp(zabbix_json_text(have, "name"), zabbix_json_text(have, "host")) == 0)
			json_object_set_new(params, "name", zabbix_json_string(want->name));
	}
	keys_add(plan, params, want, have);
	if (groups)
		json_object_set_new(params, "groups", groups);
	if (tags)
		json_object_set_new(params, "tags", tags);
	if (!reporter_host_is_attached(plan, want, have))
		json_object_update_new(params, attachment_make(plan, want));
	ipmi_add(params, want, have);
	return params;
}

/* Takes params over. */
static void host_update_add(struct reporter_plan *plan, const char *name, const json_t *have,
	json_t *params, enum reporter_write_kind *kind)
{
	if (json_object_size(params) == 0) {
		json_decref(params);
		return;
	}
	json_object_set(params, "hostid", json_object_get(have, "hostid"));
	reporter_plan_change(plan, *kind, "host", name, "host.update", have, params);
	*kind = REPORTER_WRITE_PART;
}

/* Without prune their items stay, as the host's own; an empty object where none is removed. */
static json_t *templates_removal(
	const struct reporter_plan *plan, const struct reporter_templates *templates)
{
	json_t *params = json_object();

	if (json_array_size(templates->removed) == 0)
		return params;
	json_object_set(params, "templates", templates->kept);
	if (plan->inventory->config->zabbix.prune)
		json_object_set(params, "templates_clear", templates->removed);
	return params;
}

void reporter_plan_host_update(
	struct reporter_plan *plan, const struct reporter_host *want, const json_t *have)
{
	enum reporter_write_kind kind = REPORTER_WRITE_UPDATE;
	cleanup_free char *record = want->device ? reporter_interfaces_record(want->device) : NULL;
	cleanup(reporter_templates_finish) struct reporter_templates templates;

	reporter_templates_plan(plan, want, have, &templates);
	host_update_add(plan, want->name, have, host_difference(plan, want, have), &kind);
	/* Before the templates, whose items may need a new one. */
	if (want->device)
		reporter_plan_interfaces(plan, want->device, have, &kind);
	/* By themselves: where they clash, the host must get to its proxy all the same. And what goes goes first, as
	 * what comes may have the same items. */
	host_update_add(plan, want->name, have, templates_removal(plan, &templates), &kind);
	if (json_array_size(templates.added) > 0) {
		host_update_add(plan, want->name, have,
			zabbix_json_pack("{s:O}", "templates", templates.all), &kind);
		reporter_writes_add_templates(plan->writes, templates.added);
	}
	reporter_plan_macros(plan, want, have, &kind);
	if (record)
		reporter_plan_macro(plan, want->name,
			&(struct config_host_macro){ (char *)REPORTER_MACRO_INTERFACES, record },
			have, &kind);
	if (templates.record)
		reporter_plan_macro(plan, want->name,
			&(struct config_host_macro){
				(char *)REPORTER_MACRO_TEMPLATES, templates.record },
			have, &kind);
	plan->result->unchanged += kind == REPORTER_WRITE_UPDATE;
}

/* Somebody else's, by the name that we want. */
static void holder_tell(
	struct reporter_plan *plan, const struct reporter_host *want, const json_t *holder)
{
	const struct reporter_owner owner = reporter_owner_of(plan->inventory);
	const char *id = reporter_mark_other_host(holder, &owner);

	if (id)
		strings_addf(&plan->result->problems, REPORTER_OF_ANOTHER, "host", want->name,
			reporter_mark_tag(holder, REPORTER_TAG_GATEWAY), id);
	else
		strings_addf(&plan->result->problems,
			"host '%s' is already in Zabbix and was not made by this vrfgate%s",
			want->name,
			*reporter_mark_tag(holder, REPORTER_TAG_GATEWAY) ? ""
									 : REPORTER_WAY_TO_ADOPT);
}

void reporter_plan_host(struct reporter_plan *plan, const struct reporter_host *want)
{
	const json_t *have = reporter_view_find(plan->view, REPORTER_KIND_HOST, want->name);
	const json_t *holder = reporter_view_find(plan->view, REPORTER_KIND_HOST_NAME, want->name);

	if (have)
		reporter_plan_host_update(plan, want, have);
	else if (holder)
		holder_tell(plan, want, holder);
	else
		host_create(plan, want);
}
