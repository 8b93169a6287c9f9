// SPDX-License-Identifier: GPL-2.0-or-later
/* The memory of a proxy's ends. */
#include "vrf/relapses.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static void drop_older(struct relapses *relapses, uint64_t window_ms, uint64_t now_ms)
{
	size_t old = 0;

	while (old < relapses->count && now_ms - relapses->at_ms[old] >= window_ms)
		old++;
	if (old == 0)
		return;
	relapses->count -= old;
	memmove(relapses->at_ms, relapses->at_ms + old, relapses->count * sizeof(*relapses->at_ms));
}

bool relapses_note(struct relapses *relapses, const struct config_restart *restart, uint64_t now_ms)
{
	drop_older(relapses, (uint64_t)restart->window_s * 1000, now_ms);
	*array_append(&relapses->at_ms, &relapses->count) = now_ms;
	relapses->given_up |= restart->count && relapses->count > restart->count;
	return relapses->given_up;
}

void relapses_forget(struct relapses *relapses)
{
	free(relapses->at_ms);
	*relapses = (struct relapses){ 0 };
}
