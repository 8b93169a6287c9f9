// SPDX-License-Identifier: GPL-2.0-or-later
#include "../cmocka_all.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/strings.h"

static void an_array_grows_and_keeps_what_it_has(void **state)
{
	int *numbers = NULL;
	size_t count = 0;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		int *added = array_append(&numbers, &count);

		assert_int_equal(*added, 0);
		*added = i;
	}
	assert_int_equal(count, 1000);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(numbers[i], i);
	free(numbers);
}

static void copies_are_the_callers(void **state)
{
	char *copy = xstrndup("abcdef", 3);

	(void)state;
	assert_string_equal(copy, "abc");
	free(copy);
	assert_null(xstrdup(NULL));
	copy = xasprintf("%s-%d", "gw", 1);
	assert_string_equal(copy, "gw-1");
	free(copy);
}

static void lists_of_strings_compare_by_content_and_order(void **state)
{
	struct strings a = { 0 }, b = { 0 };

	(void)state;
	strings_add(&a, "x");
	strings_addf(&a, "%c", 'y');
	strings_add(&b, "x");
	assert_false(strings_equal(&a, &b));
	strings_add(&b, "y");
	assert_true(strings_equal(&a, &b));
	assert_true(strings_contain(&a, "y"));
	assert_false(strings_contain(&a, "z"));
	strings_finish(&a);
	strings_finish(&b);
	assert_int_equal(a.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_array_grows_and_keeps_what_it_has),
		cmocka_unit_test(copies_are_the_callers),
		cmocka_unit_test(lists_of_strings_compare_by_content_and_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
