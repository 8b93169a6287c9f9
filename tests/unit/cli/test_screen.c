// SPDX-License-Identifier: GPL-2.0-or-later
#include "../cmocka_all.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/screen.h"

static void assert_drawn(const char *text, unsigned rows, const char *expected)
{
	char *drawn = NULL;
	size_t size;
	FILE *out = open_memstream(&drawn, &size);

	screen_draw(out, text, rows);
	fclose(out);
	assert_string_equal(drawn, expected);
	free(drawn);
}

static void each_line_goes_over_the_last_and_the_rest_is_cleared(void **state)
{
	(void)state;
	assert_drawn("a\nb b\n", 24, "\033[Ha\033[K\nb b\033[K\n\033[J");
	assert_drawn("", 24, "\033[H\033[J");
	assert_drawn("a\nb\nc\n", 0, "\033[Ha\033[K\nb\033[K\nc\033[K\n\033[J");
}

static void what_does_not_fit_is_counted(void **state)
{
	(void)state;
	assert_drawn("1\n2\n3\n", 4, "\033[H1\033[K\n2\033[K\n3\033[K\n\033[J");
	assert_drawn(
		"1\n2\n3\n4\n", 4, "\033[H1\033[K\n2\033[K\n... and 2 lines more\033[K\n\033[J");
}

static void the_rows_are_those_of_the_terminal(void **state)
{
	struct winsize size = { .ws_row = 33, .ws_col = 80 };
	int terminal = posix_openpt(O_RDWR | O_NOCTTY), fds[2];

	(void)state;
	assert_true(terminal >= 0);
	assert_int_equal(ioctl(terminal, TIOCSWINSZ, &size), 0);
	assert_int_equal(screen_rows(terminal), 33);
	close(terminal);
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(screen_rows(fds[0]), 0);
	close(fds[0]);
	close(fds[1]);
}

/* What a terminal gets by itself is in tests/cli/: stdout here is none. */
static void colours_are_as_they_were_asked_for(void **state)
{
	(void)state;
	assert_int_equal(screen_colours("always"), 1);
	assert_int_equal(screen_colours("never"), 0);
	assert_int_equal(screen_colours("maybe"), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(colours_are_as_they_were_asked_for),
		cmocka_unit_test(each_line_goes_over_the_last_and_the_rest_is_cleared),
		cmocka_unit_test(what_does_not_fit_is_counted),
		cmocka_unit_test(the_rows_are_those_of_the_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
