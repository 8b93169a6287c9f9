// SPDX-License-Identifier: GPL-2.0-or-later
/* Memory and backlog of a proxy that is ourselves, with a database made here. */
#include "../scratch.h"

#include <sqlite3.h>
#include <sys/wait.h>
#include <systemd/sd-event.h>

#include "base/clock.h"
#include "supervisor/vitals.h"
#include "vrf/life.h"

#define CONFIG \
	"proxy { user = nobody psk = false }\nvrf acme { }\nnamespace mgmt { }\nvrf bravo { }\n"
#define DEADLINE_MS 10000
#define DATABASE                                                                               \
	"create table ids (table_name text, field_name text, nextid bigint);"                  \
	"create table dbversion (mandatory integer);"                                          \
	"create table proxy_history (id integer primary key);"                                 \
	"insert into dbversion values (6000000); insert into proxy_history values (40), (42);" \
	"insert into ids values ('proxy_history', 'history_lastid', 30);"

struct scene {
	struct loaded loaded;
	struct supervisor supervisor;
};

/* Our own process. */
static void proxy_begin(struct vrf *vrf)
{
	vrf->proxy.process.pid = getpid();
	vrf->proxy.started_ms = vrf->proxy.ready_ms = clock_now_ms();
}

/* The proxy of the first VRF is ready. */
static void scene_begin(struct scene *scene, const char *directory)
{
	struct supervisor *supervisor = &scene->supervisor;

	*scene = (struct scene){ .loaded = scratch_config(directory, CONFIG) };
	supervisor->config = scene->loaded.config;
	supervisor->context.config = scene->loaded.config;
	assert_true(sd_event_new(&supervisor->event) >= 0);
	supervisor->context.event = supervisor->event;
	for (size_t i = 0; i < scene->loaded.config->n_vrfs; i++)
		*array_append(&supervisor->vrfs, &supervisor->n_vrfs) = vrf_create(
			&supervisor->context, &scene->loaded.config->vrfs[i], (uint32_t)i);
	proxy_begin(supervisor->vrfs[0]);
	supervisor->vitals = vitals_create(supervisor);
}

static void scene_end(struct scene *scene)
{
	struct supervisor *supervisor = &scene->supervisor;

	vitals_destroy(supervisor->vitals);
	for (size_t i = 0; i < supervisor->n_vrfs; i++)
		vrf_destroy(supervisor->vrfs[i]);
	free(supervisor->vrfs);
	sd_event_unref(supervisor->event);
	loaded_finish(&scene->loaded);
}

#define cleanup_scene cleanup(scene_end)

