// SPDX-License-Identifier: GPL-2.0-or-later
/* Which files an import takes. */
#include "../cmocka_all.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/memory.h"
#include "cli/files.h"

static char root[] = "/tmp/vrfgate-files-XXXXXX";

static int tree_make(void **state)
{
	static const char *const names[] = { "6.0/a.yaml", "6.0/b.xml", "7.0/a.yaml",
		"7.0/sub/c.json", "README.md", "flat/z.yml", "flat/y.yaml", "flat/.hidden.yaml",
		"flat/notes.txt" };
	static const struct file_owner mine = { 0644, (uid_t)-1, (gid_t)-1 };

	(void)state;
	if (!mkdtemp(root))
		return -1;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		cleanup_free char *path = xasprintf("%s/%s", root, names[i]);
		cleanup_free char *dir = xstrdup(path);

		*strrchr(dir, '/') = '\0';
		if (file_make_dir(dir, &mine, NULL) < 0 || chmod(dir, 0755) < 0 ||
			file_write(path, "", 0, &mine, NULL) < 0)
			return -1;
	}
	return 0;
}

static int tree_remove(void **state)
{
	(void)state;
	return file_remove_tree(root, NULL);
}

static void assert_files(const char *path, unsigned major, unsigned minor, const char *wanted)
{
	const struct zabbix_version version = { .major = major, .minor = minor };
	cleanup(strings_finish) struct strings files = { 0 };
	char got[1024] = "";

	assert_int_equal(cli_files_collect(path, &version, &files, NULL), 0);
	for (size_t i = 0; i < files.count; i++) {
		strcat(got, files.items[i] + strlen(root));
		strcat(got, " ");
	}
	assert_string_equal(got, wanted);
}

static void test_of_versions_the_newest_that_the_server_understands(void **state)
{
	(void)state;
	assert_files(root, 6, 0, "/6.0/a.yaml /6.0/b.xml /flat/y.yaml /flat/z.yml ");
	assert_files(root, 6, 4, "/6.0/a.yaml /6.0/b.xml /flat/y.yaml /flat/z.yml ");
	assert_files(root, 7, 0, "/7.0/a.yaml /7.0/sub/c.json /flat/y.yaml /flat/z.yml ");
	assert_files(root, 7, 4, "/7.0/a.yaml /7.0/sub/c.json /flat/y.yaml /flat/z.yml ");
}

static void test_files_and_directories_by_name(void **state)
{
	cleanup_free char *flat = xasprintf("%s/flat", root);
	cleanup_free char *text = xasprintf("%s/flat/notes.txt", root);

	(void)state;
	assert_files(flat, 6, 0, "/flat/y.yaml /flat/z.yml ");
	assert_files(text, 6, 0, "/flat/notes.txt ");
}

static void test_what_is_not_there_is_told(void **state)
{
	const struct zabbix_version version = { .major = 6 };
	cleanup(strings_finish) struct strings files = { 0 };
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(cli_files_collect("/nonexistent", &version, &files, &err), -ENOENT);
	assert_non_null(strstr(err.text, "'/nonexistent'"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_of_versions_the_newest_that_the_server_understands),
		cmocka_unit_test(test_files_and_directories_by_name),
		cmocka_unit_test(test_what_is_not_there_is_told),
	};

	return cmocka_run_group_tests(tests, tree_make, tree_remove);
}
