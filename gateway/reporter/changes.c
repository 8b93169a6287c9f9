// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The answer is a tree:	kind: { "added|updated|removed": [ ENTRY ] }
 * where an ENTRY has "before" and "after" and the kinds below it. A thing whose children alone have
 * changed is an "updated" with both alike.
 */
#include "reporter/changes.h"

#include <string.h>

#include "base/memory.h"
#include "zabbix/json.h"

/* Deeper than discovery_rules/item_prototypes/trigger_prototypes no answer goes. */
#define MAX_DEPTH 8

static const struct {
	const char *key, *word;
} kinds[] = {
	{ "groups", "group" },
	{ "template_groups", "template group" },
	{ "host_groups", "host group" },
	{ "templates", "template" },
	{ "items", "item" },
	{ "triggers", "trigger" },
	{ "graphs", "graph" },
	{ "dashboards", "dashboard" },
	{ "httptests", "web scenario" },
	{ "valuemaps", "value map" },
	{ "discovery_rules", "discovery rule" },
	{ "item_prototypes", "item prototype" },
	{ "trigger_prototypes", "trigger prototype" },
	{ "graph_prototypes", "graph prototype" },
	{ "host_prototypes", "host prototype" },
};

static const struct action {
	const char *key, *sign;
} actions[] = {
	{ "removed", "-" },
	{ "updated", "~" },
	{ "added", "+" },
};

static void tree_read(const json_t *tree, const char *template, int depth, struct strings *lines);

static const char *kind_word(const char *key)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].key, key) == 0)
			return kinds[i].word;
	return key;
}

static const char *entry_name(const json_t *entity)
{
	const char *name = zabbix_json_text(entity, "name");

	return *name ? name : zabbix_json_text(entity, "host");
}

/* " (name, key)": the fields in which the two differ; the caller frees it. */
static char *fields_differing(json_t *before, json_t *after)
{
	cleanup_json json_t *both = json_copy(before);
	char *text = xstrdup("");
	const char *key;
	json_t *value;

	json_object_update(both, after);
	json_object_foreach (both, key, value) {
		cleanup_free char *old = text;

		if (json_equal(json_object_get(before, key), json_object_get(after, key)))
			text = steal_ptr(&old);
		else
			text = xasprintf("%s%s%s", old, *old ? ", " : " (", key);
	}
	if (*text) {
		cleanup_free char *old = text;

		text = xasprintf("%s)", old);
	}
	return text;
}

static void entry_line(const char *sign, const char *kind, const char *template,
	const json_t *entry, struct strings *lines)
{
	json_t *before = json_object_get(entry, "before"), *after = json_object_get(entry, "after");
	cleanup_free char *fields = NULL;

	if (before && after && json_equal(before, after))
		return;
	fields = before && after ? fields_differing(before, after) : xstrdup("");
	strings_addf(lines, "%s %s '%s'%s%s%s%s", sign, kind_word(kind),
		entry_name(after ? after : before), template ? " in template '" : "",
		template ? template : "", template ? "'" : "", fields);
}

static void entries_read(const struct action *action, const char *kind, const char *template,
	const json_t *entries, int depth, struct strings *lines)
{
	const json_t *entry;
	size_t i;

	json_array_foreach (entries, i, entry) {
		const json_t *entity = json_object_get(entry, "after");

		if (!entity)
			entity = json_object_get(entry, "before");
		entry_line(action->sign, kind, template, entry, lines);
		tree_read(entry, strcmp(kind, "templates") == 0 ? entry_name(entity) : template,
			depth + 1, lines);
	}
}

static void tree_read(const json_t *tree, const char *template, int depth, struct strings *lines)
{
	const char *kind;
	json_t *node;

	if (depth > MAX_DEPTH)
		return;
	json_object_foreach ((json_t *)tree, kind, node) {
		if (strcmp(kind, "before") == 0 || strcmp(kind, "after") == 0)
			continue;
		for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
			entries_read(&actions[i], kind, template,
				json_object_get(node, actions[i].key), depth, lines);
	}
}

void reporter_changes_read(const json_t *compared, struct strings *lines)
{
	tree_read(compared, NULL, 0, lines);
}
