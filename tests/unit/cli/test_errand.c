// SPDX-License-Identifier: GPL-2.0-or-later
/* A child that opens with our rights and asks with none. */
#include "../cmocka_all.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "cli/errand.h"

struct found {
	pid_t pid;
	uid_t uid;
	int no_new_privs, reads_shadow, parent_signal;
	char text[16];
};

static int shadow_open(const void *data, int *fd, struct error *err)
{
	*fd = open(data, O_RDONLY | O_CLOEXEC);
	return *fd < 0 ? error_set_errno(err, errno, "cannot open") : 0;
}

static int rights_look(const void *data, int fd, void *answer, struct error *err)
{
	struct found *found = answer;

	(void)err;
	found->pid = getpid();
	found->uid = geteuid();
	found->no_new_privs = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0);
	found->reads_shadow = access(data, R_OK) == 0;
	(void)prctl(PR_GET_PDEATHSIG, &found->parent_signal, 0, 0, 0);
	return read(fd, found->text, sizeof(found->text) - 1) < 0 ? -errno : 0;
}

static void what_it_asks_it_asks_without_rights(void **state)
{
	struct cli_errand errand = { shadow_open, rights_look, "/etc/shadow",
		sizeof(struct found) };
	struct error err = ERROR_INIT;
	struct found found = { 0 };

	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(cli_errand_run(&errand, &found, &err), 0);
	assert_int_not_equal(found.pid, getpid());
	assert_int_not_equal(found.uid, 0);
	assert_int_equal(found.no_new_privs, 1);
	assert_false(found.reads_shadow);
	/* What was opened before can be used. */
	assert_true(strlen(found.text) > 0);
	/* And it dies with us all the same. */
	assert_int_equal(found.parent_signal, SIGKILL);
	assert_int_equal(geteuid(), 0);
}

static int word_say_and_fail(const void *data, int fd, void *answer, struct error *err)
{
	assert_int_equal(fd, -1);
	strcpy(answer, data);
	return error_set(err, EREMOTEIO, "it said \"%s\"", "no");
}

static void its_error_and_what_it_had_so_far_come_back(void **state)
{
	struct cli_errand errand = { NULL, word_say_and_fail, "word", 16 };
	struct error err = ERROR_INIT;
	char answer[16] = "";

	(void)state;
	assert_int_equal(cli_errand_run(&errand, answer, &err), -EREMOTEIO);
	assert_string_equal(err.text, "it said \"no\"");
	assert_string_equal(answer, "word");
}

static int missing_open(const void *data, int *fd, struct error *err)
{
	(void)data;
	(void)fd;
	return error_set(err, ENOENT, "nothing is there");
}

static void what_cannot_be_opened_is_not_asked(void **state)
{
	struct cli_errand errand = { missing_open, word_say_and_fail, "word", 16 };
	struct error err = ERROR_INIT;
	char answer[16] = "";

	(void)state;
	assert_int_equal(cli_errand_run(&errand, answer, &err), -ENOENT);
	assert_string_equal(err.text, "nothing is there");
	assert_string_equal(answer, "");
}

static int die(const void *data, int fd, void *answer, struct error *err)
{
	(void)data;
	(void)fd;
	(void)answer;
	(void)err;
	raise(SIGKILL);
	return 0;
}

static void a_child_that_dies_is_an_error(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(cli_errand_run(&(struct cli_errand){ .ask = die }, NULL, &err), -EPROTO);
	assert_string_equal(err.text, "the process that asks has died");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_it_asks_it_asks_without_rights),
		cmocka_unit_test(its_error_and_what_it_had_so_far_come_back),
		cmocka_unit_test(what_cannot_be_opened_is_not_asked),
		cmocka_unit_test(a_child_that_dies_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
