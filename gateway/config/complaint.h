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

/* Appends "FILE:LINE: TEXT" of each to lines, by file and line, and leaves the list empty. */
void config_complaints_tell(struct config_complaints *list, struct strings *lines);

/* A thing that may be had once only: a name, a number, a device. Who comes second is at fault. */
struct config_claim {
	char *thing; /* equal texts are one thing; starts with a word for its kind */
	char *what;  /* what to say of the second: "host 'ce1'" */
	const struct config_section *section;
	int line;
	size_t number;
};

struct config_claims {
	struct config_claim *items;
	size_t count;
};

/* Claims a thing for a section; both texts become the list's. */
void config_claims_add(struct config_claims *claims, const struct config_section *section, int line,
	char *thing, char *what);

/*
 * Complains of every second claim: "WHAT is there twice, first at FILE:LINE" in its section, and
 * leaves the list empty.
 */
void config_claims_judge(struct config_claims *claims, struct config_complaints *faults);
