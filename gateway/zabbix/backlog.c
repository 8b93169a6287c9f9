// SPDX-License-Identifier: GPL-2.0-or-later
/* What a proxy's database holds. */
#include "zabbix/backlog.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LOCK_WAIT_MS      50
/* Nobody else should have it open: a backup, perhaps. */
#define LONG_LOCK_WAIT_MS 5000

/* A real database takes some hundred KiB and some hundred steps, however many values it holds. */
#define HEAP_MAX_BYTES  (32 << 20)
#define VALUE_MAX_BYTES (1 << 20)
#define STEPS_MAX       1000000
#define STEPS_A_CALL    1000
/* Where all items are gone through, of which there may be hundreds of thousands. */
#define LONG_STEPS_MAX  5000000

/* One statement is one read transaction: the numbers belong together. */
#define UNSENT_QUERY                                                             \
	"select (select mandatory from dbversion),"                              \
	" coalesce((select max(id) from proxy_history), 0)"                      \
	" - coalesce((select nextid from ids where table_name = 'proxy_history'" \
	" and field_name = 'history_lastid'), 0)"
#define CHECK_QUERY "pragma quick_check(1)"

/* The server gives a proxy only what is enabled, and so says so in 6.0 and 7.0. */
#define DEMAND_QUERY                                                                        \
	"select i.type, count(*), min(h.host) from items i, hosts h"                        \
	" where h.hostid = i.hostid and i.status = 0 and i.type in (5, 11, 12, 16, 19, 22)" \
	" group by i.type union all"                                                        \
	" select -1, count(*), min(h.host) from httptest t, hosts h"                        \
	" where h.hostid = t.hostid and t.status = 0"

/* How much of the schema no proxy makes: its text alone tells what a thing is, so it must say the same. */
#define FOREIGN_QUERY                                                                   \
	"select count(*) from sqlite_master where not coalesce(case type"               \
	" when 'table' then rootpage > 1 and sql like 'create table %'"                 \
	" when 'index' then rootpage > 1 and (sql is null or sql like 'create index %'" \
	" or sql like 'create unique index %')"                                         \
	" when 'trigger' then sql like 'create trigger %' end, 0)"

static void backlog_set(
	struct zabbix_backlog *backlog, enum zabbix_backlog_state state, const char *detail)
{
	backlog->state = state;
	snprintf(backlog->detail, sizeof(backlog->detail), "%s", detail);
}

/*
 * Damage, missing tables and what only a database made to do harm can want are its own fault. All else passes:
 * a lock, no right to read, no descriptors, a journal that its proxy will roll back at its next start.
 */
static void backlog_set_failure(struct zabbix_backlog *backlog, sqlite3 *database)
{
	int code = sqlite3_errcode(database) & 0xff;
	bool own = code == SQLITE_NOTADB || code == SQLITE_CORRUPT || code == SQLITE_ERROR ||
		code == SQLITE_AUTH || code == SQLITE_INTERRUPT || code == SQLITE_TOOBIG;

	backlog_set(backlog, own ? ZABBIX_BACKLOG_UNUSABLE : ZABBIX_BACKLOG_UNKNOWN,
		sqlite3_errmsg(database));
}

/* Steps to the first row; the caller finalizes. NULL: the failure was set. */
static sqlite3_stmt *first_row(sqlite3 *database, const char *query, struct zabbix_backlog *backlog)
{
	sqlite3_stmt *statement = NULL;

	if (sqlite3_prepare_v2(database, query, -1, &statement, NULL) == SQLITE_OK &&
		sqlite3_step(statement) == SQLITE_ROW)
		return statement;
	backlog_set_failure(backlog, database);
	sqlite3_finalize(statement);
	return NULL;
}

