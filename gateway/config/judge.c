// SPDX-License-Identifier: GPL-2.0-or-later
/* Judging the whole: first what is claimed twice, then what refers to something else. */
#include "config/judge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "config/check.h"

/* "eth0/802.1ad 100.10", the same for the same device however it is written. */
static char *chain_format(const struct config_interface *interface)
{
	char *chain = xasprintf("%s/%s", interface->parent,
		interface->protocol == CONFIG_VLAN_8021AD ? "802.1ad" : "802.1q");

	for (size_t i = 0; i < interface->n_tags; i++) {
		char *longer = xasprintf("%s%c%u", chain, i == 0 ? ' ' : '.', interface->tags[i]);

		free(chain);
		chain = longer;
	}
	return chain;
}

/* One VLAN is either a customer's own or carries others. */
struct chain {
	char *text;
	const struct config_section *section;
	bool own;
};

static int chain_compare(const void *left, const void *right)
{
	const struct chain *a = left, *b = right;
	int order = strcmp(a->text, b->text);

	if (order != 0)
		return order;
	return a->own == b->own ? 0 : a->own ? -1 : 1;
}

static void chains_collect(struct chain **chains, size_t *count, const struct config_vrf *vrf,
	const struct config_section *section)
{
	for (size_t i = 0; i < vrf->n_interfaces; i++) {
		struct config_interface part = vrf->interfaces[i];

		for (; part.parent && part.n_tags > 0; part.n_tags--)
			*array_append(chains, count) = (struct chain){ chain_format(&part),
				config_section_nth(section, "interface", i),
				part.n_tags == vrf->interfaces[i].n_tags };
	}
}

/* Of those that are equal the own ones come first. */
static void chains_judge(struct config_reader *reader)
{
	struct chain *chains = NULL;
	size_t count = 0;

	for (size_t i = 0; i < reader->config->n_vrfs; i++)
		chains_collect(&chains, &count, &reader->config->vrfs[i], reader->vrf_sections[i]);
	if (count > 1)
		qsort(chains, count, sizeof(*chains), chain_compare);
	for (size_t i = 1; i < count; i++)
		if (chains[i - 1].own && !chains[i].own &&
			strcmp(chains[i - 1].text, chains[i].text) == 0)
			config_complain(&reader->faults, chains[i].section, chains[i].section->line,
				"stands on VLAN %s, which is a customer's own at %s:%d; expected one or the other",
				strrchr(chains[i].text, ' ') + 1, chains[i - 1].section->file->path,
				chains[i - 1].section->line);
	for (size_t i = 0; i < count; i++)
		free(chains[i].text);
	free(chains);
}

/* ---- a device that is moved, and what else stands on it ---- */

struct device {
	const char *name;
	const struct config_section *section;
};

/* An interface that has the device itself below it, or a VLAN that the device is by its name. */
static bool stands_on(const struct config_interface *interface, const char *device)
{
	size_t length = interface->parent ? strlen(interface->parent) : 0;

	if (!length || interface->kind == CONFIG_INTERFACE_DEVICE ||
		strncmp(device, interface->parent, length) != 0)
		return false;
	device += length;
	for (size_t i = 0; i < interface->n_tags && *device; i++) {
		char tag[8];

		snprintf(tag, sizeof(tag), ".%u", interface->tags[i]);
		length = strlen(tag);
		if (strncmp(device, tag, length) != 0)
			return false;
		device += length;
	}
	return !*device;
}

static void devices_compare(struct config_reader *reader, const struct device *devices,
	size_t count, const struct config_interface *interface,
	const struct config_section *section)
{
	for (size_t i = 0; i < count; i++)
		if (stands_on(interface, devices[i].name))
			config_complain(&reader->doubts, devices[i].section,
				devices[i].section->line,
				"device '%s' is moved here, and interface '%s' at %s:%d stands on it; expected one or the other",
				devices[i].name, interface->name, section->file->path,
				section->line);
}

