// SPDX-License-Identifier: GPL-2.0-or-later
/* Owned locals: an attribute frees them on every way out, steal_*() hands them on. */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <dirent.h>

/* Calls fn(&variable) when the variable goes out of scope. */
#define cleanup(fn) __attribute__((cleanup(fn)))

static inline void cleanup_free_ptr(void *p)
{
	free(*(void **)p);
}

static inline void cleanup_close_fd(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void cleanup_close_file(FILE **f)
{
	if (*f)
		fclose(*f);
}

static inline void cleanup_close_dir(DIR **d)
{
	if (*d)
		closedir(*d);
}

#define cleanup_free cleanup(cleanup_free_ptr)
#define cleanup_fd   cleanup(cleanup_close_fd)
#define cleanup_file cleanup(cleanup_close_file)
#define cleanup_dir  cleanup(cleanup_close_dir)

/* Returns *pp and leaves NULL behind: the caller owns it now. */
#define steal_ptr(pp)                            \
	({                                       \
		__auto_type steal_pp = (pp);     \
		__auto_type steal_p = *steal_pp; \
		*steal_pp = NULL;                \
		steal_p;                         \
	})

static inline int steal_fd(int *fd)
{
	int stolen = *fd;

	*fd = -1;
	return stolen;
}
