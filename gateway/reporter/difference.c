// SPDX-License-Identifier: GPL-2.0-or-later
/* Two states of an object as the API exports them, and what it exports without a difference. */
#include "reporter/difference.h"

#include <stdbool.h>
#include <string.h>

#include "base/memory.h"
#include "reporter/settle.h"
#include "zabbix/json.h"

/* Deeper than dashboards/pages/widgets/fields no object goes. */
#define MAX_DEPTH 8

/* Longer values are shown by a part, which begins so much before what differs. */
#define VALUE_MAX  60
#define VALUE_LEAD 20

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

/* Never shown: somebody looks over the shoulder, or a log keeps the output. */
static bool is_secret(const char *path)
{
	for (size_t i = 0; reporter_settle_secrets[i]; i++)
		if (strcmp(path, reporter_settle_secrets[i]) == 0)
			return true;
	return false;
}

static void value_line(
	const char *path, const json_t *before, const json_t *after, struct strings *details)
{
	cleanup_free char *old = value_text(before), *new = value_text(after);
	size_t same = 0;
	cleanup_free char *old_part = NULL, *new_part = NULL;

	if (is_secret(path)) {
		strings_addf(details, "%s: another, not shown", path);
		return;
	}
	while (old[same] && old[same] == new[same])
		same++;
	old_part = value_excerpt(old, same);
	new_part = value_excerpt(new, same);
	strings_addf(details, "%s: %s -> %s", path, old_part, new_part);
}

/* Where one is: the field's name decides how its value is compared. */
struct place {
	const char *path;   /* "tags[scope].value" */
	const char *field;  /* "value" */
	const char *within; /* the list or object that the field is in: "tags" */
	int depth;
	unsigned major; /* version of the server */
};

static void value_differ(
	const struct place *place, json_t *before, json_t *after, struct strings *details);

/* The value of a secret macro is in no export, and nobody may read it. */
static bool is_secret_macro(const char *within, const json_t *before, const json_t *after)
{
	return strcmp(within, "macros") == 0 && !json_object_get(before, "value") &&
		strcmp(zabbix_json_text(before, "type"), "SECRET_TEXT") == 0 &&
		strcmp(zabbix_json_text(after, "type"), "SECRET_TEXT") == 0;
}

/* Of texts Zabbix keeps no trends, whatever the file says. */
static bool is_without_trends(const json_t *after)
{
	const char *type = zabbix_json_text(after, "value_type");

	return strcmp(type, "CHAR") == 0 || strcmp(type, "LOG") == 0 || strcmp(type, "TEXT") == 0;
}

static void objects_differ(
	const struct place *place, json_t *before, json_t *after, struct strings *details)
{
	const char *within = *place->field ? place->field : place->within;
	bool is_secret_value = is_secret_macro(within, before, after);
	cleanup_json json_t *both = json_copy(before);
	const char *key;
	json_t *value;

	json_object_update(both, after);
	json_object_foreach (both, key, value) {
		cleanup_free char *path =
			xasprintf("%s%s%s", place->path, *place->path ? "." : "", key);
		struct place inside = { path, key, within, place->depth + 1, place->major };

		if ((is_secret_value && strcmp(key, "value") == 0) ||
			(strcmp(key, "trends") == 0 && is_without_trends(after)))
			continue;
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
		struct place inside = { path, "", place->field, place->depth + 1, place->major };

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
		struct place inside = { path, "", place->field, place->depth + 1, place->major };

		value_differ(&inside, json_array_get(before, i), json_array_get(after, i), details);
	}
}

/* --- what is not said --- */

#define ITEMS      " items item_prototypes discovery_rules "
#define TRIGGERS   " triggers trigger_prototypes "
#define GRAPHS     " graphs graph_prototypes "
#define ANY_SINCE  0
#define ANY_BEFORE 99

/*
 * Zabbix leaves a default out of what it has, and a file may say it. The same word is one thing's default and
 * another thing's value, so it hangs on the list that the thing is in; NULL is any.
 * Source: the schema of exports, CnnXmlValidator.php of Zabbix 6.0 and 7.0.
 */
