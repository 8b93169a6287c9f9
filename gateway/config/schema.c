// SPDX-License-Identifier: GPL-2.0-or-later
/* The root of the language, and finding one's way in the tables. */
#include "config/schema.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "base/nearest.h"

static const struct config_key root_keys[] = {
	{ 0 },
};

static const struct config_schema *const root_sections[] = {
	&config_schema_gateway,
	&config_schema_uplink,
	&config_schema_zabbix,
	&config_schema_proxy,
	&config_schema_vrf,
	&config_schema_namespace,
	NULL,
};

const struct config_schema config_schema_root = {
	.name = "",
	.keys = root_keys,
	.sections = root_sections,
};

const struct config_key *config_schema_key(const struct config_schema *schema, const char *name)
{
	for (const struct config_key *key = schema->keys; key->name; key++)
		if (strcmp(key->name, name) == 0)
			return key;
	return NULL;
}

const struct config_schema *config_schema_section(
	const struct config_schema *schema, const char *name)
{
	for (size_t i = 0; schema->sections && schema->sections[i]; i++)
		if (strcmp(schema->sections[i]->name, name) == 0)
			return schema->sections[i];
	return NULL;
}

/* Offers a name, and adds it to "a, b, c". */
static void name_offer(struct nearest *nearest, char **all, const char *name)
{
	char *before = *all;

	nearest_offer(nearest, name);
	*all = before ? xasprintf("%s, %s", before, name) : xstrdup(name);
	free(before);
}

char *config_schema_unknown(const struct config_schema *schema, const char *what, const char *name)
{
	struct nearest nearest = NEAREST_INIT(name);
	cleanup_free char *all = NULL;

	for (const struct config_key *key = schema->keys; key->name; key++)
		name_offer(&nearest, &all, key->name);
	for (size_t i = 0; schema->sections && schema->sections[i]; i++)
		name_offer(&nearest, &all, schema->sections[i]->name);
	if (nearest.word)
		return xasprintf("unknown %s '%s', did you mean '%s'?", what, name, nearest.word);
	return xasprintf("unknown %s '%s', expected one of %s", what, name, all ? all : "nothing");
}
