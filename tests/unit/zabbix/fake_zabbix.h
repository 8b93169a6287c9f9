// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A Zabbix API that keeps objects, in the shapes recorded from 6.0.14 and 7.0.22: their words,
 * their strings where there are numbers, their errors. What a test does to it "by hand" it does by
 * calls. The method test.state gives all objects and the methods called; test.double has a name twice,
 * as where two clients made it at once; test.multiply makes a host many.
 */
#pragma once

#include "http_server.h"
#include "zabbix/json.h"

struct fake_zabbix {
	const char *version;
	bool words_of_7;     /* name, operating_mode, monitored_by; unknown words are refused */
	bool auth_in_header; /* refuses the body's "auth" */
	json_t *objects;     /* { "proxy": [...], "hostgroup": [...], "host": [...], ... } */
	json_t *called;      /* names of methods */
	int last_id;
	int sessions_left;       /* calls until the session ends; 0: it does not */
	const char *forbidden;   /* a method that the user's role does not allow */
	char forbidden_now[32];  /* the same from test.forbid on; "" : none */
	const char *lost_answer; /* a method that is carried out, but its first answer is lost */
	bool drops_header;       /* its web server passes no Authorization header on */
	bool web_login;          /* its web server itself wants a login, user and password "web" */
	const char *taken_host;  /* a name that somebody took a moment ago */
	const char *unlinkable;  /* the id of a template that cannot be linked to a host */
	json_t *imported;        /* the template that an import brings */
};

static const struct fake_kind {
	const char *name, *id, *ids;
} fake_kinds[] = {
	{ "proxy", "proxyid", "proxyids" }, { "hostgroup", "groupid", "groupids" },
	{ "host", "hostid", "hostids" }, { "template", "templateid", "templateids" },
	{ "hostinterface", "interfaceid", "interfaceids" },
	{ "usermacro", "hostmacroid", "hostmacroids" },
	{ "proxygroup", "proxy_groupid", "proxy_groupids" }, { "drule", "druleid", "druleids" },
	{ "action", "actionid", "actionids" },
	{ "item", "itemid", "itemids" }, /* of templates only */
};

static inline json_t *fake_error(int code, const char *data)
{
	return zabbix_json_pack("{s:{s:i, s:s, s:s}}", "error", "code", code, "message",
		"Invalid params.", "data", data);
}

static inline json_t *fake_result(json_t *result)
{
	return zabbix_json_pack("{s:o}", "result", result);
}

/* The API takes 1 and gives "1". */
static inline json_t *fake_strings(json_t *value)
{
	json_t *made, *each;
	const char *key;
	size_t i;

	if (json_is_integer(value)) {
		cleanup_free char *text = xasprintf("%d", (int)json_integer_value(value));

		return json_string(text);
	}
	if (json_is_array(value)) {
		made = json_array();
		json_array_foreach (value, i, each)
			json_array_append_new(made, fake_strings(each));
		return made;
	}
	if (!json_is_object(value))
		return json_incref(value);
	made = json_object();
	json_object_foreach (value, key, each)
		json_object_set_new(made, key, fake_strings(each));
	return made;
}

static inline void fake_set_id(struct fake_zabbix *fake, json_t *object, const char *key)
{
	cleanup_free char *text = xasprintf("%d", ++fake->last_id);

	json_object_set_new(object, key, json_string(text));
}

/* The values of a filter as sets, so that thousands of them are quick to find. */
static inline json_t *fake_filter_sets(json_t *filter)
{
	json_t *sets = json_object(), *values, *value;
	const char *key;
	size_t i;

	json_object_foreach (filter, key, values) {
		json_t *set = json_object();

		json_array_foreach (values, i, value)
			json_object_set_new(set, json_string_value(value), json_true());
		json_object_set_new(sets, key, set);
	}
	return sets;
}

static inline bool fake_matches(json_t *object, json_t *sets)
{
	const char *key;
	json_t *set;

	json_object_foreach (sets, key, set)
		if (!json_object_get(set, zabbix_json_text(object, key)))
			return false;
	return true;
}

