// SPDX-License-Identifier: GPL-2.0-or-later
/* configuration.import and configuration.importcompare with the rules of each version. */
#include "reporter/import.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "reporter/settle.h"
#include "zabbix/export.h"
#include "zabbix/json.h"
#include "zabbix/version.h"

static const struct {
	const char *extension, *format;
} formats[] = {
	{ ".yaml", "yaml" },
	{ ".yml", "yaml" },
	{ ".xml", "xml" },
	{ ".json", "json" },
};

/* What the import may do with a kind of object. */
enum rule_right {
	RULE_CREATE = 1,
	RULE_UPDATE = 2,
	RULE_DELETE = 4, /* what the file no longer has */
	RULE_ALL = RULE_CREATE | RULE_UPDATE | RULE_DELETE,
};

enum rule_versions {
	RULE_ALWAYS,
	RULE_ONE_GROUP,  /* before 6.2, when templates and hosts shared their groups */
	RULE_TWO_GROUPS, /* since */
};

static const struct rule {
	const char *kind;
	unsigned rights;
	enum rule_versions versions;
} rules[] = {
	{ "groups", RULE_CREATE, RULE_ONE_GROUP },
	{ "template_groups", RULE_CREATE | RULE_UPDATE, RULE_TWO_GROUPS },
	{ "host_groups", RULE_CREATE | RULE_UPDATE, RULE_TWO_GROUPS },
	{ "templates", RULE_CREATE | RULE_UPDATE, RULE_ALWAYS },
	{ "templateLinkage", RULE_CREATE | RULE_DELETE, RULE_ALWAYS },
	{ "templateDashboards", RULE_ALL, RULE_ALWAYS },
	{ "items", RULE_ALL, RULE_ALWAYS },
	{ "discoveryRules", RULE_ALL, RULE_ALWAYS },
	{ "triggers", RULE_ALL, RULE_ALWAYS },
	{ "graphs", RULE_ALL, RULE_ALWAYS },
	{ "httptests", RULE_ALL, RULE_ALWAYS },
	{ "valueMaps", RULE_ALL, RULE_ALWAYS },
};

static json_t *rule_make(unsigned rights)
{
	static const struct {
		unsigned right;
		const char *name;
	} names[] = {
		{ RULE_CREATE, "createMissing" },
		{ RULE_UPDATE, "updateExisting" },
		{ RULE_DELETE, "deleteMissing" },
	};
	json_t *made = json_object();

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (rights & names[i].right)
			json_object_set_new(made, names[i].name, json_true());
	return made;
}

static json_t *rules_make(const struct zabbix_words *words)
{
	enum rule_versions other = words->template_groups ? RULE_ONE_GROUP : RULE_TWO_GROUPS;
	json_t *made = json_object();

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (rules[i].versions != other)
			json_object_set_new(made, rules[i].kind, rule_make(rules[i].rights));
	return made;
}

static int import_call(struct zabbix_api *api, const char *method, const char *format,
	const char *source, json_t **result, struct error *err)
{
	return zabbix_api_call(api, method,
		zabbix_json_pack("{s:s, s:o, s:o}", "format", format, "rules",
			rules_make(zabbix_api_words(api)), "source", zabbix_json_string(source)),
		result, err);
}

const char *reporter_import_format(const char *path)
{
	const char *dot = strrchr(path, '.');

	for (size_t i = 0; dot && i < sizeof(formats) / sizeof(formats[0]); i++)
		if (strcasecmp(dot, formats[i].extension) == 0)
			return formats[i].format;
	return NULL;
}

/* --- what is in a file --- */

static void templates_read(const json_t *export, struct reporter_import_file *file)
{
	json_t *template;
	size_t i;

	json_array_foreach (json_object_get(export, "templates"), i, template)
		strings_add(&file->provides, zabbix_json_text(template, "template"));
}

static void link_add(struct reporter_import_file *file, const json_t *links)
{
	json_t *link;
	size_t i;

	json_array_foreach (links, i, link) {
		const char *name = zabbix_json_text(link, "name");

		if (!strings_contain(&file->provides, name) && !strings_contain(&file->needs, name))
			strings_add(&file->needs, name);
	}
}

