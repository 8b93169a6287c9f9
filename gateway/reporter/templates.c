// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The templates of a host: at least those of the config, as far as Zabbix can link them; one that it cannot costs
 * that template and no more. Those that somebody linked by hand stay, and come first.
 */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
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

/* The name of a template of the config or of one that the host has; NULL where neither is known. */
static const char *template_name(
	const struct reporter_plan *plan, const json_t *have, const char *id)
{
	const char *name = zabbix_json_text(
		zabbix_json_find(json_object_get(have, "parentTemplates"), "templateid", id),
		"host");
	json_t *template;

	if (*name)
		return name;
	json_object_foreach (plan->view->objects[REPORTER_KIND_TEMPLATE], name, template)
		if (strcmp(zabbix_json_text(template, "templateid"), id) == 0)
			return name;
	return NULL;
}

static void clash_tell(struct reporter_plan *plan, const struct reporter_host *want,
	const char *name, const char *part, const char *how, const char *other)
{
	strings_addf(&plan->result->problems, "host '%s': template '%s' not linked: %s %s %s%s%s",
		want->name, name, part, how, other ? "template '" : "another template",
		other ? other : "", other ? "'" : "");
}

/* Whether the template has what one of the others has; then it is told. */
static bool clash_find(struct reporter_plan *plan, const struct reporter_host *want,
	const json_t *have, const struct reporter_templates *templates, const char *name,
	const char *id)
{
	const json_t *each;
	size_t i;

	json_array_foreach (templates->all, i, each) {
		const char *other_id = zabbix_json_text(each, "templateid");
		const char *other = template_name(plan, have, other_id);
		bool counts = !plan->words->links_twice || i < json_array_size(templates->kept);
		const char *part = counts ? reporter_links_clash(&plan->links, id, other_id) : NULL;
		const char *field = reporter_links_inventory_clash(&plan->links, id, other_id);

		if (part)
			clash_tell(plan, want, name, part, "is also in", other);
		else if (field)
			clash_tell(plan, want, name, field,
				"fills the same field of the host's inventory as one of", other);
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

/* --- which of them we have linked --- */

/*
 * The macro of the host says so: ids of templates of the config with a space between, behind a "+" those that an
 * operator had linked before. A host of an earlier version has none: all that the config names is ours.
 */
enum origin { ORIGIN_UNKNOWN, ORIGIN_OURS, ORIGIN_OPERATOR };

static const char *record_of(const struct reporter_host *want, const json_t *have)
{
	const json_t *macro = zabbix_json_find(
		json_object_get(have, "macros"), "macro", REPORTER_MACRO_TEMPLATES);

	if (macro)
		return zabbix_json_text(macro, "value");
	/* Of one that is taken over we have linked none. */
	return reporter_host_is_new_to_us(want, have) ? "" : NULL;
}

static enum origin origin_find(const char *record, const char *id)
{
	size_t length = strlen(id);

	while (record && *record) {
		const char *word = record + strspn(record, " ");
		bool operator= * word == '+';
		size_t size = strcspn(word, " ");

		if (size == length + operator&& strncmp(word + operator, id, length) == 0)
			return operator? ORIGIN_OPERATOR : ORIGIN_OURS;
		record = word + size;
	}
	return ORIGIN_UNKNOWN;
}

static void record_add(
	struct reporter_templates *templates, const char *id, const char *record, bool was_linked)
{
	enum origin origin = origin_find(record, id);
	bool operator=
		origin == ORIGIN_OPERATOR ||(origin == ORIGIN_UNKNOWN && was_linked && record);
	char *before = templates->record;

	templates->record =
		xasprintf("%s%s%s%s", before, *before ? " " : "", operator? "+" : "", id);
	free(before);
}

/* One that the config has named and names no more: an operator's stays, and that is noted when the record forgets
 * it. */
static bool is_removed(struct reporter_plan *plan, const struct reporter_host *want,
	const json_t *template, const char *record)
{
	enum origin origin = origin_find(record, zabbix_json_text(template, "templateid"));

	if (origin == ORIGIN_OPERATOR)
		strings_addf(&plan->result->notes,
			"host '%s': template '%s' is not in the config any more and stays: it was linked by hand",
			want->name, zabbix_json_text(template, "host"));
	return origin == ORIGIN_OURS;
}

/* The config's templates by id, an object; NULL where Zabbix lacks one: it may have another name there, so nothing
 * can be told of those that are linked. */
static json_t *wanted_make(const struct reporter_plan *plan, const struct reporter_host *want)
{
	json_t *ids = json_object();

	for (size_t i = 0; i < want->templates->count; i++) {
		const json_t *found = reporter_view_find(
			plan->view, REPORTER_KIND_TEMPLATE, want->templates->items[i]);

		if (!found) {
			json_decref(ids);
			return NULL;
		}
		json_object_set_new(ids, zabbix_json_text(found, "templateid"), json_true());
	}
	return ids;
}

static void removed_find(struct reporter_plan *plan, const struct reporter_host *want,
	const json_t *have, struct reporter_templates *templates)
{
	cleanup_json json_t *wanted = wanted_make(plan, want);
	const json_t *each;
	size_t i;

	json_array_foreach (json_object_get(have, "parentTemplates"), i, each) {
		const char *id = zabbix_json_text(each, "templateid");

		if (wanted && !json_object_get(wanted, id) &&
			is_removed(plan, want, each, record_of(want, have)))
			json_array_append_new(
				templates->removed, zabbix_json_pack("{s:s}", "templateid", id));
	}
}

/* What has been added is ours; what was linked before, by whom the record says. */
static void record_make(const struct reporter_plan *plan, const struct reporter_host *want,
	const json_t *have, struct reporter_templates *templates)
{
	const char *record = record_of(want, have);

	templates->record = xstrdup("");
	for (size_t i = 0; i < want->templates->count; i++) {
		const json_t *found = reporter_view_find(
			plan->view, REPORTER_KIND_TEMPLATE, want->templates->items[i]);
		const char *id = zabbix_json_text(found, "templateid");

		if (found && zabbix_json_find(templates->all, "templateid", id))
			record_add(templates, id, record,
				zabbix_json_find(templates->kept, "templateid", id) != NULL);
	}
	if (!record && !*templates->record) {
		free(templates->record);
		templates->record = NULL;
	}
}

static bool has_record(const struct reporter_plan *plan, const struct reporter_host *want)
{
	cleanup_json json_t *wanted = wanted_make(plan, want);

	return is_judged(want) && !want->chosen && wanted;
}

/* --- all of it --- */

/* Templates that stay linked; a new array. One that gives way to another does not. */
static json_t *linked_make(const struct reporter_plan *plan, const struct reporter_host *want,
	const json_t *have, const json_t *removed)
{
	const json_t *old = want->supersedes
		? reporter_view_find(plan->view, REPORTER_KIND_TEMPLATE, want->supersedes)
		: NULL;
	json_t *linked = json_array();
	const json_t *each;
	size_t i;

	json_array_foreach (json_object_get(have, "parentTemplates"), i, each) {
		const char *id = zabbix_json_text(each, "templateid");

		if ((!old || strcmp(zabbix_json_text(old, "templateid"), id) != 0) &&
			!zabbix_json_find(removed, "templateid", id))
			json_array_append_new(linked, zabbix_json_pack("{s:s}", "templateid", id));
	}
	return linked;
}

static void added_find(struct reporter_plan *plan, const struct reporter_host *want,
	const json_t *have, struct reporter_templates *templates)
{
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
				clash_find(plan, want, have, templates, name, id)))
			continue;
		json_array_append_new(templates->all, zabbix_json_pack("{s:s}", "templateid", id));
		json_array_append_new(templates->added,
			zabbix_json_pack(
				"{s:s, s:o}", "templateid", id, "name", zabbix_json_string(name)));
	}
}

void reporter_templates_plan(struct reporter_plan *plan, const struct reporter_host *want,
	const json_t *have, struct reporter_templates *templates)
{
	bool records = has_record(plan, want);

	*templates = (struct reporter_templates){ .added = json_array(), .removed = json_array() };
	if (records)
		removed_find(plan, want, have, templates);
	templates->kept = linked_make(plan, want, have, templates->removed);
	templates->all = json_copy(templates->kept);
	added_find(plan, want, have, templates);
	if (records)
		record_make(plan, want, have, templates);
}

void reporter_templates_finish(struct reporter_templates *templates)
{
	json_decref(templates->all);
	json_decref(templates->added);
	json_decref(templates->removed);
	json_decref(templates->kept);
	free(templates->record);
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
