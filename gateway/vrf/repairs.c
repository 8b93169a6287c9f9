// SPDX-License-Identifier: GPL-2.0-or-later
/* The memory of repairs. */
#include "vrf/repairs.h"

#include <stdlib.h>

#include "base/memory.h"

struct repair {
	struct net_act_id act;
	uint64_t done_ms[REPAIRS_MAX]; /* the last ones, a ring */
	unsigned int next;             /* the oldest of them */
	uint64_t held_until_ms;        /* 0: not left alone */
};

void repairs_finish(struct repairs *repairs)
{
	free(repairs->items);
	*repairs = (struct repairs){ 0 };
}

static struct repair *repair_find(struct repairs *repairs, const struct net_act_id *act)
{
	struct repair *repair;

	for (size_t i = 0; i < repairs->count; i++)
		if (net_act_id_equal(&repairs->items[i].act, act))
			return &repairs->items[i];
	repair = array_append(&repairs->items, &repairs->count);
	repair->act = *act;
	return repair;
}

static void repair_note(struct repair *repair, uint64_t now_ms)
{
	repair->done_ms[repair->next] = now_ms;
	repair->next = (repair->next + 1) % REPAIRS_MAX;
}

static bool is_fought_over(const struct repair *repair, uint64_t now_ms)
{
	uint64_t oldest_ms = repair->done_ms[repair->next];

	return oldest_ms && now_ms - oldest_ms < REPAIRS_WINDOW_MS;
}

bool repairs_may(struct repairs *repairs, const struct net_act_id *act, uint64_t now_ms)
{
	struct repair *repair = repair_find(repairs, act);

	if (now_ms < repair->held_until_ms)
		return false;
	if (repair->held_until_ms) {
		/* One more time; undone again at once, it is left alone at once. */
		repair->held_until_ms = 0;
		for (int i = 0; i < REPAIRS_MAX; i++)
			repair_note(repair, now_ms);
		return true;
	}
	if (is_fought_over(repair, now_ms)) {
		repair->held_until_ms = now_ms + REPAIRS_WINDOW_MS;
		return false;
	}
	return true;
}

void repairs_note(struct repairs *repairs, const struct net_act_id *act, uint64_t now_ms)
{
	repair_note(repair_find(repairs, act), now_ms);
}

uint64_t repairs_next_ms(const struct repairs *repairs)
{
	uint64_t next_ms = 0;

	for (size_t i = 0; i < repairs->count; i++) {
		uint64_t held_ms = repairs->items[i].held_until_ms;

		if (held_ms && (!next_ms || held_ms < next_ms))
			next_ms = held_ms;
	}
	return next_ms;
}

/* 0: asked about, never done. */
static uint64_t newest_ms(const struct repair *repair)
{
	uint64_t done_ms = repair->done_ms[(repair->next + REPAIRS_MAX - 1) % REPAIRS_MAX];

	return repair->held_until_ms > done_ms ? repair->held_until_ms : done_ms;
}

void repairs_forget(struct repairs *repairs, uint64_t now_ms)
{
	size_t kept = 0;

	for (size_t i = 0; i < repairs->count; i++) {
		struct repair repair = repairs->items[i];

		if (now_ms < newest_ms(&repair) + REPAIRS_WINDOW_MS)
			repairs->items[kept++] = repair;
	}
	repairs->count = kept;
}
