// SPDX-License-Identifier: GPL-2.0-or-later
/* What differs between two states of an object, as configuration.importcompare gives them. Pure. */
#pragma once

#include <jansson.h>

#include "base/strings.h"

/*
 * Appends a line for each value that differs: `delay: "1m" -> "5m"`. No line: an import changes nothing, however
 * the file writes it: lists are the same in another order, a default is said or is not, the value of a secret macro
 * is one that nobody can compare. `kind` is the list that the object is in ("items"), major the server's version.
 * Secrets are not shown.
 */
void reporter_difference_read(
	const char *kind, unsigned major, json_t *before, json_t *after, struct strings *details);
