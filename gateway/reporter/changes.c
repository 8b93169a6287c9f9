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
#include "zabbix/json.h"

/* Deeper than discovery_rules/item_prototypes/trigger_prototypes no answer goes. */
#define MAX_DEPTH 8

/* Longer values are shown by a part, which begins so much before what differs. */
#define VALUE_MAX  60
#define VALUE_LEAD 20

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

struct reading {
	struct strings *lines;
	unsigned major; /* version of the server */
};

static void tree_read(
	const struct reading *reading, const json_t *tree, const char *where, int depth);

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

/* --- old and new values --- */

/* "none", or the value as JSON; the caller frees it. */
static char *value_text(const json_t *value)
{
	char *text = value ? json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT) : xstrdup("none");

	return text ? text : xstrdup("?");
}

/* Of a long text the part around the first difference, which is at `from`; the caller frees it. */
static char *value_excerpt(const char *text, size_t from)
{
	size_t length = strlen(text), start = 0, end;

	if (length <= VALUE_MAX)
		return xstrdup(text);
	if (from > VALUE_LEAD)
		start = from - VALUE_LEAD;
	if (start > length - VALUE_MAX)
		start = length - VALUE_MAX;
	end = start + VALUE_MAX;
	while (start > 0 && text_is_inside_character(text[start]))
		start--;
	while (end < length && text_is_inside_character(text[end]))
		end++;
	return xasprintf("%s%.*s%s", start > 0 ? "..." : "", (int)(end - start), text + start,
		end < length ? "..." : "");
}

static void value_line(
	const char *path, const json_t *before, const json_t *after, struct strings *details)
{
	cleanup_free char *old = value_text(before), *new = value_text(after);
	size_t same = 0;
	cleanup_free char *old_part = NULL, *new_part = NULL;

	while (old[same] && old[same] == new[same])
		same++;
	old_part = value_excerpt(old, same);
	new_part = value_excerpt(new, same);
	strings_addf(details, "%s: %s -> %s", path, old_part, new_part);
}

/* Where one is: the field's name decides how its value is compared. */
struct place {
	const char *path; /* "tags[scope].value" */
	const char *field;
	int depth;
	unsigned major; /* version of the server */
};

static void value_differ(
	const struct place *place, json_t *before, json_t *after, struct strings *details);

static void objects_differ(
	const struct place *place, json_t *before, json_t *after, struct strings *details)
{
	cleanup_json json_t *both = json_copy(before);
	const char *key;
	json_t *value;

	json_object_update(both, after);
	json_object_foreach (both, key, value) {
		cleanup_free char *path =
			xasprintf("%s%s%s", place->path, *place->path ? "." : "", key);
		struct place inside = { path, key, place->depth + 1, place->major };

		value_differ(&inside, json_object_get(before, key), json_object_get(after, key),
			details);
	}
}

/* --- lists --- */

/* Lists whose members come one after the other; of all others Zabbix gives the members in an order
 * of its own. */
static const char *const ordered[] = { "preprocessing", "steps", "parameters", "pages" };

static bool is_ordered(const char *field)
{
	for (size_t i = 0; i < sizeof(ordered) / sizeof(ordered[0]); i++)
		if (strcmp(ordered[i], field) == 0)
			return true;
	return false;
}

/* What tells a member from the others; "" where nothing does. */
static const char *member_name(const json_t *member)
{
	static const char *const names[] = { "macro", "tag", "name", "key", "value" };
	const char *name = "";

	for (size_t i = 0; !*name && i < sizeof(names) / sizeof(names[0]); i++)
		name = zabbix_json_text(member, names[i]);
	return name;
}

static bool members_agree(const struct place *place, json_t *a, json_t *b)
{
	cleanup(strings_finish) struct strings details = { 0 };

	value_differ(place, a, b, &details);
	return details.count == 0;
}

static bool names_agree(const struct place *place, json_t *a, json_t *b)
{
	(void)place;
	return strcmp(member_name(a), member_name(b)) == 0;
}

/* Finds the partner of a member; json_array_size() where there is none. */
static size_t partner_find(const struct place *place, json_t *member, const json_t *list,
	bool (*agree)(const struct place *, json_t *, json_t *))
{
	json_t *each;
	size_t i;

	json_array_foreach (list, i, each) {
		if (agree(place, member, each))
			break;
	}
	return i;
}

