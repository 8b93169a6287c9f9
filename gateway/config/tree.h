// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A config file as it was written: sections, keys and texts, each with its line. Nothing in it is
 * judged yet. A section owns what is below it; the root section of a file has no parent and no
 * name.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct config_file {
	char *path;
	size_t order; /* 0 for the file that was asked for, then in the order of inclusion */
};

struct config_text {
	char *text;
	int line;
};

/* KEY = TEXT or KEY = { TEXT, TEXT }. */
struct config_entry {
	char *name;
	int line;
	struct config_text *values;
	size_t n_values;
};

struct config_section {
	struct config_section *parent;  /* NULL for the root of a file */
	const struct config_file *file; /* borrowed */
	int line;
	char *name;
	char *title; /* NULL: none was written */
	struct config_entry *entries;
	size_t n_entries;
	struct config_section **sections;
	size_t n_sections;
};

/* All files of one configuration; roots[i] is the text of files[i]. */
struct config_tree {
	struct config_file **files;
	size_t n_files;
	struct config_section **roots;
	size_t n_roots;
};

void config_tree_finish(struct config_tree *tree);

/* Adds a file with an empty root section and returns that section, which the tree owns. */
struct config_section *config_tree_add_file(struct config_tree *tree, const char *path);

/* Forgets all that the section holds. */
void config_section_clear(struct config_section *section);

/* A new section at the end of parent, which owns it. */
struct config_section *config_section_add(
	struct config_section *parent, const char *name, const char *title, int line);

/* The entry of that name, NULL where there is none; add makes one. */
struct config_entry *config_section_find(const struct config_section *section, const char *name);
struct config_entry *config_section_add_entry(
	struct config_section *section, const char *name, int line);
void config_entry_add_value(struct config_entry *entry, const char *text, int line);

/* The first section of that name in parent, or NULL. */
const struct config_section *config_section_child(
	const struct config_section *parent, const char *name);

/* The line of the key where it is written, else that of the section. */
int config_section_line_of(const struct config_section *section, const char *key);

/* Whether all values of the key, none where it is not written, are among the `count` that were read. */
bool config_section_is_read(const struct config_section *section, const char *key, size_t count);

/* The n-th of the sections of that name below it: the model keeps the order of the text. The section itself
 * where there are fewer. */
const struct config_section *config_section_nth(
	const struct config_section *section, const char *name, size_t n);

/* A hash of what is written in it, without the places: two of the same text have the same. */
uint64_t config_section_digest(const struct config_section *section);
