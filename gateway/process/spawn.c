// SPDX-License-Identifier: GPL-2.0-or-later
/* Starting a program in namespaces of its own. */
#include "process/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/capability.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/memory.h"
#include "process/user.h"

#define INIT_PATH        "/usr/bin/catatonit"
#define CHILD_STACK_SIZE (64 * 1024)

/* What the child needs, all of it made before the clone: it shares our memory until its exec. */
struct child {
	const struct process_spec *spec;
	char *const *argv;
	bool change_user;
	uid_t uid;
	gid_t gid;
	struct process_user user; /* its groups; none where the user is given by number */
	int report_fd; /* a struct child_failure comes out of it, or its end when the exec has
			  closed it */
};

struct child_failure {
	const char *step; /* a literal: the same address in both */
	int code;
};

static char *const child_environment[] = {
	(char *)"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
	(char *)"LANG=C.UTF-8",
	/* mallopt(3): what a process needed once, as a proxy to read its configuration, goes back to the machine. */
	(char *)"MALLOC_MMAP_THRESHOLD_=65536",
	(char *)"MALLOC_TRIM_THRESHOLD_=65536",
	(char *)"MALLOC_TOP_PAD_=16384",
	NULL,
};

/*
 * Our pid as the machine's proc shows it, not as our new pid namespace counts; our start time; and that
 * namespace. The lock ends with the exec, which closes it: who finds it free then finds us named.
 */
static int child_write_lock(int lock_fd)
{
	char path[32], pid[16] = "", line[96];
	ssize_t length = readlink("/proc/self", pid, sizeof(pid) - 1);
	pid_t own = (pid_t)strtol(pid, NULL, 10);
	int fd, size, written;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", lock_fd);
	fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
	if (length < 0 || fd < 0)
		return -1;
	size = snprintf(line, sizeof(line), "%s %" PRIu64 " %" PRIu64 "\n", pid,
		process_start_time(own), process_pid_namespace(own));
	written = (int)write(fd, line, (size_t)size);
	close(fd);
	return written == size ? 0 : -1;
}

static int child_set_output(int fd)
{
	int null = open("/dev/null", O_RDONLY);

	if (null < 0 || dup2(null, STDIN_FILENO) < 0)
		return -1;
	if (fd >= 0 && (dup2(fd, STDOUT_FILENO) < 0 || dup2(fd, STDERR_FILENO) < 0))
		return -1;
	return null > STDERR_FILENO ? close(null) : 0;
}

static int child_cut_bounding_set(void)
{
	for (int cap = 0; cap <= CAP_LAST_CAP; cap++)
		if (cap != CAP_NET_RAW && prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) < 0 &&
			errno != EINVAL)
			return -1;
	return 0;
}

/* Raw calls: the C library's would tell all "threads" of a memory that is still our parent's. */
static int child_change_user(const struct child *child)
{
	if (!child->change_user)
		return 0;
	if (syscall(SYS_setgroups, child->user.n_groups, child->user.groups) < 0 ||
		syscall(SYS_setresgid, child->gid, child->gid, child->gid) < 0 ||
		syscall(SYS_setresuid, child->uid, child->uid, child->uid) < 0)
		return -1;
	return 0;
}

static int child_reset_signals(void)
{
	sigset_t none;

	for (int sig = 1; sig < NSIG; sig++)
		signal(sig, SIG_DFL);
	sigemptyset(&none);
	return sigprocmask(SIG_SETMASK, &none, NULL);
}

static int child_fail(const struct child *child, const char *step)
{
	struct child_failure failure = { step, errno };

	return write(child->report_fd, &failure, sizeof(failure)) < 0 ? 126 : 127;
}

/* Becomes what the spec says; NULL, or the step that failed, and errno. */
static const char *child_enter(const struct child *child)
{
	static const struct process_mounts plain_mounts = { 0 };
	const struct process_spec *spec = child->spec;
	const char *failed = NULL;

	if (setsid() < 0)
		return "cannot start a session";
	if (spec->netns_fd >= 0 && setns(spec->netns_fd, CLONE_NEWNET) < 0)
		return "cannot enter the network namespace";
	/* By the machine's proc, which is hidden then. */
	if (spec->lock_fd >= 0 && child_write_lock(spec->lock_fd) < 0)
		return "cannot write its lock file";
	if (spec->contained || spec->mounts)
		failed = process_mounts_enter(
			spec->mounts ? spec->mounts : &plain_mounts, spec->contained);
	if (failed)
		return failed;
	if (child_set_output(spec->output_fd) < 0)
		return "cannot set its output";
	if (chdir("/") < 0)
		return "cannot change to '/'";
	if (spec->max_tasks &&
		setrlimit(RLIMIT_NPROC, &(struct rlimit){ spec->max_tasks, spec->max_tasks }) < 0)
		return "cannot limit its tasks";
	if (child->change_user && child_cut_bounding_set() < 0)
		return "cannot cut its capabilities";
	if (child_change_user(child) < 0)
		return "cannot change its user";
	return child_reset_signals() < 0 ? "cannot reset its signals" : NULL;
}

