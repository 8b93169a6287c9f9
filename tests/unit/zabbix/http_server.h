// SPDX-License-Identifier: GPL-2.0-or-later
/* A tiny HTTP server in a child process; what it answers is the test's function. */
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/memory.h"

/* Returns the raw answer (freed by the server), NULL to close without one. */
typedef char *http_answer_fn(const char *headers, const char *body, void *arg);

struct http_server {
	pid_t pid;
	char url[64];
};

/* An answer as a web server writes it. */
static inline char *http_answer(const char *status, const char *headers, const char *body)
{
	return xasprintf("HTTP/1.1 %s\r\n%sContent-Length: %zu\r\n\r\n%s", status, headers,
		strlen(body), body);
}

/* Reads one request into `text`; false at the end of the connection. */
static inline bool http_request_read(int fd, char **text, size_t *headers_size)
{
	size_t used = 0, wanted = 0;

	free(*text);
	*text = xcalloc(1, 1);
	while (wanted == 0 || used < wanted) {
		char part[65536], *end, *length;
		ssize_t n = read(fd, part, sizeof(part));

		if (n <= 0)
			return false;
		*text = xreallocarray(*text, used + (size_t)n + 1, 1);
		memcpy(*text + used, part, (size_t)n);
		used += (size_t)n;
		(*text)[used] = '\0';
		end = strstr(*text, "\r\n\r\n");
		length = strcasestr(*text, "Content-Length:");
		if (wanted == 0 && end) {
			*headers_size = (size_t)(end - *text) + 4;
			wanted = *headers_size + (length ? strtoul(length + 15, NULL, 10) : 0);
		}
	}
	return true;
}

static inline void http_connection_serve(int fd, http_answer_fn *answer, void *arg)
{
	cleanup_free char *text = NULL;
	size_t headers_size = 0;

	while (http_request_read(fd, &text, &headers_size)) {
		cleanup_free char *headers = xstrndup(text, headers_size);
		cleanup_free char *got = answer(headers, text + headers_size, arg);

		if (!got || send(fd, got, strlen(got), MSG_NOSIGNAL) < 0)
			return;
	}
}

static inline void http_server_start(struct http_server *server, http_answer_fn *answer, void *arg)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t length = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	/* The machine's own HTTP proxy, if any, is none of a test's business. */
	setenv("no_proxy", "*", 1);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(listener, (struct sockaddr *)&address, sizeof(address)) < 0 ||
		listen(listener, 8) < 0 ||
		getsockname(listener, (struct sockaddr *)&address, &length) < 0)
		abort();
	snprintf(server->url, sizeof(server->url), "http://127.0.0.1:%u/api_jsonrpc.php",
		ntohs(address.sin_port));
	server->pid = fork();
	if (server->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;) {
			int fd = accept(listener, NULL, NULL);

			http_connection_serve(fd, answer, arg);
			close(fd);
		}
	}
	close(listener);
}

static inline void http_server_stop(struct http_server *server)
{
	if (server->pid <= 0)
		return;
	kill(server->pid, SIGKILL);
	waitpid(server->pid, NULL, 0);
	server->pid = 0;
}

#define cleanup_http_server cleanup(http_server_stop)
