// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A logged-in client of the Zabbix API: JSON-RPC 2.0 over libcurl. Blocks (with time limits); used
 * only by the reporter and by commands, never in the supervisor's loop.
 *
 * Errors: -ECONNREFUSED, -ETIMEDOUT, -EHOSTUNREACH, -EIO... the server cannot be reached
 * ("unreachable"); -EACCES the server does not let us in or do that ("denied"); -EPROTO an answer
 * that is no JSON-RPC (500, empty, HTML, a redirect); -EREMOTEIO an API error, with its message and
 * data as text. zabbix_api_error_is_denied() and ..._is_unreachable() tell them apart.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "base/error.h"

struct zabbix_api;

struct zabbix_login {
	const char *url;
	const char *ca_file; /* "" : the system's */
	const char *token;   /* NULL: user and password */
	const char *user;
	const char *password;
};

struct zabbix_version {
	unsigned major, minor; /* 6.0 */
	char text[32];         /* "6.0.14" */
};

/* Asks apiinfo.version, then logs in. */
int zabbix_api_create(const struct zabbix_login *login, struct zabbix_api **api, struct error *err);

/* Logs out (a session of user and password) and frees. */
void zabbix_api_destroy(struct zabbix_api *api);

const struct zabbix_version *zabbix_api_version(const struct zabbix_api *api);

/* One call. Takes params over; *result (may be NULL) is the caller's to json_decref(). */
int zabbix_api_call(struct zabbix_api *api, const char *method, json_t *params, json_t **result,
	struct error *err);

bool zabbix_api_error_is_denied(const struct error *err);
bool zabbix_api_error_is_unreachable(const struct error *err);
