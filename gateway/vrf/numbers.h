// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Numbers that VRFs were given, kept in a file of state_dir by name: { "schema": 1, "ids": { "acme": 0 } }.
 * The file is root's alone: it names every customer.
 */
#pragma once

#include <jansson.h>

#include "base/error.h"
#include "config/model.h"

struct numbers_kind {
	const char *file, *key; /* "ids.json", "ids" */
	json_int_t least, most; /* of a number */
	const char *loss; /* what comes of removing the file: "have all uplinks numbered anew" */
};

/* The inner object, the caller's; a missing file is an empty one. -EINVAL: not each name has a number of its own. */
int numbers_read(const struct numbers_kind *kind, const struct config_gateway *gateway,
	json_t **numbers, struct error *err);
int numbers_write(const struct numbers_kind *kind, const struct config_gateway *gateway,
	json_t *numbers, struct error *err);
