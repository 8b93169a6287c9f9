// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The commands of vrfgate, one file each. A command gets argv with its own name first, parses it by
 * getopt_long and returns the exit status. Results go to stdout, complaints to stderr.
 */
#pragma once

enum cli_exit {
	CLI_EXIT_DONE = 0,
	CLI_EXIT_FAILED = 1,
	CLI_EXIT_CHANGES = 2, /* plan: there are some */
	CLI_EXIT_NO_SUPERVISOR = 3,
	CLI_EXIT_NO_SUCH_VRF = 4,
	CLI_EXIT_USAGE = 64,  /* EX_USAGE of sysexits.h */
	CLI_EXIT_CONFIG = 78, /* EX_CONFIG */
};

struct cli_command {
	const char *name;
	const char *arguments; /* "[-c FILE] [-j]" */
	const char *summary;   /* a line for the help */
	const char *options;   /* a line each */
	int (*run)(int argc, char **argv);
};

/* The table of main.c, closed by a NULL name. */
extern const struct cli_command cli_commands[];

int cli_check(int argc, char **argv);
int cli_plan(int argc, char **argv);
int cli_up(int argc, char **argv);
int cli_down(int argc, char **argv);
int cli_run(int argc, char **argv);
int cli_reload(int argc, char **argv);
int cli_status(int argc, char **argv);
int cli_start(int argc, char **argv);
int cli_stop(int argc, char **argv);
int cli_restart(int argc, char **argv);
int cli_events(int argc, char **argv);
int cli_metrics(int argc, char **argv);
int cli_exec(int argc, char **argv);
int cli_logs(int argc, char **argv);
int cli_diag(int argc, char **argv);
int cli_import(int argc, char **argv);
int cli_sync(int argc, char **argv);
int cli_adopt(int argc, char **argv);
int cli_leave(int argc, char **argv);
int cli_rotate_psk(int argc, char **argv);
int cli_init(int argc, char **argv);
