// SPDX-License-Identifier: GPL-2.0-or-later
/* The status document as a table. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/error.h"

/*
 * Whether this is a list of columns ("vrf,state,reason"), each by its name or by its heading, in letters of
 * either case: 0, or -EINVAL with the first word that is none.
 */
int status_table_judge(const char *columns, struct error *err);

/* Prints the VRFs, one a line as wide as the terminal that stdout is, with these judged columns; NULL: the
 * default ones. */
void status_table_print(FILE *out, const json_t *document, const char *columns, bool colour);

/* Prints a line for each column: name, heading, what it shows. */
void status_table_help(FILE *out);

/* 5s, 12m, 3h, 40d: two figures say enough. The caller frees it. */
char *status_duration_format(json_int_t seconds);
