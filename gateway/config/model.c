// SPDX-License-Identifier: GPL-2.0-or-later
/* The model's end, and looking things up in it. */
#include "config/model.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/memory.h"

static void proxy_finish(struct config_proxy *proxy)
{
	free(proxy->binary);
	free(proxy->user);
	free(proxy->profile);
	free(proxy->group);
	free(proxy->java_gateway);
	strings_finish(&proxy->options);
	strings_finish(&proxy->paths);
	strings_finish(&proxy->allowed_addresses);
}

static void interface_finish(struct config_interface *interface)
{
	free(interface->name);
	free(interface->parent);
	free(interface->peer);
	free(interface->peer_netns);
	free(interface->peer_name);
	free(interface->addresses);
	free(interface->gateways);
}

static void snmp_finish(struct config_snmp *snmp)
{
	free(snmp->community);
	free(snmp->user);
	free(snmp->context);
	free(snmp->auth_passphrase);
	free(snmp->priv_passphrase);
}

static void host_finish(struct config_host *host)
{
	for (size_t i = 0; i < host->n_macros; i++) {
		free(host->macros[i].name);
		free(host->macros[i].value);
	}
	for (size_t i = 0; i < host->n_tags; i++) {
		free(host->tags[i].name);
		free(host->tags[i].value);
	}
	for (size_t i = 0; i < host->n_inventory; i++) {
		free(host->inventory[i].name);
		free(host->inventory[i].value);
	}
	for (size_t i = 0; i < host->n_interfaces; i++) {
		snmp_finish(&host->interfaces[i].snmp);
		free(host->interfaces[i].name);
		free(host->interfaces[i].dns);
	}
	free(host->interfaces);
	free(host->macros);
	free(host->tags);
	free(host->inventory);
	free(host->name);
	free(host->dns);
	free(host->visible);
	free(host->description);
	strings_finish(&host->groups);
	strings_finish(&host->templates);
	snmp_finish(&host->snmp);
	free(host->agent.psk_file);
	free(host->agent.psk_identity);
	free(host->ipmi.user);
	free(host->ipmi.password);
}

static void discover_finish(struct config_discover *discover)
{
	for (size_t i = 0; i < discover->n_ranges; i++)
		free(discover->ranges[i].text);
	free(discover->ranges);
	free(discover->probes);
	strings_finish(&discover->templates);
	snmp_finish(&discover->snmp);
}

static void sysctl_finish(struct config_sysctl *sysctl)
{
	free(sysctl->key);
	free(sysctl->value);
}

static void nat_finish(struct config_nat *nat)
{
	free(nat->out);
	strings_finish(&nat->to);
}

static void service_finish(struct config_service *service)
{
	free(service->name);
	strings_finish(&service->command);
	free(service->user);
}

static void vrf_finish(struct config_vrf *vrf)
{
	for (size_t i = 0; i < vrf->n_interfaces; i++)
		interface_finish(&vrf->interfaces[i]);
	for (size_t i = 0; i < vrf->n_routes; i++) {
		free(vrf->routes[i].vias);
		free(vrf->routes[i].dev);
	}
	for (size_t i = 0; i < vrf->n_hosts; i++)
		host_finish(&vrf->hosts[i]);
	for (size_t i = 0; i < vrf->n_discovers; i++)
		discover_finish(&vrf->discovers[i]);
	for (size_t i = 0; i < vrf->n_sysctls; i++)
		sysctl_finish(&vrf->sysctls[i]);
	for (size_t i = 0; i < vrf->n_nats; i++)
		nat_finish(&vrf->nats[i]);
	for (size_t i = 0; i < vrf->n_services; i++)
		service_finish(&vrf->services[i]);
	free(vrf->interfaces);
	free(vrf->routes);
	free(vrf->hosts);
	free(vrf->discovers);
	free(vrf->sysctls);
	free(vrf->allows);
	free(vrf->nats);
	free(vrf->services);
	strings_finish(&vrf->dns);
	proxy_finish(&vrf->proxy);
	free(vrf->name);
	free(vrf->file);
	free(vrf->given_up);
}

static void gateway_finish(struct config_gateway *gateway)
{
	free(gateway->name);
	free(gateway->host_name);
	free(gateway->state_dir);
	free(gateway->run_dir);
	free(gateway->log_dir);
}

