// SPDX-License-Identifier: GPL-2.0-or-later
/* The status document (`vrfgate status -j`), schema 1. Only ever grows. */
#pragma once

#include <jansson.h>

#include "supervisor/supervisor.h"

/* Of the named VRFs (a JSON array of names), or of all where it is NULL or empty. A brief one has no
 * counters, checks, services and repairs: what a table does not show. */
json_t *status_create(const struct supervisor *supervisor, const json_t *names, bool brief);

/* Healthy, starting or degraded, down: in one word for sd_notify, "2 healthy, 1 backoff". */
char *status_summary(const struct supervisor *supervisor);
