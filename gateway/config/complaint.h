// SPDX-License-Identifier: GPL-2.0-or-later
/* What there is to say about the files: found in any order, told in the order of the text. */
#pragma once

#include "base/strings.h"
#include "config/tree.h"

struct config_complaint {
	const struct config_file *file;
	int line;
	size_t number;
	char *text;
};

struct config_complaints {
	struct config_complaint *items;
	size_t count;
};

/* The section is put before the text: "vrf 'acme': interface 'eth0.10': TEXT". */
__attribute__((format(printf, 4, 5))) void config_complain(struct config_complaints *list,
	const struct config_section *section, int line, const char *format, ...);

/* Appends those of `from`, which is empty then. */
void config_complaints_move(struct config_complaints *list, struct config_complaints *from);

/* Forgets all but the first `count`. */
void config_complaints_cut(struct config_complaints *list, size_t count);

/* Appends "FILE:LINE: TEXT" of each to lines, by file and line, and leaves the list empty. */
void config_complaints_tell(struct config_complaints *list, struct strings *lines);
