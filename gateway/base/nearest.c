// SPDX-License-Identifier: GPL-2.0-or-later
/* The distance of words (Damerau and Levenshtein, as far as neighbours swap once). */
#include "base/nearest.h"

#include <string.h>

/* As long as the name of a VRF may be. */
#define WORD_MAX_LENGTH 63
#define CLOSE_DISTANCE  2

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Letters to insert, remove, replace or swap with their neighbour to make b of a. */
static unsigned word_distance(const char *a, const char *b)
{
	unsigned d[WORD_MAX_LENGTH + 1][WORD_MAX_LENGTH + 1];
	size_t m = strlen(a), n = strlen(b);

	if (m > WORD_MAX_LENGTH || n > WORD_MAX_LENGTH)
		return UINT_MAX;
	for (size_t i = 0; i <= m; i++)
		d[i][0] = (unsigned)i;
	for (size_t j = 0; j <= n; j++)
		d[0][j] = (unsigned)j;
	for (size_t i = 1; i <= m; i++)
		for (size_t j = 1; j <= n; j++) {
			unsigned replace = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);

			d[i][j] = least(replace, least(d[i - 1][j], d[i][j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				d[i][j] = least(d[i][j], d[i - 2][j - 2] + 1);
		}
	return d[m][n];
}

void nearest_offer(struct nearest *nearest, const char *word)
{
	unsigned distance = word_distance(nearest->wanted, word);

	if (distance > CLOSE_DISTANCE || distance * 2 >= strlen(word) ||
		distance >= nearest->distance)
		return;
	nearest->word = word;
	nearest->distance = distance;
}
