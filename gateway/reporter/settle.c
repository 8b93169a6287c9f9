// SPDX-License-Identifier: GPL-2.0-or-later
/* The answer of a comparison, completed by what an export does not hold. */
#include "reporter/settle.h"

#include <stdbool.h>
#include <string.h>

#include "base/memory.h"
#include "zabbix/json.h"

/* Deeper than templates/discovery_rules/item_prototypes/trigger_prototypes no answer goes. */
#define MAX_DEPTH 8

const char *const reporter_settle_secrets[] = { "password", "privatekey", "ssl_key_file",
	"ssl_key_password", "http_password", NULL };

/* The kinds of objects that have such fields, how the API is asked for them, and which field each has. */
enum secret_kind {
	KIND_ITEM,
	KIND_RULE,
	KIND_PROTOTYPE,
	KIND_HTTPTEST,
	N_KINDS,
};

#define ITEM_FIELDS "password", "privatekey", "ssl_key_file", "ssl_key_password"
#define N_FIELDS    4

static const struct {
	const char *key, *method;
	const char *fields[N_FIELDS];
} kinds[N_KINDS] = {
	[KIND_ITEM] = { "items", "item.get", { ITEM_FIELDS } },
	[KIND_RULE] = { "discovery_rules", "discoveryrule.get", { ITEM_FIELDS } },
	[KIND_PROTOTYPE] = { "item_prototypes", "itemprototype.get", { ITEM_FIELDS } },
	[KIND_HTTPTEST] = { "httptests", "httptest.get",
		{ "http_password", "ssl_key_file", "ssl_key_password" } },
};

struct settling {
	json_t **compared;
	json_t *uuids[N_KINDS]; /* lists: of the file's objects that may have such fields */
	json_t *rows[N_KINDS];  /* of each uuid what Zabbix has */
};

/* Where an object of the file is. */
struct spot {
	enum secret_kind kind;
	const json_t *template;
	const json_t *rule; /* NULL: of none */
	const json_t *object;
};

typedef void spot_fn(struct settling *settling, const struct spot *spot);

/* Of all other types a password means nothing, and an import drops it. */
static bool has_secrets(const struct spot *spot)
{
	static const char *const types[] = { "SIMPLE", "ODBC", "SSH", "TELNET", "JMX",
		"HTTP_AGENT" };
	const char *type = zabbix_json_text(spot->object, "type");

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(types[i], type) == 0)
			return true;
	return spot->kind == KIND_HTTPTEST;
}

static void list_walk(
	struct settling *settling, struct spot spot, const json_t *parent, spot_fn *visit)
{
	json_t *object;
	size_t i;

	json_array_foreach (json_object_get(parent, kinds[spot.kind].key), i, object) {
		spot.object = object;
		if (has_secrets(&spot))
			visit(settling, &spot);
		if (spot.kind != KIND_RULE)
			continue;
		list_walk(settling,
			(struct spot){
				.kind = KIND_PROTOTYPE, .template = spot.template, .rule = object },
			object, visit);
	}
}

/* Visits each object of the file that may have a field of those. */
static void export_walk(struct settling *settling, const json_t *export, spot_fn *visit)
{
	static const enum secret_kind below_template[] = { KIND_ITEM, KIND_RULE, KIND_HTTPTEST };
	json_t *template;
	size_t i;

	json_array_foreach (json_object_get(export, "templates"), i, template) {
		for (size_t k = 0; k < sizeof(below_template) / sizeof(below_template[0]); k++)
			list_walk(settling,
				(struct spot){ .kind = below_template[k], .template = template },
				template, visit);
	}
}

/* --- what Zabbix has --- */

static void uuid_collect(struct settling *settling, const struct spot *spot)
{
	json_t **uuids = &settling->uuids[spot->kind];

	if (!*uuids)
		*uuids = json_array();
	json_array_append(*uuids, json_object_get(spot->object, "uuid"));
}

static json_t *output_make(enum secret_kind kind)
{
	json_t *output = zabbix_json_pack("[s]", "uuid");

	for (size_t i = 0; i < N_FIELDS && kinds[kind].fields[i]; i++)
		json_array_append_new(output, json_string(kinds[kind].fields[i]));
	return output;
}

