// SPDX-License-Identifier: GPL-2.0-or-later
/* The line for the supervisor and the lines for the log. */
#include "../cmocka_all.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "reporter/report.h"
#include "zabbix/json.h"

static json_t *line_read(const struct reporter_report *report)
{
	cleanup_free char *line = reporter_report_line(report);
	json_t *json = json_loads(line, 0, NULL);

	assert_non_null(json);
	assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
	return json;
}

static void test_the_line_has_every_key(void **state)
{
	struct reporter_report report = { .version = "6.0.14", .synced = true };
	cleanup_json json_t *line = NULL;

	(void)state;
	strings_add(&report.problems, "host 'ce1': no");
	strings_add(&report.changes, "+ host 'ce1'");
	report.proxies = zabbix_json_pack("{s:{s:i, s:s}}", "p", "lastaccess", 5, "version", "");
	line = line_read(&report);
	assert_string_equal(zabbix_json_text(line, "state"), "ok");
	assert_string_equal(zabbix_json_text(line, "error"), "");
	assert_string_equal(zabbix_json_text(line, "version"), "6.0.14");
	assert_true(json_is_true(json_object_get(line, "synced")));
	assert_int_equal(json_array_size(json_object_get(line, "problems")), 1);
	assert_int_equal(json_array_size(json_object_get(line, "changes")), 1);
	assert_int_equal(json_object_size(json_object_get(line, "proxies")), 1);
	assert_int_equal(json_object_size(line), 7);
	reporter_report_finish(&report);
}

static void test_states_follow_the_error(void **state)
{
	struct reporter_report report = { 0 };

	(void)state;
	error_set(&report.error, EACCES, "no");
	assert_string_equal(reporter_report_state(&report), "denied");
	error_set(&report.error, EPROTO, "no");
	assert_string_equal(reporter_report_state(&report), "unreachable");
}

static void test_a_text_cut_inside_a_letter_still_makes_a_line(void **state)
{
	struct reporter_report report = { 0 };
	cleanup_json json_t *line = NULL;

	(void)state;
	error_set(&report.error, EPROTO, "M\xc3");
	line = line_read(&report);
	assert_string_equal(zabbix_json_text(line, "error"), "M?");
}

/* What reporter_report_log() writes; the caller frees it. */
static char *log_catch(const struct reporter_report *report, struct reporter_report *told)
{
	int saved = dup(STDERR_FILENO), file = memfd_create("log", 0);
	char *text = calloc(1, 4096);

	dup2(file, STDERR_FILENO);
	reporter_report_log(report, "http://z/", told);
	dup2(saved, STDERR_FILENO);
	assert_true(pread(file, text, 4095, 0) >= 0);
	close(file);
	close(saved);
	return text;
}

static void test_news_are_logged_once(void **state)
{
	struct reporter_report report = { .version = "6.0.14" }, told = { 0 };
	cleanup_free char *connected = log_catch(&report, &told);
	cleanup_free char *again = log_catch(&report, &told);
	cleanup_free char *failed = NULL, *still = NULL, *back = NULL, *problem = NULL,
			  *changes = NULL;

	(void)state;
	assert_non_null(strstr(connected, "Zabbix 6.0.14 at http://z/: connected"));
	assert_string_equal(again, "");
	error_set(&report.error, ECONNREFUSED, "cannot connect");
	failed = log_catch(&report, &told);
	still = log_catch(&report, &told);
	assert_non_null(strstr(failed, "Zabbix unreachable: cannot connect"));
	assert_string_equal(still, "");
	error_clear(&report.error);
	strings_add(&report.problems, "host 'a': b");
	back = log_catch(&report, &told);
	assert_non_null(strstr(back, "connected"));
	assert_non_null(strstr(back, "Zabbix: host 'a': b"));
	strings_add(&report.problems, "host 'c': d");
	problem = log_catch(&report, &told);
	assert_null(strstr(problem, "host 'a'"));
	assert_non_null(strstr(problem, "host 'c': d"));
	strings_add(&report.changes, "~ host 'e': port: \"1\" -> \"2\"");
	changes = log_catch(&report, &told);
	assert_non_null(strstr(changes, "Zabbix: ~ host 'e': port: \"1\" -> \"2\""));
	reporter_report_finish(&report);
	reporter_report_finish(&told);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_line_has_every_key),
		cmocka_unit_test(test_states_follow_the_error),
		cmocka_unit_test(test_a_text_cut_inside_a_letter_still_makes_a_line),
		cmocka_unit_test(test_news_are_logged_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
