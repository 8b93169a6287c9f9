// SPDX-License-Identifier: GPL-2.0-or-later
/* Files that include files. */
#include <sys/stat.h>

#include "../scratch_directory.h"
#include "loaded.h"

static void write_text(const char *directory, const char *name, const char *text)
{
	cleanup_free char *path = xasprintf("%s/%s", directory, name);
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static struct loaded load_main(const char *directory, const char *text)
{
	cleanup_free char *path = xasprintf("%s/main.conf", directory);

	write_text(directory, "main.conf", text);
	return loaded_file(path);
}

/* Fails unless there is just this fault; %s of it is the directory. */
static void assert_fault(const struct loaded *loaded, const char *directory, const char *fault)
{
	cleanup_free char *expected = xasprintf("%s/%s", directory, fault);

	assert_int_equal(loaded->result, -EINVAL);
	assert_int_equal(loaded->report.faults.count, 1);
	assert_string_equal(loaded->report.faults.items[0], expected);
}

static void assert_note(
	const struct loaded *loaded, size_t n, const char *directory, const char *text)
{
	cleanup_free char *expected = xasprintf("%s/%s", directory, text);

	assert_true(loaded->report.notes.count > n);
	assert_string_equal(loaded->report.notes.items[n], expected);
}

static void test_files_come_in_the_order_of_their_names(void **state)
{
	const char *directory = *state;
	struct loaded loaded;

	write_text(directory, "c2.inc", "vrf second { }");
	write_text(directory, "c1.inc", "\nnamespace first { }");
	write_text(directory, "c1.txt", "not read");
	loaded = load_main(directory, "gateway { include = \"c*.inc\" } vrf main { }");
	assert_no_faults(&loaded);
	assert_int_equal(loaded.config->n_vrfs, 3);
	assert_string_equal(loaded.config->vrfs[0].name, "main");
	assert_string_equal(loaded.config->vrfs[1].name, "first");
	assert_int_equal(loaded.config->vrfs[1].line, 2);
	assert_non_null(strstr(loaded.config->vrfs[1].file, "/c1.inc"));
	assert_string_equal(loaded.config->vrfs[2].name, "second");
	loaded_finish(&loaded);
}

static void test_a_pattern_that_matches_nothing_is_told(void **state)
{
	struct loaded loaded = load_main(
		*state, "gateway {\ninclude = { \"none*\",\n\"nodir/*.conf\" } } namespace a { }");

	assert_no_faults(&loaded);
	assert_note(&loaded, 0, *state, "main.conf:2: gateway: include \"none*\": matches no file");
	assert_note(&loaded, 1, *state,
		"main.conf:3: gateway: include \"nodir/*.conf\": matches no file");
	assert_int_equal(loaded.report.notes.count, 2);
	loaded_finish(&loaded);
}

static void test_an_included_file_without_a_section_is_told(void **state)
{
	struct loaded loaded;

	write_text(*state, "n1.inc", "");
	write_text(*state, "n2.inc", "# vrf a { }\n");
	write_text(*state, "n3.inc", "namespace a { }");
	loaded = load_main(*state, "gateway { include = \"n?.inc\" }");
	assert_no_faults(&loaded);
	assert_note(&loaded, 0, *state,
		"n1.inc:1: the file is empty, expected vrf or namespace sections");
	assert_note(&loaded, 1, *state,
		"n2.inc:1: no section in the file, expected vrf or namespace sections");
	assert_int_equal(loaded.report.notes.count, 2);
	loaded_finish(&loaded);
}

static void test_a_config_without_a_vrf_is_told(void **state)
{
	struct loaded loaded = load_main(*state, "gateway { }");

	assert_no_faults(&loaded);
	assert_note(&loaded, 0, *state,
		"main.conf:1: no vrf and no namespace section: nothing is monitored");
	loaded_finish(&loaded);
}

static void test_a_plain_name_must_be_there(void **state)
{
	struct loaded loaded = load_main(*state, "gateway {\ninclude = \"gone.conf\" }");

	assert_fault(&loaded, *state,
		"main.conf:2: gateway: include \"gone.conf\": no such file, expected one or a pattern such as conf.d/*.conf");
	loaded_finish(&loaded);
}

static void test_a_way_through_a_file_is_a_fault(void **state)
{
	static const char *const includes[] = { "main.conf/a.conf", "main.conf/*.conf",
		"main.conf/*/a.conf" };

	for (size_t i = 0; i < sizeof(includes) / sizeof(includes[0]); i++) {
		cleanup_free char *text = xasprintf("gateway { include = \"%s\" }", includes[i]);
		cleanup_free char *fault = xasprintf(
			"main.conf:1: gateway: include \"%s\": '%s/main.conf' is not a directory, expected one",
			includes[i], (const char *)*state);
		struct loaded loaded = load_main(*state, text);

		assert_fault(&loaded, *state, fault);
		loaded_finish(&loaded);
	}
}

/* To open it would wait for a writer, and every VRF with it. */
static void test_a_fifo_is_a_fault_and_not_waited_for(void **state)
{
	const char *directory = *state;
	cleanup_free char *path = xasprintf("%s/pipe.fifo", directory);
	cleanup_free char *fault = xasprintf(
		"main.conf:1: gateway: include \"*.fifo\": cannot read '%s': it is a FIFO", path);
	struct loaded loaded;

	assert_return_code(mkfifo(path, 0600), 0);
	loaded = load_main(directory, "gateway { include = \"*.fifo\" }");
	assert_fault(&loaded, directory, fault);
	loaded_finish(&loaded);
}

static void test_faults_name_the_included_file(void **state)
{
	struct loaded loaded;

	write_text(*state, "bad.inc", "\nvrf a { enabled = x }");
	loaded = load_main(*state, "gateway { include = \"bad.inc\" }");
	assert_fault(&loaded, *state,
		"bad.inc:2: vrf 'a': enabled \"x\": neither yes nor no, expected true or false");
	loaded_finish(&loaded);
}

static void test_an_included_file_holds_vrfs_only(void **state)
{
	struct loaded loaded;

	write_text(*state, "gw.inc", "gateway { include = \"gw.inc\" }");
	loaded = load_main(*state, "gateway { include = \"gw.inc\" }");
	assert_fault(&loaded, *state,
		"gw.inc:1: section 'gateway' in an included file, expected vrf and namespace sections only");
	loaded_finish(&loaded);
}

static void test_a_name_in_two_files_is_a_fault(void **state)
{
	cleanup_free char *fault = xasprintf(
		"twice.inc:1: vrf 'a' is there twice, first at %s/main.conf:2", (char *)*state);
	struct loaded loaded;

	write_text(*state, "twice.inc", "vrf a { }");
	loaded = load_main(*state, "gateway { include = \"twice.inc\" }\nvrf a { }");
	assert_fault(&loaded, *state, fault);
	loaded_finish(&loaded);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_files_come_in_the_order_of_their_names),
		cmocka_unit_test(test_a_pattern_that_matches_nothing_is_told),
		cmocka_unit_test(test_an_included_file_without_a_section_is_told),
		cmocka_unit_test(test_a_config_without_a_vrf_is_told),
		cmocka_unit_test(test_a_plain_name_must_be_there),
		cmocka_unit_test(test_a_way_through_a_file_is_a_fault),
		cmocka_unit_test(test_a_fifo_is_a_fault_and_not_waited_for),
		cmocka_unit_test(test_faults_name_the_included_file),
		cmocka_unit_test(test_an_included_file_holds_vrfs_only),
		cmocka_unit_test(test_a_name_in_two_files_is_a_fault),
	};

	return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
