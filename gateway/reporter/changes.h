// SPDX-License-Identifier: GPL-2.0-or-later
/* The answer of configuration.importcompare as lines for a person. Pure. */
#pragma once

#include <jansson.h>

#include "base/strings.h"

/* Appends a line for each object that is added (+), changed (~, with the fields) or removed (-). */
void reporter_changes_read(const json_t *compared, struct strings *lines);
