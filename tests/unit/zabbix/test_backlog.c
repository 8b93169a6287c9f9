// SPDX-License-Identifier: GPL-2.0-or-later
/* Databases as a proxy makes them, and what becomes of them. */
#include "../scratch.h"

#include <errno.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "zabbix/backlog.h"

#define TABLES                                                                             \
	"create table ids (table_name varchar(64), field_name varchar(64), nextid bigint," \
	" primary key (table_name, field_name));"                                          \
	"create table dbversion (dbversionid bigint primary key, mandatory integer,"       \
	" optional integer);"
#define HISTORY_6_0                                                                         \
	TABLES "create table proxy_history (id integer not null primary key autoincrement," \
	       " itemid bigint, value text);"                                               \
	       "insert into dbversion values (1, 6000000, 6000018);"
#define HISTORY_7_0                                                             \
	TABLES "create table proxy_history (id bigint not null, itemid bigint," \
	       " value text, primary key (id));"                                \
	       "insert into dbversion values (1, 7000000, 7000028);"
#define VALUES   "insert into proxy_history (id, itemid, value) values (5, 1, 'a'), (12, 1, 'b');"
#define SENT(id) "insert into ids values ('proxy_history', 'history_lastid', " id ");"

static sqlite3 *database_open(const char *path)
{
	sqlite3 *database = NULL;

	assert_int_equal(sqlite3_open(path, &database), SQLITE_OK);
	return database;
}

static void database_run(sqlite3 *database, const char *sql)
{
	char *message = NULL;

	if (sqlite3_exec(database, sql, NULL, NULL, &message) != SQLITE_OK)
		fail_msg("%s", message);
}

static void database_make(const char *path, const char *sql)
{
	sqlite3 *database = database_open(path);

	database_run(database, sql);
	sqlite3_close(database);
}

/* Makes the database from sql and reads it as one of version 6.0. */
static struct zabbix_backlog read_made(const char *directory, const char *sql)
{
	cleanup_free char *path = xasprintf("%s/proxy.db", directory);
	struct zabbix_backlog backlog;

	database_make(path, sql);
	zabbix_backlog_read(path, 600, ZABBIX_BACKLOG_VERIFY, &backlog);
	return backlog;
}

static void what_is_behind_the_last_sent_value_is_unsent(void **state)
{
	struct zabbix_backlog backlog = read_made(*state, HISTORY_6_0 VALUES SENT("9"));

	assert_int_equal(backlog.state, ZABBIX_BACKLOG_USABLE);
	assert_int_equal(backlog.version, 600);
	assert_int_equal(backlog.unsent, 3);
}

static void everything_is_unsent_where_nothing_was_sent_yet(void **state)
{
	assert_int_equal(read_made(*state, HISTORY_6_0 VALUES).unsent, 12);
}

static void nothing_is_unsent_where_there_are_no_values(void **state)
{
	assert_int_equal(read_made(*state, HISTORY_6_0).unsent, 0);
}

static void values_that_were_cleared_after_the_sending_are_not_unsent(void **state)
{
	assert_int_equal(read_made(*state, HISTORY_6_0 SENT("9")).unsent, 0);
}

static void a_database_of_another_version_is_one(void **state)
{
	struct zabbix_backlog backlog = read_made(*state, HISTORY_7_0 VALUES SENT("9"));

	assert_int_equal(backlog.state, ZABBIX_BACKLOG_OTHER_VERSION);
	assert_int_equal(backlog.version, 700);
	assert_int_equal(backlog.unsent, 3);
	assert_string_equal(backlog.detail, "of Zabbix 7.0, the proxy is 6.0");
}

static void any_version_will_do_where_none_is_asked_for(void **state)
{
	cleanup_free char *path = xasprintf("%s/proxy.db", (char *)*state);
	struct zabbix_backlog backlog;

	database_make(path, HISTORY_7_0 VALUES);
	zabbix_backlog_read(path, 0, ZABBIX_BACKLOG_GLANCE, &backlog);
	assert_int_equal(backlog.state, ZABBIX_BACKLOG_USABLE);
	assert_int_equal(backlog.version, 700);
	assert_int_equal(backlog.unsent, 12);
}

