// SPDX-License-Identifier: GPL-2.0-or-later
/* Databases that a proxy cannot use, and one that it can. */
#include "../scratch.h"

#include <sqlite3.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <systemd/sd-event.h>

#include "vrf/life.h"
#include "vrf/rescue.h"

#define NOW   1795575600 /* 2026-11-25 03:00:00 UTC */
#define ASIDE "proxy.db.20261125T030000Z"
#define TABLES                                                                \
	"create table ids (table_name text, field_name text, nextid bigint);" \
	"create table dbversion (mandatory integer);"                         \
	"create table proxy_history (id integer primary key);"                \
	"insert into dbversion values (6000000);"

static void database_make(const char *directory)
{
	cleanup_free char *path = xasprintf("%s/proxy.db", directory);
	sqlite3 *database = NULL;

	assert_int_equal(sqlite3_open(path, &database), SQLITE_OK);
	assert_int_equal(sqlite3_exec(database, TABLES, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(database);
}

static bool is_there(const char *directory, const char *name)
{
	cleanup_free char *path = xasprintf("%s/%s", directory, name);

	return access(path, F_OK) == 0;
}

static struct rescue_result rescue(const char *directory, unsigned version)
{
	cleanup_free char *path = xasprintf("%s/proxy.db", directory);
	struct rescue_result result;

	rescue_database(path, version, RESCUE_THOROUGH, NOW, &result);
	return result;
}

static void a_usable_database_and_none_are_left_alone(void **state)
{
	struct rescue_result result = rescue(*state, 600);

	assert_false(result.moved);
	assert_string_equal(result.text, "");
	database_make(*state);
	result = rescue(*state, 600);
	assert_false(result.moved);
	assert_string_equal(result.text, "");
	assert_true(is_there(*state, "proxy.db"));
}

static void garbage_is_moved_aside_with_what_belongs_to_it_and_the_reason_is_said(void **state)
{
	cleanup_free char *kept = NULL;
	cleanup_free char *expected = xasprintf(
		"its database could not be used (file is not a database) and was moved aside to"
		" '%s/" ASIDE "'",
		(char *)*state);
	struct rescue_result result;

	scratch_write(*state, "proxy.db", "no database at all, only words and words");
	scratch_write(*state, "proxy.db-shm", "of it");
	result = rescue(*state, 600);
	assert_true(result.moved);
	assert_string_equal(result.text, expected);
	assert_false(is_there(*state, "proxy.db"));
	assert_false(is_there(*state, "proxy.db-shm"));
	assert_true(is_there(*state, ASIDE "-shm"));
	kept = scratch_read(*state, ASIDE);
	assert_string_equal(kept, "no database at all, only words and words");
}

static void a_database_of_another_version_is_moved_aside(void **state)
{
	struct rescue_result result;

	database_make(*state);
	result = rescue(*state, 700);
	assert_true(result.moved);
	assert_non_null(strstr(result.text, "of Zabbix 6.0, the proxy is 7.0"));
	assert_true(is_there(*state, ASIDE));
}

static void what_was_moved_aside_before_is_not_overwritten(void **state)
{
	cleanup_free char *kept = NULL;
	struct rescue_result result;

	scratch_write(*state, "proxy.db", "garbage");
	scratch_write(*state, ASIDE, "older");
	result = rescue(*state, 600);
	assert_false(result.moved);
	assert_non_null(strstr(result.text, "and cannot be moved aside: File exists"));
	kept = scratch_read(*state, ASIDE);
	assert_string_equal(kept, "older");
	assert_true(is_there(*state, "proxy.db"));
}

static void a_full_disk_is_named(void **state)
{
	char text[256];

	assert_int_equal(rescue_disk_fault(*state, text), CAUSE_NONE);
	assert_string_equal(text, "");
	assert_int_equal(mount("tmpfs", *state, "tmpfs", 0, "size=512k"), 0);
	assert_int_equal(rescue_disk_fault(*state, text), CAUSE_DISK_FULL);
	assert_int_equal(umount2(*state, MNT_DETACH), 0);
	assert_int_equal(strncmp(text, "disk full: less than 1 MiB is left in '/", 40), 0);
}

static void a_file_system_that_is_read_only_is_named(void **state)
{
	char text[256];

	assert_int_equal(mount("tmpfs", *state, "tmpfs", MS_RDONLY, ""), 0);
	assert_int_equal(rescue_disk_fault(*state, text), CAUSE_DISK_READ_ONLY);
	assert_int_equal(umount2(*state, MNT_DETACH), 0);
	assert_int_equal(strncmp(text, "the file system of '/", 21), 0);
	assert_non_null(strstr(text, "' is read-only"));
}

/* --- by the helper --- */

struct life {
	struct loaded loaded;
	struct vrf_context context;
	struct vrf *vrf;
	struct rescue_result result;
	int answers;
};

static void on_done(const void *answer, size_t size, bool in_time, void *data)
{
	struct life *life = data;

	(void)in_time;
	rescue_read_answer(answer, size, &life->result);
	life->answers++;
}

static void life_begin(struct life *life, const char *directory)
{
	struct file_owner owner = { 0777, (uid_t)-1, (gid_t)-1 };

	*life = (struct life){ .loaded = scratch_config(
				       directory, "proxy { user = nobody }\nvrf acme { }\n") };
	life->context = (struct vrf_context){
		.config = life->loaded.config,
	};
	assert_true(sd_event_new(&life->context.event) >= 0);
	life->vrf = vrf_create(&life->context, &life->loaded.config->vrfs[0], 0);
	assert_int_equal(file_make_dir(life->vrf->paths.state_dir, &owner, NULL), 0);
	assert_int_equal(chmod(life->vrf->paths.state_dir, 0777), 0);
	assert_int_equal(file_make_dir(life->vrf->paths.log_dir, &owner, NULL), 0);
	assert_int_equal(file_make_dir(life->vrf->paths.run_dir, &owner, NULL), 0);
	scratch_write(life->vrf->paths.state_dir, "proxy.db", "garbage, and enough of it");
}

static void life_end(struct life *life)
{
	vrf_destroy(life->vrf);
	sd_event_unref(life->context.event);
	loaded_finish(&life->loaded);
}

#define cleanup_life cleanup(life_end)

static void life_await_answer(struct life *life)
{
	struct job *job = NULL;

	assert_int_equal(
		rescue_start(life->vrf, 600, RESCUE_THOROUGH, on_done, life, &job, NULL), 0);
	while (!life->answers)
		assert_true(sd_event_run(life->context.event, 20000000) > 0);
}

static void a_helper_does_it_with_the_rights_of_the_user(void **state)
{
	cleanup_life struct life life;

	life_begin(&life, *state);
	life_await_answer(&life);
	assert_true(life.result.moved);
	assert_false(is_there(life.vrf->paths.state_dir, "proxy.db"));
}

static void what_a_full_disk_did_is_not_blamed_on_the_database(void **state)
{
	cleanup_life struct life life;

	life_begin(&life, *state);
	scratch_write(life.vrf->paths.log_dir, "zabbix_proxy.log",
		"[Z3005] query failed: [13] database or disk is full [insert]\n");
	life_await_answer(&life);
	assert_false(life.result.moved);
	assert_string_equal(life.result.text, "disk full, its log says");
	assert_true(is_there(life.vrf->paths.state_dir, "proxy.db"));
}

static void what_the_log_said_of_former_lives_is_past(void **state)
{
	cleanup_life struct life life;

	life_begin(&life, *state);
	scratch_write(life.vrf->paths.log_dir, "zabbix_proxy.log", "database or disk is full\nx\n");
	life.vrf->log_offset = 25;
	life_await_answer(&life);
	assert_true(life.result.moved);
}

/* Before a start: only a database of another version is in the way. */
static void before_a_start_only_another_version_is_moved_and_its_unsent_values_are_counted(
	void **state)
{
	cleanup_free char *path = xasprintf("%s/proxy.db", (char *)*state);
	cleanup_free char *expected = xasprintf(
		"its database is of Zabbix 6.0, the proxy is 7.0: it holds 3 unsent values and was moved"
		" aside to '%s/" ASIDE "'",
		(char *)*state);
	struct rescue_result result;
	sqlite3 *database = NULL;

	scratch_write(*state, "proxy.db", "no database at all");
	rescue_database(path, 700, RESCUE_VERSION, NOW, &result);
	assert_false(result.moved || result.unknown || result.in_the_way);
	unlink(path);
	database_make(*state);
	assert_int_equal(sqlite3_open(path, &database), SQLITE_OK);
	assert_int_equal(sqlite3_exec(database, "insert into proxy_history values (1), (2), (3)",
				 NULL, NULL, NULL),
		SQLITE_OK);
	rescue_database(path, 600, RESCUE_VERSION, NOW, &result);
	assert_false(result.moved);
	assert_int_equal(result.version, 600);
	assert_int_equal(sqlite3_exec(database, "begin exclusive", NULL, NULL, NULL), SQLITE_OK);
	rescue_database(path, 700, RESCUE_VERSION, NOW, &result);
	assert_true(result.unknown);
	assert_string_equal(result.text, "its database cannot be read (database is locked)");
	sqlite3_close(database);
	rescue_database(path, 700, RESCUE_VERSION, NOW, &result);
	assert_true(result.moved);
	assert_string_equal(result.text, expected);
	database_make(*state);
	rescue_database(path, 700, RESCUE_VERSION, NOW, &result);
	assert_true(result.in_the_way);
}

static void a_database_whose_values_can_be_sent_first_stays(void **state)
{
	cleanup_free char *path = xasprintf("%s/proxy.db", (char *)*state);
	struct rescue_result result;
	sqlite3 *database = NULL;

	rescue_database(path, 0, RESCUE_COUNT, NOW, &result);
	assert_int_equal(result.unsent, 0);
	database_make(*state);
	assert_int_equal(sqlite3_open(path, &database), SQLITE_OK);
	assert_int_equal(sqlite3_exec(database, "insert into proxy_history values (1), (2), (3)",
				 NULL, NULL, NULL),
		SQLITE_OK);
	rescue_database(path, 700, RESCUE_SENDABLE, NOW, &result);
	assert_false(result.moved || result.unknown || result.in_the_way);
	assert_int_equal(result.version, 600);
	assert_int_equal(result.unsent, 3);
	rescue_database(path, 0, RESCUE_COUNT, NOW, &result);
	assert_int_equal(result.version, 600);
	assert_int_equal(result.unsent, 3);
	assert_int_equal(sqlite3_exec(database, "begin exclusive", NULL, NULL, NULL), SQLITE_OK);
	rescue_database(path, 0, RESCUE_GLANCE, NOW, &result);
	assert_int_equal(result.unsent, -1);
	assert_false(result.moved);
	sqlite3_exec(database, "rollback; delete from proxy_history", NULL, NULL, NULL);
	sqlite3_close(database);
	rescue_database(path, 700, RESCUE_SENDABLE, NOW, &result);
	assert_true(result.moved);
}

/* A proxy that was killed amid a transaction, as nobody: its changes are in the file, or in the log. */
static void database_leave(const char *path, const char *before, const char *after)
{
	sqlite3 *database = NULL;
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		bool done = setgid(65534) == 0 && setuid(65534) == 0 &&
			sqlite3_open(path, &database) == SQLITE_OK &&
			sqlite3_exec(database, TABLES, NULL, NULL, NULL) == SQLITE_OK &&
			sqlite3_exec(database, before, NULL, NULL, NULL) == SQLITE_OK &&
			sqlite3_exec(database, after, NULL, NULL, NULL) == SQLITE_OK;

		_exit(!done);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* What SQLite does to files for that is granted to the helper, though little is. */
static void a_helper_finishes_what_a_killed_proxy_left_and_moves_the_database(void **state)
{
	static const struct {
		const char *before, *after, *suffix;
	} left[] = {
		{ "insert into proxy_history values (1), (2), (3)",
			"pragma cache_size = 1; begin; with recursive n(i) as (values (4) union all"
			" select i + 1 from n where i < 90000) insert into proxy_history select i from n",
			"-journal" },
		{ "pragma journal_mode = wal", "insert into proxy_history values (1), (2), (3)",
			"-wal" },
	};

	for (size_t i = 0; i < sizeof(left) / sizeof(left[0]); i++) {
		cleanup_free char *directory = xasprintf("%s/%zu", (char *)*state, i);
		cleanup_free char *name = xasprintf("proxy.db%s", left[i].suffix);
		cleanup_life struct life life;
		struct job *job = NULL;

		assert_int_equal(mkdir(directory, 0755), 0);
		life_begin(&life, directory);
		unlink(life.vrf->paths.database);
		database_leave(life.vrf->paths.database, left[i].before, left[i].after);
		assert_true(is_there(life.vrf->paths.state_dir, name));
		assert_int_equal(
			rescue_start(life.vrf, 700, RESCUE_VERSION, on_done, &life, &job, NULL), 0);
		while (!life.answers)
			assert_true(sd_event_run(life.context.event, 20000000) > 0);
		assert_true(life.result.moved);
		assert_non_null(strstr(life.result.text, "it holds 3 unsent values"));
		assert_false(is_there(life.vrf->paths.state_dir, name));
	}
}

/* A pipe in the place of its journal holds whoever opens it, until it is killed. */
static void a_killed_one_has_ended_when_it_is_told(void **state)
{
	cleanup_free char *journal = NULL;
	cleanup_life struct life life;
	struct job *job = NULL;

	life_begin(&life, *state);
	journal = xasprintf("%s-journal", life.vrf->paths.database);
	assert_int_equal(mkfifo(journal, 0666), 0);
	assert_int_equal(chmod(journal, 0666), 0);
	assert_int_equal(chmod(life.vrf->paths.database, 0666), 0);
	assert_int_equal(
		rescue_start(life.vrf, 600, RESCUE_VERSION, on_done, &life, &job, NULL), 0);
	job_kill(job);
	while (!life.answers)
		assert_true(sd_event_run(life.context.event, 20000000) > 0);
	assert_true(life.result.unknown);
	assert_false(life.result.moved);
	/* It was our child, and there is none any more. */
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_scratch(a_usable_database_and_none_are_left_alone),
		in_scratch(garbage_is_moved_aside_with_what_belongs_to_it_and_the_reason_is_said),
		in_scratch(a_database_of_another_version_is_moved_aside),
		in_scratch(what_was_moved_aside_before_is_not_overwritten),
		in_scratch_as_root(a_full_disk_is_named),
		in_scratch_as_root(a_file_system_that_is_read_only_is_named),
		in_scratch_as_root(a_helper_does_it_with_the_rights_of_the_user),
		in_scratch_as_root(what_a_full_disk_did_is_not_blamed_on_the_database),
		in_scratch_as_root(what_the_log_said_of_former_lives_is_past),
		in_scratch(
			before_a_start_only_another_version_is_moved_and_its_unsent_values_are_counted),
		in_scratch(a_database_whose_values_can_be_sent_first_stays),
		in_scratch_as_root(
			a_helper_finishes_what_a_killed_proxy_left_and_moves_the_database),
		in_scratch_as_root(a_killed_one_has_ended_when_it_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
