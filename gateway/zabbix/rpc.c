// SPDX-License-Identifier: GPL-2.0-or-later
/* JSON-RPC 2.0 requests and answers. */
#include "zabbix/rpc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "zabbix/json.h"

/* A thousand VRFs with two hosts each are some 150,000. At this limit, empty objects take 230 MB when
 * they are parsed; within the limit of bytes there could be three times as many. */
#define VALUES_MAX 2000000

/* How the API words the errors that mean something to us; all else is about the one call. */
static const struct {
	const char *start;
	int code;
} known_errors[] = {
	{ "Session terminated", ZABBIX_RPC_SESSION_LOST },
	{ "Not authori", ZABBIX_RPC_SESSION_LOST }, /* "sed" in 6.0, "zed" in others */
	{ "API token expired", ZABBIX_RPC_SESSION_LOST },
	{ "No permissions to call", EACCES },
	{ "You do not have permission to perform this operation", EACCES },
};

bool zabbix_rpc_is_pending(const struct zabbix_call *call)
{
	return !call->result && call->error.code == 0;
}

static json_t *call_request(const struct zabbix_call *call, size_t id, const char *auth)
{
	json_t *request = zabbix_json_pack("{s:s, s:s, s:O, s:I}", "jsonrpc", "2.0", "method",
		call->method, "params", call->params, "id", (json_int_t)id);

	if (auth)
		json_object_set_new(request, "auth", zabbix_json_string(auth));
	return request;
}

char *zabbix_rpc_request(const struct zabbix_call *calls, size_t count, const char *auth)
{
	cleanup_json json_t *all = zabbix_json_pack("[]");
	char *text;

	for (size_t i = 0; i < count; i++)
		if (zabbix_rpc_is_pending(&calls[i]))
			json_array_append_new(all, call_request(&calls[i], i, auth));
	text = json_dumps(json_array_size(all) == 1 ? json_array_get(all, 0) : all, JSON_COMPACT);
	if (!text)
		abort();
	return text;
}

/* An error object's words: data says what happened, message only of which class it is. */
static const char *error_words(const json_t *error)
{
	const char *data = zabbix_json_text(error, "data");
	const char *message = zabbix_json_text(error, "message");

	return *data ? data : *message ? message : "an error without a text";
}

static int words_code(const char *words)
{
	for (size_t i = 0; i < sizeof(known_errors) / sizeof(known_errors[0]); i++)
		if (strncmp(words, known_errors[i].start, strlen(known_errors[i].start)) == 0)
			return known_errors[i].code;
	return EREMOTEIO;
}

static void call_fail(struct zabbix_call *call, const json_t *error)
{
	const char *words = error_words(error);

	error_set(&call->error, words_code(words), "%s: %s", call->method, words);
}

static int no_rpc(struct error *err)
{
	return error_set(err, EPROTO,
		"answered JSON that is no JSON-RPC: is this the path of api_jsonrpc.php?");
}

static int call_read(
	const json_t *answer, struct zabbix_call *calls, size_t count, struct error *err)
{
	json_t *id = json_object_get(answer, "id");
	json_t *result = json_object_get(answer, "result");
	json_t *error = json_object_get(answer, "error");
	json_int_t index = json_is_integer(id) ? json_integer_value(id) : -1;

	if (!json_object_get(answer, "jsonrpc") || index < 0 || (size_t)index >= count ||
		!zabbix_rpc_is_pending(&calls[index]))
		return no_rpc(err);
	if (json_is_object(error))
		call_fail(&calls[index], error);
	else if (result)
		calls[index].result = json_incref(result);
	else
		return no_rpc(err);
	return 0;
}

/* An error for the request as a whole: code 1 is the frontend's own failure (no database), a
 * negative one with id null a request that it could not read. */
static bool is_failure_of_all(const json_t *answer)
{
	const json_t *error = json_object_get(answer, "error");

	return json_is_object(error) &&
		(json_integer_value(json_object_get(error, "code")) > 0 ||
			json_is_null(json_object_get(answer, "id")));
}

static size_t pending_count(const struct zabbix_call *calls, size_t count)
{
	size_t pending = 0;

	for (size_t i = 0; i < count; i++)
		pending += zabbix_rpc_is_pending(&calls[i]);
	return pending;
}

/* Counted without parsing, so some of a text within a value are counted too. */
static bool has_too_many_values(const char *text, size_t size)
{
	size_t values = 0;

	for (size_t i = 0; i < size; i++)
		values += text[i] == ',' || text[i] == '{' || text[i] == '[';
	return values > VALUES_MAX;
}

int zabbix_rpc_read(
	const char *text, size_t size, struct zabbix_call *calls, size_t count, struct error *err)
{
	json_error_t why;
	cleanup_json json_t *answer = NULL;
	int r = 0;

	if (has_too_many_values(text, size))
		return error_set(err, EFBIG, "the answer has more than %d JSON values", VALUES_MAX);
	answer = json_loadb(text, size, 0, &why);
	if (!answer)
		return error_set(
			err, EPROTO, "answered invalid JSON: line %d: %.150s", why.line, why.text);
	if (is_failure_of_all(answer))
		return error_set(err, EPROTO, "the frontend failed: %s",
			error_words(json_object_get(answer, "error")));
	if (json_is_object(answer))
		r = call_read(answer, calls, count, err);
	for (size_t i = 0; r == 0 && i < json_array_size(answer); i++)
		r = call_read(json_array_get(answer, i), calls, count, err);
	if (r == 0 && pending_count(calls, count) > 0)
		r = no_rpc(err);
	return r;
}
