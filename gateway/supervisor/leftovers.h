// SPDX-License-Identifier: GPL-2.0-or-later
/* Proxies that a supervisor left behind, by order or because it was killed. */
#pragma once

#include "base/error.h"

/*
 * Ends every proxy tree whose lock lies under run_dir: SIGTERM to all, SIGKILL to what is left
 * after ten seconds. Returns when none lives. For `down`, with the supervisor's lock held.
 */
int leftovers_end(const char *run_dir, struct error *err);
