// SPDX-License-Identifier: GPL-2.0-or-later
/* Control groups of the real kernel, where its cgroup2 has controllers. */
#include "../unit/cmocka_all.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "process/cgroup.h"
#include "process/cgroup_place.h"
#include "process/spawn.h"

#define ROOT        "/sys/fs/cgroup"
#define DEADLINE_MS 10000

static const struct cgroup_limits no_limits = { 0 };

static void skip_test(void **state)
{
	(void)state;
	skip();
}

/* A mount namespace with a cgroup2 of all groups, and no sign of systemd. False: not here. */
static bool world_make(void)
{
	cleanup_free char *controllers = NULL;
	size_t size;

	if (geteuid() != 0 || unshare(CLONE_NEWNS) < 0 ||
		mount("", "/", NULL, MS_SLAVE | MS_REC, NULL) < 0 ||
		mount("tmpfs", "/run", "tmpfs", 0, "mode=755") < 0 ||
		mount("cgroup2", ROOT, "cgroup2", 0, NULL) < 0)
		return false;
	return file_read(ROOT "/cgroup.controllers", 4096, &controllers, &size, NULL) == 0 &&
		strstr(controllers, "memory") && strstr(controllers, "pids") &&
		strstr(controllers, "cpu");
}

static void move_self(const char *directory)
{
	struct error err = ERROR_INIT;

	if (cgroup_control_write(directory, "cgroup.procs", "0", &err) < 0)
		fail_msg("%s", err.text);
}

static struct cgroups *create(const char *name)
{
	struct cgroups *cgroups = NULL;
	struct error err = ERROR_INIT;

	if (cgroups_create(name, &cgroups, &err) < 0)
		fail_msg("%s", err.text);
	assert_null(cgroups_lacking(cgroups));
	return cgroups;
}

static void destroy(struct cgroups **cgroups)
{
	cgroups_destroy(*cgroups);
}

#define cleanup_cgroups cleanup(destroy)

static void assert_file(const char *path, const char *expected)
{
	cleanup_free char *text = NULL;
	size_t size;

	assert_int_equal(file_read(path, 65536, &text, &size, NULL), 0);
	assert_string_equal(text, expected);
}

static struct process start(int cgroup_fd, const char *command)
{
	char *argv[] = { (char *)"/bin/sh", (char *)"-c", (char *)command, NULL };
	struct process process = PROCESS_NONE;
	struct error err = ERROR_INIT;

	if (process_spawn(&(struct process_spec){ .argv = argv,
				  .netns_fd = -1,
				  .contained = true,
				  .lock_fd = -1,
				  .output_fd = -1,
				  .cgroup_fd = cgroup_fd },
		    &process, &err) < 0)
		fail_msg("%s", err.text);
	return process;
}

static struct process_exit await_end(struct process *process)
{
	struct pollfd ended = { .fd = process->pidfd, .events = POLLIN };
	struct process_exit end;

	assert_int_equal(poll(&ended, 1, DEADLINE_MS), 1);
	process_reap(process, &end);
	return end;
}

static int open_group(struct cgroups *cgroups, const char *tree, const struct cgroup_limits *limits)
{
	struct error err = ERROR_INIT;
	int fd = -1;

	if (cgroups_open(cgroups, tree, limits, &fd, &err) < 0)
		fail_msg("%s", err.text);
	return fd;
}

/* Another group than the root one, in which a thing or two are different. */
static void own_group_enter(void)
{
	for (int i = 0; i < 3; i++) {
		static const char *const words[] = { "+memory", "+pids", "+cpu" };

		assert_int_equal(
			cgroup_control_write(ROOT, "cgroup.subtree_control", words[i], NULL), 0);
	}
	assert_true(mkdir(ROOT "/vrfgate-test", 0755) == 0 || errno == EEXIST);
	move_self(ROOT "/vrfgate-test");
}

static void own_group_leave(void)
{
	move_self(ROOT);
	rmdir(ROOT "/vrfgate-test/vrfgate-supervisor");
	assert_int_equal(rmdir(ROOT "/vrfgate-test"), 0);
}

