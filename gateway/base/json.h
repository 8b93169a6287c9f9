// SPDX-License-Identifier: GPL-2.0-or-later
/* What jansson lacks: a value that a scope owns, and strings of any bytes. */
#pragma once

#include <jansson.h>

#include "base/cleanup.h"

static inline void cleanup_decref_json(json_t **value)
{
	json_decref(*value);
}

#define cleanup_json cleanup(cleanup_decref_json)

/* A JSON string of a text; where it is no UTF-8 (a path, a cut message), with "?" for each foreign byte. */
json_t *json_text(const char *text);
