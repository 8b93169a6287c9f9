// SPDX-License-Identifier: GPL-2.0-or-later
/* Judging the uplinks: room for all of them, and a server that their mode can reach. */
#include "config/judge.h"

#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/want.h"

/* ---- room ---- */

static size_t count_uplinks(const struct config *config)
{
	size_t n = 0;

	for (size_t i = 0; i < config->n_vrfs; i++)
		n += config->vrfs[i].has_uplink;
	return n;
}

static void judge_room(struct config_reader *reader, const struct address *prefix, const char *key)
{
	const struct config *config = reader->config;
	const struct config_section *uplink = config_reader_general(reader, "uplink");
	uint32_t fit = net_uplink_capacity(prefix);
	size_t wanted = count_uplinks(config);

	if (fit == 0) /* told when it was read */
		return;
	if (wanted > fit)
		config_complain(&reader->faults, uplink, config_section_line_of(uplink, key),
			"%s holds %u uplinks but %zu are wanted, expected a shorter prefix", key,
			fit, wanted);
	for (size_t i = 0; i < config->n_vrfs; i++)
		if (config->vrfs[i].id >= fit)
			config_complain(&reader->faults, reader->vrf_sections[i],
				config_section_line_of(reader->vrf_sections[i], "id"),
				"id %lld is outside of the uplink %s, expected 0 to %u",
				(long long)config->vrfs[i].id, key, fit - 1);
}

/* ---- the server ---- */

/* What a mode needs to know the server by. */
static const struct need {
	const char *word;
	uint8_t family; /* AF_UNSPEC: either */
	const char *expected;
} needs[] = {
	[CONFIG_UPLINK_ROUTED] = { "routed", AF_UNSPEC,
		"an address such as 192.0.2.1 or 2001:db8::1" },
	[CONFIG_UPLINK_NAT] = { "nat", AF_INET, "an IPv4 address such as 192.0.2.1" },
};

static bool leads_off(const struct address *address)
{
	bool four = address->family == AF_INET;
	bool link_local = address->bytes[0] == 0xfe && (address->bytes[1] & 0xc0) == 0x80;

	return address_kind(address) == ADDRESS_HOST &&
		(four ? address->bytes[0] != 0 : !link_local);
}

/* In mode local the address was not judged once. */
static struct config_complaints *complaints_of(struct config_reader *reader)
{
	return reader->config->uplink.mode == CONFIG_UPLINK_LOCAL ? &reader->doubts
								  : &reader->faults;
}

static bool is_server(const struct config *config, const struct address *address)
{
	for (size_t i = 0; i < config->uplink.servers.count; i++)
		if (address_in_network(&config->uplink.servers.nodes[i], address))
			return true;
	return false;
}

static bool is_in_prefix(const struct config_uplink *uplink, const struct address *address)
{
	return address_in_network(&uplink->prefix, address) ||
		address_in_network(&uplink->prefix4, address);
}

/* Each uplink has one way to all nodes, of IPv6 or of IPv4. */
static void node_add(struct config_reader *reader, const char *text, const struct address *node)
{
	const struct config_section *zabbix = config_reader_general(reader, "zabbix");
	struct net_servers *servers = &reader->config->uplink.servers;
	int line = config_section_line_of(zabbix, "server");

	if (servers->count > 0 && net_servers_family(servers) != node->family)
		config_complain(&reader->faults, zabbix, line,
			"server \"%s\": not of the address family of \"%s\", expected all nodes of a cluster by IPv4 or all by IPv6",
			text, reader->config->zabbix.servers.items[0]);
	else if (net_servers_contain(servers, node))
		config_complain(&reader->faults, zabbix, line,
			"server \"%s\": one node of the cluster twice, expected each once", text);
	else
		servers->nodes[servers->count++] = *node;
}

