// SPDX-License-Identifier: GPL-2.0-or-later
/* The names that the parser lets through. */
#include "config/grammar.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static struct config_grammar *grammar_add(
	struct config_grammar *parent, const char *name, enum config_grammar_kind kind)
{
	struct config_grammar *grammar = xcalloc(1, sizeof(*grammar));
	struct config_grammar **slot;

	grammar->name = xstrdup(name);
	grammar->kind = kind;
	slot = array_append(&parent->children, &parent->n_children);
	*slot = grammar;
	return grammar;
}

static void grammar_fill(struct config_grammar *grammar, const struct config_schema *schema)
{
	for (const struct config_key *key = schema->keys; key->name; key++)
		grammar_add(grammar, key->name, CONFIG_GRAMMAR_VALUE);
	for (size_t i = 0; schema->sections && schema->sections[i]; i++) {
		const struct config_schema *section = schema->sections[i];

		grammar_fill(
			grammar_add(grammar, section->name,
				section->title ? CONFIG_GRAMMAR_TITLED : CONFIG_GRAMMAR_SECTION),
			section);
	}
}

struct config_grammar *config_grammar_create(const struct config_schema *schema)
{
	struct config_grammar *grammar = xcalloc(1, sizeof(*grammar));

	grammar->name = xstrdup("");
	grammar->kind = CONFIG_GRAMMAR_SECTION;
	grammar_fill(grammar, schema);
	return grammar;
}

void config_grammar_destroy(struct config_grammar *grammar)
{
	if (!grammar)
		return;
	for (size_t i = 0; i < grammar->n_children; i++)
		config_grammar_destroy(grammar->children[i]);
	free(grammar->children);
	free(grammar->name);
	free(grammar);
}

struct config_grammar *config_grammar_find(const struct config_grammar *grammar, const char *name)
{
	for (size_t i = 0; i < grammar->n_children; i++)
		if (strcmp(grammar->children[i]->name, name) == 0)
			return grammar->children[i];
	return NULL;
}

void config_grammar_learn(struct config_grammar *grammar, const char *name)
{
	grammar_add(grammar, name, CONFIG_GRAMMAR_VALUE)->learned = true;
}

bool config_grammar_guess(struct config_grammar *grammar)
{
	if (!grammar->learned || grammar->kind == CONFIG_GRAMMAR_TITLED)
		return false;
	/* libconfuse gives its own top that name, and frees its scanner with any section that bears it. */
	if (strcmp(grammar->name, "root") == 0)
		return false;
	grammar->kind++;
	return true;
}
