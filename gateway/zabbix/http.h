// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * POST of a JSON text to one URL over a connection that is kept: what the API client stands on.
 * Redirects are not followed: they would carry the login elsewhere. TLS is verified. An HTTP proxy
 * is used where the environment names one (https_proxy, no_proxy: libcurl's own rules).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct zabbix_http;

struct zabbix_http_limits {
	long connect_ms;
	long total_ms;
	size_t answer_bytes;
};

extern const struct zabbix_http_limits zabbix_http_default_limits;

/* Asked about once a second while a request waits, told for how long it has; true ends it with
 * -ECANCELED. */
typedef bool zabbix_http_cancelled_fn(void *arg, uint64_t waited_ms);

/* ca_file "" : the system's certificates. */
int zabbix_http_create(const char *url, const char *ca_file,
	const struct zabbix_http_limits *limits, struct zabbix_http **http, struct error *err);
void zabbix_http_destroy(struct zabbix_http *http);

void zabbix_http_set_limits(struct zabbix_http *http, const struct zabbix_http_limits *limits);
void zabbix_http_set_cancelled(struct zabbix_http *http, zabbix_http_cancelled_fn *fn, void *arg);

/* The URL for messages: without user and password. */
const char *zabbix_http_url(const struct zabbix_http *http);

/* Whether the URL has a user for the web server, which goes as "Authorization: Basic": no bearer can go with it. */
bool zabbix_http_has_login(const struct zabbix_http *http);

/* The addresses of both ends of the last connection; "" where there was none. */
struct zabbix_ends {
	char ours[46], theirs[46]; /* INET6_ADDRSTRLEN */
};

void zabbix_http_ends(const struct zabbix_http *http, struct zabbix_ends *ends);

/*
 * Sends `body`, with "Authorization: Bearer" where bearer is not NULL. Returns 0 and the answer's
 * body (the caller frees it; NUL-terminated) when the status is 200 and there is one that may be
 * JSON. The errors are those of zabbix/api.h, their text begins with the URL.
 */
int zabbix_http_post(struct zabbix_http *http, const char *body, const char *bearer, char **answer,
	size_t *size, struct error *err);
