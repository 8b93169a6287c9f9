// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Asks one proxy for its statistics from inside its namespace, without blocking the loop: how we
 * know that it is ready, and that it does not hang. Loopback there is used, so that a fault of the
 * uplink is not taken for one of the proxy.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "zabbix/stats.h"

struct sd_event;
struct probe;

/* `stats` is NULL where there was no answer; `why` says why then, and `refused` that nobody listens. The probe is
 * gone when it is called. */
typedef void (*probe_fn)(
	const struct zabbix_stats *stats, bool refused, const char *why, void *data);

/* Starts asking; `done` is called once, from the loop, unless the probe is cancelled first. */
int probe_start(struct sd_event *event, const char *netns, uint64_t timeout_ms, probe_fn done,
	void *data, struct probe **probe, struct error *err);

/* Also for NULL. */
void probe_cancel(struct probe *probe);
