// SPDX-License-Identifier: GPL-2.0-or-later
/* A socket's two buffers. */
#include "base/connection.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/memory.h"

#define ROOM_MIN 4096

static size_t buffer_size(const struct connection_buffer *buffer)
{
	return buffer->end - buffer->start;
}

static void buffer_finish(struct connection_buffer *buffer)
{
	if (buffer->data)
		explicit_bzero(buffer->data, buffer->capacity);
	free(buffer->data);
	*buffer = (struct connection_buffer){ 0 };
}

/* Room for so many bytes at the end. The memory that a secret was in is wiped, hence no realloc(3). */
static void buffer_make_room(struct connection_buffer *buffer, size_t room)
{
	size_t size = buffer_size(buffer);
	struct connection_buffer larger = { .end = size, .capacity = buffer->capacity };

	if (buffer->capacity - buffer->end >= room)
		return;
	if (buffer->start >= buffer->capacity / 2 && buffer->capacity - size >= room) {
		memmove(buffer->data, buffer->data + buffer->start, size);
		buffer->start = 0;
		buffer->end = size;
		return;
	}
	while (larger.capacity - size < room)
		larger.capacity = larger.capacity ? larger.capacity * 2 : ROOM_MIN;
	larger.data = xcalloc(1, larger.capacity);
	if (size > 0)
		memcpy(larger.data, buffer->data + buffer->start, size);
	buffer_finish(buffer);
	*buffer = larger;
}

/* Takes so many bytes off the front. */
static void buffer_take(struct connection_buffer *buffer, size_t size)
{
	buffer->start += size;
	if (buffer->start == buffer->end)
		buffer->start = buffer->end = 0;
}

void connection_finish(struct connection *connection)
{
	if (connection->fd >= 0)
		close(connection->fd);
	buffer_finish(&connection->in);
	buffer_finish(&connection->out);
	*connection = (struct connection)CONNECTION_NONE;
}

int connection_receive(struct connection *connection)
{
	struct connection_buffer *in = &connection->in;
	ssize_t n;

	buffer_make_room(in, ROOM_MIN);
	n = recv(connection->fd, in->data + in->end, in->capacity - in->end, MSG_DONTWAIT);
	if (n > 0) {
		in->end += (size_t)n;
		return 1;
	}
	if (n == 0)
		return -EPIPE;
	return errno == EAGAIN || errno == EINTR ? 0 : -errno;
}

size_t connection_received(const struct connection *connection)
{
	return buffer_size(&connection->in);
}

char *connection_take_line(struct connection *connection, size_t *length)
{
	struct connection_buffer *in = &connection->in;
	char *line = in->data ? in->data + in->start : NULL;
	char *end = line ? memchr(line, '\n', buffer_size(in)) : NULL;

	if (!end)
		return NULL;
	*end = '\0';
	*length = (size_t)(end - line);
	buffer_take(in, *length + 1);
	return line;
}

const char *connection_take_all(struct connection *connection, size_t *length)
{
	const char *text = connection->in.data ? connection->in.data + connection->in.start : "";

	*length = buffer_size(&connection->in);
	buffer_take(&connection->in, *length);
	return text;
}

void connection_put(struct connection *connection, const char *text, size_t length)
{
	buffer_make_room(&connection->out, length);
	memcpy(connection->out.data + connection->out.end, text, length);
	connection->out.end += length;
}

int connection_send(struct connection *connection)
{
	struct connection_buffer *out = &connection->out;

	while (buffer_size(out) > 0) {
		ssize_t n = send(connection->fd, out->data + out->start, buffer_size(out),
			MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN ? 0 : -errno;
		explicit_bzero(out->data + out->start, (size_t)n);
		buffer_take(out, (size_t)n);
	}
	return 1;
}

size_t connection_unsent(const struct connection *connection)
{
	return buffer_size(&connection->out);
}

void connection_forget_unsent(struct connection *connection)
{
	buffer_finish(&connection->out);
}
