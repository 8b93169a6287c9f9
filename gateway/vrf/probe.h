// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Asks one proxy for its statistics, or its queue, from inside its namespace, without blocking the loop: how we
 * know that it is ready, and that it does not hang. Loopback there is used, so that a fault of the
 * uplink is not taken for one of the proxy.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct sd_event;
struct probe;

/* The answer's payload; NULL: there was none, `why` says why, and `refused` that nobody listens. The probe is gone when
 * it is called. */
typedef void (*probe_fn)(
	const char *payload, size_t size, bool refused, const char *why, void *data);

/* Starts asking; `done` is called once, from the loop, unless the probe is cancelled first. request: JSON text. */
int probe_start(struct sd_event *event, const char *netns, const char *request, uint64_t timeout_ms,
	probe_fn done, void *data, struct probe **probe, struct error *err);

/* Also for NULL. */
void probe_cancel(struct probe *probe);
