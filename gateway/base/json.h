// SPDX-License-Identifier: GPL-2.0-or-later
/* A jansson value that a scope owns. */
#pragma once

#include <jansson.h>

#include "base/cleanup.h"

static inline void cleanup_decref_json(json_t **value)
{
	json_decref(*value);
}

#define cleanup_json cleanup(cleanup_decref_json)