static void a_missing_database_is_absent(void **state)
{
	cleanup_free char *path = xasprintf("%s/proxy.db", (char *)*state);
	struct zabbix_backlog backlog;

	zabbix_backlog_read(path, 600, ZABBIX_BACKLOG_VERIFY, &backlog);
	assert_int_equal(backlog.state, ZABBIX_BACKLOG_ABSENT);
	assert_int_equal(backlog.unsent, -1);
	assert_int_equal(access(path, F_OK), -1);
}

static void what_a_proxy_cannot_use_is_unusable(void **state)
{
	static const char *const faulty[] = {
		"",
		"create table cats (name text);",
		TABLES "create table proxy_history (id integer primary key);",
		HISTORY_6_0 "drop table proxy_history;",
		HISTORY_6_0 "update dbversion set mandatory = 3;",
	};

	for (size_t i = 0; i < sizeof(faulty) / sizeof(faulty[0]); i++) {
		cleanup_free char *path = xasprintf("%s/proxy.db", (char *)*state);
		struct zabbix_backlog backlog = read_made(*state, faulty[i]);

		assert_int_equal(backlog.state, ZABBIX_BACKLOG_UNUSABLE);
		assert_int_not_equal(strlen(backlog.detail), 0);
		assert_int_equal(backlog.unsent, -1);
		unlink(path);
	}
}

static void garbage_is_unusable(void **state)
{
	cleanup_free char *path = xasprintf("%s/proxy.db", (char *)*state);
	struct zabbix_backlog backlog;

	scratch_write(*state, "proxy.db",
		"This is no database, and long enough to be taken for one. "
		"This is no database, and long enough to be taken for one.");
	zabbix_backlog_read(path, 600, ZABBIX_BACKLOG_GLANCE, &backlog);
	assert_int_equal(backlog.state, ZABBIX_BACKLOG_UNUSABLE);
	assert_string_equal(backlog.detail, "file is not a database");
}

/* What is not looked at in passing is found when every page is read. */
static void a_damaged_page_is_found_by_a_thorough_look(void **state)
{
	cleanup_free char *path = xasprintf("%s/proxy.db", (char *)*state);
	cleanup_free char *zeros = xcalloc(1, 4096);
	struct zabbix_backlog backlog = read_made(*state,
		HISTORY_6_0 VALUES "create table other (word text);"
				   "insert into other values (hex(randomblob(20000)));");
	cleanup_fd int fd = open(path, O_WRONLY);

	assert_int_equal(backlog.state, ZABBIX_BACKLOG_USABLE);
	/* The last table's root page, its overflow behind it. */
	assert_int_equal(pwrite(fd, zeros, 4096, 6 * 4096), 4096);
	zabbix_backlog_read(path, 600, ZABBIX_BACKLOG_GLANCE, &backlog);
	assert_int_equal(backlog.state, ZABBIX_BACKLOG_USABLE);
	zabbix_backlog_read(path, 600, ZABBIX_BACKLOG_VERIFY, &backlog);
	assert_int_equal(backlog.state, ZABBIX_BACKLOG_UNUSABLE);
}

static void a_truncated_database_is_unusable(void **state)
{
	cleanup_free char *path = xasprintf("%s/proxy.db", (char *)*state);
	struct zabbix_backlog backlog = read_made(*state, HISTORY_6_0 VALUES);

	assert_int_equal(truncate(path, 4096), 0);
	zabbix_backlog_read(path, 600, ZABBIX_BACKLOG_VERIFY, &backlog);
	assert_int_equal(backlog.state, ZABBIX_BACKLOG_UNUSABLE);
}

