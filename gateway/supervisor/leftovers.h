// SPDX-License-Identifier: GPL-2.0-or-later
/* Proxies that a supervisor left behind, by order or because it was killed. */
#pragma once

#include <stdbool.h>

#include "base/error.h"

/* Whether the proxy of this VRF may go on. */
typedef bool (*leftovers_keep_fn)(const char *vrf, const void *data);

/*
 * Ends every proxy tree whose lock lies under run_dir, but for those to be kept (NULL: none): SIGTERM to all, SIGKILL to what is left
 * after ten seconds. Returns when none lives. With the supervisor's lock held.
 */
int leftovers_end(const char *run_dir, leftovers_keep_fn keep, const void *data, struct error *err);
