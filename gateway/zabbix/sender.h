// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The sender protocol: values for trapper items of hosts that the server itself monitors. Blocks,
 * with time limits. Source: Zabbix manual, "Sender protocol" in the appendix on protocols.
 */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "base/error.h"

/*
 * Sends values, { "host", "key", "value", "clock", "ns" } each, to the trapper of a server.
 * *refused is how many of them it did not take: no such item, or not known to it yet.
 */
int zabbix_sender_push(const char *server, uint16_t port, const json_t *values, size_t *refused,
	struct error *err);

/* The address that a server at that place sees values come from, without asking it; "" where it is not known.
 * Blocks where its name is looked up. */
void zabbix_sender_address(const char *server, uint16_t port, char text[46]);

/* Reads the answer: "processed: 1; failed: 2; total: 3; seconds spent: 0.1". Pure. */
int zabbix_sender_read(const char *answer, size_t size, size_t *refused, struct error *err);
