// SPDX-License-Identifier: GPL-2.0-or-later
/* The inventory: secrets from their files, names from their pattern. */
#include "reporter/inventory.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/data.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/secret.h"
#include "config/check.h"
#include "zabbix/api.h"

/* Later versions of Zabbix take the export of an earlier one. */
#define TEMPLATE_FILE "6.0/vrf-gateway.yaml"
#define TEMPLATE_MAX  (1024 * 1024)

void reporter_proxy_finish(struct reporter_proxy *proxy)
{
	for (size_t i = 0; proxy->keys && i < proxy->n_hosts; i++) {
		secret_free(&proxy->keys[i].psk);
		free(proxy->keys[i].fault);
	}
	free(proxy->keys);
	secret_free(&proxy->psk);
	free(proxy->psk_identity);
	free(proxy->allowed);
	free(proxy->address);
	strings_finish(&proxy->uplink);
	free(proxy->group);
	free(proxy->local_address);
	free(proxy->own_addresses);
	free(proxy->name);
	free(proxy->vrf);
}

void reporter_inventory_finish(struct reporter_inventory *inventory)
{
	for (size_t i = 0; i < inventory->n_proxies; i++)
		reporter_proxy_finish(&inventory->proxies[i]);
	free(inventory->proxies);
	for (size_t i = 0; i < inventory->n_given_up; i++) {
		free(inventory->given_up[i].vrf);
		free(inventory->given_up[i].name);
	}
	free(inventory->given_up);
	strings_finish(&inventory->takes);
	strings_finish(&inventory->removed);
	strings_finish(&inventory->adopted);
	free(inventory->gateway_id);
	free(inventory->template_text);
	secret_free(&inventory->token);
	secret_free(&inventory->password);
	*inventory = (struct reporter_inventory){ 0 };
}

static int secret_read(const char *key, const char *path, char **secret, struct error *err)
{
	char *line;
	int r = file_read_secret(path, &line, err);

	if (r < 0)
		return error_wrap(err, r, "zabbix.%s", key);
	secret_free(secret);
	*secret = line;
	return 0;
}

int reporter_inventory_read_secrets(struct reporter_inventory *inventory, struct error *err)
{
	const struct config_zabbix *zabbix = &inventory->config->zabbix;

	if (*zabbix->token_file)
		return secret_read("token_file", zabbix->token_file, &inventory->token, err);
	if (*zabbix->password_file)
		return secret_read(
			"password_file", zabbix->password_file, &inventory->password, err);
	return 0;
}

static void key_read(struct reporter_key *key, const struct config_host *host)
{
	struct error err = ERROR_INIT;
	int r = file_read_secret(host->agent.psk_file, &key->psk, &err);

	key->identity = host->agent.psk_identity ? host->agent.psk_identity : host->name;
	if (r == 0)
		r = config_check_psk(key->psk, &err);
	if (r < 0) {
		secret_free(&key->psk);
		key->fault = xstrdup(err.text);
	}
}

void reporter_inventory_read_keys(struct reporter_proxy *proxy)
{
	for (size_t i = 0; i < proxy->n_hosts; i++) {
		const struct config_host *host = &proxy->hosts[i];

		if (!host->agent.psk_file || !*host->agent.psk_file)
			continue;
		if (!proxy->keys)
			proxy->keys = xcalloc(proxy->n_hosts, sizeof(*proxy->keys));
		key_read(&proxy->keys[i], host);
	}
}

void reporter_inventory_read_template(struct reporter_inventory *inventory)
{
	cleanup_free char *directory = NULL, *path = NULL;
	size_t size;

	free(inventory->template_text);
	inventory->template_text = NULL;
	if (data_dir_find("templates", &directory, NULL) < 0)
		return;
	path = xasprintf("%s/" TEMPLATE_FILE, directory);
	(void)file_read(path, TEMPLATE_MAX, &inventory->template_text, &size, NULL);
}

void reporter_inventory_login(
	const struct reporter_inventory *inventory, struct zabbix_login *login)
{
	const struct config_zabbix *zabbix = &inventory->config->zabbix;

	*login = (struct zabbix_login){
		.url = zabbix->url,
		.ca_file = zabbix->ca_file,
		.token = inventory->token,
		.user = *zabbix->user ? zabbix->user : NULL,
		.password = inventory->password,
	};
}
