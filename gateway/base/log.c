// SPDX-License-Identifier: GPL-2.0-or-later
/* Log lines on stderr, for a person or for the journal. */
#include "base/log.h"

#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/strings.h"

static enum log_level max_level = LOG_LEVEL_INFO;

void log_set_level(enum log_level level)
{
	max_level = level;
}

/* "<4>" for the journal, else "2026-01-31 12:00:00 warning: ". */
static int prefix_format(enum log_level level, char *text, size_t size)
{
	static const struct {
		int syslog;
		const char *word;
	} levels[] = {
		[LOG_LEVEL_ERROR] = { 3, "error: " },
		[LOG_LEVEL_WARNING] = { 4, "warning: " },
		[LOG_LEVEL_INFO] = { 6, "" },
		[LOG_LEVEL_DEBUG] = { 7, "debug: " },
	};
	char when[32];
	struct tm local;
	time_t now = time(NULL);

	if (getenv("JOURNAL_STREAM"))
		return snprintf(text, size, "<%d>", levels[level].syslog);
	localtime_r(&now, &local);
	strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S", &local);
	return snprintf(text, size, "%s %s", when, levels[level].word);
}

/* Of a pipe that is full: a reader that is slow gets a moment, one that does not read none more. */
#define PATIENCE_MS 100

/* A line, which is no longer than what a pipe or a socket takes whole (PIPE_BUF), or nothing of it. */
static bool line_write(const char *line, size_t size)
{
	static bool stuck;
	struct pollfd ready = { .fd = STDERR_FILENO, .events = POLLOUT };

	stuck = poll(&ready, 1, stuck ? 0 : PATIENCE_MS) == 0;
	/* One write, so that lines of several processes do not mix. */
	return !stuck && write(STDERR_FILENO, line, size) >= 0;
}

/* That lines were lost is told before the next that is not. */
static bool lost_tell(unsigned long lost)
{
	char line[128];
	size_t start = (size_t)prefix_format(LOG_LEVEL_WARNING, line, sizeof(line));
	int length = snprintf(line + start, sizeof(line) - start,
		"%lu lines of this log are lost: nobody read them\n", lost);

	return line_write(line, start + (size_t)length);
}

void log_message(enum log_level level, const char *format, ...)
{
	static unsigned long lost;
	char line[4096];
	size_t start, end;
	va_list args;
	int length;

	if (level > max_level)
		return;
	start = (size_t)prefix_format(level, line, sizeof(line));
	va_start(args, format);
	length = vsnprintf(line + start, sizeof(line) - start - 1, format, args);
	va_end(args);
	end = start + (length > 0 ? (size_t)length : 0);
	if (end > sizeof(line) - 2)
		end = sizeof(line) - 2;
	line[end] = '\0';
	text_make_printable(line + start);
	line[end] = '\n';
	if (lost && lost_tell(lost))
		lost = 0;
	if (lost || !line_write(line, end + 1))
		lost++;
}
