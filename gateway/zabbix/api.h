// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A logged-in client of the Zabbix API: JSON-RPC 2.0 over libcurl. Blocks (with time limits); used
 * only by the reporter and by commands, never in the supervisor's loop.
 *
 * Errors, as a state to show:
 *	denied		-EACCES: the server does not let us in or do that
 *	unreachable	-ECONNREFUSED, -ETIMEDOUT, -EHOSTUNREACH, -ECONNRESET, -EIO (TLS)...: no
 *			connection; -EPROTO: an answer that is no JSON-RPC (500, empty, HTML, a
 *			redirect), or the frontend has no database; -EFBIG: an answer of more than 16
 *			MiB; -EMSGSIZE, -EBUSY: the web server takes no request so large (413), no
 *			more of them now (429); -EPROTONOSUPPORT: a version that we do not speak
 * and -EREMOTEIO, an API error about one call, with its text: neither of the two. The text of the
 * others begins with the URL. Secrets are in none.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct zabbix_api;
struct zabbix_words;

struct zabbix_login {
	const char *url;
	const char *ca_file; /* "" : the system's */
	const char *token;   /* NULL: user and password */
	const char *user;
	const char *password;
	/* May be NULL. Asked before each request, and about once a second while it waits, told for how
	 * long it has; true ends the call, -ECANCELED. A write that is under way is seen through all
	 * the same: the server would carry it out, and who reads next must not meet it half done. */
	bool (*cancelled)(void *arg, uint64_t waited_ms);
	void *cancelled_arg;
};

struct zabbix_version {
	unsigned major, minor; /* 6.0 */
	char text[32];         /* "6.0.14" */
};

/* One call of a batch. */
struct zabbix_call {
	const char *method;
	json_t *params;     /* taken over by zabbix_api_call_batch() */
	json_t *result;     /* the caller's to json_decref(); NULL where it failed */
	struct error error; /* why; code 0 where it did not */
};

/* Asks apiinfo.version, logs in, and makes sure that the login is good. */
int zabbix_api_create(const struct zabbix_login *login, struct zabbix_api **api, struct error *err);

/* Logs out (a session of user and password) and frees. NULL is allowed. */
void zabbix_api_destroy(struct zabbix_api *api);

const struct zabbix_version *zabbix_api_version(const struct zabbix_api *api);

/* The words of that version: zabbix/version.h. */
const struct zabbix_words *zabbix_api_words(const struct zabbix_api *api);

/* The URL for messages: without user and password. */
const char *zabbix_api_url(const struct zabbix_api *api);

/* What its operator should know of how the login gets there, though it does; NULL: nothing. */
const char *zabbix_api_hint(const struct zabbix_api *api);

/* The addresses of both ends of our connection: zabbix/http.h. */
struct zabbix_ends;
void zabbix_api_ends(const struct zabbix_api *api, struct zabbix_ends *ends);

/* How many HTTP requests were sent so far. */
size_t zabbix_api_requests(const struct zabbix_api *api);

/* One call. Takes params over; *result (result may be NULL) is the caller's to json_decref(). A
 * session that was lost is made anew once. */
int zabbix_api_call(struct zabbix_api *api, const char *method, json_t *params, json_t **result,
	struct error *err);

/*
 * Several calls in one request. Returns 0 when each was answered, with a result or an error of its
 * own; else an error as above, and some may have been carried out all the same.
 */
int zabbix_api_call_batch(
	struct zabbix_api *api, struct zabbix_call *calls, size_t count, struct error *err);

bool zabbix_api_error_is_denied(const struct error *err);
bool zabbix_api_error_is_unreachable(const struct error *err);