static int child_main(void *data)
{
	const struct child *child = data;
	const char *failed = child_enter(child);

	if (failed)
		return child_fail(child, failed);
	execve(child->argv[0], child->argv, child_environment);
	return child_fail(child, "cannot execute it");
}

static int child_find_user(struct child *child, struct error *err)
{
	const char *name = child->spec->user;
	int r;

	if (!name) {
		child->uid = child->spec->uid;
		child->gid = child->spec->gid;
		child->change_user = child->uid != 0;
		return 0;
	}
	r = process_user_find(name, &child->user, err);
	child->uid = child->user.uid;
	child->gid = child->user.gid;
	child->change_user = true;
	return r;
}

/* catatonit -- argv...; the array is the caller's, the strings are not. */
static char **argv_with_init(char *const *argv)
{
	size_t count = 0;
	char **all;

	while (argv[count])
		count++;
	all = xcalloc(count + 3, sizeof(*all));
	all[0] = (char *)INIT_PATH;
	all[1] = (char *)"--";
	memcpy(all + 2, argv, count * sizeof(*all));
	return all;
}

/*
 * A fork. Born in a control group, where there is one: nothing of the tree is ever outside of it, and the
 * kernel need not stop the world to move it there. The C library's clone() cannot do that, and a call of
 * our own cannot give the child a stack: so this one costs a copy of our memory's page tables. 0 in the
 * child; -1 and errno.
 */
static long child_fork(const struct process_spec *spec, int flags, int *pidfd)
{
	struct clone_args args = {
		.flags = (unsigned)flags | CLONE_PIDFD,
		.pidfd = (uintptr_t)pidfd,
		.exit_signal = SIGCHLD,
	};

	if (spec->cgroup_fd >= 0) {
		args.flags |= CLONE_INTO_CGROUP;
		args.cgroup = (unsigned)spec->cgroup_fd;
	}
	return syscall(SYS_clone3, &args, sizeof(args));
}

static int child_clone_into_group(
	struct child *child, int flags, struct process *process, struct error *err)
{
	int pidfd = -1;
	long pid = child_fork(child->spec, flags, &pidfd);

	if (pid == 0)
		_exit(child_main(child));
	if (pid < 0)
		return error_set_errno(err, errno, "cannot make a process");
	*process = (struct process){ (pid_t)pid, pidfd, 0 };
	return 0;
}

static int child_clone(struct child *child, int flags, struct process *process, struct error *err)
{
	/*
	 * CLONE_VM and CLONE_VFORK make this as quick as it can be, whatever our size; no signal
	 * handler of ours may run in the child on our memory, hence the mask.
	 */
	cleanup_free char *stack = xcalloc(1, CHILD_STACK_SIZE);
	sigset_t all, before;
	int pidfd = -1, pid, code;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	pid = clone(child_main, stack + CHILD_STACK_SIZE,
		CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD | flags, child, &pidfd);
	code = errno;
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (pid < 0)
		return error_set_errno(err, code, "cannot make a process");
	*process = (struct process){ pid, pidfd, 0 };
	return 0;
}

/* Clones and waits for the exec or for the word of what failed before it. */
static int child_start(struct child *child, int flags, struct process *process, struct error *err)
{
	struct child_failure failure;
	cleanup_fd int in = -1, out = -1;
	ssize_t n;
	int r, fds[2];

	if (pipe2(fds, O_CLOEXEC) < 0)
		return error_set_errno(err, errno, "cannot make a pipe");
	out = fds[0];
	in = child->report_fd = fds[1];
	r = child->spec->cgroup_fd >= 0 ? child_clone_into_group(child, flags, process, err)
					: child_clone(child, flags, process, err);
	if (r < 0)
		return r;
	close(steal_fd(&in));
	do
		n = read(out, &failure, sizeof(failure));
	while (n < 0 && errno == EINTR);
	if (n != (ssize_t)sizeof(failure))
		return 0;
	process_reap(process, &(struct process_exit){ 0 });
	return error_set_errno(err, failure.code, "'%s': %s", child->argv[0], failure.step);
}

static int spec_flags(const struct process_spec *spec)
{
	return spec->contained ? CLONE_NEWPID | CLONE_NEWIPC : 0;
}

/* struct child by the name that others know. */
struct process_entry {
	struct child child;
};

const char *process_enter(const struct process_entry *entry)
{
	return child_enter(&entry->child);
}

