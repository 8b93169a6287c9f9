// SPDX-License-Identifier: GPL-2.0-or-later
/* Files read whole and written whole. */
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "base/secret.h"

/* More than any token or key has. */
#define LINE_FILE_MAX    4096
/* Behind a file's name while it is being written; mkostemp(3) puts letters and digits in the place of each X. No
 * backup that an operator makes is named like that. */
#define TEMPORARY_MARK   ".unfinished-"
#define TEMPORARY_LENGTH 6
#define ALPHANUMERIC     "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
/* Longer than anybody takes to write a file. */
#define WRITER_LIFE_S    600

static int fd_read(
	int fd, const char *path, size_t max, char **data, size_t *size, struct error *err)
{
	cleanup_free char *buffer = NULL;
	size_t used = 0, capacity = 4096;

	buffer = xcalloc(1, capacity);
	for (;;) {
		ssize_t n = read(fd, buffer + used, capacity - used - 1);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_set_errno(err, errno, "cannot read '%s'", path);
		if (n == 0)
			break;
		used += (size_t)n;
		if (used > max)
			return error_set(err, EFBIG, "'%s' is larger than %zu bytes", path, max);
		if (used + 1 == capacity) {
			capacity *= 2;
			buffer = xreallocarray(buffer, capacity, 1);
		}
	}
	buffer[used] = '\0';
	*data = steal_ptr(&buffer);
	*size = used;
	return 0;
}

/* Of errno. Whose it is, where that is the reason: root without its capabilities may not read all. */
static int open_fail(const char *path, struct error *err)
{
	int code = errno;
	struct stat st;

	if (code == EACCES && stat(path, &st) == 0)
		return error_set(err, code,
			"cannot read '%s': %s (it belongs to uid %u, mode %04o)", path,
			strerror(code), st.st_uid, st.st_mode & 07777);
	return error_set_errno(err, code, "cannot read '%s'", path);
}

int file_read(const char *path, size_t max, char **data, size_t *size, struct error *err)
{
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	return fd < 0 ? open_fail(path, err) : fd_read(fd, path, max, data, size, err);
}

int file_read_now(const char *path, size_t max, char **data, size_t *size, struct error *err)
{
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return open_fail(path, err);
	/* Without a writer it would look like an empty file. */
	if (S_ISFIFO(st.st_mode))
		return error_set(err, EINVAL, "cannot read '%s': it is a FIFO", path);
	return fd_read(fd, path, max, data, size, err);
}

static int first_line(const char *path, const char *data, char **line, struct error *err)
{
	size_t length = strcspn(data, "\r\n");

	if (length == 0)
		return error_set(err, ENODATA, "'%s' has an empty first line", path);
	*line = xstrndup(data, length);
	return 0;
}

int file_read_line(const char *path, char **line, struct error *err)
{
	cleanup_free char *data = NULL;
	size_t size;
	int r = file_read_now(path, LINE_FILE_MAX, &data, &size, err);

	return data ? first_line(path, data, line, err) : r;
}

int file_read_line_untrusted(const char *path, char **line, struct error *err)
{
	/* O_NONBLOCK: to open a FIFO would wait for its other end. */
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW | O_NONBLOCK);
	cleanup_free char *data = NULL;
	struct stat st;
	size_t size;
	int r;

	if (fd < 0 || fstat(fd, &st) < 0)
		return error_set_errno(err, errno, "cannot read '%s'", path);
	/* Another name of a file elsewhere is a link too. */
	if (!S_ISREG(st.st_mode) || st.st_nlink != 1)
		return error_set(err, EINVAL, "'%s' is not a plain file", path);
	r = fd_read(fd, path, LINE_FILE_MAX, &data, &size, err);
	return data ? first_line(path, data, line, err) : r;
}

int file_read_secret(const char *path, char **line, struct error *err)
{
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	cleanup(secret_free) char *data = NULL;
	struct stat st;
	size_t size;
	int r;

	if (fd < 0 || fstat(fd, &st) < 0)
		return open_fail(path, err);
	if (S_ISREG(st.st_mode) && (st.st_mode & S_IRWXO))
		return error_set(err, EPERM,
			"'%s' is open to everybody (mode %04o), expected 0600 or 0640", path,
			st.st_mode & 07777);
	secret_guard();
	r = fd_read(fd, path, LINE_FILE_MAX, &data, &size, err);
	return data ? first_line(path, data, line, err) : r;
}

