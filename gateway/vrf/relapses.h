// SPDX-License-Identifier: GPL-2.0-or-later
/* When to give up a proxy that ends again and again: after more than restart { count } restarts within
 * restart { window }. From then on each end counts, until it was well for a while or somebody helped. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/model.h"

struct relapses {
	uint64_t *at_ms; /* oldest first */
	size_t count;
	bool given_up;
};

/* It ended, and nobody wanted that. Returns given_up. */
bool relapses_note(
	struct relapses *relapses, const struct config_restart *restart, uint64_t now_ms);

/* As if nothing had been; also frees. */
void relapses_forget(struct relapses *relapses);