static void devices_judge(struct config_reader *reader)
{
	const struct config *config = reader->config;
	struct device *devices = NULL;
	size_t count = 0;

	for (size_t v = 0; v < config->n_vrfs; v++)
		for (size_t i = 0; i < config->vrfs[v].n_interfaces; i++)
			if (config->vrfs[v].interfaces[i].kind == CONFIG_INTERFACE_DEVICE &&
				config->vrfs[v].interfaces[i].parent)
				*array_append(&devices, &count) = (struct device){
					config->vrfs[v].interfaces[i].parent,
					config_section_nth(reader->vrf_sections[v], "interface", i)
				};
	for (size_t v = 0; count && v < config->n_vrfs; v++)
		for (size_t i = 0; i < config->vrfs[v].n_interfaces; i++)
			devices_compare(reader, devices, count, &config->vrfs[v].interfaces[i],
				config_section_nth(reader->vrf_sections[v], "interface", i));
	free(devices);
}

/* ---- a NIC has macvlans, or ipvlans of one mode ---- */

struct sharer {
	const struct config_interface *interface;
	const struct config_section *section;
	size_t number;
};

static int sharer_compare(const void *left, const void *right)
{
	const struct sharer *a = left, *b = right;
	int order = strcmp(a->interface->parent, b->interface->parent);

	return order ? order : (a->number > b->number) - (a->number < b->number);
}

static void sharers_judge(struct config_reader *reader)
{
	const struct config *config = reader->config;
	struct sharer *sharers = NULL;
	size_t count = 0;

	for (size_t v = 0; v < config->n_vrfs; v++)
		for (size_t i = 0; i < config->vrfs[v].n_interfaces; i++) {
			const struct config_interface *interface = &config->vrfs[v].interfaces[i];
			struct sharer sharer = { interface,
				config_section_nth(reader->vrf_sections[v], "interface", i),
				count };

			if (interface->parent &&
				(interface->kind == CONFIG_INTERFACE_MACVLAN ||
					interface->kind == CONFIG_INTERFACE_IPVLAN))
				*array_append(&sharers, &count) = sharer;
		}
	if (count)
		qsort(sharers, count, sizeof(*sharers), sharer_compare);
	for (size_t i = 1, first = 0; i < count; i++) {
		const struct config_interface *one = sharers[first].interface;
		const struct config_interface *other = sharers[i].interface;

		if (strcmp(one->parent, other->parent) != 0)
			first = i;
		else if (one->kind != other->kind || one->mode != other->mode)
			config_complain(&reader->faults, sharers[i].section,
				sharers[i].section->line,
				"parent \"%s\" has another kind or mode at %s:%d, expected macvlans, or ipvlans of one mode, on a NIC",
				other->parent, sharers[first].section->file->path,
				sharers[first].section->line);
	}
	free(sharers);
}

static void vlan_claim(struct config_claims *claims, const struct config_section *section,
	const struct config_interface *interface)
{
	cleanup_free char *chain = interface->n_tags ? chain_format(interface) : NULL;

	if (chain && interface->parent)
		config_claims_add(claims, section, section->line, xasprintf("vlan %s", chain),
			xasprintf("VLAN %s on '%s'", strrchr(chain, ' ') + 1, interface->parent));
}

static void device_claim(struct config_claims *claims, const struct config_section *section,
	const struct config_interface *interface)
{
	if (interface->parent)
		config_claims_add(claims, section, section->line,
			xasprintf("device %s", interface->parent),
			xasprintf("device '%s'", interface->parent));
}

static void link_claim(struct config_claims *claims, const struct config_section *section,
	const struct config_interface *interface)
{
	if (interface->peer)
		config_claims_add(claims, section, section->line,
			xasprintf("link %s/%s", interface->peer_netns, interface->peer_name),
			xasprintf("link to '%s/%s'", interface->peer_netns, interface->peer_name));
}

