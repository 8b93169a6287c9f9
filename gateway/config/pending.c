// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of what is not done yet: a version that does it deletes the row. */
#include "config/pending.h"

#include <string.h>

static const struct pending {
	const char *section;
	const char *name;
} pending[] = {
	{ "vrf", "nat" },
	{ "vrf", "service" },
	{ "namespace", "nat" },
	{ "namespace", "service" },
};

void config_pending_note(struct config_complaints *notes, const struct config_section *section,
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
