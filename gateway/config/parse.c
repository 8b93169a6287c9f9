// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * libconfuse at work. Every value is a pointer option whose parse callback sees the line it stands
 * on; every section has a hidden option with a default text, whose callback so runs where the
 * section begins; a validation callback runs where it ends. These three build the tree.
 */
#include "config/parse.h"

#include <assert.h>
#include <confuse.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"
#include "config/scan.h"
#include "config/schema.h"
#include "config/shape.h"

#define BEGIN_OPTION " " /* not a word that can be written without quotes */
#define MAX_DEPTH    8   /* of the schema's sections, and the root */

struct level {
	cfg_t *cfg;
	struct config_section *section;
};

struct parse {
	struct config_section *root;
	struct config_complaints *faults;
	struct level levels[MAX_DEPTH];
	size_t depth;
};

/* The callbacks of libconfuse carry no pointer of ours. */
static struct parse *current;

static struct level *parse_level(void)
{
	return &current->levels[current->depth - 1];
}

/* A section begins: the hidden option's default is read. */
static int on_begin(cfg_t *cfg, cfg_opt_t *opt, const char *value, void *result)
{
	struct config_section *section = current->root;

	(void)opt;
	(void)value;
	*(void **)result = NULL;
	if (current->depth)
		section = config_section_add(
			parse_level()->section, cfg_name(cfg), cfg_title(cfg), cfg->line);
	assert(current->depth < MAX_DEPTH);
	current->levels[current->depth++] = (struct level){ cfg, section };
	return 0;
}

/* A list starts again at every "=", so a first value where there are some comes of a second "=". */
static int on_value(cfg_t *cfg, cfg_opt_t *opt, const char *value, void *result)
{
	struct config_section *section = parse_level()->section;
	struct config_entry *entry = config_section_find(section, cfg_opt_name(opt));

	*(void **)result = NULL;
	if (entry && cfg_opt_size(opt) == 1) {
		config_complain(current->faults, section, cfg->line,
			"'%s' is set twice, first at line %d; expected one, or a list { A, B }",
			entry->name, entry->line);
		return 0;
	}
	if (!entry)
		entry = config_section_add_entry(section, cfg_opt_name(opt), cfg->line);
	config_entry_add_value(entry, value, cfg->line);
	return 0;
}

/* `key = {}` calls nobody, but leaves a mark. */
static void empty_lists_add(const struct level *level)
{
	for (cfg_opt_t *opt = level->cfg->opts; opt->name; opt++)
		if (opt->type == CFGT_PTR && (opt->flags & CFGF_MODIFIED) && opt->nvalues == 0 &&
			!config_section_find(level->section, opt->name))
			config_section_add_entry(level->section, opt->name, level->section->line);
}

/* The section is in the tree now: libconfuse's copy, with all options that it could have, is of no use any more. */
static int on_end(cfg_t *cfg, cfg_opt_t *opt)
{
	(void)cfg;
	empty_lists_add(parse_level());
	current->depth--;
	cfg_opt_rmnsec(opt, cfg_opt_size(opt) - 1);
	return 0;
}

/* Of a text whose shape is right there is nothing to say. */
__attribute__((format(printf, 2, 0))) static void on_error(
	cfg_t *cfg, const char *format, va_list args)
{
	cleanup_free char *text = NULL;

	if (vasprintf(&text, format, args) < 0)
		abort();
	config_complain(current->faults, parse_level()->section, cfg->line,
		"%s, expected a vrfgate file", text);
}

static void options_free(cfg_opt_t *options)
{
	for (cfg_opt_t *opt = options; opt->name; opt++)
		if (opt->subopts)
			options_free(opt->subopts);
	free(options);
}

static cfg_opt_t *option_append(cfg_opt_t **options, size_t *count, const char *name)
{
	cfg_opt_t *opt = array_append(options, count);

	opt->name = name;
	return opt;
}

/* The schema in libconfuse's form, which copies this again. */
static cfg_opt_t *options_create(const struct config_schema *schema)
{
	const cfg_opt_t begin =
		CFG_PTR_CB(BEGIN_OPTION, (char *)"begin", CFGF_NONE, on_begin, NULL);
	cfg_opt_t *options = NULL, *opt;
	size_t count = 0;

	*option_append(&options, &count, BEGIN_OPTION) = begin;
	for (const struct config_key *key = schema->keys; key->name; key++) {
		opt = option_append(&options, &count, key->name);
		opt->type = CFGT_PTR;
		opt->flags = CFGF_LIST | CFGF_NODEFAULT;
		opt->parsecb = on_value;
	}
	for (size_t i = 0; schema->sections && schema->sections[i]; i++) {
		opt = option_append(&options, &count, schema->sections[i]->name);
		opt->type = CFGT_SEC;
		opt->flags = CFGF_MULTI | (schema->sections[i]->title ? CFGF_TITLE : 0);
		opt->subopts = options_create(schema->sections[i]);
		opt->validcb = on_end;
	}
	option_append(&options, &count, NULL);
	return options;
}

/* Of a text whose shape is right. */
static int tree_build(
	const char *text, struct config_section *root, struct config_complaints *faults)
{
	struct parse parse = { .root = root, .faults = faults };
	cfg_opt_t *options = options_create(&config_schema_root);
	cfg_t *cfg;
	bool done;

	current = &parse;
	cfg = cfg_init(options, CFGF_NONE);
	cfg_set_error_function(cfg, on_error);
	done = cfg_parse_buf(cfg, text) == CFG_SUCCESS;
	cfg_free(cfg);
	options_free(options);
	current = NULL;
	return done ? 0 : -EINVAL;
}

int config_parse(const char *text, bool customers, struct config_section *root,
	struct config_complaints *faults)
{
	cleanup_free char *copy = xstrdup(text);
	struct error err = ERROR_INIT;
	int line, scanned = config_scan(copy, customers, &line, &err);
	int shaped = config_shape(copy, &config_schema_root, root, faults);
	int built = tree_build(copy, root, faults);

	if (scanned < 0)
		config_complain(faults, root, line, "%s", err.text);
	/* Without customers the gateway section may stand in what was not read. */
	if (scanned < 0 && !customers && config_section_child(root, "gateway"))
		scanned = 0;
	return scanned < 0 || shaped < 0 ? -EINVAL : built;
}
