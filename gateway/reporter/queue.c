// SPDX-License-Identifier: GPL-2.0-or-later
/* A ring of values. */
#include "reporter/queue.h"

#include <assert.h>
#include <stdlib.h>

#include "base/memory.h"

void reporter_queue_init(struct reporter_queue *queue, size_t size)
{
	*queue = (struct reporter_queue){ .ring = xcalloc(size, sizeof(*queue->ring)),
		.size = size };
}

void reporter_queue_finish(struct reporter_queue *queue)
{
	reporter_queue_remove(queue, queue->count);
	free(queue->ring);
	*queue = (struct reporter_queue){ 0 };
}

void reporter_queue_add(struct reporter_queue *queue, json_t *value)
{
	if (queue->size == 0) {
		json_decref(value);
		return;
	}
	if (queue->count == queue->size) {
		reporter_queue_remove(queue, 1);
		queue->dropped++;
	}
	queue->ring[(queue->start + queue->count++) % queue->size] = value;
}

json_t *reporter_queue_peek(const struct reporter_queue *queue, size_t most)
{
	json_t *values = json_array();

	for (size_t i = 0; i < queue->count && i < most; i++)
		json_array_append(values, queue->ring[(queue->start + i) % queue->size]);
	return values;
}

void reporter_queue_remove(struct reporter_queue *queue, size_t count)
{
	assert(count <= queue->count);
	for (; count > 0; count--) {
		json_decref(queue->ring[queue->start]);
		queue->start = (queue->start + 1) % queue->size;
		queue->count--;
	}
}