/* Groups of the file: of hosts and templates in one list before 6.2, and an import makes them. */
static bool group_is_provided(const json_t *export, const char *name)
{
	return zabbix_json_find(json_object_get(export, "groups"), "name", name) ||
		zabbix_json_find(json_object_get(export, "host_groups"), "name", name);
}

static void prototype_read(
	const json_t *export, const json_t *prototype, struct reporter_import_file *file)
{
	json_t *link;
	size_t i;

	link_add(file, json_object_get(prototype, "templates"));
	json_array_foreach (json_object_get(prototype, "group_links"), i, link) {
		const char *name = zabbix_json_text(json_object_get(link, "group"), "name");

		if (!group_is_provided(export, name) && !strings_contain(&file->groups, name))
			strings_add(&file->groups, name);
	}
}

static void links_read(const json_t *export, struct reporter_import_file *file)
{
	json_t *template, *rule, *prototype;
	size_t i, k, l;

	json_array_foreach (json_object_get(export, "templates"), i, template) {
		link_add(file, json_object_get(template, "templates"));
		json_array_foreach (json_object_get(template, "discovery_rules"), k, rule)
			json_array_foreach (json_object_get(rule, "host_prototypes"), l, prototype)
				prototype_read(export, prototype, file);
	}
}

/* What belongs to templates, or to no object at all, is not said to be ignored. */
static bool is_part_of_templates(const char *section)
{
	static const char *const parts[] = { "version", "date", "templates", "groups",
		"template_groups", "host_groups", "triggers", "graphs", "value_maps" };

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (strcmp(parts[i], section) == 0)
			return true;
	return false;
}

static void sections_read(const json_t *export, struct reporter_import_file *file)
{
	const char *section;
	json_t *content;

	json_object_foreach ((json_t *)export, section, content)
		if (!is_part_of_templates(section) && json_array_size(content) > 0)
			strings_add(&file->ignored, section);
}

static int no_templates(const struct reporter_import_file *file, struct error *err)
{
	cleanup_free char *others = strings_join(&file->ignored, ", ");

	if (file->ignored.count == 0)
		return error_set(err, ENOMSG, "no templates in it");
	text_make_printable(others);
	return error_set(err, ENOMSG, "no templates in it, only %s", others);
}

int reporter_import_read(const char *format, const char *data, size_t size,
	struct reporter_import_file *file, struct error *err)
{
	cleanup_json json_t *export = NULL;
	int r = zabbix_export_decode(data, size, &file->text, err);

	file->format = format;
	if (r == 0)
		r = zabbix_export_parse(format, file->text, &export, err);
	if (r < 0)
		return r;
	file->version = xstrdup(zabbix_json_text(export, "version"));
	text_make_printable(file->version);
	templates_read(export, file);
	links_read(export, file);
	sections_read(export, file);
	return file->provides.count > 0 ? 0 : no_templates(file, err);
}

void reporter_import_finish(struct reporter_import_file *file)
{
	free(file->text);
	free(file->version);
	strings_finish(&file->provides);
	strings_finish(&file->needs);
	strings_finish(&file->groups);
	strings_finish(&file->ignored);
	*file = (struct reporter_import_file){ 0 };
}

/* --- what Zabbix makes of it --- */

static int version_check(
	const struct zabbix_version *server, const char *version, struct error *err)
{
	unsigned major, minor;

	/* What is no version is Zabbix's to refuse: it names the place. */
	if (sscanf(version, "%3u.%3u", &major, &minor) != 2 ||
		major * 1000 + minor <= server->major * 1000 + server->minor)
		return 0;
	return error_set(err, EPROTONOSUPPORT,
		"the file is of Zabbix %.10s, the server is %s: expected a file of %u.%u or older",
		version, server->text, server->major, server->minor);
}

/* Those of the names that Zabbix has no object of. The field of its name is `field`. */
static int missing_find(struct zabbix_api *api, const char *method, const char *field,
	const struct strings *names, struct strings *missing, struct error *err)
{
	cleanup_json json_t *result = NULL, *asked = json_array();
	int r;

	for (size_t i = 0; i < names->count; i++)
		json_array_append_new(asked, zabbix_json_string(names->items[i]));
	if (names->count == 0)
		return 0;
	r = zabbix_api_call(api, method,
		zabbix_json_pack("{s:[s], s:{s:O}}", "output", field, "filter", field, asked),
		&result, err);
	for (size_t i = 0; r == 0 && i < names->count; i++)
		if (!zabbix_json_find(result, field, names->items[i]))
			strings_addf(missing, "'%s'", names->items[i]);
	return r;
}

