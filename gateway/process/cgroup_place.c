// SPDX-License-Identifier: GPL-2.0-or-later
/* Where cgroup2 is, and where in it we are. */
#include "process/cgroup_place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/memory.h"

#define PROC_FILE_MAX (4 * 1024 * 1024)

/* Of mountinfo, proc(5): "ID PARENT DEV ROOT MOUNTPOINT OPTIONS... - TYPE SOURCE ...". */
static char *mount_point_of(char *line)
{
	char *type = strstr(line, " - "), *rest = NULL, *field;

	if (!type || strncmp(type + 3, "cgroup2 ", 8) != 0)
		return NULL;
	field = strtok_r(line, " ", &rest);
	for (int i = 1; field && i < 5; i++)
		field = strtok_r(NULL, " ", &rest);
	return xstrdup(field);
}

int cgroup_mount_find(char **path, struct error *err)
{
	cleanup_free char *text = NULL;
	char *rest = NULL;
	size_t size;
	int r = file_read("/proc/self/mountinfo", PROC_FILE_MAX, &text, &size, err);

	if (r < 0)
		return r;
	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		*path = mount_point_of(line);
		if (*path)
			return 0;
	}
	return error_set(err, ENOTSUP, "cgroup2 is not mounted");
}

int cgroup_own_find(char **path, struct error *err)
{
	cleanup_free char *text = NULL, *mount = NULL;
	const char *own;
	size_t size;
	int r = cgroup_mount_find(&mount, err);

	if (r == 0)
		r = file_read("/proc/self/cgroup", PROC_FILE_MAX, &text, &size, err);
	if (!text)
		return r;
	/* "0::/path"; with "/.." where we were put from outside into a namespace of groups. */
	own = strncmp(text, "0::/", 4) == 0 ? text : strstr(text, "\n0::/");
	own = own ? strchr(own, '/') : NULL;
	if (!own || strncmp(own, "/..", 3) == 0)
		return error_set(err, ENOTSUP, "our control group is not to be seen");
	*path = xasprintf("%s%.*s", mount, (int)strcspn(own, "\n"), own);
	return 0;
}

int cgroup_control_write(
	const char *directory, const char *file, const char *value, struct error *err)
{
	cleanup_free char *path = xasprintf("%s/%s", directory, file);
	cleanup_fd int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, value, strlen(value)) < 0)
		return error_set_errno(err, errno, "cannot write '%s' to '%s'", value, path);
	return 0;
}
