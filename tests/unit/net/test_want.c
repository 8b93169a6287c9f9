// SPDX-License-Identifier: GPL-2.0-or-later
/* Uplink arithmetic. */
#include "../cmocka_all.h"

#include <errno.h>
#include <string.h>

#include "net/want.h"

static void uplink_addresses_are_cut_from_the_prefix(void **state)
{
	static const struct {
		const char *prefix;
		uint32_t id;
		const char *root, *inside; /* NULL: does not fit */
	} cases[] = {
		{ "fd5a:b1c0:de00::/64", 0, "fd5a:b1c0:de00::1/126", "fd5a:b1c0:de00::2/126" },
		{ "fd5a:b1c0:de00::/64", 7, "fd5a:b1c0:de00::1d/126", "fd5a:b1c0:de00::1e/126" },
		{ "fd00::/64", UINT32_MAX, "fd00::3:ffff:fffd/126", "fd00::3:ffff:fffe/126" },
		{ "fd00::/126", 0, "fd00::1/126", "fd00::2/126" },
		{ "fd00::/126", 1, NULL, NULL },
		{ "fd00::/120", 63, "fd00::fd/126", "fd00::fe/126" },
		{ "fd00::/120", 64, NULL, NULL },
		{ "fd00::/127", 0, NULL, NULL },
		{ "198.18.0.0/15", 0, "198.18.0.1/30", "198.18.0.2/30" },
		{ "198.18.0.0/15", 32767, "198.19.255.253/30", "198.19.255.254/30" },
		{ "198.18.0.0/15", 32768, NULL, NULL },
		{ "10.0.0.0/31", 0, NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct address prefix, root, inside;
		char text[ADDRESS_TEXT_SIZE];
		int ret;

		assert_int_equal(address_parse(&prefix, cases[i].prefix), 0);
		ret = net_uplink_addresses(&prefix, cases[i].id, &root, &inside);
		assert_int_equal(ret, cases[i].root ? 0 : -ERANGE);
		if (ret < 0)
			continue;
		assert_string_equal(address_format(&root, true, text), cases[i].root);
		assert_string_equal(address_format(&inside, true, text), cases[i].inside);
	}
}

static void capacity_counts_uplinks(void **state)
{
	static const struct {
		const char *prefix;
		uint32_t capacity;
	} cases[] = {
		{ "fd00::/64", UINT32_MAX },
		{ "fd00::/120", 64 },
		{ "fd00::/126", 1 },
		{ "fd00::/127", 0 },
		{ "198.18.0.0/15", 32768 },
		{ "10.0.0.0/30", 1 },
		{ "10.0.0.0/31", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct address prefix;

		assert_int_equal(address_parse(&prefix, cases[i].prefix), 0);
		assert_true(net_uplink_capacity(&prefix) == cases[i].capacity);
	}
}

static void root_names_carry_the_id(void **state)
{
	char name[NET_IFNAME_SIZE];

	(void)state;
	assert_string_equal(net_uplink_root_name(0, name), "vg0");
	assert_string_equal(net_uplink_root_name(UINT32_MAX, name), "vg4294967295");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(uplink_addresses_are_cut_from_the_prefix),
		cmocka_unit_test(capacity_counts_uplinks),
		cmocka_unit_test(root_names_carry_the_id),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
