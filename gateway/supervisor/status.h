// SPDX-License-Identifier: GPL-2.0-or-later
/* The status document (`vrfgate status -j`), schema 1. Only ever grows. */
#pragma once

#include <jansson.h>

#include "supervisor/supervisor.h"

/* Of the named VRFs (a JSON array of names), or of all where it is NULL or empty. A brief one has no
 * counters, checks, services and repairs: what a table does not show. It asks the kernel nothing: what is
 * known of that is supervisor/census.h's. */
json_t *status_create(const struct supervisor *supervisor, const json_t *names, bool brief);

/* What a change of its state changes: "name", "state", "reason" and "proxy" of that VRF. */
json_t *status_create_change(struct vrf *vrf);

/* The document of all VRFs as a text, made once for all who ask within a fifth of a second; borrowed until
 * the next call of this or the following. */
const char *status_text(struct supervisor *supervisor, bool brief);

/* What it says has changed: who asks next is told so. */
void status_changed(struct supervisor *supervisor);

/* Healthy, starting or degraded, down: in one word for sd_notify, "2 healthy, 1 backoff". */
char *status_summary(const struct supervisor *supervisor);
