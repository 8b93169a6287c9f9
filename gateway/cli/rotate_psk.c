// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vrfgate rotate-psk: a new key for a VRF's proxy. Zabbix gets it first and only then the proxy, so
 * that a Zabbix that is away costs nothing. What the proxy cannot send until the server has read
 * its configuration again, it keeps.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/secret.h"
#include "cli/api.h"
#include "cli/ask.h"
#include "cli/command.h"
#include "cli/errand.h"
#include "cli/left.h"
#include "config/load.h"
#include "control/client.h"
#include "reporter/sync.h"
#include "supervisor/identity.h"
#include "vrf/paths.h"
#include "vrf/proxy_files.h"
#include "vrf/users.h"

static int vrf_judge(const struct config_vrf *vrf, struct error *err)
{
	if (!vrf->has_proxy || !vrf->enabled)
		return error_set(err, EINVAL, "it has no proxy that runs");
	if (!vrf->proxy.psk)
		return error_set(err, EINVAL, "its proxy has no key: the config says psk = false");
	return 0;
}

static int key_tell(const void *data, int fd, void *answer, struct error *err)
{
	cleanup(cli_api_close) struct zabbix_api *api = NULL;
	int r;

	(void)fd;
	(void)answer;
	cli_stop_signals_ignore();
	r = cli_api_open(data, &api, err);
	return r == 0 ? reporter_sync_key(api, data, err) : r;
}

/* An inventory of this proxy alone: what else the config says may differ from what runs, and waits for a reload. */
static int zabbix_tell(const struct config *config, const char *vrf, const char *identity,
	const char *key, struct error *err)
{
	cleanup(reporter_inventory_finish) struct reporter_inventory inventory = { .config = config,
		.gateway_id = xcalloc(1, IDENTITY_SIZE) };
	struct reporter_proxy *proxy = array_append(&inventory.proxies, &inventory.n_proxies);
	int r = identity_read(&config->gateway, true, inventory.gateway_id, err);

	proxy->vrf = xstrdup(vrf);
	proxy->name = config_proxy_name(config, vrf);
	proxy->psk_identity = xstrdup(identity);
	proxy->psk = xstrdup(key);
	if (r == 0)
		r = reporter_inventory_read_secrets(&inventory, err);
	if (r < 0)
		return r;
	return cli_errand_run(
		&(struct cli_errand){ .ask = key_tell, .data = &inventory }, NULL, err);
}

static int psk_rotate(const struct config *config, const struct config_vrf *vrf, char **identity,
	struct error *err)
{
	cleanup(vrf_paths_finish) struct vrf_paths paths;
	cleanup(secret_free) char *key = NULL;
	cleanup_free uid_t *users = NULL;
	char id[IDENTITY_SIZE];
	int r;

	/* Zabbix and the proxy have the same key afterwards. */
	cli_stop_signals_ignore();
	vrf_paths_init(&paths, &config->gateway, vrf->name);
	r = identity_read(&config->gateway, true, id, err);
	if (r < 0)
		return r;
	r = users_assign(config, true, &users, err);
	if (r < 0)
		return r;
	paths.uid = users[vrf - config->vrfs];
	r = proxy_files_make(vrf, &paths, err);
	if (r < 0)
		return r;
	proxy_files_random_psk(identity, &key);
	if (*config->zabbix.url) {
		r = zabbix_tell(config, vrf->name, *identity, key, err);
		if (r < 0)
			return error_wrap(err, r, "the key stays as it is");
	} else {
		printf("no Zabbix API: enter the key of %s there by hand\n", paths.psk);
	}
	return proxy_files_write_psk(vrf, &paths, *identity, key, err);
}

static int rotate_act(struct cli_call *call)
{
	const struct config *config = call->config;
	const char *name = call->operands[0];
	const struct config_vrf *vrf = config_find_vrf(config, name);
	cleanup_free char *identity = NULL;
	cleanup_json json_t *answer = NULL;
	struct error err = ERROR_INIT;
	cleanup_fd int turn = -1; /* until all know the new key: nobody tells Zabbix the old one */

	if (!vrf)
		return cli_no_vrf_of(config, name);
	if (vrf_judge(vrf, &err) < 0 || cli_turn_take(&config->gateway, &turn, &err) < 0 ||
		psk_rotate(config, vrf, &identity, &err) < 0) {
		fprintf(stderr, "vrfgate rotate-psk: vrf '%s': %s\n", name, err.text);
		return CLI_EXIT_FAILED;
	}
	printf("%s: new key, identity %s\n", name, identity);
	return cli_ask(config, json_pack("{s:s, s:[s]}", "command", "rekey", "vrfs", name),
		CONTROL_PATIENCE_MS, &answer);
}

static const struct cli_option options[] = { CLI_CONFIG, { 0 } };

const struct cli_command cli_rotate_psk = {
	.name = "rotate-psk",
	.summary = "give a VRF's proxy a new key",
	.operands = "VRF",
	.options = options,
	.least = 1,
	.most = 1,
	.needs_root = true,
	.load = CONFIG_LOAD_IN_USE,
	.act = rotate_act,
};
