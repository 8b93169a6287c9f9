// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading more of Zabbix than one answer holds. */
#include "../cmocka_all.h"

#include "sync_bench.h"

/* Some 60 MB in one answer. */
static void test_fifty_thousand_hosts_are_read_in_portions(void **unused)
{
	const size_t count = 50000;
	struct config_host *hosts = xcalloc(count, sizeof(*hosts));
	cleanup_bench struct bench bench;
	size_t before;

	(void)unused;
	bench_start(&bench, "7.0.22");
	assert_counts(&bench, 8, 0, 0);
	json_decref(call(&bench, "test.multiply",
		zabbix_json_pack("{s:s, s:I}", "host", "ce-acme", "count", (json_int_t)count - 1)));
	for (size_t i = 0; i < count; i++) {
		hosts[i] = bench.made.hosts[0];
		hosts[i].name = i ? xasprintf("ce-acme-%zu", i) : hosts[0].name;
	}
	bench.made.proxies[0].hosts = hosts;
	bench.made.proxies[0].n_hosts = count;
	before = zabbix_api_requests(bench.api);
	assert_counts(&bench, 0, 0, count + 7);
	print_message("# %zu requests\n", zabbix_api_requests(bench.api) - before);
	assert_true(zabbix_api_requests(bench.api) - before < 40);
	for (size_t i = 1; i < count; i++)
		free(hosts[i].name);
	free(hosts);
}

static char *macro_text(size_t size)
{
	char *text = xcalloc(1, size + 1);

	memset(text, 'x', size);
	return text;
}

/* Together they would take 24 MB. */
static void test_large_hosts_are_read_in_smaller_portions(void **unused)
{
	const size_t count = 1200;
	cleanup_free char *value = macro_text(20000);
	struct config_host_macro macro = { (char *)"{$LARGE}", value };
	cleanup_bench struct bench bench;

	(void)unused;
	bench_start(&bench, "6.0.14");
	bench.made.hosts[0].macros = &macro;
	bench.made.hosts[0].n_macros = 1;
	assert_counts(&bench, 8, 0, 0);
	json_decref(call(&bench, "test.multiply",
		zabbix_json_pack("{s:s, s:I}", "host", "ce-acme", "count", (json_int_t)count)));
	bench.made.config.zabbix.prune = true;
	assert_int_equal(sync_again(&bench), 0);
	assert_int_equal(bench.result.problems.count, 0);
	assert_int_equal(bench.result.deleted, count);
	assert_int_equal(bench.result.unchanged, 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fifty_thousand_hosts_are_read_in_portions),
		cmocka_unit_test(test_large_hosts_are_read_in_smaller_portions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
