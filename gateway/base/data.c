// SPDX-License-Identifier: GPL-2.0-or-later
/* Finding bundled data. */
#include "base/data.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/memory.h"

static bool is_directory(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool is_source_tree(const char *directory)
{
	cleanup_free char *main_c = xasprintf("%s/gateway/main.c", directory);

	return access(main_c, R_OK) == 0;
}

/* The source tree, where the program lies in its build directory; NULL elsewhere. */
static char *tree_find(void)
{
	char program[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);

	if (length <= 0)
		return NULL;
	program[length] = '\0';
	for (int up = 0; up < 2; up++) {
		char *slash = strrchr(program, '/');

		if (!slash)
			return NULL;
		*slash = '\0';
	}
	return is_source_tree(program) ? xstrdup(program) : NULL;
}

int data_dir_find(const char *name, char **path, struct error *err)
{
	const char *told = getenv("VRFGATE_DATA");
	cleanup_free char *tree = told ? NULL : tree_find();
	const char *roots[] = { told, tree, told ? NULL : VRFGATE_DATA_DIR };

	for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++) {
		cleanup_free char *candidate = roots[i] ? xasprintf("%s/%s", roots[i], name) : NULL;

		if (candidate && is_directory(candidate)) {
			*path = steal_ptr(&candidate);
			return 0;
		}
	}
	if (told)
		return error_set(err, ENOENT, "no directory '%s' in VRFGATE_DATA=%s", name, told);
	return error_set(err, ENOENT, "no directory '%s/%s' and none beside the build tree",
		VRFGATE_DATA_DIR, name);
}
