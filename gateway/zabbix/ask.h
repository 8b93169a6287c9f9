// SPDX-License-Identifier: GPL-2.0-or-later
/* One question to a Zabbix process over a connected socket, waited for. */
#pragma once

#include "zabbix/stats.h"

/*
 * Asks for the statistics; fd is a blocking socket whose own limits in time hold. -ETIMEDOUT, -EPIPE (it
 * closed without an answer), and those of zabbix_stats_parse().
 */
int zabbix_ask_stats(int fd, struct zabbix_stats *stats, struct error *err);