/* Secrets are not given, and groups are where this version has them. */
static inline json_t *fake_shown(const struct fake_zabbix *fake, json_t *object)
{
	json_t *shown = json_deep_copy(object);

	json_object_del(shown, "tls_psk");
	json_object_del(shown, "tls_psk_identity");
	if (fake->auth_in_header && json_object_get(shown, "groups")) {
		json_object_set(shown, "hostgroups", json_object_get(shown, "groups"));
		json_object_del(shown, "groups");
	}
	return shown;
}

/* search: the text is somewhere in the field; of a list, with searchByAny, one of them */
static inline bool fake_has_text(json_t *object, json_t *search)
{
	const char *key;
	json_t *text, *each;
	size_t i;

	json_object_foreach (search, key, text) {
		bool found = json_is_string(text) &&
			strstr(zabbix_json_text(object, key), json_string_value(text));

		json_array_foreach (text, i, each)
			found |= strstr(zabbix_json_text(object, key), json_string_value(each)) !=
				NULL;
		if (!found)
			return false;
	}
	return true;
}

static inline bool fake_has_tag_named(json_t *object, json_t *tag)
{
	json_t *own;
	size_t i;

	json_array_foreach (json_object_get(object, "tags"), i, own)
		if (json_equal(json_object_get(own, "tag"), json_object_get(tag, "tag")))
			return true;
	return false;
}

/* groupids: it is in one of them */
static inline bool fake_is_in_groups(json_t *object, json_t *groupids)
{
	json_t *group, *wanted;
	size_t i, j;

	json_array_foreach (json_object_get(object, "groups"), i, group)
		json_array_foreach (groupids, j, wanted)
			if (json_equal(json_object_get(group, "groupid"), wanted))
				return true;
	return !groupids;
}

/* It has the value, operator 1; or that is part of one, operator 0; or it has none of that name, operator 5 */
static inline bool fake_has_tag(json_t *object, json_t *tag)
{
	json_int_t operator= json_integer_value(json_object_get(tag, "operator"));
	json_t *own;
	size_t i;

	if (operator== 5)
		return !fake_has_tag_named(object, tag);
	json_array_foreach (json_object_get(object, "tags"), i, own) {
		const char *value = zabbix_json_text(own, "value");
		const char *wanted = zabbix_json_text(tag, "value");

		if (json_equal(json_object_get(own, "tag"), json_object_get(tag, "tag")) &&
			(operator== 1 ? strcmp(value, wanted) == 0 : strstr(value, wanted) != NULL))
			return true;
	}
	return false;
}

/* tags: of each name one of them; or with evaltype 2 any */
static inline bool fake_has_tags(json_t *object, json_t *tags, bool any)
{
	json_t *tag, *other;
	size_t i, j;

	json_array_foreach (tags, i, tag) {
		bool found = fake_has_tag(object, tag);

		if (any && found)
			return true;
		json_array_foreach (tags, j, other)
			found |= json_equal(json_object_get(tag, "tag"),
					 json_object_get(other, "tag")) &&
				fake_has_tag(object, other);
		if (!any && !found)
			return false;
	}
	return !any || json_array_size(tags) == 0;
}

/* templateids of item.get: it is in one of them */
static inline bool fake_is_in_templates(json_t *object, json_t *templateids)
{
	json_t *wanted;
	size_t i;

	json_array_foreach (templateids, i, wanted)
		if (json_equal(json_object_get(object, "hostid"), wanted))
			return true;
	return !templateids;
}

/* All of it, but where a single field is asked for. */
static inline json_t *fake_output(
	const struct fake_zabbix *fake, json_t *object, const json_t *params)
{
	const json_t *output = json_object_get(params, "output");
	const char *only = json_string_value(json_array_get(output, 0));

	if (json_array_size(output) != 1)
		return fake_shown(fake, object);
	return zabbix_json_pack("{s:O}", only, json_object_get(object, only));
}

