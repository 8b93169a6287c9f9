// SPDX-License-Identifier: GPL-2.0-or-later
/* A process and all below it. */
#include "process/tree.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/fs_user.h"

#define PROC_FILE_MAX (1024 * 1024)
/* A tree of a proxy has three levels, four with a check script. */
#define MAX_DEPTH     16

/* Some files are the owner's alone (io, syscall), and root without cap_dac_override is not that. */
static char *owner_read(pid_t pid, const char *path)
{
	cleanup(fs_user_leave) struct fs_user before = FS_USER_SELF;
	char directory[32];
	struct stat owner;
	char *text = NULL;
	size_t size;

	snprintf(directory, sizeof(directory), "/proc/%d", pid);
	if (stat(directory, &owner) < 0 ||
		fs_user_enter(owner.st_uid, owner.st_gid, &before, NULL) < 0)
		return NULL;
	return file_read(path, PROC_FILE_MAX, &text, &size, NULL) == 0 ? text : NULL;
}

char *process_proc_read(pid_t pid, const char *name)
{
	char path[64];
	char *text = NULL;
	size_t size;
	int r;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	r = file_read(path, PROC_FILE_MAX, &text, &size, NULL);
	if (r == -EACCES)
		return owner_read(pid, path);
	return r == 0 ? text : NULL;
}

static bool tree_walk(pid_t pid, int depth, process_tree_visit visit, void *data)
{
	char name[48];
	cleanup_free char *text = NULL;
	char *at, *end;

	if (!visit(pid, data))
		return false;
	if (depth == 0)
		return true;
	/* Of the main thread, which forks in all that a proxy's tree is made of. */
	snprintf(name, sizeof(name), "task/%d/children", pid);
	text = process_proc_read(pid, name);
	for (at = text; at; at = end) {
		pid_t child = (pid_t)strtol(at, &end, 10);

		if (end == at)
			break;
		if (!tree_walk(child, depth - 1, visit, data))
			return false;
	}
	return true;
}

void process_tree_walk(pid_t pid, process_tree_visit visit, void *data)
{
	tree_walk(pid, MAX_DEPTH, visit, data);
}

/* --- memory --- */

static int64_t process_memory_bytes(pid_t pid)
{
	cleanup_free char *text = process_proc_read(pid, "smaps_rollup");
	const char *line = text ? strstr(text, "\nPss:") : NULL;

	return line ? strtoll(line + strlen("\nPss:"), NULL, 10) * 1024 : -1;
}

/* The first one is the tree's own; another that ends meanwhile counts for nothing. */
static bool memory_add(pid_t pid, void *data)
{
	int64_t *sum = data, bytes = process_memory_bytes(pid);

	if (bytes < 0)
		return *sum >= 0;
	*sum = *sum < 0 ? bytes : *sum + bytes;
	return true;
}

int64_t process_tree_memory_bytes(pid_t pid)
{
	int64_t sum = -1;

	process_tree_walk(pid, memory_add, &sum);
	return sum;
}