/* The kernel keeps the second of a NIC down. */
static void macvlan_claim(struct config_claims *claims, const struct config_section *section,
	const struct config_interface *interface)
{
	const uint8_t *m = interface->mac;

	if (interface->parent && interface->has_mac)
		config_claims_add(claims, section, config_section_line_of(section, "mac"),
			xasprintf("macvlan %s %02x%02x%02x%02x%02x%02x", interface->parent, m[0],
				m[1], m[2], m[3], m[4], m[5]),
			xasprintf("mac %02x:%02x:%02x:%02x:%02x:%02x of a macvlan on '%s'", m[0],
				m[1], m[2], m[3], m[4], m[5], interface->parent));
}

/* The kernel gives an address to one ipvlan of a NIC. */
static void ipvlan_claim(struct config_claims *claims, const struct config_section *section,
	const struct config_interface *interface)
{
	for (size_t i = 0; interface->parent && i < interface->n_addresses; i++) {
		char text[ADDRESS_TEXT_SIZE];
		size_t same = 0;

		while (!address_equal(&interface->addresses[same], &interface->addresses[i]))
			same++;
		address_format(&interface->addresses[i], false, text);
		if (same == i)
			config_claims_add(claims, section,
				config_section_line_of(section, "address"),
				xasprintf("ipvlan %s %s", interface->parent, text),
				xasprintf("address %s of an ipvlan on '%s'", text,
					interface->parent));
	}
}

static const struct config_interface *interface_find(const struct config_vrf *vrf, const char *name)
{
	for (size_t i = 0; i < vrf->n_interfaces; i++)
		if (strcmp(vrf->interfaces[i].name, name) == 0)
			return &vrf->interfaces[i];
	return NULL;
}

static void interfaces_claim(struct config_claims *claims, const struct config_vrf *vrf,
	const struct config_section *section)
{
	static void (*const claim[])(struct config_claims *, const struct config_section *,
		const struct config_interface *) = {
		[CONFIG_INTERFACE_VLAN] = vlan_claim,
		[CONFIG_INTERFACE_MACVLAN] = macvlan_claim,
		[CONFIG_INTERFACE_DEVICE] = device_claim,
		[CONFIG_INTERFACE_LINK] = link_claim,
		[CONFIG_INTERFACE_IPVLAN] = ipvlan_claim,
	};

	for (size_t i = 0; i < vrf->n_interfaces; i++) {
		const struct config_interface *interface = &vrf->interfaces[i];
		const struct config_section *own = config_section_nth(section, "interface", i);

		config_claims_add(claims, section, interface->line,
			xasprintf("interface %p/%s", (const void *)section, interface->name),
			xasprintf("interface '%s'", interface->name));
		if (claim[interface->kind] && interface_find(vrf, interface->name) == interface)
			claim[interface->kind](claims, own, interface);
	}
}

/* `from` becomes `to` in a text that is given up for the new one. */
static char *text_replace(char *text, const char *from, const char *to)
{
	char *at = strstr(text, from);

	while (at) {
		size_t before = (size_t)(at - text);
		char *longer = xasprintf("%.*s%s%s", (int)before, text, to, at + strlen(from));

		free(text);
		text = longer;
		at = strstr(text + before + strlen(to), from);
	}
	return text;
}

/* Of the proxy and of the host with its own figures; the caller frees it. */
static char *proxy_name_make(const struct config *config, const char *vrf)
{
	char *name =
		text_replace(xstrdup(config->zabbix.proxy_name), "{gateway}", config->gateway.name);

	return text_replace(name, "{vrf}", vrf);
}

/* Its letters were judged with the pattern and the names; only the length is new. */
static void proxy_name_judge(struct config_reader *reader, const struct config_vrf *vrf,
	const struct config_section *section)
{
	char *name = proxy_name_make(reader->config, vrf->name);

	if (strlen(name) > CONFIG_MAX_ZABBIX_NAME)
		config_complain(&reader->faults, section, section->line,
			"proxy name \"%s\" has %zu characters, expected at most %d", name,
			strlen(name), CONFIG_MAX_ZABBIX_NAME);
	free(name);
}

