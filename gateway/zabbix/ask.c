// SPDX-License-Identifier: GPL-2.0-or-later
/* One question to a Zabbix process. */
#include "zabbix/ask.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "zabbix/frame.h"

#define ANSWER_MAX (256 * 1024)

static int fault_set(struct error *err, ssize_t n)
{
	if (n == 0)
		return error_set(err, EPIPE, "it closed without an answer");
	if (errno == EAGAIN)
		return error_set(err, ETIMEDOUT, "no answer in time");
	return error_set_errno(err, errno, "the connection failed");
}

static int frame_send(int fd, const char *json, struct error *err)
{
	size_t size, sent = 0;
	cleanup_free char *frame = zabbix_frame_create(json, &size);

	while (sent < size) {
		ssize_t n = send(fd, frame + sent, size - sent, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return fault_set(err, n);
		sent += (size_t)n;
	}
	return 0;
}

int zabbix_ask_stats(int fd, struct zabbix_stats *stats, struct error *err)
{
	cleanup_free char *answer = xcalloc(1, ANSWER_MAX);
	const char *payload = NULL;
	size_t used = 0, size = 0;
	int r = frame_send(fd, ZABBIX_STATS_REQUEST, err);

	while (r == 0 && used < ANSWER_MAX) {
		ssize_t n = recv(fd, answer + used, ANSWER_MAX - used, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return fault_set(err, n);
		used += (size_t)n;
		r = zabbix_frame_parse(answer, used, &payload, &size, err);
	}
	if (r == 0)
		return error_set(err, EMSGSIZE, "its statistics are too long");
	return payload ? zabbix_stats_parse(payload, size, stats, err) : r;
}
