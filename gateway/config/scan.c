// SPDX-License-Identifier: GPL-2.0-or-later
/* Comments out, hopeless strings refused: before libconfuse sees the text. */
#include "config/scan.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

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

/* Where something stands: what is before it on its line shows what it belongs to. */
struct place {
	int line;
	const char *begin; /* of the line */
	size_t indent;     /* blanks at its beginning */
};

static bool is_indented_less(const struct place *a, const struct place *b)
{
	return a->indent < b->indent && memcmp(a->begin, b->begin, a->indent) == 0;
}

/* A brace that seems to have no end, by what comes before that. */
struct guess {
	int line; /* 0: none */
	int before;
};

/* Sections and lists that are open. */
struct braces {
	const char *text;
	struct place *open;
	size_t n_open; /* has room for; `depth` of them are open */
	size_t depth;
	struct guess indented; /* the first one that a brace further to the left ended */
	struct guess
		customer; /* the innermost one where a customer's section begins within another */
};

static void braces_finish(struct braces *braces)
{
	free(braces->open);
}

/* The word that ends at `end`, and where it begins; not before `text`. */
static const char *word_before(const char *text, const char **end)
{
	const char *p = *end;

	while (p > text && isspace((unsigned char)p[-1]))
		p--;
	*end = p;
	while (p > text && !isspace((unsigned char)p[-1]) && !strchr("{}=,", p[-1]))
		p--;
	return p;
}

/* Whether this brace opens `vrf NAME {` or `namespace NAME {`. */
static bool customer_begins(const char *text, const char *brace)
{
	const char *title_end = brace, *title = word_before(text, &title_end);
	const char *end = title, *word = word_before(text, &end);
	size_t length = (size_t)(end - word);

	return title < title_end && end < title &&
		((length == 3 && memcmp(word, "vrf", 3) == 0) ||
			(length == 9 && memcmp(word, "namespace", 9) == 0));
}

static void brace_open(struct braces *braces, const char *brace, const struct place *place)
{
	if (braces->depth > 0 && !braces->customer.line && customer_begins(braces->text, brace))
		braces->customer =
			(struct guess){ braces->open[braces->depth - 1].line, place->line };
	if (braces->depth == braces->n_open)
		array_append(&braces->open, &braces->n_open);
	braces->open[braces->depth++] = *place;
}

static int brace_close(
	struct braces *braces, const char *brace, const struct place *place, struct error *err)
{
	const struct place *open;

	if (braces->depth == 0)
		return error_set(err, EINVAL, "'}' without a section, expected none");
	open = &braces->open[--braces->depth];
	if (braces->depth == 0)
		braces->indented = braces->customer = (struct guess){ 0 };
	else if (!braces->indented.line && brace == place->begin + place->indent &&
		is_indented_less(place, open))
		braces->indented = (struct guess){ open->line, place->line };
	return 0;
}

/* The file ends. Which of the braces lacks its end is a guess. */
static int braces_judge(const struct braces *braces, int *line, struct error *err)
{
	const struct guess *guess = braces->indented.line ? &braces->indented : &braces->customer;

	if (braces->depth == 0)
		return 0;
	*line = guess->line;
	if (guess->line)
		return error_set(err, EINVAL, "'{' without an end, expected '}' before line %d",
			guess->before);
	*line = braces->open[braces->depth - 1].line;
	return error_set(err, EINVAL, "'{' without an end, expected '}' before the file ends");
}

/* Moves *p over what stands there; a character at a time where it is of no interest. */
static int token_skip(
	char **p, int *line, const struct place *place, struct braces *braces, struct error *err)
{
	char *begin = *p, c = *begin;

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
	if (c == '{')
		brace_open(braces, begin, place);
	return c == '}' ? brace_close(braces, begin, place, err) : 0;
}

/* A reading of a text, and what is left of it. */
struct scan {
	struct braces braces;
	bool customers; /* stay */
	char *begin;    /* of what stands at the top level; NULL: nothing has begun */
};

void config_blank(char *p, const char *end)
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
		if (!scan->customers && is_customer(scan->begin))
			config_blank(scan->begin, end);
		scan->begin = NULL;
	}
}

/* What some editors put before a text and behind its lines: the mark of UTF-8, the other half of a line end. */
static void marks_blank(char *text)
{
	if (strncmp(text, "\xef\xbb\xbf", 3) == 0)
		memset(text, ' ', 3);
	for (char *p = strstr(text, "\r\n"); p; p = strstr(p, "\r\n"))
		*p = ' ';
}

static struct place line_begin(const char *text, int line)
{
	return (struct place){ line, text, strspn(text, " \t") };
}

static int tokens_scan(struct scan *scan, char *text, int *line, struct error *err)
{
	struct place place = line_begin(text, 1);

	*line = 1;
	for (char *p = text; *p;) {
		char *token = p;
		int r;

		if (*p == '\n')
			(*line)++;
		r = token_skip(&p, line, &place, &scan->braces, err);
		if (r < 0) {
			*line = place.line;
			if (!scan->begin)
				scan->begin = token;
			return r;
		}
		top_level_follow(scan, token, p);
		if (*line != place.line)
			place = line_begin(
				(char *)memrchr(token, '\n', (size_t)(p - token)) + 1, *line);
	}
	return braces_judge(&scan->braces, line, err);
}

int config_scan(char *text, bool customers, int *line, struct error *err)
{
	struct scan scan = { .customers = customers, .braces.text = text };
	const char *end = text + strlen(text);
	int r;

	marks_blank(text);
	r = tokens_scan(&scan, text, line, err);
	braces_finish(&scan.braces);
	if (r < 0 && scan.begin)
		config_blank(scan.begin, end);
	return r;
}
