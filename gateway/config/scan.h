// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Makes a text fit for libconfuse's scanner. libconfuse 3.3 counts a one-line comment as three
 * lines, takes the end of the file for the end of every open section, and stays inside a string for
 * ever (the next file included) when one is left open or holds a bad escape. So comments are
 * blanked here, and the others are refused.
 */
#pragma once

#include <stdbool.h>

#include "base/error.h"

/*
 * Overwrites the comments in text with spaces, line ends stay; without `customers` the sections `vrf` and `namespace`,
 * too: most of a file, and of no interest to who looks for the others. Returns 0, or -EINVAL with *line set to where
 * the trouble starts: the section that this is in is overwritten with all behind it, and what stood before can be read.
 */
int config_scan(char *text, bool customers, int *line, struct error *err);

/* Overwrites all but the line ends. */
void config_blank(char *p, const char *end);
