// SPDX-License-Identifier: GPL-2.0-or-later
/* Names in /run/netns while others make names there too, and files that are none. */
#include "nlops.h"

#define VRFS   8
#define ROUNDS 10

static int count_mounts(const char *path)
{
	cleanup_free char *command = xasprintf("grep -c ' %s ' /proc/self/mountinfo", path);
	cleanup_free char *count = world_read(command);

	return atoi(count);
}

/* As after a boot: no directory, and no mount but what may be hidden. */
static void forget_directory(void)
{
	assert_int_equal(
		world_run("umount -R -l /run/netns 2>/dev/null; umount -l /run 2>/dev/null; "
			  "mount -t tmpfs tmpfs /run"),
		0);
}

static void want_fleet(struct net_want *want)
{
	static char names[VRFS][8];

	for (int i = 0; i < VRFS; i++) {
		snprintf(names[i], sizeof(names[i]), "name%d", i);
		world_add_link(
			world_add_netns(want, names[i], i), "cust", NET_LINK_MACVLAN, "trunk0");
	}
}

/* A name of a namespace, once mounted. */
static void assert_named(const char *name)
{
	cleanup_free char *path = xasprintf(NETNS_DIR "/%s", name);
	int fd = netns_open(name, NULL);

	if (fd < 0)
		fail_msg("'%s' is no namespace", name);
	close(fd);
	if (count_mounts(path) != 1)
		fail_msg("'%s' is mounted %d times", name, count_mounts(path));
}

/* An `up` that begins once the pipe is closed; what it cannot have it leaves. */
static pid_t begin_up(const struct net_want *want, const int gate[2])
{
	struct error err = ERROR_INIT;
	pid_t pid = fork();
	struct net_have *have;
	struct net_plan *plan;
	char byte;

	if (pid != 0)
		return pid;
	close(gate[1]);
	(void)!read(gate[0], &byte, 1);
	if (net_have_read(want, &have, &err) < 0) {
		fprintf(stderr, "%s\n", err.text);
		abort();
	}
	plan = net_plan_create(want, have);
	(void)net_plan_apply(plan, NULL, NULL, &err);
	_exit(0);
}

/* A shell that does it: an exit of our own would be judged by valgrind, leaks and all. */
static pid_t begin_shell(const char *command, const int gate[2])
{
	pid_t pid = fork();
	char byte;

	if (pid != 0)
		return pid;
	close(gate[1]);
	(void)!read(gate[0], &byte, 1);
	execl("/bin/sh", "sh", "-c", command, NULL);
	_exit(127);
}

static void the_directory_is_shared_once_however_many_begin(void **state)
{
	cleanup(net_want_finish) struct net_want want = world_want();

	(void)state;
	want_fleet(&want);
	for (int round = 0; round < ROUNDS; round++) {
		pid_t ours, theirs;
		int gate[2], status, mounts;

		forget_directory();
		mounts = count_mounts(NETNS_DIR);
		assert_int_equal(pipe(gate), 0);
		ours = begin_up(&want, gate);
		theirs = begin_shell(
			"for i in 0 1 2 3 4 5; do ip netns add foreign$i || exit 1; done", gate);
		close(gate[0]);
		close(gate[1]);
		assert_int_equal(waitpid(ours, &status, 0), ours);
		assert_false(WIFSIGNALED(status));
		assert_int_equal(waitpid(theirs, &status, 0), theirs);
		assert_int_equal(status, 0);
		assert_int_equal(count_mounts(NETNS_DIR), mounts + 1);
		assert_int_equal(world_count(&want), 0);
		for (size_t i = 0; i < want.n_netns; i++)
			assert_named(want.netns[i].name);
		for (int i = 0; i < 6; i++) {
			char name[16];

			snprintf(name, sizeof(name), "foreign%d", i);
			assert_named(name);
		}
		world_down();
		world_run("for i in 0 1 2 3 4 5; do ip netns del foreign$i; done");
	}
}

