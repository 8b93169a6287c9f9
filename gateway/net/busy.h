// SPDX-License-Identifier: GPL-2.0-or-later
/* Which processes live in which network namespace, as /proc tells. */
#pragma once

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
