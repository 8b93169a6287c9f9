// SPDX-License-Identifier: GPL-2.0-or-later
/* Real processes in real namespaces. */
#include "../unit/cmocka_all.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/memory.h"
#include "process/lock.h"
#include "process/spawn.h"

#define DEADLINE_MS 5000

static void skip_without_root(void **state)
{
	(void)state;
	skip();
}

static const struct process_spec plain = {
	.netns_fd = -1, .lock_fd = -1, .output_fd = -1, .cgroup_fd = -1
};

/* Runs a shell command to its end; what it printed, at most size - 1 bytes. */
static struct process_exit run_shell(
	const struct process_spec *base, const char *command, char *output, size_t size)
{
	char *argv[] = { (char *)"/bin/sh", (char *)"-c", (char *)command, NULL };
	struct process process = PROCESS_NONE;
	struct process_spec spec = *base;
	struct process_exit end;
	struct error err = ERROR_INIT;
	size_t used = 0;
	ssize_t n;
	int fds[2];

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	spec.argv = argv;
	spec.output_fd = fds[1];
	if (process_spawn(&spec, &process, &err) < 0)
		fail_msg("%s", err.text);
	close(fds[1]);
	while ((n = read(fds[0], output + used, size - 1 - used)) > 0)
		used += (size_t)n;
	output[used] = '\0';
	close(fds[0]);
	process_reap(&process, &end);
	return end;
}

static void a_contained_tree_has_its_own_pids_and_init(void **state)
{
	struct process_spec spec = plain;
	char output[256];
	struct process_exit end;

	(void)state;
	spec.contained = true;
	end = run_shell(&spec, "echo $$; exit 3", output, sizeof(output));
	assert_string_equal(output, "2\n");
	assert_true(end.known);
	assert_false(end.by_signal);
	assert_int_equal(end.value, 3);
}

static void a_signal_is_told_through_the_init(void **state)
{
	struct process_spec spec = plain;
	char output[16], text[64];
	struct process_exit end;

	(void)state;
	spec.contained = true;
	end = run_shell(&spec, "kill -9 $$", output, sizeof(output));
	assert_true(end.by_signal);
	assert_string_equal(process_exit_format(&end, text), "signal 9 (Killed)");
}

static void a_user_has_no_more_than_net_raw(void **state)
{
	struct process_spec spec = plain;
	char output[256];

	(void)state;
	spec.user = "nobody";
	run_shell(
		&spec, "id -un; grep -E 'CapBnd|CapEff' /proc/self/status", output, sizeof(output));
	assert_string_equal(
		output, "nobody\nCapEff:\t0000000000000000\nCapBnd:\t0000000000002000\n");
}

static void our_environment_and_files_stay_ours(void **state)
{
	char output[4096];

	(void)state;
	setenv("NOTIFY_SOCKET", "/nowhere", 1);
	run_shell(&plain, "env | sort; ls /proc/self/fd | wc -l", output, sizeof(output));
	unsetenv("NOTIFY_SOCKET");
	assert_null(strstr(output, "NOTIFY_SOCKET"));
	/* 0, 1, 2 and the one that ls reads the directory by. */
	assert_non_null(strstr(output, "\n4\n"));
}

static void the_age_of_a_process_is_known(void **state)
{
	struct process ours = { getpid(), -1, process_start_time(getpid()) };
	struct process first = { 1, -1, process_start_time(1) };
	struct process gone = PROCESS_NONE;

	(void)state;
	assert_in_range(process_age_ms(&ours), 0, 600000);
	assert_true(process_age_ms(&first) >= process_age_ms(&ours));
	assert_true(process_age_ms(&first) > 0);
	assert_int_equal(process_age_ms(&gone), 0);
}

static void a_main_process_that_was_stopped_is_told_from_one_that_runs(void **state)
{
	char *argv[] = { (char *)"/bin/sleep", (char *)"60", NULL };
	struct process process = PROCESS_NONE;
	struct process_spec spec = plain;
	struct process_exit end;
	struct error err = ERROR_INIT;
	siginfo_t info;

	(void)state;
	spec.argv = argv;
	assert_int_equal(process_spawn(&spec, &process, &err), 0);
	assert_false(process_main_is_stopped(&process));
	process_signal(&process, SIGSTOP);
	assert_int_equal(waitid(P_PID, (id_t)process.pid, &info, WSTOPPED), 0);
	assert_true(process_main_is_stopped(&process));
	process_signal(&process, SIGKILL);
	process_reap(&process, &end);
	assert_true(end.by_signal);
	assert_false(process_main_is_stopped(&process));
}

