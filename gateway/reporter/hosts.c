// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Hosts: attached to their VRF's proxy, in our group, with our tags and at least the templates of
 * the config. Groups, tags and templates that somebody added by hand stay.
 */
#include <string.h>

#include "reporter/mark.h"
#include "reporter/plan.h"
#include "zabbix/json.h"

#define MONITORED_BY_PROXY "1"

/* A host and what it shall be attached to. */
struct host_want {
	const struct config_host *host;
	const struct reporter_proxy *proxy;
	const char *proxyid, *groupid;
	json_t *templates; /* [{"templateid": "1"}, ...] */
};

static bool host_is_ours(const struct reporter_plan *plan, const json_t *have)
{
	return reporter_tags_are_ours(json_object_get(have, "tags"), reporter_plan_gateway(plan));
}

static json_t *templates_make(struct reporter_plan *plan, const struct config_host *host)
{
	json_t *templates = json_array();

	for (size_t i = 0; i < host->templates.count; i++) {
		const char *name = host->templates.items[i];
		const json_t *found = reporter_view_find(plan->view, REPORTER_KIND_TEMPLATE, name);

		if (found)
			json_array_append_new(templates,
				zabbix_json_pack("{s:s}", "templateid",
					zabbix_json_text(found, "templateid")));
		else
			strings_addf(&plan->result->problems,
				"host '%s': template '%s' not found in Zabbix", host->name, name);
	}
	return templates;
}

static json_t *tag_make(const char *tag, const char *value)
{
	return zabbix_json_pack("{s:s, s:o}", "tag", tag, "value", zabbix_json_string(value));
}

/* Our two tags behind those of `have` that are not ours. */
static json_t *tags_make(
	const struct reporter_plan *plan, const struct host_want *want, const json_t *have)
{
	const json_t *theirs = json_object_get(have, "tags");
	json_t *tags = json_array();
	json_t *tag;
	size_t i;

	json_array_foreach (theirs, i, tag) {
		const char *name = zabbix_json_text(tag, "tag");

		if (strcmp(name, REPORTER_TAG_VRF) != 0 && strcmp(name, REPORTER_TAG_GATEWAY) != 0)
			json_array_append_new(tags, tag_make(name, zabbix_json_text(tag, "value")));
	}
	json_array_append_new(tags, tag_make(REPORTER_TAG_VRF, want->proxy->vrf));
	json_array_append_new(tags, tag_make(REPORTER_TAG_GATEWAY, reporter_plan_gateway(plan)));
	return tags;
}

/* True where a list of objects has one whose `key` is `id`. */
static bool list_has(const json_t *list, const char *key, const char *value)
{
	const json_t *each;
	size_t i;

	json_array_foreach (list, i, each) {
		if (strcmp(zabbix_json_text(each, key), value) == 0)
			return true;
	}
	return false;
}

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
		if (list_has(have, key, zabbix_json_text(each, key)))
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

static void attachment_add(
	json_t *params, const struct reporter_plan *plan, const struct host_want *want)
{
	json_object_set_new(params, plan->words->host_proxy, json_string(want->proxyid));
	if (!plan->words->proxy_is_host)
		json_object_set_new(params, "monitored_by", json_string(MONITORED_BY_PROXY));
}

static bool is_attached(const struct reporter_plan *plan, const char *proxyid, const json_t *have)
{
	return strcmp(zabbix_json_text(have, plan->words->host_proxy), proxyid) == 0 &&
		(plan->words->proxy_is_host ||
			strcmp(zabbix_json_text(have, "monitored_by"), MONITORED_BY_PROXY) == 0);
}

static void host_create(struct reporter_plan *plan, const struct host_want *want)
{
	json_t *params = zabbix_json_pack("{s:o, s:[{s:s}], s:o, s:o, s:O}", "host",
		zabbix_json_string(want->host->name), "groups", "groupid", want->groupid,
		"interfaces", reporter_interfaces_make(want->host), "tags",
		tags_make(plan, want, NULL), "templates", want->templates);

	attachment_add(params, plan, want);
	reporter_writes_add(plan->writes, REPORTER_WRITE_CREATE, "host", want->host->name,
		"host.create", params);
}

/* True where the host has the tag vrf once and with this value. */
static bool host_is_of_vrf(const json_t *have, const char *vrf)
{
	const json_t *tag;
	size_t i, right = 0, wrong = 0;

	json_array_foreach (json_object_get(have, "tags"), i, tag) {
		bool same = strcmp(zabbix_json_text(tag, "value"), vrf) == 0;

		if (strcmp(zabbix_json_text(tag, "tag"), REPORTER_TAG_VRF) != 0)
			continue;
		right += same;
		wrong += !same;
	}
	return right == 1 && wrong == 0;
}

