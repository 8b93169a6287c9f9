// SPDX-License-Identifier: GPL-2.0-or-later
/* The VRFs as a text for the dashboard: template dashboards of 6.0 have no table of items. Pure. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

/* A line for each VRF of a status document that is not disabled, the worst first; with `troubled`
 * only those that are not healthy. The caller frees it. */
char *reporter_table_format(const json_t *status, bool troubled);
