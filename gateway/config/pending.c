// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of what is not done yet: a version that does it deletes the row. */
#include "config/pending.h"

#include <stdbool.h>
#include <string.h>

#include "config/type.h"

static const struct pending {
	const char *section;
	const char *name;
	bool only_true; /* a false one asks for nothing */
} pending[] = {
	{ "vrf", "allow", false },
	{ "vrf", "forward", true },
	{ "vrf", "nat", false },
	{ "vrf", "service", false },
	{ "namespace", "allow", false },
	{ "namespace", "forward", true },
	{ "namespace", "nat", false },
	{ "namespace", "service", false },
};

static bool is_true(const char *text)
{
	static const struct config_key key = { .name = "" };
	bool value = false;

	return text && config_type_bool.store(&key, text, &value, NULL) == 0 && value;
}

void config_pending_note(struct config_complaints *notes, const struct config_section *section,
	const char *name, int line, const char *value)
{
	for (size_t i = 0; i < sizeof(pending) / sizeof(pending[0]); i++) {
		const struct pending *row = &pending[i];

		if (!section->name || strcmp(row->section, section->name) != 0 ||
			strcmp(row->name, name) != 0)
			continue;
		if (row->only_true && !is_true(value))
			continue;
		config_complain(notes, section, line,
			"'%s' is understood but this version does not act on it yet", name);
	}
}