/* What host.update has to say beside templates; an empty object where all is right. */
static json_t *host_difference(
	const struct reporter_plan *plan, const struct host_want *want, const json_t *have)
{
	cleanup_json json_t *group = zabbix_json_pack("[{s:s}]", "groupid", want->groupid);
	json_t *groups =
		list_complete(json_object_get(have, plan->words->host_groups), group, "groupid");
	json_t *params = json_object();

	if (groups)
		json_object_set_new(params, "groups", groups);
	/* Of this gateway it is, or we would not be here. */
	if (!host_is_of_vrf(have, want->proxy->vrf))
		json_object_set_new(params, "tags", tags_make(plan, want, have));
	if (!is_attached(plan, want->proxyid, have))
		attachment_add(params, plan, want);
	return params;
}

static json_t *templates_difference(const struct host_want *want, const json_t *have)
{
	json_t *templates = list_complete(
		json_object_get(have, "parentTemplates"), want->templates, "templateid");

	return templates ? zabbix_json_pack("{s:o}", "templates", templates) : json_object();
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
	reporter_writes_add(plan->writes, *kind, "host", name, "host.update", params);
	*kind = REPORTER_WRITE_PART;
}

static void host_update(
	struct reporter_plan *plan, const struct host_want *want, const json_t *have)
{
	enum reporter_write_kind kind = REPORTER_WRITE_UPDATE;
	const char *name = want->host->name;

	/* Templates by themselves: where they clash, the host must get to its proxy all the same.
	 */
	host_update_add(plan, name, have, host_difference(plan, want, have), &kind);
	host_update_add(plan, name, have, templates_difference(want, have), &kind);
	reporter_plan_interfaces(plan, want->host, have, &kind);
	plan->result->unchanged += kind == REPORTER_WRITE_UPDATE;
}

static void host_plan(struct reporter_plan *plan, struct host_want *want)
{
	const char *name = want->host->name;
	const json_t *have = reporter_view_find(plan->view, REPORTER_KIND_HOST, name);

	if (have && !host_is_ours(plan, have)) {
		strings_addf(&plan->result->problems,
			"host '%s' is already in Zabbix and was not made by this vrfgate", name);
		return;
	}
	want->templates = templates_make(plan, want->host);
	if (have)
		host_update(plan, want, have);
	else
		host_create(plan, want);
	json_decref(want->templates);
}

/* A host that two VRFs name would go back and forth between them: the first keeps it. */
static bool name_is_free(struct reporter_plan *plan, const char *name, const char *vrf)
{
	const char *other = zabbix_json_text(plan->host_vrfs, name);

	if (*other)
		strings_addf(&plan->result->problems,
			"host '%s': VRFs '%s' and '%s' both name it, names in Zabbix are unique",
			name, other, vrf);
	else
		json_object_set_new(plan->host_vrfs, name, zabbix_json_string(vrf));
	return !*other;
}

static void proxy_hosts_plan(
	struct reporter_plan *plan, const struct reporter_proxy *proxy, const char *groupid)
{
	struct host_want want = {
		.proxy = proxy,
		.proxyid = reporter_plan_proxy_id(plan, proxy),
		.groupid = groupid,
	};

	/* Why it is missing is a problem line of the proxy. */
	if (!want.proxyid)
		return;
	for (size_t i = 0; i < proxy->n_hosts; i++) {
		want.host = &proxy->hosts[i];
		if (name_is_free(plan, want.host->name, proxy->vrf))
			host_plan(plan, &want);
	}
}

void reporter_plan_hosts(struct reporter_plan *plan)
{
	const json_t *group = reporter_view_find(
		plan->view, REPORTER_KIND_GROUP, plan->inventory->config->zabbix.host_group);

	if (!group)
		return;
	for (size_t i = 0; i < plan->inventory->n_proxies; i++)
		proxy_hosts_plan(
			plan, &plan->inventory->proxies[i], zabbix_json_text(group, "groupid"));
}

static void host_verify(const struct reporter_plan *plan, const struct reporter_proxy *proxy,
	const char *proxyid, const char *name)
{
	const json_t *have = reporter_view_find(plan->view, REPORTER_KIND_HOST, name);

	/* One that two VRFs name is a problem already told. */
	if (strcmp(zabbix_json_text(plan->host_vrfs, name), proxy->vrf) != 0)
		return;
	if (have && host_is_ours(plan, have) && !is_attached(plan, proxyid, have))
		strings_addf(&plan->result->problems,
			"host '%s': Zabbix did not attach it to proxy '%s'", name, proxy->name);
}

void reporter_plan_verify_hosts(const struct reporter_plan *plan)
{
	for (size_t i = 0; i < plan->inventory->n_proxies; i++) {
		const struct reporter_proxy *proxy = &plan->inventory->proxies[i];
		const char *proxyid = reporter_plan_proxy_id(plan, proxy);

		for (size_t j = 0; proxyid && j < proxy->n_hosts; j++)
			host_verify(plan, proxy, proxyid, proxy->hosts[j].name);
	}
}
