// SPDX-License-Identifier: GPL-2.0-or-later
/* Namespaces as files: what ip-netns(8) does, in the same places. */
#include "net/netns.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"

#define OWN_NETNS "/proc/thread-self/ns/net"
#define YOUNG_MS  500

static const char *netns_path(char path[PATH_MAX], const char *name)
{
	snprintf(path, PATH_MAX, NETNS_DIR "/%s", name);
	return path;
}

int netns_open(const char *name, struct error *err)
{
	char path[PATH_MAX];
	cleanup_fd int fd = open(netns_path(path, name), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct statfs fs;

	/* A namespace may be read by all; what is left of one, by ip-netns(8) or us, has no mode. */
	if (fd < 0 && errno == EACCES)
		return error_set(err, EINVAL, NETNS_DIR "/%s is no namespace", name);
	if (fd < 0)
		return error_set_errno(err, errno, "cannot open " NETNS_DIR "/%s", name);
	if (fstatfs(fd, &fs) < 0 || (fs.f_type != NSFS_MAGIC && fs.f_type != PROC_SUPER_MAGIC))
		return error_set(err, EINVAL, NETNS_DIR "/%s is no namespace", name);
	return steal_fd(&fd);
}

int netns_open_own(struct error *err)
{
	int fd = open(OWN_NETNS, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return error_set_errno(err, errno, "cannot open " OWN_NETNS);
	return fd;
}

int netns_switch(int netns_fd, struct error *err)
{
	if (setns(netns_fd, CLONE_NEWNET) < 0)
		return error_set_errno(err, errno, "cannot enter the namespace");
	return 0;
}

int netns_enter(int netns_fd, int *back, struct error *err)
{
	int ret;

	*back = netns_open_own(err);
	if (*back < 0)
		return *back;
	ret = netns_switch(netns_fd, err);
	if (ret < 0) {
		close(*back);
		*back = -1;
	}
	return ret;
}

void netns_leave(int *back)
{
	if (*back < 0)
		return;
	if (setns(*back, CLONE_NEWNET) < 0)
		abort();
	close(*back);
	*back = -1;
}

/* EINVAL of MS_SHARED: the directory is no mount point yet; it becomes one by a bind on itself. */
static int dir_share(struct error *err)
{
	if (mount("", NETNS_DIR, "none", MS_SHARED | MS_REC, NULL) == 0)
		return 0;
	if (errno != EINVAL)
		return error_set_errno(err, errno, "cannot share the mount " NETNS_DIR);
	if (mount(NETNS_DIR, NETNS_DIR, "none", MS_BIND | MS_REC, NULL) < 0)
		return error_set_errno(err, errno, "cannot make a mount of " NETNS_DIR);
	if (mount("", NETNS_DIR, "none", MS_SHARED | MS_REC, NULL) < 0)
		return error_set_errno(err, errno, "cannot share the mount " NETNS_DIR);
	return 0;
}

int netns_make_dir(struct error *err)
{
	cleanup_fd int fd = -1;

	if (mkdir(NETNS_DIR, 0755) < 0 && errno != EEXIST)
		return error_set_errno(err, errno, "cannot make " NETNS_DIR);
	fd = open(NETNS_DIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return error_set_errno(err, errno, "cannot open " NETNS_DIR);
	/* Two that make the mount at once would stack it, and one would hide the other's names. */
	if (flock(fd, LOCK_EX) < 0)
		return error_set_errno(err, errno, "cannot lock " NETNS_DIR);
	return dir_share(err);
}

/* True where a file is so young that somebody may be about to mount a namespace on it: ip-netns(8), or
 * another of us. */
static bool is_young(const char *path)
{
	struct timespec now;
	struct stat st;
	int64_t age_ms;

	if (lstat(path, &st) < 0)
		return false;
	clock_gettime(CLOCK_REALTIME, &now);
	age_ms = (int64_t)(now.tv_sec - st.st_ctim.tv_sec) * 1000 +
		(now.tv_nsec - st.st_ctim.tv_nsec) / 1000000;
	return age_ms >= 0 && age_ms < YOUNG_MS;
}

/* The namespace of a file that is no longer young; or -EAGAIN. */
static int open_grown(const char *name, const char *path, bool wait)
{
	const struct timespec pause = { .tv_nsec = 2000000 };

	for (;;) {
		int fd = netns_open(name, NULL);

		if (fd >= 0 || !is_young(path))
			return fd;
		if (!wait)
			return -EAGAIN;
		nanosleep(&pause, NULL);
	}
}

static int file_create(const char *name, const char *path, bool wait, struct error *err)
{
	int fd = open(path, O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0);

	if (fd < 0 && errno == EEXIST) {
		int other = open_grown(name, path, wait);

		if (other == -EAGAIN)
			return error_set(err, EAGAIN, "%s was made a moment ago", path);
		if (other >= 0) {
			close(other);
			return error_set(err, EEXIST, "namespace '%s' is already there", name);
		}
		if (unlink(path) < 0)
			return error_set_errno(err, errno, "cannot remove stale %s", path);
		fd = open(path, O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0);
	}
	if (fd < 0)
		return error_set_errno(err, errno, "cannot make %s", path);
	close(fd);
	return 0;
}

int netns_publish(const char *name, bool wait, struct error *err)
{
	char path[PATH_MAX];
	int ret = file_create(name, netns_path(path, name), wait, err);

	if (ret < 0)
		return ret;
	if (mount(OWN_NETNS, path, "none", MS_BIND, NULL) < 0) {
		ret = error_set_errno(err, errno, "cannot mount the namespace on %s", path);
		unlink(path);
	}
	return ret;
}

int netns_unpublish(const char *name, struct error *err)
{
	char path[PATH_MAX];

	netns_path(path, name);
	/* EINVAL: a file with nothing mounted on it. */
	if (umount2(path, MNT_DETACH) < 0 && errno != EINVAL && errno != ENOENT)
		return error_set_errno(err, errno, "cannot unmount %s", path);
	if (unlink(path) < 0 && errno != ENOENT)
		return error_set_errno(err, errno, "cannot remove %s", path);
	return 0;
}
