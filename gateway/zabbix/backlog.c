// SPDX-License-Identifier: GPL-2.0-or-later
/* What a proxy's database holds. */
#include "zabbix/backlog.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LOCK_WAIT_MS 50

/* One statement is one read transaction: the numbers belong together. */
#define UNSENT_QUERY                                                             \
	"select (select mandatory from dbversion),"                              \
	" coalesce((select max(id) from proxy_history), 0)"                      \
	" - coalesce((select nextid from ids where table_name = 'proxy_history'" \
	" and field_name = 'history_lastid'), 0)"
#define CHECK_QUERY "pragma quick_check(1)"

static void backlog_set(
	struct zabbix_backlog *backlog, enum zabbix_backlog_state state, const char *detail)
{
	backlog->state = state;
	snprintf(backlog->detail, sizeof(backlog->detail), "%s", detail);
}

/*
 * Damage and missing tables are the database's own fault. All else passes: a lock, no right to read, no
 * descriptors, a journal that its proxy will roll back at its next start.
 */
static void backlog_set_failure(struct zabbix_backlog *backlog, sqlite3 *database)
{
	int code = sqlite3_errcode(database) & 0xff;
	bool own = code == SQLITE_NOTADB || code == SQLITE_CORRUPT || code == SQLITE_ERROR;

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

void zabbix_backlog_read(
	const char *path, unsigned version, bool thorough, struct zabbix_backlog *backlog)
{
	/* Where a journal is left, it is rolled back as the proxy would at its start. */
	int flags = thorough ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
	sqlite3 *database = NULL;

	*backlog = (struct zabbix_backlog){ .state = ZABBIX_BACKLOG_UNKNOWN, .unsent = -1 };
	if (access(path, F_OK) < 0 && errno == ENOENT) {
		backlog_set(backlog, ZABBIX_BACKLOG_ABSENT, "not there");
		return;
	}
	if (sqlite3_open_v2(path, &database, flags, NULL) != SQLITE_OK) {
		backlog_set_failure(backlog, database);
	} else {
		sqlite3_busy_timeout(database, LOCK_WAIT_MS);
		/* A view in the place of a table may not call functions. */
		sqlite3_db_config(database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
		unsent_read(database, version, backlog);
		if (thorough && backlog->state == ZABBIX_BACKLOG_USABLE)
			pages_check(database, backlog);
	}
	sqlite3_close(database);
}
