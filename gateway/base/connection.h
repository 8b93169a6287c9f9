// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A stream socket with what waits in both directions: bytes that came and were not taken yet, and bytes that are still
 * to be sent. Nothing here blocks, whatever the socket's flags. What passes may be a secret: memory is wiped before it
 * is freed.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct connection_buffer {
	char *data;
	size_t start, end, capacity; /* what waits is from start to end */
};

struct connection {
	int fd; /* owned; -1: none */
	struct connection_buffer in, out;
};

#define CONNECTION_NONE  \
	{                \
		.fd = -1 \
	}

/* Closes and forgets all that waits; what is left is CONNECTION_NONE. */
void connection_finish(struct connection *connection);

/* Reads once: 1 something came, 0 nothing for now, -EPIPE the other end is closed, or another -errno. */
int connection_receive(struct connection *connection);

/* How much came and was not taken. */
size_t connection_received(const struct connection *connection);

/* Takes the next line that came whole: its text, closed by NUL in place of the newline, good until the next
 * connection_receive(). NULL: none yet. */
char *connection_take_line(struct connection *connection, size_t *length);

/* Takes all that came, for the same time. */
const char *connection_take_all(struct connection *connection, size_t *length);

/* Adds to what is to be sent. */
void connection_put(struct connection *connection, const char *text, size_t length);

/* Sends as much as goes: 1 all is sent, 0 some waits still, or -errno. */
int connection_send(struct connection *connection);

/* How much is still to be sent. */
size_t connection_unsent(const struct connection *connection);
void connection_forget_unsent(struct connection *connection);