static void what_cannot_be_started_says_why(void **state)
{
	char *argv[] = { (char *)"/no/such/program", NULL };
	struct process process = PROCESS_NONE;
	struct process_spec spec = plain;
	struct process_mounts mounts = { 0 };
	struct error err = ERROR_INIT;

	(void)state;
	spec.argv = argv;
	assert_int_equal(process_spawn(&spec, &process, &err), -ENOENT);
	assert_string_equal(
		err.text, "cannot execute '/no/such/program': No such file or directory");
	argv[0] = (char *)"/etc/passwd";
	assert_int_equal(process_spawn(&spec, &process, &err), -EACCES);
	argv[0] = (char *)"/bin/true";
	spec.user = "no-such-user";
	assert_int_equal(process_spawn(&spec, &process, &err), -ENOENT);
	assert_string_equal(err.text, "user 'no-such-user' not found");
	spec.user = NULL;
	mounts.resolv_conf = "/no/such/resolv.conf";
	spec.mounts = &mounts;
	assert_int_equal(process_spawn(&spec, &process, &err), -ENOENT);
	assert_string_equal(
		err.text, "'/bin/true': cannot mount its resolv.conf: No such file or directory");
	assert_int_equal(process.pid, 0);
	/* Nothing of the failed ones is left to be reaped. */
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static void name_servers_are_the_vrfs_own(void **state)
{
	static const char text[] = "nameserver 192.0.2.53\n";
	char path[] = "/tmp/vrfgate-resolv-XXXXXX", output[256];
	struct process_mounts mounts = { .resolv_conf = path };
	struct process_spec spec = plain;
	int fd = mkstemp(path);

	(void)state;
	assert_int_equal(write(fd, text, sizeof(text) - 1), sizeof(text) - 1);
	close(fd);
	spec.mounts = &mounts;
	run_shell(&spec, "cat /etc/resolv.conf", output, sizeof(output));
	unlink(path);
	assert_string_equal(output, text);
}

static void a_contained_tree_sees_no_other_process(void **state)
{
	struct process_spec spec = plain;
	char output[256];

	(void)state;
	spec.contained = true;
	run_shell(&spec,
		"cat /proc/1/comm; cd /proc; echo [0-9]*; ls -d /run/netns 2>/dev/null | wc -l",
		output, sizeof(output));
	assert_string_equal(output, "catatonit\n1 2\n0\n");
}

/* Of the same user, and root at that: what is not there no right gives access to. */
static void of_others_directories_nothing_is_seen(void **state)
{
	char base[] = "/tmp/vrfgate-view-XXXXXX", output[256] = "";
	cleanup_free char *own = xasprintf("%s/a/own", mkdtemp(base));
	cleanup_free char *deep = xasprintf("%s/a/b/own", base);
	cleanup_free char *prepare =
		xasprintf("cd %s && mkdir -p a/own a/other a/b/own a/b/other && "
			  "echo mine > a/own/file",
			base);
	cleanup_free char *look = xasprintf(
		"cd %s && find a | sort; cat a/own/file; echo new > a/own/file; touch a/x", base);
	cleanup_free char *after = xasprintf("cd %s && cat a/own/file && find a | wc -l", base);
	const char *const own_dirs[] = { own, deep, NULL };
	struct process_mounts mounts = { .own_dirs = own_dirs };
	struct process_spec spec = plain;

	(void)state;
	run_shell(&plain, prepare, output, sizeof(output));
	assert_string_equal(output, "");
	spec.mounts = &mounts;
	run_shell(&spec, look, output, sizeof(output));
	assert_string_equal(output, "a\na/b\na/b/own\na/own\na/own/file\nmine\n");
	run_shell(&plain, after, output, sizeof(output));
	assert_string_equal(output, "new\n7\n");
	assert_int_equal(file_remove_tree(base, NULL), 0);
}

/* What the machine has in the directories that all use: a socket that answers, files, terminals, shared memory. */
static void of_the_machines_shared_directories_nothing_is_seen(void **state)
{
	static const char *const shared[] = { "/run", "/tmp", "/var/tmp", "/dev/shm" };
	const struct process_spec inside = {
		.netns_fd = -1, .lock_fd = -1, .output_fd = -1, .cgroup_fd = -1, .contained = true
	};
	char output[1024];

	(void)state;
	for (size_t i = 0; i < sizeof(shared) / sizeof(shared[0]); i++) {
		cleanup_free char *path = xasprintf("%s/vrfgate-shared-%d", shared[i], getpid());
		cleanup_free char *look =
			xasprintf("ls -A %s | grep vrfgate-shared-%d; echo mine > %s && cat %s",
				shared[i], getpid(), path, path);

		close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0666));
		run_shell(&plain, look, output, sizeof(output));
		assert_non_null(strstr(output, "vrfgate-shared-"));
		run_shell(&inside, look, output, sizeof(output));
		assert_string_equal(output, "mine\n");
		assert_int_equal(unlink(path), 0);
	}
}