static json_t *rows_index(const json_t *result)
{
	json_t *index = json_object(), *row;
	size_t i;

	json_array_foreach (result, i, row)
		json_object_set(index, zabbix_json_text(row, "uuid"), row);
	return index;
}

static int rows_ask(struct zabbix_api *api, struct settling *settling, struct error *err)
{
	struct zabbix_call calls[N_KINDS];
	enum secret_kind asked[N_KINDS];
	size_t n = 0;
	int r;

	for (enum secret_kind kind = 0; kind < N_KINDS; kind++) {
		if (!settling->uuids[kind])
			continue;
		asked[n] = kind;
		calls[n++] = (struct zabbix_call){ .method = kinds[kind].method,
			.params = zabbix_json_pack("{s:o, s:{s:O}}", "output", output_make(kind),
				"filter", "uuid", settling->uuids[kind]) };
	}
	r = zabbix_api_call_batch(api, calls, n, err);
	for (size_t i = 0; r == 0 && i < n; i++) {
		if (calls[i].error.code)
			r = error_set(err, calls[i].error.code, "%s", calls[i].error.text);
		else
			settling->rows[asked[i]] = rows_index(calls[i].result);
	}
	for (size_t i = 0; i < n; i++)
		json_decref(calls[i].result);
	return r;
}

/* --- what an import does --- */

/* The object under the key, made where it is none: PHP's empty object is an array. */
static json_t *object_need(json_t *parent, const char *key)
{
	json_t *object = json_object_get(parent, key);

	if (!json_is_object(object)) {
		object = json_object();
		json_object_set_new(parent, key, object);
	}
	return object;
}

static json_t *name_make(const json_t *object)
{
	static const char *const names[] = { "uuid", "template", "name", "key" };
	json_t *made = json_object();

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (json_object_get(object, names[i]))
			json_object_set(made, names[i], json_object_get(object, names[i]));
	return made;
}

/* The entry of an object among those updated; NULL where there is none, and it is not to be made. */
static json_t *entry_need(json_t *parent, const char *kind, const json_t *object, bool is_made)
{
	json_t *updated = json_object_get(json_object_get(parent, kind), "updated"), *entry;
	const char *uuid = zabbix_json_text(object, "uuid");
	size_t i;

	json_array_foreach (updated, i, entry)
		if (strcmp(zabbix_json_text(json_object_get(entry, "after"), "uuid"), uuid) == 0)
			return entry;
	if (!is_made)
		return NULL;
	if (!json_is_array(updated)) {
		updated = json_array();
		json_object_set_new(object_need(parent, kind), "updated", updated);
	}
	entry = zabbix_json_pack(
		"{s:o, s:o}", "before", name_make(object), "after", name_make(object));
	json_array_append_new(updated, entry);
	return entry;
}

static json_t *spot_entry(json_t **compared, const struct spot *spot, bool is_made)
{
	json_t *entry;

	if (!json_is_object(*compared)) {
		json_decref(*compared);
		*compared = json_object();
	}
	entry = entry_need(*compared, "templates", spot->template, is_made);
	if (entry && spot->rule)
		entry = entry_need(entry, kinds[KIND_RULE].key, spot->rule, is_made);
	return entry ? entry_need(entry, kinds[spot->kind].key, spot->object, is_made) : NULL;
}

/* An import takes the line end off the end of a text. */
static bool text_agrees(const char *in_file, const char *in_zabbix)
{
	size_t length = strlen(in_file);

	length -= length > 0 && in_file[length - 1] == '\n';
	return strlen(in_zabbix) == length && memcmp(in_file, in_zabbix, length) == 0;
}

static void field_settle(
	struct settling *settling, const struct spot *spot, const json_t *row, const char *field)
{
	const char *new = zabbix_json_text(spot->object, field),
		   *old = zabbix_json_text(row, field);
	bool is_same = text_agrees(new, old);
	json_t *entry = spot_entry(settling->compared, spot, !is_same);

	if (!entry)
		return;
	if (is_same) {
		json_object_del(json_object_get(entry, "before"), field);
		json_object_del(json_object_get(entry, "after"), field);
		return;
	}
	json_object_set_new(json_object_get(entry, "before"), field, zabbix_json_string(old));
	json_object_set_new(json_object_get(entry, "after"), field, zabbix_json_string(new));
}

