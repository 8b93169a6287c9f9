// SPDX-License-Identifier: GPL-2.0-or-later
/* vrfgate: the table of commands. */
#include <stdio.h>
#include <string.h>

#include "cli/command.h"

const struct cli_command cli_commands[] = {
	{ 0 },
};

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";

	for (const struct cli_command *c = cli_commands; c->name; c++)
		if (strcmp(c->name, name) == 0)
			return c->run(argc - 1, argv + 1);
	fprintf(stderr, "vrfgate: no command '%s'\n", name);
	return CLI_EXIT_USAGE;
}