static void zabbix_finish(struct config_zabbix *zabbix)
{
	free(zabbix->url);
	free(zabbix->token_file);
	free(zabbix->user);
	free(zabbix->password_file);
	free(zabbix->ca_file);
	strings_finish(&zabbix->servers);
	free(zabbix->server);
	free(zabbix->proxy_name);
	strings_finish(&zabbix->allowed_hosts);
	free(zabbix->host_group);
}

struct config *config_share(struct config *config)
{
	config->borrowers++;
	return config;
}

void config_destroy(struct config *config)
{
	if (!config || config->borrowers-- > 0)
		return;
	for (size_t i = 0; i < config->n_vrfs; i++)
		vrf_finish(&config->vrfs[i]);
	free(config->vrfs);
	proxy_finish(&config->proxy);
	zabbix_finish(&config->zabbix);
	gateway_finish(&config->gateway);
	free(config->uplink.passive_address);
	free(config);
}

bool config_uplink_has_ipv4(const struct config_uplink *uplink)
{
	return net_servers_family(&uplink->servers) == AF_INET;
}

uint32_t config_uplink_ports(const struct config_uplink *uplink)
{
	bool used = uplink->mode == CONFIG_UPLINK_NAT && uplink->passive_port > 0;

	return used ? (uint32_t)UINT16_MAX - uplink->passive_port + 1 : UINT32_MAX;
}

uint16_t config_passive_port(const struct config *config, const struct config_vrf *vrf, uint32_t id)
{
	const struct config_uplink *uplink = &config->uplink;

	if (uplink->mode != CONFIG_UPLINK_NAT || !vrf->enabled || !vrf->has_proxy ||
		vrf->proxy.mode != CONFIG_PROXY_PASSIVE || uplink->passive_port == 0 ||
		id >= config_uplink_ports(uplink))
		return 0;
	return (uint16_t)(uplink->passive_port + id);
}

/* What a "{...}" of the pattern stands for; NULL where it is none we know. */
static const char *placeholder_value(
	const struct config *config, const char *vrf, const char *brace, size_t *length)
{
	const struct {
		const char *name, *value;
	} known[] = {
		{ "{gateway}", config->gateway.name },
		{ "{vrf}", vrf },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		*length = strlen(known[i].name);
		if (strncmp(brace, known[i].name, *length) == 0)
			return known[i].value;
	}
	return NULL;
}

char *config_proxy_name(const struct config *config, const char *vrf)
{
	char *name = xstrdup("");

	for (const char *p = config->zabbix.proxy_name; *p;) {
		cleanup_free char *before = name;
		size_t length = 0;
		const char *value = placeholder_value(config, vrf, p, &length);

		name = value ? xasprintf("%s%s", before, value) : xasprintf("%s%c", before, *p);
		p += value ? length : 1;
	}
	return name;
}

bool config_user_is_auto(const struct config_proxy *proxy)
{
	return strcmp(proxy->user, "auto") == 0;
}

const char *config_proxy_option(const struct config_proxy *proxy, const char *key)
{
	size_t length = strlen(key);
	const char *value = NULL;

	for (size_t i = 0; i < proxy->options.count; i++)
		if (strncmp(proxy->options.items[i], key, length) == 0 &&
			proxy->options.items[i][length] == '=')
			value = proxy->options.items[i] + length + 1;
	return value;
}

bool config_limits_any(const struct config_proxy *proxy)
{
	const struct config_limits *limits = &proxy->limits;

	return limits->memory_bytes || limits->cpu_weight ||
		(limits->tasks && !config_user_is_auto(proxy));
}

const struct config_probe *config_discover_probe(
	const struct config_discover *discover, enum config_probe_type type)
{
	for (size_t i = 0; i < discover->n_probes; i++)
		if (discover->probes[i].type == type)
			return &discover->probes[i];
	return NULL;
}

bool config_discover_covers(const struct config_discover *discover, const struct address *address)
{
	for (size_t i = 0; i < discover->n_ranges; i++)
		if (address_in_range(
			    &discover->ranges[i].first, &discover->ranges[i].last, address))
			return true;
	return false;
}

const struct config_vrf *config_find_vrf(const struct config *config, const char *name)
{
	for (size_t i = 0; i < config->n_vrfs; i++)
		if (strcmp(config->vrfs[i].name, name) == 0)
			return &config->vrfs[i];
	return NULL;
}
