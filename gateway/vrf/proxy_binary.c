// SPDX-License-Identifier: GPL-2.0-or-later
/* Which Zabbix a zabbix_proxy binary is. */
#include "vrf/proxy_binary.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "process/job.h"

#define NOBODY           65534
/* Real ones take a few milliseconds. */
#define ANSWER_TIMEOUT_S 5
/* So long one that gave none is not asked again. */
#define FAILURE_KEPT_MS  60000

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

/* What tells whether a file is still the one that was asked. */
struct identity {
	dev_t device;
	ino_t inode;
	off_t size;
	struct timespec modified;
};

struct cached_binary {
	struct proxy_binary_cache *cache;
	char *path;
	struct identity identity; /* of the file that was asked last */
	struct job *job;          /* NULL: it is not being asked */
	int failure;              /* 0, or the errno of having no answer ... */
	uint64_t failed_ms;       /* ... since then */
	struct proxy_binary binary;
};

struct proxy_binary_cache {
	struct sd_event *event;
	proxy_binary_fn answered;
	void *data;
	struct cached_binary **entries;
	size_t n_entries;
};

struct proxy_binary_cache *proxy_binary_cache_create(
	struct sd_event *event, proxy_binary_fn answered, void *data)
{
	struct proxy_binary_cache *cache = xcalloc(1, sizeof(*cache));

	*cache = (struct proxy_binary_cache){ event, answered, data, NULL, 0 };
	return cache;
}

void proxy_binary_cache_destroy(struct proxy_binary_cache *cache)
{
	if (!cache)
		return;
	for (size_t i = 0; i < cache->n_entries; i++) {
		job_destroy(cache->entries[i]->job);
		free(cache->entries[i]->path);
		free(cache->entries[i]);
	}
	free(cache->entries);
	free(cache);
}

static struct cached_binary *entry_find(struct proxy_binary_cache *cache, const char *path)
{
	struct cached_binary *entry;

	for (size_t i = 0; i < cache->n_entries; i++)
		if (strcmp(cache->entries[i]->path, path) == 0)
			return cache->entries[i];
	entry = xcalloc(1, sizeof(*entry));
	entry->cache = cache;
	entry->path = xstrdup(path);
	*(struct cached_binary **)array_append(&cache->entries, &cache->n_entries) = entry;
	return entry;
}

/* --- asking --- */

/* In the helper, which becomes the binary: whatever it starts ends with it. */
static void binary_exec(int fd, const void *data)
{
	char *argv[] = { (char *)data, (char *)"-V", NULL };
	char *environment[] = { (char *)"LANG=C.UTF-8", NULL };

	if (dup2(fd, STDOUT_FILENO) >= 0 && dup2(fd, STDERR_FILENO) >= 0)
		execve(argv[0], argv, environment);
	_exit(EXIT_FAILURE);
}

/* What one that hangs said before it was killed is as good as any. */
static void binary_on_answer(const void *answer, size_t size, bool in_time, void *data)
{
	struct cached_binary *entry = data;
	char text[JOB_ANSWER_MAX + 1];

	entry->job = NULL;
	memcpy(text, answer, size);
	text[size] = '\0';
	entry->failure = 0;
	if (proxy_binary_parse(text, &entry->binary) < 0) {
		entry->failure = in_time ? EINVAL : ETIMEDOUT;
		entry->failed_ms = clock_now_ms();
	}
	entry->cache->answered(entry->path, entry->cache->data);
}

static int entry_ask(struct cached_binary *entry, struct error *err)
{
	const struct process_mounts mounts = { .program = entry->path };
	const struct process_spec nowhere = {
		.uid = NOBODY,
		.gid = NOBODY,
		.netns_fd = -1,
		.contained = true,
		.mounts = &mounts,
		.lock_fd = -1,
		.output_fd = -1,
		.cgroup_fd = -1,
	};
	const struct process_helper helper = {
		.work = binary_exec,
		.data = entry->path,
		.place = &nowhere,
		.limits = { .cpu_s = ANSWER_TIMEOUT_S },
		.becomes_program = true,
	};
	int r;

	if (access(entry->path, X_OK) < 0)
		return error_set_errno(err, errno, "cannot execute proxy binary '%s'", entry->path);
	r = job_start(entry->cache->event, &helper, ANSWER_TIMEOUT_S * 1000, binary_on_answer,
		entry, &entry->job, err);
	return error_wrap(err, r, "proxy binary '%s'", entry->path);
}

static int entry_tell(
	const struct cached_binary *entry, struct proxy_binary *result, struct error *err)
{
	if (entry->failure == ETIMEDOUT)
		return error_set(err, ETIMEDOUT,
			"proxy binary '%s' did not answer to -V within %d s", entry->path,
			ANSWER_TIMEOUT_S);
	if (entry->failure)
		return error_set(err, EINVAL,
			"proxy binary '%s' does not tell a Zabbix version by -V", entry->path);
	*result = entry->binary;
	return 0;
}

static bool identity_equal(const struct identity *a, const struct identity *b)
{
	return a->device == b->device && a->inode == b->inode && a->size == b->size &&
		a->modified.tv_sec == b->modified.tv_sec &&
		a->modified.tv_nsec == b->modified.tv_nsec;
}

int proxy_binary_cache_read(struct proxy_binary_cache *cache, const char *binary,
	struct proxy_binary *result, struct error *err)
{
	struct cached_binary *entry = entry_find(cache, binary);
	struct identity now;
	struct stat st;
	int r;

	if (entry->job)
		return error_set(
			err, EINPROGRESS, "asking proxy binary '%s' for its version", binary);
	if (stat(binary, &st) < 0)
		return error_set_errno(err, errno, "proxy binary '%s'", binary);
	now = (struct identity){ st.st_dev, st.st_ino, st.st_size, st.st_mtim };
	if (identity_equal(&entry->identity, &now) &&
		!(entry->failure && clock_now_ms() - entry->failed_ms >= FAILURE_KEPT_MS))
		return entry_tell(entry, result, err);
	r = entry_ask(entry, err);
	if (r < 0)
		return r;
	entry->identity = now;
	return error_set(err, EINPROGRESS, "asking proxy binary '%s' for its version", binary);
}
