// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The templates of a host: at least those of the config, as far as Zabbix can link them; one that it cannot costs
 * that template and no more. Those that somebody linked by hand stay, and come first.
 */
#include <string.h>

#include "base/cleanup.h"
#include "reporter/links.h"
#include "reporter/names.h"
#include "reporter/plan.h"
#include "zabbix/json.h"

static const struct {
	enum reporter_interface_type type;
	const char *name, *section;
} interface_types[] = {
	{ REPORTER_INTERFACE_AGENT, "agent", "agent" },
	{ REPORTER_INTERFACE_SNMP, "SNMP", "snmp" },
	{ REPORTER_INTERFACE_IPMI, "IPMI", "ipmi" },
	{ REPORTER_INTERFACE_JMX, "JMX", "jmx" },
};

static bool has_interface(
	const struct reporter_host *want, const json_t *have, enum reporter_interface_type type)
{
	const json_t *each;
	size_t i;

	json_array_foreach (json_object_get(have, "interfaces"), i, each)
		if (zabbix_json_number(json_object_get(each, "type")) == type)
			return true;
	if (!want->device)
		return false;
	if (type == REPORTER_INTERFACE_IPMI)
		return want->device->ipmi.given;
	return type != REPORTER_INTERFACE_JMX || want->device->jmx.given;
}

/* Hosts of the gateway's and the proxies' own figures have one template each, of which we know what is in it. */
static bool is_judged(const struct reporter_host *want)
{
	return want->device || want->found_at;
}

static void template_missing(
	struct reporter_plan *plan, const struct reporter_host *want, const char *name)
{
	bool bundled = strcmp(name, REPORTER_TEMPLATE_GATEWAY) == 0;

	strings_addf(&plan->result->problems, "host '%s': template '%s' not found in Zabbix%s",
		want->name, name, bundled ? ", `vrfgate import` brings it" : "");
}

/* The name of a template by its id, where it is one of the config. */
static const char *template_name(const struct reporter_plan *plan, const char *id)
{
	const char *name;
	json_t *template;

	json_object_foreach (plan->view->objects[REPORTER_KIND_TEMPLATE], name, template)
		if (strcmp(zabbix_json_text(template, "templateid"), id) == 0)
			return name;
	return NULL;
}

static void clash_tell(struct reporter_plan *plan, const struct reporter_host *want,
	const char *name, const char *part, const char *how, const char *other_id)
{
	const char *other = template_name(plan, other_id);

	strings_addf(&plan->result->problems, "host '%s': template '%s' not linked: %s %s %s%s%s",
		want->name, name, part, how, other ? "template '" : "a template linked by hand",
		other ? other : "", other ? "'" : "");
}

/* Whether the template has what one of the others has; then it is told. `linked` are those of `all` that were
 * linked before. */
static bool clash_find(struct reporter_plan *plan, const struct reporter_host *want,
	const json_t *linked, const json_t *all, const char *name, const char *id)
{
	const json_t *other;
	size_t i;

	json_array_foreach (all, i, other) {
		const char *other_id = zabbix_json_text(other, "templateid");
		bool counts = !plan->words->links_twice || i < json_array_size(linked);
		const char *part = counts ? reporter_links_clash(&plan->links, id, other_id) : NULL;
		const char *field = reporter_links_inventory_clash(&plan->links, id, other_id);

		if (part)
			clash_tell(plan, want, name, part, "is also in", other_id);
		else if (field)
			clash_tell(plan, want, name, field,
				"fills the same field of the host's inventory as one of", other_id);
		if (part || field)
			return true;
	}
	return false;
}

static bool need_tell(struct reporter_plan *plan, const struct reporter_host *want,
	const json_t *have, const char *name, const char *id)
{
	for (size_t i = 0; i < sizeof(interface_types) / sizeof(interface_types[0]); i++) {
		const char *key = reporter_links_need(&plan->links, id, interface_types[i].type);

		if (!key || has_interface(want, have, interface_types[i].type))
			continue;
		strings_addf(&plan->result->problems,
			"host '%s': template '%s' not linked: item '%s' needs an interface of the type %s, which the host lacks%s%s%s",
			want->name, name, key, interface_types[i].name,
			want->device ? "; expected " : "",
			want->device ? interface_types[i].section : "",
			want->device ? " { } in its section" : "");
		return true;
	}
	return false;
}

/* Templates that stay linked; a new array. One that gives way to another does not. */
static json_t *linked_make(
	const struct reporter_plan *plan, const struct reporter_host *want, const json_t *have)
{
	const json_t *old = want->supersedes
		? reporter_view_find(plan->view, REPORTER_KIND_TEMPLATE, want->supersedes)
		: NULL;
	json_t *linked = json_array();
	const json_t *each;
	size_t i;

	json_array_foreach (json_object_get(have, "parentTemplates"), i, each) {
		const char *id = zabbix_json_text(each, "templateid");

		if (!old || strcmp(zabbix_json_text(old, "templateid"), id) != 0)
			json_array_append_new(linked, zabbix_json_pack("{s:s}", "templateid", id));
	}
	return linked;
}

bool reporter_templates_plan(struct reporter_plan *plan, const struct reporter_host *want,
	const json_t *have, struct reporter_templates *templates)
{
	cleanup_json json_t *linked = linked_make(plan, want, have);

	*templates = (struct reporter_templates){ json_copy(linked), json_array() };
	for (size_t i = 0; i < want->templates->count; i++) {
		const char *name = want->templates->items[i];
		const json_t *found = reporter_view_find(plan->view, REPORTER_KIND_TEMPLATE, name);
		const char *id = zabbix_json_text(found, "templateid");

		if (!found)
			template_missing(plan, want, name);
		if (!found || zabbix_json_find(templates->all, "templateid", id))
			continue;
		if (is_judged(want) &&
			(need_tell(plan, want, have, name, id) ||
				clash_find(plan, want, linked, templates->all, name, id)))
			continue;
		json_array_append_new(templates->all, zabbix_json_pack("{s:s}", "templateid", id));
		json_array_append_new(templates->added,
			zabbix_json_pack(
				"{s:s, s:o}", "templateid", id, "name", zabbix_json_string(name)));
	}
	return json_array_size(templates->added) > 0;
}

void reporter_templates_finish(struct reporter_templates *templates)
{
	json_decref(templates->all);
	json_decref(templates->added);
	*templates = (struct reporter_templates){ 0 };
}

static void id_collect(struct reporter_plan *plan, const json_t *template)
{
	const char *id = zabbix_json_text(template, "templateid");

	if (*id && strcmp(id, REPORTER_NEW_ID) != 0)
		json_object_set_new(plan->lacking, id, json_true());
}

void reporter_templates_collect(
	struct reporter_plan *plan, const struct reporter_host *want, const json_t *have)
{
	const json_t *linked = json_object_get(have, "parentTemplates"), *each;
	bool lacks = false;
	size_t i;

	if (!is_judged(want))
		return;
	for (i = 0; i < want->templates->count; i++) {
		each = reporter_view_find(
			plan->view, REPORTER_KIND_TEMPLATE, want->templates->items[i]);
		lacks = lacks ||
			(each &&
				!zabbix_json_find(linked, "templateid",
					zabbix_json_text(each, "templateid")));
	}
	for (i = 0; lacks && i < want->templates->count; i++)
		id_collect(plan,
			reporter_view_find(
				plan->view, REPORTER_KIND_TEMPLATE, want->templates->items[i]));
	json_array_foreach (linked, i, each) {
		if (lacks)
			id_collect(plan, each);
	}
}
