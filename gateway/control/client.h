// SPDX-License-Identifier: GPL-2.0-or-later
/* The asking side of the control socket. */
#pragma once

#include <jansson.h>

#include "base/error.h"

/*
 * Sends one request to the supervisor whose run_dir this is and waits for its answer, at most 30 s.
 * Takes `request` over; *answer is the caller's. -ENOENT: no supervisor runs there; -EACCES: not
 * allowed to ask; -EPROTO, -ETIMEDOUT.
 */
int control_client_ask(const char *run_dir, json_t *request, json_t **answer, struct error *err);
