// SPDX-License-Identifier: GPL-2.0-or-later
/* vrfgate: the table of commands. */
#include <stddef.h>

#include "cli/command.h"

static const struct cli_command *const commands[] = {
	&cli_check,
	&cli_plan,
	&cli_up,
	&cli_down,
	&cli_run,
	&cli_reload,
	&cli_status,
	&cli_start,
	&cli_stop,
	&cli_restart,
	&cli_release,
	&cli_events,
	&cli_metrics,
	&cli_exec,
	&cli_logs,
	&cli_diag,
	&cli_import,
	&cli_sync,
	&cli_adopt,
	&cli_leave,
	&cli_rotate_psk,
	&cli_init,
	&cli_help,
	&cli_version,
	NULL,
};

int main(int argc, char **argv)
{
	return cli_main(commands, argc, argv);
}
