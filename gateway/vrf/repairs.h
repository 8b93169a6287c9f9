// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What was put right in the kernel for one VRF, so that a tug-of-war with somebody else is not fought
 * for ever: what was undone five times in a minute is left alone for a minute, then tried again.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/act.h"

#define REPAIRS_MAX       5
#define REPAIRS_WINDOW_MS 60000

struct repairs {
	struct repair *items;
	size_t count;
};

void repairs_finish(struct repairs *repairs);

/* Whether this may be done at this time. */
bool repairs_may(struct repairs *repairs, const struct net_act_id *act, uint64_t now_ms);

/* It has been done. */
void repairs_note(struct repairs *repairs, const struct net_act_id *act, uint64_t now_ms);

/* When the first of what is left alone may be tried again; 0: nothing is. */
uint64_t repairs_next_ms(const struct repairs *repairs);

/* Forgets what nobody has undone for a window. */
void repairs_forget(struct repairs *repairs, uint64_t now_ms);
