// SPDX-License-Identifier: GPL-2.0-or-later
/* The name servers of a VRF. */
#include "vrf/resolv_conf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/memory.h"

static char *text_create(const struct strings *servers)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		abort();
	for (size_t i = 0; i < servers->count; i++)
		fprintf(out, "nameserver %s\n", servers->items[i]);
	fclose(out);
	return text;
}

int resolv_conf_write(
	const struct config_vrf *vrf, const struct vrf_paths *paths, struct error *err)
{
	struct file_owner directory = { 0755, (uid_t)-1, (gid_t)-1 },
			  file = { 0644, (uid_t)-1, (gid_t)-1 };
	cleanup_free char *text = NULL;
	int r;

	if (vrf->dns.count == 0)
		return 0;
	r = file_make_dir(paths->run_dir, &directory, err);
	if (r < 0)
		return r;
	text = text_create(&vrf->dns);
	return file_write_volatile(paths->resolv_conf, text, strlen(text), &file, NULL, err);
}

/* A link is none of ours, and leads anywhere. */
static enum resolv_conf_seen file_compare(int root, const char *text)
{
	char seen[4096];
	cleanup_fd int fd =
		openat(root, "etc/resolv.conf", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	ssize_t n;

	if (fd < 0 && errno == ENOENT)
		return RESOLV_CONF_ABSENT;
	if (fd < 0)
		return errno == ELOOP ? RESOLV_CONF_LOST : RESOLV_CONF_UNKNOWN;
	n = read(fd, seen, sizeof(seen));
	if (n < 0)
		return RESOLV_CONF_UNKNOWN;
	return (size_t)n == strlen(text) && memcmp(seen, text, (size_t)n) == 0 ? RESOLV_CONF_OWN
									       : RESOLV_CONF_LOST;
}

enum resolv_conf_seen resolv_conf_look(const struct config_vrf *vrf, pid_t pid)
{
	cleanup_free char *path = xasprintf("/proc/%d/root", pid);
	cleanup_free char *text = NULL;
	cleanup_fd int root = -1;

	if (vrf->dns.count == 0)
		return RESOLV_CONF_UNKNOWN;
	root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	text = text_create(&vrf->dns);
	return root < 0 ? RESOLV_CONF_UNKNOWN : file_compare(root, text);
}
