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
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/connection.h"
#include "base/json.h"
#include "base/memory.h"
#include "control/place.h"
#include "control/protocol.h"

#define FOREVER UINT64_MAX

static int client_connect(const char *run_dir, uint64_t patience_ms, struct error *err)
{
	struct timeval patience = { .tv_sec = (time_t)(patience_ms / 1000) };
	struct sockaddr_un address = { 0 };
	cleanup_fd int fd = -1;
	int r = control_address_init(&address, run_dir, err);

	if (r < 0)
		return r;
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

static int client_wait(int fd, short events, uint64_t deadline_ms, struct error *err)
{
	struct pollfd ready = { .fd = fd, .events = events };
	uint64_t now_ms = clock_now_ms();

	if (deadline_ms == FOREVER)
		(void)poll(&ready, 1, -1);
	else if (now_ms >= deadline_ms || poll(&ready, 1, (int)(deadline_ms - now_ms)) == 0)
		return error_set(err, ETIMEDOUT, "the supervisor does not answer");
	return 0;
}

static int client_send(
	struct connection *connection, json_t *request, uint64_t deadline_ms, struct error *err)
{
	cleanup_free char *text = json_dumps(request, JSON_COMPACT);
	int r;

	connection_put(connection, text ? text : "{}", strlen(text ? text : "{}"));
	connection_put(connection, "\n", 1);
	while ((r = connection_send(connection)) == 0) {
		r = client_wait(connection->fd, POLLOUT, deadline_ms, err);
		if (r < 0)
			return r;
	}
	return r < 0 ? error_set_errno(err, -r, "cannot ask the supervisor") : 0;
}

/* 1: more came. 0: the supervisor has closed. */
static int client_receive(struct connection *connection, uint64_t deadline_ms, struct error *err)
{
	int r = 0;

	while (r == 0) {
		r = client_wait(connection->fd, POLLIN, deadline_ms, err);
		if (r < 0)
			return r;
		r = connection_receive(connection);
	}
	if (r == -EPIPE)
		return 0;
	if (r < 0)
		return error_set_errno(err, -r, "cannot read the supervisor's answer");
	if (connection_received(connection) > CONTROL_MAX_ANSWER)
		return error_set(err, EMSGSIZE, "the supervisor's answer is too large");
	return 1;
}

static int client_open(const char *run_dir, json_t *request, uint64_t timeout_ms,
	struct connection *connection, struct error *err)
{
	uint64_t deadline_ms = clock_now_ms() + timeout_ms;
	int r;

	connection->fd = client_connect(run_dir, timeout_ms, err);
	r = connection->fd < 0 ? connection->fd
			       : client_send(connection, request, deadline_ms, err);
	json_decref(request);
	return r;
}

int control_client_ask(const char *run_dir, json_t *request, uint64_t patience_ms, json_t **answer,
	struct error *err)
{
	uint64_t deadline_ms = clock_now_ms() + patience_ms;
	cleanup(connection_finish) struct connection connection = CONNECTION_NONE;
	const char *text;
	size_t size;
	int r = client_open(run_dir, request, patience_ms, &connection, err);

	if (r == 0)
		do
			r = client_receive(&connection, deadline_ms, err);
		while (r > 0);
	if (r < 0)
		return r;
	text = connection_take_all(&connection, &size);
	*answer = json_loadb(text, size, 0, NULL);
	if (!*answer)
		return error_set(err, EPROTO, "the supervisor closed without a full answer");
	return 0;
}

static int event_hear(const char *text, size_t size, control_listen_fn hear, void *data)
{
	cleanup_json json_t *event = json_loadb(text, size, 0, NULL);

	return event ? hear(event, data) : 0;
}

/* What did not end with a line's end is not followed by others: a refusal. */
int control_client_listen(
	const char *run_dir, json_t *request, control_listen_fn hear, void *data, struct error *err)
{
	cleanup(connection_finish) struct connection connection = CONNECTION_NONE;
	const char *text;
	size_t size;
	int r = client_open(run_dir, request, CONTROL_PATIENCE_MS, &connection, err);

	while (r == 0 && (r = client_receive(&connection, FOREVER, err)) > 0) {
		r = 0;
		while (r == 0 && (text = connection_take_line(&connection, &size)))
			r = event_hear(text, size, hear, data);
		if (r != 0)
			return r;
	}
	if (r < 0)
		return r;
	text = connection_take_all(&connection, &size);
	return event_hear(text, size, hear, data);
}
