// SPDX-License-Identifier: GPL-2.0-or-later
/* Finding bundled data. */
#include "../cmocka_all.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/data.h"
#include "base/file.h"
#include "base/memory.h"

static void test_the_environment_names_the_place(void **state)
{
	char root[] = "/tmp/vrfgate-data-XXXXXX";
	cleanup_free char *wanted = NULL, *path = NULL;
	struct error err = ERROR_INIT;

	(void)state;
	assert_non_null(mkdtemp(root));
	wanted = xasprintf("%s/templates", root);
	assert_int_equal(mkdir(wanted, 0755), 0);
	setenv("VRFGATE_DATA", root, 1);
	assert_int_equal(data_dir_find("templates", &path, &err), 0);
	assert_string_equal(path, wanted);
	file_remove_tree(root, NULL);
}

static void test_a_place_named_by_the_environment_is_the_only_one(void **state)
{
	struct error err = ERROR_INIT;
	char *path = NULL;

	(void)state;
	setenv("VRFGATE_DATA", "/nonexistent", 1);
	assert_int_equal(data_dir_find("templates", &path, &err), -ENOENT);
	assert_non_null(strstr(err.text, "VRFGATE_DATA=/nonexistent"));
	unsetenv("VRFGATE_DATA");
}

/* The tree above the test program's own directory. */
static void test_a_build_tree_has_its_data_beside_it(void **state)
{
	char program[4096] = "";
	struct file_owner mine = { 0755, (uid_t)-1, (gid_t)-1 };
	cleanup_free char *wanted = NULL, *source = NULL, *path = NULL;

	(void)state;
	unsetenv("VRFGATE_DATA");
	assert_true(readlink("/proc/self/exe", program, sizeof(program) - 1) > 0);
	*strrchr(program, '/') = '\0';
	*strrchr(program, '/') = '\0';
	wanted = xasprintf("%s/test-data", program);
	source = xasprintf("%s/gateway/main.c", program);
	assert_int_equal(file_make_dir(wanted, &mine, NULL), 0);
	/* A directory of that name beside a program that is installed is none of ours. */
	assert_int_equal(data_dir_find("test-data", &path, NULL), -ENOENT);
	*strrchr(source, '/') = '\0';
	assert_int_equal(file_make_dir(source, &mine, NULL), 0);
	source[strlen(source)] = '/';
	assert_int_equal(file_write(source, "", 0, &mine, NULL), 0);
	assert_int_equal(data_dir_find("test-data", &path, NULL), 0);
	assert_string_equal(path, wanted);
	unlink(source);
	*strrchr(source, '/') = '\0';
	rmdir(source);
	rmdir(wanted);
}

static void test_what_is_nowhere_is_told(void **state)
{
	struct error err = ERROR_INIT;
	char *path;

	(void)state;
	unsetenv("VRFGATE_DATA");
	assert_int_equal(data_dir_find("no-such-thing", &path, &err), -ENOENT);
	assert_non_null(strstr(err.text, "no-such-thing"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_environment_names_the_place),
		cmocka_unit_test(test_a_place_named_by_the_environment_is_the_only_one),
		cmocka_unit_test(test_a_build_tree_has_its_data_beside_it),
		cmocka_unit_test(test_what_is_nowhere_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
