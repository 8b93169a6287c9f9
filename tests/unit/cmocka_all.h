// SPDX-License-Identifier: GPL-2.0-or-later
/* cmocka with what it wants included before it; TEST=PATTERN in the environment runs the cases that match alone. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

__attribute__((constructor)) static void cases_select(void)
{
	const char *pattern = getenv("TEST");

	if (pattern && *pattern)
		cmocka_set_test_filter(pattern);
}
