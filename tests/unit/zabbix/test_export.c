// SPDX-License-Identifier: GPL-2.0-or-later
/* Files as people have them: encodings, formats, and what is no export at all. */
#include "../cmocka_all.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "zabbix/export.h"
#include "zabbix/json.h"

static void assert_decoded(const char *data, size_t size, const char *wanted)
{
	cleanup_free char *text = NULL;
	struct error err = ERROR_INIT;

	if (zabbix_export_decode(data, size, &text, &err) < 0)
		fail_msg("%s", err.text);
	assert_string_equal(text, wanted);
}

static void assert_not_decoded(const char *data, size_t size, int code, const char *words)
{
	cleanup_free char *text = NULL;
	struct error err = ERROR_INIT;

	assert_int_equal(zabbix_export_decode(data, size, &text, &err), -code);
	assert_null(text);
	if (!strstr(err.text, words))
		fail_msg("'%s' does not say '%s'", err.text, words);
}

#define BYTES(text) text, sizeof(text) - 1

static void test_a_text_is_utf8_whatever_it_was(void **state)
{
	(void)state;
	assert_decoded(BYTES("a: \xc3\xa4"), "a: \xc3\xa4");
	assert_decoded(BYTES("\xef\xbb\xbf"
			     "a: b"),
		"a: b");
	assert_decoded(BYTES("\xff\xfe"
			     "a\0:\0 \0\xe4\0\n\0"),
		"a: \xc3\xa4\n");
	assert_decoded(BYTES("\xfe\xff"
			     "\0a\0:\0 \0\xe4"),
		"a: \xc3\xa4");
	assert_decoded(BYTES("a\0:\0"), "a:");
	assert_decoded(BYTES("\0a\0:"), "a:");
	assert_decoded(BYTES("\xff\xfe"
			     "<\0?\0x\0m\0l\0 \0?\0>\0<\0a\0/\0>\0"),
		"        <a/>");
}

static void test_what_is_no_text_is_refused(void **state)
{
	(void)state;
	assert_not_decoded(BYTES("a: \xe4\n"), EILSEQ, "UTF-8");
	assert_not_decoded(BYTES("abc\0def"), EILSEQ, "UTF-8");
	assert_not_decoded(BYTES("\xff\xfe\x00\xd8"), EILSEQ, "UTF-16");
	assert_not_decoded(BYTES("\xff\xfe"
				 "a"),
		EILSEQ, "UTF-16");
	assert_not_decoded(BYTES("\x1f\x8b\x08\x08"), EILSEQ, "UTF-8");
	assert_not_decoded(BYTES(""), ENODATA, "empty");
	assert_not_decoded(BYTES("\xef\xbb\xbf \n"), ENODATA, "empty");
	assert_not_decoded(BYTES("\n<!DOCTYPE html>\n<html>"), EMEDIUMTYPE, "web page");
	assert_not_decoded(BYTES("<HTML lang=en>"), EMEDIUMTYPE, "web page");
}

static const char wanted[] =
	"{\"templates\":[{\"template\":\"A\",\"templates\":[{\"name\":\"L\"}]},"
	"{\"template\":\"B\"}],\"version\":\"6.0\"}";

static void assert_parsed(const char *format, const char *text)
{
	cleanup_json json_t *export = NULL;
	cleanup_free char *found = NULL;
	struct error err = ERROR_INIT;

	if (zabbix_export_parse(format, text, &export, &err) < 0)
		fail_msg("%s", err.text);
	found = json_dumps(export, JSON_COMPACT | JSON_SORT_KEYS);
	assert_string_equal(found, wanted);
}

static void test_the_three_formats_are_one_tree(void **state)
{
	(void)state;
	assert_parsed("json",
		"{\"zabbix_export\":{\"version\":\"6.0\",\"templates\":[{\"template\":\"A\","
		"\"templates\":[{\"name\":\"L\"}]},{\"template\":\"B\"}]}}");
	assert_parsed("yaml",
		"zabbix_export:\n  version: 6.0\n  templates:\n"
		"    - template: A\n      templates:\n        - name: 'L'\n    - {template: \"B\"}\n");
	assert_parsed("xml",
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<zabbix_export>\n"
		" <version>6.<![CDATA[0]]></version>\n <templates>\n  <template>\n"
		"   <template>A</template>\n   <templates>\n    <template><name>L</name></template>\n"
		"   </templates>\n  </template>\n  <template><template>B</template></template>\n"
		" </templates>\n</zabbix_export>\n");
}

static void test_an_alias_is_the_same_value_twice(void **state)
{
	(void)state;
	assert_parsed("yaml",
		"zabbix_export:\n  version: &v '6.0'\n  templates:\n"
		"    - template: A\n      templates: &l\n        - name: L\n    - template: B\n"
		"other: [*l, *v]\n");
}

static void assert_not_parsed(const char *format, const char *text, int code, const char *words)
{
	cleanup_json json_t *export = NULL;
	struct error err = ERROR_INIT;

	assert_int_equal(zabbix_export_parse(format, text, &export, &err), -code);
	assert_null(export);
	if (!strstr(err.text, words))
		fail_msg("'%s' does not say '%s'", err.text, words);
}

static void test_a_fault_is_told_with_its_line(void **state)
{
	(void)state;
	assert_not_parsed("yaml", "zabbix_export:\n  a: [ b\n", EBADMSG, "line 3: not YAML");
	assert_not_parsed("yaml", "zabbix_export:\n\tversion: 1\n", EBADMSG, "line 2: not YAML");
	assert_not_parsed("xml", "<zabbix_export>\n<a></b>", EBADMSG, "line 2: not XML");
	assert_not_parsed("json", "{\n\"a\": }", EBADMSG, "line 2: not JSON");
}

static void test_another_document_is_no_export(void **state)
{
	(void)state;
	assert_not_parsed("yaml", "a: b\n", ENOMSG, "expected \"zabbix_export\"");
	assert_not_parsed("yaml", "# nothing\n", ENOMSG, "no YAML");
	assert_not_parsed(
		"yaml", "zabbix_export: templates\n", ENOMSG, "expected \"zabbix_export\"");
	assert_not_parsed("xml", "<a/>", ENOMSG, "expected \"zabbix_export\"");
	assert_not_parsed("json", "[]", ENOMSG, "expected \"zabbix_export\"");
}

/* A file of a few lines that would be gigabytes, or a stack without end. */
static void test_a_file_makes_no_more_than_it_has(void **state)
{
	char deep[512] = "zabbix_export: ", xml[8192] = "";

	(void)state;
	assert_not_parsed(
		"yaml", "zabbix_export: &a\n  b: *a\n", EBADMSG, "not YAML as Zabbix exports it");
	memset(deep + strlen(deep), '[', 200);
	memset(deep + strlen(deep), ']', 200);
	assert_not_parsed("yaml", deep, EBADMSG, "not YAML as Zabbix exports it");
	for (int i = 0; i < 500; i++)
		strcat(xml, "<a>");
	assert_not_parsed("xml", xml, EBADMSG, "too deep");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_text_is_utf8_whatever_it_was),
		cmocka_unit_test(test_what_is_no_text_is_refused),
		cmocka_unit_test(test_the_three_formats_are_one_tree),
		cmocka_unit_test(test_an_alias_is_the_same_value_twice),
		cmocka_unit_test(test_a_fault_is_told_with_its_line),
		cmocka_unit_test(test_another_document_is_no_export),
		cmocka_unit_test(test_a_file_makes_no_more_than_it_has),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
