// SPDX-License-Identifier: GPL-2.0-or-later
#include "../cmocka_all.h"

#include <regex.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

#define LINE_SIZE 4096

static int saved_stderr = -1;
static FILE *captured;

static int capture_begin(void **state)
{
	(void)state;
	captured = tmpfile();
	saved_stderr = dup(STDERR_FILENO);
	return captured && dup2(fileno(captured), STDERR_FILENO) >= 0 ? 0 : -1;
}

static int capture_end(void **state)
{
	(void)state;
	dup2(saved_stderr, STDERR_FILENO);
	close(saved_stderr);
	fclose(captured);
	unsetenv("JOURNAL_STREAM");
	log_set_level(LOG_LEVEL_INFO);
	return 0;
}

/* All that was written to stderr so far. */
static const char *captured_text(void)
{
	static char text[64 * 1024];
	ssize_t n = pread(fileno(captured), text, sizeof(text) - 1, 0);

	text[n > 0 ? n : 0] = '\0';
	return text;
}

static bool matches(const char *text, const char *pattern)
{
	regex_t regex;
	bool match;

	assert_int_equal(regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB), 0);
	match = regexec(&regex, text, 0, NULL, 0) == 0;
	regfree(&regex);
	return match;
}

#define TIME "[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2} "

static void a_person_reads_time_and_level(void **state)
{
	(void)state;
	unsetenv("JOURNAL_STREAM");
	log_error("one");
	log_warning("two");
	log_info("three %d", 3);
	assert_true(matches(
		captured_text(), "^" TIME "error: one\n" TIME "warning: two\n" TIME "three 3\n$"));
}

static void the_journal_reads_numbers_and_has_its_own_time(void **state)
{
	(void)state;
	setenv("JOURNAL_STREAM", "8:12345", 1);
	log_set_level(LOG_LEVEL_DEBUG);
	log_error("one");
	log_warning("two");
	log_info("three");
	log_debug("four");
	assert_string_equal(captured_text(), "<3>one\n<4>two\n<6>three\n<7>four\n");
}

static void what_is_above_the_level_is_dropped(void **state)
{
	(void)state;
	setenv("JOURNAL_STREAM", "x", 1);
	log_debug("not by default");
	log_set_level(LOG_LEVEL_WARNING);
	log_info("nor this");
	log_warning("this");
	log_set_level(LOG_LEVEL_ERROR);
	log_warning("not any more");
	assert_string_equal(captured_text(), "<4>this\n");
}

/* A name of a customer's device must not forge a line. */
static void control_characters_are_not_written(void **state)
{
	(void)state;
	setenv("JOURNAL_STREAM", "x", 1);
	log_info("a\nb\tc\033[31md\177e\r");
	log_info("%s",
		"gr\xc3\xbc\xc3\x9f"
		"e");
	assert_string_equal(captured_text(),
		"<6>a b c?[31md?e \n<6>gr\xc3\xbc\xc3\x9f"
		"e\n");
}

static void a_long_line_is_cut_and_closed(void **state)
{
	char text[3 * LINE_SIZE];
	const char *line;

	(void)state;
	setenv("JOURNAL_STREAM", "x", 1);
	memset(text, 'l', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	log_info("%s", text);
	log_info("next");
	line = captured_text();
	assert_in_range(strcspn(line, "\n"), LINE_SIZE - 8, LINE_SIZE);
	assert_int_equal(strspn(line + 3, "l"), strcspn(line, "\n") - 3);
	assert_string_equal(strchr(line, '\n'), "\n<6>next\n");
}

/* Lengths around the buffer's end: nothing is lost that has room, and no byte goes astray. */
static void every_length_up_to_the_limit_comes_whole(void **state)
{
	char text[LINE_SIZE];

	(void)state;
	setenv("JOURNAL_STREAM", "x", 1);
	for (size_t length = LINE_SIZE - 8; length < LINE_SIZE - 4; length++) {
		size_t before = strlen(captured_text());

		memset(text, 'l', length);
		text[length] = '\0';
		log_info("%s", text);
		assert_int_equal(strspn(captured_text() + before + 3, "l"),
			length > LINE_SIZE - 5 ? LINE_SIZE - 5 : length);
		assert_int_equal(captured_text()[strlen(captured_text()) - 1], '\n');
	}
}

/* A line that waits for nobody is not there; that some are not, is told. */
static void a_pipe_that_nobody_reads_holds_nobody_up(void **state)
{
	char text[65536 * 2];
	size_t lines = 0;
	int fds[2];
	ssize_t n;

	(void)state;
	setenv("JOURNAL_STREAM", "x", 1);
	assert_int_equal(pipe(fds), 0);
	assert_true(dup2(fds[1], STDERR_FILENO) >= 0);
	alarm(60);
	for (int i = 0; i < 5000; i++)
		log_info("a line of some length, %d", i);
	n = read(fds[0], text, sizeof(text) - 1);
	assert_true(n > 0);
	text[n] = '\0';
	for (const char *line = text; (line = strchr(line, '\n')); line++)
		lines++;
	assert_true(lines > 1000 && lines < 5000);
	log_info("the next");
	alarm(0);
	n = read(fds[0], text, sizeof(text) - 1);
	assert_true(n > 0);
	text[n] = '\0';
	assert_true(matches(
		text, "^<4>[0-9]+ lines of this log are lost: nobody read them\n<6>the next\n$"));
	assert_int_equal(strtoul(text + 3, NULL, 10), 5000 - lines);
	close(fds[0]);
	close(fds[1]);
}

#define captured_test(test) cmocka_unit_test_setup_teardown(test, capture_begin, capture_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		captured_test(a_person_reads_time_and_level),
		captured_test(the_journal_reads_numbers_and_has_its_own_time),
		captured_test(what_is_above_the_level_is_dropped),
		captured_test(control_characters_are_not_written),
		captured_test(a_long_line_is_cut_and_closed),
		captured_test(every_length_up_to_the_limit_comes_whole),
		captured_test(a_pipe_that_nobody_reads_holds_nobody_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
