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
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"
#include "config/grammar.h"
#include "config/scan.h"

#define BEGIN_OPTION " " /* not a word that can be written without quotes */
/* Sections in sections; below it no name is learned, so that the levels cannot overflow. */
#define MAX_DEPTH    64
#define MAX_GUESSES  100

/* libconfuse's messages that are told apart. */
#define MESSAGE_END        "premature end of file"
#define MESSAGE_UNKNOWN    "no such option '%s'"
#define MESSAGE_UNEXPECTED "unexpected token '%s'"

struct level {
	cfg_t *cfg;
	struct config_section *section;
	struct config_grammar *grammar;
};

struct parse {
	struct config_section *root;
	struct config_complaints *faults;
	struct config_grammar *grammar;
	struct level levels[MAX_DEPTH];
	size_t depth;
	bool again; /* something was learned: parse once more */
	bool told;  /* the error that ends this pass is in the faults */
};

/* The callbacks of libconfuse carry no pointer of ours. */
static struct parse *current;

static struct level *parse_level(void)
{
	return &current->levels[current->depth - 1];
}

static void level_push(cfg_t *cfg, struct level *above)
{
	struct level *level = &current->levels[current->depth];

	assert(current->depth < MAX_DEPTH);
	current->depth++;
	level->cfg = cfg;
	level->section = current->root;
	level->grammar = current->grammar;
	if (!above)
		return;
	level->section =
		config_section_add(above->section, cfg_name(cfg), cfg_title(cfg), cfg->line);
	level->grammar = config_grammar_find(above->grammar, cfg_name(cfg));
	if (level->grammar)
		return;
	/* libconfuse takes "vrf=acme|interface" for a way into another section. */
	config_complain(current->faults, above->section, cfg->line,
		"section '%s' does not belong here, expected it in its own section", cfg_name(cfg));
	level->grammar = above->grammar;
}

/*
 * A section begins (the hidden option's default is read), or its hidden option was written out.
 * Never fails, since libconfuse aborts the program when a default does.
 */
