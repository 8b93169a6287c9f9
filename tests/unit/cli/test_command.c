// SPDX-License-Identifier: GPL-2.0-or-later
#include "../cmocka_all.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"

#define ACTED 42

/* What the act of a command was called with; its strings are the test's own. */
static struct cli_call called;
static char said[4096];

static int act(struct cli_call *call)
{
	called = *call;
	return ACTED;
}

static const struct cli_option options[] = {
	CLI_CONFIG,
	CLI_FLAG('j', "json", json, "print JSON"),
	CLI_VALUE('w', "watch", "SECONDS", "2", watch, "again"),
	CLI_VALUE(0, "color", "WHEN", "always", colour, "auto, always or never"),
	CLI_FLAG(0, "root", root, "without a VRF"),
	{ 0 },
};

static const struct cli_command plain = {
	.name = "plain", .summary = "do it", .options = options, .act = act
};
static const struct cli_command several = { .name = "several",
	.operands = "VRF...",
	.options = options,
	.least = 1,
	.most = CLI_MANY,
	.act = act };
static const struct cli_command wrapper = { .name = "wrapper",
	.operands = "VRF|--root COMMAND...",
	.options = options,
	.runs_command = true,
	.act = act };

static const struct cli_command *const commands[] = { &plain, &several, &wrapper, &cli_help, NULL };

/* Calls with these words, as many as are not NULL; what was said to `fd` is in said[]. */
static int call(int fd, const char *const words[])
{
	static char *argv[10]; /* called.operands is within */
	int argc = 1, saved = dup(fd), r;
	FILE *file = tmpfile();
	ssize_t n;

	memset(argv, 0, sizeof(argv));
	argv[0] = (char *)"vrfgate";
	while (words[argc - 1]) {
		argv[argc] = (char *)words[argc - 1];
		argc++;
	}
	called = (struct cli_call){ 0 };
	dup2(fileno(file), fd);
	r = cli_main(commands, argc, argv);
	fflush(NULL);
	dup2(saved, fd);
	close(saved);
	n = pread(fileno(file), said, sizeof(said) - 1, 0);
	said[n > 0 ? n : 0] = '\0';
	fclose(file);
	return r;
}

#define CALL(...)     call(STDERR_FILENO, (const char *const[]){ __VA_ARGS__, NULL })
#define CALL_OUT(...) call(STDOUT_FILENO, (const char *const[]){ __VA_ARGS__, NULL })

#define assert_refused(text, ...)                                    \
	do {                                                         \
		assert_int_equal(CALL(__VA_ARGS__), CLI_EXIT_USAGE); \
		said[strcspn(said, "\n")] = '\0';                    \
		assert_string_equal(said, text);                     \
	} while (0)

static void without_options_the_usual_config_is_meant(void **state)
{
	(void)state;
	assert_int_equal(CALL("plain"), ACTED);
	assert_string_equal(called.config_path, CONFIG_DEFAULT_PATH);
	assert_false(called.json);
	assert_null(called.watch);
	assert_string_equal(said, "");
}

static void options_are_taken_short_and_long(void **state)
{
	(void)state;
	assert_int_equal(CALL("plain", "-j", "-c", "/x"), ACTED);
	assert_string_equal(called.config_path, "/x");
	assert_true(called.json);
	assert_int_equal(CALL("plain", "--config=/y", "--json"), ACTED);
	assert_string_equal(called.config_path, "/y");
	assert_true(called.json);
	assert_int_equal(CALL("plain", "-jc/z"), ACTED);
	assert_string_equal(called.config_path, "/z");
}

static void a_value_may_be_left_out_where_the_row_has_another(void **state)
{
	(void)state;
	assert_int_equal(CALL("several", "-w", "acme"), ACTED);
	assert_string_equal(called.watch, "2");
	assert_string_equal(called.operands[0], "acme");
	assert_int_equal(CALL("several", "acme", "-w", "5", "bravo"), ACTED);
	assert_string_equal(called.watch, "5");
	assert_int_equal(called.n_operands, 2);
	assert_int_equal(CALL("several", "-w7", "--color", "9"), ACTED);
	assert_string_equal(called.watch, "7");
	assert_string_equal(called.colour, "always");
	assert_string_equal(called.operands[0], "9");
}