static inline json_t *fake_get(
	struct fake_zabbix *fake, const struct fake_kind *kind, json_t *params)
{
	cleanup_json json_t *sets = fake_filter_sets(json_object_get(params, "filter"));
	cleanup_json json_t *by_id = zabbix_json_pack("{}");
	cleanup_json json_t *id_sets = NULL;
	json_int_t limit = json_integer_value(json_object_get(params, "limit"));
	json_t *found = json_array(), *ids = json_object_get(params, kind->ids), *each;
	size_t i;

	if (ids)
		json_object_set(by_id, kind->id, ids);
	id_sets = fake_filter_sets(by_id);
	json_array_foreach (json_object_get(fake->objects, kind->name), i, each) {
		if ((limit > 0 && (json_int_t)json_array_size(found) == limit) ||
			(ids && json_array_size(found) == json_array_size(ids)))
			break;
		if (fake_matches(each, sets) && fake_matches(each, id_sets) &&
			fake_has_text(each, json_object_get(params, "search")) &&
			fake_is_in_groups(each,
				strcmp(kind->name, "host") == 0
					? json_object_get(params, "groupids")
					: NULL) &&
			fake_is_in_templates(each, json_object_get(params, "templateids")) &&
			fake_has_tags(each, json_object_get(params, "tags"),
				json_integer_value(json_object_get(params, "evaltype")) == 2))
			json_array_append_new(found, fake_output(fake, each, params));
	}
	return fake_result(found);
}

static inline json_t *fake_find(
	struct fake_zabbix *fake, const char *kind, const char *key, json_t *value)
{
	json_t *each;
	size_t i;

	json_array_foreach (json_object_get(fake->objects, kind), i, each)
		if (value && json_equal(json_object_get(each, key), value))
			return each;
	return NULL;
}

/* What a version does with the other's words: 7.0 refuses a proxy's and ignores a host's. */
static inline json_t *fake_judge_words(
	const struct fake_zabbix *fake, const struct fake_kind *kind, json_t *object)
{
	static const char *const words_of_6[] = { "host", "status", "interface" };

	for (size_t i = 0; fake->words_of_7 && strcmp(kind->name, "proxy") == 0 && i < 3; i++)
		if (json_object_get(object, words_of_6[i]))
			return fake_error(
				-32602, "Invalid parameter \"/1\": unexpected parameter.");
	if (fake->words_of_7)
		json_object_del(object, "proxy_hostid");
	if (fake->words_of_7 && json_object_get(object, "proxyid") &&
		strcmp(kind->name, "host") == 0 &&
		strcmp(zabbix_json_text(object, "monitored_by"), "1") != 0)
		return fake_error(-32602, "Invalid parameter \"/1/proxyid\": value must be 0.");
	return NULL;
}

/* 7.0 keeps one key for an identity; what it says is recorded. */
static inline json_t *fake_judge_psk(const struct fake_zabbix *fake, json_t *object)
{
	json_t *other;
	size_t i;

	json_array_foreach (json_object_get(fake->objects, "proxy"), i, other)
		if (fake->words_of_7 && json_object_get(object, "tls_psk_identity") &&
			json_equal(json_object_get(other, "tls_psk_identity"),
				json_object_get(object, "tls_psk_identity")) &&
			!json_equal(json_object_get(other, "tls_psk"),
				json_object_get(object, "tls_psk")))
			return fake_error(-32602,
				"Invalid parameter \"/1/tls_psk\": another tls_psk value is already associated with given tls_psk_identity.");
	return NULL;
}

