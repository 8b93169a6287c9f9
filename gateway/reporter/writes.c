// SPDX-License-Identifier: GPL-2.0-or-later
/* Writes to Zabbix, collected and sent in bundles. */
#include "reporter/writes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "zabbix/json.h"

/* A host takes the server some 10 ms in a bundle, 0.3 s alone: even one by one a bundle stays
 * within the time limit of a request, and a thousand VRFs with two hosts each are 41 of them.
 * What takes less than a millisecond goes in larger ones. */
#define BUNDLE_HEAVY 100
#define BUNDLE_LIGHT 1000

static const char *const light[] = { "hostgroup.", "drule.", "action.", "usermacro." };

struct reporter_write {
	char *subject;
	enum reporter_write_kind kind;
	const char *method;
	json_t *params;    /* NULL: sent */
	char *details;     /* what it changes; NULL: it is made or deleted */
	json_t *templates; /* that it links to its host; NULL: none */
};

void reporter_writes_finish(struct reporter_writes *writes)
{
	for (size_t i = 0; i < writes->count; i++) {
		json_decref(writes->items[i].params);
		json_decref(writes->items[i].templates);
		free(writes->items[i].subject);
		free(writes->items[i].details);
	}
	free(writes->items);
	*writes = (struct reporter_writes){ 0 };
}

void reporter_writes_add(struct reporter_writes *writes, enum reporter_write_kind kind,
	const char *what, const char *name, const char *method, json_t *params)
{
	struct reporter_write *write = array_append(&writes->items, &writes->count);

	write->subject = xasprintf("%s '%s'", what, name);
	write->kind = kind;
	write->method = method;
	write->params = params;
}

void reporter_writes_add_templates(struct reporter_writes *writes, json_t *templates)
{
	if (json_array_size(templates) > 0)
		writes->items[writes->count - 1].templates = json_incref(templates);
}

void reporter_writes_add_details(struct reporter_writes *writes, char *details)
{
	writes->items[writes->count - 1].details = details;
}

/* --- counting and describing --- */

static void write_describe(const struct reporter_write *write, struct reporter_sync_result *result)
{
	static const char signs[] = {
		[REPORTER_WRITE_CREATE] = '+',
		[REPORTER_WRITE_UPDATE] = '~',
		[REPORTER_WRITE_PART] = '~',
		[REPORTER_WRITE_DELETE] = '-',
	};
	const char *details = write->details ? write->details : "";

	strings_addf(&result->changes, "%c %s%s%s", signs[write->kind], write->subject,
		*details ? ": " : "", details);
}

static void write_count(const struct reporter_write *write, struct reporter_sync_result *result)
{
	size_t none = 0;
	size_t *const counts[] = {
		[REPORTER_WRITE_CREATE] = &result->created,
		[REPORTER_WRITE_UPDATE] = &result->updated,
		[REPORTER_WRITE_PART] = &none,
		[REPORTER_WRITE_DELETE] = &result->deleted,
	};

	write_describe(write, result);
	(*counts[write->kind])++;
}

void reporter_writes_describe(struct reporter_writes *writes, struct reporter_sync_result *result)
{
	for (size_t i = 0; i < writes->count; i++)
		write_count(&writes->items[i], result);
	reporter_writes_finish(writes);
}

/* --- sending --- */

struct bundle {
	const char *method;
	struct reporter_write *writes[BUNDLE_LIGHT];
	size_t count;
};

static size_t bundle_room(const char *method)
{
	for (size_t i = 0; i < sizeof(light) / sizeof(light[0]); i++)
		if (strncmp(method, light[i], strlen(light[i])) == 0)
			return BUNDLE_LIGHT;
	return BUNDLE_HEAVY;
}

/*
 * The first write that waits and others of its method. Of one object none goes before an earlier one: a template
 * may need the interface that is made for it. And the API takes a host once in a call.
 */
static void bundle_fill(struct bundle *bundle, struct reporter_writes *writes, size_t first)
{
	const char *method = writes->items[first].method;
	bool of_host = strncmp(method, "host.", 5) == 0;
	cleanup_json json_t *passed = json_object();
	size_t room = bundle_room(method);

	bundle->method = method;
	bundle->count = 0;
	for (size_t i = first; i < writes->count && bundle->count < room; i++) {
		struct reporter_write *write = &writes->items[i];
		bool fits = strcmp(write->method, method) == 0;

		if (!write->params || json_object_get(passed, write->subject))
			continue;
		if (!fits || of_host)
			json_object_set_new(passed, write->subject, json_true());
		if (fits)
			bundle->writes[bundle->count++] = write;
	}
}

/* Where the API refuses, it has done none of it. */
static int bundle_send_whole(const struct bundle *bundle, struct zabbix_api *api,
	struct error *refusal, struct error *err)
{
	struct zabbix_call call = {
		.method = bundle->method,
		.params = json_array(),
	};
	int r;

	for (size_t i = 0; i < bundle->count; i++)
		json_array_append(call.params, bundle->writes[i]->params);
	r = zabbix_api_call_batch(api, &call, 1, err);
	json_decref(call.result);
	*refusal = call.error;
	return r;
}

static int denial_tell(
	const struct reporter_write *write, const struct error *refusal, struct error *err)
{
	return error_set(err, EACCES,
		"%s: %s The API user needs a role that may, such as Super admin.", write->subject,
		refusal->text);
}

static int write_judge(const struct reporter_write *write, const struct error *refusal,
	struct reporter_sync_result *result, struct error *err)
{
	if (refusal->code == EACCES)
		return denial_tell(write, refusal, err);
	if (refusal->code)
		strings_addf(&result->problems, "%s: %s", write->subject, refusal->text);
	else
		write_count(write, result);
	return 0;
}