static void it_has_devices_and_terminals_and_none_of_the_machines(void **state)
{
	struct process_spec spec = plain;
	char output[1024];

	(void)state;
	spec.contained = true;
	run_shell(&spec,
		"ls /dev; ls /dev/mqueue /dev/pts; echo x > /dev/null; head -c1 /dev/zero | wc -c;"
		"head -c1 /dev/urandom | wc -c; ls -l /dev/fd/0 | wc -l",
		output, sizeof(output));
	assert_string_equal(output,
		"fd\nfull\nmqueue\nnull\nptmx\npts\nrandom\nshm\nstderr\nstdin\nstdout\ntty\nurandom\nzero\n"
		"/dev/mqueue:\n\n/dev/pts:\nptmx\n1\n1\n1\n");
}

static void the_rest_is_read_only_and_sys_is_its_networks(void **state)
{
	char base[] = "/var/lib/vrfgate-rest-XXXXXX", output[1024];
	cleanup_free char *write =
		xasprintf("touch %s/x && echo written; touch /usr/x /etc/x 2>/dev/null;"
			  "touch /sys/x; ls /sys/class/net",
			mkdtemp(base));
	struct process_spec spec = plain;

	(void)state;
	run_shell(&plain, write, output, sizeof(output));
	assert_non_null(strstr(output, "written"));
	unlink("/usr/x");
	unlink("/etc/x");
	spec.contained = true;
	spec.netns_fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	assert_int_equal(unshare(CLONE_NEWNET), 0);
	{
		struct process_spec own = spec;

		own.netns_fd = -1;
		run_shell(&own, write, output, sizeof(output));
	}
	assert_int_equal(setns(spec.netns_fd, CLONE_NEWNET), 0);
	close(spec.netns_fd);
	assert_null(strstr(output, "written"));
	assert_non_null(strstr(output, "Read-only file system"));
	assert_non_null(strstr(output, "\nlo\n"));
	assert_null(strstr(output, "eth0"));
	assert_int_equal(file_remove_tree(base, NULL), 0);
}

/* By name: a file, one to write to, a socket's directory; and the program, wherever it lies. */
static void what_is_named_stays_in_place(void **state)
{
	char base[] = "/tmp/vrfgate-places-XXXXXX", output[1024];
	cleanup_free char *file = xasprintf("%s/a/file", mkdtemp(base));
	cleanup_free char *writable = xasprintf("%s/b", base);
	cleanup_free char *prepare =
		xasprintf("mkdir %s/a %s && echo of-machine > %s && touch %s/a/other", base,
			writable, file, base);
	cleanup_free char *look = xasprintf(
		"cat %s; echo x 2>&1 >> %s; touch %s/new; ls %s/a", file, file, writable, base);
	const struct process_place places[] = { { file, false }, { writable, true },
		{ NULL, false } };
	struct process_mounts mounts = { .places = places };
	struct process_spec spec = plain;
	struct stat st;

	(void)state;
	run_shell(&plain, prepare, output, sizeof(output));
	spec.contained = true;
	spec.mounts = &mounts;
	run_shell(&spec, look, output, sizeof(output));
	assert_ptr_equal(strstr(output, "of-machine\n"), output);
	assert_non_null(strstr(output, "Read-only file system"));
	assert_non_null(strstr(output, "\nfile\n"));
	assert_null(strstr(output, "other"));
	{
		cleanup_free char *made = xasprintf("%s/new", writable);

		assert_int_equal(stat(made, &st), 0);
	}
	assert_int_equal(file_remove_tree(base, NULL), 0);
}

static bool wait_until_gone(const struct process *process)
{
	struct pollfd ended = { .fd = process->pidfd, .events = POLLIN };

	return poll(&ended, 1, DEADLINE_MS) == 1;
}

