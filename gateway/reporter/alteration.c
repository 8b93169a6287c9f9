// SPDX-License-Identifier: GPL-2.0-or-later
/* The fields of a write beside those of its object. */
#include "reporter/alteration.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "base/strings.h"
#include "reporter/difference.h"
#include "zabbix/json.h"

/* The field by which an object is found is no change of it. */
static const struct {
	const char *start, *id, *part;
} objects[] = {
	{ "host.", "hostid", NULL },
	{ "proxy.", "proxyid", NULL },
	{ "drule.", "druleid", NULL },
	{ "action.", "actionid", NULL },
	{ "hostinterface.", "interfaceid", "interface" },
	{ "usermacro.", "hostmacroid", "macro" },
};

static const char *const secrets[] = { "tls_psk", "tls_psk_identity", "ipmi_password", "community",
	"authpassphrase", "privpassphrase", "value" };

static bool is_secret(const char *key)
{
	for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++)
		if (strcmp(secrets[i], key) == 0)
			return true;
	return false;
}

/* The name of the object of a kind that has that id; the id where it is not known. */
static const char *name_of(const struct reporter_view *view, enum reporter_kind kind,
	const char *id_word, const char *name_word, const char *id)
{
	const char *key;
	json_t *object;

	json_object_foreach (view->objects[kind], key, object)
		if (strcmp(zabbix_json_text(object, id_word), id) == 0) {
			const char *name = zabbix_json_text(object, name_word);

			return *name ? name : key;
		}
	return id;
}

/* Lists of ids as lists of names. */
static json_t *names_make(const struct reporter_view *view, enum reporter_kind kind,
	const char *id_word, const char *name_word, const json_t *list)
{
	json_t *names = json_array();
	const json_t *each;
	size_t i;

	json_array_foreach (list, i, each) {
		const char *name = zabbix_json_text(each, name_word);
		const char *id = zabbix_json_text(each, id_word);

		json_array_append_new(names,
			zabbix_json_string(
				*name ? name : name_of(view, kind, id_word, name_word, id)));
	}
	return names;
}

static json_t *monitored_by_make(const json_t *value)
{
	static const char *const words[] = { "server", "proxy", "proxy group" };
	json_int_t number = zabbix_json_number(value);

	return number >= 0 && number < 3 ? json_string(words[number])
					 : json_incref((json_t *)value);
}

static json_t *details_make(const json_t *details)
{
	json_t *shown = json_object(), *value;
	const char *key;

	json_object_foreach ((json_t *)details, key, value)
		if (!is_secret(key))
			json_object_set(shown, key, value);
	return shown;
}

/* As a text, or by a name where it is an id; NULL: not to be shown. */
static json_t *value_make(const struct reporter_view *view, const struct zabbix_words *words,
	const char *key, const json_t *value)
{
	const char *text = json_is_string(value) ? json_string_value(value) : "";

	if (json_is_integer(value)) {
		cleanup_free char *number = xasprintf("%lld", (long long)json_integer_value(value));

		return json_string(number);
	}
	if (strcmp(key, "templates") == 0 || strcmp(key, "templates_clear") == 0)
		return names_make(view, REPORTER_KIND_TEMPLATE, "templateid", "host", value);
	if (strcmp(key, "groups") == 0)
		return names_make(view, REPORTER_KIND_GROUP, "groupid", "name", value);
	if (strcmp(key, "monitored_by") == 0)
		return monitored_by_make(value);
	if (strcmp(key, "proxy_groupid") == 0 && strcmp(text, "0") != 0)
		return zabbix_json_string(
			name_of(view, REPORTER_KIND_PROXY_GROUP, "proxy_groupid", "name", text));
	if (strcmp(key, words->host_proxy) == 0 && strcmp(text, "0") != 0)
		return zabbix_json_string(
			name_of(view, REPORTER_KIND_PROXY, "proxyid", words->proxy_name, text));
	if (json_is_string(value) && strcmp(text, "0") == 0 && strstr(key, "proxy"))
		return NULL;
	return json_is_object(value) ? details_make(value) : json_incref((json_t *)value);
}

/* Where the object has what a write calls by another name. */
static const json_t *old_of(const struct zabbix_words *words, const char *key, const json_t *before)
{
	if (strcmp(key, "templates") == 0)
		return json_object_get(before, "parentTemplates");
	if (strcmp(key, "groups") == 0)
		return json_object_get(before, words->host_groups);
	return json_object_get(before, key);
}

static bool is_compared(const char *key, const json_t *value)
{
	static const char *const lists[] = { "templates", "groups", "tags" };

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		if (strcmp(lists[i], key) == 0)
			return true;
	return !json_is_array(value);
}

static void value_put(const struct reporter_view *view, const struct zabbix_words *words,
	const char *key, const json_t *value, json_t *to)
{
	json_t *made = value_make(view, words, key, value);

	if (made)
		json_object_set_new(to, key, made);
}

static void field_add(const struct reporter_view *view, const struct zabbix_words *words,
	const char *key, const json_t *before, const json_t *value, struct strings *texts)
{
	const json_t *there = before ? old_of(words, key, before) : NULL;
	cleanup_json json_t *old = json_object(), *new = json_object();
	size_t count = texts->count;

	if (!before || is_secret(key) || !is_compared(key, value)) {
		strings_add(texts, key);
		return;
	}
	if (there)
		value_put(view, words, key, there, old);
	value_put(view, words, key, value, new);
	reporter_difference_read("", 0, old, new, texts);
	/* What differs is secret. */
	if (texts->count == count && json_is_object(value))
		strings_add(texts, key);
}

/* "interface" or "macro" with the one that it is about; "" for an object of its own. */
static char *part_make(
	const char *method, const char **id, const json_t *before, const json_t *params)
{
	static const char *const types[] = { "", "agent", "SNMP", "IPMI", "JMX" };

	for (size_t i = 0; i < sizeof(objects) / sizeof(objects[0]); i++) {
		json_int_t type;
		const char *macro;

		if (strncmp(method, objects[i].start, strlen(objects[i].start)) != 0)
			continue;
		*id = objects[i].id;
		if (!objects[i].part)
			break;
		type = zabbix_json_number(json_object_get(before ? before : params, "type"));
		macro = zabbix_json_text(before ? before : params, "macro");
		return xasprintf("%s %s", objects[i].part,
			*macro ? macro : types[type > 0 && type < 5 ? type : 0]);
	}
	return xstrdup("");
}

char *reporter_alteration_text(const struct reporter_view *view, const struct zabbix_words *words,
	const char *method, const json_t *before, const json_t *params)
{
	const char *id = "", *key;
	cleanup_free char *part = part_make(method, &id, before, params), *fields = NULL;
	cleanup(strings_finish) struct strings texts = { 0 };
	json_t *value;

	/* A new part is told by its name. */
	if (*part && !before)
		return steal_ptr(&part);
	json_object_foreach ((json_t *)params, key, value) {
		bool is_key = strncmp(key, "tls_psk", strlen("tls_psk")) == 0;

		if (strcmp(key, id) != 0 && !is_key)
			field_add(view, words, key, before, value, &texts);
	}
	/* It goes with every change of a proxy. */
	if (texts.count == 0 && json_object_get(params, "tls_psk"))
		strings_add(&texts, "key");
	fields = strings_join(&texts, ", ");
	return xasprintf("%s%s%s", part, *part && *fields ? ": " : "", fields);
}