/* --- templates of which Zabbix refuses some --- */

/* Each by itself, in one request; returns how many were linked, or an error. */
static int templates_link(const struct reporter_write *write, struct zabbix_api *api,
	const char *hostid, struct reporter_sync_result *result, struct error *err)
{
	size_t count = json_array_size(write->templates);
	cleanup_free struct zabbix_call *calls = xcalloc(count, sizeof(*calls));
	const json_t *template;
	int r, linked = 0;
	size_t i;

	json_array_foreach (write->templates, i, template) {
		calls[i].method = "host.massadd";
		calls[i].params = zabbix_json_pack("{s:[{s:s}], s:[{s:s}]}", "hosts", "hostid",
			hostid, "templates", "templateid",
			zabbix_json_text(template, "templateid"));
	}
	r = zabbix_api_call_batch(api, calls, count, err);
	json_array_foreach (write->templates, i, template) {
		if (r == 0 && calls[i].error.code)
			strings_addf(&result->problems, "%s: template '%s' not linked: %s",
				write->subject, zabbix_json_text(template, "name"),
				calls[i].error.text);
		linked += r == 0 && !calls[i].error.code;
		json_decref(calls[i].result);
	}
	return r < 0 ? r : linked;
}

/* A host without its templates is monitored by nobody, but it is there and attached. */
static int host_create_bare(const struct reporter_write *write, struct zabbix_api *api,
	struct reporter_sync_result *result, struct error *err)
{
	struct zabbix_call call = { write->method, json_copy(write->params), NULL, ERROR_INIT };
	cleanup_json json_t *made = NULL;
	const char *hostid;
	int r;

	json_object_del(call.params, "templates");
	r = zabbix_api_call_batch(api, &call, 1, err);
	made = call.result;
	if (r == 0)
		r = write_judge(write, &call.error, result, err);
	hostid = json_string_value(json_array_get(json_object_get(made, "hostids"), 0));
	if (r == 0 && hostid)
		r = templates_link(write, api, hostid, result, err);
	return r < 0 ? r : 0;
}

static int write_without_templates(const struct reporter_write *write, struct zabbix_api *api,
	struct reporter_sync_result *result, struct error *err)
{
	int r;

	if (write->kind == REPORTER_WRITE_CREATE)
		return host_create_bare(write, api, result, err);
	r = templates_link(write, api, zabbix_json_text(write->params, "hostid"), result, err);
	if (r > 0)
		write_count(write, result);
	return r < 0 ? r : 0;
}

/* What became of a write that was sent by itself. */
static int write_end(const struct reporter_write *write, const struct error *refusal,
	struct zabbix_api *api, struct reporter_sync_result *result, struct error *err)
{
	return refusal->code && refusal->code != EACCES && write->templates
		? write_without_templates(write, api, result, err)
		: write_judge(write, refusal, result, err);
}

static int bundle_send_each(const struct bundle *bundle, struct zabbix_api *api,
	struct reporter_sync_result *result, struct error *err)
{
	cleanup_free struct zabbix_call *calls = xcalloc(bundle->count, sizeof(*calls));
	int r;

	for (size_t i = 0; i < bundle->count; i++) {
		calls[i].method = bundle->method;
		calls[i].params = zabbix_json_pack("[O]", bundle->writes[i]->params);
	}
	r = zabbix_api_call_batch(api, calls, bundle->count, err);
	for (size_t i = 0; i < bundle->count; i++) {
		if (r == 0)
			r = write_end(bundle->writes[i], &calls[i].error, api, result, err);
		json_decref(calls[i].result);
	}
	return r;
}

static int bundle_send(const struct bundle *bundle, struct zabbix_api *api,
	struct reporter_sync_result *result, struct error *err)
{
	struct error refusal = ERROR_INIT;
	int r = bundle_send_whole(bundle, api, &refusal, err);
	bool retry = r == 0 && refusal.code && refusal.code != EACCES && bundle->count > 1;

	if (retry)
		r = bundle_send_each(bundle, api, result, err);
	for (size_t i = 0; i < bundle->count; i++) {
		if (r == 0 && !retry)
			r = write_end(bundle->writes[i], &refusal, api, result, err);
		json_decref(steal_ptr(&bundle->writes[i]->params));
	}
	return r;
}

int reporter_writes_send(struct reporter_writes *writes, struct zabbix_api *api,
	struct reporter_sync_result *result, struct error *err)
{
	struct bundle bundle;
	int r = 0;

	for (size_t i = 0; r == 0 && i < writes->count; i++) {
		if (!writes->items[i].params)
			continue;
		bundle_fill(&bundle, writes, i);
		r = bundle_send(&bundle, api, result, err);
	}
	reporter_writes_finish(writes);
	return r;
}

int reporter_writes_try(const struct reporter_writes *writes, struct zabbix_api *api, json_t *tried,
	struct error *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < writes->count; i++) {
		const struct reporter_write *write = &writes->items[i];
		struct error refusal = ERROR_INIT;

		if (json_object_get(tried, write->method))
			continue;
		json_object_set_new(tried, write->method, json_true());
		r = zabbix_api_call(api, write->method, json_array(), NULL, &refusal);
		if (r == -EACCES)
			return denial_tell(write, &refusal, err);
		if (r < 0 && zabbix_api_error_is_unreachable(&refusal))
			*err = refusal;
		else
			r = 0;
	}
	return r;
}
