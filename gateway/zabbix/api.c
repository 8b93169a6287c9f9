// SPDX-License-Identifier: GPL-2.0-or-later
/* The logged-in client: version first, then the login as that version wants it, then calls. */
#include "zabbix/api.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "base/secret.h"
#include "zabbix/http.h"
#include "zabbix/json.h"
#include "zabbix/rpc.h"
#include "zabbix/version.h"

struct zabbix_api {
	struct zabbix_http *http;
	struct zabbix_version version;
	const struct zabbix_words *words;
	char *user;        /* NULL: a token is used */
	char *password;    /* kept for a session that is lost */
	char *auth;        /* the token, or the session's; NULL: not logged in */
	bool reachable;    /* the last request was answered */
	bool writing;      /* the request under way changes something */
	bool in_body;      /* the login goes in the body though this version has a header for it */
	bool header_works; /* it has been taken from the header once */
	char *hint;        /* why it goes in the body; NULL: it does not, or needs no word */
	zabbix_http_cancelled_fn *cancelled;
	void *cancelled_arg;
	size_t requests;
};

static const struct zabbix_http_limits logout_limits = {
	.connect_ms = 1000,
	.total_ms = 2000,
	.answer_bytes = 65536,
};

static void cleanup_api_destroy(struct zabbix_api **api)
{
	zabbix_api_destroy(*api);
}

static bool request_is_cancelled(void *arg, uint64_t waited_ms)
{
	const struct zabbix_api *api = arg;

	return api->cancelled && api->cancelled(api->cancelled_arg, waited_ms) && !api->writing;
}

static bool is_write(const char *method)
{
	static const char *const reads[] = { ".get", ".version", ".login", ".logout",
		".importcompare" };
	const char *verb = strchr(method, '.');

	for (size_t i = 0; verb && i < sizeof(reads) / sizeof(reads[0]); i++)
		if (strcmp(verb, reads[i]) == 0)
			return false;
	return true;
}

static bool header_is_used(const struct zabbix_api *api)
{
	return api->words->auth_in_header && !api->in_body;
}

/* Sends the pending calls; each gets its result or error. */
static int calls_post(struct zabbix_api *api, struct zabbix_call *calls, size_t count,
	const char *auth, struct error *err)
{
	bool in_header = auth && header_is_used(api);
	cleanup(secret_free) char *request =
		zabbix_rpc_request(calls, count, in_header ? NULL : auth);
	cleanup_free char *answer = NULL;
	size_t size = 0;
	int r;

	if (request_is_cancelled(api, 0))
		return error_set(err, ECANCELED, "%s: given up", zabbix_http_url(api->http));
	for (size_t i = 0; i < count; i++)
		api->writing |= is_write(calls[i].method);
	api->requests++;
	r = zabbix_http_post(api->http, request, in_header ? auth : NULL, &answer, &size, err);
	api->reachable = r == 0;
	api->writing = false;
	if (r < 0)
		return r;
	r = zabbix_rpc_read(answer, size, calls, count, err);
	return error_wrap(err, r, "%s", zabbix_http_url(api->http));
}

/* Makes the calls that met the end of their session pending again (true where there was one). */
static bool lost_reset(struct zabbix_call *calls, size_t count)
{
	bool lost = false;

	for (size_t i = 0; i < count; i++) {
		if (calls[i].error.code != ZABBIX_RPC_SESSION_LOST)
			continue;
		error_clear(&calls[i].error);
		lost = true;
	}
	return lost;
}

static bool has_lost(const struct zabbix_call *calls, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (calls[i].error.code == ZABBIX_RPC_SESSION_LOST)
			return true;
	return false;
}

/* Up to 7.0 the body is read as well. Source: Zabbix manual, "Authorization methods"; removed in 7.2. */
static bool body_is_read(const struct zabbix_api *api)
{
	return api->version.major < 7 || (api->version.major == 7 && api->version.minor < 2);
}

/*
 * A web server that passes no Authorization header on (Apache with CGI does not), or takes it for its own: the login
 * is tried once in the body. None of the calls was carried out.
 */
static int calls_send_in_body(
	struct zabbix_api *api, struct zabbix_call *calls, size_t count, struct error *err)
{
	int r;

	lost_reset(calls, count);
	error_clear(err);
	api->in_body = true;
	r = calls_post(api, calls, count, api->auth, err);
	if (r == 0 && !has_lost(calls, count))
		api->hint = xasprintf(
			"%s: the web server does not pass the header Authorization on, so the login goes in the body, which Zabbix 7.2 does not read any more: see 'CGIPassAuth On' of Apache, or what rules it has for that header",
			zabbix_http_url(api->http));
	else
		api->in_body = false;
	return r;
}

