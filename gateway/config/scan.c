// SPDX-License-Identifier: GPL-2.0-or-later
/* Comments out, hopeless strings refused: before libconfuse sees the text. */
#include "config/scan.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

/* Blanks up to the end of the line; returns the line end. */
static char *line_comment_blank(char *p)
{
	while (*p && *p != '\n')
		*p++ = ' ';
	return p;
}

/* Blanks a comment from its opening to its end; NULL where it has none. */
static char *block_comment_blank(char *p, int *line)
{
	char *end = strstr(p + 2, "*/");

	if (!end)
		return NULL;
	for (; p < end + 2; p++) {
		if (*p == '\n')
			(*line)++;
		else
			*p = ' ';
	}
	return p;
}

static int variable_refuse(struct error *err)
{
	return error_set(
		err, EINVAL, "'${' is not replaced by a variable here, expected the value itself");
}

/* *p is behind the opening quote and is moved behind the closing one. */
static int string_skip(char **p, char quote, struct error *err)
{
	char *s = *p;

	for (; *s != quote; s++) {
		if (*s == '\0' || *s == '\n')
			return error_set(err, EINVAL, "string without an end, expected %c", quote);
		if (quote == '"' && s[0] == '$' && s[1] == '{')
			return variable_refuse(err);
		if (*s != '\\')
			continue;
		s++;
		if (*s == '\0' || *s == '\n')
			return error_set(err, EINVAL, "string without an end, expected %c", quote);
		if (quote == '"' && isdigit((unsigned char)*s))
			return error_set(err, EINVAL,
				"'\\%c' in a string, expected '\\\\' for a backslash", *s);
	}
	*p = s + 1;
	return 0;
}

/* Both are what libconfuse takes for a comment of one line. */
static bool comment_starts(const char *p)
{
	return p[0] == '#' || (p[0] == '/' && p[1] == '/');
}

int config_scan(char *text, int *line, struct error *err)
{
	char *p = text;

	*line = 1;
	while (*p) {
		if (*p == '\n') {
			(*line)++;
			p++;
		} else if (comment_starts(p)) {
			p = line_comment_blank(p);
		} else if (p[0] == '/' && p[1] == '*') {
			p = block_comment_blank(p, line);
			if (!p)
				return error_set(
					err, EINVAL, "comment without an end, expected '*/'");
		} else if (*p == '"' || *p == '\'') {
			char quote = *p++;
			int r = string_skip(&p, quote, err);

			if (r < 0)
				return r;
		} else if (p[0] == '$' && p[1] == '{') {
			return variable_refuse(err);
		} else {
			p++;
		}
	}
	return 0;
}