static inline void fake_host_fill(struct fake_zabbix *fake, json_t *host)
{
	json_t *each;
	size_t i;

	json_array_foreach (json_object_get(host, "interfaces"), i, each)
		fake_set_id(fake, each, "interfaceid");
	if (!json_object_get(host, "parentTemplates"))
		json_object_set_new(host, "parentTemplates", json_array());
	if (!json_object_get(host, "macros"))
		json_object_set_new(host, "macros", json_array());
	json_array_foreach (json_object_get(host, "macros"), i, each) {
		fake_set_id(fake, each, "hostmacroid");
		json_object_set_new(each, "type", json_string("0"));
	}
	if (!json_object_get(host, fake->words_of_7 ? "proxyid" : "proxy_hostid"))
		json_object_set_new(
			host, fake->words_of_7 ? "proxyid" : "proxy_hostid", json_string("0"));
}

static inline json_t *fake_judge_templates(const struct fake_zabbix *fake, const json_t *object)
{
	if (!fake->unlinkable ||
		!zabbix_json_find(
			json_object_get(object, "templates"), "templateid", fake->unlinkable))
		return NULL;
	return fake_error(-32602,
		"Graph \"Load\" already exists on \"ce-acme\", inherited from another template.");
}

static inline void fake_templates_link(json_t *object)
{
	if (json_object_get(object, "templates"))
		json_object_set(object, "parentTemplates", json_object_get(object, "templates"));
	json_object_del(object, "templates");
}

/* The list of its host in which such an object lives; NULL: it is one of its own. */
static inline const char *fake_part_of_host(const struct fake_kind *kind)
{
	if (strcmp(kind->name, "hostinterface") == 0)
		return "interfaces";
	return strcmp(kind->name, "usermacro") == 0 ? "macros" : NULL;
}

static inline bool fake_is_named(const struct fake_zabbix *fake, const struct fake_kind *kind)
{
	return strcmp(kind->name, "hostgroup") == 0 || strcmp(kind->name, "proxygroup") == 0 ||
		strcmp(kind->name, "drule") == 0 || strcmp(kind->name, "action") == 0 ||
		(fake->words_of_7 && strcmp(kind->name, "proxy") == 0);
}

static inline json_t *fake_create(
	struct fake_zabbix *fake, const struct fake_kind *kind, json_t *params)
{
	cleanup_json json_t *object = fake_strings(params);
	const char *name = fake_is_named(fake, kind) ? "name" : "host";
	const char *part = fake_part_of_host(kind);
	json_t *refusal = fake_judge_words(fake, kind, object), *host;

	if (!refusal)
		refusal = fake_judge_psk(fake, object);
	if (!refusal)
		refusal = fake_judge_templates(fake, object);
	if (refusal)
		return refusal;
	if (part) {
		host = fake_find(fake, "host", "hostid", json_object_get(object, "hostid"));
		fake_set_id(fake, object, kind->id);
		json_array_append(json_object_get(host, part), object);
		return fake_result(json_object());
	}
	if (fake_find(fake, kind->name, name, json_object_get(object, name)) ||
		(fake->taken_host &&
			strcmp(zabbix_json_text(object, "host"), fake->taken_host) == 0))
		return fake_error(-32602, "An object with the same name already exists.");
	fake_set_id(fake, object, kind->id);
	fake_templates_link(object);
	if (strcmp(kind->name, "host") == 0)
		fake_host_fill(fake, object);
	json_array_append(json_object_get(fake->objects, kind->name), object);
	return fake_result(
		zabbix_json_pack("{s:[O]}", kind->ids, json_object_get(object, kind->id)));
}

static inline json_t *fake_part_find(
	struct fake_zabbix *fake, const struct fake_kind *kind, json_t *id)
{
	const char *part = fake_part_of_host(kind);
	json_t *host, *each;
	size_t i, j;

	json_array_foreach (json_object_get(fake->objects, "host"), i, host)
		json_array_foreach (json_object_get(host, part), j, each)
			if (json_equal(json_object_get(each, kind->id), id))
				return each;
	return NULL;
}

static inline json_t *fake_update(
	struct fake_zabbix *fake, const struct fake_kind *kind, json_t *params)
{
	cleanup_json json_t *change = fake_strings(params);
	json_t *id = json_object_get(change, kind->id);
	json_t *object = fake_part_of_host(kind) ? fake_part_find(fake, kind, id)
						 : fake_find(fake, kind->name, kind->id, id);
	json_t *refusal = fake_judge_words(fake, kind, change);

