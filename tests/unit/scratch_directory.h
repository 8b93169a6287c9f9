// SPDX-License-Identifier: GPL-2.0-or-later
/* A directory for a test. */
#pragma once

#include "cmocka_all.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"

/* cmocka's setup and teardown, of one test or of a group; *state is the path. */
static inline int scratch_make(void **state)
{
	char path[] = "/tmp/vrfgate-test-XXXXXX";

	if (!mkdtemp(path) || chmod(path, 0755) < 0)
		return -1;
	*state = xstrdup(path);
	return 0;
}

static inline int scratch_remove(void **state)
{
	int r = file_remove_tree(*state, NULL);

	free(*state);
	return r;
}

#define in_scratch(test) cmocka_unit_test_setup_teardown(test, scratch_make, scratch_remove)
