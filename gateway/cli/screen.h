// SPDX-License-Identifier: GPL-2.0-or-later
/* What a terminal can do: drawing a text over the last one, and colours. */
#pragma once

#include <stdio.h>

/*
 * Writes the lines of a text from the screen's upper left corner on, each over what was there, and clears
 * what is left below: nothing is blank in between. What does not fit into `rows` is cut, and the last row
 * says how much. 0 rows: no end.
 */
void screen_draw(FILE *out, const char *text, unsigned rows);

/* Rows of the terminal that this descriptor is; 0 where they are not known. */
unsigned screen_rows(int fd);

/*
 * Whether the standard output gets colours: 1 or 0; -EINVAL where `when` is neither auto, always nor never. NULL is
 * auto, which asks whether it is a terminal and NO_COLOR (no-color.org) is not set.
 */
int screen_colours(const char *when);