	if (!refusal)
		refusal = fake_judge_templates(fake, change);
	if (refusal)
		return refusal;
	if (!object)
		return fake_error(
			-32602, "No permissions to referred object or it does not exist!");
	fake_templates_link(change);
	json_object_update(object, change);
	return fake_result(json_object());
}

static inline json_t *fake_delete(
	struct fake_zabbix *fake, const struct fake_kind *kind, json_t *id)
{
	json_t *list = json_object_get(fake->objects, kind->name), *each;
	size_t i;

	json_array_foreach (list, i, each) {
		if (!json_equal(json_object_get(each, kind->id), id))
			continue;
		json_array_remove(list, i);
		return fake_result(json_object());
	}
	return fake_error(-32500, "No permissions to referred object or it does not exist!");
}

typedef json_t *fake_write_fn(
	struct fake_zabbix *fake, const struct fake_kind *kind, json_t *params);

/* One object or a list of them, which is all or nothing: creates are undone by cutting the list,
 * and only these are refused here. */
static inline json_t *fake_write(struct fake_zabbix *fake, const struct fake_kind *kind,
	json_t *params, fake_write_fn *write)
{
	json_t *list = json_object_get(fake->objects, kind->name), *each, *answer = NULL;
	size_t before = json_array_size(list), i;

	if (!json_is_array(params))
		return write(fake, kind, params);
	if (json_array_size(params) == 0)
		return fake_error(-32602, "Invalid parameter \"/\": cannot be empty.");
	json_array_foreach (params, i, each) {
		json_decref(answer);
		answer = write(fake, kind, each);
		if (!json_object_get(answer, "error"))
			continue;
		while (json_array_size(list) > before)
			json_array_remove(list, json_array_size(list) - 1);
		return answer;
	}
	return answer;
}

/* Keeps what is pushed; no item is there for a key that names "unknown". */
static inline json_t *fake_history_push(struct fake_zabbix *fake, json_t *values)
{
	json_t *data = json_array(), *value;
	size_t i;

	json_array_foreach (values, i, value) {
		bool known = !strstr(zabbix_json_text(value, "key"), "unknown");

		json_array_append_new(data,
			known ? zabbix_json_pack("{s:i}", "itemid", 50733)
			      : zabbix_json_pack("{s:s}", "error",
					"No permissions to referred object or it does not exist."));
		if (known)
			json_array_append(json_object_get(fake->objects, "pushed"), value);
	}
	return fake_result(zabbix_json_pack("{s:s, s:o}", "response", "success", "data", data));
}

/* "kind", its "id" word, and the "field" that is "value"; the younger comes first. */
static inline json_t *fake_double(struct fake_zabbix *fake, json_t *params)
{
	const char *kind = zabbix_json_text(params, "kind");
	json_t *object = json_deep_copy(fake_find(
		fake, kind, zabbix_json_text(params, "field"), json_object_get(params, "value")));

	fake_set_id(fake, object, zabbix_json_text(params, "id"));
	json_array_insert_new(json_object_get(fake->objects, kind), 0, object);
	return fake_result(json_true());
}

/* So many hosts more that are as "host" is, named HOST-1 and so on. */
static inline json_t *fake_multiply(struct fake_zabbix *fake, json_t *params)
{
	json_t *host = json_object_get(params, "host");
	json_t *first = fake_find(fake, "host", "host", host);
	json_int_t count = json_integer_value(json_object_get(params, "count"));

	for (json_int_t i = 1; i <= count; i++) {
		cleanup_free char *name = xasprintf("%s-%d", json_string_value(host), (int)i);
		json_t *object = json_copy(first);

		json_object_set_new(object, "host", json_string(name));
		fake_set_id(fake, object, "hostid");
		json_array_append_new(json_object_get(fake->objects, "host"), object);
	}
	return fake_result(json_true());
}

