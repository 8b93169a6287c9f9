// SPDX-License-Identifier: GPL-2.0-or-later
/* The answer of configuration.importcompare as lines for a person. Pure. */
#pragma once

#include <jansson.h>

#include "base/strings.h"

/*
 * The API calls an object changed also where lists of it are the same in another order, and where the
 * file says a default; here it is not. major: of the server's version, which defaults hang on.
 *
 * Appends a text for each object that is added (+), changed (~) or removed (-). That of a changed one
 * has a further line, indented by four, for each value that differs:
 *	~ item 'Ping' in template 'VRF customer edge by SNMP'
 *	    delay: "1m" -> "5m"
 *	    tags[scope].value: "network" -> "availability"
 * A member of a list is told by its name, or where the order matters by its place, from 1.
 */
void reporter_changes_read(const json_t *compared, unsigned major, struct strings *lines);