/* What is missing where, in quotes; 0 where nothing is. */
static int missing_tell(const char *what, const struct strings *missing, const char *where,
	const char *next, struct error *err)
{
	cleanup_free char *text = strings_join(missing, ", ");

	if (missing->count == 0)
		return 0;
	text_make_printable(text);
	return error_set(err, ENOENT, "%s%s %.600s, which %s not in %s: %s first", what,
		missing->count == 1 ? "" : "s", text, missing->count == 1 ? "is" : "are", where,
		next);
}

/* 6.0 looks for the groups of host prototypes in the file only, whatever groups it has. */
static int groups_check(struct zabbix_api *api, const struct strings *groups, struct error *err)
{
	bool asks = zabbix_api_words(api)->template_groups;
	cleanup(strings_finish) struct strings missing = { 0 };
	int r = 0;

	if (asks)
		r = missing_find(api, "hostgroup.get", "name", groups, &missing, err);
	for (size_t i = 0; !asks && i < groups->count; i++)
		strings_addf(&missing, "'%s'", groups->items[i]);
	if (r < 0)
		return r;
	return missing_tell("puts hosts into the host group", &missing,
		asks ? "Zabbix" : "the groups of the file", asks ? "create that" : "add that", err);
}

static int links_check(struct zabbix_api *api, const struct reporter_import_file *file,
	const struct strings *others, struct error *err)
{
	cleanup(strings_finish) struct strings needs = { 0 }, missing = { 0 };
	int r;

	for (size_t i = 0; i < file->needs.count; i++)
		if (!others || !strings_contain(others, file->needs.items[i]))
			strings_add(&needs, file->needs.items[i]);
	r = missing_find(api, "template.get", "host", &needs, &missing, err);
	if (r == 0)
		r = missing_tell("links template", &missing, "Zabbix", "import that", err);
	return r == 0 ? groups_check(api, &file->groups, err) : r;
}

/* What Zabbix finds wrong may be right in the version that the file is of. */
static int versions_tell(
	const struct zabbix_version *server, const char *version, struct error *err)
{
	cleanup_free char *same = xasprintf("%u.%u", server->major, server->minor);
	cleanup_free char *said = xstrdup(err->text);

	if (strcmp(version, same) == 0)
		return -err->code;
	return error_set(err, err->code, "%s (the file is of Zabbix %.10s, the server is %s)", said,
		*version ? version : "no version", server->text);
}

static void ignored_note(const struct reporter_import_file *file, struct strings *notes)
{
	cleanup_free char *sections = strings_join(&file->ignored, ", ");

	if (file->ignored.count > 0)
		strings_addf(notes, "%s in it: not imported", sections);
}

int reporter_import_compare(struct zabbix_api *api, const struct reporter_import_file *file,
	const struct strings *others, struct reporter_changes *changes, struct error *err)
{
	cleanup_json json_t *export = NULL, *compared = NULL;
	int r = version_check(zabbix_api_version(api), file->version, err);

	if (r == 0)
		r = links_check(api, file, others, err);
	if (r == 0)
		r = import_call(api, "configuration.importcompare", file->format, file->text,
			&compared, err);
	if (r == -EREMOTEIO)
		return versions_tell(zabbix_api_version(api), file->version, err);
	if (r == 0)
		r = zabbix_export_parse(file->format, file->text, &export, err);
	if (r == 0)
		r = reporter_settle(api, export, &compared, &changes->notes, err);
	if (r < 0)
		return r;
	ignored_note(file, &changes->notes);
	reporter_changes_read(compared, zabbix_api_version(api)->major, changes);
	return 0;
}

int reporter_import(
	struct zabbix_api *api, const char *format, const char *source, struct error *err)
{
	return import_call(api, "configuration.import", format, source, NULL, err);
}
