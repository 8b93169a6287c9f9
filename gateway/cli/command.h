// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The commands of vrfgate: each has a file with its row, of which getopt, -h and help are made, and its act.
 * Results go to stdout, complaints to stderr.
 */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/nearest.h"
#include "config/model.h"

enum cli_exit {
	CLI_EXIT_DONE = 0,
	CLI_EXIT_FAILED = 1,
	CLI_EXIT_CHANGES = 2, /* plan: there are some */
	CLI_EXIT_NO_SUPERVISOR = 3,
	CLI_EXIT_NO_SUCH_VRF = 4,
	CLI_EXIT_USAGE = 64,  /* EX_USAGE of sysexits.h */
	CLI_EXIT_CONFIG = 78, /* EX_CONFIG */
};

/* Go on: nothing to exit for yet. */
#define CLI_GO_ON (-1)

/* What a command was called with; NULL and false where an option was not given. */
struct cli_call {
	const struct cli_command *command;
	const struct cli_command *const *commands; /* the whole table */
	struct config *config; /* read by command->load, and freed after the act */
	char **operands;       /* closed by NULL */
	unsigned n_operands;
	const char *vrf; /* of a command that runs another, whose words are the operands */

	const char *config_path, *colour, *columns, *lines, *user, *watch;
	bool all, bad, dry_run, follow, force, json, keep_hosts, keep_id, leave_proxies, new_id,
		no_wait, now, remove, root, take, verbose, yes;
};

struct cli_option {
	const char *name;
	char letter;               /* 0: it has none */
	const char *value;         /* what its help calls the value; NULL: it takes none */
	const char *value_if_bare; /* NULL: the value cannot be left out */
	const char *summary;
	size_t member; /* of struct cli_call, where it goes: a bool, or the value */
};

#define CLI_FLAG(letter_, name_, member_, summary_)                          \
	{                                                                    \
		.name = (name_), .letter = (letter_), .summary = (summary_), \
		.member = offsetof(struct cli_call, member_)                 \
	}
#define CLI_VALUE(letter_, name_, value_, bare_, member_, summary_)                                \
	{                                                                                          \
		.name = (name_), .letter = (letter_), .value = (value_), .value_if_bare = (bare_), \
		.summary = (summary_), .member = offsetof(struct cli_call, member_)                \
	}

/* Those of several commands. */
#define CLI_CONFIG                                          \
	CLI_VALUE('c', "config", "FILE", NULL, config_path, \
		"the config (default " CONFIG_DEFAULT_PATH ")")
#define CLI_COLOUR  CLI_VALUE(0, "color", "WHEN", "always", colour, "auto, always or never")
#define CLI_DRY_RUN CLI_FLAG('n', "dry-run", dry_run, "show what would change, and change nothing")
#define CLI_NO_WAIT CLI_FLAG('n', "no-wait", no_wait, "do not wait until it is done")
#define CLI_NOW     CLI_FLAG(0, "now", now, "kill proxies; values not yet written are lost")
#define CLI_REMOVE  CLI_FLAG(0, "remove", remove, "removals are meant, however many VRFs go")
#define CLI_VERBOSE CLI_FLAG('v', "verbose", verbose, "print each act, however many there are")

#define CLI_MANY UINT_MAX

struct cli_command {
	const char *name;
	const char *summary;
	const char *operands;             /* as the usage has them; NULL: none are taken */
	const struct cli_option *options; /* closed by an empty one, to which -h is added */
	unsigned least, most;             /* operands */
	bool needs_root;
	bool runs_command; /* its first operand is a VRF, but with --root, and the others are a command */
	/* Before anything is read: CLI_GO_ON, or the status to exit with after a complaint. NULL: all is well. */
	int (*judge)(const struct cli_call *call);
	unsigned load; /* how the config is read, CONFIG_LOAD_*; 0: the act does, or needs none */
	/* Returns the exit status. */
	int (*act)(struct cli_call *call);
};

extern const struct cli_command cli_check, cli_plan, cli_up, cli_down, cli_run, cli_reload,
	cli_status, cli_start, cli_stop, cli_restart, cli_release, cli_events, cli_metrics,
	cli_exec, cli_logs, cli_diag, cli_import, cli_sync, cli_adopt, cli_leave, cli_rotate_psk,
	cli_init, cli_help, cli_version;

/* main() by a table closed by NULL. */
int cli_main(const struct cli_command *const commands[], int argc, char **argv);

/* Prints "vrfgate COMMAND: text" and the command's usage line to stderr; returns CLI_EXIT_USAGE. */
__attribute__((format(printf, 2, 3))) int cli_usage(
	const struct cli_call *call, const char *format, ...);

/* Says that no VRF has the wanted name, and which was meant; returns CLI_EXIT_NO_SUCH_VRF. */
int cli_no_such_vrf(const struct nearest *nearest);
