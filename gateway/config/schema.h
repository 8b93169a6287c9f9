// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The language as tables: which sections there are, which keys each takes, of which type, with
 * which default. The parser makes libconfuse's grammar from them, the reader fills the model by
 * them.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "config/tree.h"

struct config_key;
struct config_reader;

/* How a text becomes a field of a model struct. */
struct config_type {
	bool list; /* takes several texts; store() is called for each, after clear() */
	void (*clear)(const struct config_key *key, void *object);
	/* Returns 0, or -EINVAL with err saying "what is wrong, expected what". */
	int (*store)(
		const struct config_key *key, const char *text, void *object, struct error *err);
};

struct config_key {
	const char *name; /* NULL ends a table */
	const struct config_type *type;
	size_t offset;        /* of the field in the struct */
	size_t count_offset;  /* arrays: of the field that counts */
	const char *fallback; /* text of the default; NULL: the field stays zero */
	int64_t min, max;     /* numbers */
	const char *const
		*words; /* enums: by value, NULL at the end; "A|B": either, of which A is told */
	int (*check)(const char *text, struct error *err); /* strings; NULL: anything */
};

struct config_schema {
	const char *name;
	const char *title; /* what the title is, for messages: "NAME"; NULL: no title */
	bool many;         /* may be there more than once; a titled one always may */
	const struct config_key *keys;
	const struct config_schema *const *sections; /* NULL at the end; NULL: none */
	/* Reads one such section into the struct of the section around it. */
	void (*read)(
		struct config_reader *reader, const struct config_section *section, void *parent);
};

/* Of the files: the root, whose object is struct config. */
extern const struct config_schema config_schema_root;

extern const struct config_schema config_schema_gateway;
extern const struct config_schema config_schema_uplink;
extern const struct config_schema config_schema_zabbix;
extern const struct config_schema config_schema_proxy;     /* the general one */
extern const struct config_schema config_schema_vrf_proxy; /* that of a vrf */
extern const struct config_schema config_schema_vrf;
extern const struct config_schema config_schema_namespace;
extern const struct config_schema config_schema_interface;
extern const struct config_schema config_schema_route;
extern const struct config_schema config_schema_host;
extern const struct config_schema config_schema_discover;
extern const struct config_schema config_schema_nat;
extern const struct config_schema config_schema_service;

/* NULL where there is none. */
const struct config_key *config_schema_key(const struct config_schema *schema, const char *name);
const struct config_schema *config_schema_section(
	const struct config_schema *schema, const char *name);

/*
 * "unknown key 'adress', did you mean 'address'?"; where nothing is close, "expected one of ...".
 * `what` is "key" or "section". The text is the caller's to free().
 */
char *config_schema_unknown(const struct config_schema *schema, const char *what, const char *name);
