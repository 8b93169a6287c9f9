// SPDX-License-Identifier: GPL-2.0-or-later
/* POST over libcurl, every way it can fail told in one line. */
#include "zabbix/http.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/secret.h"

struct zabbix_http {
	CURL *curl;
	char *url;   /* as configured, maybe with user and password: never shown */
	char *shown; /* without them */
	struct zabbix_http_limits limits;
	zabbix_http_cancelled_fn *cancelled;
	void *cancelled_arg;
	uint64_t begun_ms; /* the request that is under way */
};

struct answer {
	char *data;
	size_t size, max;
	bool too_large;
};

const struct zabbix_http_limits zabbix_http_default_limits = {
	.connect_ms = 10 * 1000,
	.total_ms = 120 * 1000, /* an import of many templates takes its time */
	.answer_bytes = 16 * 1024 * 1024,
};

static void cleanup_slist_free(struct curl_slist **list)
{
	curl_slist_free_all(*list);
}

static void cleanup_url_free(CURLU **url)
{
	curl_url_cleanup(*url);
}

static size_t answer_append(char *data, size_t size, size_t count, void *arg)
{
	struct answer *answer = arg;
	size_t length = size * count;

	if (length > answer->max - answer->size) {
		answer->too_large = true;
		return 0;
	}
	answer->data = xreallocarray(answer->data, answer->size + length + 1, 1);
	memcpy(answer->data + answer->size, data, length);
	answer->size += length;
	answer->data[answer->size] = '\0';
	return length;
}

static int progress_judge(
	void *arg, curl_off_t to_get, curl_off_t got, curl_off_t to_send, curl_off_t sent)
{
	const struct zabbix_http *http = arg;

	(void)to_get, (void)got, (void)to_send, (void)sent;
	return http->cancelled &&
		http->cancelled(http->cancelled_arg, clock_now_ms() - http->begun_ms);
}

/* The URL without user and password; NULL where it is none of http or https. */
static char *url_shown(const char *text)
{
	cleanup(cleanup_url_free) CURLU *url = curl_url();
	char *scheme = NULL, *shown = NULL, *copy = NULL;

	if (!url || curl_url_set(url, CURLUPART_URL, text, 0) != CURLUE_OK ||
		curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK)
		return NULL;
	curl_url_set(url, CURLUPART_USER, NULL, 0);
	curl_url_set(url, CURLUPART_PASSWORD, NULL, 0);
	if ((strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0) &&
		curl_url_get(url, CURLUPART_URL, &shown, 0) == CURLUE_OK)
		copy = xstrdup(shown);
	curl_free(scheme);
	curl_free(shown);
	return copy;
}

static void curl_set_up(struct zabbix_http *http, const char *ca_file)
{
	CURL *curl = http->curl;

	curl_easy_setopt(curl, CURLOPT_URL, http->url);
	curl_easy_setopt(curl, CURLOPT_POST, 1L);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_USERAGENT, "vrfgate/" VRFGATE_VERSION);
	curl_easy_setopt(curl, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, answer_append);
	curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, progress_judge);
	curl_easy_setopt(curl, CURLOPT_XFERINFODATA, http);
	if (*ca_file)
		curl_easy_setopt(curl, CURLOPT_CAINFO, ca_file);
}

int zabbix_http_create(const char *url, const char *ca_file,
	const struct zabbix_http_limits *limits, struct zabbix_http **http, struct error *err)
{
	cleanup_free char *shown = url_shown(url);
	struct zabbix_http *made;

	if (!shown)
		return error_set(err, EINVAL, "zabbix.url is no http:// or https:// address");
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return error_set(err, EIO, "libcurl cannot be set up");
	made = xcalloc(1, sizeof(*made));
	made->curl = curl_easy_init();
	if (!made->curl) {
		free(made);
		curl_global_cleanup();
		return error_set(err, EIO, "libcurl cannot be set up");
	}
	made->url = xstrdup(url);
	made->shown = steal_ptr(&shown);
	made->limits = *limits;
	curl_set_up(made, ca_file);
	*http = made;
	return 0;
}

void zabbix_http_destroy(struct zabbix_http *http)
{
	if (!http)
		return;
	curl_easy_cleanup(http->curl);
	curl_global_cleanup();
	free(http->url);
	free(http->shown);
	free(http);
}

void zabbix_http_set_limits(struct zabbix_http *http, const struct zabbix_http_limits *limits)
{
	http->limits = *limits;
}

