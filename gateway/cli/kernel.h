// SPDX-License-Identifier: GPL-2.0-or-later
/* plan, up and down: one comparison, three uses. Each has a file of its own. */
#pragma once

#include "base/strings.h"
#include "config/model.h"
#include "net/plan.h"

/* A plan with all that it borrows from. */
struct cli_plan {
	uint32_t *ids;
	struct net_want want;
	struct net_have *have;
	struct net_plan *plan;
};

/*
 * Compares the config, but for VRFs that are given up, with the kernel. With `save`, newly allocated uplink numbers are written down.
 */
int cli_plan_create(struct cli_plan *plan, struct config *config, bool save, struct error *err);

/* The same with an empty config: all that is ours goes, but for the namespaces to keep, whose names the plan
 * borrows. */
int cli_plan_create_removal(struct cli_plan *plan, const struct config *config,
	const struct strings *keep, struct error *err);
void cli_plan_finish(struct cli_plan *plan);

/* What the plan of a config takes away. */
struct cli_removals {
	struct strings going;    /* VRFs that are not in the config */
	struct strings disabled; /* which is said */
	bool large;              /* more than one slip may take down (vrf/removal.h) */
};

void cli_removals_find(
	struct cli_removals *removals, const struct cli_plan *plan, const struct config *config);
void cli_removals_finish(struct cli_removals *removals);

/* What is told of what was done, beside a line for each VRF that changed. */
enum cli_telling {
	CLI_TELL_VRFS,
	CLI_TELL_SHORT, /* the acts as net_plan_summarize() has them, and the total */
	CLI_TELL_ACTS,  /* each act and each failure, and the total */
};

/* Applies it; a failure that several VRFs have for one cause is told once, in the end. Returns the exit status. */
int cli_plan_apply(const struct cli_plan *plan, enum cli_telling telling);

/* Prints an error of the whole command; returns the exit status. */
int cli_kernel_complain(const struct error *err);
