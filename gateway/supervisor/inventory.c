// SPDX-License-Identifier: GPL-2.0-or-later
/* From config, numbers and key files to the reporter's inventory. */
#include "supervisor/inventory.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/memory.h"
#include "net/want.h"
#include "supervisor/identity.h"
#include "vrf/paths.h"
#include "vrf/proxy_config.h"
#include "vrf/proxy_files.h"
#include "vrf/removal.h"
#include "vrf/users.h"
#include "vrf/wiring.h"

/* In a proxy group the customer's agents are told where to find the proxy: on our first address. */
static void group_fill(struct reporter_proxy *proxy, const struct config_vrf *vrf)
{
	char text[ADDRESS_TEXT_SIZE];

	if (!*vrf->proxy.group)
		return;
	proxy->group = xstrdup(vrf->proxy.group);
	for (size_t i = 0; i < vrf->n_interfaces && !proxy->local_address; i++)
		if (vrf->interfaces[i].n_addresses > 0)
			proxy->local_address = xstrdup(
				address_format(&vrf->interfaces[i].addresses[0], false, text));
}

/* What the proxy has itself there, so that it does not discover itself. */
static void addresses_fill(struct reporter_proxy *proxy, const struct config_vrf *vrf)
{
	for (size_t i = 0; i < vrf->n_interfaces; i++)
		for (size_t j = 0; j < vrf->interfaces[i].n_addresses; j++)
			*array_append(&proxy->own_addresses, &proxy->n_own_addresses) =
				vrf->interfaces[i].addresses[j];
}

/*
 * Where the server sees the address of the uplink. By NAT it sees one of the machine or of what lies between,
 * which other proxies come from, too; and a server that is known by its name only may be anywhere.
 */
static char *allowed_make(
	const struct config *config, const struct config_vrf *vrf, const char *inside)
{
	const struct strings *given = &vrf->proxy.allowed_addresses;
	bool known = config->uplink.at_root_side ||
		config->uplink.servers.count == config->zabbix.servers.count;

	if (given->count > 0)
		return strings_join(given, ",");
	return config->uplink.mode != CONFIG_UPLINK_NAT && known ? xstrdup(inside) : NULL;
}

/* Those of the uplink, and which of them the server sees. */
static int uplink_fill(struct reporter_proxy *proxy, const struct config_uplink *uplink,
	uint32_t id, struct error *err)
{
	const struct address *prefixes[] = { &uplink->prefix, &uplink->prefix4 };
	struct address root, inside;
	char text[ADDRESS_TEXT_SIZE];

	for (size_t i = 0; i < 2; i++)
		if (net_uplink_addresses(prefixes[i], id, &root, &inside) == 0)
			strings_add(&proxy->uplink, address_format(&inside, false, text));
	if (wiring_server_ends(uplink, id, &root, &inside) < 0)
		return error_set(err, ERANGE, "uplink number %u is outside of the prefix", id);
	proxy->address = xstrdup(address_format(&inside, false, text));
	proxy->port = PROXY_PORT;
	return 0;
}

/* Behind NAT the server reaches it at this machine, where the reporter finds out the address if the config has none. */
static void passive_fill(struct reporter_proxy *proxy, const struct config *config,
	const struct config_vrf *vrf, uint32_t id)
{
	uint16_t port = config_passive_port(config, vrf, id);

	if (!port)
		return;
	free(proxy->address);
	proxy->address =
		*config->uplink.passive_address ? xstrdup(config->uplink.passive_address) : NULL;
	proxy->port = port;
}

static int key_fill(struct reporter_proxy *proxy, const struct config *config,
	const struct config_vrf *vrf, uid_t user, bool make, struct error *err)
{
	cleanup(vrf_paths_finish) struct vrf_paths paths;
	int r;

	vrf_paths_init(&paths, &config->gateway, vrf->name);
	paths.uid = user;
	if (!make && access(paths.psk, F_OK) < 0) {
		proxy->psk_identity = xstrdup("to be made");
		return 0;
	}
	r = make ? proxy_files_make(vrf, &paths, err) : 0;
	if (r == 0)
		r = proxy_files_read_psk(vrf, &paths, &proxy->psk_identity, &proxy->psk, err);
	return r;
}

static int proxy_fill(struct reporter_proxy *proxy, const struct config *config,
	const struct config_vrf *vrf, uint32_t id, uid_t user, bool make, struct error *err)
{
	int r = uplink_fill(proxy, &config->uplink, id, err);

	if (r < 0)
		return r;
	proxy->vrf = xstrdup(vrf->name);
	proxy->name = config_proxy_name(config, vrf->name);
	proxy->passive = vrf->proxy.mode == CONFIG_PROXY_PASSIVE;
	proxy->allowed = allowed_make(config, vrf, proxy->address);
	passive_fill(proxy, config, vrf, id);
	proxy->hosts = vrf->hosts;
	proxy->n_hosts = vrf->n_hosts;
	reporter_inventory_read_keys(proxy);
	proxy->discovers = vrf->discovers;
	proxy->n_discovers = vrf->n_discovers;
	group_fill(proxy, vrf);
	addresses_fill(proxy, vrf);
	return vrf->proxy.psk ? key_fill(proxy, config, vrf, user, make, err) : 0;
}

static void removed_fill(struct reporter_inventory *inventory)
{
	struct error err = ERROR_INIT;

	if (removal_read(inventory->config, &inventory->removed, &err) < 0)
		log_warning("zabbix.prune deletes nothing of any VRF: %s", err.text);
}

