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
	const char *end = strstr(p + 2, "*/");

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

/* Sections and lists that are open. */
struct braces {
	size_t depth;
	int line; /* of the outermost one */
};

static int brace_count(struct braces *braces, char c, int line, struct error *err)
{
	if (c == '{' && braces->depth++ == 0)
		braces->line = line;
	if (c == '}' && braces->depth-- == 0)
		return error_set(err, EINVAL, "'}' without a section, expected none");
	return 0;
}

/* Moves *p over what stands there; a character at a time where it is of no interest. */
static int token_skip(char **p, int *line, struct braces *braces, struct error *err)
{
	char c = **p;

	if (comment_starts(*p)) {
		*p = line_comment_blank(*p);
		return 0;
	}
	if (c == '/' && (*p)[1] == '*') {
		*p = block_comment_blank(*p, line);
		return *p ? 0 : error_set(err, EINVAL, "comment without an end, expected '*/'");
	}
	if (c == '$' && (*p)[1] == '{')
		return variable_refuse(err);
	(*p)++;
	if (c == '"' || c == '\'')
		return string_skip(p, c, err);
	return brace_count(braces, c, *line, err);
}

/* A reading of a text, and what is left of it. */
struct scan {
	struct braces braces;
	bool general; /* customers' sections are blanked, too */
	char *begin;  /* of what stands at the top level; NULL: nothing has begun */
};

static void blank(char *p, const char *end)
{
	for (; p < end; p++)
		if (*p != '\n')
			*p = ' ';
}

static bool is_customer(const char *section)
{
	static const char *const names[] = { "vrf", "namespace" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		size_t length = strlen(names[i]);

		if (strncmp(section, names[i], length) == 0 &&
			isspace((unsigned char)section[length]))
			return true;
	}
	return false;
}

/* Behind a token that was no comment, or one that is blank now. */
static void top_level_follow(struct scan *scan, char *token, const char *end)
{
	if (scan->braces.depth > 0 && scan->begin)
		return;
	if (!scan->begin && !isspace((unsigned char)*token))
		scan->begin = token;
	/* A key: what its name is does not make a section of it. */
	if (*token == '=')
		scan->begin = token;
	if (*token == '}' && scan->begin) {
		if (is_customer(scan->begin))
			blank(scan->begin, end);
		scan->begin = NULL;
	}
}

static int text_scan(struct scan *scan, char *text, int *line, struct error *err)
{
	*line = 1;
	for (char *p = text; *p;) {
		char *token = p;
		int first = *line;
		int r;

		if (*p == '\n')
			(*line)++;
		r = token_skip(&p, line, &scan->braces, err);
		if (r < 0) {
			*line = first;
			if (!scan->begin)
				scan->begin = token;
			return r;
		}
		if (scan->general)
			top_level_follow(scan, token, p);
	}
	if (scan->braces.depth == 0)
		return 0;
	*line = scan->braces.line;
	return error_set(err, EINVAL, "'{' without an end, expected '}' before the file ends");
}

int config_scan(char *text, int *line, struct error *err)
{
	struct scan scan = { 0 };

	return text_scan(&scan, text, line, err);
}

int config_scan_general(char *text, int *line, struct error *err)
{
	struct scan scan = { .general = true };
	const char *end = text + strlen(text);
	int r = text_scan(&scan, text, line, err);

	if (r < 0 && scan.begin)
		blank(scan.begin, end);
	return r;
}
