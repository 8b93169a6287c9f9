// SPDX-License-Identifier: GPL-2.0-or-later
/* How much memory a process tree takes. */
#include "process/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"

#define PROC_FILE_MAX (1024 * 1024)
/* A tree of a proxy has three levels, four with a check script. */
#define MAX_DEPTH     16

static char *proc_read(pid_t pid, const char *name)
{
	char path[64];
	char *text = NULL;
	size_t size;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	return file_read(path, PROC_FILE_MAX, &text, &size, NULL) == 0 ? text : NULL;
}

static int64_t process_memory_bytes(pid_t pid)
{
	cleanup_free char *text = proc_read(pid, "smaps_rollup");
	const char *line = text ? strstr(text, "\nPss:") : NULL;

	return line ? strtoll(line + strlen("\nPss:"), NULL, 10) * 1024 : -1;
}

static int64_t tree_memory_bytes(pid_t pid, int depth);

/* One that ends meanwhile counts for nothing. */
static int64_t children_memory_bytes(pid_t pid, int depth)
{
	char name[48];
	cleanup_free char *text = NULL;
	char *at, *end;
	int64_t sum = 0;

	/* Of the main thread, which forks in all that a proxy's tree is made of. */
	snprintf(name, sizeof(name), "task/%d/children", pid);
	text = proc_read(pid, name);
	for (at = text; at; at = end) {
		pid_t child = (pid_t)strtol(at, &end, 10);
		int64_t bytes;

		if (end == at)
			break;
		bytes = tree_memory_bytes(child, depth);
		sum += bytes > 0 ? bytes : 0;
	}
	return sum;
}

static int64_t tree_memory_bytes(pid_t pid, int depth)
{
	int64_t bytes = process_memory_bytes(pid);

	if (bytes < 0 || depth == 0)
		return bytes;
	return bytes + children_memory_bytes(pid, depth - 1);
}

int64_t process_tree_memory_bytes(pid_t pid)
{
	return tree_memory_bytes(pid, MAX_DEPTH);
}
