// SPDX-License-Identifier: GPL-2.0-or-later
/* Which Zabbix a zabbix_proxy binary is. */
#include "supervisor/proxy_binary.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "process/spawn.h"

#define ANSWER_TIMEOUT_MS 3000

int proxy_binary_parse(const char *output, struct proxy_binary *result)
{
	const char *at = strstr(output, "(Zabbix) ");
	unsigned major, minor;

	if (!at || sscanf(at, "(Zabbix) %31[0-9.a-z]", result->text) != 1 ||
		sscanf(result->text, "%u.%u", &major, &minor) != 2)
		return -EINVAL;
	result->version = major * 100 + minor;
	return 0;
}

/* What it prints first: the version is in its first line. */
static ssize_t output_read(int fd, char *text, size_t size)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };

	return poll(&ready, 1, ANSWER_TIMEOUT_MS) == 1 ? read(fd, text, size) : -1;
}

int proxy_binary_read(const char *binary, struct proxy_binary *result, struct error *err)
{
	char *argv[] = { (char *)binary, (char *)"-V", NULL };
	struct process process = PROCESS_NONE;
	cleanup_fd int out = -1, in = -1;
	char text[512] = "";
	int pipe_fds[2];
	int r;

	if (pipe2(pipe_fds, O_CLOEXEC) < 0)
		return error_set_errno(err, errno, "cannot make a pipe");
	out = pipe_fds[0];
	in = pipe_fds[1];
	r = process_spawn(&(struct process_spec){ .argv = argv,
				  .user = "nobody",
				  .netns_fd = -1,
				  .lock_fd = -1,
				  .output_fd = in,
				  .cgroup_fd = -1 },
		&process, err);
	if (r < 0)
		return error_wrap(err, "proxy binary");
	close(steal_fd(&in));
	if (output_read(out, text, sizeof(text) - 1) < 0)
		text[0] = '\0';
	process_signal(&process, SIGKILL);
	process_reap(&process, &(struct process_exit){ 0 });
	if (proxy_binary_parse(text, result) < 0)
		return error_set(err, EINVAL,
			"proxy binary '%s' does not tell a Zabbix version by -V", binary);
	return 0;
}

struct cached_binary {
	char *path;
	struct timespec modified;
	ino_t inode;
	struct proxy_binary binary;
};

struct proxy_binary_cache {
	struct cached_binary *entries;
	size_t n_entries;
};

struct proxy_binary_cache *proxy_binary_cache_create(void)
{
	return xcalloc(1, sizeof(struct proxy_binary_cache));
}

void proxy_binary_cache_destroy(struct proxy_binary_cache *cache)
{
	if (!cache)
		return;
	for (size_t i = 0; i < cache->n_entries; i++)
		free(cache->entries[i].path);
	free(cache->entries);
	free(cache);
}

static struct cached_binary *cache_find(struct proxy_binary_cache *cache, const char *path)
{
	for (size_t i = 0; i < cache->n_entries; i++)
		if (strcmp(cache->entries[i].path, path) == 0)
			return &cache->entries[i];
	return NULL;
}

int proxy_binary_cache_read(struct proxy_binary_cache *cache, const char *binary,
	struct proxy_binary *result, struct error *err)
{
	struct cached_binary *entry = cache_find(cache, binary);
	struct stat st;
	int r;

	if (stat(binary, &st) < 0)
		return error_set_errno(err, errno, "proxy binary '%s'", binary);
	if (entry && entry->inode == st.st_ino && entry->modified.tv_sec == st.st_mtim.tv_sec &&
		entry->modified.tv_nsec == st.st_mtim.tv_nsec) {
		*result = entry->binary;
		return 0;
	}
	r = proxy_binary_read(binary, result, err);
	if (r < 0)
		return r;
	if (!entry) {
		entry = array_append(&cache->entries, &cache->n_entries);
		entry->path = xstrdup(binary);
	}
	entry->binary = *result;
	entry->modified = st.st_mtim;
	entry->inode = st.st_ino;
	return 0;
}
