// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The shape of a text: which statements stand where. libconfuse ends at the first one that its options do not know,
 * so each that does not fit the schema is complained of and taken out before libconfuse reads the rest: all faults
 * are found in one pass, and none hides another.
 */
#pragma once

#include "config/complaint.h"
#include "config/schema.h"
#include "config/tree.h"

/*
 * Overwrites with spaces what does not fit in text, which config_scan() has been at. `root` says whose file it is.
 * Returns 0, also where names are unknown, or -EINVAL where something else is wrong: what was meant is not known then.
 */
int config_shape(char *text, const struct config_schema *schema, const struct config_section *root,
	struct config_complaints *faults);
