// SPDX-License-Identifier: GPL-2.0-or-later
/* Wiping secrets. */
#include "../cmocka_all.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_secret_is_gone_and_may_be_freed_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