static const struct default_value {
	const char *within, *field, *value;
	unsigned since, before; /* major versions */
} defaults[] = {
	{ ITEMS, "type", "ZABBIX_PASSIVE", ANY_SINCE, ANY_BEFORE },
	{ ITEMS, "delay", "1m", ANY_SINCE, ANY_BEFORE },
	{ ITEMS, "history", "90d", ANY_SINCE, 7 },
	{ ITEMS, "history", "31d", 7, ANY_BEFORE },
	{ ITEMS, "trends", "365d", ANY_SINCE, ANY_BEFORE },
	{ ITEMS, "lifetime", "30d", ANY_SINCE, 7 },
	{ ITEMS, "lifetime", "7d", 7, ANY_BEFORE },
	{ ITEMS, "lifetime_type", "DELETE_AFTER", ANY_SINCE, ANY_BEFORE },
	{ ITEMS, "enabled_lifetime_type", "DISABLE_IMMEDIATELY", ANY_SINCE, ANY_BEFORE },
	{ ITEMS, "value_type", "UNSIGNED", ANY_SINCE, ANY_BEFORE },
	{ ITEMS, "authtype", "NONE", ANY_SINCE, ANY_BEFORE },
	{ ITEMS, "authtype", "PASSWORD", ANY_SINCE, ANY_BEFORE },
	{ ITEMS, "inventory_link", "NONE", ANY_SINCE, ANY_BEFORE },
	{ ITEMS, "allow_traps", "NO", ANY_SINCE, ANY_BEFORE },
	{ ITEMS, "output_format", "RAW", ANY_SINCE, ANY_BEFORE },
	{ ITEMS, "post_type", "RAW", ANY_SINCE, ANY_BEFORE },
	{ ITEMS, "request_method", "GET", ANY_SINCE, ANY_BEFORE },
	{ ITEMS, "status_codes", "200", ANY_SINCE, ANY_BEFORE },
	{ ITEMS, "timeout", "3s", ANY_SINCE, 7 },
	{ TRIGGERS, "type", "SINGLE", ANY_SINCE, ANY_BEFORE },
	{ TRIGGERS, "priority", "NOT_CLASSIFIED", ANY_SINCE, ANY_BEFORE },
	{ TRIGGERS, "recovery_mode", "EXPRESSION", ANY_SINCE, ANY_BEFORE },
	{ TRIGGERS, "correlation_mode", "DISABLED", ANY_SINCE, ANY_BEFORE },
	{ TRIGGERS, "manual_close", "NO", ANY_SINCE, ANY_BEFORE },
	{ GRAPHS, "type", "NORMAL", ANY_SINCE, ANY_BEFORE },
	{ GRAPHS, "width", "900", ANY_SINCE, ANY_BEFORE },
	{ GRAPHS, "height", "200", ANY_SINCE, ANY_BEFORE },
	{ GRAPHS, "yaxismin", "0", ANY_SINCE, ANY_BEFORE },
	{ GRAPHS, "yaxismax", "100", ANY_SINCE, ANY_BEFORE },
	{ GRAPHS, "percent_left", "0", ANY_SINCE, ANY_BEFORE },
	{ GRAPHS, "percent_right", "0", ANY_SINCE, ANY_BEFORE },
	{ GRAPHS, "show_work_period", "YES", ANY_SINCE, ANY_BEFORE },
	{ GRAPHS, "show_triggers", "YES", ANY_SINCE, ANY_BEFORE },
	{ GRAPHS, "show_legend", "YES", ANY_SINCE, ANY_BEFORE },
	{ GRAPHS, "show_3d", "NO", ANY_SINCE, ANY_BEFORE },
	{ GRAPHS, "ymin_type_1", "CALCULATED", ANY_SINCE, ANY_BEFORE },
	{ GRAPHS, "ymax_type_1", "CALCULATED", ANY_SINCE, ANY_BEFORE },
	{ " graph_items ", "type", "SIMPLE", ANY_SINCE, ANY_BEFORE },
	{ " graph_items ", "sortorder", "0", ANY_SINCE, ANY_BEFORE },
	{ " graph_items ", "drawtype", "SINGLE_LINE", ANY_SINCE, ANY_BEFORE },
	{ " graph_items ", "color", "009600", ANY_SINCE, ANY_BEFORE },
	{ " graph_items ", "yaxisside", "LEFT", ANY_SINCE, ANY_BEFORE },
	{ " graph_items ", "calc_fnc", "AVG", ANY_SINCE, ANY_BEFORE },
	{ " macros ", "type", "TEXT", ANY_SINCE, ANY_BEFORE },
	{ " mappings ", "type", "EQUAL", ANY_SINCE, ANY_BEFORE },
	{ " dashboards ", "display_period", "30", ANY_SINCE, ANY_BEFORE },
	{ " dashboards ", "auto_start", "YES", ANY_SINCE, ANY_BEFORE },
	{ " pages ", "display_period", "0", ANY_SINCE, ANY_BEFORE },
	{ " widgets ", "x", "0", ANY_SINCE, ANY_BEFORE },
	{ " widgets ", "y", "0", ANY_SINCE, ANY_BEFORE },
	{ " widgets ", "width", "1", ANY_SINCE, ANY_BEFORE },
	{ " widgets ", "height", "2", ANY_SINCE, ANY_BEFORE },
	{ " widgets ", "hide_header", "NO", ANY_SINCE, ANY_BEFORE },
	{ " httptests ", "delay", "1m", ANY_SINCE, ANY_BEFORE },
	{ " httptests ", "attempts", "1", ANY_SINCE, ANY_BEFORE },
	{ " httptests ", "agent", "Zabbix", ANY_SINCE, ANY_BEFORE },
	{ " httptests ", "authentication", "NONE", ANY_SINCE, ANY_BEFORE },
	{ " steps ", "timeout", "15s", ANY_SINCE, ANY_BEFORE },
	{ " preprocessing ", "error_handler", "ORIGINAL_ERROR", ANY_SINCE, ANY_BEFORE },
	{ " filter ", "evaltype", "AND_OR", ANY_SINCE, ANY_BEFORE },
	{ " conditions ", "operator", "MATCHES_REGEX", ANY_SINCE, ANY_BEFORE },
	{ " overrides ", "stop", "NO_STOP", ANY_SINCE, ANY_BEFORE },
	{ " operations ", "operator", "EQUAL", ANY_SINCE, ANY_BEFORE },
	{ " host_prototypes ", "custom_interfaces", "NO", ANY_SINCE, ANY_BEFORE },
	{ ITEMS " steps ", "follow_redirects", "YES", ANY_SINCE, ANY_BEFORE },
	{ ITEMS " steps ", "retrieve_mode", "BODY", ANY_SINCE, ANY_BEFORE },
	{ ITEMS " httptests ", "verify_peer", "NO", ANY_SINCE, ANY_BEFORE },
	{ ITEMS " httptests ", "verify_host", "NO", ANY_SINCE, ANY_BEFORE },
	{ ITEMS TRIGGERS GRAPHS " host_prototypes ", "discover", "DISCOVER", ANY_SINCE,
		ANY_BEFORE },
	{ ITEMS TRIGGERS " httptests host_prototypes ", "status", "ENABLED", ANY_SINCE,
		ANY_BEFORE },
};