void zabbix_http_set_cancelled(struct zabbix_http *http, zabbix_http_cancelled_fn *fn, void *arg)
{
	http->cancelled = fn;
	http->cancelled_arg = arg;
}

const char *zabbix_http_url(const struct zabbix_http *http)
{
	return http->shown;
}

bool zabbix_http_has_login(const struct zabbix_http *http)
{
	cleanup(cleanup_url_free) CURLU *url = curl_url();
	char *user = NULL;
	bool has = url && curl_url_set(url, CURLUPART_URL, http->url, 0) == CURLUE_OK &&
		curl_url_get(url, CURLUPART_USER, &user, 0) == CURLUE_OK;

	curl_free(user);
	return has;
}

void zabbix_http_ends(const struct zabbix_http *http, struct zabbix_ends *ends)
{
	char *ours = NULL, *theirs = NULL;

	*ends = (struct zabbix_ends){ 0 };
	if (curl_easy_getinfo(http->curl, CURLINFO_LOCAL_IP, &ours) == CURLE_OK && ours)
		snprintf(ends->ours, sizeof(ends->ours), "%s", ours);
	if (curl_easy_getinfo(http->curl, CURLINFO_PRIMARY_IP, &theirs) == CURLE_OK && theirs)
		snprintf(ends->theirs, sizeof(ends->theirs), "%s", theirs);
}

/* What libcurl's refusals mean; code 0: the errno that connect() left. */
static const struct curl_fault {
	CURLcode curl;
	int code;
	const char *text;
} curl_faults[] = {
	{ CURLE_COULDNT_CONNECT, 0, "cannot connect" },
	{ CURLE_COULDNT_RESOLVE_HOST, EHOSTUNREACH, "its host name cannot be resolved" },
	{ CURLE_COULDNT_RESOLVE_PROXY, EHOSTUNREACH,
		"the name of the HTTP proxy (https_proxy) cannot be resolved" },
	{ CURLE_OPERATION_TIMEDOUT, ETIMEDOUT, "no answer in time" },
	{ CURLE_GOT_NOTHING, ECONNRESET, "the connection was closed without an answer" },
	{ CURLE_RECV_ERROR, ECONNRESET, "the connection broke" },
	{ CURLE_SEND_ERROR, ECONNRESET, "the connection broke" },
	{ CURLE_PARTIAL_FILE, ECONNRESET, "the answer was cut short" },
	{ CURLE_PEER_FAILED_VERIFICATION, EIO, "the server's TLS certificate is not accepted" },
	{ CURLE_SSL_CACERT_BADFILE, EIO, "zabbix.ca_file cannot be used" },
	{ CURLE_SSL_CONNECT_ERROR, EIO, "TLS cannot be agreed on" },
	{ CURLE_ABORTED_BY_CALLBACK, ECANCELED, "given up" },
	{ CURLE_UNSUPPORTED_PROTOCOL, EPROTO, "answered something that is not HTTP" },
	{ CURLE_WEIRD_SERVER_REPLY, EPROTO, "answered something that is not HTTP" },
};

static int curl_fault_tell(
	const struct zabbix_http *http, CURLcode result, const char *detail, struct error *err)
{
	long number = 0;

	for (size_t i = 0; i < sizeof(curl_faults) / sizeof(curl_faults[0]); i++) {
		const struct curl_fault *fault = &curl_faults[i];

		if (fault->curl != result)
			continue;
		if (fault->code == EIO)
			return error_set(err, EIO, "%s: %s: %s", http->shown, fault->text, detail);
		if (fault->code)
			return error_set(err, fault->code, "%s: %s", http->shown, fault->text);
		curl_easy_getinfo(http->curl, CURLINFO_OS_ERRNO, &number);
		return error_set_errno(err, number > 0 ? (int)number : ECONNREFUSED, "%s: %s",
			http->shown, fault->text);
	}
	return error_set(
		err, EIO, "%s: %s", http->shown, *detail ? detail : curl_easy_strerror(result));
}

/* What a status other than 200 hints at. Sorted by nothing; 0 closes. */
static const struct status_hint {
	long status;
	int code;
	const char *hint;
} status_hints[] = {
	{ 401, EACCES, "the web server itself asks for a login" },
	{ 403, EACCES, "the web server itself denies access" },
	{ 404, EPROTO, "is this the path of api_jsonrpc.php?" },
	{ 405, EPROTO, "is this the path of api_jsonrpc.php?" },
	{ 412, EPROTO, "is this the path of api_jsonrpc.php?" },
	{ 413, EMSGSIZE,
		"the request is larger than the web server takes: raise client_max_body_size of nginx, "
		"LimitRequestBody of Apache" },
	{ 429, EBUSY,
		"the web server limits the number of requests: try again later, or except this address "
		"from its limit" },
	{ 500, EPROTO, "a PHP error? see the web server's log" },
	{ 502, EPROTO, "is PHP running behind the web server?" },
	{ 503, EPROTO, "is PHP running behind the web server?" },
	{ 504, EPROTO, "is PHP too slow behind the web server?" },
	{ 0, EPROTO, "the API answers with 200" },
};

