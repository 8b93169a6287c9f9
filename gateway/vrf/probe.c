// SPDX-License-Identifier: GPL-2.0-or-later
/* One stats request to a proxy: connect, send, receive, each when the loop says so. */
#include "vrf/probe.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "net/netns.h"
#include "vrf/proxy_config.h"
#include "zabbix/frame.h"

/* A proxy's statistics are some kilobytes. */
#define ANSWER_MAX  (256 * 1024)
/*
 * Before the timers that start other probes: the loop handles one event after each look at all that are ready, so
 * that a thousand answers left to wait would be looked at a thousand times.
 */
#define IO_PRIORITY (SD_EVENT_PRIORITY_NORMAL - 1)

struct probe {
	sd_event_source *io, *timer;
	int fd;
	char *request;
	size_t request_size, sent;
	char answer[ANSWER_MAX];
	size_t received;
	bool refused;
	probe_fn done;
	void *data;
};

void probe_cancel(struct probe *probe)
{
	if (!probe)
		return;
	sd_event_source_disable_unref(probe->io);
	sd_event_source_disable_unref(probe->timer);
	if (probe->fd >= 0)
		close(probe->fd);
	free(probe->request);
	free(probe);
}

/* The probe has what the payload is in, and goes first: `done` may start the next one. */
static int probe_finish(struct probe *probe, const char *payload, size_t size, const char *why)
{
	cleanup_free char *answer = payload ? xmemdup(payload, size) : NULL;
	probe_fn done = probe->done;
	bool refused = probe->refused;
	void *data = probe->data;

	probe_cancel(probe);
	done(answer, size, refused, why, data);
	return 0;
}

static int probe_fail(struct probe *probe, const char *why)
{
	return probe_finish(probe, NULL, 0, why);
}

static int probe_send(struct probe *probe)
{
	ssize_t n = send(probe->fd, probe->request + probe->sent, probe->request_size - probe->sent,
		MSG_NOSIGNAL);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	probe->sent += (size_t)n;
	if (probe->sent == probe->request_size)
		sd_event_source_set_io_events(probe->io, EPOLLIN);
	return 0;
}

static int probe_receive(struct probe *probe)
{
	struct error err = ERROR_INIT;
	const char *payload;
	size_t size;
	ssize_t n =
		recv(probe->fd, probe->answer + probe->received, ANSWER_MAX - probe->received, 0);
	int r;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n <= 0)
		return probe_fail(probe,
			n == 0 ? "the proxy closed the stats request without an answer"
			       : strerror(errno));
	probe->received += (size_t)n;
	r = zabbix_frame_parse(probe->answer, probe->received, &payload, &size, &err);
	if (r == 0 && probe->received == ANSWER_MAX)
		return probe_fail(probe, "the proxy's statistics are too long");
	if (r == 0)
		return 0;
	return r < 0 ? probe_fail(probe, err.text) : probe_finish(probe, payload, size, "");
}

static int probe_on_io(sd_event_source *source, int fd, uint32_t events, void *data)
{
	struct probe *probe = data;
	int code = 0;
	socklen_t size = sizeof(code);

	(void)source;
	(void)events;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &code, &size) == 0 && code != 0) {
		probe->refused = code == ECONNREFUSED;
		return probe_fail(
			probe, probe->refused ? "the proxy does not listen" : strerror(code));
	}
	if (probe->sent == probe->request_size)
		return probe_receive(probe);
	code = probe_send(probe);
	return code < 0 ? probe_fail(probe, strerror(-code)) : 0;
}

static int probe_on_timeout(sd_event_source *source, uint64_t usec, void *data)
{
	(void)source;
	(void)usec;
	return probe_fail(data, "no answer to the stats request");
}

/* A socket that was born in the namespace stays there; the supervisor does not. */
static int socket_in_netns(const char *netns, struct error *err)
{
	cleanup_fd int netns_fd = netns_open(netns, err);
	int back, fd, code;

	if (netns_fd < 0)
		return netns_fd;
	if (netns_enter(netns_fd, &back, err) < 0)
		return -err->code;
	fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	code = errno;
	netns_leave(&back);
	return fd < 0 ? error_set_errno(err, code, "cannot make a socket") : fd;
}

static int probe_connect(struct probe *probe, struct error *err)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_port = htons(PROXY_PORT),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	if (connect(probe->fd, (struct sockaddr *)&address, sizeof(address)) < 0 &&
		errno != EINPROGRESS)
		return error_set_errno(err, errno, "cannot connect to the proxy");
	return 0;
}

int probe_start(struct sd_event *event, const char *netns, const char *request, uint64_t timeout_ms,
	probe_fn done, void *data, struct probe **probe, struct error *err)
{
	struct probe *p = xcalloc(1, sizeof(*p));
	int r;

	p->done = done;
	p->data = data;
	p->request = zabbix_frame_create(request, &p->request_size);
	p->fd = socket_in_netns(netns, err);
	r = p->fd < 0 ? p->fd : probe_connect(p, err);
	if (r == 0)
		r = sd_event_add_io(event, &p->io, p->fd, EPOLLOUT, probe_on_io, p);
	if (r >= 0)
		r = sd_event_source_set_priority(p->io, IO_PRIORITY);
	if (r >= 0)
		r = sd_event_add_time_relative(event, &p->timer, CLOCK_MONOTONIC, timeout_ms * 1000,
			0, probe_on_timeout, p);
	if (r < 0) {
		probe_cancel(p);
		return r;
	}
	*probe = p;
	return 0;
}
