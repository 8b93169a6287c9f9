// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One line a message to stderr. Under systemd (JOURNAL_STREAM) the line starts with the "<N>" of
 * sd-daemon(3) instead of a time. Control characters are shown as "?". No secret ever goes in.
 * Where nobody reads the pipe that stderr is, lines are lost, and counted, after a tenth of a second: no caller is held up.
 */
#pragma once

enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARNING,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG,
};

/* Messages above this level are dropped; LOG_LEVEL_INFO at first. */
void log_set_level(enum log_level level);

__attribute__((format(printf, 2, 3))) void log_message(
	enum log_level level, const char *format, ...);

#define log_error(...)   log_message(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_message(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_info(...)    log_message(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...)   log_message(LOG_LEVEL_DEBUG, __VA_ARGS__)
