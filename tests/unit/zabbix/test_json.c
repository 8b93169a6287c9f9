// SPDX-License-Identifier: GPL-2.0-or-later
/* jansson in our manner. */
#include "../cmocka_all.h"

#include "zabbix/json.h"

static void test_bytes_that_are_no_utf8_become_question_marks(void **state)
{
	cleanup_json json_t *plain = zabbix_json_string("M\xc3\xbcnchen");
	cleanup_json json_t *latin = zabbix_json_string("M\xfcnchen");

	(void)state;
	assert_string_equal(json_string_value(plain), "M\xc3\xbcnchen");
	assert_string_equal(json_string_value(latin), "M?nchen");
}

static void test_a_missing_text_is_empty(void **state)
{
	cleanup_json json_t *object = zabbix_json_pack("{s:s, s:i}", "a", "x", "b", 1);

	(void)state;
	assert_string_equal(zabbix_json_text(object, "a"), "x");
	assert_string_equal(zabbix_json_text(object, "b"), "");
	assert_string_equal(zabbix_json_text(object, "c"), "");
	assert_string_equal(zabbix_json_text(NULL, "c"), "");
}

static void test_numbers_and_their_texts_are_the_same(void **state)
{
	cleanup_json json_t *all = zabbix_json_pack("[i, s, s, n, b]", 5, "5", "6", 1);

	(void)state;
	assert_true(zabbix_json_same(json_array_get(all, 0), json_array_get(all, 1)));
	assert_false(zabbix_json_same(json_array_get(all, 0), json_array_get(all, 2)));
	assert_false(zabbix_json_same(json_array_get(all, 3), json_array_get(all, 3)));
	assert_false(zabbix_json_same(NULL, json_array_get(all, 0)));
	assert_int_equal(zabbix_json_number(json_array_get(all, 0)), 5);
	assert_int_equal(zabbix_json_number(json_array_get(all, 2)), 6);
	assert_int_equal(zabbix_json_number(json_array_get(all, 4)), 0);
	assert_int_equal(zabbix_json_number(NULL), 0);
}

static void test_the_first_object_of_a_list_with_a_text_is_found(void **state)
{
	cleanup_json json_t *list = zabbix_json_pack("[{s:s}, {s:s, s:i}, {s:s, s:i}, s]", "a", "x",
		"a", "y", "n", 1, "a", "y", "n", 2, "y");

	(void)state;
	assert_ptr_equal(zabbix_json_find(list, "a", "y"), json_array_get(list, 1));
	assert_null(zabbix_json_find(list, "a", "z"));
	assert_null(zabbix_json_find(list, "b", "y"));
	assert_null(zabbix_json_find(NULL, "a", "x"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes_that_are_no_utf8_become_question_marks),
		cmocka_unit_test(test_a_missing_text_is_empty),
		cmocka_unit_test(test_numbers_and_their_texts_are_the_same),
		cmocka_unit_test(test_the_first_object_of_a_list_with_a_text_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
