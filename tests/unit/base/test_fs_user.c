// SPDX-License-Identifier: GPL-2.0-or-later
#include "../cmocka_all.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/fs_user.h"
#include "base/memory.h"

#define NOBODY 65534

/* Root's directory, and in it one of nobody's. */
static int enter_directory(void **state)
{
	char path[] = "/tmp/vrfgate-test-XXXXXX";

	assert_non_null(mkdtemp(path));
	assert_int_equal(chdir(path), 0);
	assert_int_equal(chmod(path, 0755), 0);
	assert_int_equal(mkdir("theirs", 0700), 0);
	if (geteuid() == 0)
		assert_int_equal(chown("theirs", NOBODY, NOBODY), 0);
	*state = xstrdup(path);
	return 0;
}

static int leave_directory(void **state)
{
	assert_int_equal(chdir("/"), 0);
	assert_int_equal(file_remove_tree(*state, NULL), 0);
	free(*state);
	return 0;
}

static void file_make(const char *path, int flags)
{
	cleanup_fd int fd = open(path, O_WRONLY | O_CREAT | flags | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
}

static void what_is_made_belongs_to_the_user(void **state)
{
	struct fs_user before = FS_USER_SELF;
	struct stat st;

	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(fs_user_enter(NOBODY, NOBODY, &before, NULL), 0);
	file_make("theirs/f", O_EXCL);
	fs_user_leave(&before);
	assert_int_equal(stat("theirs/f", &st), 0);
	assert_int_equal(st.st_uid, NOBODY);
	assert_int_equal(st.st_gid, NOBODY);
	file_make("ours", O_EXCL);
	assert_int_equal(stat("ours", &st), 0);
	assert_int_equal(st.st_uid, 0);
}

static void a_link_leads_to_nothing_that_is_not_the_users(void **state)
{
	struct fs_user before = FS_USER_SELF;

	(void)state;
	if (geteuid() != 0)
		skip();
	file_make("secret", O_EXCL);
	assert_int_equal(symlink("../secret", "theirs/link"), 0);
	assert_int_equal(fs_user_enter(NOBODY, NOBODY, &before, NULL), 0);
	assert_int_equal(open("theirs/link", O_RDONLY), -1);
	assert_int_equal(errno, EACCES);
	assert_int_equal(open("theirs/link", O_WRONLY | O_TRUNC), -1);
	assert_int_equal(chown("theirs/link", NOBODY, NOBODY), -1);
	assert_int_equal(unlink("secret"), -1);
	fs_user_leave(&before);
	assert_int_equal(unlink("secret"), 0);
}

static void whether_cores_are_written_stays(void **state)
{
	struct fs_user before = FS_USER_SELF;

	(void)state;
	if (geteuid() != 0)
		skip();
	for (int dumpable = 1; dumpable >= 0; dumpable--) {
		prctl(PR_SET_DUMPABLE, dumpable, 0, 0, 0);
		assert_int_equal(fs_user_enter(NOBODY, NOBODY, &before, NULL), 0);
		assert_int_equal(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), dumpable);
		fs_user_leave(&before);
		assert_int_equal(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), dumpable);
	}
	prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
}

static void who_may_not_is_told(void **state)
{
	struct fs_user before = FS_USER_SELF;
	struct error err = ERROR_INIT;

	(void)state;
	/* An id that nobody can have. */
	assert_int_equal(fs_user_enter((uid_t)-1, (gid_t)-1, &before, &err), -EPERM);
	assert_string_equal(err.text, "cannot touch files as user 4294967295");
	assert_int_equal(before.uid, (uid_t)-1);
	fs_user_leave(&before);
}

int main(void)
{
#define in_directory(test) cmocka_unit_test_setup_teardown(test, enter_directory, leave_directory)
	const struct CMUnitTest tests[] = {
		in_directory(what_is_made_belongs_to_the_user),
		in_directory(a_link_leads_to_nothing_that_is_not_the_users),
		in_directory(whether_cores_are_written_stays),
		in_directory(who_may_not_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
