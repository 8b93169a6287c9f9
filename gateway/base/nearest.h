// SPDX-License-Identifier: GPL-2.0-or-later
/* Of the words that exist the one that somebody may have meant by another. */
#pragma once

#include <limits.h>

struct nearest {
	const char *wanted;
	const char *word; /* the closest so far, borrowed; NULL: none is close */
	unsigned distance;
};

#define NEAREST_INIT(wanted_)                             \
	{                                                 \
		.wanted = (wanted_), .distance = UINT_MAX \
	}

/*
 * Offers a word that exists. It is close where it takes two letters at most, and fewer than half of it, to insert,
 * remove, replace or swap with their neighbour; of words that are equally close the first is kept.
 */
void nearest_offer(struct nearest *nearest, const char *word);
