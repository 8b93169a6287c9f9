// SPDX-License-Identifier: GPL-2.0-or-later
/* What keeps a network namespace in being, as /proc tells: processes, and connections. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct net_busy_entry {
	ino_t inode;
	pid_t pid;
};

struct net_busy {
	struct net_busy_entry *entries; /* sorted by inode; without this process */
	size_t count;
};

/* Reads all of /proc; what cannot be read is left out. */
void net_busy_init(struct net_busy *busy);
void net_busy_finish(struct net_busy *busy);

/* A process in that namespace, 0: none. */
pid_t net_busy_find(const struct net_busy *busy, int netns_fd);

/*
 * Whether the calling thread's namespace has TCP connections. One whose process has ended stays until the other end
 * has had all or is given up, which takes minutes (tcp(7), tcp_orphan_retries), and its namespace with it.
 */
bool net_busy_has_connections(void);
