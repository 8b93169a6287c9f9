// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which VRFs a new config would take out of the monitoring. More of them than one slip may take
 * (vrf/removal.h) are refused.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/strings.h"
#include "config/model.h"

/* Why; the first that holds counts. */
enum departure {
	DEPARTURE_MISSING, /* not in the config any more */
	DEPARTURE_DISABLED,
	DEPARTURE_NO_PROXY,     /* a namespace now */
	DEPARTURE_NO_INTERFACE, /* any more, as for the next two */
	DEPARTURE_NO_ADDRESS,
	DEPARTURE_NO_PARENT, /* of any interface: new names, which no link of the machine has */
	DEPARTURES,
};

struct departures {
	struct strings running[DEPARTURES]; /* those that run, which is: are enabled, by why */
	struct strings missing;             /* all that are not in the config any more */
	size_t n_running, n_all;            /* VRFs until now */
	bool renames;                       /* there are new names */
};

/* Asks the kernel for links, and waits for it. departures_finish() them. */
void departures_find(
	struct departures *departures, const struct config *old, const struct config *config);
void departures_finish(struct departures *departures);

/* 0, or -EPERM where these are more than one slip may take: the error names them, and the option that means it. */
int departures_judge(const struct departures *departures, struct error *err);