static int redirect_tell(const struct zabbix_http *http, long status, struct error *err)
{
	char *target = NULL;
	cleanup_free char *shown = NULL;

	curl_easy_getinfo(http->curl, CURLINFO_REDIRECT_URL, &target);
	if (target)
		shown = url_shown(target);
	return error_set(err, EPROTO,
		"%s: answered with a redirect to %.300s: set zabbix.url to the final address (HTTP %ld)",
		http->shown, shown ? shown : "an address that is none", status);
}

static int answer_judge(
	const struct zabbix_http *http, const struct answer *answer, struct error *err)
{
	const struct status_hint *hint = status_hints;
	size_t blank = answer->size ? strspn(answer->data, " \t\r\n") : 0;
	long status = 0;

	curl_easy_getinfo(http->curl, CURLINFO_RESPONSE_CODE, &status);
	if (status >= 300 && status < 400 && status != 304)
		return redirect_tell(http, status, err);
	while (hint->status && hint->status != status)
		hint++;
	if (status != 200)
		return error_set(err, hint->code, "%s: HTTP %ld%s (%s)", http->shown, status,
			answer->size ? "" : " with an empty body", hint->hint);
	if (blank == answer->size)
		return error_set(
			err, EPROTO, "%s: answered with an empty body, not JSON-RPC", http->shown);
	if (answer->data[blank] == '<')
		return error_set(err, EPROTO,
			"%s: answered HTML, not JSON-RPC: is this the path of api_jsonrpc.php?",
			http->shown);
	return 0;
}

static void header_add(struct curl_slist **headers, const char *line)
{
	struct curl_slist *longer = curl_slist_append(*headers, line);

	if (!longer)
		abort();
	*headers = longer;
}

static struct curl_slist *headers_make(const char *bearer)
{
	struct curl_slist *headers = NULL;
	cleanup(secret_free) char *line = NULL;

	header_add(&headers, "Content-Type: application/json-rpc");
	header_add(&headers, "Accept: application/json");
	header_add(&headers, "Expect:");
	if (bearer) {
		line = xasprintf("Authorization: Bearer %s", bearer);
		header_add(&headers, line);
	}
	return headers;
}

int zabbix_http_post(struct zabbix_http *http, const char *body, const char *bearer, char **answer,
	size_t *size, struct error *err)
{
	cleanup(cleanup_slist_free) struct curl_slist *headers = headers_make(bearer);
	cleanup_free char *owned = NULL;
	char detail[CURL_ERROR_SIZE] = "";
	struct answer got = { .max = http->limits.answer_bytes };
	CURLcode result;
	int r = 0;

	curl_easy_setopt(http->curl, CURLOPT_CONNECTTIMEOUT_MS, http->limits.connect_ms);
	curl_easy_setopt(http->curl, CURLOPT_TIMEOUT_MS, http->limits.total_ms);
	curl_easy_setopt(http->curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(http->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(body));
	curl_easy_setopt(http->curl, CURLOPT_POSTFIELDS, body);
	curl_easy_setopt(http->curl, CURLOPT_WRITEDATA, &got);
	curl_easy_setopt(http->curl, CURLOPT_ERRORBUFFER, detail);
	http->begun_ms = clock_now_ms();
	result = curl_easy_perform(http->curl);
	/* They live in this frame only. */
	curl_easy_setopt(http->curl, CURLOPT_ERRORBUFFER, NULL);
	curl_easy_setopt(http->curl, CURLOPT_POSTFIELDS, NULL);
	curl_easy_setopt(http->curl, CURLOPT_HTTPHEADER, NULL);
	owned = got.data;
	if (got.too_large)
		return error_set(err, EFBIG, "%s: the answer is larger than %zu bytes", http->shown,
			http->limits.answer_bytes);
	r = result == CURLE_OK ? answer_judge(http, &got, err)
			       : curl_fault_tell(http, result, detail, err);
	if (r < 0)
		return r;
	*answer = steal_ptr(&owned);
	*size = got.size;
	return 0;
}
