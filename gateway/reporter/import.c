// SPDX-License-Identifier: GPL-2.0-or-later
/* configuration.import and configuration.importcompare with the rules of each version. */
#include "reporter/import.h"

#include <errno.h>
#include <string.h>

#include "reporter/changes.h"
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
	json_t *text = json_string(source);

	if (!text)
		return error_set(err, EILSEQ, "the text is not UTF-8");
	return zabbix_api_call(api, method,
		zabbix_json_pack("{s:s, s:o, s:o}", "format", format, "rules",
			rules_make(zabbix_api_words(api)), "source", text),
		result, err);
}

const char *reporter_import_format(const char *path)
{
	const char *dot = strrchr(path, '.');

	for (size_t i = 0; dot && i < sizeof(formats) / sizeof(formats[0]); i++)
		if (strcmp(dot, formats[i].extension) == 0)
			return formats[i].format;
	return NULL;
}

int reporter_import_compare(struct zabbix_api *api, const char *format, const char *source,
	struct strings *changes, struct error *err)
{
	cleanup_json json_t *result = NULL;
	int r;

	/* Of an export without templates the comparison says "no difference" whatever it holds. */
	if (!strstr(source, "templates"))
		return error_set(err, ENOMSG, "there are no templates in it");
	r = import_call(api, "configuration.importcompare", format, source, &result, err);
	if (r == 0)
		reporter_changes_read(result, zabbix_api_version(api)->major, changes);
	return r;
}

int reporter_import(
	struct zabbix_api *api, const char *format, const char *source, struct error *err)
{
	return import_call(api, "configuration.import", format, source, NULL, err);
}