/* Of a proxy that is taken over its own host is, too. */
static void adopted_fill(struct reporter_inventory *inventory)
{
	for (size_t i = 0; i < inventory->n_proxies; i++) {
		const struct reporter_proxy *proxy = &inventory->proxies[i];
		const struct config_vrf *vrf = config_find_vrf(inventory->config, proxy->vrf);

		if (vrf && vrf->proxy.adopt)
			strings_add(&inventory->adopted, proxy->name);
		for (size_t j = 0; j < proxy->n_hosts; j++)
			if (proxy->hosts[j].adopt)
				strings_add(&inventory->adopted, proxy->hosts[j].name);
	}
}

/* What is watched of VRFs that are not run here. */
static void given_up_fill(struct reporter_inventory *inventory)
{
	for (size_t i = 0; i < inventory->config->n_vrfs; i++) {
		const struct config_vrf *vrf = &inventory->config->vrfs[i];

		if (!vrf->given_up)
			continue;
		*array_append(&inventory->given_up, &inventory->n_given_up) =
			(struct reporter_given_up){
				.vrf = xstrdup(vrf->name),
				.released = vrf->released,
				.at_rest = vrf->rests,
				.hosts = vrf->hosts,
				.n_hosts = vrf->n_hosts,
				.name = config_proxy_name(inventory->config, vrf->name),
			};
	}
}

static bool is_registered(const struct config_vrf *vrf)
{
	return vrf->enabled && vrf->has_proxy;
}

/* ---- those that cannot be ---- */

struct gap {
	const char *vrf;
	struct error error;
};

struct gaps {
	struct gap *items;
	size_t count;
};

static void gap_add(struct gaps *gaps, const char *vrf, const struct error *why)
{
	struct gap *gap = array_append(&gaps->items, &gaps->count);

	*gap = (struct gap){ vrf, *why };
	if (!gap->error.cause.kind)
		gap->error.cause = cause_of(CAUSE_PROXY_KEYS, why->code, NULL);
}

/* Of new ones: what several suffer from once. */
static void gaps_log(const struct gaps *gaps, const struct strings *known)
{
	cleanup(causes_finish) struct causes causes = { 0 };

	for (size_t i = 0; i < gaps->count; i++)
		if (!known || !strings_contain(known, gaps->items[i].vrf))
			causes_add(&causes, &gaps->items[i].error.cause, gaps->items[i].vrf);
	for (size_t i = 0; i < causes.count; i++) {
		cleanup_free char *text = cause_tell(&causes.items[i].cause, &causes.items[i].vrfs);

		if (causes.items[i].vrfs.count > 1)
			log_error("%s", text);
	}
	for (size_t i = 0; i < gaps->count; i++)
		if ((!known || !strings_contain(known, gaps->items[i].vrf)) &&
			!causes_shared(&causes, &gaps->items[i].error.cause))
			log_error("vrf '%s': not registered in Zabbix: %s", gaps->items[i].vrf,
				gaps->items[i].error.text);
}

static void gaps_name(const struct gaps *gaps, struct strings *left_out)
{
	strings_finish(left_out);
	for (size_t i = 0; i < gaps->count; i++)
		strings_add(left_out, gaps->items[i].vrf);
}

bool inventory_would_grow(
	const struct config *config, const uint32_t *ids, const struct strings *left_out)
{
	cleanup_free uid_t *users = NULL;
	bool grows = false;

	if (users_assign(config, false, &users, NULL) < 0)
		return false;
	for (size_t i = 0; !grows && i < left_out->count; i++) {
		const struct config_vrf *vrf = config_find_vrf(config, left_out->items[i]);
		struct reporter_proxy proxy = { 0 };
		size_t at = vrf ? (size_t)(vrf - config->vrfs) : 0;

		grows = !vrf || !is_registered(vrf) ||
			proxy_fill(&proxy, config, vrf, ids[at], users[at], true, NULL) == 0;
		reporter_proxy_finish(&proxy);
	}
	return grows;
}

/* ---- all ---- */

static void proxies_fill(struct reporter_inventory *inventory, const struct config *config,
	const uint32_t *ids, const uid_t *users, bool make, struct gaps *gaps)
{
	for (size_t i = 0; i < config->n_vrfs; i++) {
		const struct config_vrf *vrf = &config->vrfs[i];
		struct error why = ERROR_INIT;
		struct reporter_proxy *proxy;

		if (!is_registered(vrf))
			continue;
		proxy = array_append(&inventory->proxies, &inventory->n_proxies);
		if (proxy_fill(proxy, config, vrf, ids[i], users[i], make, &why) < 0) {
			gap_add(gaps, vrf->name, &why);
			reporter_proxy_finish(proxy);
			inventory->n_proxies--;
		}
	}
}

int inventory_fill(struct reporter_inventory *inventory, const struct config *config,
	const uint32_t *ids, bool make, struct strings *left_out, struct error *err)
{
	cleanup_free uid_t *users = NULL;
	struct gaps gaps = { 0 };
	int r = users_assign(config, make, &users, err);

	inventory->config = config;
	inventory->gateway_id = xcalloc(1, IDENTITY_SIZE);
	if (r == 0)
		r = identity_read(&config->gateway, make, inventory->gateway_id, err);
	if (r < 0)
		return r;
	proxies_fill(inventory, config, ids, users, make, &gaps);
	gaps_log(&gaps, left_out);
	if (left_out)
		gaps_name(&gaps, left_out);
	free(gaps.items);
	given_up_fill(inventory);
	removed_fill(inventory);
	adopted_fill(inventory);
	reporter_inventory_read_template(inventory);
	return reporter_inventory_read_secrets(inventory, err);
}
