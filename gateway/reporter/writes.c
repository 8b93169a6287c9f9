// SPDX-License-Identifier: GPL-2.0-or-later
/* Writes to Zabbix, collected and sent in batches. */
#include "reporter/writes.h"

#include <errno.h>
#include <stdlib.h>

#include "base/memory.h"
#include "zabbix/json.h"

/* host.create takes up to 0.3 s: a batch stays well under the time limit of a request, and a
 * thousand VRFs with two hosts each are 34 requests. */
#define BATCH_SIZE 100

struct reporter_write {
	char *subject;
	enum reporter_write_kind kind;
};

void reporter_writes_finish(struct reporter_writes *writes)
{
	for (size_t i = 0; i < writes->n_calls; i++) {
		json_decref(writes->calls[i].params);
		json_decref(writes->calls[i].result);
		free(writes->notes[i].subject);
	}
	free(writes->calls);
	free(writes->notes);
	*writes = (struct reporter_writes){ 0 };
}

void reporter_writes_add(struct reporter_writes *writes, enum reporter_write_kind kind,
	const char *what, const char *name, const char *method, json_t *params)
{
	struct zabbix_call *call = array_append(&writes->calls, &writes->n_calls);
	struct reporter_write *note = array_append(&writes->notes, &writes->n_notes);

	call->method = method;
	call->params = params;
	note->subject = xasprintf("%s '%s'", what, name);
	note->kind = kind;
}

static int write_judge(const struct zabbix_call *call, const struct reporter_write *note,
	struct reporter_sync_result *result, struct error *err)
{
	size_t none = 0;
	size_t *const counts[] = {
		[REPORTER_WRITE_CREATE] = &result->created,
		[REPORTER_WRITE_UPDATE] = &result->updated,
		[REPORTER_WRITE_PART] = &none,
	};

	if (call->error.code == EACCES)
		return error_set(err, EACCES,
			"%s: %s The API user needs a role that may, such as Super admin.",
			note->subject, call->error.text);
	if (call->error.code)
		strings_addf(&result->problems, "%s: %s", note->subject, call->error.text);
	else
		(*counts[note->kind])++;
	return 0;
}

static int batch_send(struct reporter_writes *writes, size_t start, size_t count,
	struct zabbix_api *api, struct reporter_sync_result *result, struct error *err)
{
	int r = zabbix_api_call_batch(api, writes->calls + start, count, err);

	for (size_t i = start; r == 0 && i < start + count; i++)
		r = write_judge(&writes->calls[i], &writes->notes[i], result, err);
	return r;
}

int reporter_writes_send(struct reporter_writes *writes, struct zabbix_api *api,
	struct reporter_sync_result *result, struct error *err)
{
	int r = 0;

	for (size_t start = 0; r == 0 && start < writes->n_calls; start += BATCH_SIZE) {
		size_t left = writes->n_calls - start;

		r = batch_send(
			writes, start, left < BATCH_SIZE ? left : BATCH_SIZE, api, result, err);
	}
	reporter_writes_finish(writes);
	return r;
}
