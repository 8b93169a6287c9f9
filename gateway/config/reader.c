// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading by the tables of the schema. */
#include "config/reader.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

const struct config_section *config_reader_general(
	const struct config_reader *reader, const char *name)
{
	const struct config_section *section = config_section_child(reader->root, name);

	return section ? section : reader->root;
}

void config_read_defaults(const struct config_schema *schema, void *object)
{
	for (const struct config_key *key = schema->keys; key->name; key++)
		if (key->fallback) {
			int r = key->type->store(key, key->fallback, object, NULL);

			assert(r == 0);
			(void)r;
		}
}

/* What is not done yet: a version that does it deletes the row. */
static const struct pending {
	const char *section;
	const char *name;
} pending[] = {
	{ "vrf", "nat" },
	{ "vrf", "service" },
	{ "namespace", "nat" },
	{ "namespace", "service" },
};

static void pending_note(struct config_complaints *notes, const struct config_section *section,
	const char *name, int line)
{
	for (size_t i = 0; i < sizeof(pending) / sizeof(pending[0]); i++) {
		const struct pending *row = &pending[i];

		if (!section->name || strcmp(row->section, section->name) != 0 ||
			strcmp(row->name, name) != 0)
			continue;
		config_complain(notes, section, line,
			"'%s' is understood but this version does not act on it yet", name);
	}
}

static void read_entry(struct config_reader *reader, const struct config_section *section,
	const struct config_entry *entry, const struct config_key *key, void *object)
{
	struct error err = ERROR_INIT;

	if (!key->type->list && entry->n_values != 1) {
		config_complain(&reader->faults, section, entry->line,
			"%s: %zu values, expected one", entry->name, entry->n_values);
		return;
	}
	if (key->type->clear)
		key->type->clear(key, object);
	for (size_t i = 0; i < entry->n_values; i++) {
		const struct config_text *value = &entry->values[i];

		if (key->type->store(key, value->text, object, &err) < 0)
			config_complain(&reader->faults, section, value->line, "%s \"%s\": %s",
				entry->name, value->text, err.text);
	}
	pending_note(&reader->notes, section, entry->name, entry->line);
}

/* Names that the schema does not have are not in the tree (config/shape.h). */
void config_read_section(struct config_reader *reader, const struct config_section *section,
	const struct config_schema *schema, void *object)
{
	for (size_t i = 0; i < section->n_entries; i++) {
		const struct config_entry *entry = &section->entries[i];

		read_entry(reader, section, entry, config_schema_key(schema, entry->name), object);
	}
	for (size_t i = 0; i < section->n_sections; i++) {
		const struct config_section *child = section->sections[i];
		const struct config_schema *known = config_schema_section(schema, child->name);
		const struct config_section *first = config_section_child(section, child->name);

		if (!known->title && !known->many && first != child)
			config_complain(&reader->faults, section, child->line,
				"section '%s' is there twice, first at line %d, expected one",
				child->name, first->line);
		pending_note(&reader->notes, section, child->name, child->line);
		known->read(reader, child, object);
	}
}

void config_complain_of_doubles(
	struct config_reader *reader, const struct config_section *section, const char *name)
{
	const struct config_entry *entry = config_section_find(section, name);

	for (size_t i = 1; entry && i < entry->n_values; i++)
		for (size_t j = 0; j < i; j++)
			if (strcmp(entry->values[i].text, entry->values[j].text) == 0) {
				config_complain(&reader->faults, section, entry->values[i].line,
					"%s \"%s\": there twice, expected each once", name,
					entry->values[i].text);
				break;
			}
}
