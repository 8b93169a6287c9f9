// SPDX-License-Identifier: GPL-2.0-or-later
#include "scratch.h"

#include "supervisor/proxy_binary.h"

static void real_programs_are_understood(void **state)
{
	static const struct {
		const char *output, *text;
		unsigned version;
	} cases[] = {
		{ "zabbix_proxy (Zabbix) 6.0.14\n"
		  "Revision 3f184b456c7 8 March 2023, compilation time: Apr  9 2023 11:10:01\n",
			"6.0.14", 600 },
		{ "zabbix_proxy (Zabbix) 7.0.0\n"
		  "Revision 49955f1fb5c 3 June 2024, compilation time: Jun  3 2024 12:00:00\n",
			"7.0.0", 700 },
		{ "zabbix_proxy (Zabbix) 7.4.0rc1\nRevision 1", "7.4.0rc1", 704 },
		{ "/opt/zabbix/sbin/zabbix_proxy (Zabbix) 6.4.9", "6.4.9", 604 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct proxy_binary binary;

		assert_int_equal(proxy_binary_parse(cases[i].output, &binary), 0);
		assert_string_equal(binary.text, cases[i].text);
		assert_int_equal(binary.version, cases[i].version);
	}
}

static void rubbish_is_no_version(void **state)
{
	static const char *const rubbish[] = { "", "6.0.14", "zabbix_proxy (Zabbix)",
		"zabbix_proxy (Zabbix) ", "zabbix_proxy (Zabbix) six", "zabbix_proxy (Zabbix) 6",
		"zabbix_proxy (Zabbix) .0", "GNU bash, version 5.2" };
	struct proxy_binary binary;

	(void)state;
	for (size_t i = 0; i < sizeof(rubbish) / sizeof(rubbish[0]); i++)
		assert_int_equal(proxy_binary_parse(rubbish[i], &binary), -EINVAL);
}

/* A script in the place of zabbix_proxy that also counts how often it was run. */
static char *script_write(const char *directory, const char *version)
{
	struct file_owner owner = { 0755, (uid_t)-1, (gid_t)-1 };
	char *path = xasprintf("%s/zabbix_proxy", directory);
	cleanup_free char *count = xasprintf("%s/count", directory);
	cleanup_free char *text = xasprintf(
		"#!/bin/sh\necho x >>%s\necho \"zabbix_proxy (Zabbix) %s\"\n", count, version);
	cleanup_fd int fd = open(count, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);

	assert_true(fd >= 0 && fchmod(fd, 0666) == 0);
	assert_int_equal(file_write(path, text, strlen(text), &owner, NULL), 0);
	return path;
}

static size_t script_runs(const char *directory)
{
	cleanup_free char *count = scratch_read(directory, "count");

	return strlen(count) / 2;
}

static void a_binary_is_asked_once_for_as_long_as_it_stays_the_same(void **state)
{
	struct proxy_binary_cache *cache = proxy_binary_cache_create();
	cleanup_free char *path = script_write(*state, "6.0.14");
	cleanup_free char *again = NULL;
	struct error err = ERROR_INIT;
	struct proxy_binary binary;

	for (int i = 0; i < 3; i++) {
		if (proxy_binary_cache_read(cache, path, &binary, &err) < 0)
			fail_msg("%s", err.text);
		assert_string_equal(binary.text, "6.0.14");
	}
	assert_int_equal(script_runs(*state), 1);
	again = script_write(*state, "7.0.1");
	assert_int_equal(proxy_binary_cache_read(cache, again, &binary, &err), 0);
	assert_int_equal(binary.version, 700);
	assert_int_equal(script_runs(*state), 2);
	proxy_binary_cache_destroy(cache);
}

static void a_binary_that_is_gone_is_not_remembered(void **state)
{
	struct proxy_binary_cache *cache = proxy_binary_cache_create();
	cleanup_free char *path = script_write(*state, "6.0.14"), *expected = NULL;
	struct error err = ERROR_INIT;
	struct proxy_binary binary;

	assert_int_equal(proxy_binary_cache_read(cache, path, &binary, &err), 0);
	unlink(path);
	assert_int_equal(proxy_binary_cache_read(cache, path, &binary, &err), -ENOENT);
	expected = xasprintf("proxy binary '%s': No such file or directory", path);
	assert_string_equal(err.text, expected);
	proxy_binary_cache_destroy(cache);
}

static void a_program_that_is_not_zabbix_is_named_so(void **state)
{
	struct error err = ERROR_INIT;
	struct proxy_binary binary;

	(void)state;
	assert_int_equal(proxy_binary_read("/bin/true", &binary, &err), -EINVAL);
	assert_string_equal(
		err.text, "proxy binary '/bin/true' does not tell a Zabbix version by -V");
	assert_int_equal(proxy_binary_read("/etc/passwd", &binary, &err), -EACCES);
	assert_string_equal(
		err.text, "proxy binary: cannot execute '/etc/passwd': Permission denied");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(real_programs_are_understood),
		cmocka_unit_test(rubbish_is_no_version),
		in_scratch_as_root(a_binary_is_asked_once_for_as_long_as_it_stays_the_same),
		in_scratch_as_root(a_binary_that_is_gone_is_not_remembered),
		in_scratch_as_root(a_program_that_is_not_zabbix_is_named_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
