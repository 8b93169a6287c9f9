// SPDX-License-Identifier: GPL-2.0-or-later
/* The status document as OpenMetrics 1.0 text (openmetrics.io). */
#pragma once

#include <jansson.h>
#include <stdio.h>

/* A family at a time, what is not known left out, closed by "# EOF". */
void metrics_text_print(const json_t *status, FILE *out);
