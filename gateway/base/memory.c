// SPDX-License-Identifier: GPL-2.0-or-later
/* Allocation that aborts instead of failing. */
#include "base/memory.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

__attribute__((noreturn)) static void out_of_memory(void)
{
	fputs("vrfgate: out of memory\n", stderr);
	abort();
}

void *xcalloc(size_t count, size_t size)
{
	void *p = calloc(count ? count : 1, size ? size : 1);

	if (!p)
		out_of_memory();
	return p;
}

void *xreallocarray(void *old, size_t count, size_t size)
{
	void *p = reallocarray(old, count ? count : 1, size ? size : 1);

	if (!p)
		out_of_memory();
	return p;
}

void *xmemdup(const void *data, size_t size)
{
	void *p = xcalloc(1, size);

	if (size)
		memcpy(p, data, size);
	return p;
}

char *xstrdup(const char *s)
{
	return s ? xmemdup(s, strlen(s) + 1) : NULL;
}

char *xstrndup(const char *s, size_t length)
{
	size_t used = strnlen(s, length);
	char *p = xcalloc(1, used + 1);

	memcpy(p, s, used);
	return p;
}

char *xasprintf(const char *format, ...)
{
	char *text = NULL;
	va_list args;
	int length;

	va_start(args, format);
	length = vasprintf(&text, format, args);
	va_end(args);
	if (length < 0)
		out_of_memory();
	return text;
}

void *array_append_bytes(void **items, size_t *count, size_t size)
{
	char *item;

	/* Capacity is the next power of two, so it needs no field of its own. */
	if ((*count & (*count - 1)) == 0)
		*items = xreallocarray(*items, *count ? *count * 2 : 1, size);
	item = (char *)*items + *count * size;
	memset(item, 0, size);
	(*count)++;
	return item;
}
