// SPDX-License-Identifier: GPL-2.0-or-later
#include "../cmocka_all.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/fs_user.h"
#include "base/memory.h"

static const struct file_owner mine = { 0600, (uid_t)-1, (gid_t)-1 };

static int enter_directory(void **state)
{
	char path[] = "/tmp/vrfgate-test-XXXXXX";

	assert_non_null(mkdtemp(path));
	assert_int_equal(chdir(path), 0);
	*state = xstrdup(path);
	return 0;
}

static int leave_directory(void **state)
{
	assert_int_equal(chdir("/"), 0);
	assert_int_equal(file_remove_tree(*state, NULL), 0);
	assert_int_equal(access(*state, F_OK), -1);
	free(*state);
	return 0;
}

static void what_is_written_is_read(void **state)
{
	cleanup_free char *data = NULL;
	size_t size;
	struct stat st;

	(void)state;
	assert_int_equal(file_write("f", "a\0b", 3, &mine, NULL), 0);
	assert_int_equal(file_read("f", 3, &data, &size, NULL), 0);
	assert_int_equal(size, 3);
	assert_memory_equal(data, "a\0b", 4);
	assert_int_equal(stat("f", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
}

static void a_larger_file_than_allowed_is_refused(void **state)
{
	char *data = NULL;
	size_t size;

	(void)state;
	file_write("f", "abcd", 4, &mine, NULL);
	assert_int_equal(file_read("f", 3, &data, &size, NULL), -EFBIG);
	assert_null(data);
}

static void a_file_of_many_blocks_is_read_whole(void **state)
{
	cleanup_free char *text = xcalloc(1, 100000), *data = NULL;
	size_t size;

	(void)state;
	memset(text, 'x', 100000);
	file_write("f", text, 100000, &mine, NULL);
	assert_int_equal(file_read("f", 1 << 20, &data, &size, NULL), 0);
	assert_int_equal(size, 100000);
}

static void a_first_line_has_no_line_end(void **state)
{
	cleanup_free char *line = NULL;
	struct error err = ERROR_INIT;

	(void)state;
	file_write("f", "secret\r\nrest\n", 13, &mine, NULL);
	assert_int_equal(file_read_line("f", &line, NULL), 0);
	assert_string_equal(line, "secret");
	file_write("f", "\n", 1, &mine, NULL);
	free(steal_ptr(&line));
	assert_int_equal(file_read_line("f", &line, &err), -ENODATA);
	assert_int_equal(file_read_line("missing", &line, &err), -ENOENT);
	assert_string_equal(err.text, "cannot read 'missing': No such file or directory");
	assert_return_code(mkfifo("pipe", 0600), 0);
	assert_int_equal(file_read_line("pipe", &line, &err), -EINVAL);
	assert_string_equal(err.text, "cannot read 'pipe': it is a FIFO");
}

static void a_file_in_foreign_hands_is_read_as_it_lies(void **state)
{
	cleanup_free char *line = NULL;

	(void)state;
	file_write("f", "secret\n", 7, &mine, NULL);
	assert_int_equal(file_read_line_untrusted("f", &line, NULL), 0);
	assert_string_equal(line, "secret");
}

static void a_link_in_foreign_hands_is_not_read(void **state)
{
	struct error err = ERROR_INIT;
	char *line = NULL;

	(void)state;
	file_write("f", "secret\n", 7, &mine, NULL);
	assert_int_equal(symlink("f", "symbolic"), 0);
	assert_int_equal(file_read_line_untrusted("symbolic", &line, NULL), -ELOOP);
	assert_int_equal(link("f", "hard"), 0);
	assert_int_equal(file_read_line_untrusted("hard", &line, &err), -EINVAL);
	assert_string_equal(err.text, "'hard' is not a plain file");
	assert_int_equal(file_read_line_untrusted(".", &line, NULL), -EINVAL);
	assert_null(line);
}

/* To open one, or to read from it, would wait for its other end. */
static void a_fifo_in_foreign_hands_is_not_waited_for(void **state)
{
	char *line = NULL;

	(void)state;
	assert_int_equal(mkfifo("fifo", 0600), 0);
	assert_int_equal(file_read_line_untrusted("fifo", &line, NULL), -EINVAL);
}

static void an_equal_file_is_left_alone(void **state)
{
	struct stat before, after;
	bool changed = true;

	(void)state;
	file_write("f", "same", 4, &mine, NULL);
	stat("f", &before);
	assert_int_equal(file_write_if_changed("f", "same", 4, &mine, &changed, NULL), 0);
	assert_false(changed);
	stat("f", &after);
	assert_int_equal(before.st_ino, after.st_ino);
	assert_int_equal(file_write_if_changed("f", "sam", 3, &mine, &changed, NULL), 0);
	assert_true(changed);
}

static void a_link_is_replaced_not_followed(void **state)
{
	struct stat st;

	(void)state;
	file_write("target", "old", 3, &mine, NULL);
	assert_int_equal(symlink("target", "link"), 0);
	assert_int_equal(file_write("link", "new", 3, &mine, NULL), 0);
	assert_int_equal(lstat("link", &st), 0);
	assert_true(S_ISREG(st.st_mode));
	stat("target", &st);
	assert_int_equal(st.st_size, 3);
}

static void directories_are_made_with_parents(void **state)
{
	struct file_owner owner = { 0750, (uid_t)-1, (gid_t)-1 };
	struct error err = ERROR_INIT;
	struct stat st;

	(void)state;
	assert_int_equal(file_make_dir("a/b/c", &owner, NULL), 0);
	assert_int_equal(file_make_dir("a/b/c", &owner, NULL), 0);
	stat("a/b/c", &st);
	assert_int_equal(st.st_mode & 07777, 0750);
	file_write("plain", "", 0, &mine, NULL);
	assert_int_equal(file_make_dir("plain", &owner, &err), -ENOTDIR);
}

static void a_secret_open_to_everybody_is_refused(void **state)
{
	cleanup_free char *line = NULL;
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(file_write("f", "secret\n", 7, &mine, NULL), 0);
	assert_int_equal(file_read_secret("f", &line, &err), 0);
	assert_string_equal(line, "secret");
	assert_int_equal(chmod("f", 0640), 0);
	free(steal_ptr(&line));
	assert_int_equal(file_read_secret("f", &line, &err), 0);
	assert_int_equal(chmod("f", 0604), 0);
	free(steal_ptr(&line));
	assert_int_equal(file_read_secret("f", &line, &err), -EPERM);
	assert_null(line);
	assert_string_equal(
		err.text, "'f' is open to everybody (mode 0604), expected 0600 or 0640");
}

static void whose_file_it_is_that_cannot_be_read_is_told(void **state)
{
	struct fs_user before = FS_USER_SELF;
	struct error err = ERROR_INIT;
	char *data = NULL;
	size_t size;

	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(chmod(".", 0755), 0);
	assert_int_equal(file_write("f", "a", 1, &mine, NULL), 0);
	assert_int_equal(fs_user_enter(65534, 65534, &before, NULL), 0);
	assert_int_equal(file_read("f", 1, &data, &size, &err), -EACCES);
	assert_string_equal(
		err.text, "cannot read 'f': Permission denied (it belongs to uid 0, mode 0600)");
	assert_int_equal(file_read_secret("f", &data, &err), -EACCES);
	fs_user_leave(&before);
}

static void a_directory_that_others_may_write_is_refused(void **state)
{
	cleanup_free char *expected =
		xasprintf("others may write to 'd' (uid %u, mode 0775), expected a directory of "
			  "uid %u and mode 0755",
			geteuid(), geteuid());
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(file_make_own_dir("d", &err), 0);
	assert_int_equal(file_make_own_dir("d", &err), 0);
	assert_int_equal(chmod("d", 0775), 0);
	assert_int_equal(file_make_own_dir("d", &err), -EPERM);
	assert_string_equal(err.text, expected);
}

static char synced
	[16]; /* 'f' and 'd' for a file or a directory that is written to the disk, 'r' for a rename */

static void synced_add(char what)
{
	size_t used = strlen(synced);

	if (used + 1 < sizeof(synced))
		synced[used] = what;
}

/* In the place of libc's. */
int fsync(int fd)
{
	struct stat st;

	synced_add(fstat(fd, &st) == 0 && S_ISDIR(st.st_mode) ? 'd' : 'f');
	return 0;
}

int rename(const char *from, const char *to)
{
	synced_add('r');
	return renameat(AT_FDCWD, from, AT_FDCWD, to);
}

static void what_is_written_is_on_the_disk_with_its_name(void **state)
{
	(void)state;
	memset(synced, 0, sizeof(synced));
	assert_int_equal(file_write("f", "x", 1, &mine, NULL), 0);
	assert_string_equal(synced, "frd");
	assert_int_equal(file_write_if_changed("f", "x", 1, &mine, NULL, NULL), 0);
	assert_string_equal(synced, "frd");
}

static void what_is_of_no_use_after_a_loss_of_power_waits_for_no_disk(void **state)
{
	cleanup_free char *text = NULL;
	bool changed;
	size_t size;

	(void)state;
	memset(synced, 0, sizeof(synced));
	assert_int_equal(file_write_volatile("f", "x", 1, &mine, &changed, NULL), 0);
	assert_true(changed);
	assert_string_equal(synced, "r");
	assert_int_equal(file_write_volatile("f", "x", 1, &mine, &changed, NULL), 0);
	assert_false(changed);
	assert_string_equal(synced, "r");
	assert_int_equal(file_read("f", 1, &text, &size, NULL), 0);
	assert_string_equal(text, "x");
}

static void make_old_file(const char *path, time_t age_s)
{
	struct timespec times[2] = { 0 };

	close(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
	times[0].tv_sec = times[1].tv_sec = time(NULL) - age_s;
	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void what_a_writer_left_that_was_killed_is_removed(void **state)
{
	(void)state;
	make_old_file("f.unfinished-abc123", 3600);
	make_old_file("f.unfinished-abc124", 0);
	make_old_file("f.unfinished-abc.23", 3600);
	make_old_file("g.unfinished-abc123", 3600);
	assert_int_equal(file_write("f", "x", 1, &mine, NULL), 0);
	assert_int_equal(access("f.unfinished-abc123", F_OK), -1);
	assert_int_equal(access("f.unfinished-abc124", F_OK), 0);
	assert_int_equal(access("f.unfinished-abc.23", F_OK), 0);
	assert_int_equal(access("g.unfinished-abc123", F_OK), 0);
}

/* Such as ids.json.backup: the last that an operator could restore a damaged file from. */
static void a_backup_beside_a_file_stays(void **state)
{
	(void)state;
	make_old_file("f.backup", 3600);
	make_old_file("f.261130", 3600);
	assert_int_equal(file_write("f", "x", 1, &mine, NULL), 0);
	assert_int_equal(access("f.backup", F_OK), 0);
	assert_int_equal(access("f.261130", F_OK), 0);
}

#define in_directory(test) cmocka_unit_test_setup_teardown(test, enter_directory, leave_directory)

static void test_a_lock_is_one_descriptors_until_it_closes(void **state)
{
	struct error err = ERROR_INIT;
	int first = open("lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	int second = open("lock", O_RDWR | O_CLOEXEC);

	(void)state;
	assert_int_equal(file_lock(first, "lock", NULL), 1);
	assert_int_equal(file_lock(second, "lock", NULL), 0);
	close(first);
	assert_int_equal(file_lock(second, "lock", NULL), 1);
	close(second);
	assert_int_equal(file_lock(-1, "lock", &err), -EBADF);
	assert_string_equal(err.text, "cannot lock 'lock': Bad file descriptor");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_directory(what_is_written_is_read),
		in_directory(a_larger_file_than_allowed_is_refused),
		in_directory(a_file_of_many_blocks_is_read_whole),
		in_directory(a_first_line_has_no_line_end),
		in_directory(a_file_in_foreign_hands_is_read_as_it_lies),
		in_directory(a_link_in_foreign_hands_is_not_read),
		in_directory(a_fifo_in_foreign_hands_is_not_waited_for),
		in_directory(an_equal_file_is_left_alone),
		in_directory(a_link_is_replaced_not_followed),
		in_directory(directories_are_made_with_parents),
		in_directory(a_secret_open_to_everybody_is_refused),
		in_directory(whose_file_it_is_that_cannot_be_read_is_told),
		in_directory(a_directory_that_others_may_write_is_refused),
		in_directory(what_is_written_is_on_the_disk_with_its_name),
		in_directory(what_is_of_no_use_after_a_loss_of_power_waits_for_no_disk),
		in_directory(what_a_writer_left_that_was_killed_is_removed),
		in_directory(a_backup_beside_a_file_stays),
		in_directory(test_a_lock_is_one_descriptors_until_it_closes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
