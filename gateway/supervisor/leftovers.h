// SPDX-License-Identifier: GPL-2.0-or-later
/* Proxies that a supervisor left behind, by order or because it was killed. */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "base/strings.h"

/* Whether the proxy of this VRF may go on. */
typedef bool (*leftovers_keep_fn)(const char *vrf, const void *data);

/*
 * Ends every proxy tree whose lock lies under run_dir, but for those to be kept (NULL: none): SIGTERM to all, SIGKILL to what is left
 * after ten seconds. With the supervisor's lock held. A VRF whose proxy lives on, or cannot be told, is a line of
 * `faults`; it keeps nobody else's.
 */
int leftovers_end(const char *run_dir, leftovers_keep_fn keep, const void *data,
	struct strings *faults, struct error *err);
