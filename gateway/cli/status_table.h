// SPDX-License-Identifier: GPL-2.0-or-later
/* The status document as a table. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/*
 * Whether this is a list of columns ("vrf,state,reason"), each by its name or by its heading, in letters of
 * either case. Returns 0, or -EINVAL and *unknown, the
 * caller's to free: the first word that is none ("" where there is no word at all).
 */
int status_table_judge(const char *columns, char **unknown);

/* Prints the VRFs, one a line as wide as the terminal that stdout is, with these judged columns; NULL: the
 * default ones. */
void status_table_print(FILE *out, const json_t *document, const char *columns, bool colour);

/* The names of all columns, "vrf, state, ..."; the caller frees it. */
char *status_table_columns(void);
