// SPDX-License-Identifier: GPL-2.0-or-later
/* The `zabbix.stats` request that a proxy's trapper answers: our sign that it is ready and well. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Not its "uptime", which is below zero where the clock was set back since its start. */
struct zabbix_stats {
	char version[32];    /* "6.0.14" */
	double required_vps; /* values per second that its items ask for */
	uint64_t hosts, items;
	/* Of its kinds of processes the one with the least time to spare, in the last minute on average. */
	double busy_percent; /* -1: not told */
	char busiest[64];    /* "history syncer"; "": not told */
};

/* The request, as JSON text. */
#define ZABBIX_STATS_REQUEST "{\"request\":\"zabbix.stats\"}"

/* How many items the proxy should have polled ten minutes ago and has not. Items of hosts that do not answer are tried
 * later, and are none of these. */
#define ZABBIX_LATE_REQUEST \
	"{\"request\":\"zabbix.stats\",\"type\":\"queue\",\"params\":{\"from\":\"10m\"}}"

/* Reads its answer's payload; errors as below. */
int zabbix_late_parse(const char *payload, size_t size, uint64_t *late, struct error *err);

/* Reads an answer's payload. -EACCES "Permission denied." (StatsAllowedIP), -EPROTO other shapes.
 */
int zabbix_stats_parse(
	const char *payload, size_t size, struct zabbix_stats *stats, struct error *err);

/*
 * Asks for the statistics; fd is a blocking socket whose own limits in time hold. -ETIMEDOUT, -EPIPE (it
 * closed without an answer), and those of zabbix_stats_parse().
 */
int zabbix_stats_ask(int fd, struct zabbix_stats *stats, struct error *err);
