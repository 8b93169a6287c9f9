// SPDX-License-Identifier: GPL-2.0-or-later
/* The asking side of the control socket. */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "base/error.h"

/* For an order: a supervisor that brings a thousand VRFs up has no time for others meanwhile. */
#define CONTROL_PATIENCE_MS   30000
/* For a question to which "it does not answer" is an answer too. */
#define CONTROL_IMPATIENCE_MS 4000

/*
 * Sends one request to the supervisor whose run_dir this is and waits for its answer, no longer than
 * patience_ms. Takes `request` over; *answer is the caller's. -ENOENT: no supervisor runs there;
 * -EACCES: not allowed to ask; -EPROTO, -ETIMEDOUT.
 */
int control_client_ask(const char *run_dir, json_t *request, uint64_t patience_ms, json_t **answer,
	struct error *err);

/* Called with each line's object; not 0 ends the listening. */
typedef int (*control_listen_fn)(const json_t *event, void *data);

/*
 * Sends one request, which it takes over, and hands on each line that comes. Returns what `hear` did
 * when that was not 0, 0 where the supervisor went; errors as control_client_ask().
 */
int control_client_listen(const char *run_dir, json_t *request, control_listen_fn hear, void *data,
	struct error *err);