/* The shell's child ignores what the shell dies of. */
static void a_killed_main_process_takes_its_tree_along(void **state)
{
	char *argv[] = { (char *)"/bin/sh", (char *)"-c",
		(char *)"trap '' TERM; sleep 1000 & sleep 1000; :", NULL };
	struct process process = PROCESS_NONE;
	struct process_spec spec = plain;
	struct process_exit end;
	char lock[] = "/tmp/vrfgate-lock-XXXXXX";
	struct error err = ERROR_INIT;
	int fd = -1;

	(void)state;
	close(mkstemp(lock));
	assert_int_equal(process_lock_take(lock, &fd, &process, &err), 1);
	spec.argv = argv;
	spec.contained = true;
	spec.lock_fd = fd;
	assert_int_equal(process_spawn(&spec, &process, &err), 0);
	close(fd);
	while (process_main_pid(&process) == process.pid)
		usleep(1000);
	kill(process_main_pid(&process), SIGKILL);
	assert_true(wait_until_gone(&process));
	process_reap(&process, &end);
	assert_int_equal(end.value, SIGKILL);
	/* None of the tree is left to hold the lock. */
	assert_int_equal(process_lock_take(lock, &fd, &process, &err), 1);
	close(fd);
	unlink(lock);
}

static void a_tree_is_found_again_by_its_lock(void **state)
{
	char *argv[] = { (char *)"/bin/sleep", (char *)"1000", NULL };
	struct process process = PROCESS_NONE, found = PROCESS_NONE;
	struct process_spec spec = plain;
	struct process_exit end;
	char lock[] = "/tmp/vrfgate-lock-XXXXXX";
	struct error err = ERROR_INIT;
	int fd = -1;

	(void)state;
	close(mkstemp(lock));
	assert_int_equal(process_lock_take(lock, &fd, &process, &err), 1);
	spec.argv = argv;
	spec.contained = true;
	spec.lock_fd = fd;
	assert_int_equal(process_spawn(&spec, &process, &err), 0);
	close(fd);
	assert_int_equal(process_lock_take(lock, &fd, &found, &err), 0);
	assert_int_equal(found.pid, process.pid);
	assert_true(found.start_time == process.start_time && found.start_time != 0);
	process_signal(&found, SIGKILL);
	assert_true(wait_until_gone(&found));
	process_finish(&found);
	process_reap(&process, &end);
	unlink(lock);
}

/* What a tree could do with a descriptor of its lock, as one of an older version has it: undo the lock of
 * all who share it, or have it outlive them. */
static void a_lock_that_were_inherited_could_be_undone_and_lent(void **state)
{
	char lock[] = "/tmp/vrfgate-lock-XXXXXX";
	cleanup_fd int second = -1;
	int fd = mkstemp(lock), status;
	pid_t pid;

	(void)state;
	second = open(lock, O_RDONLY | O_CLOEXEC);
	assert_int_equal(file_lock(fd, lock, NULL), 1);
	assert_int_equal(file_lock(second, lock, NULL), 0);
	pid = fork();
	if (pid == 0)
		_exit(flock(fd, LOCK_UN));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(file_lock(second, lock, NULL), 1);
	assert_int_equal(flock(second, LOCK_UN), 0);
	assert_int_equal(file_lock(fd, lock, NULL), 1);
	pid = fork();
	if (pid == 0)
		pause();
	close(fd);
	assert_int_equal(file_lock(second, lock, NULL), 0);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(file_lock(second, lock, NULL), 1);
	unlink(lock);
}

/* It tries all descriptors that it has, and what it can have by its own proc. */
static void a_tree_can_neither_undo_its_lock_nor_lend_it(void **state)
{
	static const char attack[] =
		"for fd in 3 4 5 6 7 8 9 10 11 12; do\n"
		"	flock -u $fd && echo unlocked $fd\n"
		"	flock -n $fd && echo locked $fd\n"
		"	for of in /proc/[0-9]*; do echo 1 1 > $of/fd/$fd && echo wrote $of $fd; done\n"
		"done 2>/dev/null\n"
		"ls -l /proc/[0-9]*/fd | grep vrfgate-lock\n"
		"echo end\n"
		"exec sleep 1000";
	char *argv[] = { (char *)"/bin/sh", (char *)"-c", (char *)attack, NULL };
	struct process process = PROCESS_NONE, found = PROCESS_NONE;
	struct process_spec spec = plain;
	struct process_exit end;
	char lock[] = "/tmp/vrfgate-lock-XXXXXX", said[256] = "";
	struct error err = ERROR_INIT;
	int fd = -1, fds[2];
	size_t used = 0;
	ssize_t n;

	(void)state;
	close(mkstemp(lock));
	assert_int_equal(process_lock_take(lock, &fd, &process, &err), 1);
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	spec.argv = argv;
	spec.user = "nobody";
	spec.contained = true;
	spec.lock_fd = fd;
	spec.output_fd = fds[1];
	assert_int_equal(process_spawn(&spec, &process, &err), 0);
	close(fd);
	close(fds[1]);
	while (!strstr(said, "end\n") &&
		(n = read(fds[0], said + used, sizeof(said) - 1 - used)) > 0)
		used += (size_t)n;
	close(fds[0]);
	assert_string_equal(said, "end\n");
	assert_int_equal(process_lock_take(lock, &fd, &found, &err), 0);
	assert_int_equal(found.pid, process.pid);
	process_signal(&found, SIGKILL);
	process_finish(&found);
	process_reap(&process, &end);
	unlink(lock);
}

