// SPDX-License-Identifier: GPL-2.0-or-later
/* Files read whole and written whole. No function here follows a symbolic link at the last name. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"

/*
 * Reads a file of at most `max` bytes; *data is the caller's to free() and has a NUL behind its
 * *size bytes. -EFBIG where it is larger. Works for /proc files. Follows links: the name is the
 * user's.
 */
int file_read(const char *path, size_t max, char **data, size_t *size, struct error *err);

/* As file_read(), but never waits for a writer: a FIFO is refused, -EINVAL. */
int file_read_now(const char *path, size_t max, char **data, size_t *size, struct error *err);

/* The first line of a file (a token, a password), not of a FIFO, without its line end; -ENODATA where it is empty.
 */
int file_read_line(const char *path, char **line, struct error *err);

/*
 * As file_read_line() for a file in a directory that somebody with fewer rights may write: only a
 * regular file of one name is read, no link is followed (-ELOOP), and nothing is waited for.
 */
int file_read_line_untrusted(const char *path, char **line, struct error *err);

/* As file_read_line() for a token, a password: one that everybody may read or write is refused, -EPERM. The
 * caller frees *line by secret_free(). */
int file_read_secret(const char *path, char **line, struct error *err);

/* Writes all of it to a descriptor that blocks; 0 or a negative errno. */
int file_write_all(int fd, const char *data, size_t size);

/* How a file that we write looks. uid/gid of (uid_t) -1: ours. */
struct file_owner {
	mode_t mode;
	uid_t uid;
	gid_t gid;
};

/*
 * Puts `size` bytes at path: a temporary name with owner and mode set before the first byte, then
 * rename, so that a reader sees the old content or the new. Once it has returned, the new content is what a
 * loss of power leaves; it blocks for that, fsync(2). Removes what writers of this file left unfinished long ago.
 */
int file_write(const char *path, const void *data, size_t size, const struct file_owner *owner,
	struct error *err);

/* As file_write, but leaves a file alone that holds just that already; *changed tells (may be
 * NULL). */
int file_write_if_changed(const char *path, const void *data, size_t size,
	const struct file_owner *owner, bool *changed, struct error *err);

/* The same for what is of no use after a loss of power: it waits for no disk. */
int file_write_volatile(const char *path, const void *data, size_t size,
	const struct file_owner *owner, bool *changed, struct error *err);

/* Makes the directories that path lies in, 0755; 0 or a negative errno. Writes to path meanwhile, and
 * allocates nothing. */
int file_make_parents(char *path);

/* Makes a directory (and parents, 0755); sets owner and mode of the last one where it made it. */
int file_make_dir(const char *path, const struct file_owner *owner, struct error *err);

/* Makes a directory for root's own files, 0755; -EPERM where it is there and somebody else may write it. */
int file_make_own_dir(const char *path, struct error *err);

/* Locks what fd is, flock(2): 1, until its last descriptor closes; 0 where another has it. `path` is for the message. */
int file_lock(int fd, const char *path, struct error *err);

/* Removes a directory and what is in it, not crossing mounts; a missing one is no error. */
int file_remove_tree(const char *path, struct error *err);
