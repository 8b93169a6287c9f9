// SPDX-License-Identifier: GPL-2.0-or-later
/* The root of the language, and finding one's way in the tables. */
#include "config/schema.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"

#define MAX_WORD 32

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

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Letters to insert, remove, replace or swap with their neighbour to make b of a. */
static unsigned word_distance(const char *a, const char *b)
{
	unsigned d[MAX_WORD + 1][MAX_WORD + 1];
	size_t m = strlen(a), n = strlen(b);

	if (m > MAX_WORD || n > MAX_WORD)
		return MAX_WORD;
	for (size_t i = 0; i <= m; i++)
		d[i][0] = (unsigned)i;
	for (size_t j = 0; j <= n; j++)
		d[0][j] = (unsigned)j;
	for (size_t i = 1; i <= m; i++)
		for (size_t j = 1; j <= n; j++) {
			unsigned replace = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);

			d[i][j] = least(replace, least(d[i - 1][j], d[i][j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				d[i][j] = least(d[i][j], d[i - 2][j - 2] + 1);
		}
	return d[m][n];
}

struct nearest {
	const char *wanted;
	const char *word; /* the closest so far, NULL: none is close */
	unsigned distance;
	char *all; /* "a, b, c" */
};

static void nearest_try(struct nearest *nearest, const char *word)
{
	unsigned distance = word_distance(nearest->wanted, word);
	char *all = nearest->all;

	if (distance <= 2 && distance * 2 < strlen(word) && distance < nearest->distance) {
		nearest->word = word;
		nearest->distance = distance;
	}
	nearest->all = all ? xasprintf("%s, %s", all, word) : xstrdup(word);
	free(all);
}

char *config_schema_unknown(const struct config_schema *schema, const char *what, const char *name)
{
	struct nearest nearest = { .wanted = name, .distance = MAX_WORD };
	cleanup_free char *all = NULL;

	for (const struct config_key *key = schema->keys; key->name; key++)
		nearest_try(&nearest, key->name);
	for (size_t i = 0; schema->sections && schema->sections[i]; i++)
		nearest_try(&nearest, schema->sections[i]->name);
	all = nearest.all;
	if (nearest.word)
		return xasprintf("unknown %s '%s', did you mean '%s'?", what, name, nearest.word);
	return xasprintf("unknown %s '%s', expected one of %s", what, name, all ? all : "nothing");
}
