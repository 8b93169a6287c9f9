// SPDX-License-Identifier: GPL-2.0-or-later
/* Keys that may be written, and values that mean the same. */

#include "../cmocka_all.h"

#include "net/sysctl.h"

static void keys_stay_under_net(void **state)
{
	static const struct {
		const char *key;
		bool valid;
	} cases[] = {
		{ "net.ipv4.ip_forward", true },
		{ "net.ipv4.conf.eth0/10.rp_filter", true },
		{ "net.ipv6.conf.Zürich's[1]@x*.accept_ra", true },
		{ "net.ipv6.conf.///.accept_ra", true },
		{ "kernel.hostname", false },
		{ "net", false },
		{ "net.", false },
		{ "net..ipv4", false },
		{ "net.//.x", false },
		{ "net./.x", false },
		{ "net.ipv4.a b", false },
		{ "/net.ipv4", false },
		{ "", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		if (net_sysctl_key_valid(cases[i].key) != cases[i].valid)
			fail_msg("'%s'", cases[i].key);
}

static void values_compare_by_their_words(void **state)
{
	(void)state;
	assert_true(net_sysctl_value_equal("4096 16384", "4096\t16384\n"));
	assert_true(net_sysctl_value_equal("", " "));
	assert_false(net_sysctl_value_equal("1", "2"));
	assert_false(net_sysctl_value_equal("1 2", "1"));
	assert_false(net_sysctl_value_equal("1", "12"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_stay_under_net),
		cmocka_unit_test(values_compare_by_their_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
