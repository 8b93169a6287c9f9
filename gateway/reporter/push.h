// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Values to Zabbix: by history.push where the API has it (7.0), else by the sender protocol to the
 * server. Discovery goes first, when it has changed and once an hour.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "reporter/inventory.h"
#include "reporter/queue.h"
#include "reporter/values.h"
#include "zabbix/api.h"

struct reporter_push {
	struct reporter_queue queue;
	json_t *discovery;         /* what is to be known, NULL: nothing yet */
	bool discovery_due;        /* it is not known there yet */
	uint64_t discovery_due_ms; /* when it is told again */
	struct reporter_causes causes;
	struct timespec last; /* of what was taken last */
	size_t node;          /* of the server that was active last, by the sender protocol */
	unsigned refusals;    /* pushes in a row of which something was refused */
	char refused[256];    /* the first of them, in words */
};

void reporter_push_init(struct reporter_push *push);
void reporter_push_finish(struct reporter_push *push);

/* Takes the status document of a time in: its values get into the queue. */
void reporter_push_take(struct reporter_push *push, const json_t *status,
	const struct timespec *when, size_t problems);

/* The same for a VRF whose state has changed, of which it says only what changes with that. */
void reporter_push_take_change(
	struct reporter_push *push, const json_t *vrf, const struct timespec *when);

/*
 * Sends what is in the queue. What Zabbix refuses, as it does until its server knows an item, is
 * not sent again: the next status has it anew. Fails where Zabbix cannot be reached, and the rest
 * stays in the queue.
 */
int reporter_push_send(struct reporter_push *push, struct zabbix_api *api,
	const struct reporter_inventory *inventory, struct error *err);

/* A line where values have been refused for so long that it is no start any more; else NULL. */
const char *reporter_push_problem(const struct reporter_push *push);