/* Takes the members that both have alike out of both. */
static void common_remove(const struct place *place, json_t *before, json_t *after)
{
	for (size_t i = json_array_size(before); i-- > 0;) {
		size_t j = partner_find(place, json_array_get(before, i), after, members_agree);

		if (j == json_array_size(after))
			continue;
		json_array_remove(before, i);
		json_array_remove(after, j);
	}
}

/* Each member beside that of the same name, or where there is none, beside nothing. */
static void sets_differ(
	const struct place *place, json_t *before, json_t *after, struct strings *details)
{
	cleanup_json json_t *old = json_copy(before), *new = json_copy(after);
	json_t *member;
	size_t i;

	common_remove(place, old, new);
	json_array_foreach (old, i, member) {
		size_t j = partner_find(place, member, new, names_agree);
		cleanup_free char *path = xasprintf("%s[%s]", place->path, member_name(member));
		struct place inside = { path, "", place->depth + 1, place->major };

		value_differ(&inside, member, json_array_get(new, j), details);
		json_array_remove(new, j);
	}
	json_array_foreach (new, i, member)
		value_line(place->path, NULL, member, details);
}

static void rows_differ(
	const struct place *place, json_t *before, json_t *after, struct strings *details)
{
	size_t old = json_array_size(before), new = json_array_size(after);

	for (size_t i = 0; i < (old > new ? old : new); i++) {
		cleanup_free char *path = xasprintf("%s[%zu]", place->path, i + 1);
		struct place inside = { path, "", place->depth + 1, place->major };

		value_differ(&inside, json_array_get(before, i), json_array_get(after, i), details);
	}
}

/* --- what is not said --- */

/* Zabbix leaves a default out of what it has, and an import may say it. */
static const struct {
	const char *field, *value;
	unsigned since, until; /* major versions [since, until) */
} defaults[] = {
	{ "history", "90d", 6, 7 },
	{ "history", "31d", 7, 99 },
	{ "lifetime", "30d", 6, 7 },
	{ "lifetime", "7d", 7, 99 },
};

static bool is_default(const struct place *place, const json_t *value)
{
	for (size_t i = 0; i < sizeof(defaults) / sizeof(defaults[0]); i++)
		if (strcmp(defaults[i].field, place->field) == 0 &&
			place->major >= defaults[i].since && place->major < defaults[i].until &&
			json_is_string(value) &&
			strcmp(defaults[i].value, json_string_value(value)) == 0)
			return true;
	return false;
}

/* A line for each part of a field that differs: delay: "1m" -> "5m" */
static void value_differ(
	const struct place *place, json_t *before, json_t *after, struct strings *details)
{
	bool goes_on = place->depth <= MAX_DEPTH;

	if (json_equal(before, after) || (!before && is_default(place, after)))
		return;
	if (goes_on && json_is_object(before) && json_is_object(after))
		objects_differ(place, before, after, details);
	else if (goes_on && json_is_array(before) && json_is_array(after))
		(is_ordered(place->field) ? rows_differ : sets_differ)(
			place, before, after, details);
	else
		value_line(place->path, before, after, details);
}

/* --- objects --- */

/* Adds "~ item 'Ping' in template 'T'" with the fields that differ in lines below it. */
static void entry_line(const struct reading *reading, const char *sign, const char *kind,
	const char *where, const json_t *entry)
{
	json_t *before = json_object_get(entry, "before"), *after = json_object_get(entry, "after");
	cleanup(strings_finish) struct strings details = { 0 };
	cleanup_free char *text = NULL;

	if (before && after)
		value_differ(&(struct place){ "", "", 0, reading->major }, before, after, &details);
	if (before && after && details.count == 0)
		return;
	text = xasprintf(
		"%s %s '%s'%s", sign, kind_word(kind), entry_name(after ? after : before), where);
	for (size_t i = 0; i < details.count; i++) {
		cleanup_free char *above = text;

		text = xasprintf("%s\n    %s", above, details.items[i]);
	}
	strings_add(reading->lines, text);
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
		inside = xasprintf(" in %s '%s'%s", kind_word(kind), entry_name(entity), where);
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

void reporter_changes_read(const json_t *compared, unsigned major, struct strings *lines)
{
	tree_read(&(struct reading){ lines, major }, compared, "", 0);
}
