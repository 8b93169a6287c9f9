// SPDX-License-Identifier: GPL-2.0-or-later
/* Processes by network namespace. */
#include "net/busy.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/memory.h"

static int entry_compare(const void *a, const void *b)
{
	ino_t x = ((const struct net_busy_entry *)a)->inode;
	ino_t y = ((const struct net_busy_entry *)b)->inode;

	return (x > y) - (x < y);
}

void net_busy_init(struct net_busy *busy)
{
	cleanup_dir DIR *dir = opendir("/proc");
	struct dirent *entry;

	memset(busy, 0, sizeof(*busy));
	while (dir && (entry = readdir(dir))) {
		pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);
		char path[64];
		struct stat st;

		if (pid <= 0 || pid == getpid())
			continue;
		snprintf(path, sizeof(path), "%d/ns/net", pid);
		if (fstatat(dirfd(dir), path, &st, 0) == 0)
			*array_append(&busy->entries, &busy->count) =
				(struct net_busy_entry){ st.st_ino, pid };
	}
	if (busy->count)
		qsort(busy->entries, busy->count, sizeof(*busy->entries), entry_compare);
}

void net_busy_finish(struct net_busy *busy)
{
	free(busy->entries);
	memset(busy, 0, sizeof(*busy));
}

pid_t net_busy_find(const struct net_busy *busy, int netns_fd)
{
	struct net_busy_entry key = { 0 }, *found;
	struct stat st;

	if (!busy->count || fstat(netns_fd, &st) < 0)
		return 0;
	key.inode = st.st_ino;
	found = bsearch(&key, busy->entries, busy->count, sizeof(key), entry_compare);
	return found ? found->pid : 0;
}

static bool has_in_use(const char *path, const char *label)
{
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	char text[512] = "";
	const char *line;
	int in_use = 0;

	if (fd < 0 || read(fd, text, sizeof(text) - 1) < 0)
		return false;
	line = strstr(text, label);
	return line && sscanf(line + strlen(label), "%d", &in_use) == 1 && in_use > 0;
}

bool net_busy_has_connections(void)
{
	return has_in_use("/proc/thread-self/net/sockstat", "TCP: inuse ") ||
		has_in_use("/proc/thread-self/net/sockstat6", "TCP6: inuse ");
}
