// SPDX-License-Identifier: GPL-2.0-or-later
/* Marks of ownership. */
#include "../cmocka_all.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "reporter/mark.h"

#define ID "0123456789abcdef0123456789abcdef"

static const struct reporter_owner gw1 = { "gw1", ID };
static const struct reporter_owner gw_1 = { "gw 1", ID };
static const struct reporter_owner gw11 = { "gw11", ID };

static void test_the_mark_follows_identity_and_key_and_tells_neither(void **state)
{
	struct reporter_proxy proxy = {
		.vrf = (char *)"x", .psk_identity = (char *)"id", .psk = (char *)"0123"
	};
	cleanup_free char *first = reporter_mark_make(&gw1, &proxy, NULL);
	cleanup_free char *second = NULL, *third = NULL, *none = NULL;

	(void)state;
	assert_int_equal(strlen(first), strlen("[vrfgate gw1 vrf x psk 12345678 id " ID "]"));
	assert_ptr_equal(strstr(first, "0123"), strstr(first, ID));
	proxy.psk = (char *)"0124";
	second = reporter_mark_make(&gw1, &proxy, NULL);
	assert_string_not_equal(first, second);
	/* The same bytes, cut elsewhere. */
	proxy.psk_identity = (char *)"id0";
	proxy.psk = (char *)"123";
	third = reporter_mark_make(&gw1, &proxy, NULL);
	assert_string_not_equal(first, third);
	proxy.psk_identity = NULL;
	none = reporter_mark_make(&gw1, &proxy, NULL);
	assert_string_equal(none, "[vrfgate gw1 vrf x psk none id " ID "]");
}

static void assert_vrf(const char *description, const struct reporter_owner *owner, const char *vrf)
{
	cleanup_free char *found = reporter_mark_vrf(description, owner);

	if (vrf)
		assert_string_equal(found, vrf);
	else
		assert_null(found);
}

static void test_only_our_own_gateways_mark_is_ours(void **state)
{
	(void)state;
	assert_vrf("x [vrfgate gw1 vrf acme psk 12345678 id " ID "] y", &gw1, "acme");
	assert_vrf("[vrfgate gw 1 vrf acme psk none id " ID "]", &gw_1, "acme");
	assert_vrf("[vrfgate gw11 vrf acme psk none id f" ID "]", &gw1, NULL);
	assert_vrf("[vrfgate gw1 vrf acme psk none id f" ID "]", &gw1, NULL);
	assert_vrf("[vrfgate gw1 vrf acme psk none", &gw1, NULL);
	assert_vrf("", &gw1, NULL);
}

/* Under whatever name it has been; the name of a gateway may look like more. */
static void test_a_mark_with_our_id_is_ours(void **state)
{
	(void)state;
	assert_vrf("[vrfgate gw11 vrf acme psk none id " ID "]", &gw1, "acme");
	assert_vrf("[vrfgate gw1 vrf x vrf acme psk none id " ID "]", &gw1, "acme");
	assert_vrf("[vrfgate gw1 vrf vrf psk none id " ID "]", &gw11, "vrf");
	assert_vrf("[note] [vrfgate] [vrfgate gw 2 vrf acme psk 12345678 id " ID "]", &gw1, "acme");
}

static void test_a_mark_tells_that_it_is_released_and_where_it_comes_from(void **state)
{
	struct reporter_proxy proxy = { .vrf = (char *)"released" };
	const struct reporter_owner gw2 = { "gw 2", "f" ID };
	cleanup_free char *from = reporter_mark_from_add("a,f" ID, ID, "f" ID);
	cleanup_free char *made = reporter_mark_make(
		&gw1, &proxy, &(struct reporter_mark){ .from = from, .adopted = true });
	cleanup_free char *text = xasprintf("x %s y", made);
	cleanup_free char *released = reporter_mark_release(text, &gw1);
	cleanup(reporter_mark_finish) struct reporter_mark mark, of_made;

	(void)state;
	assert_string_equal(from, ID ",a");
	assert_string_equal(released,
		"x [vrfgate gw1 vrf released psk none released adopted from " ID ",a id " ID "] y");
	assert_true(reporter_mark_read(released, &gw2, &mark));
	assert_true(mark.released && mark.adopted && !mark.is_ours);
	assert_string_equal(mark.gateway, "gw1");
	assert_string_equal(mark.from, from);
	assert_string_equal(mark.id, ID);
	assert_true(reporter_mark_is_from(mark.from, "a") && reporter_mark_is_from(mark.from, ID));
	assert_false(reporter_mark_is_from(mark.from, "0123") || reporter_mark_is_from("", "a"));
	assert_true(reporter_mark_read(made, &gw1, &of_made));
	assert_true(!of_made.released && of_made.is_ours);
}

