// SPDX-License-Identifier: GPL-2.0-or-later
/* Giving up rights, in a child: what is left afterwards. */
#include "../cmocka_all.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "process/privileges.h"

/* What the child found wrong; 0 nothing. */
static int child_judge(void)
{
	if (privileges_drop("nobody", NULL) < 0)
		return 1;
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1 || prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0)
		return 2;
	if (geteuid() == 0 || getuid() == 0 || getegid() == 0 || getgroups(0, NULL) != 0)
		return 3;
	if (setuid(0) == 0 || setgid(0) == 0 || access("/etc/shadow", R_OK) == 0)
		return 4;
	if (prctl(PR_CAPBSET_READ, 21, 0, 0, 0) != 0)
		return 5;
	return 0;
}

static int child_status(int (*judge)(void))
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0)
		_exit(judge());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void test_nothing_is_left_and_nothing_comes_back(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(child_status(child_judge), 0);
}

static int child_without_user(void)
{
	struct error err = ERROR_INIT;

	return privileges_drop("no-such-user", &err) == -ESRCH ? 0 : 1;
}

static void test_a_user_that_does_not_exist_is_told(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(child_status(child_without_user), 0);
}

/* As nobody first; then the user stays and the rest goes. */
static int child_unprivileged(void)
{
	uid_t uid = 65534;

	if (geteuid() == 0 && setuid(uid) < 0)
		return 1;
	uid = geteuid();
	if (privileges_drop("no-such-user", NULL) != 0 || geteuid() != uid)
		return 2;
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? 0 : 3;
}

static void test_who_is_not_root_keeps_the_user(void **state)
{
	(void)state;
	assert_int_equal(child_status(child_unprivileged), 0);
}

static uint64_t capabilities_of_self(const char *set)
{
	cleanup_free char *text = NULL;
	const char *line;
	size_t size;

	assert_int_equal(file_read("/proc/self/status", 65536, &text, &size, NULL), 0);
	line = strstr(text, set);
	assert_non_null(line);
	return strtoull(line + strlen(set), NULL, 16);
}

#define BIT(number) (1ULL << (number))

static int child_reduced(void)
{
	if (privileges_reduce(NULL) < 0)
		return 1;
	if (getuid() != 0 || getgroups(0, NULL) != 0)
		return 2;
	if (capabilities_of_self("CapInh:") || capabilities_of_self("CapAmb:"))
		return 3;
	if (capabilities_of_self("CapBnd:") != capabilities_of_self("CapEff:"))
		return 4;
	if (!(capabilities_of_self("CapEff:") & BIT(CAP_SYS_ADMIN)) ||
		capabilities_of_self("CapBnd:") & (BIT(CAP_DAC_OVERRIDE) | BIT(CAP_SYS_MODULE)))
		return 5;
	return privileges_reduce(NULL) < 0 ? 6 : 0;
}

static void test_a_supervisor_keeps_little(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(child_status(child_reduced), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_is_left_and_nothing_comes_back),
		cmocka_unit_test(test_a_user_that_does_not_exist_is_told),
		cmocka_unit_test(test_a_supervisor_keeps_little),
		cmocka_unit_test(test_who_is_not_root_keeps_the_user),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
