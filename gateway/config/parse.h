// SPDX-License-Identifier: GPL-2.0-or-later
/* Text to tree, by libconfuse. */
#pragma once

#include <stdbool.h>

#include "config/complaint.h"
#include "config/tree.h"

/*
 * Parses a text into root, an empty root section, without `customers` all but the sections vrf and namespace. What does
 * not fit the schema is complained of, and is as if it were not there. Returns 0, also where names are unknown, or
 * -EINVAL: what is in root is not all that was meant. Without customers a text that is cut short is no error where a
 * gateway section stands before that. Not reentrant: libconfuse's scanner is global.
 */
int config_parse(const char *text, bool customers, struct config_section *root,
	struct config_complaints *faults);
