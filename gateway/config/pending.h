// SPDX-License-Identifier: GPL-2.0-or-later
/* Keys of the language that this version understands but does not act on yet. */
#pragma once

#include "config/complaint.h"

/* Notes a key or section that was used. */
void config_pending_note(struct config_complaints *notes, const struct config_section *section,
	const char *name, int line);