static bool is_within(const struct place *place, const char *lists)
{
	cleanup_free char *word = xasprintf(" %s ", place->within);

	return strstr(lists, word) != NULL;
}

static bool is_empty(const json_t *value)
{
	return (json_is_string(value) && json_string_length(value) == 0) ||
		(json_is_array(value) && json_array_size(value) == 0) ||
		(json_is_object(value) && json_object_size(value) == 0);
}

static bool is_default(const struct place *place, const json_t *value)
{
	if (is_empty(value))
		return true;
	if (!json_is_string(value))
		return false;
	for (size_t i = 0; i < sizeof(defaults) / sizeof(defaults[0]); i++) {
		const struct default_value *each = &defaults[i];

		if (strcmp(each->field, place->field) == 0 && place->major >= each->since &&
			place->major < each->before &&
			strcmp(each->value, json_string_value(value)) == 0 &&
			is_within(place, each->within))
			return true;
	}
	return false;
}

/* PHP has one empty value for an object and a list. */
static bool is_empty_list(const json_t *value)
{
	return json_is_array(value) && json_array_size(value) == 0;
}

/* A line for each part of a field that differs: delay: "1m" -> "5m" */
static void value_differ(
	const struct place *place, json_t *before, json_t *after, struct strings *details)
{
	bool goes_on = place->depth <= MAX_DEPTH;
	cleanup_json json_t *empty = json_object();

	if (is_empty_list(before) && json_is_object(after))
		before = empty;
	if (is_empty_list(after) && json_is_object(before))
		after = empty;
	if (json_equal(before, after) || (!before && is_default(place, after)) ||
		(!after && is_default(place, before)))
		return;
	if (goes_on && json_is_object(before) && json_is_object(after))
		objects_differ(place, before, after, details);
	else if (goes_on && json_is_array(before) && json_is_array(after))
		(is_ordered(place->field) ? rows_differ : sets_differ)(
			place, before, after, details);
	else
		value_line(place->path, before, after, details);
}

void reporter_difference_read(
	const char *kind, unsigned major, json_t *before, json_t *after, struct strings *details)
{
	value_differ(&(struct place){ "", kind, "", 0, major }, before, after, details);
}
