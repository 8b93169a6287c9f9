// SPDX-License-Identifier: GPL-2.0-or-later
/* vrfgate: the table of commands. */
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/options.h"

#define OPTION_CONFIG  "  -c, --config FILE   the config (default " CONFIG_DEFAULT_PATH ")\n"
#define OPTION_NO_WAIT "  -n, --no-wait       do not wait until it is done\n"
#define OPTION_NOW     "      --now           kill proxies; values not yet written are lost\n"
#define OPTION_VERBOSE "  -v, --verbose       each act, however many there are\n"
#define OPTION_REMOVE  "      --remove        removals are meant, however many VRFs go\n"
#define OPTION_HELP    "  -h, --help          this text\n"

const struct cli_command cli_commands[] = {
	{ "check", "[-c FILE]", "validate the config; touches nothing", OPTION_CONFIG OPTION_HELP,
		cli_check },
	{ "plan", "[-c FILE] [-j] [-v]", "show pending changes in the kernel",
		OPTION_CONFIG "  -j, --json          the plan as JSON\n" OPTION_VERBOSE OPTION_HELP,
		cli_plan },
	{ "up", "[-c FILE] [-v] [--remove]",
		"bring the namespaces to that state once, without proxies",
		OPTION_CONFIG OPTION_VERBOSE OPTION_REMOVE OPTION_HELP, cli_up },
	{ "down", "[-c FILE] [--now]", "remove what vrfgate made, and only that",
		OPTION_CONFIG OPTION_NOW OPTION_HELP, cli_down },
	{ "run", "[-c FILE] [--leave-proxies]", "the supervisor, in the foreground",
		OPTION_CONFIG
		"      --leave-proxies when told to stop, leave the proxies running\n" OPTION_HELP,
		cli_run },
	{ "reload", "[-c FILE] [-n] [--remove]", "have the supervisor read its config again",
		OPTION_CONFIG OPTION_NO_WAIT OPTION_REMOVE OPTION_HELP, cli_reload },
	{ "status", "[-c FILE] [-j] [-w [SECONDS]] [-o COLUMNS] [--color=WHEN] [VRF...]",
		"how the gateway and its VRFs are",
		OPTION_CONFIG "  -j, --json          the whole document as JSON\n"
			      "  -w, --watch [SECS]  again every SECS seconds (default 2)\n"
			      "  -o, --output LIST   these columns: vrf,state,reason\n"
			      "      --color=WHEN    auto, always or never\n" OPTION_HELP,
		cli_status },
	{ "start", "[-c FILE] [-n] VRF...", "start VRFs that were stopped, failed or wait",
		OPTION_CONFIG OPTION_NO_WAIT OPTION_HELP, cli_start },
	{ "stop", "[-c FILE] [-n] [--now] VRF...",
		"end the proxies of VRFs, until they are started by hand",
		OPTION_CONFIG OPTION_NO_WAIT OPTION_NOW OPTION_HELP, cli_stop },
	{ "restart", "[-c FILE] [-n] VRF...", "end the proxies of VRFs and start them anew",
		OPTION_CONFIG OPTION_NO_WAIT OPTION_HELP, cli_restart },
	{ "events", "[-c FILE] [-j]", "state changes as they happen",
		OPTION_CONFIG "  -j, --json          as JSON, a line each\n" OPTION_HELP,
		cli_events },
	{ "metrics", "[-c FILE]", "the status as OpenMetrics text", OPTION_CONFIG OPTION_HELP,
		cli_metrics },
	{ "exec", "[-c FILE] [-u USER] VRF|--root [--] COMMAND...",
		"run a command inside a VRF, or back in the root namespace",
		OPTION_CONFIG "  -u, --user USER     as this user\n"
			      "      --root          in the machine's own namespace\n" OPTION_HELP,
		cli_exec },
	{ "logs", "[-c FILE] [-f] [-n LINES] VRF", "the log of a VRF's proxy",
		OPTION_CONFIG
		"  -f, --follow        go on with what is added\n"
		"  -n, --lines LINES   the last LINES lines (default 20)\n" OPTION_HELP,
		cli_logs },
	{ "diag", "[-c FILE] [-j] VRF", "walk from a VRF's devices to the Zabbix server",
		OPTION_CONFIG "  -j, --json          the steps as JSON\n" OPTION_HELP, cli_diag },
	{ "import", "[-c FILE] [-n] [--force] [FILE|DIR...]", "import Zabbix templates",
		OPTION_CONFIG
		"  -n, --dry-run       show what would change\n"
		"      --force         rename, delete and go back in version, too\n" OPTION_HELP,
		cli_import },
	{ "sync", "[-c FILE] [-n] [--remove]", "bring Zabbix in step with the config now",
		OPTION_CONFIG
		"  -n, --dry-run       show what that would write\n" OPTION_REMOVE OPTION_HELP,
		cli_sync },
	{ "adopt", "[-c FILE] [-n] HOST...|--all",
		"take over hosts and proxies that somebody has made in Zabbix",
		OPTION_CONFIG "  -n, --dry-run       show what that would write\n"
			      "      --all           all that the config names\n" OPTION_HELP,
		cli_adopt },
	{ "leave", "[-c FILE] [-n|--yes] [--keep-hosts]",
		"show what this gateway has in Zabbix, or delete all of it",
		OPTION_CONFIG
		"  -n, --dry-run       show it, which is the default\n"
		"      --yes           delete it\n"
		"      --keep-hosts    keep the devices and their history, disabled\n" OPTION_HELP,
		cli_leave },
	{ "rotate-psk", "[-c FILE] VRF", "give a VRF's proxy a new key", OPTION_CONFIG OPTION_HELP,
		cli_rotate_psk },
	{ "init", "[-c FILE] --new-id|--keep-id", "say which gateway this machine is",
		OPTION_CONFIG
		"      --new-id        a gateway of its own: another id, and new keys\n"
		"      --keep-id       the gateway of this id, on other hardware\n" OPTION_HELP,
		cli_init },
	{ 0 },
};

static int help(FILE *out)
{
	fputs("usage: vrfgate COMMAND [OPTIONS]\n\n", out);
	for (const struct cli_command *c = cli_commands; c->name; c++)
		fprintf(out, "  %-10s %s\n", c->name, c->summary);
	fputs("\nvrfgate COMMAND -h tells a command's options; vrfgate(8) tells all.\n", out);
	return out == stdout ? CLI_EXIT_DONE : CLI_EXIT_USAGE;
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";

	for (const struct cli_command *c = cli_commands; c->name; c++)
		if (strcmp(c->name, name) == 0)
			return c->run(argc - 1, argv + 1);
	if (strcmp(name, "help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "--help") == 0)
		return help(stdout);
	if (strcmp(name, "version") == 0 || strcmp(name, "-V") == 0 ||
		strcmp(name, "--version") == 0) {
		puts("vrfgate " VRFGATE_VERSION);
		return CLI_EXIT_DONE;
	}
	if (*name)
		fprintf(stderr, "vrfgate: no command '%s'\n", name);
	return help(stderr);
}
