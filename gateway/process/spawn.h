// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Starts a program inside a network namespace, as the first process of a pid and an ipc namespace
 * of its own when contained: whatever way it ends, the kernel ends all it has started.
 *
 * pid 1 of a contained tree is catatonit(1), a small init: Zabbix takes any SIGCHLD for the death
 * of one of its own processes and exits, so an orphan of a check script must not become its child.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "process/mounts.h"

struct process_spec {
	char *const *argv; /* argv[0] is an absolute path; closed by NULL */
	const char *user;  /* NULL: by number */
	uid_t uid;         /* without other groups; 0: stay root */
	gid_t gid;
	int netns_fd;   /* -1: stay in ours */
	bool contained; /* it sees no process outside of its tree either */
	const struct process_mounts
		*mounts; /* NULL: all of the machine; of a contained one, no more than all have */
	int lock_fd; /* -1: none; else of process/lock.h: locked until the exec, and the process is named in it */
	uint32_t
		max_tasks; /* processes and threads of its user, RLIMIT_NPROC; 0: as many as ours */
	int output_fd;     /* stdout and stderr; -1: ours */
	int cgroup_fd;     /* the control group to be born in (process/cgroup.h); -1: ours */
};

/* A process we started or adopted. */
struct process {
	pid_t pid;           /* 0: none */
	int pidfd;           /* readable when it has ended; -1: none */
	uint64_t start_time; /* clock ticks after boot, field 22 of proc(5) stat: tells a reused pid
				apart */
};

#define PROCESS_NONE     \
	{                \
		0, -1, 0 \
	}

/*
 * Returns when the program runs (its exec has happened) or could not be started; then nothing is
 * left of it. The capability bounding set is cut to net_raw, which fping's file capability needs.
 */
int process_spawn(const struct process_spec *spec, struct process *process, struct error *err);

/*
 * A fork of ours instead of a program: `run` is called in it, must not return, and becomes what spec says
 * (its argv is not used) when it calls process_enter(), which gives NULL, or the step that failed, a
 * literal, and errno. Born in the pid and ipc namespaces of its own, where it is contained, and the
 * control group; where it is contained and has no netns_fd, also in a network namespace without a link.
 */
struct process_entry;
typedef void (*process_fork_fn)(const struct process_entry *entry, void *data);

int process_fork(const struct process_spec *spec, process_fork_fn run, void *data,
	struct process *process, struct error *err);
const char *process_enter(const struct process_entry *entry);

/* Closes the pidfd; the process itself lives on. */
void process_finish(struct process *process);

/* How a process ended. */
struct process_exit {
	bool known; /* false: it was adopted, so only its parent could know */
	bool by_signal;
	int value; /* signal or exit status */
};

/*
 * To be called when the pidfd is readable: reaps and finishes it. A contained tree's init passes a
 * signal on as 128+N, which is told as that signal.
 */
void process_reap(struct process *process, struct process_exit *end);

/* "exit status 1", "signal 9 (Killed)", "unknown"; returns text. */
const char *process_exit_format(const struct process_exit *end, char text[64]);

/* Sends a signal; a process that is gone already is no error. */
void process_signal(const struct process *process, int signal);

/* Start time of a live process, 0 where there is none. */
uint64_t process_start_time(pid_t pid);

/* The inode of its pid namespace, 0 where that cannot be read. */
uint64_t process_pid_namespace(pid_t pid);

/* Since it was started; 0 for one that is gone. Also of one that somebody else started. */
uint64_t process_age_ms(const struct process *process);

/*
 * The process in the foreground of a contained tree (child of its init), or the pid itself where
 * it has none: the one that an operator knows as "the proxy".
 */
pid_t process_main_pid(const struct process *process);

/* Whether that one was stopped by a signal (SIGSTOP); one that a debugger holds is not. */
bool process_main_is_stopped(const struct process *process);
