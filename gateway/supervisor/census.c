// SPDX-License-Identifier: GPL-2.0-or-later
/* Rounds of reading what a status shows. */
#include "supervisor/census.h"

#include <stdlib.h>
#include <systemd/sd-event.h>

#include "base/clock.h"
#include "base/memory.h"
#include "net/counters.h"
#include "process/timer.h"
#include "supervisor/drift.h"

#define FRESH_MS        1000
#define COUNTERS_AGE_MS 5000
/* What a turn takes of the loop's time, and what it leaves to others before the next. */
#define TURN_MS         5
#define PAUSE_MS        1

struct census {
	struct supervisor *supervisor;
	census_fn ended;
	void *data;
	struct timer turn;
	bool runs, brief; /* the round under way */
	size_t next; /* VRF of it; one that comes or goes meanwhile shifts the others, which does no harm */
	uint64_t ended_ms
		[2]; /* when the last round ended that was good for a full, for a brief status; 0: never */
};

static bool is_older(uint64_t read_ms, uint64_t age_ms)
{
	return !read_ms || clock_now_ms() - read_ms >= age_ms;
}

static bool links_are_due(const struct vrf *vrf)
{
	return !drift_is_settled(vrf) && is_older(vrf->seen_ms, FRESH_MS);
}

static bool counters_are_due(const struct vrf *vrf)
{
	return drift_is_settled(vrf) && is_older(vrf->counted_ms, COUNTERS_AGE_MS);
}

/* What is there but cannot be read is shown as it was; the netns check has the reason. */
static void links_read(struct vrf *vrf)
{
	struct net_netns_state state;

	vrf->seen_ms = clock_now_ms();
	if (net_netns_state_read(vrf->name, &state, NULL) < 0)
		return;
	net_netns_state_finish(&vrf->seen);
	vrf->seen = state;
}

static void vrf_read(struct vrf *vrf, bool brief)
{
	if (links_are_due(vrf)) {
		links_read(vrf);
	} else if (!brief && counters_are_due(vrf)) {
		vrf->counted_ms = clock_now_ms();
		(void)net_counters_read(vrf->name, &vrf->kernel, NULL);
	}
	if (drift_is_settled(vrf))
		net_netns_state_finish(&vrf->seen);
}

static void turn_on_elapsed(void *data);

/* Somebody waits for the round: it goes on whatever else there is to do, of which something is done after each turn. */
static void turn_arm(struct census *census, uint64_t delay_ms)
{
	timer_arm(&census->turn, census->supervisor->event, delay_ms, turn_on_elapsed, census);
	(void)sd_event_source_set_priority(census->turn.source, SD_EVENT_PRIORITY_NORMAL - 10);
}

static void turn_on_elapsed(void *data)
{
	struct census *census = data;
	const struct supervisor *supervisor = census->supervisor;
	uint64_t until_ms = clock_now_ms() + TURN_MS;

	while (census->next < supervisor->n_vrfs && clock_now_ms() < until_ms)
		vrf_read(supervisor->vrfs[census->next++], census->brief);
	if (census->next < supervisor->n_vrfs) {
		turn_arm(census, PAUSE_MS);
		return;
	}
	census->runs = false;
	census->ended_ms[true] = clock_now_ms();
	if (!census->brief)
		census->ended_ms[false] = census->ended_ms[true];
	census->ended(census->data);
}

bool census_is_fresh(const struct census *census, bool brief)
{
	const struct supervisor *supervisor = census->supervisor;

	if (!is_older(census->ended_ms[brief], FRESH_MS))
		return true;
	for (size_t i = 0; i < supervisor->n_vrfs; i++)
		if (links_are_due(supervisor->vrfs[i]) ||
			(!brief && counters_are_due(supervisor->vrfs[i])))
			return false;
	return true;
}

void census_begin(struct census *census, bool brief)
{
	if (census->runs && (brief || !census->brief))
		return;
	census->runs = true;
	census->brief = brief;
	census->next = 0;
	turn_arm(census, 0);
}

const struct net_netns_state *census_of(const struct vrf *vrf)
{
	return !drift_is_settled(vrf) && vrf->seen_ms > vrf->drift.compared_ms ? &vrf->seen
									       : &vrf->kernel;
}

struct census *census_create(struct supervisor *supervisor, census_fn ended, void *data)
{
	struct census *census = xcalloc(1, sizeof(*census));

	census->supervisor = supervisor;
	census->ended = ended;
	census->data = data;
	return census;
}

void census_destroy(struct census *census)
{
	if (!census)
		return;
	timer_finish(&census->turn);
	free(census);
}