int process_fork(const struct process_spec *spec, process_fork_fn run, void *data,
	struct process *process, struct error *err)
{
	struct process_entry entry = { .child = { .spec = spec } };
	int pidfd = -1, r = child_find_user(&entry.child, err);
	/* One that needs a network of nobody's gets one. */
	int flags = spec_flags(spec) | (spec->contained && spec->netns_fd < 0 ? CLONE_NEWNET : 0);
	long pid;

	if (r < 0)
		return r;
	pid = child_fork(spec, flags, &pidfd);
	if (pid == 0) {
		run(&entry, data);
		_exit(EXIT_FAILURE);
	}
	if (pid < 0)
		return error_set_errno(err, errno, "cannot fork");
	*process = (struct process){ (pid_t)pid, pidfd, 0 };
	return 0;
}

int process_spawn(const struct process_spec *spec, struct process *process, struct error *err)
{
	cleanup_free char **with_init = spec->contained ? argv_with_init(spec->argv) : NULL;
	struct child child = { .spec = spec, .argv = with_init ? with_init : spec->argv };
	int flags = spec_flags(spec);
	int r = child_find_user(&child, err);

	/* Its init runs in any case, so whether the program can is asked here. */
	if (r == 0 && access(spec->argv[0], X_OK) < 0)
		r = error_set_errno(err, errno, "cannot execute '%s'", spec->argv[0]);
	if (r == 0)
		r = child_start(&child, flags, process, err);
	if (r == 0)
		process->start_time = process_start_time(process->pid);
	return r;
}

void process_finish(struct process *process)
{
	if (process->pidfd >= 0)
		close(process->pidfd);
	*process = (struct process)PROCESS_NONE;
}

void process_reap(struct process *process, struct process_exit *end)
{
	siginfo_t info = { 0 };

	*end = (struct process_exit){ 0 };
	if (waitid(P_PIDFD, (id_t)process->pidfd, &info, WEXITED) == 0) {
		end->known = true;
		end->by_signal = info.si_code != CLD_EXITED;
		end->value = info.si_status;
		if (!end->by_signal && end->value > 128 && end->value < 128 + NSIG) {
			end->by_signal = true;
			end->value -= 128;
		}
	}
	process_finish(process);
}

const char *process_exit_format(const struct process_exit *end, char text[64])
{
	if (!end->known)
		snprintf(text, 64, "unknown");
	else if (end->by_signal)
		snprintf(text, 64, "signal %d (%s)", end->value, strsignal(end->value));
	else
		snprintf(text, 64, "exit status %d", end->value);
	return text;
}

void process_signal(const struct process *process, int signal)
{
	if (process->pidfd >= 0)
		(void)pidfd_send_signal(process->pidfd, signal, NULL, 0);
}

/* Reads without allocating: the child of process_spawn() calls it on its parent's memory. */
static ssize_t proc_read(pid_t pid, const char *name, char *text, size_t size)
{
	char path[64];
	ssize_t length;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	length = read(fd, text, size - 1);
	close(fd);
	text[length > 0 ? length : 0] = '\0';
	return length;
}

uint64_t process_start_time(pid_t pid)
{
	char text[1024];
	char *at;

	if (proc_read(pid, "stat", text, sizeof(text)) <= 0)
		return 0;
	/* The name, field 2, may hold anything; behind its last ")" comes field 3. */
	at = strrchr(text, ')');
	for (int field = 2; at && field < 22; field++)
		at = strchr(at + 1, ' ');
	return at ? strtoull(at, NULL, 10) : 0;
}

uint64_t process_pid_namespace(pid_t pid)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%d/ns/pid", pid);
	return stat(path, &st) == 0 ? (uint64_t)st.st_ino : 0;
}

uint64_t process_age_ms(const struct process *process)
{
	uint64_t tick_ms = 1000 / (uint64_t)sysconf(_SC_CLK_TCK), started_ms, now_ms;
	struct timespec now;

	/* Start times count the time that the machine slept, too. */
	if (process->start_time == 0 || clock_gettime(CLOCK_BOOTTIME, &now) < 0)
		return 0;
	started_ms = process->start_time * tick_ms;
	now_ms = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
	return now_ms > started_ms ? now_ms - started_ms : 0;
}

pid_t process_main_pid(const struct process *process)
{
	char name[64], text[256];
	long child;

	if (process->pid <= 0)
		return 0;
	snprintf(name, sizeof(name), "task/%d/children", process->pid);
	if (proc_read(process->pid, name, text, sizeof(text)) <= 0)
		return process->pid;
	child = strtol(text, NULL, 10);
	return child > 0 ? (pid_t)child : process->pid;
}

bool process_main_is_stopped(const struct process *process)
{
	char text[1024];
	const char *at;

	if (proc_read(process_main_pid(process), "stat", text, sizeof(text)) <= 0)
		return false;
	at = strrchr(text, ')');
	return at && strncmp(at, ") T", 3) == 0;
}
