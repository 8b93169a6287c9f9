// SPDX-License-Identifier: GPL-2.0-or-later
/* Watching the way to a server elsewhere. */
#include "supervisor/forwarding.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/memory.h"
#include "net/forwarding.h"
#include "process/timer.h"
#include "supervisor/drift.h"
#include "supervisor/supervisor.h"
#include "vrf/wiring.h"

#define LOOK_MS 5000

struct forwarding {
	struct supervisor *supervisor;
	struct timer timer;
	struct strings warnings;
};

static void log_difference(const struct strings *before, const struct strings *now)
{
	for (size_t i = 0; i < now->count; i++)
		if (!strings_contain(before, now->items[i]))
			log_warning("%s", now->items[i]);
	for (size_t i = 0; i < before->count; i++)
		if (!strings_contain(now, before->items[i]))
			log_info("no longer: %s", before->items[i]);
}

static bool are_same(const struct strings *a, const struct strings *b)
{
	for (size_t i = 0; i < a->count; i++)
		if (!strings_contain(b, a->items[i]))
			return false;
	return a->count == b->count;
}

/* True where it has changed. */
static bool look(struct forwarding *forwarding)
{
	struct strings now = { 0 };
	struct net_want want;
	bool changed;

	wiring_begin(&want, forwarding->supervisor->config, NULL);
	/* Where it cannot be read a comparison says so, too. */
	if (want.firewall && net_forwarding_warn(&want, &now, NULL) < 0) {
		strings_finish(&now);
		net_want_finish(&want);
		return false;
	}
	net_want_finish(&want);
	log_difference(&forwarding->warnings, &now);
	changed = !are_same(&forwarding->warnings, &now);
	strings_finish(&forwarding->warnings);
	forwarding->warnings = now;
	return changed;
}

static void on_elapsed(void *data)
{
	struct forwarding *forwarding = data;

	if (look(forwarding))
		drift_look_at_shared(forwarding->supervisor->drift);
	timer_arm(
		&forwarding->timer, forwarding->supervisor->event, LOOK_MS, on_elapsed, forwarding);
}

struct forwarding *forwarding_create(struct supervisor *supervisor)
{
	struct forwarding *forwarding = xcalloc(1, sizeof(*forwarding));

	forwarding->supervisor = supervisor;
	timer_arm(&forwarding->timer, supervisor->event, LOOK_MS, on_elapsed, forwarding);
	return forwarding;
}

void forwarding_destroy(struct forwarding *forwarding)
{
	if (!forwarding)
		return;
	timer_finish(&forwarding->timer);
	strings_finish(&forwarding->warnings);
	free(forwarding);
}

void forwarding_look(struct forwarding *forwarding)
{
	if (forwarding)
		(void)look(forwarding);
}

void forwarding_list_warnings(const struct forwarding *forwarding, struct strings *warnings)
{
	for (size_t i = 0; forwarding && i < forwarding->warnings.count; i++)
		strings_add(warnings, forwarding->warnings.items[i]);
}
