// SPDX-License-Identifier: GPL-2.0-or-later
/* Lines of JSON that the supervisor writes to the reporter's socket. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct reporter_inbox {
	int fd; /* borrowed; a blocking socket */
	char *text;
	size_t size, room;
	bool closed;
};

/*
 * Waits up to wait_ms (0: only looks) for something to come, and calls take() for each whole line
 * that is JSON. False where the other end is closed.
 */
bool reporter_inbox_read(struct reporter_inbox *inbox, int wait_ms,
	void (*take)(const json_t *message, void *data), void *data);
void reporter_inbox_finish(struct reporter_inbox *inbox);
