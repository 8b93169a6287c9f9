// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The answer is a tree:	kind: { "added|updated|removed": [ ENTRY ] }
 * where an ENTRY has "before" and "after" and the kinds below it. A thing whose children alone have
 * changed is an "updated" with both alike.
 */
#include "reporter/changes.h"

#include <stdbool.h>
#include <string.h>

#include "base/memory.h"
#include "reporter/difference.h"
#include "reporter/settle.h"
#include "zabbix/json.h"

/* Deeper than discovery_rules/item_prototypes/trigger_prototypes no answer goes. */
#define MAX_DEPTH 8

/* What hosts and configs know by its name, or holds values, is not deleted or renamed by the way. */
static const struct kind {
	const char *key, *word;
	bool guarded;
	bool by_name; /* an import finds it by its name, whatever its uuid */
} kinds[] = {
	{ "groups", "group", true, true },
	{ "template_groups", "template group", true, true },
	{ "host_groups", "host group", true, true },
	{ "templates", "template", true, false },
	{ "items", "item", true, false },
	{ "triggers", "trigger", false, false },
	{ "graphs", "graph", false, false },
	{ "dashboards", "dashboard", false, false },
	{ "httptests", "web scenario", true, false },
	{ "valuemaps", "value map", false, false },
	{ "discovery_rules", "discovery rule", true, false },
	{ "item_prototypes", "item prototype", true, false },
	{ "trigger_prototypes", "trigger prototype", false, false },
	{ "graph_prototypes", "graph prototype", false, false },
	{ "host_prototypes", "host prototype", true, false },
};

static const struct action {
	const char *key, *sign;
} actions[] = {
	{ "removed", "-" },
	{ "updated", "~" },
	{ "added", "+" },
};

struct reading {
	struct reporter_changes *changes;
	unsigned major; /* version of the server */
};

static void tree_read(
	const struct reading *reading, const json_t *tree, const char *where, int depth);

static struct kind kind_find(const char *key)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].key, key) == 0)
			return kinds[i];
	return (struct kind){ key, key, false, false };
}

static const char *entry_name(const json_t *entity)
{
	const char *name = zabbix_json_text(entity, "name");

	return *name ? name : zabbix_json_text(entity, "host");
}

/* --- what takes --force --- */

/* The names of an object: what is called so before and otherwise afterwards is renamed. */
static const char *const name_fields[] = { "name", "template", "host", "key" };

static bool is_renamed(json_t *before, json_t *after)
{
	for (size_t i = 0; i < sizeof(name_fields) / sizeof(name_fields[0]); i++)
		if (strcmp(zabbix_json_text(before, name_fields[i]),
			    zabbix_json_text(after, name_fields[i])) != 0)
			return true;
	return false;
}

static void renames_guard(
	const struct reading *reading, const char *object, json_t *before, json_t *after)
{
	for (size_t i = 0; i < sizeof(name_fields) / sizeof(name_fields[0]); i++) {
		const char *field = name_fields[i];
		const char *old = zabbix_json_text(before, field);
		const char *new = zabbix_json_text(after, field);

		if (strcmp(old, new) != 0)
			strings_addf(&reading->changes->dangers, "renames %s (%s: '%s' -> '%s')",
				object, field, old, new);
	}
}

/* Items that hosts have by a linked template go with the link. */
static void links_guard(
	const struct reading *reading, const char *object, json_t *before, json_t *after)
{
	const json_t *kept = json_object_get(after, "templates");
	json_t *link;
	size_t i;

	json_array_foreach (json_object_get(before, "templates"), i, link) {
		const char *name = zabbix_json_text(link, "name");

		if (!zabbix_json_find(kept, "name", name))
			strings_addf(&reading->changes->dangers, "unlinks template '%s' from %s",
				name, object);
	}
}

/* A vendor's version such as 7.0-3; a file without one is older than any, or somebody's own. */
static void vendor_guard(
	const struct reading *reading, const char *object, json_t *before, json_t *after)
{
	const char *old = zabbix_json_text(json_object_get(before, "vendor"), "version");
	const char *new = zabbix_json_text(json_object_get(after, "vendor"), "version");

	if (*old && strverscmp(old, new) > 0)
		strings_addf(&reading->changes->dangers,
			"takes %s back from the vendor's version %s to %s", object, old,
			*new ? new : "none");
}