static int on_begin(cfg_t *cfg, cfg_opt_t *opt, const char *value, void *result)
{
	struct level *above = current->depth ? parse_level() : NULL;

	(void)opt;
	(void)value;
	*(void **)result = NULL;
	if (above && above->cfg == cfg)
		config_complain(current->faults, above->section, cfg->line,
			"unknown key '" BEGIN_OPTION "', expected a name");
	else
		level_push(cfg, above);
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

static int on_end(cfg_t *cfg, cfg_opt_t *opt)
{
	(void)cfg;
	(void)opt;
	empty_lists_add(parse_level());
	current->depth--;
	return 0;
}

static void complain_of_shape(
	const struct level *level, int line, const struct config_grammar *name)
{
	static const struct {
		const char *what, *expected;
	} shapes[] = {
		[CONFIG_GRAMMAR_VALUE] = { "a key", "= VALUE" },
		[CONFIG_GRAMMAR_SECTION] = { "a section", "{ ... }" },
		[CONFIG_GRAMMAR_TITLED] = { "a section with a name", "NAME { ... }" },
	};

	if (name->learned)
		config_complain(current->faults, level->section, line,
			"unknown key '%s', expected KEY = VALUE or a section", name->name);
	else
		config_complain(current->faults, level->section, line, "'%s' is %s, expected %s %s",
			name->name, shapes[name->kind].what, name->name,
			shapes[name->kind].expected);
}

/* An unknown name, or one with something behind it that does not fit: learn, or complain. */
static void name_judge(const struct level *level, int line, const char *format, const char *name)
{
	struct config_grammar *known = config_grammar_find(level->grammar, name);

	if (current->depth == MAX_DEPTH) {
		config_complain(current->faults, level->section, line,
			"'%s' in %d sections, expected no such depth", name, MAX_DEPTH);
	} else if (!known && strcmp(format, MESSAGE_UNKNOWN) == 0) {
		config_grammar_learn(level->grammar, name);
		current->again = true;
	} else if (known && config_grammar_guess(known)) {
		current->again = true;
	} else if (known) {
		complain_of_shape(level, line, known);
	} else {
		config_complain(current->faults, level->section, line,
			"unexpected '%s', expected KEY = VALUE or a section", name);
	}
}

/* Only where a list goes on can a word be out of place. */
static void complain_of_token(const struct level *level, int line, const char *token)
{
	bool symbol = strchr("{}()=+,", token[0]) != NULL;

	config_complain(current->faults, level->section, line, "unexpected '%s', expected %s",
		token, symbol ? "a name or a value" : "',' or '}' in the list");
}

/* The first argument of every message of libconfuse that has one is the name it is about. */
__attribute__((format(printf, 2, 0))) static void on_error(
	cfg_t *cfg, const char *format, va_list args)
{
	const struct level *level = parse_level();

	if (current->again || current->told)
		return;
	current->told = true;
	if (strcmp(format, MESSAGE_UNEXPECTED) == 0)
		complain_of_token(level, cfg->line, va_arg(args, char *));
	else if (strcmp(format, MESSAGE_END) == 0)
		config_complain(current->faults, level->section, cfg->line,
			"the file ends behind a name, expected = VALUE or { ... }");
	else if (strchr(format, '%'))
		name_judge(level, cfg->line, format, va_arg(args, char *));
	else
		config_complain(current->faults, level->section, cfg->line, "%s", format);
}

static void options_free(cfg_opt_t *options)
{
	for (cfg_opt_t *opt = options; opt->name; opt++)
		if (opt->subopts)
			options_free(opt->subopts);
	free(options);
}

/* libconfuse's own form of the grammar; it copies this again. */
static cfg_opt_t *options_create(const struct config_grammar *grammar)
{
	static const cfg_flag_t flags[] = {
		[CONFIG_GRAMMAR_VALUE] = CFGF_LIST | CFGF_NODEFAULT,
		[CONFIG_GRAMMAR_SECTION] = CFGF_MULTI,
		[CONFIG_GRAMMAR_TITLED] = CFGF_MULTI | CFGF_TITLE,
	};
	cfg_opt_t *options = xcalloc(grammar->n_children + 2, sizeof(*options));
	const cfg_opt_t begin =
		CFG_PTR_CB(BEGIN_OPTION, (char *)"begin", CFGF_NONE, on_begin, NULL);

	options[0] = begin;
	for (size_t i = 0; i < grammar->n_children; i++) {
		const struct config_grammar *child = grammar->children[i];
		cfg_opt_t *opt = &options[i + 1];

		opt->name = child->name;
		opt->flags = flags[child->kind];
		if (child->kind == CONFIG_GRAMMAR_VALUE) {
			opt->type = CFGT_PTR;
			opt->parsecb = on_value;
		} else {
			opt->type = CFGT_SEC;
			opt->subopts = options_create(child);
			opt->validcb = on_end;
		}
	}
	return options;
}

/* One pass over the text; true where it came to the end. */
static bool parse_pass(struct parse *parse, const char *text)
{
	cfg_opt_t *options = options_create(parse->grammar);
	cfg_t *cfg;
	bool done;

	config_section_clear(parse->root);
	parse->depth = 0;
	parse->again = false;
	parse->told = false;
	cfg = cfg_init(options, CFGF_NONE);
	cfg_set_error_function(cfg, on_error);
	done = cfg_parse_buf(cfg, text) == CFG_SUCCESS;
	if (done)
		empty_lists_add(&parse->levels[0]);
	else if (!parse->again && !parse->told)
		config_complain(parse->faults, parse_level()->section, parse_level()->cfg->line,
			"a text that cannot be read, expected a vrfgate file");
	cfg_free(cfg);
	options_free(options);
	return done;
}

/* libconfuse translates its messages, by which we tell them apart. */
static bool parse_in_c_locale(struct parse *parse, const char *text)
{
	locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	locale_t old = uselocale(c_locale);
	size_t n_faults = parse->faults->count;
	bool done;
	int guesses = 0;

	current = parse;
	do {
		config_complaints_cut(parse->faults, n_faults);
		done = parse_pass(parse, text);
	} while (!done && parse->again && ++guesses < MAX_GUESSES);
	current = NULL;
	uselocale(old);
	if (c_locale)
		freelocale(c_locale);
	return done;
}

/* Of a text that was scanned. */
static int text_parse(
	const char *text, struct config_section *root, struct config_complaints *faults)
{
	struct parse parse = { .root = root, .faults = faults };
	bool done;

	parse.grammar = config_grammar_create(&config_schema_root);
	done = parse_in_c_locale(&parse, text);
	if (!done && parse.again)
		config_complain(faults, root, 1,
			"more than %d unknown names, expected a vrfgate file", MAX_GUESSES);
	config_grammar_destroy(parse.grammar);
	return done ? 0 : -EINVAL;
}

int config_parse(const char *text, struct config_section *root, struct config_complaints *faults)
{
	cleanup_free char *copy = xstrdup(text);
	struct error err = ERROR_INIT;
	int line;

	if (config_scan(copy, &line, &err) < 0) {
		config_complain(faults, root, line, "%s", err.text);
		return -EINVAL;
	}
	return text_parse(copy, root, faults);
}

int config_parse_general(
	const char *text, struct config_section *root, struct config_complaints *faults)
{
	cleanup_free char *copy = xstrdup(text);
	struct error err = ERROR_INIT;
	int line, scanned = config_scan_general(copy, &line, &err);
	int r = text_parse(copy, root, faults);

	if (scanned < 0) {
		config_complain(faults, root, line, "%s", err.text);
		/* It may stand in what was not read. */
		if (!config_section_child(root, "gateway"))
			return -EINVAL;
	}
	return r;
}
