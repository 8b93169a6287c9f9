// SPDX-License-Identifier: GPL-2.0-or-later
#include "../cmocka_all.h"

#include "base/hash.h"

/* The vectors of the reference code, draft-eastlake-fnv. */
static void hashes_are_those_of_the_reference(void **state)
{
	(void)state;
	assert_true(hash_bytes(HASH_BASIS, "", 0) == UINT64_C(0xcbf29ce484222325));
	assert_true(hash_bytes(HASH_BASIS, "a", 1) == UINT64_C(0xaf63dc4c8601ec8c));
	assert_true(hash_bytes(HASH_BASIS, "foobar", 6) == UINT64_C(0x85944171f73967e8));
	assert_int_equal(hash32_bytes(HASH32_BASIS, "", 0), 0x811c9dc5);
	assert_int_equal(hash32_bytes(HASH32_BASIS, "a", 1), 0xe40c292c);
	assert_int_equal(hash32_bytes(HASH32_BASIS, "foobar", 6), 0xbf9cf968);
}

static void a_text_is_hashed_with_its_end(void **state)
{
	(void)state;
	assert_true(hash_text(HASH_BASIS, "a") == hash_bytes(HASH_BASIS, "a", 2));
	assert_true(hash_text(hash_text(HASH_BASIS, "ab"), "c") !=
		hash_text(hash_text(HASH_BASIS, "a"), "bc"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(hashes_are_those_of_the_reference),
		cmocka_unit_test(a_text_is_hashed_with_its_end),
	};

	return cmocka_run_group_tests_name(__FILE__, tests, NULL, NULL);
}
