// SPDX-License-Identifier: GPL-2.0-or-later
/* The control sequences of ECMA-48 that every terminal of today has. */
#include "cli/screen.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define HOME            "\033[H"
#define CLEAR_LINE_REST "\033[K"
#define CLEAR_REST      "\033[J"

static unsigned lines_count(const char *text)
{
	unsigned count = 0;

	for (const char *at = text; (at = strchr(at, '\n')); at++)
		count++;
	return count;
}

void screen_draw(FILE *out, const char *text, unsigned rows)
{
	unsigned lines = lines_count(text);
	/* The cursor comes to stand in a row below the last line. */
	unsigned shown = rows > 2 && lines >= rows ? rows - 2 : lines;

	fputs(HOME, out);
	for (unsigned i = 0; i < shown; i++) {
		const char *end = strchr(text, '\n');

		fprintf(out, "%.*s" CLEAR_LINE_REST "\n", (int)(end - text), text);
		text = end + 1;
	}
	if (shown < lines)
		fprintf(out, "... and %u lines more" CLEAR_LINE_REST "\n", lines - shown);
	fputs(CLEAR_REST, out);
	fflush(out);
}

unsigned screen_rows(int fd)
{
	struct winsize size = { 0 };

	return ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_row : 0;
}

int screen_colours(const char *when)
{
	const char *no_color = getenv("NO_COLOR");

	if (!when || strcmp(when, "auto") == 0)
		return isatty(STDOUT_FILENO) && !(no_color && *no_color);
	if (strcmp(when, "always") == 0)
		return 1;
	return strcmp(when, "never") == 0 ? 0 : -EINVAL;
}
