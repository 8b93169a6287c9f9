// SPDX-License-Identifier: GPL-2.0-or-later
/* What jansson lacks: a value that a scope owns, and strings of any bytes. */
#pragma once

#include <jansson.h>
#include <stdio.h>

#include "base/cause.h"
#include "base/cleanup.h"
#include "base/error.h"

static inline void cleanup_decref_json(json_t **value)
{
	json_decref(*value);
}

#define cleanup_json cleanup(cleanup_decref_json)

/*
 * Reads a file of ours, of `max` bytes at most. Returns 1 and *document, NULL where that is no JSON: the caller's to
 * json_decref(); 0 and NULL where there is no such file; or a negative errno.
 */
int json_read_file(const char *path, size_t max, json_t **document, struct error *err);

/* A JSON string of a text; where it is no UTF-8 (a path, a cut message), with "?" for each foreign byte. */
json_t *json_text(const char *text);

/* { "kind": "parent-missing", "object": "eth0", "text": "parent 'eth0' does not exist" }; null for none. */
json_t *json_cause(const struct cause *cause);

/* Those that more than one VRF has, or that are the gateway's: an array of the same with "summary", the line for people, and "vrfs", the
 * names, under that key. */
json_t *json_shared_causes(const struct causes *causes, const char *key);

/* Prints a document for people and programs: indented, with a newline, and what is no integer rounded to 0.01. */
void json_print(json_t *document, FILE *out);