static void secrets_settle(struct settling *settling, const struct spot *spot)
{
	const json_t *row =
		json_object_get(settling->rows[spot->kind], zabbix_json_text(spot->object, "uuid"));

	for (size_t i = 0; row && i < N_FIELDS && kinds[spot->kind].fields[i]; i++)
		field_settle(settling, spot, row, kinds[spot->kind].fields[i]);
}

static int secrets_complete(
	struct zabbix_api *api, const json_t *export, json_t **compared, struct error *err)
{
	struct settling settling = { .compared = compared };
	int r;

	export_walk(&settling, export, uuid_collect);
	r = rows_ask(api, &settling, err);
	if (r == 0)
		export_walk(&settling, export, secrets_settle);
	for (enum secret_kind kind = 0; kind < N_KINDS; kind++) {
		json_decref(settling.uuids[kind]);
		json_decref(settling.rows[kind]);
	}
	return r;
}

/* --- one uuid, two objects --- */

static const char *after_text(const json_t *entry, const char *key)
{
	return zabbix_json_text(json_object_get(entry, "after"), key);
}

/* Nothing in it differs any more, and nothing below it. */
static void entry_silence(json_t *entry)
{
	cleanup_json json_t *before = json_incref(json_object_get(entry, "before"));

	json_object_clear(entry);
	json_object_set(entry, "before", before);
	json_object_set(entry, "after", before);
}

/*
 * The last of those added that has the uuid of that entry takes its place, and is added no more. Where Zabbix has that
 * one already it is what an import leaves again: 6.0 puts the lines of a graph's twin into it, so nothing else of the two
 * can be compared.
 */
static void twin_settle(json_t *entry, json_t *added, const char *kind, struct strings *notes)
{
	cleanup_free char *uuid = xstrdup(after_text(entry, "uuid"));

	for (size_t i = json_array_size(added); *uuid && i-- > 0;) {
		json_t *twin = json_array_get(added, i), *before = json_object_get(entry, "before");

		if (strcmp(after_text(twin, "uuid"), uuid) != 0)
			continue;
		strings_addf(notes,
			"'%s' and '%s' of its %s have one uuid, %s: Zabbix keeps the last",
			after_text(entry, "name"), after_text(twin, "name"), kind, uuid);
		if (strcmp(zabbix_json_text(before, "name"), after_text(twin, "name")) == 0)
			entry_silence(entry);
		else
			json_object_update(entry, twin);
		json_array_remove(added, i);
		return;
	}
}

static void twins_settle(json_t *tree, struct strings *notes, int depth)
{
	static const char *const actions[] = { "updated", "added" };
	const char *kind;
	json_t *node, *entry;
	size_t i;

	json_object_foreach (tree, kind, node) {
		if (depth > MAX_DEPTH || strcmp(kind, "before") == 0 || strcmp(kind, "after") == 0)
			continue;
		json_array_foreach (json_object_get(node, "updated"), i, entry)
			twin_settle(entry, json_object_get(node, "added"), kind, notes);
		for (size_t a = 0; a < sizeof(actions) / sizeof(actions[0]); a++)
			json_array_foreach (json_object_get(node, actions[a]), i, entry)
				twins_settle(entry, notes, depth + 1);
	}
}

/* --- one object, two places --- */

static const char *const moving_kinds[] = { "triggers", "trigger_prototypes" };

static bool is_moving(const char *kind)
{
	for (size_t i = 0; i < sizeof(moving_kinds) / sizeof(moving_kinds[0]); i++)
		if (strcmp(moving_kinds[i], kind) == 0)
			return true;
	return false;
}

/* Takes the entry with that uuid out of what is removed anywhere in the tree; NULL where there is none. */
static json_t *removed_take(json_t *tree, const char *uuid, int depth)
{
	static const char *const actions[] = { "updated", "removed" };
	json_t *node, *entry, *taken = NULL;
	const char *kind;
	size_t i;

	json_object_foreach (tree, kind, node) {
		json_t *removed = json_object_get(node, "removed");

		if (depth > MAX_DEPTH || strcmp(kind, "before") == 0 || strcmp(kind, "after") == 0)
			continue;
		json_array_foreach (removed, i, entry) {
			if (!is_moving(kind) ||
				strcmp(zabbix_json_text(json_object_get(entry, "before"), "uuid"),
					uuid) != 0)
				continue;
			taken = json_incref(entry);
			json_array_remove(removed, i);
			return taken;
		}
		for (size_t a = 0; a < sizeof(actions) / sizeof(actions[0]); a++) {
			json_array_foreach (json_object_get(node, actions[a]), i, entry) {
				taken = removed_take(entry, uuid, depth + 1);
				if (taken)
					return taken;
			}
		}
	}
	return NULL;
}

