// SPDX-License-Identifier: GPL-2.0-or-later
/* A directory for one test, and configs whose state, run and log directories lie in it. */
#pragma once

#include <fcntl.h>

#include "config/loaded.h"
#include "scratch_directory.h"

static inline void scratch_skip(void **state)
{
	(void)state;
	skip();
}

/* As root only; skipped visibly otherwise. A skip() in a setup would count as a failure. */
#define in_scratch_as_root(test)                                                                \
	{                                                                                       \
#test, geteuid() == 0 ? test : scratch_skip, scratch_make, scratch_remove, NULL \
	}

/* Loads a text with a gateway section in front that keeps everything in the directory. */
static inline struct loaded scratch_config(const char *directory, const char *text)
{
	cleanup_free char *whole = xasprintf("gateway { name = gw1 state_dir = \"%s/state\" "
					     "run_dir = \"%s/run\" log_dir = \"%s/log\" }\n%s",
		directory, directory, directory, text);
	struct loaded loaded = loaded_text(whole);

	assert_no_faults(&loaded);
	return loaded;
}

static inline void scratch_write(const char *directory, const char *name, const char *text)
{
	cleanup_free char *path = xasprintf("%s/%s", directory, name);
	struct file_owner owner = { 0644, (uid_t)-1, (gid_t)-1 };

	assert_int_equal(file_write(path, text, strlen(text), &owner, NULL), 0);
}

/* A file's content, the caller's to free; NULL where there is none. */
static inline char *scratch_read(const char *directory, const char *name)
{
	cleanup_free char *path = xasprintf("%s/%s", directory, name);
	char *text = NULL;
	size_t size;

	return file_read(path, 1 << 20, &text, &size, NULL) == 0 ? text : NULL;
}

/* How often a file that the log goes to has a text. */
static inline int scratch_count_in(FILE *log, const char *text)
{
	char buffer[8192];
	ssize_t n = pread(fileno(log), buffer, sizeof(buffer) - 1, 0);
	int count = 0;

	buffer[n > 0 ? n : 0] = '\0';
	for (const char *at = buffer; (at = strstr(at, text)); at++)
		count++;
	return count;
}
