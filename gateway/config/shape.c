// SPDX-License-Identifier: GPL-2.0-or-later
/* Statement after statement beside the schema. */
#include "config/shape.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "config/scan.h"

/* Those of libconfuse's scanner. It drops a '+' without '=' and a '*': they are symbols here, that fit nowhere. */
#define BLANKS  " \t\r\n"
#define SYMBOLS "={}(),+*"

enum token_kind {
	TOKEN_END,
	TOKEN_WORD,   /* with or without quotes */
	TOKEN_ASSIGN, /* "=" or "+=" */
	TOKEN_OPEN,
	TOKEN_CLOSE,
	TOKEN_COMMA,
	TOKEN_OTHER,
};

struct token {
	enum token_kind kind;
	char *begin, *end;
	int line;
};

struct shape {
	struct token next;
	struct config_complaints *faults;
	bool fits;
};

static char *word_end(char *p)
{
	char quote = *p;

	if (quote != '"' && quote != '\'')
		return p + strcspn(p, BLANKS SYMBOLS "\"'");
	for (p++; *p != quote; p++)
		if (*p == '\\')
			p++;
	return p + 1;
}

static enum token_kind symbol_kind(const char *p)
{
	switch (*p) {
	case '=':
		return TOKEN_ASSIGN;
	case '{':
		return TOKEN_OPEN;
	case '}':
		return TOKEN_CLOSE;
	case ',':
		return TOKEN_COMMA;
	default:
		return p[0] == '+' && p[1] == '=' ? TOKEN_ASSIGN : TOKEN_OTHER;
	}
}

/* Moves on; returns what was next. */
static struct token token_take(struct shape *shape)
{
	struct token taken = shape->next, *next = &shape->next;
	char *p = taken.end;

	for (; *p && strchr(BLANKS, *p); p++)
		if (*p == '\n')
			next->line++;
	next->begin = p;
	if (!*p) {
		next->kind = TOKEN_END;
		next->end = p;
	} else if (strchr(SYMBOLS, *p)) {
		next->kind = symbol_kind(p);
		next->end = p + (next->kind == TOKEN_ASSIGN && *p == '+' ? 2 : 1);
	} else {
		next->kind = TOKEN_WORD;
		next->end = word_end(p);
	}
	return taken;
}

/* As it is written, without quotes. */
static char *token_text(const struct token *token)
{
	bool quoted = token->kind == TOKEN_WORD && strchr("\"'", *token->begin);

	return xstrndup(token->begin + quoted, (size_t)(token->end - token->begin) - 2 * quoted);
}

/* Over a list or a section: the scan has seen to it that it ends. */
static void block_skip(struct shape *shape)
{
	size_t depth = 0;

	do {
		struct token token = token_take(shape);

		depth += token.kind == TOKEN_OPEN;
		depth -= token.kind == TOKEN_CLOSE;
	} while (depth > 0);
}

/* What belongs to a statement that nobody understands: the rest of its line, or a block that begins there. */
static void rest_skip(struct shape *shape, int line)
{
	while (shape->next.line == line && shape->next.kind != TOKEN_END &&
		shape->next.kind != TOKEN_CLOSE) {
		if (shape->next.kind == TOKEN_OPEN) {
			block_skip(shape);
			return;
		}
		token_take(shape);
	}
}

static void complain_of_next(
	struct shape *shape, const struct config_section *section, const char *expected)
{
	cleanup_free char *text = token_text(&shape->next);

	shape->fits = false;
	if (shape->next.kind == TOKEN_END)
		config_complain(shape->faults, section, shape->next.line,
			"the file ends behind a name, expected = VALUE or { ... }");
	else if (shape->next.kind == TOKEN_OTHER)
		config_complain(shape->faults, section, shape->next.line,
			"unexpected '%s', expected quotes around a text that has it", text);
	else
		config_complain(shape->faults, section, shape->next.line,
			"unexpected '%s', expected %s", text, expected);
}

static void complain_of_unknown(struct shape *shape, const struct config_section *section, int line,
	const struct config_schema *schema, const char *what, const char *name)
{
	cleanup_free char *text = config_schema_unknown(schema, what, name);

	config_complain(shape->faults, section, line, "%s", text);
}

/* A name with something behind it that nothing has. */
static void complain_of_statement(struct shape *shape, const struct config_section *section,
	int line, const struct config_schema *schema, const char *name)
{
	const struct config_schema *known = config_schema_section(schema, name);

	shape->fits = false;
	if (config_schema_key(schema, name))
		config_complain(shape->faults, section, line, "'%s' is a key, expected %s = VALUE",
			name, name);
	else if (known && known->title)
		config_complain(shape->faults, section, line,
			"'%s' is a section with a name, expected %s NAME { ... }", name, name);
	else if (known)
		config_complain(shape->faults, section, line,
			"'%s' is a section, expected %s { ... }", name, name);
	else
		config_complain(shape->faults, section, line,
			"unknown key '%s', expected KEY = VALUE or a section", name);
}

