// SPDX-License-Identifier: GPL-2.0-or-later
/* Versions of the API and their words. */
#include "../cmocka_all.h"

#include <errno.h>
#include <string.h>

#include "zabbix/version.h"

static const struct zabbix_words *words_of(const char *text)
{
	struct zabbix_version version;

	assert_int_equal(zabbix_version_parse(text, &version, NULL), 0);
	return zabbix_version_words(&version);
}

static void test_versions_are_read(void **state)
{
	struct zabbix_version version;

	(void)state;
	assert_int_equal(zabbix_version_parse("6.0.14", &version, NULL), 0);
	assert_int_equal(version.major, 6);
	assert_int_equal(version.minor, 0);
	assert_string_equal(version.text, "6.0.14");
	assert_int_equal(zabbix_version_parse("7.4.0rc1", &version, NULL), 0);
}

static void test_what_is_no_version_is_refused(void **state)
{
	static const char *const texts[] = { "", "6", "six", "6.x", "6.0\n", " 6.0", "6.0;ls",
		"-6.0", "6.012345678901234567890123456789012345" };
	struct zabbix_version version;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(zabbix_version_parse(texts[i], &version, NULL), -EPROTO);
}

static void test_supported_versions_have_their_words(void **state)
{
	(void)state;
	assert_string_equal(words_of("6.0.14")->proxy_name, "host");
	assert_string_equal(words_of("6.0.14")->host_groups, "groups");
	assert_false(words_of("6.0.14")->auth_in_header);
	assert_string_equal(words_of("6.4.0")->host_proxy, "proxy_hostid");
	assert_string_equal(words_of("6.4.0")->host_groups, "hostgroups");
	assert_true(words_of("6.4.0")->auth_in_header);
	assert_string_equal(words_of("7.0.22")->proxy_name, "name");
	assert_string_equal(words_of("7.0.22")->host_proxy, "proxyid");
	assert_non_null(words_of("7.2.1"));
	assert_non_null(words_of("7.4.0"));
}

static void test_other_versions_have_none(void **state)
{
	static const char *const texts[] = { "5.0.40", "6.2.9", "7.6.0", "8.0.0", "60.0.0" };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_null(words_of(texts[i]));
}

static void test_pairs_of_proxy_and_server(void **state)
{
	static const struct {
		unsigned proxy, server;
		enum zabbix_pair pair;
	} cases[] = {
		{ 600, 600, ZABBIX_PAIR_GOOD },
		{ 700, 0, ZABBIX_PAIR_GOOD },
		{ 600, 700, ZABBIX_PAIR_OUTDATED },
		{ 604, 700, ZABBIX_PAIR_OUTDATED },
		{ 700, 704, ZABBIX_PAIR_OUTDATED },
		{ 700, 600, ZABBIX_PAIR_IMPOSSIBLE },
		{ 704, 700, ZABBIX_PAIR_IMPOSSIBLE },
		{ 500, 700, ZABBIX_PAIR_IMPOSSIBLE },
		{ 600, 704, ZABBIX_PAIR_IMPOSSIBLE },
		{ 600, 604, ZABBIX_PAIR_OUTDATED },
		{ 602, 604, ZABBIX_PAIR_OUTDATED },
		{ 600, 602, ZABBIX_PAIR_IMPOSSIBLE },
		{ 700, 800, ZABBIX_PAIR_OUTDATED },
		{ 604, 800, ZABBIX_PAIR_IMPOSSIBLE },
		{ 704, 9900, ZABBIX_PAIR_UNKNOWN },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(
			zabbix_version_pair(cases[i].proxy, cases[i].server), cases[i].pair);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_versions_are_read),
		cmocka_unit_test(test_what_is_no_version_is_refused),
		cmocka_unit_test(test_supported_versions_have_their_words),
		cmocka_unit_test(test_other_versions_have_none),
		cmocka_unit_test(test_pairs_of_proxy_and_server),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
