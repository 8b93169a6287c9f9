// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From a status document to the values of the template "VRF gateway by vrfgate": the gateway's, and
 * those of each VRF and interface that the discovery names. Pure.
 */
#pragma once

#include <jansson.h>
#include <stdint.h>
#include <time.h>

#include "reporter/queue.h"

/* What only the reporter knows. */
struct reporter_figures {
	size_t problems;
	uint64_t dropped;
};

/* What VRFs have in common that are not well. Zeroed: nothing so far. */
struct reporter_causes {
	json_t *known; /* at the last document: an object by "kind object" */
	char *begun;   /* all that there were when one of them began */
	json_t *muted; /* by the name of a VRF whose proxy could not write: when that was so last */
};

void reporter_causes_finish(struct reporter_causes *causes);

/* Adds the values of a status document, taken at that time. */
void reporter_values_add(struct reporter_queue *queue, const json_t *status,
	const struct reporter_figures *figures, struct reporter_causes *causes,
	const struct timespec *when);

/* Those of a VRF whose state has changed, of which there are only "name", "state", "reason" and "proxy". */
void reporter_values_add_change(
	struct reporter_queue *queue, const json_t *vrf, const struct timespec *when);

/* The discovery, as { "vrfgate.vrf.discovery": "[...]", ... }. */
json_t *reporter_values_discovery(const json_t *status);

/* Adds one value; `value` is taken over, null is none. */
void reporter_values_add_one(
	struct reporter_queue *queue, const char *key, json_t *value, const struct timespec *when);