static void judge_server(struct config_reader *reader, const struct need *need, const char *text)
{
	const struct config_section *zabbix = config_reader_general(reader, "zabbix");
	int line = config_section_line_of(zabbix, "server");
	struct address server;

	if (address_parse(&server, text) < 0 ||
		(need->family != AF_UNSPEC && server.family != need->family) || !leads_off(&server))
		config_complain(&reader->faults, zabbix, line,
			"server \"%s\": not what mode %s of the uplinks can reach, expected %s",
			text, need->word, need->expected);
	else if (is_in_prefix(&reader->config->uplink, &server))
		config_complain(&reader->faults, zabbix, line,
			"server \"%s\": in the prefix of the uplinks, expected the server's own address",
			text);
	else
		node_add(reader, text, &server);
}

static void judge_elsewhere(struct config_reader *reader, const struct need *need)
{
	const struct config_section *uplink = config_reader_general(reader, "uplink");
	const struct strings *servers = &reader->config->zabbix.servers;

	if (servers->count == 0)
		config_complain(&reader->faults, uplink, config_section_line_of(uplink, "mode"),
			"mode %s without a server, expected server in section zabbix, %s",
			need->word, need->expected);
	for (size_t i = 0; i < servers->count; i++)
		judge_server(reader, need, servers->items[i]);
}

/* The name of this machine, or what every machine calls itself. */
static bool is_own_name(const char *name)
{
	char own[256] = "";

	if (gethostname(own, sizeof(own) - 1) < 0)
		own[0] = '\0';
	return strcasecmp(name, "localhost") == 0 || (own[0] && strcasecmp(name, own) == 0);
}

/* A server on this machine is at the other end of the uplink, or where it alone listens. A name may be
 * anybody's: asking would take a name server's time, and each VRF's might say something else. */
static void judge_local(struct config_reader *reader, const char *server)
{
	struct config *config = reader->config;
	const struct config_section *zabbix = config_reader_general(reader, "zabbix");
	int line = config_section_line_of(zabbix, "server");
	struct address address;

	if (address_parse(&address, server) == 0 && leads_off(&address) &&
		!is_in_prefix(&config->uplink, &address))
		node_add(reader, server, &address);
	else if (address_parse(&address, server) < 0 && !is_own_name(server))
		config_complain(&reader->notes, zabbix, line,
			"server \"%s\": a name, which the proxies look up and reach by the customers' networks in mode local of the uplinks; expected no server where it is on this machine, else its address and mode = routed or nat in section uplink",
			server);
	else if (config->zabbix.servers.count == 1)
		config->uplink.at_root_side = true;
	else
		config_complain(&reader->faults, zabbix, line,
			"server \"%s\": what every machine has, expected the own address of each node of a cluster",
			server);
}

static void judge_here(struct config_reader *reader)
{
	const struct strings *servers = &reader->config->zabbix.servers;

	reader->config->uplink.at_root_side = servers->count == 0;
	for (size_t i = 0; i < servers->count; i++)
		judge_local(reader, servers->items[i]);
}

/* ---- what a VRF says against it ---- */

static void judge_routes(struct config_reader *reader, const struct config_vrf *vrf,
	const struct config_section *section)
{
	const struct config *config = reader->config;

	char text[ADDRESS_TEXT_SIZE];

	for (size_t i = 0; i < vrf->n_routes; i++)
		if (net_servers_contain(&config->uplink.servers, &vrf->routes[i].destination))
			config_complain(complaints_of(reader), section, vrf->routes[i].line,
				"a route to %s alone, which is the Zabbix server and reached by the uplink; expected none",
				address_format(&vrf->routes[i].destination, false, text));
}

static void judge_interfaces(struct config_reader *reader, const struct config_vrf *vrf,
	const struct config_section *section)
{
	const struct config *config = reader->config;

	char text[ADDRESS_TEXT_SIZE];

	for (size_t i = 0; i < vrf->n_interfaces; i++)
		for (size_t a = 0; a < vrf->interfaces[i].n_addresses; a++)
			if (is_server(config, &vrf->interfaces[i].addresses[a]))
				config_complain(complaints_of(reader), section,
					vrf->interfaces[i].line,
					"interface '%s' has the address of the Zabbix server, %s, expected another one",
					vrf->interfaces[i].name,
					address_format(
						&vrf->interfaces[i].addresses[a], false, text));
}