static void database_make(const struct vrf *vrf)
{
	struct file_owner owner = { 0755, (uid_t)-1, (gid_t)-1 };
	sqlite3 *database = NULL;

	assert_int_equal(file_make_dir(vrf->paths.run_dir, &owner, NULL), 0);
	assert_int_equal(file_make_dir(vrf->paths.log_dir, &owner, NULL), 0);
	assert_int_equal(file_make_dir(vrf->paths.state_dir, &owner, NULL), 0);
	assert_int_equal(sqlite3_open(vrf->paths.database, &database), SQLITE_OK);
	assert_int_equal(sqlite3_exec(database, DATABASE, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(database);
}

static void run_until(
	struct scene *scene, bool (*holds)(const struct vrf *vrf), const struct vrf *vrf)
{
	uint64_t deadline_ms = clock_now_ms() + DEADLINE_MS;

	while (!holds(vrf)) {
		assert_true(clock_now_ms() < deadline_ms);
		assert_true(sd_event_run(scene->supervisor.event, 100000) >= 0);
	}
}

static bool was_read(const struct vrf *vrf)
{
	return vrf->vitals.read_ms;
}

/* By the only child that we have. */
static bool is_being_read(const struct vrf *vrf)
{
	siginfo_t info;

	(void)vrf;
	return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT | __WALL) == 0;
}

/* Runs the loop until the first VRF was read. */
static void scene_read(struct scene *scene)
{
	run_until(scene, was_read, scene->supervisor.vrfs[0]);
}

static void memory_and_backlog_of_a_ready_proxy_are_read(void **state)
{
	cleanup_scene struct scene scene;
	struct vrf **vrfs;

	scene_begin(&scene, *state);
	vrfs = scene.supervisor.vrfs;
	database_make(vrfs[0]);
	scene_read(&scene);
	assert_int_equal(vrfs[0]->vitals.unsent, 12);
	assert_true(vrfs[0]->vitals.memory_bytes > 100000);
	assert_int_equal(vrfs[1]->vitals.read_ms, 0);
}

/* What goes by the config, as which pollers it is to have, must not be asked of it any more. */
static void what_is_read_of_one_that_has_gone_meanwhile_is_dropped(void **state)
{
	cleanup_scene struct scene scene;
	struct vrf **vrfs;

	scene_begin(&scene, *state);
	vrfs = scene.supervisor.vrfs;
	database_make(vrfs[0]);
	run_until(&scene, is_being_read, vrfs[0]);
	vrfs[0]->config = NULL;
	proxy_begin(vrfs[2]);
	run_until(&scene, was_read, vrfs[2]);
	assert_int_equal(vrfs[0]->vitals.read_ms, 0);
}

static void what_cannot_be_read_is_not_known(void **state)
{
	cleanup_scene struct scene scene;

	scene_begin(&scene, *state);
	scene_read(&scene);
	assert_int_equal(scene.supervisor.vrfs[0]->vitals.unsent, -1);
	assert_true(scene.supervisor.vrfs[0]->vitals.memory_bytes > 100000);
}

/* As root only: another's process and directory are read all the same, without our rights. */
static void the_database_is_read_with_the_rights_of_the_proxys_user(void **state)
{
	cleanup_scene struct scene scene;

	scene_begin(&scene, *state);
	database_make(scene.supervisor.vrfs[0]);
	assert_int_equal(chmod(scene.supervisor.vrfs[0]->paths.database, 0600), 0);
	scene_read(&scene);
	assert_int_equal(scene.supervisor.vrfs[0]->vitals.unsent, -1);
}

/* A proxy's user may have put a pipe in the place of its database: to open that waits for ever. */
static void a_database_that_hangs_holds_up_nobody(void **state)
{
	cleanup_scene struct scene scene;
	struct vrf *vrf;
	uint64_t worst_ms = 0;

	scene_begin(&scene, *state);
	vrf = scene.supervisor.vrfs[0];
	database_make(vrf);
	assert_int_equal(unlink(vrf->paths.database), 0);
	assert_int_equal(mkfifo(vrf->paths.database, 0644), 0);
	while (!vrf->vitals.read_ms) {
		uint64_t began_ms = clock_now_ms();

		assert_true(sd_event_run(scene.supervisor.event, 0) >= 0);
		if (clock_now_ms() - began_ms > worst_ms)
			worst_ms = clock_now_ms() - began_ms;
	}
	assert_int_equal(vrf->vitals.unsent, -1);
	assert_true(worst_ms < 1000);
	/* What is read before it is known all the same. */
	assert_true(vrf->vitals.memory_bytes > 100000);
	assert_int_equal(vrf->wedge.read_ms > 0, true);
}

static void what_the_log_of_this_life_says_of_the_connection_is_read(void **state)
{
	static const char fine[] = "     7:20261130:153900.000 Connection restored.\n";
	static const char failed[] = "     7:20261130:153929.026 Unable to connect to [x] [TCP "
				     "successful, cannot establish TLS to [x]]\n";
	cleanup_free char *log = xasprintf("%s%s", failed, fine);
	struct file_owner owner = { 0644, (uid_t)-1, (gid_t)-1 };

	for (int i = 0; i < 2; i++) {
		cleanup_scene struct scene scene;
		struct vrf *vrf;

		scene_begin(&scene, *state);
		vrf = scene.supervisor.vrfs[0];
		database_make(vrf);
		assert_int_equal(file_write(vrf->paths.log, log,
					 strlen(log) - (i ? strlen(fine) : 0), &owner, NULL),
			0);
		/* Of a former life nothing counts. */
		vrf->log_offset = i ? 0 : (off_t)strlen(failed);
		scene_read(&scene);
		assert_int_equal(vrf->link, i ? ZABBIX_LINK_TLS : ZABBIX_LINK_FINE);
		assert_int_equal(vrf->link_failed_ms > 0, i);
		assert_int_equal(unlink(vrf->paths.log), 0);
		assert_int_equal(unlink(vrf->paths.database), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_scratch_as_root(memory_and_backlog_of_a_ready_proxy_are_read),
		in_scratch_as_root(what_is_read_of_one_that_has_gone_meanwhile_is_dropped),
		in_scratch_as_root(what_cannot_be_read_is_not_known),
		in_scratch_as_root(the_database_is_read_with_the_rights_of_the_proxys_user),
		in_scratch_as_root(a_database_that_hangs_holds_up_nobody),
		in_scratch_as_root(what_the_log_of_this_life_says_of_the_connection_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
