// SPDX-License-Identifier: GPL-2.0-or-later
/* Marks of ownership. */
#include "../cmocka_all.h"

#include <string.h>

#include "base/cleanup.h"
#include "reporter/mark.h"

static void test_the_mark_follows_identity_and_key_and_tells_neither(void **state)
{
	struct reporter_proxy proxy = {
		.vrf = (char *)"x", .psk_identity = (char *)"id", .psk = (char *)"0123"
	};
	cleanup_free char *first = reporter_mark_make("gw1", &proxy);
	cleanup_free char *second = NULL, *third = NULL, *none = NULL;

	(void)state;
	assert_int_equal(strlen(first), strlen("[vrfgate gw1 vrf x psk 12345678]"));
	assert_null(strstr(first, "0123"));
	proxy.psk = (char *)"0124";
	second = reporter_mark_make("gw1", &proxy);
	assert_string_not_equal(first, second);
	/* The same bytes, cut elsewhere. */
	proxy.psk_identity = (char *)"id0";
	proxy.psk = (char *)"123";
	third = reporter_mark_make("gw1", &proxy);
	assert_string_not_equal(first, third);
	proxy.psk_identity = NULL;
	none = reporter_mark_make("gw1", &proxy);
	assert_string_equal(none, "[vrfgate gw1 vrf x psk none]");
}

static void assert_vrf(const char *description, const char *gateway, const char *vrf)
{
	cleanup_free char *found = reporter_mark_vrf(description, gateway);

	if (vrf)
		assert_string_equal(found, vrf);
	else
		assert_null(found);
}

static void test_only_our_own_gateways_mark_is_ours(void **state)
{
	(void)state;
	assert_vrf("x [vrfgate gw1 vrf acme psk 12345678] y", "gw1", "acme");
	assert_vrf("[vrfgate gw 1 vrf acme psk none]", "gw 1", "acme");
	assert_vrf("[vrfgate gw11 vrf acme psk none]", "gw1", NULL);
	assert_vrf("[vrfgate gw1 vrf acme psk none]", "gw11", NULL);
	assert_vrf("[vrfgate gw1 vrf x vrf acme psk none]", "gw1", NULL);
	assert_vrf("[vrfgate gw1 vrf acme psk none", "gw1", NULL);
	assert_vrf("", "gw1", NULL);
}

static void test_a_mark_is_put_in_its_place(void **state)
{
	cleanup_free char *replaced = reporter_mark_put(
		"a [vrfgate gw1 vrf x psk none] b", "gw1", "[vrfgate gw1 vrf x psk 1]");
	cleanup_free char *added = reporter_mark_put("a", "gw1", "[vrfgate gw1 vrf x psk 1]");

	(void)state;
	assert_string_equal(replaced, "a [vrfgate gw1 vrf x psk 1] b");
	assert_string_equal(added, "a [vrfgate gw1 vrf x psk 1]");
}

static void test_the_name_of_a_discovery_tells_its_vrf(void **state)
{
	cleanup_free char *name = reporter_mark_discovery("gw 1", "acme", 2);
	cleanup_free char *vrf = reporter_mark_discovery_vrf(name, "gw 1");

	(void)state;
	assert_string_equal(name, "[vrfgate gw 1 vrf acme] discovery 2");
	assert_string_equal(vrf, "acme");
	assert_null(reporter_mark_discovery_vrf(name, "gw 11"));
	assert_null(reporter_mark_discovery_vrf("my [vrfgate gw 1 vrf acme] discovery 2", "gw 1"));
	assert_null(reporter_mark_discovery_vrf("[vrfgate gw 1 vrf acme", "gw 1"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_mark_follows_identity_and_key_and_tells_neither),
		cmocka_unit_test(test_only_our_own_gateways_mark_is_ours),
		cmocka_unit_test(test_a_mark_is_put_in_its_place),
		cmocka_unit_test(test_the_name_of_a_discovery_tells_its_vrf),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