static void judge_proxy(struct config_reader *reader, const struct config_vrf *vrf,
	const struct config_section *section)
{
	const struct config_section *proxy = config_section_child(section, "proxy");
	const struct config_uplink *uplink = &reader->config->uplink;
	bool own = proxy && config_section_find(proxy, "mode");

	if (uplink->mode == CONFIG_UPLINK_NAT && vrf->has_proxy &&
		vrf->proxy.mode == CONFIG_PROXY_PASSIVE && uplink->passive_port == 0)
		config_complain(&reader->faults, section,
			own ? config_section_line_of(proxy, "mode") : section->line,
			"a passive proxy, which the server cannot reach behind uplink { mode = nat }; expected passive_port in section uplink, or mode active");
}

/* What is set and does nothing. */
static void note_ports(struct config_reader *reader)
{
	const struct config_uplink *uplink = &reader->config->uplink;
	const struct config_section *section = config_reader_general(reader, "uplink");

	if (uplink->passive_port && uplink->mode != CONFIG_UPLINK_NAT)
		config_complain(&reader->notes, section,
			config_section_line_of(section, "passive_port"),
			"passive_port is not used: it is for mode nat, and in this mode the server reaches passive proxies by their own addresses");
	else if (*uplink->passive_address && !uplink->passive_port)
		config_complain(&reader->notes, section,
			config_section_line_of(section, "passive_address"),
			"passive_address is not used without passive_port");
}

/* A port for each uplink. */
static void judge_ports(struct config_reader *reader)
{
	const struct config *config = reader->config;
	const struct config_section *uplink = config_reader_general(reader, "uplink");
	int line = config_section_line_of(uplink, "passive_port");
	uint32_t fit = config_uplink_ports(&config->uplink);
	size_t wanted = count_uplinks(config);

	if (wanted > fit)
		config_complain(&reader->faults, uplink, line,
			"passive_port %u leaves %u ports but %zu are wanted, one for each uplink; expected a lower one",
			config->uplink.passive_port, fit, wanted);
	for (size_t i = 0; i < config->n_vrfs; i++)
		if (config->vrfs[i].id >= fit)
			config_complain(&reader->faults, reader->vrf_sections[i],
				config_section_line_of(reader->vrf_sections[i], "id"),
				"id %lld is beyond the ports of passive_port %u, expected 0 to %u",
				(long long)config->vrfs[i].id, config->uplink.passive_port,
				fit - 1);
}

/* Nothing else would keep what is forwarded to the uplinks. */
static void judge_firewall(struct config_reader *reader, const struct need *need)
{
	const struct config_section *gateway = config_reader_general(reader, "gateway");

	if (!reader->config->gateway.firewall)
		config_complain(&reader->faults, gateway,
			config_section_line_of(gateway, "firewall"),
			"firewall = false with mode %s of the uplinks, expected true or mode local",
			need->word);
}

void config_judge_uplinks(struct config_reader *reader)
{
	const struct config *config = reader->config;
	enum config_uplink_mode mode = config->uplink.mode;

	judge_room(reader, &config->uplink.prefix, "prefix");
	if (mode == CONFIG_UPLINK_LOCAL)
		judge_here(reader);
	else
		judge_elsewhere(reader, &needs[mode]);
	if (config_uplink_has_ipv4(&config->uplink))
		judge_room(reader, &config->uplink.prefix4, "prefix4");
	judge_ports(reader);
	note_ports(reader);
	if (mode != CONFIG_UPLINK_LOCAL)
		judge_firewall(reader, &needs[mode]);
	for (size_t i = 0; i < config->n_vrfs; i++) {
		const struct config_vrf *vrf = &config->vrfs[i];
		const struct config_section *section = reader->vrf_sections[i];

		if (!vrf->has_uplink)
			continue;
		if (config->uplink.servers.count > 0) {
			judge_routes(reader, vrf, section);
			judge_interfaces(reader, vrf, section);
		}
		judge_proxy(reader, vrf, section);
	}
}
