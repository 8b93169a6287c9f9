// SPDX-License-Identifier: GPL-2.0-or-later
#include "../cmocka_all.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/options.h"

/* The table of main.c is not in the library. */
const struct cli_command cli_commands[] = {
	{ "plan", "[-c FILE] [-j]", "what would change", "", NULL },
	{ 0 },
};

static char complaint[4096];

/* Parses "plan" and these words; what was said to stderr is in complaint[]. */
static int parse(const char *letters, struct cli_options *options, const char *first,
	const char *second, const char *third)
{
	char *argv[] = { (char *)"plan", (char *)first, (char *)second, (char *)third, NULL };
	int argc = third ? 4 : second ? 3 : first ? 2 : 1, saved = dup(STDERR_FILENO), r;
	FILE *file = tmpfile();
	ssize_t n;

	dup2(fileno(file), STDERR_FILENO);
	r = cli_parse(argc, argv, letters, options);
	if (r == CLI_PARSED)
		r = cli_no_operands(argc, argv);
	dup2(saved, STDERR_FILENO);
	close(saved);
	n = pread(fileno(file), complaint, sizeof(complaint) - 1, 0);
	complaint[n > 0 ? n : 0] = '\0';
	fclose(file);
	return r;
}

static void assert_complaint(const char *first, const char *second, const char *text)
{
	struct cli_options options;
	char expected[256];

	snprintf(expected, sizeof(expected),
		"vrfgate plan: %s\nusage: vrfgate plan [-c FILE] [-j]\n", text);
	assert_int_equal(parse("c:h", &options, first, second, NULL), CLI_EXIT_USAGE);
	assert_string_equal(complaint, expected);
}

static void without_options_the_usual_config_is_read(void **state)
{
	struct cli_options options;

	(void)state;
	assert_int_equal(parse("c:jh", &options, NULL, NULL, NULL), CLI_PARSED);
	assert_string_equal(options.config_path, CONFIG_DEFAULT_PATH);
	assert_false(options.json);
	assert_string_equal(complaint, "");
}

static void options_are_taken_short_and_long(void **state)
{
	struct cli_options options;

	(void)state;
	assert_int_equal(parse("c:jh", &options, "-j", "-c", "/x"), CLI_PARSED);
	assert_string_equal(options.config_path, "/x");
	assert_true(options.json);
	assert_int_equal(parse("c:jh", &options, "--config=/y", "--json", NULL), CLI_PARSED);
	assert_string_equal(options.config_path, "/y");
	assert_true(options.json);
	assert_int_equal(parse("c:jh", &options, "-jc/z", NULL, NULL), CLI_PARSED);
	assert_string_equal(options.config_path, "/z");
}

static void an_unknown_option_is_named_as_it_was_typed(void **state)
{
	(void)state;
	assert_complaint("-x", NULL, "unknown option '-x'");
	assert_complaint("--nope", NULL, "unknown option '--nope'");
	assert_complaint("-xc", "/y", "unknown option '-x'");
	assert_complaint("-c/x", "-xc", "unknown option '-x'");
	assert_complaint("--json=1", NULL, "unknown option '--json=1'");
	/* Options that other commands have. */
	assert_complaint("-j", NULL, "unknown option '-j'");
	assert_complaint("--json", NULL, "unknown option '--json'");
}

static void a_missing_value_is_told(void **state)
{
	(void)state;
	assert_complaint("-c", NULL, "option '-c' needs a value");
	assert_complaint("--config", NULL, "option '--config' needs a value");
}

static void an_operand_too_many_is_told(void **state)
{
	(void)state;
	assert_complaint("acme", NULL, "unexpected 'acme'");
	assert_complaint("--", "-x", "unexpected '-x'");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_options_the_usual_config_is_read),
		cmocka_unit_test(options_are_taken_short_and_long),
		cmocka_unit_test(an_unknown_option_is_named_as_it_was_typed),
		cmocka_unit_test(a_missing_value_is_told),
		cmocka_unit_test(an_operand_too_many_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