static void an_unknown_option_is_named_as_it_was_typed(void **state)
{
	(void)state;
	assert_refused("vrfgate plain: unknown option '-x'", "plain", "-x");
	assert_refused("vrfgate plain: unknown option '--nope'", "plain", "--nope");
	assert_refused("vrfgate plain: unknown option '-x'", "plain", "-xc", "/y");
	assert_refused("vrfgate plain: unknown option '-x'", "plain", "-c/x", "-xc");
	assert_refused("vrfgate plain: option '--json' takes no value", "plain", "--json=1");
}

static void the_option_and_the_command_that_were_meant_are_named(void **state)
{
	(void)state;
	assert_refused("vrfgate plain: unknown option '--jsno', did you mean '--json'?", "plain",
		"--jsno");
	assert_refused("vrfgate plain: unknown option '--colour', did you mean '--color'?", "plain",
		"--colour=never");
	assert_refused("vrfgate: no command 'palin', did you mean 'plain'?", "palin");
	assert_refused("vrfgate: no command 'palin', did you mean 'plain'?", "help", "palin");
	assert_refused("vrfgate: no command 'explode'", "explode");
}

static void a_missing_value_is_told(void **state)
{
	(void)state;
	assert_refused("vrfgate plain: option '-c' needs a value", "plain", "-c");
	assert_refused("vrfgate plain: option '--config' needs a value", "plain", "--config");
}

static void operands_too_many_and_too_few_are_told(void **state)
{
	(void)state;
	assert_refused("vrfgate plain: unexpected 'acme'", "plain", "acme");
	assert_refused("vrfgate plain: unexpected '-x'", "plain", "--", "-x");
	assert_refused("vrfgate several: expected one VRF or more", "several");
	assert_refused("vrfgate help: expected one COMMAND", "help", "plain", "several");
}

static void what_follows_a_vrf_and_its_options_is_a_command(void **state)
{
	(void)state;
	assert_int_equal(CALL("wrapper", "-j", "acme", "-c", "/x", "ip", "-j", "route"), ACTED);
	assert_string_equal(called.vrf, "acme");
	assert_string_equal(called.config_path, "/x");
	assert_int_equal(called.n_operands, 3);
	assert_string_equal(called.operands[1], "-j");
	assert_int_equal(CALL("wrapper", "acme", "--", "-x"), ACTED);
	assert_string_equal(called.operands[0], "-x");
	assert_int_equal(CALL("wrapper", "--root", "ip", "-h"), ACTED);
	assert_null(called.vrf);
	assert_int_equal(called.n_operands, 2);
	assert_refused("vrfgate wrapper: expected a VRF", "wrapper");
	assert_refused("vrfgate wrapper: expected a command", "wrapper", "acme", "-j");
}

static void help_is_the_same_by_each_way(void **state)
{
	static const char text[] =
		"usage: vrfgate plain [-c FILE] [-j] [-w [SECONDS]] [--color[=WHEN]] [--root]\n"
		"do it\n\n"
		"  -c, --config FILE      the config (default " CONFIG_DEFAULT_PATH ")\n"
		"  -j, --json             print JSON\n"
		"  -w, --watch [SECONDS]  again\n"
		"      --color[=WHEN]     auto, always or never\n"
		"      --root             without a VRF\n"
		"  -h, --help             this text\n";

	(void)state;
	assert_int_equal(CALL_OUT("plain", "-h"), CLI_EXIT_DONE);
	assert_string_equal(said, text);
	assert_int_equal(CALL_OUT("plain", "--help"), CLI_EXIT_DONE);
	assert_string_equal(said, text);
	assert_int_equal(CALL_OUT("help", "plain"), CLI_EXIT_DONE);
	assert_string_equal(said, text);
	/* What the operands name is no option in brackets. */
	assert_int_equal(CALL_OUT("wrapper", "-h"), CLI_EXIT_DONE);
	assert_non_null(strstr(said, "[--color[=WHEN]] VRF|--root COMMAND...\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_options_the_usual_config_is_meant),
		cmocka_unit_test(options_are_taken_short_and_long),
		cmocka_unit_test(a_value_may_be_left_out_where_the_row_has_another),
		cmocka_unit_test(an_unknown_option_is_named_as_it_was_typed),
		cmocka_unit_test(the_option_and_the_command_that_were_meant_are_named),
		cmocka_unit_test(a_missing_value_is_told),
		cmocka_unit_test(operands_too_many_and_too_few_are_told),
		cmocka_unit_test(what_follows_a_vrf_and_its_options_is_a_command),
		cmocka_unit_test(help_is_the_same_by_each_way),
	};

	return cmocka_run_group_tests_name(__FILE__, tests, NULL, NULL);
}