static void a_locked_database_is_unknown_and_not_waited_for(void **state)
{
	cleanup_free char *path = xasprintf("%s/proxy.db", (char *)*state);
	struct zabbix_backlog backlog = read_made(*state, HISTORY_6_0 VALUES);
	sqlite3 *writer = database_open(path);
	uint64_t began_ms = clock_now_ms();

	database_run(writer, "begin exclusive");
	zabbix_backlog_read(path, 600, ZABBIX_BACKLOG_GLANCE, &backlog);
	assert_int_equal(backlog.state, ZABBIX_BACKLOG_UNKNOWN);
	assert_string_equal(backlog.detail, "database is locked");
	assert_true(clock_now_ms() - began_ms < 2000);
	database_run(writer, "rollback");
	zabbix_backlog_read(path, 600, ZABBIX_BACKLOG_GLANCE, &backlog);
	assert_int_equal(backlog.unsent, 12);
	sqlite3_close(writer);
}

static void nothing_is_written_beside_it(void **state)
{
	struct zabbix_backlog backlog = read_made(*state, HISTORY_6_0 VALUES);
	cleanup_free char *path = xasprintf("%s/proxy.db", (char *)*state);
	cleanup_dir DIR *directory = opendir(*state);
	struct dirent *entry;

	assert_int_equal(chmod(path, 0444), 0);
	zabbix_backlog_read(path, 600, ZABBIX_BACKLOG_VERIFY, &backlog);
	assert_int_equal(backlog.unsent, 12);
	while ((entry = readdir(directory)))
		assert_true(entry->d_name[0] == '.' || strcmp(entry->d_name, "proxy.db") == 0);
}

/* What a proxy that was taken over may put in the place of its tables. */
#define HOSTILE(view) TABLES "insert into dbversion values (1, 6000000, 6000018);" view

static const char *const hostile[] = {
	HOSTILE("create view proxy_history as select length(hex(zeroblob(100000000))) as id;"),
	HOSTILE("create view proxy_history as with recursive n(id) as (select 1 union all"
		" select id + 1 from n) select id from n;"),
	HOSTILE("create view proxy_history as select max(length(randomblob(500000000))) as id"
		" from ids a, ids b;"),
	HOSTILE("create table real (id integer primary key);"
		"create view proxy_history as select id from real;"),
	HOSTILE("create virtual table proxy_history using fts5(id);"),
	/* A schema that says that it is something else. */
	HOSTILE("create view proxy_history as select length(zeroblob(1000000000)) as id;"
		"pragma writable_schema = on; update sqlite_master set type = 'trigger'"
		" where name = 'proxy_history';"),
	HOSTILE("create view proxy_history as select length(zeroblob(1000000000)) as id;"
		"pragma writable_schema = on; update sqlite_master set type = 'table',"
		" rootpage = 2 where name = 'proxy_history';"),
	/* A table, but what is in it is computed. */
	HOSTILE("create table proxy_history (x integer,"
		" id integer generated always as (length(hex(zeroblob(100000000)))));"
		"insert into proxy_history (x) values (1), (2), (3);"),
};

