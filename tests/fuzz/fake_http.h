// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Stands before the library's own HTTP (zabbix/http.h), so that no socket is needed: each request is
 * answered by the next line of the input. A line that is a JSON text is the result of each call of the
 * request; one that begins with '!' is, without it, the whole answer. After the last line nothing is
 * there to be reached any more.
 */
#pragma once

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>

#include "base/json.h"
#include "fuzz.h"
#include "zabbix/api.h"
#include "zabbix/http.h"

static struct {
	const char *at, *end;
} fake_input;

const struct zabbix_http_limits zabbix_http_default_limits = { 0 };

int zabbix_http_create(const char *url, const char *ca_file,
	const struct zabbix_http_limits *limits, struct zabbix_http **http, struct error *err)
{
	(void)url, (void)ca_file, (void)limits, (void)err;
	*http = NULL;
	return 0;
}

void zabbix_http_destroy(struct zabbix_http *http)
{
	(void)http;
}

void zabbix_http_set_limits(struct zabbix_http *http, const struct zabbix_http_limits *limits)
{
	(void)http, (void)limits;
}

void zabbix_http_set_cancelled(struct zabbix_http *http, zabbix_http_cancelled_fn *fn, void *arg)
{
	(void)http, (void)fn, (void)arg;
}

bool zabbix_http_has_login(const struct zabbix_http *http)
{
	(void)http;
	return false;
}

const char *zabbix_http_url(const struct zabbix_http *http)
{
	(void)http;
	return "http://zabbix.invalid/";
}

void zabbix_http_ends(const struct zabbix_http *http, struct zabbix_ends *ends)
{
	(void)http;
	*ends = (struct zabbix_ends){ 0 };
}

static void fake_answer_one(json_t *call, json_t *result)
{
	json_object_del(call, "params");
	json_object_set(call, "result", result);
}

/* The request itself, its parameters made results. */
static char *fake_answer(const char *body, json_t *result)
{
	cleanup_json json_t *calls = json_loads(body, 0, NULL);
	json_t *call;
	size_t i;

	if (json_is_object(calls))
		fake_answer_one(calls, result);
	json_array_foreach (calls, i, call)
		fake_answer_one(call, result);
	return json_dumps(calls, JSON_COMPACT);
}

int zabbix_http_post(struct zabbix_http *http, const char *body, const char *bearer, char **answer,
	size_t *size, struct error *err)
{
	size_t left = (size_t)(fake_input.end - fake_input.at);
	const char *line = fake_input.at, *newline = left ? memchr(line, '\n', left) : NULL;
	size_t length = newline ? (size_t)(newline - line) : left;
	cleanup_json json_t *result = json_loadb(line, length, JSON_DECODE_ANY, NULL);

	(void)http, (void)bearer;
	if (left == 0)
		return error_set(err, ECONNREFUSED, "no more input");
	fake_input.at += newline ? length + 1 : length;
	if (result)
		*answer = fake_answer(body, result);
	else if (*line == '!')
		*answer = xstrndup(line + 1, length - 1);
	else
		return error_set(err, EPROTO, "no JSON");
	*size = strlen(*answer);
	return 0;
}

/* A client whose version and first call are answered by the first lines; NULL where they do not do. */
static inline struct zabbix_api *fake_api(const uint8_t *data, size_t size)
{
	const struct zabbix_login login = { .url = "", .ca_file = "", .token = "token" };
	struct error err = ERROR_INIT;
	struct zabbix_api *api;

	fake_input.at = (const char *)data;
	fake_input.end = fake_input.at + size;
	return zabbix_api_create(&login, &api, &err) < 0 ? NULL : api;
}