static void unsent_read(sqlite3 *database, unsigned version, struct zabbix_backlog *backlog)
{
	sqlite3_stmt *row = first_row(database, UNSENT_QUERY, backlog);
	sqlite3_int64 mandatory, unsent;

	if (!row)
		return;
	mandatory = sqlite3_column_int64(row, 0);
	unsent = sqlite3_column_int64(row, 1);
	sqlite3_finalize(row);
	if (mandatory < 1000000 || mandatory > 99999999) {
		backlog_set(backlog, ZABBIX_BACKLOG_UNUSABLE, "not a Zabbix database");
		return;
	}
	backlog->version = (unsigned)(mandatory / 10000);
	backlog->unsent = unsent > 0 ? unsent : 0;
	backlog->state = ZABBIX_BACKLOG_USABLE;
	if (version && version != backlog->version) {
		backlog->state = ZABBIX_BACKLOG_OTHER_VERSION;
		snprintf(backlog->detail, sizeof(backlog->detail),
			"of Zabbix %u.%u, the proxy is %u.%u", backlog->version / 100,
			backlog->version % 100, version / 100, version % 100);
	}
}

/* "ok" is its only row where all is well. */
static void pages_check(sqlite3 *database, struct zabbix_backlog *backlog)
{
	sqlite3_stmt *row = first_row(database, CHECK_QUERY, backlog);
	const char *verdict;

	if (!row)
		return;
	verdict = (const char *)sqlite3_column_text(row, 0);
	if (!verdict || strcmp(verdict, "ok") != 0)
		backlog_set(backlog, ZABBIX_BACKLOG_UNUSABLE, verdict ? verdict : "damaged");
	sqlite3_finalize(row);
}

/* --- of what was made to do harm --- */

struct steps {
	unsigned calls, max_calls;
};

static int on_steps(void *data)
{
	struct steps *steps = data;

	return ++steps->calls > steps->max_calls;
}

/* We read tables by few functions; what comes by a view, a trigger or recursion is not ours. */
static int on_access(void *data, int action, const char *first, const char *second,
	const char *schema, const char *by)
{
	static const char *const functions[] = { "max", "min", "count", "coalesce", "like" };

	(void)data;
	(void)first;
	(void)schema;
	if (by)
		return SQLITE_DENY;
	if (action == SQLITE_SELECT || action == SQLITE_READ)
		return SQLITE_OK;
	for (size_t i = 0; action == SQLITE_FUNCTION && i < sizeof(functions) / sizeof(*functions);
		i++)
		if (strcmp(second, functions[i]) == 0)
			return SQLITE_OK;
	return SQLITE_DENY;
}

static void database_confine(sqlite3 *database, struct steps *steps)
{
	static const struct {
		int option, value;
	} options[] = {
		{ SQLITE_DBCONFIG_DEFENSIVE, 1 },
		{ SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0 },
		{ SQLITE_DBCONFIG_ENABLE_VIEW, 0 },
		{ SQLITE_DBCONFIG_ENABLE_TRIGGER, 0 },
		{ SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0 },
		{ SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER, 0 },
	};

	for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++)
		sqlite3_db_config(database, options[i].option, options[i].value, NULL);
	sqlite3_hard_heap_limit64(HEAP_MAX_BYTES);
	sqlite3_limit(database, SQLITE_LIMIT_LENGTH, VALUE_MAX_BYTES);
	sqlite3_limit(database, SQLITE_LIMIT_SQL_LENGTH, VALUE_MAX_BYTES);
	sqlite3_limit(database, SQLITE_LIMIT_ATTACHED, 0);
	sqlite3_limit(database, SQLITE_LIMIT_TRIGGER_DEPTH, 0);
	sqlite3_limit(database, SQLITE_LIMIT_WORKER_THREADS, 0);
	/* A file that another process cuts short meanwhile would end us. */
	sqlite3_exec(database, "pragma mmap_size = 0", NULL, NULL, NULL);
	/* Of the schema's own expressions none is evaluated. */
	sqlite3_exec(database, "pragma ignore_check_constraints = on", NULL, NULL, NULL);
	sqlite3_progress_handler(database, STEPS_A_CALL, on_steps, steps);
	sqlite3_set_authorizer(database, on_access, NULL);
}

