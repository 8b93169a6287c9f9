// SPDX-License-Identifier: GPL-2.0-or-later
/* Cutting what comes from the socket into lines. */
#include "reporter/inbox.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/memory.h"
#include "zabbix/json.h"

#define CHUNK 65536

void reporter_inbox_finish(struct reporter_inbox *inbox)
{
	free(inbox->text);
	inbox->text = NULL;
	inbox->size = inbox->room = 0;
}

static void lines_take(
	struct reporter_inbox *inbox, void (*take)(const json_t *message, void *data), void *data)
{
	size_t start = 0;
	char *end;

	while ((end = memchr(inbox->text + start, '\n', inbox->size - start))) {
		size_t length = (size_t)(end - inbox->text) - start;
		cleanup_json json_t *message = json_loadb(inbox->text + start, length, 0, NULL);

		start += length + 1;
		if (message)
			take(message, data);
	}
	inbox->size -= start;
	memmove(inbox->text, inbox->text + start, inbox->size);
}

/* False where nothing more is there for now. */
static bool chunk_read(struct reporter_inbox *inbox)
{
	ssize_t n;

	if (inbox->room - inbox->size < CHUNK) {
		inbox->room = inbox->room * 2 + CHUNK;
		inbox->text = xreallocarray(inbox->text, inbox->room, 1);
	}
	n = recv(inbox->fd, inbox->text + inbox->size, CHUNK, MSG_DONTWAIT);
	inbox->closed = n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR);
	if (n > 0)
		inbox->size += (size_t)n;
	return n > 0;
}

bool reporter_inbox_read(struct reporter_inbox *inbox, int wait_ms,
	void (*take)(const json_t *message, void *data), void *data)
{
	struct pollfd socket = { .fd = inbox->fd, .events = POLLIN | POLLRDHUP };

	if (inbox->closed || poll(&socket, 1, wait_ms) <= 0)
		return !inbox->closed;
	while (chunk_read(inbox))
		lines_take(inbox, take, data);
	return !inbox->closed;
}
