// SPDX-License-Identifier: GPL-2.0-or-later
/* Finding what is claimed twice, by sorting. */
#include "config/claim.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

void config_claims_add(struct config_claims *claims, const struct config_section *section, int line,
	char *thing, char *what)
{
	struct config_claim *claim = array_append(&claims->items, &claims->count);

	claim->thing = thing;
	claim->what = what;
	claim->section = section;
	claim->line = line;
	claim->number = claims->count;
}

static int claim_compare(const void *left, const void *right)
{
	const struct config_claim *a = left;
	const struct config_claim *b = right;
	int order = strcmp(a->thing, b->thing);

	if (order != 0)
		return order;
	return a->number < b->number ? -1 : 1;
}

void config_claims_judge(struct config_claims *claims, struct config_complaints *faults)
{
	const struct config_claim *first = NULL;

	if (claims->count > 1)
		qsort(claims->items, claims->count, sizeof(*claims->items), claim_compare);
	for (size_t i = 0; i < claims->count; i++) {
		const struct config_claim *claim = &claims->items[i];

		if (first && strcmp(first->thing, claim->thing) == 0)
			config_complain(faults, claim->section, claim->line,
				"%s is there twice, first at %s:%d", claim->what,
				first->section->file->path, first->line);
		else
			first = claim;
	}
	for (size_t i = 0; i < claims->count; i++) {
		free(claims->items[i].thing);
		free(claims->items[i].what);
	}
	free(claims->items);
	*claims = (struct config_claims){ 0 };
}