static bool schema_check(sqlite3 *database, struct zabbix_backlog *backlog)
{
	sqlite3_stmt *row = first_row(database, FOREIGN_QUERY, backlog);
	bool good = row && sqlite3_column_int64(row, 0) == 0;

	if (row && !good)
		backlog_set(backlog, ZABBIX_BACKLOG_UNUSABLE,
			"it holds a view or the like, which no proxy makes");
	sqlite3_finalize(row);
	return good;
}

/* All of it is to be read now, by no query of a schema's own. */
static void pages_check_unbounded(sqlite3 *database, struct zabbix_backlog *backlog)
{
	sqlite3_progress_handler(database, 0, NULL, NULL);
	sqlite3_set_authorizer(database, NULL, NULL);
	sqlite3_limit(database, SQLITE_LIMIT_LENGTH, HEAP_MAX_BYTES);
	pages_check(database, backlog);
}

void zabbix_backlog_read(const char *path, unsigned version, enum zabbix_backlog_depth depth,
	struct zabbix_backlog *backlog)
{
	bool glance = depth == ZABBIX_BACKLOG_GLANCE;
	int flags = glance ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
	sqlite3 *database = NULL;
	struct steps steps = { 0, STEPS_MAX / STEPS_A_CALL };

	*backlog = (struct zabbix_backlog){ .state = ZABBIX_BACKLOG_UNKNOWN, .unsent = -1 };
	if (access(path, F_OK) < 0 && errno == ENOENT) {
		backlog_set(backlog, ZABBIX_BACKLOG_ABSENT, "not there");
		return;
	}
	if (sqlite3_open_v2(path, &database, flags, NULL) != SQLITE_OK) {
		backlog_set_failure(backlog, database);
	} else {
		database_confine(database, &steps);
		sqlite3_busy_timeout(database, glance ? LOCK_WAIT_MS : LONG_LOCK_WAIT_MS);
		if (schema_check(database, backlog))
			unsent_read(database, version, backlog);
		if (depth == ZABBIX_BACKLOG_VERIFY && backlog->state == ZABBIX_BACKLOG_USABLE)
			pages_check_unbounded(database, backlog);
	}
	sqlite3_close(database);
}

/* --- what there is to poll --- */

static void kind_note(struct zabbix_demand *demand, sqlite3_stmt *row)
{
	int type = sqlite3_column_int(row, 0);
	sqlite3_int64 count = sqlite3_column_int64(row, 1);
	const char *host = (const char *)sqlite3_column_text(row, 2);

	for (unsigned i = 0; i < ZABBIX_POLLERS; i++) {
		if (zabbix_poller_kinds[i].item_type != type)
			continue;
		demand->kinds[i].count = (uint32_t)(count > UINT32_MAX ? UINT32_MAX : count);
		snprintf(demand->kinds[i].host, sizeof(demand->kinds[i].host), "%.*s",
			(int)sizeof(demand->kinds[i].host) - 1, host ? host : "");
	}
}

static int demand_read(sqlite3 *database, struct zabbix_demand *demand)
{
	sqlite3_stmt *statement = NULL;
	int r = sqlite3_prepare_v2(database, DEMAND_QUERY, -1, &statement, NULL);

	while (r == SQLITE_OK || r == SQLITE_ROW) {
		r = sqlite3_step(statement);
		if (r == SQLITE_ROW)
			kind_note(demand, statement);
	}
	sqlite3_finalize(statement);
	return r == SQLITE_DONE ? 0 : -EIO;
}

int zabbix_backlog_read_demand(const char *path, struct zabbix_demand *demand)
{
	struct zabbix_backlog unused = { 0 };
	struct steps steps = { 0, LONG_STEPS_MAX / STEPS_A_CALL };
	sqlite3 *database = NULL;
	int r = -EIO;

	*demand = (struct zabbix_demand){ 0 };
	if (access(path, F_OK) == 0 &&
		sqlite3_open_v2(path, &database, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK) {
		database_confine(database, &steps);
		sqlite3_busy_timeout(database, LOCK_WAIT_MS);
		if (schema_check(database, &unused))
			r = demand_read(database, demand);
	}
	sqlite3_close(database);
	return r;
}