static void test_the_mark_of_what_was_taken_over_says_so(void **state)
{
	struct reporter_proxy proxy = { .vrf = (char *)"adopted" };
	cleanup_free char *taken =
		reporter_mark_make(&gw1, &proxy, &(struct reporter_mark){ .adopted = true });
	cleanup_free char *made = reporter_mark_make(&gw1, &proxy, NULL);

	(void)state;
	assert_string_equal(taken, "[vrfgate gw1 vrf adopted psk none adopted id " ID "]");
	assert_vrf(taken, &gw1, "adopted");
	assert_true(reporter_mark_is_adopted(taken, &gw1));
	assert_false(reporter_mark_is_adopted(made, &gw1));
	assert_false(reporter_mark_is_adopted("adopted", &gw1));
	assert_true(reporter_mark_is_any("By hand [vrfgate gw2 vrf x psk none]"));
	assert_false(reporter_mark_is_any("By hand"));
}

static void test_a_mark_of_an_earlier_version_is_ours(void **state)
{
	(void)state;
	assert_vrf("x [vrfgate gw1 vrf acme psk 12345678] y", &gw1, "acme");
	assert_vrf("[vrfgate gw 1 vrf acme psk none]", &gw_1, "acme");
	assert_vrf("[vrfgate gw11 vrf acme psk none]", &gw1, NULL);
}

static void test_a_mark_with_another_id_is_anothers(void **state)
{
	static const char description[] = "[vrfgate gw1 vrf acme psk none id f" ID "]";
	cleanup(reporter_mark_finish) struct reporter_mark other;

	(void)state;
	assert_vrf(description, &gw1, NULL);
	assert_true(reporter_mark_read(description, &gw1, &other));
	assert_string_equal(other.id, "f" ID);
	assert_false(other.is_ours);
}

static void test_a_mark_is_put_in_its_place(void **state)
{
	cleanup_free char *replaced = reporter_mark_put(
		"a [vrfgate gw1 vrf x psk none] b", &gw1, "[vrfgate gw1 vrf x psk 1]");
	cleanup_free char *added = reporter_mark_put("a", &gw1, "[vrfgate gw1 vrf x psk 1]");

	(void)state;
	assert_string_equal(replaced, "a [vrfgate gw1 vrf x psk 1] b");
	assert_string_equal(added, "a [vrfgate gw1 vrf x psk 1]");
}

static void assert_discovery(
	const char *name, const struct reporter_owner *owner, const char *vrf, size_t n)
{
	cleanup_free char *found = NULL, *id = NULL;
	size_t number = 0;

	assert_int_equal(
		reporter_mark_discovery_read(name, owner, &found, &id, &number), vrf != NULL);
	if (!vrf)
		return;
	assert_string_equal(found, vrf);
	assert_int_equal(number, n);
}

static void test_the_name_of_a_discovery_tells_its_vrf(void **state)
{
	cleanup_free char *name = reporter_mark_discovery(&gw_1, "acme", 2);

	(void)state;
	assert_string_equal(name, "[vrfgate gw 1 vrf acme id " ID "] discovery 2");
	assert_discovery(name, &gw_1, "acme", 2);
	assert_discovery("[vrfgate gw 1 vrf acme] discovery 12", &gw_1, "acme", 12);
	assert_discovery(name, &gw11, "acme", 2);
	assert_discovery("my [vrfgate gw 1 vrf acme] discovery 2", &gw_1, NULL, 0);
	assert_discovery("[vrfgate gw 1 vrf acme] discovery 2", &gw1, NULL, 0);
	assert_discovery("[vrfgate gw 1 vrf acme] by hand", &gw_1, NULL, 0);
	assert_discovery("[vrfgate gw 1 vrf acme] discovery 2 (copy)", &gw_1, NULL, 0);
	assert_discovery("[vrfgate gw 1 vrf acme", &gw_1, NULL, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_mark_follows_identity_and_key_and_tells_neither),
		cmocka_unit_test(test_only_our_own_gateways_mark_is_ours),
		cmocka_unit_test(test_a_mark_with_our_id_is_ours),
		cmocka_unit_test(test_a_mark_tells_that_it_is_released_and_where_it_comes_from),
		cmocka_unit_test(test_the_mark_of_what_was_taken_over_says_so),
		cmocka_unit_test(test_a_mark_of_an_earlier_version_is_ours),
		cmocka_unit_test(test_a_mark_with_another_id_is_anothers),
		cmocka_unit_test(test_a_mark_is_put_in_its_place),
		cmocka_unit_test(test_the_name_of_a_discovery_tells_its_vrf),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
