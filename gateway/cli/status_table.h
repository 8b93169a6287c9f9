// SPDX-License-Identifier: GPL-2.0-or-later
/* The status document as a table. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

/*
 * Prints the VRFs, one a line, with these columns ("vrf,state,reason"; NULL: the default ones).
 * Returns 0 or -EINVAL where a column is not known; then nothing is printed and *unknown names it.
 */
int status_table_print(
	const json_t *document, const char *columns, bool colour, const char **unknown);

/* The names of all columns, "vrf, state, ..."; the caller frees it. */
char *status_table_columns(void);