static void lock_write(const char *path, pid_t pid, uint64_t start_time, const char *rest)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	fprintf(file, "%d %" PRIu64 "%s\n", pid, start_time, rest);
	fclose(file);
}

/* Which it is, whatever became of its lock. */
static void a_tree_of_an_older_version_is_found_by_its_name(void **state)
{
	struct process found = PROCESS_NONE;
	char lock[] = "/tmp/vrfgate-lock-XXXXXX";
	uint64_t own = process_start_time(getpid());
	cleanup_fd int fd = mkstemp(lock);
	int taken = -1;

	(void)state;
	lock_write(lock, getpid(), own, "");
	for (int locked = 0; locked < 2; locked++) {
		if (locked)
			assert_int_equal(file_lock(fd, lock, NULL), 1);
		assert_int_equal(process_lock_take(lock, &taken, &found, NULL), 0);
		assert_int_equal(found.pid, getpid());
		process_finish(&found);
		assert_true(process_lock_names_living(lock));
	}
	unlink(lock);
}

static void another_process_of_that_pid_is_no_tree(void **state)
{
	struct process found = PROCESS_NONE;
	char lock[] = "/tmp/vrfgate-lock-XXXXXX", here[32];
	uint64_t own = process_start_time(getpid());
	const struct {
		uint64_t start_time;
		const char *rest;
		int expected;
	} cases[] = { { own, here, 0 }, { own + 1, here, 1 }, { own, " 1", 1 }, { 0, here, 1 } };

	(void)state;
	close(mkstemp(lock));
	snprintf(here, sizeof(here), " %" PRIu64, process_pid_namespace(getpid()));
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		int fd = -1;

		lock_write(lock, getpid(), cases[i].start_time, cases[i].rest);
		assert_int_equal(process_lock_take(lock, &fd, &found, NULL), cases[i].expected);
		assert_int_equal(process_lock_names_living(lock), !cases[i].expected);
		process_finish(&found);
		if (fd >= 0)
			close(fd);
	}
	unlink(lock);
}

static void a_lock_held_by_a_stranger_is_named_so(void **state)
{
	char lock[] = "/tmp/vrfgate-lock-XXXXXX";
	struct process process = PROCESS_NONE;
	struct error err = ERROR_INIT;
	int fd = -1, second = -1;

	(void)state;
	close(mkstemp(lock));
	assert_int_equal(process_lock_take(lock, &fd, &process, &err), 1);
	assert_int_equal(process_lock_take(lock, &second, &process, &err), -EBUSY);
	assert_non_null(strstr(err.text, "is held by a process that cannot be named"));
	close(fd);
	unlink(lock);
}

/* A skip() in a setup would count as a failure. */
#define as_root(test)                                                              \
	{                                                                          \
#test, geteuid() == 0 ? test : skip_without_root, NULL, NULL, NULL \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		as_root(a_contained_tree_has_its_own_pids_and_init),
		as_root(a_signal_is_told_through_the_init),
		as_root(a_user_has_no_more_than_net_raw),
		as_root(our_environment_and_files_stay_ours),
		cmocka_unit_test(the_age_of_a_process_is_known),
		cmocka_unit_test(a_main_process_that_was_stopped_is_told_from_one_that_runs),
		as_root(what_cannot_be_started_says_why),
		as_root(name_servers_are_the_vrfs_own),
		as_root(a_contained_tree_sees_no_other_process),
		as_root(of_others_directories_nothing_is_seen),
		as_root(of_the_machines_shared_directories_nothing_is_seen),
		as_root(it_has_devices_and_terminals_and_none_of_the_machines),
		as_root(the_rest_is_read_only_and_sys_is_its_networks),
		as_root(what_is_named_stays_in_place),
		as_root(a_killed_main_process_takes_its_tree_along),
		as_root(a_tree_is_found_again_by_its_lock),
		cmocka_unit_test(a_lock_that_were_inherited_could_be_undone_and_lent),
		as_root(a_tree_can_neither_undo_its_lock_nor_lend_it),
		cmocka_unit_test(a_tree_of_an_older_version_is_found_by_its_name),
		cmocka_unit_test(another_process_of_that_pid_is_no_tree),
		as_root(a_lock_held_by_a_stranger_is_named_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