static void limits_are_those_of_the_kernels_files(void **state)
{
	const struct cgroup_limits limits = { 64 << 20, 50, 300 };
	cleanup_cgroups struct cgroups *cgroups = create("gw 1");
	cleanup_fd int fd = open_group(cgroups, "acme", &limits);

	(void)state;
	assert_true(fd >= 0);
	assert_file(ROOT "/vrfgate-gw_1/vrf-acme/memory.max", "67108864\n");
	assert_file(ROOT "/vrfgate-gw_1/vrf-acme/memory.oom.group", "1\n");
	assert_file(ROOT "/vrfgate-gw_1/vrf-acme/pids.max", "50\n");
	assert_file(ROOT "/vrfgate-gw_1/vrf-acme/cpu.weight", "300\n");
	assert_int_equal(cgroups_limit(cgroups, "acme", &no_limits, NULL), 0);
	assert_file(ROOT "/vrfgate-gw_1/vrf-acme/memory.max", "max\n");
	assert_file(ROOT "/vrfgate-gw_1/vrf-acme/pids.max", "max\n");
	assert_file(ROOT "/vrfgate-gw_1/vrf-acme/cpu.weight", "100\n");
	assert_int_equal(cgroups_limit(cgroups, "bravo", &limits, NULL), -ENOENT);
	assert_false(cgroups_close(cgroups, "acme"));
	assert_int_equal(access(ROOT "/vrfgate-gw_1/vrf-acme", F_OK), -1);
}

static void a_vrf_may_be_named_like_a_control_file(void **state)
{
	cleanup_cgroups struct cgroups *cgroups = create("gw1");
	cleanup_fd int fd = open_group(cgroups, "cgroup.procs", &no_limits);

	(void)state;
	assert_true(fd >= 0);
	cgroups_close(cgroups, "cgroup.procs");
}

static void a_tree_is_born_in_its_group(void **state)
{
	cleanup_cgroups struct cgroups *cgroups = create("gw1");
	cleanup_fd int fd = open_group(cgroups, "acme", &no_limits);
	struct process process = start(fd, "grep -qx 0::/vrfgate-gw1/vrf-acme /proc/self/cgroup");
	struct process_exit end = await_end(&process);

	(void)state;
	assert_false(end.by_signal);
	assert_int_equal(end.value, 0);
	cgroups_close(cgroups, "acme");
}

static void no_more_tasks_than_allowed(void **state)
{
	const struct cgroup_limits limits = { .tasks = 8 };
	cleanup_cgroups struct cgroups *cgroups = create("gw1");
	cleanup_fd int fd = open_group(cgroups, "acme", &limits);
	struct process process = start(
		fd, "i=0; while [ $i -lt 20 ]; do sleep 60 & i=$((i+1)); done 2>/dev/null; exit 9");

	(void)state;
	/* A shell that cannot fork ends with 2. */
	assert_int_equal(await_end(&process).value, 2);
	assert_false(cgroups_close(cgroups, "acme"));
}

static void a_tree_that_takes_too_much_memory_is_killed_as_a_whole_and_told(void **state)
{
	const struct cgroup_limits limits = { .memory_bytes = 16 << 20 };
	cleanup_cgroups struct cgroups *cgroups = create("gw1");
	cleanup_fd int fd = open_group(cgroups, "acme", &limits);
	struct process process = start(fd, "head -c 60000000 /dev/zero | tail; sleep 60");
	struct process_exit end = await_end(&process);

	(void)state;
	assert_true(end.by_signal);
	assert_int_equal(end.value, SIGKILL);
	assert_true(cgroups_close(cgroups, "acme"));
	/* The next life begins with a clean count. */
	close(open_group(cgroups, "acme", &limits));
	assert_false(cgroups_close(cgroups, "acme"));
}

static void what_is_left_in_a_group_is_ended_before_it_is_used_again(void **state)
{
	cleanup_cgroups struct cgroups *cgroups = create("gw1");
	cleanup_fd int fd = open_group(cgroups, "acme", &no_limits), again = -1;
	struct process process = start(fd, "sleep 60"), next;
	struct process_exit end;

	(void)state;
	assert_int_equal(cgroups_open(cgroups, "acme", &no_limits, &again, NULL), -EBUSY);
	assert_true(await_end(&process).by_signal);
	again = open_group(cgroups, "acme", &no_limits);
	next = start(again, "exit 5");
	end = await_end(&next);
	assert_false(end.by_signal);
	assert_int_equal(end.value, 5);
	cgroups_close(cgroups, "acme");
}