int file_write_all(int fd, const char *data, size_t size)
{
	while (size > 0) {
		ssize_t n = write(fd, data, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		data += n;
		size -= (size_t)n;
	}
	return 0;
}

/* The mode while it is still ours: another's takes CAP_FOWNER. */
static int fd_set_owner(int fd, const struct file_owner *owner)
{
	if (fchmod(fd, owner->mode) < 0 || fchown(fd, owner->uid, owner->gid) < 0)
		return -errno;
	return 0;
}

/* The directory of `path`, to be closed; *name is the rest of the path. */
static int directory_open(const char *path, const char **name)
{
	const char *slash = strrchr(path, '/');
	cleanup_free char *directory =
		slash ? xstrndup(path, (size_t)(slash - path) + 1) : xstrdup(".");

	*name = slash ? slash + 1 : path;
	return open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* Some file systems have nothing to write for a directory, and say so. */
static int directory_sync(const char *path)
{
	const char *name;
	cleanup_fd int fd = directory_open(path, &name);

	if (fd < 0 || (fsync(fd) < 0 && errno != EINVAL && errno != EROFS))
		return -errno;
	return 0;
}

/* Whether `entry` is a temporary name for `name`, of a writer that ended long ago. */
static bool is_unfinished(int directory, const char *entry, const char *name)
{
	size_t length = strlen(name), marked = length + strlen(TEMPORARY_MARK);
	struct stat st;

	return strncmp(entry, name, length) == 0 &&
		strncmp(entry + length, TEMPORARY_MARK, marked - length) == 0 &&
		strlen(entry + marked) == TEMPORARY_LENGTH &&
		strspn(entry + marked, ALPHANUMERIC) == TEMPORARY_LENGTH &&
		fstatat(directory, entry, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) &&
		st.st_mtime + WRITER_LIFE_S < time(NULL);
}

/* What a writer left that was killed, or lost its power: it may hold a key. */
static void unfinished_remove(const char *path)
{
	const char *name;
	int fd = directory_open(path, &name);
	cleanup_dir DIR *directory = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (fd >= 0 && !directory)
		close(fd);
	while (directory && (entry = readdir(directory)))
		if (is_unfinished(fd, entry->d_name, name))
			unlinkat(fd, entry->d_name, 0);
}

static int replace(const char *path, const void *data, size_t size, const struct file_owner *owner,
	bool durably, struct error *err)
{
	cleanup_free char *temporary = xasprintf("%s" TEMPORARY_MARK "XXXXXX", path);
	cleanup_fd int fd = mkostemp(temporary, O_CLOEXEC);
	int r;

	if (fd < 0)
		return error_set_errno(err, errno, "cannot write '%s'", path);
	r = fd_set_owner(fd, owner);
	if (r == 0)
		r = file_write_all(fd, data, size);
	/* Else a power cut could leave the new name with nothing behind it. */
	if (r == 0 && durably && fsync(fd) < 0)
		r = -errno;
	if (r == 0 && rename(temporary, path) < 0)
		r = -errno;
	if (r < 0) {
		unlink(temporary);
		return error_set_errno(err, -r, "cannot write '%s'", path);
	}
	unfinished_remove(path);
	/* Else it could bring the old content back. */
	r = durably ? directory_sync(path) : 0;
	return r < 0 ? error_set_errno(err, -r, "cannot write the directory of '%s'", path) : 0;
}

int file_write(const char *path, const void *data, size_t size, const struct file_owner *owner,
	struct error *err)
{
	return replace(path, data, size, owner, true, err);
}

static int replace_if_changed(const char *path, const void *data, size_t size,
	const struct file_owner *owner, bool durably, bool *changed, struct error *err)
{
	cleanup_free char *old = NULL;
	size_t old_size = 0;
	bool same = file_read(path, size, &old, &old_size, NULL) == 0 && old && old_size == size &&
		memcmp(old, data, size) == 0;

	if (changed)
		*changed = !same;
	return same ? 0 : replace(path, data, size, owner, durably, err);
}

int file_write_if_changed(const char *path, const void *data, size_t size,
	const struct file_owner *owner, bool *changed, struct error *err)
{
	return replace_if_changed(path, data, size, owner, true, changed, err);
}

int file_write_volatile(const char *path, const void *data, size_t size,
	const struct file_owner *owner, bool *changed, struct error *err)
{
	return replace_if_changed(path, data, size, owner, false, changed, err);
}

int file_make_parents(char *path)
{
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(path, 0755) < 0 && errno != EEXIST)
			return -errno;
		*slash = '/';
	}
	return 0;
}

int file_make_dir(const char *path, const struct file_owner *owner, struct error *err)
{
	cleanup_free char *copy = xstrdup(path);
	struct stat st;
	int r = file_make_parents(copy);

	if (r < 0)
		return error_set_errno(err, -r, "cannot make directory '%s'", copy);
	if (mkdir(path, 0700) == 0) {
		cleanup_fd int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

		r = fd < 0 ? -errno : fd_set_owner(fd, owner);
		if (r < 0)
			return error_set_errno(err, -r, "cannot make directory '%s'", path);
		return 0;
	}
	if (errno != EEXIST || stat(path, &st) < 0)
		return error_set_errno(err, errno, "cannot make directory '%s'", path);
	if (!S_ISDIR(st.st_mode))
		return error_set(err, ENOTDIR, "'%s' is there but is no directory", path);
	return 0;
}

int file_make_own_dir(const char *path, struct error *err)
{
	struct file_owner owner = { 0755, (uid_t)-1, (gid_t)-1 };
	struct stat st;
	int r = file_make_dir(path, &owner, err);

	if (r < 0)
		return r;
	if (stat(path, &st) < 0)
		return error_set_errno(err, errno, "'%s'", path);
	if (st.st_uid != geteuid() || (st.st_mode & (S_IWGRP | S_IWOTH)))
		return error_set(err, EPERM,
			"others may write to '%s' (uid %u, mode %04o), expected a directory of uid %u and mode 0755",
			path, st.st_uid, st.st_mode & 07777, geteuid());
	return 0;
}

int file_lock(int fd, const char *path, struct error *err)
{
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return 1;
	return errno == EWOULDBLOCK ? 0 : error_set_errno(err, errno, "cannot lock '%s'", path);
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return remove(path);
}

int file_remove_tree(const char *path, struct error *err)
{
	if (nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT) < 0 && errno != ENOENT)
		return error_set_errno(err, errno, "cannot remove '%s'", path);
	return 0;
}
