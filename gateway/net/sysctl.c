// SPDX-License-Identifier: GPL-2.0-or-later
/* Kernel parameters of a namespace. */
#include "net/sysctl.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/memory.h"

#define VALUE_MAX 4096
#define USES_MAX  64 /* of one mount */

static void sysctls_close(struct net_sysctls *sysctls)
{
	if (sysctls->fd >= 0)
		close(sysctls->fd);
	sysctls->fd = -1;
}

void net_sysctls_finish(struct net_sysctls *sysctls)
{
	sysctls_close(sysctls);
	sysctls->uses = 0;
}

/* A slash stands for a dot. An interface's name may hold any other character that is to be seen. */
static bool component_valid(const char *text, size_t length)
{
	if (length == 0 || (length == 1 && *text == '/') ||
		(length == 2 && strncmp(text, "//", 2) == 0))
		return false;
	for (size_t i = 0; i < length; i++)
		if (isspace((unsigned char)text[i]) || iscntrl((unsigned char)text[i]))
			return false;
	return true;
}

bool net_sysctl_key_valid(const char *key)
{
	if (strncmp(key, "net.", 4) != 0 || strlen(key) >= 256)
		return false;
	for (const char *p = key;;) {
		size_t length = strcspn(p, ".");

		if (!component_valid(p, length))
			return false;
		if (!p[length])
			return true;
		p += length + 1;
	}
}

/* Kernels before 5.2 do not know these calls, and a container may forbid them. */
static int proc_mount(void)
{
	cleanup_fd int context = fsopen("proc", FSOPEN_CLOEXEC);

	if (context < 0 || fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return -1;
	return fsmount(context, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC);
}

static int sysctls_open(struct net_sysctls *sysctls, struct error *err)
{
	if (sysctls->uses++ % USES_MAX == 0)
		sysctls_close(sysctls);
	if (sysctls->fd < 0)
		sysctls->fd = proc_mount();
	if (sysctls->fd < 0)
		sysctls->fd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return sysctls->fd < 0 ? error_set_errno(err, errno, "cannot open /proc") : 0;
}

static int key_open(struct net_sysctls *sysctls, const char *key, int flags, struct error *err)
{
	char path[PATH_MAX] = "sys/";
	size_t base = strlen(path);
	int fd;

	if (!net_sysctl_key_valid(key))
		return error_set(err, EINVAL, "sysctl '%s' is no key under net.", key);
	fd = sysctls_open(sysctls, err);
	if (fd < 0)
		return fd;
	snprintf(path + base, sizeof(path) - base, "%s", key);
	for (char *p = path + base; *p; p++)
		*p = *p == '.' ? '/' : *p == '/' ? '.' : *p;
	fd = openat(sysctls->fd, path, flags | O_CLOEXEC);
	if (fd < 0)
		return error_set_errno(err, errno, "sysctl '%s'", key);
	return fd;
}

int net_sysctl_read(struct net_sysctls *sysctls, const char *key, char **value, struct error *err)
{
	cleanup_fd int fd = key_open(sysctls, key, O_RDONLY, err);
	char text[VALUE_MAX];
	ssize_t size;

	if (fd < 0)
		return fd;
	size = read(fd, text, sizeof(text) - 1);
	if (size < 0)
		return error_set_errno(err, errno, "sysctl '%s'", key);
	while (size > 0 && isspace((unsigned char)text[size - 1]))
		size--;
	*value = xstrndup(text, (size_t)size);
	return 0;
}

int net_sysctl_write(
	struct net_sysctls *sysctls, const char *key, const char *value, struct error *err)
{
	cleanup_fd int fd = key_open(sysctls, key, O_WRONLY, err);

	if (fd < 0)
		return fd;
	if (write(fd, value, strlen(value)) < 0)
		return error_set_errno(err, errno, "sysctl '%s' = '%s'", key, value);
	return 0;
}

bool net_sysctl_value_equal(const char *a, const char *b)
{
	for (;;) {
		size_t length_a, length_b;

		a += strspn(a, " \t\n");
		b += strspn(b, " \t\n");
		length_a = strcspn(a, " \t\n");
		length_b = strcspn(b, " \t\n");
		if (length_a != length_b || memcmp(a, b, length_a) != 0)
			return false;
		if (!length_a)
			return true;
		a += length_a;
		b += length_b;
	}
}