static void what_outlives_its_tree_is_ended_when_the_group_is_closed(void **state)
{
	cleanup_cgroups struct cgroups *cgroups = create("gw1");
	cleanup_fd int fd = open_group(cgroups, "acme", &no_limits);
	struct process process = start(fd, "sleep 60");

	(void)state;
	cgroups_close(cgroups, "acme");
	assert_true(await_end(&process).by_signal);
	cgroups_close(cgroups, "acme");
	assert_int_equal(access(ROOT "/vrfgate-gw1/vrf-acme", F_OK), -1);
}

static void outside_of_the_root_group_we_step_aside(void **state)
{
	cleanup_free char *pid = xasprintf("%d\n", getpid());

	(void)state;
	own_group_enter();
	{
		cleanup_cgroups struct cgroups *cgroups = create("gw1");
		cleanup_fd int fd = open_group(cgroups, "acme", &no_limits);

		assert_true(fd >= 0);
		assert_file(ROOT "/vrfgate-test/vrfgate-supervisor/cgroup.procs", pid);
		assert_int_equal(access(ROOT "/vrfgate-test/vrfgate-gw1/vrf-acme", F_OK), 0);
		cgroups_close(cgroups, "acme");
	}
	own_group_leave();
}

static void a_group_that_others_are_in_is_left_alone(void **state)
{
	struct cgroups *cgroups = NULL;
	struct error err = ERROR_INIT;
	struct process other;

	(void)state;
	own_group_enter();
	other = start(-1, "sleep 60");
	assert_int_equal(cgroups_create("gw1", &cgroups, &err), -EBUSY);
	assert_string_equal(
		err.text, "other processes are in control group '" ROOT "/vrfgate-test'");
	assert_int_equal(access(ROOT "/vrfgate-test/vrfgate-supervisor", F_OK), -1);
	process_signal(&other, SIGKILL);
	await_end(&other);
	own_group_leave();
}

static void what_a_killed_supervisor_left_is_removed(void **state)
{
	struct cgroups *cgroups = create("gw1");

	(void)state;
	close(open_group(cgroups, "acme", &no_limits));
	/* Not empty: it stays. */
	cgroups_destroy(cgroups);
	assert_int_equal(access(ROOT "/vrfgate-gw1/vrf-acme", F_OK), 0);
	cgroups_remove_leftovers("gw1");
	assert_int_equal(access(ROOT "/vrfgate-gw1", F_OK), -1);
	cgroups_remove_leftovers("gw1");
}

static void without_cgroup2_nothing_can_be_limited(void **state)
{
	struct cgroups *cgroups = NULL;
	struct error err = ERROR_INIT;
	int status;
	pid_t pid = fork();

	(void)state;
	if (pid == 0) {
		if (unshare(CLONE_NEWNS) < 0 || umount2(ROOT, MNT_DETACH) < 0)
			_exit(2);
		_exit(cgroups_create("gw1", &cgroups, &err) == -ENOTSUP &&
					strcmp(err.text, "cgroup2 is not mounted") == 0
				? 0
				: 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(WEXITSTATUS(status), 0);
}

#define where_possible(test)                                         \
	{                                                            \
#test, possible ? test : skip_test, NULL, NULL, NULL \
	}

int main(void)
{
	bool possible = world_make();
	const struct CMUnitTest tests[] = {
		where_possible(limits_are_those_of_the_kernels_files),
		where_possible(a_vrf_may_be_named_like_a_control_file),
		where_possible(a_tree_is_born_in_its_group),
		where_possible(no_more_tasks_than_allowed),
		where_possible(a_tree_that_takes_too_much_memory_is_killed_as_a_whole_and_told),
		where_possible(what_is_left_in_a_group_is_ended_before_it_is_used_again),
		where_possible(what_outlives_its_tree_is_ended_when_the_group_is_closed),
		where_possible(outside_of_the_root_group_we_step_aside),
		where_possible(a_group_that_others_are_in_is_left_alone),
		where_possible(what_a_killed_supervisor_left_is_removed),
		where_possible(without_cgroup2_nothing_can_be_limited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
