// SPDX-License-Identifier: GPL-2.0-or-later
/* Proxies that a supervisor left behind, by order or because it was killed: one a directory of run_dir/vrfs. */
#pragma once

#include <stdbool.h>

#include "base/strings.h"
#include "config/model.h"

/* Called for each VRF that ran below run_dir at any time; whether a proxy still runs is told by its lock. */
typedef void (*leftovers_fn)(const char *vrf, void *data);

void leftovers_visit(const char *run_dir, leftovers_fn visit, void *data);

/* Whether its proxy runs, with or without a supervisor. */
bool leftovers_is_running(const char *run_dir, const char *vrf);

/* Appends the VRFs whose proxies run, with or without a supervisor. */
void leftovers_find(const char *run_dir, struct strings *running);

/* Who wants to know of it meanwhile. */
struct leftovers_listener {
	/* Once in a while, what is waited for, each as "acme (still writing after 25 s)". */
	void (*waiting)(const struct strings *waiting);
	/* One that cannot be ended. */
	void (*stuck)(const char *vrf, const char *why);
};

/*
 * Ends every proxy whose lock lies below run_dir, each by the rule of vrf/ending.h, or at once where
 * now is set. Blocks until none is left, or only such as cannot be ended; returns how many. The VRFs of those
 * that live on are added to *stuck: of another it is not known whether a proxy runs. With the supervisor's
 * lock held.
 */
size_t leftovers_end(const struct config *config, bool now,
	const struct leftovers_listener *listener, struct strings *stuck);
