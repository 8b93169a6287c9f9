// SPDX-License-Identifier: GPL-2.0-or-later
/* The tree of sections, keys and texts of the config files. */
#include "config/tree.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"

static void entry_finish(struct config_entry *entry)
{
	for (size_t i = 0; i < entry->n_values; i++)
		free(entry->values[i].text);
	free(entry->values);
	free(entry->name);
}

static void section_destroy(struct config_section *section)
{
	config_section_clear(section);
	free(section->name);
	free(section->title);
	free(section);
}

void config_section_clear(struct config_section *section)
{
	for (size_t i = 0; i < section->n_entries; i++)
		entry_finish(&section->entries[i]);
	free(section->entries);
	for (size_t i = 0; i < section->n_sections; i++)
		section_destroy(section->sections[i]);
	free(section->sections);
	section->entries = NULL;
	section->n_entries = 0;
	section->sections = NULL;
	section->n_sections = 0;
}

void config_tree_finish(struct config_tree *tree)
{
	for (size_t i = 0; i < tree->n_roots; i++)
		section_destroy(tree->roots[i]);
	free(tree->roots);
	for (size_t i = 0; i < tree->n_files; i++) {
		free(tree->files[i]->path);
		free(tree->files[i]);
	}
	free(tree->files);
	*tree = (struct config_tree){ 0 };
}

struct config_section *config_tree_add_file(struct config_tree *tree, const char *path)
{
	struct config_file *file = xcalloc(1, sizeof(*file));
	struct config_section *root = xcalloc(1, sizeof(*root));
	struct config_file **file_slot;
	struct config_section **root_slot;

	file->path = xstrdup(path);
	file->order = tree->n_files;
	file_slot = array_append(&tree->files, &tree->n_files);
	*file_slot = file;
	root->file = file;
	root->line = 1;
	root_slot = array_append(&tree->roots, &tree->n_roots);
	*root_slot = root;
	return root;
}

struct config_section *config_section_add(
	struct config_section *parent, const char *name, const char *title, int line)
{
	struct config_section *section = xcalloc(1, sizeof(*section));
	struct config_section **slot;

	section->parent = parent;
	section->file = parent->file;
	section->line = line;
	section->name = xstrdup(name);
	section->title = xstrdup(title);
	slot = array_append(&parent->sections, &parent->n_sections);
	*slot = section;
	return section;
}

struct config_entry *config_section_find(const struct config_section *section, const char *name)
{
	for (size_t i = 0; i < section->n_entries; i++)
		if (strcmp(section->entries[i].name, name) == 0)
			return &section->entries[i];
	return NULL;
}

struct config_entry *config_section_add_entry(
	struct config_section *section, const char *name, int line)
{
	struct config_entry *entry = array_append(&section->entries, &section->n_entries);

	entry->name = xstrdup(name);
	entry->line = line;
	return entry;
}

void config_entry_add_value(struct config_entry *entry, const char *text, int line)
{
	struct config_text *value = array_append(&entry->values, &entry->n_values);

	value->text = xstrdup(text);
	value->line = line;
}

const struct config_section *config_section_child(
	const struct config_section *parent, const char *name)
{
	for (size_t i = 0; i < parent->n_sections; i++)
		if (strcmp(parent->sections[i]->name, name) == 0)
			return parent->sections[i];
	return NULL;
}

int config_section_line_of(const struct config_section *section, const char *key)
{
	const struct config_entry *entry = config_section_find(section, key);

	return entry ? entry->line : section->line;
}

bool config_section_is_read(const struct config_section *section, const char *key, size_t count)
{
	const struct config_entry *entry = config_section_find(section, key);

	return count >= (entry ? entry->n_values : 0);
}

const struct config_section *config_section_nth(
	const struct config_section *section, const char *name, size_t n)
{
	for (size_t i = 0; i < section->n_sections; i++)
		if (strcmp(section->sections[i]->name, name) == 0 && n-- == 0)
			return section->sections[i];
	return section;
}

static uint64_t section_hash(uint64_t hash, const struct config_section *section)
{
	hash = hash_text(hash, section->name);
	hash = hash_text(hash, section->title ? section->title : "");
	for (size_t i = 0; i < section->n_entries; i++) {
		const struct config_entry *entry = &section->entries[i];

		hash = hash_text(hash, entry->name);
		for (size_t v = 0; v < entry->n_values; v++)
			hash = hash_text(hash, entry->values[v].text);
	}
	for (size_t i = 0; i < section->n_sections; i++)
		hash = section_hash(hash, section->sections[i]);
	/* Where it ends is part of it. */
	return hash_text(hash, "}");
}

uint64_t config_section_digest(const struct config_section *section)
{
	return section_hash(HASH_BASIS, section);
}
