// SPDX-License-Identifier: GPL-2.0-or-later
/* Faults and notes: where in the files, and in which section. */
#include "config/complaint.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"

/* "vrf 'acme': interface 'eth0.10': ", empty for the root of a file. */
static char *section_path(const struct config_section *section)
{
	cleanup_free char *before = NULL;

	if (!section->parent)
		return xstrdup("");
	before = section_path(section->parent);
	if (section->title)
		return xasprintf("%s%s '%s': ", before, section->name, section->title);
	return xasprintf("%s%s: ", before, section->name);
}

void config_complain(struct config_complaints *list, const struct config_section *section, int line,
	const char *format, ...)
{
	struct config_complaint *item = array_append(&list->items, &list->count);
	cleanup_free char *path = section_path(section);
	cleanup_free char *text = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		abort();
	va_end(args);
	item->file = section->file;
	item->line = line;
	item->number = list->count;
	item->text = xasprintf("%s%s", path, text);
	text_make_printable(item->text);
}

void config_complaints_move(struct config_complaints *list, struct config_complaints *from)
{
	for (size_t i = 0; i < from->count; i++)
		*array_append(&list->items, &list->count) = from->items[i];
	free(from->items);
	*from = (struct config_complaints){ 0 };
}

static int complaint_compare(const void *left, const void *right)
{
	const struct config_complaint *a = left;
	const struct config_complaint *b = right;

	if (a->file->order != b->file->order)
		return a->file->order < b->file->order ? -1 : 1;
	if (a->line != b->line)
		return a->line < b->line ? -1 : 1;
	return a->number < b->number ? -1 : 1;
}

void config_complaints_tell(struct config_complaints *list, struct strings *lines)
{
	if (list->count > 1)
		qsort(list->items, list->count, sizeof(*list->items), complaint_compare);
	for (size_t i = 0; i < list->count; i++)
		strings_addf(lines, "%s:%d: %s", list->items[i].file->path, list->items[i].line,
			list->items[i].text);
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i].text);
	free(list->items);
	*list = (struct config_complaints){ 0 };
}

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