static int calls_send(struct zabbix_api *api, struct zabbix_call *calls, size_t count,
	const char *auth, struct error *err)
{
	struct error own = ERROR_INIT;
	int r = calls_post(api, calls, count, auth, err ? err : (err = &own));
	bool in_header = auth && header_is_used(api);
	bool refused = r == 0 ? has_lost(calls, count) : r == -EACCES && !api->reachable;

	if (in_header && refused && !api->header_works && body_is_read(api))
		return calls_send_in_body(api, calls, count, err);
	api->header_works |= in_header && r == 0 && !refused;
	return r;
}

/* A single call with that login or (NULL) none; no second try. */
static int call_once(struct zabbix_api *api, const char *auth, const char *method, json_t *params,
	json_t **result, struct error *err)
{
	struct zabbix_call call = { .method = method, .params = params };
	int r = calls_send(api, &call, 1, auth, err);

	json_decref(params);
	if (r == 0 && call.error.code) {
		if (err)
			*err = call.error;
		return -call.error.code;
	}
	if (r < 0 || !result)
		json_decref(call.result);
	else
		*result = call.result;
	return r;
}

static int version_ask(struct zabbix_api *api, struct error *err)
{
	cleanup_json json_t *result = NULL;
	const char *url = zabbix_http_url(api->http);
	int r = call_once(api, NULL, "apiinfo.version", json_array(), &result, err);

	if (r == 0)
		r = zabbix_version_parse(json_is_string(result) ? json_string_value(result) : "",
			&api->version, err);
	if (r < 0)
		return r == -EREMOTEIO || result ? error_wrap(err, r, "%s", url) : r;
	api->words = zabbix_version_words(&api->version);
	if (!api->words)
		return error_set(err, EPROTONOSUPPORT,
			"%s: Zabbix %s is not supported; these versions are: %s", url,
			api->version.text, zabbix_version_supported());
	return 0;
}

/* What cannot be told from a login that is no good. */
static const char *header_hint(const struct zabbix_api *api)
{
	return header_is_used(api) && !api->header_works && !body_is_read(api)
		? "; or does the web server not pass the header Authorization on (Apache: CGIPassAuth On)?"
		: "";
}

/* A refused login: the API gives many reasons, for us they are all "denied". */
static int login_refused(struct zabbix_api *api, const char *what, struct error *err)
{
	if (err)
		err->code = EACCES;
	return error_wrap(err, -EACCES, "%s: %s was refused", zabbix_http_url(api->http), what);
}

static bool is_refusal(int r)
{
	return r == -EREMOTEIO || r == -EACCES || r == -ZABBIX_RPC_SESSION_LOST;
}

static int session_open(struct zabbix_api *api, struct error *err)
{
	cleanup_free char *what = xasprintf("login of user '%s' with its password", api->user);
	cleanup_json json_t *result = NULL;
	int r;

	secret_free(&api->auth);
	r = call_once(api, NULL, "user.login",
		zabbix_json_pack("{s:o, s:o}", "username", zabbix_json_string(api->user),
			"password", zabbix_json_string(api->password)),
		&result, err);
	/* An -EACCES of HTTP (401, 403) has the URL in its text already. */
	if (is_refusal(r) && api->reachable)
		return login_refused(api, what, err);
	if (r < 0)
		return r;
	if (!json_is_string(result))
		return error_set(
			err, EPROTO, "%s: user.login gave no session", zabbix_http_url(api->http));
	api->auth = xstrdup(json_string_value(result));
	return 0;
}

/* A token opens nothing, so the first call with it would meet the refusal: make one. */
static int token_try(struct zabbix_api *api, struct error *err)
{
	int r = call_once(api, api->auth, "hostgroup.get",
		zabbix_json_pack("{s:[s], s:i}", "output", "groupid", "limit", 1), NULL, err);

	cleanup_free char *what = xasprintf("the API token%s", header_hint(api));

	return is_refusal(r) && api->reachable ? login_refused(api, what, err) : r;
}

/* The web server's own login, in the URL, takes the header: Zabbix' own then needs the body. */
static int web_login_judge(struct zabbix_api *api, struct error *err)
{
	if (!zabbix_http_has_login(api->http) || !api->words->auth_in_header)
		return 0;
	api->in_body = body_is_read(api);
	return api->in_body
		? 0
		: error_set(err, EACCES,
			  "%s: zabbix.url has a login of the web server, and Zabbix %s reads its own only from the same header; expected a web server that asks vrfgate for none",
			  zabbix_http_url(api->http), api->version.text);
}

