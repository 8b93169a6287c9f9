// SPDX-License-Identifier: GPL-2.0-or-later
/* Lists of owned strings, and what the C library does not tell of a text. */
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

/* All of them with that text between; the caller frees it. */
char *strings_join(const struct strings *list, const char *between);

/* "a, b, c" for people: of many the first ten, then how many more. The caller frees it. */
char *strings_list(const struct strings *list);

bool strings_contain(const struct strings *list, const char *s);

/* True where both hold the same strings in the same order. */
bool strings_equal(const struct strings *a, const struct strings *b);

/*
 * Makes a text one line without control characters: a space in the place of white space, "?" in that of the
 * others of ASCII, and of those of ISO 6429 that UTF-8 begins with 0xc2. What somebody else has said then writes nothing but letters to a terminal.
 */
void text_make_printable(char *text);

/* True for a byte of UTF-8 that is not the first of its character: no text is cut before it. */
bool text_is_inside_character(char c);
