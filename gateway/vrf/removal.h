// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which VRFs went from the config on purpose. What a slip of whoever writes the config takes away, an empty or a cut
 * file, is neither taken down nor deleted in Zabbix: only the VRFs that are noted in state_dir/removed.json are,
 *
 *	{ "schema": 1, "removed": [ "acme" ] }
 *
 * until they are in the config again. Where there is no such file, nobody went on purpose.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/strings.h"
#include "config/model.h"

/* So many of so many VRFs are more than one slip may take down: two or more and over a quarter, or all. */
bool removal_is_large(size_t gone, size_t of);

/* Appends the noted VRFs that the config does not have. An error where the file cannot be read: nobody is known to
 * have gone on purpose. */
int removal_read(const struct config *config, struct strings *names, struct error *err);

/*
 * Notes that these VRFs went on purpose, and forgets those that the config has. Blocks for the disk; a loss of power
 * leaves the old file or the new. What cannot be read as such a file is replaced.
 */
int removal_note(const struct config *config, const struct strings *gone, struct error *err);

/*
 * For who has no supervisor to ask: appends the VRFs that have a number and are not in the config, and of which no
 * proxy runs and nobody has noted that they went. Returns how many VRFs had a number, or an error.
 */
int removal_find_unseen(const struct config *config, struct strings *names, struct error *err);