/* host.massadd of templates. */
static inline json_t *fake_mass_add(struct fake_zabbix *fake, json_t *params)
{
	const json_t *host = json_array_get(json_object_get(params, "hosts"), 0);
	json_t *there = fake_find(fake, "host", "hostid", json_object_get(host, "hostid"));
	json_t *refusal = fake_judge_templates(fake, params);

	if (refusal)
		return refusal;
	json_array_extend(
		json_object_get(there, "parentTemplates"), json_object_get(params, "templates"));
	return fake_result(json_object());
}

static inline json_t *fake_own_methods(struct fake_zabbix *fake, const char *method, json_t *params)
{
	if (strcmp(method, "user.login") == 0)
		return strcmp(zabbix_json_text(params, "password"), "secret-word") == 0
			? fake_result(json_string("session-of-fake"))
			: fake_error(-32500,
				  "Incorrect user name or password or account is temporarily blocked.");
	if (strcmp(method, "apiinfo.version") == 0)
		return fake_result(json_string(fake->version));
	if (strcmp(method, "user.logout") == 0)
		return fake_result(json_true());
	if (strcmp(method, "history.push") == 0)
		return fake_history_push(fake, params);
	if (strcmp(method, "configuration.import") == 0 && !json_object_get(params, "source"))
		return fake_error(
			-32602, "Invalid parameter \"/\": the parameter \"format\" is missing.");
	if (strcmp(method, "configuration.import") == 0) {
		fake_set_id(fake, fake->imported, "templateid");
		json_array_append_new(
			json_object_get(fake->objects, "template"), json_deep_copy(fake->imported));
		return fake_result(json_true());
	}
	if (strcmp(method, "host.massadd") == 0)
		return fake_mass_add(fake, params);
	if (strcmp(method, "test.double") == 0)
		return fake_double(fake, params);
	if (strcmp(method, "test.multiply") == 0)
		return fake_multiply(fake, params);
	if (strcmp(method, "test.forbid") == 0) {
		snprintf(fake->forbidden_now, sizeof(fake->forbidden_now), "%s",
			zabbix_json_text(params, "method"));
		return fake_result(json_true());
	}
	if (strcmp(method, "test.state") == 0)
		return fake_result(
			json_pack("{s:O, s:O}", "objects", fake->objects, "called", fake->called));
	return NULL;
}

static inline json_t *fake_dispatch(struct fake_zabbix *fake, const char *method, json_t *params)
{
	json_t *own = fake_own_methods(fake, method, params);

	for (size_t i = 0; !own && i < sizeof(fake_kinds) / sizeof(fake_kinds[0]); i++) {
		size_t length = strlen(fake_kinds[i].name);

		if (strncmp(method, fake_kinds[i].name, length) != 0 || method[length] != '.')
			continue;
		if (strcmp(method + length, ".get") == 0)
			return fake_get(fake, &fake_kinds[i], params);
		if (strcmp(method + length, ".create") == 0)
			return fake_write(fake, &fake_kinds[i], params, fake_create);
		if (strcmp(method + length, ".update") == 0)
			return fake_write(fake, &fake_kinds[i], params, fake_update);
		if (strcmp(method + length, ".delete") == 0)
			return fake_write(fake, &fake_kinds[i], params, fake_delete);
	}
	return own ? own : fake_error(-32601, "Incorrect API.");
}

/* Who asks: the method without login must have none, the others a good one in its place. */
static inline json_t *fake_judge_auth(
	struct fake_zabbix *fake, const char *headers, const char *method, json_t *call)
{
	bool wants = strcmp(method, "apiinfo.version") != 0 && strcmp(method, "user.login") != 0;
	bool header = !fake->drops_header && strstr(headers, "Authorization: Bearer") != NULL;
	bool body = json_object_get(call, "auth") != NULL;
	/* Before 7.2 it is read as well, which is for who has no header. */
	bool may_use_body = (fake->drops_header || fake->web_login) &&
		(strncmp(fake->version, "7.0", 3) == 0 || fake->version[0] == '6');