/* Hosts that vrfgate makes for itself: that of the gateway, and one for each proxy's own figures. */
static void own_hosts_claim(struct config_claims *claims, struct config_reader *reader)
{
	const struct config *config = reader->config;
	const struct config_section *gateway = config_reader_general(reader, "gateway");

	config_claims_add(claims, gateway, config_section_line_of(gateway, "name"),
		xasprintf("host %s", config->gateway.name),
		xasprintf("host '%s', the gateway's own,", config->gateway.name));
	for (size_t i = 0; i < config->n_vrfs; i++) {
		char *name = config->vrfs[i].has_proxy
			? proxy_name_make(config, config->vrfs[i].name)
			: NULL;

		/* One name for all of them is a fault of the pattern. */
		if (name && strstr(config->zabbix.proxy_name, "{vrf}"))
			config_claims_add(claims, reader->vrf_sections[i],
				reader->vrf_sections[i]->line, xasprintf("host %s", name),
				xasprintf("host '%s', the proxy's own,", name));
		free(name);
	}
}

/* Visible names are unique in Zabbix, too, and a host without one is shown by its name. */
static void hosts_claim(struct config_claims *claims, const struct config_vrf *vrf,
	const struct config_section *section)
{
	for (size_t i = 0; i < vrf->n_hosts; i++) {
		const struct config_host *host = &vrf->hosts[i];

		config_claims_add(claims, section, host->line, xasprintf("host %s", host->name),
			xasprintf("host '%s'", host->name));
		if (host->visible)
			config_claims_add(claims, section, host->line,
				xasprintf("visible %s", host->visible),
				xasprintf("visible name '%s'", host->visible));
	}
}

static void vrf_claim(struct config_claims *claims, const struct config_vrf *vrf,
	const struct config_section *section)
{
	config_claims_add(claims, section->parent, section->line, xasprintf("vrf %s", vrf->name),
		xasprintf("%s '%s'", section->name, vrf->name));
	if (vrf->id >= 0)
		config_claims_add(claims, section, config_section_line_of(section, "id"),
			xasprintf("id %lld", (long long)vrf->id),
			xasprintf("uplink id %lld", (long long)vrf->id));
	hosts_claim(claims, vrf, section);
	for (size_t i = 0; i < vrf->n_services; i++)
		config_claims_add(claims, section, vrf->services[i].line,
			xasprintf("service %p/%s", (const void *)section, vrf->services[i].name),
			xasprintf("service '%s'", vrf->services[i].name));
	interfaces_claim(claims, vrf, section);
}

static void device_names_judge(struct config_reader *reader, const struct config_vrf *vrf,
	const struct config_section *section)
{
	for (size_t i = 0; i < vrf->n_routes; i++) {
		const struct config_section *own = config_section_nth(section, "route", i);
		const char *dev = vrf->routes[i].dev;

		if (dev && !interface_find(vrf, dev))
			config_complain(&reader->faults, own, config_section_line_of(own, "dev"),
				"dev \"%s\": not there, expected an interface of this %s", dev,
				section->name);
	}
	for (size_t i = 0; i < vrf->n_nats; i++) {
		const struct config_section *own = config_section_nth(section, "nat", i);
		const char *out = vrf->nats[i].out;

		if (out && !interface_find(vrf, out))
			config_complain(&reader->faults, own, config_section_line_of(own, "out"),
				"out \"%s\": not there, expected an interface of this %s", out,
				section->name);
	}
}

