// SPDX-License-Identifier: GPL-2.0-or-later
/* Wiping secrets. */
#include "../cmocka_all.h"

#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/secret.h"

static void test_a_secret_is_gone_and_may_be_freed_again(void **state)
{
	char *secret = xstrdup("hush");

	(void)state;
	secret_free(&secret);
	assert_null(secret);
	secret_free(&secret);
}

static void test_a_guarded_process_leaves_no_core(void **state)
{
	int status = -1;
	pid_t pid = fork();

	(void)state;
	if (pid == 0) {
		bool before = prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0;

		secret_guard();
		_exit(before && prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0 ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_guarded_process_leaves_no_core),
		cmocka_unit_test(test_a_secret_is_gone_and_may_be_freed_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
