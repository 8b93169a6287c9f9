// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Values on their way to Zabbix, oldest first. Bounded: what does not fit pushes the oldest out,
 * and that is counted. A value is a JSON object { "key", "value", "clock", "ns" }, all but the key
 * as the API and the sender protocol take them.
 */
#pragma once

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

struct reporter_queue {
	json_t **ring; /* of `size` */
	size_t size, start, count;
	uint64_t dropped;
};

/* Room for that many; a queue that was only zeroed takes nothing. */
void reporter_queue_init(struct reporter_queue *queue, size_t size);
void reporter_queue_finish(struct reporter_queue *queue);

/* Takes value over. */
void reporter_queue_add(struct reporter_queue *queue, json_t *value);

/* Up to `most` of the oldest as an array; they stay in the queue. */
json_t *reporter_queue_peek(const struct reporter_queue *queue, size_t most);

/* Forgets that many of the oldest. */
void reporter_queue_remove(struct reporter_queue *queue, size_t count);
