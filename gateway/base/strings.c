// SPDX-License-Identifier: GPL-2.0-or-later
/* A list of owned strings. */
#include "base/strings.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* So many are listed by name. */
#define LISTED_MAX 10

void strings_finish(struct strings *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i]);
	free(list->items);
	*list = (struct strings){ 0 };
}

void strings_add(struct strings *list, const char *s)
{
	*array_append(&list->items, &list->count) = xstrdup(s);
}

void strings_addf(struct strings *list, const char *format, ...)
{
	char *text = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		abort();
	va_end(args);
	*array_append(&list->items, &list->count) = text;
}

char *strings_join(const struct strings *list, const char *between)
{
	char *text = xstrdup("");

	for (size_t i = 0; i < list->count; i++) {
		char *longer = xasprintf("%s%s%s", text, i ? between : "", list->items[i]);

		free(text);
		text = longer;
	}
	return text;
}

char *strings_list(const struct strings *list)
{
	struct strings first = { 0 };
	char *text, *all;

	for (size_t i = 0; i < list->count && i < LISTED_MAX; i++)
		strings_add(&first, list->items[i]);
	text = strings_join(&first, ", ");
	strings_finish(&first);
	if (list->count <= LISTED_MAX)
		return text;
	all = xasprintf("%s and %zu more", text, list->count - LISTED_MAX);
	free(text);
	return all;
}

bool strings_contain(const struct strings *list, const char *s)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->items[i], s) == 0)
			return true;
	return false;
}

bool text_is_inside_character(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

void text_make_printable(char *text)
{
	for (unsigned char *c = (unsigned char *)text; *c; c++) {
		if (isspace(*c))
			*c = ' ';
		else if (*c < ' ' || *c == 0x7f)
			*c = '?';
		else if (c[0] == 0xc2 && c[1] >= 0x80 && c[1] <= 0x9f)
			c[0] = c[1] = '?';
	}
}

bool strings_equal(const struct strings *a, const struct strings *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (strcmp(a->items[i], b->items[i]) != 0)
			return false;
	return true;
}
