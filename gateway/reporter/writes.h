// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is to be written to Zabbix: collected first, then sent in bundles, so that what is decided
 * is apart from what is done. Every write knows the object it is about, for the problem line.
 */
#pragma once

#include "reporter/sync.h"
#include "zabbix/api.h"

enum reporter_write_kind {
	REPORTER_WRITE_CREATE,
	REPORTER_WRITE_UPDATE,
	REPORTER_WRITE_PART, /* belongs to an update that is counted already */
	REPORTER_WRITE_DELETE,
};

struct reporter_write;

struct reporter_writes {
	struct reporter_write *items;
	size_t count;
};

void reporter_writes_finish(struct reporter_writes *writes);

/* Takes params over: one object, or the id of one to delete. `what` and `name` make the subject:
 * host 'ce1'. */
void reporter_writes_add(struct reporter_writes *writes, enum reporter_write_kind kind,
	const char *what, const char *name, const char *method, json_t *params);

/* What the write added last changes, as reporter/alteration.h has it. Takes details over. */
void reporter_writes_add_details(struct reporter_writes *writes, char *details);

/*
 * The templates that the write added last links to a host, [{"templateid", "name"}]: where Zabbix refuses the write,
 * it is done without them, and then each is linked by itself; one that is refused then is a problem.
 */
void reporter_writes_add_templates(struct reporter_writes *writes, json_t *templates);

/*
 * Sends what was collected and empties the list. Writes of one method go as one call; where the API
 * refuses that, which is all or nothing, one by one in one request. A write that is refused then
 * becomes a problem of the result. -EACCES where we have no right to such a call at all, or an
 * errno of zabbix/api.h.
 */
int reporter_writes_send(struct reporter_writes *writes, struct zabbix_api *api,
	struct reporter_sync_result *result, struct error *err);

/*
 * Whether we have the right to each method of the list: it is called with an empty list of objects, which every
 * version refuses or takes for nothing to do. `tried`, an object, keeps those that were. -EACCES with the text that
 * sending would give, or an errno of zabbix/api.h.
 */
int reporter_writes_try(const struct reporter_writes *writes, struct zabbix_api *api, json_t *tried,
	struct error *err);

/* Counts and describes what would be sent, and empties the list. */
void reporter_writes_describe(struct reporter_writes *writes, struct reporter_sync_result *result);
