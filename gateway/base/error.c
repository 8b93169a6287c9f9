// SPDX-License-Identifier: GPL-2.0-or-later
/* The error object: a code, and a text that grows from the inside out. */
#include "base/error.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/strings.h"

static void text_mark_cut(char *text)
{
	memcpy(text + ERROR_TEXT_SIZE - 4, "...", 4);
}

__attribute__((format(printf, 2, 0))) static void text_format(
	char *text, const char *format, va_list args)
{
	int length = vsnprintf(text, ERROR_TEXT_SIZE, format, args);

	if (length >= ERROR_TEXT_SIZE)
		text_mark_cut(text);
	/* It may hold what a proxy or a server said, and goes to terminals. */
	text_make_printable(text);
}

int error_set(struct error *err, int code, const char *format, ...)
{
	va_list args;

	if (!err)
		return -code;
	err->code = code;
	err->cause = (struct cause){ 0 };
	va_start(args, format);
	text_format(err->text, format, args);
	va_end(args);
	return -code;
}

int error_set_errno(struct error *err, int code, const char *format, ...)
{
	size_t length;
	va_list args;

	if (!err)
		return -code;
	err->code = code;
	err->cause = (struct cause){ 0 };
	va_start(args, format);
	text_format(err->text, format, args);
	va_end(args);
	length = strlen(err->text);
	if (snprintf(err->text + length, ERROR_TEXT_SIZE - length, ": %s", strerror(code)) >=
		(int)(ERROR_TEXT_SIZE - length))
		text_mark_cut(err->text);
	return -code;
}

int error_wrap(struct error *err, int r, const char *format, ...)
{
	char inner[ERROR_TEXT_SIZE];
	size_t length;
	va_list args;

	if (!err || r >= 0)
		return r;
	memcpy(inner, err->text, sizeof(inner));
	va_start(args, format);
	text_format(err->text, format, args);
	va_end(args);
	length = strlen(err->text);
	if (snprintf(err->text + length, ERROR_TEXT_SIZE - length, ": %s", inner) >=
		(int)(ERROR_TEXT_SIZE - length))
		text_mark_cut(err->text);
	return r;
}

void error_blame(struct error *err, enum cause_kind kind, const char *object)
{
	if (err)
		err->cause = cause_of(kind, 0, object);
}

void error_clear(struct error *err)
{
	if (!err)
		return;
	err->code = 0;
	err->cause = (struct cause){ 0 };
	err->text[0] = '\0';
}
