// SPDX-License-Identifier: GPL-2.0-or-later
/* How much memory a process tree takes. */
#include "process/memory.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "process/tree.h"

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