/* Whoever comes second for a name leaves it alone. */
static void two_at_once_do_not_hide_each_others_names(void **state)
{
	cleanup(net_want_finish) struct net_want want = world_want();
	cleanup_free char *before = NULL;

	(void)state;
	forget_directory();
	world_run("ip netns add first; ip netns del first");
	before = world_dump();
	want_fleet(&want);
	for (int round = 0; round < ROUNDS; round++) {
		pid_t pids[3];
		int gate[2], status;

		assert_int_equal(pipe(gate), 0);
		for (int i = 0; i < 3; i++)
			pids[i] = begin_up(&want, gate);
		close(gate[0]);
		close(gate[1]);
		for (int i = 0; i < 3; i++) {
			assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
			assert_false(WIFSIGNALED(status));
		}
		world_up(&want);
		assert_int_equal(world_count(&want), 0);
		for (size_t i = 0; i < want.n_netns; i++)
			assert_named(want.netns[i].name);
		world_down();
		world_assert_is(before);
	}
}

static void a_name_that_somebody_is_about_to_use_is_his(void **state)
{
	cleanup(net_want_finish) struct net_want want = world_want();
	struct error err;
	int gate[2], status;
	pid_t pid;

	(void)state;
	world_add_netns(&want, "name0", 0);
	assert_int_equal(pipe(gate), 0);
	/* as `ip netns add`, but slow between the file and the mount */
	pid = begin_shell("touch /run/netns/name0; sleep 0.03; "
			  "unshare -n mount --bind /proc/self/ns/net /run/netns/name0",
		gate);
	close(gate[0]);
	close(gate[1]);
	while (access(NETNS_DIR "/name0", F_OK) < 0)
		;
	world_try(&want, &err);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_string_equal(err.text, "vrf 'name0': namespace 'name0' is already there");
	assert_named("name0");
	assert_int_equal(world_run("ip -n name0 link show uplink 2>/dev/null"), 0x100);
	world_down();
	assert_named("name0");
	world_run("ip netns del name0");
}

/* A regular file, one that may not be read, and the name of a namespace that is gone. */
static void what_is_no_namespace_is_replaced(void **state)
{
	static const char *const stale[] = {
		"touch /run/netns/v0",
		"touch /run/netns/v0; chmod 0 /run/netns/v0",
		"ip netns add v0; umount /run/netns/v0",
		"ln -s /nowhere /run/netns/v0",
		"ln -s /dev/null /run/netns/v0",
		"mkfifo /run/netns/v0",
	};
	cleanup(net_want_finish) struct net_want want = world_want();

	(void)state;
	world_add_netns(&want, "v0", 0);
	for (size_t i = 0; i < sizeof(stale) / sizeof(*stale); i++) {
		struct error err;

		assert_int_equal(world_run("%s", stale[i]), 0);
		world_try(&want, &err);
		if (err.code || world_count(&want) != 0)
			fail_msg("%s: %s", stale[i], err.text);
		assert_named("v0");
		world_down();
	}
	assert_int_equal(world_run("test -c /dev/null"), 0);
}

/* Stale names of others are their business. */
static void a_stale_file_of_no_vrf_stays(void **state)
{
	cleanup(net_want_finish) struct net_want want = world_want();

	(void)state;
	world_add_netns(&want, "v0", 0);
	world_run("touch /run/netns/other");
	world_up(&want);
	world_down();
	assert_int_equal(world_run("rm /run/netns/other"), 0);
}

int main(void);
static const struct CMUnitTest tests[] = {
	cmocka_unit_test(what_is_no_namespace_is_replaced),
	cmocka_unit_test(a_stale_file_of_no_vrf_stays),
	cmocka_unit_test(a_name_that_somebody_is_about_to_use_is_his),
	cmocka_unit_test(the_directory_is_shared_once_however_many_begin),
	cmocka_unit_test(two_at_once_do_not_hide_each_others_names),
};

world_main(tests)
