// SPDX-License-Identifier: GPL-2.0-or-later
/* What is in templates, and what of it two have alike. */
#include "reporter/links.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "zabbix/json.h"

/* A template with all its prototypes can have a thousand parts. */
#define PORTION 50

/* Kinds of parts: those that share a set of names have the letter of it. */
static const struct part_kind {
	const char *method, *word, *field;
	char set;
	bool has_hostid; /* the id of its template; else it comes in a list of templates */
} part_kinds[] = {
	{ "item.get", "item", "key_", 'k', true },
	{ "discoveryrule.get", "discovery rule", "key_", 'k', true },
	{ "itemprototype.get", "item prototype", "key_", 'k', true },
	{ "httptest.get", "web scenario", "name", 'w', true },
	{ "graph.get", "graph", "name", 'g', false },
	{ "graphprototype.get", "graph prototype", "name", 'g', false },
};

#define N_PART_KINDS (sizeof(part_kinds) / sizeof(part_kinds[0]))

/* item.type of the API, and the interface over which such an item is asked. Source: Zabbix manual, "Item object",
 * interfaceid. */
static const struct {
	int item;
	enum reporter_interface_type interface;
} asked_over[] = {
	{ 0, REPORTER_INTERFACE_AGENT },
	{ 12, REPORTER_INTERFACE_IPMI },
	{ 16, REPORTER_INTERFACE_JMX },
	{ 17, REPORTER_INTERFACE_SNMP },
	{ 20, REPORTER_INTERFACE_SNMP },
};

void reporter_links_finish(struct reporter_links *links)
{
	json_decref(links->templates);
	json_decref(links->clashes);
	*links = (struct reporter_links){ 0 };
}

static void need_key(char key[16], enum reporter_interface_type type)
{
	snprintf(key, 16, "%d", type);
}

/* The first by its letters: the API gives them in any order. */
static void need_note(json_t *template, const json_t *part)
{
	json_t *needs = json_object_get(template, "needs");
	const char *known;
	char key[16];

	for (size_t i = 0; i < sizeof(asked_over) / sizeof(asked_over[0]); i++) {
		if (zabbix_json_number(json_object_get(part, "type")) != asked_over[i].item)
			continue;
		need_key(key, asked_over[i].interface);
		known = json_string_value(json_object_get(needs, key));
		if (!known || strcmp(zabbix_json_text(part, "key_"), known) < 0)
			json_object_set_new(
				needs, key, json_string(zabbix_json_text(part, "key_")));
	}
}

static void part_note(struct reporter_links *links, const struct part_kind *kind,
	const json_t *part, const char *templateid)
{
	json_t *template = json_object_get(links->templates, templateid);
	const char *name = zabbix_json_text(part, kind->field);
	cleanup_free char *key = xasprintf("%c %s", kind->set, name);
	cleanup_free char *text = xasprintf("%s '%s'", kind->word, name);

	if (!template)
		return;
	json_object_set_new(json_object_get(template, "parts"), key, zabbix_json_string(text));
	if (kind->set == 'k')
		need_note(template, part);
	if (zabbix_json_number(json_object_get(part, "inventory_link")) > 0)
		json_object_set_new(json_object_get(template, "fields"),
			zabbix_json_text(part, "inventory_link"), zabbix_json_string(text));
}

static void parts_note(
	struct reporter_links *links, const struct part_kind *kind, const json_t *parts)
{
	const json_t *part, *template;
	size_t i, j;

	json_array_foreach (parts, i, part) {
		if (kind->has_hostid)
			part_note(links, kind, part, zabbix_json_text(part, "hostid"));
		json_array_foreach (json_object_get(part, "templates"), j, template)
			part_note(links, kind, part, zabbix_json_text(template, "templateid"));
	}
}

static json_t *params_make(const struct part_kind *kind, const json_t *ids)
{
	json_t *params =
		zabbix_json_pack("{s:[s], s:O}", "output", kind->field, "templateids", ids);
	json_t *output = json_object_get(params, "output");

	if (kind->set == 'k')
		json_array_append_new(output, json_string("type"));
	if (kind == &part_kinds[0])
		json_array_append_new(output, json_string("inventory_link"));
	if (kind->has_hostid)
		json_array_append_new(output, json_string("hostid"));
	else
		json_object_set_new(
			params, "selectTemplates", zabbix_json_pack("[s]", "templateid"));
	return params;
}

static int portion_read(
	struct reporter_links *links, struct zabbix_api *api, const json_t *ids, struct error *err)
{
	struct zabbix_call calls[N_PART_KINDS] = { 0 };
	int r;

	for (size_t i = 0; i < N_PART_KINDS; i++) {
		calls[i].method = part_kinds[i].method;
		calls[i].params = params_make(&part_kinds[i], ids);
	}
	r = zabbix_api_call_batch(api, calls, N_PART_KINDS, err);
	for (size_t i = 0; i < N_PART_KINDS; i++) {
		if (r == 0)
			parts_note(links, &part_kinds[i], calls[i].result);
		json_decref(calls[i].result);
	}
	return r;
}

int reporter_links_read(
	struct reporter_links *links, struct zabbix_api *api, const json_t *ids, struct error *err)
{
	cleanup_json json_t *portion = json_array();
	size_t left = json_object_size(ids);
	const char *id;
	json_t *value;
	int r = 0;

	if (!links->templates) {
		links->templates = json_object();
		links->clashes = json_object();
	}
	json_object_foreach ((json_t *)ids, id, value) {
		left--;
		if (!json_object_get(links->templates, id)) {
			json_object_set_new(links->templates, id,
				zabbix_json_pack("{s:{}, s:{}, s:{}}", "parts", "needs", "fields"));
			json_array_append_new(portion, json_string(id));
		}
		if (json_array_size(portion) < PORTION && left > 0)
			continue;
		if (r == 0 && json_array_size(portion) > 0)
			r = portion_read(links, api, portion, err);
		json_array_clear(portion);
	}
	return r;
}

/* What the first has that is in the second by the same key, the first of it by its letters; NULL where there is
 * nothing. */
static const char *common_find(
	const struct reporter_links *links, const char *a, const char *b, const char *what)
{
	json_t *of_a = json_object_get(json_object_get(links->templates, a), what);
	const json_t *of_b = json_object_get(json_object_get(links->templates, b), what);
	const char *key, *first = NULL, *found = NULL;
	json_t *part;

	json_object_foreach (of_a, key, part) {
		if (!json_object_get(of_b, key) || (first && strcmp(first, key) < 0))
			continue;
		first = key;
		found = json_string_value(part);
	}
	return found;
}

const char *reporter_links_clash(struct reporter_links *links, const char *a, const char *b)
{
	cleanup_free char *pair = xasprintf("%s %s", a, b);
	const char *clash = json_string_value(json_object_get(links->clashes, pair));

	if (!clash) {
		clash = common_find(links, a, b, "parts");
		clash = clash ? clash : "";
		if (links->clashes)
			json_object_set_new(links->clashes, pair, json_string(clash));
	}
	return *clash ? clash : NULL;
}

const char *reporter_links_inventory_clash(
	const struct reporter_links *links, const char *a, const char *b)
{
	return common_find(links, a, b, "fields");
}

const char *reporter_links_need(const struct reporter_links *links, const char *templateid,
	enum reporter_interface_type type)
{
	const json_t *template = json_object_get(links->templates, templateid);
	char key[16];

	need_key(key, type);
	return json_string_value(json_object_get(json_object_get(template, "needs"), key));
}
