// SPDX-License-Identifier: GPL-2.0-or-later
/* The answer of configuration.importcompare as lines for a person. Pure. */
#pragma once

#include <jansson.h>

#include "base/strings.h"

struct reporter_changes {
	struct strings lines; /* a text for each object */
	struct strings
		dangers; /* those among them that want to be asked for: "renames item 'A' in ..." */
	struct strings notes; /* of the file: filled by reporter/settle.h */
	json_t *created_set;  /* what is created, as keys: groups by name, other objects by uuid */
	const json_t *created_before; /* borrowed: such a set of earlier files, or NULL */
	size_t created, changed, deleted,
		renamed; /* objects; one that is renamed is not changed, too */
};

/*
 * The API calls an object changed also where lists of it are the same in another order, and where the
 * file says a default; here it is not. major: of the server's version, which defaults hang on.
 *
 * Appends a line for each object that is added (+), changed (~) or removed (-). That of a changed one
 * has a further line, indented by four, for each value that differs:
 *	~ item 'Ping' in template 'VRF customer edge by SNMP'
 *	    delay: "1m" -> "5m"
 *	    tags[scope].value: "network" -> "availability"
 * A member of a list is told by its name, or where the order matters by its place, from 1.
 *
 * A danger: what holds values of hosts, or what hosts are configured by (groups, templates, items, rules,
 * prototypes of items and hosts, web scenarios), is renamed or deleted, a template is unlinked from one, a
 * template goes back to an older version of its vendor's or loses it, or a password or key is cleared.
 */
void reporter_changes_read(
	const json_t *compared, unsigned major, struct reporter_changes *changes);

void reporter_changes_finish(struct reporter_changes *changes);