/* Both ends are written, each naming the other. */
static void peer_judge(struct config_reader *reader, const struct config_vrf *vrf,
	const struct config_interface *interface, const struct config_section *section)
{
	const struct config_vrf *peer = config_find_vrf(reader->config, interface->peer_netns);
	const struct config_interface *end =
		peer ? interface_find(peer, interface->peer_name) : NULL;
	int line = config_section_line_of(section, "peer");

	if (!vrf->enabled)
		return;
	if (!peer)
		config_complain(&reader->faults, section, line,
			"peer \"%s\": not there, expected the name of a vrf or namespace section",
			interface->peer);
	else if (peer == vrf)
		config_complain(&reader->faults, section, line,
			"peer \"%s\": the same namespace, expected another one", interface->peer);
	else if (!peer->enabled)
		config_complain(&reader->faults, section, line,
			"peer \"%s\": disabled, expected one that is enabled as this is",
			interface->peer);
	else if (!end)
		config_complain(&reader->faults, section, line,
			"peer \"%s\": there is no such interface, expected interface %s { kind = link  peer = \"%s/%s\" } there",
			interface->peer, interface->peer_name, vrf->name, interface->name);
	else if ((!end->peer || strcmp(end->peer_netns, vrf->name) != 0 ||
			 strcmp(end->peer_name, interface->name) != 0))
		config_complain(&reader->faults, section, line,
			"peer \"%s\": there but no link to here, expected kind = link and peer = \"%s/%s\" there",
			interface->peer, vrf->name, interface->name);
}

/* Zabbix refuses no such proxy, it just never looks. */
static void discoverers_judge(struct config_reader *reader, const struct config_vrf *vrf,
	const struct config_section *section)
{
	for (size_t i = 0; vrf->n_discovers > 0 && i < vrf->proxy.options.count; i++)
		if (strcmp(vrf->proxy.options.items[i], "StartDiscoverers=0") == 0)
			config_complain(&reader->faults, section, vrf->discovers[0].line,
				"a discover section, but the proxy's options say StartDiscoverers=0; expected 1 or more there");
}

/* Measured, 7.0.22: on SIGTERM a proxy in this mode writes nothing to its database; a hybrid one does. */
static void buffer_judge(struct config_reader *reader, const struct config_vrf *vrf,
	const struct config_section *section)
{
	const char *mode = config_proxy_option(&vrf->proxy, "ProxyBufferMode");

	if (mode && strcmp(mode, "memory") == 0)
		config_complain(&reader->notes, section, section->line,
			"the proxy's options say ProxyBufferMode=memory: what it has not sent is lost whenever it ends, by a release, too; expected hybrid");
}

/* Only the kinds that a host has a section for: what its templates hold is known to Zabbix. */
static void pollers_judge(struct config_reader *reader, const struct config_vrf *vrf,
	const struct config_section *section)
{
	const struct config_proxy *proxy = &vrf->proxy;
	const char *java = config_proxy_option(proxy, "JavaGateway");
	const char *ipmi = config_proxy_option(proxy, "StartIPMIPollers");
	bool no_java = !*proxy->java_gateway && !(java && *java);
	bool no_ipmi = ipmi && strcmp(ipmi, "0") == 0;

	for (size_t i = 0; i < vrf->n_hosts; i++) {
		const struct config_host *host = &vrf->hosts[i];
		const struct config_section *own = config_section_nth(section, "host", i);

		if (host->jmx.given && no_java)
			config_complain(&reader->notes, own, host->line,
				"jmx: not polled without a Java gateway; expected java_gateway = \"ADDRESS\" in section proxy");
		if (host->ipmi.given && no_ipmi)
			config_complain(&reader->notes, own, host->line,
				"ipmi: not polled, as the proxy's options say StartIPMIPollers=0; expected 1 or more there");
	}
}

/* Routers give it one. */
static bool takes_advertisements(const struct config_vrf *vrf)
{
	for (size_t i = 0; i < vrf->n_sysctls; i++) {
		const char *leaf = strrchr(vrf->sysctls[i].key, '.');

		if (leaf && strcmp(leaf, ".accept_ra") == 0 &&
			strcmp(vrf->sysctls[i].value, "0") != 0)
			return true;
	}
	return false;
}

/* Another program may set one. */
static void lacking_addresses_judge(struct config_reader *reader, const struct config_vrf *vrf,
	const struct config_section *section)
{
	for (size_t i = 0; i < vrf->n_interfaces && !takes_advertisements(vrf); i++) {
		const struct config_section *own = config_section_nth(section, "interface", i);

		if (!config_section_find(own, "address"))
			config_complain(&reader->notes, own, own->line,
				"no address, so that no customer is reached by it unless another program sets one; expected address");
	}
}

