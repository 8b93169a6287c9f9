// SPDX-License-Identifier: GPL-2.0-or-later
/* Faults and notes: where in the files, and in which section. */
#include "config/complaint.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

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

void config_complaints_cut(struct config_complaints *list, size_t count)
{
	while (list->count > count)
		free(list->items[--list->count].text);
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
	config_complaints_cut(list, 0);
	free(list->items);
	list->items = NULL;
}
