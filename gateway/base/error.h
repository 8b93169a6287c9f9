// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What went wrong, said once where it happened and given context on the way up, so that it reads
 * outside-in: "vrf 'acme': interface 'eth0.10': parent 'eth0' not found".
 *
 * A function that can fail returns 0 (or a count) or a negative errno and takes a struct error *
 * last; NULL is allowed where the text is not wanted. The struct lives in the caller's frame and
 * owns nothing. Never put a secret into one.
 */
#pragma once

#include <stdarg.h>

#include "base/cause.h"

#define ERROR_TEXT_SIZE 1024

struct error {
	int code;                   /* positive errno, 0 when nothing is wrong */
	char text[ERROR_TEXT_SIZE]; /* cut with "..." when longer */
	struct cause cause;         /* what it has in common with the trouble of others */
};

#define ERROR_INIT         \
	{                  \
		.code = 0, \
	}

/* Sets code and text; returns -code, so that `return error_set(err, EINVAL, "...")` reads well. */
__attribute__((format(printf, 3, 4))) int error_set(
	struct error *err, int code, const char *format, ...);

/* As error_set with ": " and the words for the errno behind the text. */
__attribute__((format(printf, 3, 4))) int error_set_errno(
	struct error *err, int code, const char *format, ...);

/*
 * Puts the formatted context and ": " in front of the text where r, what the call that failed returned, is negative;
 * returns r.
 */
__attribute__((format(printf, 3, 4))) int error_wrap(
	struct error *err, int r, const char *format, ...);

/* Names the cause of an error that others may share. To be called after error_set(), which clears the cause;
 * error_wrap() keeps it. */
void error_blame(struct error *err, enum cause_kind kind, const char *object);

/* Back to "nothing is wrong". */
void error_clear(struct error *err);
