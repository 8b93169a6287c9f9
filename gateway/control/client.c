// SPDX-License-Identifier: GPL-2.0-or-later
/* The asking side of the control socket. */
#include "control/client.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/memory.h"
#include "control/protocol.h"

static int client_connect(const char *run_dir, uint64_t patience_ms, struct error *err)
{
	struct timeval patience = { .tv_sec = (time_t)(patience_ms / 1000) };
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	cleanup_fd int fd = -1;

	if (snprintf(address.sun_path, sizeof(address.sun_path), "%s/%s", run_dir,
		    CONTROL_SOCKET_NAME) >= (int)sizeof(address.sun_path))
		return error_set(
			err, ENAMETOOLONG, "run_dir '%s' is too long for a socket", run_dir);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	/* Holds for connect(2) too: a supervisor that hangs accepts no more. */
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) < 0)
		return error_set_errno(err, errno, "cannot make a socket");
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return steal_fd(&fd);
	if (errno == ENOENT || errno == ECONNREFUSED)
		return error_set(err, ENOENT, "no supervisor is running (no answer at '%s')",
			address.sun_path);
	return error_set_errno(err, errno, "cannot connect to '%s'", address.sun_path);
}

static int client_send(int fd, json_t *request, struct error *err)
{
	cleanup_free char *text = json_dumps(request, JSON_COMPACT);
	cleanup_free char *line = xasprintf("%s\n", text ? text : "{}");
	size_t size = strlen(line), sent = 0;

	while (sent < size) {
		ssize_t n = send(fd, line + sent, size - sent, MSG_NOSIGNAL);

		if (n < 0 && errno != EINTR)
			return error_set_errno(err, errno, "cannot ask the supervisor");
		if (n > 0)
			sent += (size_t)n;
	}
	return 0;
}

/* Reads until the supervisor closes. */
static int client_receive(
	int fd, uint64_t deadline_ms, char **answer, size_t *size, struct error *err)
{
	cleanup_free char *buffer = xcalloc(1, 65536);
	size_t used = 0, capacity = 65536;

	for (;;) {
		struct pollfd ready = { .fd = fd, .events = POLLIN };
		uint64_t now_ms = clock_now_ms();
		ssize_t n;

		if (now_ms >= deadline_ms || poll(&ready, 1, (int)(deadline_ms - now_ms)) == 0)
			return error_set(err, ETIMEDOUT, "the supervisor does not answer");
		n = recv(fd, buffer + used, capacity - used, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_set_errno(err, errno, "cannot read the supervisor's answer");
		if (n == 0)
			break;
		used += (size_t)n;
		if (used > CONTROL_MAX_ANSWER)
			return error_set(err, EMSGSIZE, "the supervisor's answer is too large");
		if (used == capacity) {
			capacity *= 2;
			buffer = xreallocarray(buffer, capacity, 1);
		}
	}
	*answer = steal_ptr(&buffer);
	*size = used;
	return 0;
}

int control_client_ask(const char *run_dir, json_t *request, uint64_t patience_ms, json_t **answer,
	struct error *err)
{
	uint64_t deadline_ms = clock_now_ms() + patience_ms;
	cleanup_free char *text = NULL;
	cleanup_fd int fd = client_connect(run_dir, patience_ms, err);
	size_t size = 0;
	int r = fd < 0 ? fd : client_send(fd, request, err);

	json_decref(request);
	if (r == 0)
		r = client_receive(fd, deadline_ms, &text, &size, err);
	if (r < 0)
		return r;
	*answer = json_loadb(text, size, 0, NULL);
	if (!*answer)
		return error_set(err, EPROTO, "the supervisor closed without a full answer");
	return 0;
}

/* Hands on the full lines in the buffer and keeps the rest. */
static int lines_hear(char *buffer, size_t *used, control_listen_fn hear, void *data)
{
	char *newline;
	int r = 0;

	while (r == 0 && (newline = memchr(buffer, '\n', *used))) {
		size_t length = (size_t)(newline - buffer);
		cleanup_json json_t *event = json_loadb(buffer, length, 0, NULL);

		if (event)
			r = hear(event, data);
		*used -= length + 1;
		memmove(buffer, newline + 1, *used);
	}
	return r;
}

static int client_hear(int fd, control_listen_fn hear, void *data, struct error *err)
{
	size_t used = 0, capacity = 65536;
	cleanup_free char *buffer = xcalloc(1, capacity);

	for (;;) {
		ssize_t n = recv(fd, buffer + used, capacity - used, 0);
		int r;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_set_errno(err, errno, "cannot read the supervisor's answer");
		if (n == 0)
			break;
		used += (size_t)n;
		r = lines_hear(buffer, &used, hear, data);
		if (r != 0)
			return r;
		if (used > CONTROL_MAX_ANSWER)
			return error_set(err, EMSGSIZE, "the supervisor's answer is too large");
		if (used == capacity) {
			capacity *= 2;
			buffer = xreallocarray(buffer, capacity, 1);
		}
	}
	/* An answer without a line's end is one that is not followed by others: a refusal. */
	if (used > 0) {
		cleanup_json json_t *last = json_loadb(buffer, used, 0, NULL);

		return last ? hear(last, data) : 0;
	}
	return 0;
}

int control_client_listen(
	const char *run_dir, json_t *request, control_listen_fn hear, void *data, struct error *err)
{
	cleanup_fd int fd = client_connect(run_dir, CONTROL_PATIENCE_MS, err);
	int r = fd < 0 ? fd : client_send(fd, request, err);

	json_decref(request);
	return r < 0 ? r : client_hear(fd, hear, data, err);
}
