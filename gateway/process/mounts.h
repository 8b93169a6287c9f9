// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a process sees of the machine's files: a mount namespace of its own. Made between clone and exec,
 * on the parent's memory.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

/* Mounts of its own for the calling process: what is mounted later on the machine comes in, nothing goes out.
 * -1 and errno. */
int process_mounts_begin(void);

/*
 * A directory as the process of that pidfd sees it, to be mounted with move_mount(2): without symbolic links,
 * devices or programs, as that process may have put anything there. Not read-only: zabbix_proxy asks whether it may
 * write where it connects to a socket. The caller has one thread and needs the rights to trace that process. -1 and
 * errno: there is none.
 */
int process_mounts_borrow(int pidfd, const char *directory);

/* A file over /etc/resolv.conf, be that a link to nowhere, for the calling process. -1 and errno; ENOENT: there is
 * no such name, and a file system that is not ours is not written to for it. */
int process_mounts_set_resolv_conf(const char *source);

/* A file, socket or directory of the machine that stays where it is. */
struct process_place {
	const char *path;
	bool writable;
};

#define PROCESS_MAX_OWN_DIRS 4
#define PROCESS_MAX_PLACES   32

/* Each list is closed by NULL, and may be NULL; none is longer than the maxima above. */
struct process_mounts {
	const char *const *
		own_dirs; /* stay, and writable; of the directory that each lies in, nothing else is seen */
	const char *const *fresh_dirs; /* empty ones of its own lie over these */
	const struct process_place *places;
	const char *program; /* stays, wherever it lies */
	const char
		*resolv_conf; /* over /etc/resolv.conf, where there is one; NULL: the machine's */
	uid_t uid;            /* whose the fresh ones are */
	gid_t gid;
};

/*
 * Leaves the calling process with that, and beside it with:
 * - on /run, /tmp, /var/tmp and /dev/shm one tmpfs of its own, of 16 MiB and 4096 files together,
 * - a /dev of null, zero, full, random, urandom, tty and terminals of its own,
 * - a /sys of its network namespace,
 * - all else of the machine, read-only: no socket in the directories above is there, nor are the names in
 *   /run/netns.
 * With own_proc, for the first process of a pid namespace (which has an ipc namespace of its own then), /proc and
 * /dev/mqueue are those of its namespaces; else it has no /dev/mqueue. Needs Linux 5.12. NULL, or what could not
 * be done, a literal, and errno.
 */
const char *process_mounts_enter(const struct process_mounts *mounts, bool own_proc);
