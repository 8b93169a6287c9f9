// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the parser lets through: the names of the schema, and those it has learned from the file.
 * libconfuse ends at the first name it does not know. So an unknown name is learned and the file
 * parsed again; the reader, who knows the schema, then complains of each such name in one pass.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "config/schema.h"

enum config_grammar_kind {
	CONFIG_GRAMMAR_VALUE,   /* name = ... */
	CONFIG_GRAMMAR_SECTION, /* name { ... } */
	CONFIG_GRAMMAR_TITLED,  /* name TITLE { ... } */
};

struct config_grammar {
	char *name;
	enum config_grammar_kind kind;
	bool learned;
	struct config_grammar **children;
	size_t n_children;
};

struct config_grammar *config_grammar_create(const struct config_schema *schema);
void config_grammar_destroy(struct config_grammar *grammar);

/* NULL where there is none. */
struct config_grammar *config_grammar_find(const struct config_grammar *grammar, const char *name);

/* Adds a name nobody knows, as a value first. */
void config_grammar_learn(struct config_grammar *grammar, const char *name);

/* Value, section, titled section: the next guess for a learned name; false after the last. "root" is never guessed
 * to be a section: libconfuse would take it for its own. */
bool config_grammar_guess(struct config_grammar *grammar);