/* The values of a list up to its end; false where one of them is out of place. */
static bool list_read(struct shape *shape, const struct config_section *section)
{
	for (;;) {
		if (shape->next.kind == TOKEN_WORD)
			token_take(shape);
		else if (shape->next.kind != TOKEN_CLOSE)
			break;
		if (shape->next.kind == TOKEN_CLOSE)
			return true;
		if (shape->next.kind != TOKEN_COMMA)
			break;
		token_take(shape);
	}
	complain_of_next(shape, section,
		shape->next.kind == TOKEN_WORD ? "',' or '}' in the list" : "a name or a value");
	return false;
}

/* What is behind the "=" of a key; false where that is not a value. */
static bool value_read(struct shape *shape, const struct config_section *section)
{
	if (shape->next.kind == TOKEN_WORD) {
		struct token value = token_take(shape);

		if (shape->next.kind != TOKEN_OTHER || shape->next.line != value.line)
			return true;
		complain_of_next(shape, section, "a name or a value");
		rest_skip(shape, value.line);
		return false;
	}
	if (shape->next.kind == TOKEN_OPEN) {
		struct shape list = *shape;
		bool fits;

		token_take(&list);
		fits = list_read(&list, section);
		shape->fits &= list.fits;
		block_skip(shape);
		return fits;
	}
	complain_of_next(shape, section, "a name or a value");
	return false;
}

/* NAME = VALUE; false where it does not fit. */
static bool entry_read(struct shape *shape, const struct config_section *section,
	const struct config_schema *schema, const char *name, int line)
{
	bool fits = value_read(shape, section);

	if (config_schema_key(schema, name))
		return fits;
	if (config_schema_section(schema, name))
		complain_of_statement(shape, section, line, schema, name);
	else
		complain_of_unknown(shape, section, line, schema, "key", name);
	return false;
}

static void statements_read(struct shape *shape, const struct config_section *section,
	const struct config_schema *schema);

/* NAME { ... } or NAME TITLE { ... }, of which the brace is next; false where it does not fit. */
static bool section_read(struct shape *shape, const struct config_section *above,
	const struct config_schema *schema, char *name, char *title, int line)
{
	const struct config_schema *known = config_schema_section(schema, name);
	const struct config_section section = {
		.parent = (struct config_section *)above,
		.file = above->file,
		.line = line,
		.name = name,
		.title = title,
	};

	if (known && !known->title == !title) {
		token_take(shape);
		statements_read(shape, &section, known);
		token_take(shape);
		return true;
	}
	block_skip(shape);
	if (known || config_schema_key(schema, name))
		complain_of_statement(shape, above, line, schema, name);
	else
		complain_of_unknown(shape, above, line, schema, "section", name);
	return false;
}

/* A name and what belongs to it; false where it does not fit. */
static bool statement_read(struct shape *shape, const struct config_section *section,
	const struct config_schema *schema)
{
	struct token first = token_take(shape);
	cleanup_free char *name = token_text(&first);
	cleanup_free char *title = NULL;
	const struct config_schema *known = config_schema_section(schema, name);
	bool titled = known && known->title;

	if (shape->next.kind == TOKEN_ASSIGN) {
		token_take(shape);
		return entry_read(shape, section, schema, name, first.line);
	}
	if (shape->next.kind == TOKEN_WORD && (titled || shape->next.line == first.line)) {
		struct token second = token_take(shape);

		title = token_text(&second);
	}
	if (shape->next.kind == TOKEN_OPEN)
		return section_read(shape, section, schema, name, title, first.line);
	if (shape->next.kind == TOKEN_END && !title)
		complain_of_next(shape, section, "");
	else
		complain_of_statement(shape, section, first.line, schema, name);
	rest_skip(shape, first.line);
	return false;
}

/* Up to the end of the section, which is next then. */
static void statements_read(struct shape *shape, const struct config_section *section,
	const struct config_schema *schema)
{
	while (shape->next.kind != TOKEN_CLOSE && shape->next.kind != TOKEN_END) {
		struct token first = shape->next;

		if (first.kind != TOKEN_WORD) {
			complain_of_next(shape, section, "a name or a value");
			rest_skip(shape, first.line);
		} else if (statement_read(shape, section, schema)) {
			continue;
		}
		config_blank(first.begin, shape->next.begin);
	}
}

int config_shape(char *text, const struct config_schema *schema, const struct config_section *root,
	struct config_complaints *faults)
{
	struct shape shape = { .next = { .end = text, .line = 1 }, .faults = faults, .fits = true };

	token_take(&shape);
	statements_read(&shape, root, schema);
	return shape.fits ? 0 : -EINVAL;
}
