// SPDX-License-Identifier: GPL-2.0-or-later
/* A connection to the trapper for each push. */
#include "zabbix/sender.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "zabbix/frame.h"
#include "zabbix/json.h"

#define TIMEOUT_MS 10000
#define ANSWER_MAX 65536

static void cleanup_addresses(struct addrinfo **list)
{
	if (*list)
		freeaddrinfo(*list);
}

static int ready_wait(int fd, short events)
{
	struct pollfd ready = { .fd = fd, .events = events };
	int r;

	do
		r = poll(&ready, 1, TIMEOUT_MS);
	while (r < 0 && errno == EINTR);
	return r > 0 ? 0 : r == 0 ? -ETIMEDOUT : -errno;
}

static int address_connect(const struct addrinfo *address, int *connected)
{
	cleanup_fd int fd =
		socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	socklen_t size = sizeof(int);
	int r = 0, failure = 0;

	if (fd < 0)
		return -errno;
	if (connect(fd, address->ai_addr, address->ai_addrlen) < 0) {
		r = errno == EINPROGRESS ? ready_wait(fd, POLLOUT) : -errno;
		if (r == 0 && getsockopt(fd, SOL_SOCKET, SO_ERROR, &failure, &size) == 0)
			r = -failure;
	}
	if (r == 0)
		*connected = steal_fd(&fd);
	return r;
}

static int server_find(const char *server, uint16_t port, struct addrinfo **list, struct error *err)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_family = AF_UNSPEC };
	char service[8];
	int r;

	snprintf(service, sizeof(service), "%u", port);
	r = getaddrinfo(server, service, &hints, list);
	return r != 0 ? error_set(err, EHOSTUNREACH, "%s", gai_strerror(r)) : 0;
}

/* Of a socket that sends nothing: the kernel chooses an address as it would for TCP. */
static bool source_choose(const struct addrinfo *address, char text[46])
{
	cleanup_fd int fd = socket(address->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct sockaddr_storage ours;
	socklen_t size = sizeof(ours);

	return fd >= 0 && connect(fd, address->ai_addr, address->ai_addrlen) == 0 &&
		getsockname(fd, (struct sockaddr *)&ours, &size) == 0 &&
		getnameinfo((struct sockaddr *)&ours, size, text, 46, NULL, 0, NI_NUMERICHOST) == 0;
}

void zabbix_sender_address(const char *server, uint16_t port, char text[46])
{
	cleanup(cleanup_addresses) struct addrinfo *list = NULL;

	if (server_find(server, port, &list, NULL) == 0)
		for (const struct addrinfo *each = list; each; each = each->ai_next)
			if (source_choose(each, text))
				return;
	text[0] = '\0';
}

static int server_connect(const char *server, uint16_t port, int *fd, struct error *err)
{
	cleanup(cleanup_addresses) struct addrinfo *list = NULL;
	int r = server_find(server, port, &list, err);

	if (r < 0)
		return r;
	r = -EHOSTUNREACH;
	for (const struct addrinfo *each = list; each && r < 0; each = each->ai_next)
		r = address_connect(each, fd);
	return r < 0 ? error_set_errno(err, -r, "cannot connect") : 0;
}

static int frame_send(int fd, const char *frame, size_t size, struct error *err)
{
	while (size > 0) {
		ssize_t n = send(fd, frame, size, MSG_NOSIGNAL);
		int r = n < 0 && errno == EAGAIN ? ready_wait(fd, POLLOUT) : n < 0 ? -errno : 0;

		if (r < 0)
			return error_set_errno(err, -r, "cannot send");
		if (n > 0) {
			frame += n;
			size -= (size_t)n;
		}
	}
	return 0;
}

static int answer_read(int fd, size_t *refused, struct error *err)
{
	cleanup_free char *answer = xcalloc(1, ANSWER_MAX);
	const char *payload;
	size_t used = 0, payload_size;

	for (;;) {
		int r = zabbix_frame_parse(answer, used, &payload, &payload_size, err);
		ssize_t n;

		if (r != 0)
			return r < 0 ? r : zabbix_sender_read(payload, payload_size, refused, err);
		r = used < ANSWER_MAX ? ready_wait(fd, POLLIN) : -EMSGSIZE;
		n = r == 0 ? recv(fd, answer + used, ANSWER_MAX - used, 0) : 0;
		if (r < 0 || n < 0)
			return error_set_errno(err, r < 0 ? -r : errno, "no answer");
		if (n == 0)
			return error_set(
				err, ECONNRESET, "closed the connection without an answer");
		used += (size_t)n;
	}
}

int zabbix_sender_read(const char *answer, size_t size, size_t *refused, struct error *err)
{
	cleanup_json json_t *json = json_loadb(answer, size, 0, NULL);
	size_t processed;

	if (strcmp(zabbix_json_text(json, "response"), "success") != 0)
		return error_set(err, EPROTO, "refused: %.150s",
			json ? zabbix_json_text(json, "info") : "no JSON in the answer");
	if (sscanf(zabbix_json_text(json, "info"), "processed: %zu; failed: %zu", &processed,
		    refused) != 2)
		return error_set(err, EPROTO, "an answer without counts: %.150s",
			zabbix_json_text(json, "info"));
	return 0;
}

static int values_push(
	const char *server, uint16_t port, const json_t *values, size_t *refused, struct error *err)
{
	cleanup_json json_t *request =
		zabbix_json_pack("{s:s, s:O}", "request", "sender data", "data", (json_t *)values);
	cleanup_free char *text = json_dumps(request, JSON_COMPACT);
	size_t size = 0;
	cleanup_free char *frame = zabbix_frame_create(text, &size);
	cleanup_fd int fd = -1;
	int r = server_connect(server, port, &fd, err);

	if (r == 0)
		r = frame_send(fd, frame, size, err);
	return r == 0 ? answer_read(fd, refused, err) : r;
}

int zabbix_sender_push(
	const char *server, uint16_t port, const json_t *values, size_t *refused, struct error *err)
{
	int r = values_push(server, port, values, refused, err);

	return error_wrap(err, r, "%s port %u", server, port);
}
