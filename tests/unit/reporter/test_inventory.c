// SPDX-License-Identifier: GPL-2.0-or-later
/* Secrets from files and names from the pattern. */
#include "../cmocka_all.h"

#include <errno.h>

#include "inventory_made.h"
#include "base/file.h"

static const struct file_owner mine = { 0600, (uid_t)-1, (gid_t)-1 };

static void test_the_pattern_is_filled_in(void **state)
{
	static const struct {
		const char *pattern, *name;
	} cases[] = {
		{ "{gateway}-{vrf}", "gw1-acme" },
		{ "{vrf}", "acme" },
		{ "x {vrf}{vrf} {other}", "x acmeacme {other}" },
		{ "", "" },
	};
	struct made made;

	(void)state;
	made_init(&made, "");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cleanup_free char *name = NULL;

		made.config.zabbix.proxy_name = (char *)cases[i].pattern;
		name = config_proxy_name(&made.config, "acme");
		assert_string_equal(name, cases[i].name);
	}
}

static void test_secrets_are_read_from_their_files(void **state)
{
	char path[] = "/tmp/vrfgate-test-XXXXXX";
	cleanup_fd int fd = -1;
	struct made made;
	struct reporter_inventory inventory;

	(void)state;
	fd = mkstemp(path);
	assert_true(fd >= 0);
	made_init(&made, "");
	inventory = (struct reporter_inventory){ .config = &made.config };
	assert_int_equal(file_write(path, "secret\nmore", 11, &mine, NULL), 0);
	made.config.zabbix.password_file = path;
	assert_int_equal(reporter_inventory_read_secrets(&inventory, NULL), 0);
	assert_string_equal(inventory.password, "secret");
	made.config.zabbix.token_file = path;
	assert_int_equal(reporter_inventory_read_secrets(&inventory, NULL), 0);
	assert_string_equal(inventory.token, "secret");
	reporter_inventory_finish(&inventory);
	unlink(path);
}

static void test_a_file_that_cannot_be_read_is_named_with_its_key(void **state)
{
	struct error err = ERROR_INIT;
	struct made made;

	(void)state;
	made_init(&made, "");
	made.config.zabbix.token_file = (char *)"/nonexistent/token";
	assert_int_equal(reporter_inventory_read_secrets(&made.inventory, &err), -ENOENT);
	assert_string_equal(err.text,
		"zabbix.token_file: cannot read '/nonexistent/token': No such file or directory");
	made.config.zabbix.token_file = (char *)"/dev/null";
	assert_int_equal(reporter_inventory_read_secrets(&made.inventory, &err), -ENODATA);
	assert_string_equal(err.text, "zabbix.token_file: '/dev/null' has an empty first line");
}

static void test_an_inventory_frees_what_it_owns(void **state)
{
	struct reporter_inventory inventory = { 0 };
	struct reporter_proxy *proxy = array_append(&inventory.proxies, &inventory.n_proxies);

	(void)state;
	proxy->vrf = xstrdup("acme");
	proxy->name = xstrdup("gw1-acme");
	proxy->psk_identity = xstrdup("id");
	proxy->psk = xstrdup("00");
	inventory.token = xstrdup("token");
	reporter_inventory_finish(&inventory);
	assert_null(inventory.proxies);
	assert_null(inventory.token);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_pattern_is_filled_in),
		cmocka_unit_test(test_secrets_are_read_from_their_files),
		cmocka_unit_test(test_a_file_that_cannot_be_read_is_named_with_its_key),
		cmocka_unit_test(test_an_inventory_frees_what_it_owns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
