// SPDX-License-Identifier: GPL-2.0-or-later
/* Things that may be had once only: names, numbers, devices. Who comes second is at fault. */
#pragma once

#include "config/complaint.h"

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