/* By a process of its own: the making takes as much as the reading would. */
static void hostile_make(const char *path, const char *sql)
{
	int status;
	pid_t pid;

	unlink(path);
	pid = fork();
	if (pid == 0) {
		sqlite3_hard_heap_limit64(0);
		database_make(path, sql);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* MiB of address space that this process came to have at most, of proc(5). */
static long peak_mib(void)
{
	cleanup_free char *status = NULL;
	const char *at;
	size_t size;

	assert_int_equal(file_read("/proc/self/status", 1 << 20, &status, &size, NULL), 0);
	at = strstr(status, "\nVmPeak:");
	assert_non_null(at);
	return strtol(at + strlen("\nVmPeak:"), NULL, 10) / 1024;
}

static void a_hostile_database_takes_little_memory_and_no_answer(void **state)
{
	cleanup_free char *path = xasprintf("%s/proxy.db", (char *)*state);
	long before_mib = peak_mib();

	for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
		hostile_make(path, hostile[i]);
		for (int depth = ZABBIX_BACKLOG_GLANCE; depth <= ZABBIX_BACKLOG_VERIFY; depth++) {
			struct zabbix_backlog backlog;

			zabbix_backlog_read(path, 600, (enum zabbix_backlog_depth)depth, &backlog);
			if (backlog.state != ZABBIX_BACKLOG_UNUSABLE)
				fail_msg("%zu: state %d, %s", i, backlog.state, backlog.detail);
			assert_int_equal(backlog.unsent, -1);
		}
	}
	assert_in_range(peak_mib() - before_mib, 0, 64);
}

/* The same asked without any guard, by a process of its own: MiB that it came to take. */
static long unguarded_mib(const char *path)
{
	long before_mib = peak_mib();
	int status, fds[2];
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	if (pid == 0) {
		sqlite3 *database = database_open(path);
		long mib;

		sqlite3_hard_heap_limit64(0);
		sqlite3_exec(database, "select max(id) from proxy_history", NULL, NULL, NULL);
		mib = peak_mib() - before_mib;
		_exit(write(fds[1], &mib, sizeof(mib)) < 0);
	}
	close(fds[1]);
	assert_int_equal(read(fds[0], &before_mib, sizeof(before_mib)), sizeof(before_mib));
	close(fds[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return before_mib;
}

static void without_the_guards_it_takes_much(void **state)
{
	static const size_t greedy[] = { 0, sizeof(hostile) / sizeof(hostile[0]) - 1 };
	cleanup_free char *path = xasprintf("%s/proxy.db", (char *)*state);

	for (size_t i = 0; i < sizeof(greedy) / sizeof(greedy[0]); i++) {
		hostile_make(path, hostile[greedy[i]]);
		assert_true(unguarded_mib(path) > 128);
	}
}

/* Of a million rows, where a proxy's has a dozen. */
static void a_database_without_its_indexes_is_not_read_to_its_end(void **state)
{
	struct zabbix_backlog backlog = read_made(*state,
		"create table ids (table_name, field_name, nextid); create table dbversion (mandatory);"
		"insert into dbversion values (6000000); create table proxy_history (id);"
		"insert into proxy_history with recursive n(id) as (select 1 union all"
		" select id + 1 from n limit 1000000) select id from n;");

	assert_int_equal(backlog.state, ZABBIX_BACKLOG_UNUSABLE);
	assert_string_equal(backlog.detail, "interrupted");
}

#define CONFIGURATION                                                                           \
	"create table hosts (hostid bigint primary key, host varchar(128));"                    \
	"create table items (itemid bigint primary key, type integer, hostid bigint,"           \
	" status integer);"                                                                     \
	"create table httptest (httptestid bigint primary key, hostid bigint, status integer);" \
	"insert into hosts values (1, 'web1'), (2, 'app1');"

static int demand_made(const char *directory, const char *sql, struct zabbix_demand *demand)
{
	cleanup_free char *path = xasprintf("%s/proxy.db", directory);

	database_make(path, sql);
	return zabbix_backlog_read_demand(path, demand);
}

static void what_a_proxy_has_to_poll_is_counted_by_kind(void **state)
{
	struct zabbix_demand demand;

	assert_int_equal(
		demand_made(*state,
			HISTORY_7_0 CONFIGURATION
			"insert into items values (1, 19, 1, 0), (2, 19, 2, 0), (3, 19, 1, 0),"
			" (4, 16, 2, 0), (5, 0, 1, 0), (6, 12, 1, 1), (7, 11, 3, 0);"
			"insert into httptest values (1, 1, 0), (2, 1, 1);",
			&demand),
		0);
	assert_int_equal(demand.kinds[ZABBIX_POLLER_HTTP_AGENT].count, 3);
	assert_string_equal(demand.kinds[ZABBIX_POLLER_HTTP_AGENT].host, "app1");
	assert_int_equal(demand.kinds[ZABBIX_POLLER_JMX].count, 1);
	assert_int_equal(demand.kinds[ZABBIX_POLLER_WEB].count, 1);
	assert_string_equal(demand.kinds[ZABBIX_POLLER_WEB].host, "web1");
	assert_int_equal(zabbix_demand_kinds(&demand),
		1u << ZABBIX_POLLER_HTTP_AGENT | 1u << ZABBIX_POLLER_JMX | 1u << ZABBIX_POLLER_WEB);
}

static void a_proxy_without_items_has_nothing_to_poll(void **state)
{
	struct zabbix_demand demand;

	assert_int_equal(demand_made(*state, HISTORY_6_0 CONFIGURATION, &demand), 0);
	assert_int_equal(zabbix_demand_kinds(&demand), 0);
}

static void where_there_are_no_such_tables_nothing_is_known(void **state)
{
	static const char *const faulty[] = { "", HISTORY_6_0,
		HISTORY_6_0 CONFIGURATION "create view v as select 1;" };

	for (size_t i = 0; i < sizeof(faulty) / sizeof(faulty[0]); i++) {
		cleanup_free char *path = xasprintf("%s/proxy.db", (char *)*state);
		struct zabbix_demand demand;

		assert_int_equal(demand_made(*state, faulty[i], &demand), -EIO);
		unlink(path);
	}
}

/* Computed text, and many rows without an index. */
static void of_a_hostile_database_the_demand_takes_little_memory_and_ends(void **state)
{
	static const char *const sql[] = {
		HISTORY_6_0 CONFIGURATION
		"drop table hosts; create table hosts (hostid bigint,"
		" host text generated always as (hex(zeroblob(100000000))));"
		"insert into hosts (hostid) values (1); insert into items values (1, 19, 1, 0);",
		HISTORY_6_0 CONFIGURATION
		"drop table hosts; create table hosts (hostid text, host text);"
		"insert into hosts with recursive n(id) as (select 1 union all select id + 1 from n"
		" limit 50000) select 'x', hex(randomblob(100)) from n;"
		"insert into items with recursive n(id) as (select 1 union all select id + 1 from n"
		" limit 50000) select id, 19, 'x', 0 from n;",
	};
	cleanup_free char *path = xasprintf("%s/proxy.db", (char *)*state);
	long before_mib = peak_mib();

	for (size_t i = 0; i < sizeof(sql) / sizeof(sql[0]); i++) {
		struct zabbix_demand demand;

		hostile_make(path, sql[i]);
		assert_int_equal(zabbix_backlog_read_demand(path, &demand), -EIO);
	}
	assert_in_range(peak_mib() - before_mib, 0, 64);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_scratch(what_a_proxy_has_to_poll_is_counted_by_kind),
		in_scratch(a_proxy_without_items_has_nothing_to_poll),
		in_scratch(where_there_are_no_such_tables_nothing_is_known),
		in_scratch(of_a_hostile_database_the_demand_takes_little_memory_and_ends),
		in_scratch(what_is_behind_the_last_sent_value_is_unsent),
		in_scratch(everything_is_unsent_where_nothing_was_sent_yet),
		in_scratch(nothing_is_unsent_where_there_are_no_values),
		in_scratch(values_that_were_cleared_after_the_sending_are_not_unsent),
		in_scratch(a_database_of_another_version_is_one),
		in_scratch(any_version_will_do_where_none_is_asked_for),
		in_scratch(a_missing_database_is_absent),
		in_scratch(what_a_proxy_cannot_use_is_unusable),
		in_scratch(garbage_is_unusable),
		in_scratch(a_damaged_page_is_found_by_a_thorough_look),
		in_scratch(a_truncated_database_is_unusable),
		in_scratch(a_locked_database_is_unknown_and_not_waited_for),
		in_scratch(nothing_is_written_beside_it),
		in_scratch(a_hostile_database_takes_little_memory_and_no_answer),
		in_scratch(without_the_guards_it_takes_much),
		in_scratch(a_database_without_its_indexes_is_not_read_to_its_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