static bool has_name(const struct config_host *host)
{
	bool found = host->dns;

	for (size_t i = 0; i < host->n_interfaces; i++)
		found = found || host->interfaces[i].dns;
	return found;
}

/* The proxy asks the name servers of its VRF, or those of the machine, which it hardly reaches. */
static void names_judge(struct config_reader *reader, const struct config_vrf *vrf,
	const struct config_section *section)
{
	for (size_t i = 0; vrf->dns.count == 0 && i < vrf->n_hosts; i++)
		if (has_name(&vrf->hosts[i]))
			config_complain(&reader->notes, config_section_nth(section, "host", i),
				vrf->hosts[i].line,
				"dns: the vrf has no name servers that its proxy could ask; expected dns = { \"ADDRESS\" } there");
}

static void vrf_judge(struct config_reader *reader, const struct config_vrf *vrf,
	const struct config_section *section)
{
	device_names_judge(reader, vrf, section);
	config_judge_addresses(reader, vrf, section);
	config_judge_routes(reader, vrf, section);
	if (vrf->has_proxy) {
		if (vrf->enabled && vrf->n_interfaces == 0)
			config_complain(&reader->notes, section, section->line,
				"no interface, so that its proxy reaches no customer; expected one");
		if (vrf->enabled)
			lacking_addresses_judge(reader, vrf, section);
		proxy_name_judge(reader, vrf, section);
		discoverers_judge(reader, vrf, section);
		buffer_judge(reader, vrf, section);
		pollers_judge(reader, vrf, section);
		names_judge(reader, vrf, section);
	}
	for (size_t i = 0; i < vrf->n_interfaces; i++)
		if (vrf->interfaces[i].kind == CONFIG_INTERFACE_LINK && vrf->interfaces[i].peer)
			peer_judge(reader, vrf, &vrf->interfaces[i],
				config_section_nth(section, "interface", i));
}

static void proxy_names_judge(struct config_reader *reader)
{
	const struct config_section *zabbix = config_reader_general(reader, "zabbix");
	size_t n = 0;

	for (size_t i = 0; i < reader->config->n_vrfs; i++)
		n += reader->config->vrfs[i].has_proxy;
	if (n > 1 && !strstr(reader->config->zabbix.proxy_name, "{vrf}"))
		config_complain(&reader->faults, zabbix,
			config_section_line_of(zabbix, "proxy_name"),
			"proxy_name \"%s\": one name for %zu proxies, expected {vrf} in it",
			reader->config->zabbix.proxy_name, n);
}

/* That of what discovery finds in a VRF is below the group of all. */
static void group_names_judge(struct config_reader *reader)
{
	const struct config *config = reader->config;

	for (size_t i = 0; i < config->n_vrfs; i++) {
		const struct config_vrf *vrf = &config->vrfs[i];
		cleanup_free char *name = xasprintf("%s/%s", config->zabbix.host_group, vrf->name);
		struct error err = ERROR_INIT;

		if (vrf->n_discovers > 0 &&
			config_check_length("the name", name, CONFIG_MAX_GROUP_NAME, &err) < 0)
			config_complain(&reader->faults, reader->vrf_sections[i],
				vrf->discovers[0].line, "host group \"%s\": %s", name, err.text);
	}
}

void config_judge(struct config_reader *reader)
{
	const struct config *config = reader->config;
	struct config_claims claims = { 0 };

	if (*config->zabbix.url)
		own_hosts_claim(&claims, reader);
	for (size_t i = 0; i < config->n_vrfs; i++)
		vrf_claim(&claims, &config->vrfs[i], reader->vrf_sections[i]);
	config_claims_judge(&claims, &reader->faults);
	for (size_t i = 0; i < config->n_vrfs; i++)
		vrf_judge(reader, &config->vrfs[i], reader->vrf_sections[i]);
	config_judge_wires(reader);
	chains_judge(reader);
	devices_judge(reader);
	sharers_judge(reader);
	config_judge_uplinks(reader);
	proxy_names_judge(reader);
	group_names_judge(reader);
}