/* Whoever exports a template of 7.0 and imports it again has no passwords in it. */
static void secrets_guard(
	const struct reading *reading, const char *object, json_t *before, json_t *after)
{
	for (size_t i = 0; reporter_settle_secrets[i]; i++) {
		const char *field = reporter_settle_secrets[i];

		if (*zabbix_json_text(before, field) && !*zabbix_json_text(after, field))
			strings_addf(
				&reading->changes->dangers, "clears the %s of %s", field, object);
	}
}

static void entry_guard(
	const struct reading *reading, const char *object, json_t *before, json_t *after)
{
	if (!before)
		return;
	if (!after) {
		strings_addf(&reading->changes->dangers, "deletes %s", object);
		return;
	}
	renames_guard(reading, object, before, after);
	links_guard(reading, object, before, after);
	vendor_guard(reading, object, before, after);
	secrets_guard(reading, object, before, after);
}

static void entry_count(struct reporter_changes *changes, json_t *before, json_t *after)
{
	if (!before)
		changes->created++;
	else if (!after)
		changes->deleted++;
	else if (is_renamed(before, after))
		changes->renamed++;
	else
		changes->changed++;
}

/* --- objects --- */

/*
 * True for what an earlier file of a dry run would have created: it exists when this file is imported. Two objects of
 * one file may have the same uuid, and an import creates both. A uuid is unique within its kind only.
 */
static bool is_created_before(
	struct reporter_changes *changes, struct kind kind, const json_t *after)
{
	const char *id = kind.by_name ? entry_name(after) : zabbix_json_text(after, "uuid");
	cleanup_free char *key = xasprintf("%s %s", kind.key, id);

	if (!*id)
		return false;
	if (json_object_get(changes->created_before, key))
		return true;
	if (!changes->created_set)
		changes->created_set = json_object();
	json_object_set_new(changes->created_set, key, json_true());
	return false;
}

/* Adds "~ item 'Ping' in template 'T'" with the fields that differ in lines below it. */
static void entry_line(const struct reading *reading, const char *sign, const char *kind_key,
	const char *where, const json_t *entry)
{
	json_t *before = json_object_get(entry, "before"), *after = json_object_get(entry, "after");
	struct kind kind = kind_find(kind_key);
	cleanup(strings_finish) struct strings details = { 0 };
	cleanup_free char *object = NULL, *text = NULL;

	if (before && after)
		reporter_difference_read(kind_key, reading->major, before, after, &details);
	if (before && after && details.count == 0)
		return;
	if (!before && is_created_before(reading->changes, kind, after))
		return;
	object = xasprintf("%s '%s'%s", kind.word, entry_name(before ? before : after), where);
	text = xasprintf(
		"%s %s '%s'%s", sign, kind.word, entry_name(after ? after : before), where);
	for (size_t i = 0; i < details.count; i++) {
		cleanup_free char *above = text;

		text = xasprintf("%s\n    %s", above, details.items[i]);
	}
	strings_add(&reading->changes->lines, text);
	entry_count(reading->changes, before, after);
	if (kind.guarded)
		entry_guard(reading, object, before, after);
}

static void entries_read(const struct reading *reading, const struct action *action,
	const char *kind, const char *where, const json_t *entries, int depth)
{
	const json_t *entry;
	size_t i;

	json_array_foreach (entries, i, entry) {
		const json_t *entity = json_object_get(entry, "after");
		cleanup_free char *inside = NULL;

		if (!entity)
			entity = json_object_get(entry, "before");
		entry_line(reading, action->sign, kind, where, entry);
		inside =
			xasprintf(" in %s '%s'%s", kind_find(kind).word, entry_name(entity), where);
		tree_read(reading, entry, inside, depth + 1);
	}
}

static void tree_read(
	const struct reading *reading, const json_t *tree, const char *where, int depth)
{
	const char *kind;
	json_t *node;

	if (depth > MAX_DEPTH)
		return;
	json_object_foreach ((json_t *)tree, kind, node) {
		if (strcmp(kind, "before") == 0 || strcmp(kind, "after") == 0)
			continue;
		for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
			entries_read(reading, &actions[i], kind, where,
				json_object_get(node, actions[i].key), depth);
	}
}

void reporter_changes_read(const json_t *compared, unsigned major, struct reporter_changes *changes)
{
	tree_read(&(struct reading){ changes, major }, compared, "", 0);
}

void reporter_changes_finish(struct reporter_changes *changes)
{
	strings_finish(&changes->lines);
	strings_finish(&changes->dangers);
	strings_finish(&changes->notes);
	json_decref(changes->created_set);
}
