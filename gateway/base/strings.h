// SPDX-License-Identifier: GPL-2.0-or-later
/* A list of owned strings. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct strings {
	char **items; /* each owned by the list */
	size_t count;
};

void strings_finish(struct strings *list);

/* Appends a copy. */
void strings_add(struct strings *list, const char *s);

/* Appends a formatted string. */
__attribute__((format(printf, 2, 3))) void strings_addf(
	struct strings *list, const char *format, ...);

bool strings_contain(const struct strings *list, const char *s);

/* True where both hold the same strings in the same order. */
bool strings_equal(const struct strings *a, const struct strings *b);
