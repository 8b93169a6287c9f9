// SPDX-License-Identifier: GPL-2.0-or-later
/* Text to tree, by libconfuse. */
#pragma once

#include "config/complaint.h"
#include "config/tree.h"

/*
 * Parses a text into root, an empty root section. Unknown keys and sections come through, for the
 * reader to complain of. A syntax error ends the text: it is complained of, and what was read
 * before it stays in the tree. Returns 0 or -EINVAL. Not reentrant: libconfuse's scanner is global.
 */
int config_parse(const char *text, struct config_section *root, struct config_complaints *faults);

/*
 * The same without the sections vrf and namespace, whatever is in them. Where one is left open it is
 * complained of, and is an error only where no gateway section stands before it.
 */
int config_parse_general(
	const char *text, struct config_section *root, struct config_complaints *faults);
