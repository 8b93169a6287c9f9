// SPDX-License-Identifier: GPL-2.0-or-later
/* vrfgate init: say which gateway this machine is, where it is a copy of another. */
#include <stdio.h>

#include "base/cleanup.h"
#include "cli/api.h"
#include "cli/command.h"
#include "config/load.h"
#include "supervisor/identity.h"
#include "supervisor/run.h"

static int init_judge(const struct cli_call *call)
{
	if (call->new_id != call->keep_id)
		return CLI_GO_ON;
	return cli_usage(call, "expected one of --new-id and --keep-id");
}

static int init_act(struct cli_call *call)
{
	const struct config_gateway *gateway = &call->config->gateway;
	struct error err = ERROR_INIT;
	char id[IDENTITY_SIZE] = "";
	const char *name;
	/* Nobody may use the old id meanwhile: no supervisor, and no command that writes to Zabbix. */
	cleanup_fd int lock = supervisor_lock(gateway->run_dir, &err), turn = -1;
	int r = lock < 0 ? lock : cli_turn_take(gateway, &turn, &err);

	if (r == 0)
		r = call->new_id ? identity_renew(gateway, id, &err)
				 : identity_keep(gateway, id, &err);
	if (r < 0) {
		fprintf(stderr, "vrfgate init: %s\n", err.text);
		return CLI_EXIT_FAILED;
	}
	name = gateway->host_name && call->new_id ? gateway->host_name : gateway->name;
	printf("gateway '%s': id %s, of this machine\n", name, id);
	if (call->new_id)
		printf("The proxies get new keys. Check that no other gateway is named '%s' (gateway.name).\n",
			name);
	return CLI_EXIT_DONE;
}

static const struct cli_option options[] = {
	CLI_CONFIG,
	CLI_FLAG(0, "new-id", new_id, "a gateway of its own: another id, and new keys"),
	CLI_FLAG(0, "keep-id", keep_id, "the gateway of this id, on other hardware"),
	{ 0 },
};

const struct cli_command cli_init = {
	.name = "init",
	.summary = "say which gateway this machine is",
	.operands = "--new-id|--keep-id",
	.options = options,
	.needs_root = true,
	.judge = init_judge,
	.load = CONFIG_LOAD_IN_USE,
	.act = init_act,
};
