// SPDX-License-Identifier: GPL-2.0-or-later
/* Whether the ports of this machine by which the server reaches passive proxies are free. */
#pragma once

#include "base/strings.h"
#include "config/model.h"

/* Appends a warning for what else has some of them, or may get them; ids as ids_assign() gave them. What cannot be
 * read is in nobody's way. */
void passive_ports_judge(
	const struct config *config, const uint32_t *ids, struct strings *warnings);

/* The same, to the log. */
void passive_ports_warn(const struct config *config, const uint32_t *ids);
