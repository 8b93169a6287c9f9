// SPDX-License-Identifier: GPL-2.0-or-later
/* vrfgate init: say which gateway this machine is, where it is a copy of another. */
#include <getopt.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "cli/api.h"
#include "cli/options.h"
#include "config/cleanup.h"
#include "supervisor/identity.h"
#include "supervisor/run.h"

enum choice {
	CHOICE_NONE,
	CHOICE_NEW_ID,
	CHOICE_KEEP_ID,
	CHOICE_BOTH,
};

static int init_parse(int argc, char **argv, const char **path, enum choice *choice)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "new-id", no_argument, NULL, 'n' },
		{ "keep-id", no_argument, NULL, 'k' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int option;

	optind = 1;
	while ((option = getopt_long(argc, argv, ":c:h", options, NULL)) != -1) {
		switch (option) {
		case 'c':
			*path = optarg;
			break;
		case 'n':
			*choice |= CHOICE_NEW_ID;
			break;
		case 'k':
			*choice |= CHOICE_KEEP_ID;
			break;
		case 'h':
			return cli_help(argv[0]);
		default:
			return cli_bad_option(argv, option);
		}
	}
	if (optind < argc)
		return cli_no_operands(argc, argv);
	if (*choice == CHOICE_NONE || *choice == CHOICE_BOTH)
		return cli_usage(argv[0], "expected one of --new-id and --keep-id");
	return cli_need_root(argv[0]);
}

static int init_run(const struct config *config, enum choice choice)
{
	const struct config_gateway *gateway = &config->gateway;
	struct error err = ERROR_INIT;
	char id[IDENTITY_SIZE] = "";
	const char *name;
	/* Nobody may use the old id meanwhile: no supervisor, and no command that writes to Zabbix. */
	cleanup_fd int lock = supervisor_lock(gateway->run_dir, &err), turn = -1;
	int r = lock < 0 ? lock : cli_turn_take(gateway, &turn, &err);

	if (r == 0)
		r = choice == CHOICE_NEW_ID ? identity_renew(gateway, id, &err)
					    : identity_keep(gateway, id, &err);
	if (r < 0) {
		fprintf(stderr, "vrfgate init: %s\n", err.text);
		return CLI_EXIT_FAILED;
	}
	name = gateway->host_name && choice == CHOICE_NEW_ID ? gateway->host_name : gateway->name;
	printf("gateway '%s': id %s, of this machine\n", name, id);
	if (choice == CHOICE_NEW_ID)
		printf("The proxies get new keys. Check that no other gateway is named '%s' (gateway.name).\n",
			name);
	return CLI_EXIT_DONE;
}

int cli_init(int argc, char **argv)
{
	cleanup_config struct config *config = NULL;
	const char *path = CONFIG_DEFAULT_PATH;
	enum choice choice = CHOICE_NONE;
	int r = init_parse(argc, argv, &path, &choice);

	if (r != CLI_PARSED)
		return r;
	r = cli_load_config_in_use(path, &config);
	return r == CLI_EXIT_DONE ? init_run(config, choice) : r;
}
