// SPDX-License-Identifier: GPL-2.0-or-later
/* The files that gateway { include = ... } names. */
#pragma once

#include "config/complaint.h"
#include "config/tree.h"

/* A config file larger than this is a mistake. */
#define CONFIG_MAX_FILE (64u << 20)

/*
 * Parses the files that the tree's first file includes and adds them to the tree, in the order of
 * their names. A pattern is relative to the file that says it. A pattern with wildcards may match
 * nothing, and a file may have no section, which is noted; a plain name must be there. Included files hold vrf and
 * namespace sections only.
 * Returns 0, or -EINVAL where something that was to be read is missing from the tree.
 */
int config_include(struct config_tree *tree, struct config_complaints *faults,
	struct config_complaints *notes);