/* An export has a trigger of one item below that, and one of more items below none; a file may have it elsewhere. */
static void added_move(json_t *compared, json_t *node)
{
	json_t *added = json_object_get(node, "added");

	for (size_t i = json_array_size(added); i-- > 0;) {
		json_t *entry = json_array_get(added, i);
		const char *uuid = after_text(entry, "uuid");
		cleanup_json json_t *old = *uuid ? removed_take(compared, uuid, 0) : NULL;

		if (!old)
			continue;
		json_object_set(entry, "before", json_object_get(old, "before"));
		if (!json_object_get(node, "updated"))
			json_object_set_new(node, "updated", json_array());
		json_array_append(json_object_get(node, "updated"), entry);
		json_array_remove(added, i);
	}
}

static void moved_settle(json_t *compared, json_t *tree, int depth)
{
	static const char *const actions[] = { "updated", "added" };
	const char *kind;
	json_t *node, *entry;
	size_t i;

	json_object_foreach (tree, kind, node) {
		if (depth > MAX_DEPTH || strcmp(kind, "before") == 0 || strcmp(kind, "after") == 0)
			continue;
		if (is_moving(kind))
			added_move(compared, node);
		for (size_t a = 0; a < sizeof(actions) / sizeof(actions[0]); a++)
			json_array_foreach (json_object_get(node, actions[a]), i, entry)
				moved_settle(compared, entry, depth + 1);
	}
}

/* --- inherited objects --- */

static bool is_unlinking(const json_t *compared)
{
	json_t *entry, *link;
	size_t i, k;

	json_array_foreach (
		json_object_get(json_object_get(compared, "templates"), "updated"), i, entry) {
		const json_t *before = json_object_get(entry, "before");
		const json_t *kept = json_object_get(json_object_get(entry, "after"), "templates");

		json_array_foreach (json_object_get(before, "templates"), k, link)
			if (!zabbix_json_find(kept, "name", zabbix_json_text(link, "name")))
				return true;
	}
	return false;
}

/*
 * The comparison takes a linked template for unlinked where it is called by two names, and what is inherited from it,
 * which has no uuid, for removed.
 */
static void inherited_drop(json_t *tree, int depth)
{
	const char *kind;
	json_t *node, *entry;
	size_t i;

	json_object_foreach (tree, kind, node) {
		json_t *removed = json_object_get(node, "removed");

		if (depth > MAX_DEPTH || strcmp(kind, "before") == 0 || strcmp(kind, "after") == 0)
			continue;
		for (i = json_array_size(removed); i-- > 0;) {
			const json_t *uuid = json_object_get(
				json_object_get(json_array_get(removed, i), "before"), "uuid");

			if (json_is_string(uuid) && json_string_length(uuid) == 0)
				json_array_remove(removed, i);
		}
		json_array_foreach (json_object_get(node, "updated"), i, entry)
			inherited_drop(entry, depth + 1);
	}
}

/* --- macros --- */

static void macros_note(const json_t *compared, struct strings *notes)
{
	json_t *entry, *macro;
	size_t i, k;

	json_array_foreach (
		json_object_get(json_object_get(compared, "templates"), "updated"), i, entry) {
		json_array_foreach (
			json_object_get(json_object_get(entry, "after"), "macros"), k, macro) {
			if (strcmp(zabbix_json_text(macro, "type"), "SECRET_TEXT") == 0 &&
				*zabbix_json_text(macro, "value"))
				strings_addf(notes,
					"the value of the secret macro %s cannot be compared",
					zabbix_json_text(macro, "macro"));
		}
	}
}

int reporter_settle(struct zabbix_api *api, const json_t *export, json_t **compared,
	struct strings *notes, struct error *err)
{
	twins_settle(*compared, notes, 0);
	moved_settle(*compared, *compared, 0);
	if (!is_unlinking(*compared))
		inherited_drop(*compared, 0);
	macros_note(*compared, notes);
	return secrets_complete(api, export, compared, err);
}
