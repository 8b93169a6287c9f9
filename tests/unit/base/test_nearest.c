// SPDX-License-Identifier: GPL-2.0-or-later
#include "../cmocka_all.h"

#include <string.h>

#include "base/nearest.h"

static const char *of(const char *wanted, const char *first, const char *second)
{
	struct nearest nearest = NEAREST_INIT(wanted);

	nearest_offer(&nearest, first);
	nearest_offer(&nearest, second);
	return nearest.word;
}

static void the_closest_word_is_found(void **state)
{
	(void)state;
	assert_string_equal(of("statsu", "start", "status"), "status");
	assert_string_equal(of("cust-b", "cust-a", "cust-c"), "cust-a");
	assert_string_equal(of("rotatepsk", "status", "rotate-psk"), "rotate-psk");
}

static void a_word_that_has_little_of_it_is_not_close(void **state)
{
	(void)state;
	assert_null(of("explode", "plan", "reload"));
	assert_null(of("ab", "cd", "abcd"));
	assert_null(of("", "up", "run"));
}

static void a_word_of_any_length_can_be_asked_for(void **state)
{
	char longest[4096];

	(void)state;
	memset(longest, 'a', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_null(of(longest, "acme", longest + 64));
	longest[63] = '\0';
	assert_string_equal(of(longest, "acme", longest + 1), longest + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_closest_word_is_found),
		cmocka_unit_test(a_word_that_has_little_of_it_is_not_close),
		cmocka_unit_test(a_word_of_any_length_can_be_asked_for),
	};

	return cmocka_run_group_tests_name(__FILE__, tests, NULL, NULL);
}