	if (!wants)
		return header || body
			? fake_error(-32602, "must be called without authorization header")
			: NULL;
	if (may_use_body ? !body : fake->auth_in_header ? !header || body : !body || header)
		return fake_error(-32602, "Not authorized.");
	if (fake->sessions_left > 0 && --fake->sessions_left == 0)
		return fake_error(-32602, "Session terminated, re-login, please.");
	if ((fake->forbidden && strcmp(fake->forbidden, method) == 0) ||
		strcmp(fake->forbidden_now, method) == 0)
		return fake_error(-32500, "No permissions to call \"proxy.create\".");
	return NULL;
}

static inline json_t *fake_call(struct fake_zabbix *fake, const char *headers, json_t *call)
{
	const char *method = zabbix_json_text(call, "method");
	json_t *answer = fake_judge_auth(fake, headers, method, call);

	json_array_append_new(fake->called, json_string(method));
	if (!answer)
		answer = fake_dispatch(fake, method, json_object_get(call, "params"));
	json_object_set_new(answer, "jsonrpc", json_string("2.0"));
	json_object_set(answer, "id", json_object_get(call, "id"));
	return answer;
}

/* As where the server is restarted in the middle of a request. */
static inline bool fake_loses_answer(struct fake_zabbix *fake, const json_t *request)
{
	const char *method = zabbix_json_text(request, "method");

	if (!fake->lost_answer || strcmp(method, fake->lost_answer) != 0)
		return false;
	fake->lost_answer = NULL;
	return true;
}

static inline char *fake_answer(const char *headers, const char *body, void *arg)
{
	cleanup_json json_t *request = json_loads(body, 0, NULL);
	cleanup_json json_t *answer = json_array();
	cleanup_free char *text = NULL;
	json_t *call;
	size_t i;

	if (((struct fake_zabbix *)arg)->web_login &&
		!strstr(headers, "Authorization: Basic d2ViOndlYg==")) {
		return http_answer("401 Unauthorized", "", "");
	}
	if (!json_is_array(request)) {
		json_decref(answer);
		answer = fake_call(arg, headers, request);
	}
	json_array_foreach (request, i, call)
		json_array_append_new(answer, fake_call(arg, headers, call));
	text = json_dumps(answer, 0);
	if (fake_loses_answer(arg, request))
		return http_answer("500 Internal Server Error", "", "");
	return http_answer("200 OK", "Content-Type: application/json\r\n", text);
}

static inline void fake_zabbix_init(struct fake_zabbix *fake, const char *version)
{
	*fake = (struct fake_zabbix){
		.version = version,
		.words_of_7 = version[0] == '7',
		.auth_in_header = strncmp(version, "6.0", 3) != 0,
		.objects = zabbix_json_pack(
			"{s:[], s:[], s:[], s:[], s:[], s:[], s:[], s:[], s:[{s:s, s:s}, {s:s, s:s}, {s:s, s:s}, {s:s, s:s}]}",
			"pushed", "proxy", "proxygroup", "hostgroup", "host", "drule", "action",
			"item", "template", "templateid", "9001", "host", "ICMP Ping", "templateid",
			"9002", "host", "Generic by SNMP", "templateid", "9003", "host", "By Hand",
			"templateid", "9004", "host", "Zabbix proxy health"),
		.imported = zabbix_json_pack("{s:s, s:[{s:s}]}", "host", "VRF gateway by vrfgate",
			"macros", "macro", "{$VRFGATE.SENDER}"),
		.called = json_array(),
		.last_id = 100,
	};
}

static inline void fake_zabbix_finish(struct fake_zabbix *fake)
{
	json_decref(fake->objects);
	json_decref(fake->called);
	json_decref(fake->imported);
}

#define cleanup_fake_zabbix cleanup(fake_zabbix_finish)
