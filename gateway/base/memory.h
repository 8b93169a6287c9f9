// SPDX-License-Identifier: GPL-2.0-or-later
/* The one allocator of the program: it aborts when there is no memory, so nobody checks. */
#pragma once

#include <stdarg.h>
#include <stddef.h>

__attribute__((malloc, returns_nonnull)) void *xcalloc(size_t count, size_t size);
__attribute__((returns_nonnull)) void *xreallocarray(void *old, size_t count, size_t size);

/* Copies; NULL stays NULL. */
char *xstrdup(const char *s);
__attribute__((returns_nonnull)) char *xstrndup(const char *s, size_t length);
__attribute__((returns_nonnull)) void *xmemdup(const void *data, size_t size);
__attribute__((returns_nonnull, format(printf, 1, 2))) char *xasprintf(const char *format, ...);

/*
 * Appends room for one element to a growing array and returns a pointer to it, zeroed:
 *	struct thing *t = array_append(&list->things, &list->n_things);
 * The array is a pointer and a size_t count, both zero at first; free() it in the end.
 */
#define array_append(items, count) \
	((typeof(*(items)))array_append_bytes((void **)(items), (count), sizeof(**(items))))

__attribute__((returns_nonnull)) void *array_append_bytes(void **items, size_t *count, size_t size);