int zabbix_api_create(const struct zabbix_login *login, struct zabbix_api **api, struct error *err)
{
	cleanup(cleanup_api_destroy) struct zabbix_api *made = xcalloc(1, sizeof(*made));
	int r = zabbix_http_create(
		login->url, login->ca_file, &zabbix_http_default_limits, &made->http, err);

	if (r < 0)
		return r;
	if (!login->token && (!login->user || !login->password))
		return error_set(err, EACCES, "%s: no token, and no user with a password",
			zabbix_http_url(made->http));
	made->cancelled = login->cancelled;
	made->cancelled_arg = login->cancelled_arg;
	zabbix_http_set_cancelled(made->http, request_is_cancelled, made);
	r = version_ask(made, err);
	if (r == 0)
		r = web_login_judge(made, err);
	if (r < 0)
		return r;
	if (login->token) {
		made->auth = xstrdup(login->token);
		r = token_try(made, err);
	} else {
		made->user = xstrdup(login->user);
		made->password = xstrdup(login->password);
		r = session_open(made, err);
	}
	if (r < 0)
		return r;
	*api = steal_ptr(&made);
	return 0;
}

static void session_close(struct zabbix_api *api)
{
	/* Best effort: an abandoned session ends by itself. */
	if (!api->user || !api->auth || !api->reachable)
		return;
	zabbix_http_set_limits(api->http, &logout_limits);
	api->cancelled = NULL;
	(void)call_once(api, api->auth, "user.logout", json_array(), NULL, NULL);
}

void zabbix_api_destroy(struct zabbix_api *api)
{
	if (!api)
		return;
	session_close(api);
	zabbix_http_destroy(api->http);
	secret_free(&api->auth);
	secret_free(&api->password);
	free(api->user);
	free(api->hint);
	free(api);
}

const struct zabbix_version *zabbix_api_version(const struct zabbix_api *api)
{
	return &api->version;
}

const struct zabbix_words *zabbix_api_words(const struct zabbix_api *api)
{
	return api->words;
}

const char *zabbix_api_url(const struct zabbix_api *api)
{
	return zabbix_http_url(api->http);
}

const char *zabbix_api_hint(const struct zabbix_api *api)
{
	return api->hint;
}

void zabbix_api_ends(const struct zabbix_api *api, struct zabbix_ends *ends)
{
	zabbix_http_ends(api->http, ends);
}

size_t zabbix_api_requests(const struct zabbix_api *api)
{
	return api->requests;
}

/* Sends; where a session was lost, logs in again and sends the rest, once. */
static int calls_carry_through(
	struct zabbix_api *api, struct zabbix_call *calls, size_t count, struct error *err)
{
	int r = calls_send(api, calls, count, api->auth, err);

	if (r < 0 || !lost_reset(calls, count))
		return r;
	r = api->user ? session_open(api, err) : token_try(api, err);
	if (r == 0)
		r = calls_send(api, calls, count, api->auth, err);
	if (r == 0 && lost_reset(calls, count))
		return error_set(err, EACCES, "%s: the session ends as soon as it is opened%s",
			zabbix_http_url(api->http), header_hint(api));
	return r;
}

int zabbix_api_call_batch(
	struct zabbix_api *api, struct zabbix_call *calls, size_t count, struct error *err)
{
	int r;

	for (size_t i = 0; i < count; i++) {
		calls[i].result = NULL;
		calls[i].error = (struct error)ERROR_INIT;
	}
	r = count > 0 ? calls_carry_through(api, calls, count, err) : 0;
	for (size_t i = 0; i < count; i++) {
		json_decref(steal_ptr(&calls[i].params));
		if (r < 0)
			json_decref(steal_ptr(&calls[i].result));
	}
	return r;
}

int zabbix_api_call(struct zabbix_api *api, const char *method, json_t *params, json_t **result,
	struct error *err)
{
	struct zabbix_call call = { .method = method, .params = params };
	int r = zabbix_api_call_batch(api, &call, 1, err);

	if (r == 0 && call.error.code) {
		if (err)
			*err = call.error;
		return -call.error.code;
	}
	if (r == 0 && result)
		*result = steal_ptr(&call.result);
	json_decref(call.result);
	return r;
}

bool zabbix_api_error_is_denied(const struct error *err)
{
	return err->code == EACCES;
}

bool zabbix_api_error_is_unreachable(const struct error *err)
{
	return err->code != 0 && err->code != EACCES && err->code != EREMOTEIO;
}
