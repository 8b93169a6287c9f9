// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of what is not done yet: a version that does it deletes the row. */
#include "config/pending.h"

#include <string.h>

static const struct pending {
	const char *section;
	const char *name;
	const char *idle; /* the value that asks for nothing, NULL: none */
} pending[] = {
	{ "proxy", "group", NULL },
	{ "proxy", "limits", NULL },
	{ "health", "rise", NULL },
	{ "zabbix", "prune", "false" },
	{ "zabbix", "report_interval", NULL },
	{ "vrf", "allow", NULL },
	{ "vrf", "forward", "false" },
	{ "vrf", "nat", NULL },
	{ "vrf", "service", NULL },
	{ "namespace", "allow", NULL },
	{ "namespace", "forward", "false" },
	{ "namespace", "nat", NULL },
	{ "namespace", "service", NULL },
};

void config_pending_note(struct config_complaints *notes, const struct config_section *section,
	const char *name, int line, const char *value)
{
	for (size_t i = 0; i < sizeof(pending) / sizeof(pending[0]); i++) {
		const struct pending *row = &pending[i];

		if (!section->name || strcmp(row->section, section->name) != 0 ||
			strcmp(row->name, name) != 0)
			continue;
		if (value && row->idle && strcmp(value, row->idle) == 0)
			continue;
		config_complain(notes, section, line,
			"'%s' is understood but this version does not act on it yet", name);
	}
}
