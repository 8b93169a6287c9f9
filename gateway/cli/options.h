// SPDX-License-Identifier: GPL-2.0-or-later
/* What every command's options have in common. */
#pragma once

#include <getopt.h>
#include <stdbool.h>

#include "cli/command.h"
#include "config/model.h"

/* Go on: nothing to exit for yet. */
#define CLI_PARSED (-1)

/* --now, which has no letter: "\1" among the letters of a command. */
#define CLI_OPTION_NOW    1
/* --remove, likewise "\2". */
#define CLI_OPTION_REMOVE 2

struct cli_options {
	const char *config_path;
	bool json;
	bool now;
	bool remove;
	bool verbose;
};

/*
 * Parses the options of a simple command: of `letters` "c:jh" those it takes, and
 * CLI_OPTION_NOW or CLI_OPTION_REMOVE. Returns CLI_PARSED,
 * or the status to exit with (help given, bad option). Operands start at optind.
 */
int cli_parse(int argc, char **argv, const char *letters, struct cli_options *options);

/* For commands with options of their own: complains of what getopt_long gave (':' or '?'). */
int cli_bad_option(char **argv, int option);

/* CLI_PARSED, or the complaint that it takes root to look into or change namespaces. */
int cli_need_root(const char *command);

/* CLI_PARSED, or the complaint that an operand stands where none is taken. */
int cli_no_operands(int argc, char **argv);

/* Prints "vrfgate COMMAND: text" and the command's usage line to stderr; returns CLI_EXIT_USAGE. */
__attribute__((format(printf, 2, 3))) int cli_usage(const char *command, const char *format, ...);

/* Prints the command's usage and summary to stdout (-h); returns CLI_EXIT_DONE. */
int cli_help(const char *command);

/*
 * Loads the config, prints faults to stderr. Returns CLI_EXIT_DONE and *config, or CLI_EXIT_CONFIG.
 * The others print the warnings, too. For a start of the supervisor faults that cost one VRF or less are
 * warnings.
 */
int cli_load_config(const char *path, struct config **config);
/* For commands that bring nothing up: what a supervisor may run with is no fault. */
int cli_load_config_in_use(const char *path, struct config **config);
int cli_load_config_to_check(const char *path, struct config **config);
int cli_load_config_to_start(const char *path, struct config **config);

/* For commands that only look: a file with faults is no reason not to, so one line tells of them.
 */
int cli_load_config_to_look(const char *path, struct config **config);

/* The same for commands that go by what the supervisor says: without the VRFs, and so at once. */
int cli_load_config_to_ask(const char *path, struct config **config);
