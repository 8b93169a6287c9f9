// SPDX-License-Identifier: GPL-2.0-or-later
/* From the config and the uplinks' numbers to what the kernel should hold. */
#include "vrf/wiring.h"

#include <string.h>
#include <sys/socket.h>

#include "base/memory.h"
#include "vrf/proxy_config.h"

_Static_assert(CONFIG_MAX_TAGS == NET_MAX_TAGS, "the config can say what net can do");

static const enum net_link_kind link_kinds[CONFIG_INTERFACE_KINDS] = {
	[CONFIG_INTERFACE_VLAN] = NET_LINK_VLAN,
	[CONFIG_INTERFACE_MACVLAN] = NET_LINK_MACVLAN,
	[CONFIG_INTERFACE_DEVICE] = NET_LINK_DEVICE,
	[CONFIG_INTERFACE_LINK] = NET_LINK_VETH,
	[CONFIG_INTERFACE_DUMMY] = NET_LINK_DUMMY,
	[CONFIG_INTERFACE_IPVLAN] = NET_LINK_IPVLAN,
};

static void link_init(struct net_want_link *link, const struct config_interface *interface)
{
	*link = (struct net_want_link){
		.name = interface->name,
		.kind = link_kinds[interface->kind],
		.parent = interface->parent,
		.n_tags = interface->n_tags,
		.outer_8021ad = interface->protocol == CONFIG_VLAN_8021AD,
		.mode = interface->mode,
		.mtu_bytes = interface->mtu_bytes,
		.has_mac = interface->has_mac,
		.peer_netns = interface->peer_netns,
		.peer_name = interface->peer_name,
		.addresses = interface->addresses,
		.n_addresses = interface->n_addresses,
	};
	memcpy(link->tags, interface->tags, sizeof(link->tags));
	memcpy(link->mac, interface->mac, sizeof(link->mac));
}

/* One for each next hop. */
static void route_add(struct net_want_netns *netns, const struct config_route *route)
{
	for (size_t i = 0; i < route->n_vias || (i == 0 && !route->n_vias); i++) {
		struct net_want_route *want = array_append(&netns->routes, &netns->n_routes);

		want->destination = route->destination;
		if (i < route->n_vias)
			want->via = route->vias[i];
		want->dev = route->dev;
		want->metric = route->metric;
	}
}

static void routes_add(struct net_want_netns *netns, const struct config_vrf *vrf)
{
	for (size_t i = 0; i < vrf->n_interfaces; i++) {
		const struct config_interface *interface = &vrf->interfaces[i];

		for (size_t g = 0; g < interface->n_gateways; g++)
			*array_append(&netns->routes, &netns->n_routes) = (struct net_want_route){
				.destination = { .family = interface->gateways[g].family },
				.via = interface->gateways[g],
				.dev = interface->name,
			};
	}
	for (size_t i = 0; i < vrf->n_routes; i++)
		route_add(netns, &vrf->routes[i]);
}

static bool has_route_to(const struct net_want_netns *netns, const struct address *destination)
{
	for (size_t i = 0; i < netns->n_routes; i++)
		if (address_equal(&netns->routes[i].destination, destination))
			return true;
	return false;
}

/* To the server alone, so that it goes before whatever the customer says of the networks around it. */
static void server_routes_add(struct net_want_netns *netns, const struct net_want *want)
{
	const struct net_servers *servers = &want->servers;
	const struct address *prefix = net_servers_family(servers) == AF_INET6
		? &want->uplink_prefix
		: &want->uplink_prefix4;
	struct address root, inside;

	if (!netns->has_uplink || net_uplink_addresses(prefix, netns->id, &root, &inside) < 0)
		return;
	for (size_t i = 0; i < servers->count; i++)
		/* One of the config is a doubt in mode local, and stands. */
		if (!has_route_to(netns, &servers->nodes[i]))
			*array_append(&netns->routes, &netns->n_routes) = (struct net_want_route){
				.destination = servers->nodes[i],
				.via = root,
				.dev = NET_UPLINK_INSIDE,
			};
}

int wiring_server_ends(const struct config_uplink *uplink, uint32_t id, struct address *root,
	struct address *inside)
{
	return net_uplink_addresses(
		config_uplink_has_ipv4(uplink) ? &uplink->prefix4 : &uplink->prefix, id, root,
		inside);
}

static bool any_passive(const struct config *config)
{
	for (size_t i = 0; i < config->n_vrfs; i++)
		if (config->vrfs[i].has_proxy && config->vrfs[i].proxy.mode == CONFIG_PROXY_PASSIVE)
			return true;
	return false;
}

static void passive_add(struct net_want *want, const struct config *config, const uint32_t *ids)
{
	struct address root, inside;

	for (size_t i = 0; i < config->n_vrfs; i++) {
		uint16_t port = config_passive_port(config, &config->vrfs[i], ids[i]);

		if (port && wiring_server_ends(&config->uplink, ids[i], &root, &inside) == 0)
			*array_append(&want->passive, &want->n_passive) =
				(struct net_want_passive){ port, inside };
	}
}

static void begin(struct net_want *want, const struct config *config)
{
	static const enum net_server_place places[] = {
		[CONFIG_UPLINK_LOCAL] = NET_SERVER_HERE,
		[CONFIG_UPLINK_ROUTED] = NET_SERVER_ROUTED,
		[CONFIG_UPLINK_NAT] = NET_SERVER_NAT,
	};

	*want = (struct net_want){
		.owner = config->gateway.run_dir,
		.uplink_prefix = config->uplink.prefix,
		.uplink_mtu_bytes = config->uplink.mtu_bytes,
		.firewall = config->gateway.firewall,
		.server_port = config->zabbix.server_port,
		.servers = config->uplink.servers,
		.server_place = places[config->uplink.mode],
	};
	if (config_uplink_has_ipv4(&config->uplink))
		want->uplink_prefix4 = config->uplink.prefix4;
}

void wiring_begin(struct net_want *want, const struct config *config, const uint32_t *ids)
{
	begin(want, config);
	if (any_passive(config))
		want->proxy_port = PROXY_PORT;
	if (ids)
		passive_add(want, config, ids);
}

void wiring_one(struct net_want *want, const struct config *config, const struct config_vrf *vrf,
	uint32_t id)
{
	begin(want, config);
	want->partial = true;
	wiring_add(want, vrf, id);
}

void wiring_keep_passive(
	struct net_want *want, const struct config *config, const uint32_t *ids, uint32_t id)
{
	const struct config_vrf left = {
		.enabled = true, .has_proxy = true, .proxy = { .mode = CONFIG_PROXY_PASSIVE }
	};
	uint16_t port = config_passive_port(config, &left, id);
	struct address root, inside;

	want->proxy_port = PROXY_PORT;
	for (size_t i = 0; i < config->n_vrfs; i++)
		if (config->vrfs[i].has_uplink && ids[i] == id)
			return;
	if (port && wiring_server_ends(&config->uplink, id, &root, &inside) == 0)
		*array_append(&want->passive, &want->n_passive) =
			(struct net_want_passive){ port, inside };
}

void wiring_add(struct net_want *want, const struct config_vrf *vrf, uint32_t id)
{
	struct net_want_netns *netns = array_append(&want->netns, &want->n_netns);

	netns->name = vrf->name;
	netns->has_uplink = vrf->has_uplink;
	netns->id = id;
	netns->forward = vrf->forward;
	netns->firewall = want->firewall && vrf->firewall;
	for (size_t i = 0; i < vrf->n_interfaces; i++)
		link_init(array_append(&netns->links, &netns->n_links), &vrf->interfaces[i]);
	routes_add(netns, vrf);
	server_routes_add(netns, want);
	for (size_t i = 0; i < vrf->n_sysctls; i++)
		*array_append(&netns->sysctls, &netns->n_sysctls) = (struct net_want_sysctl){
			.key = vrf->sysctls[i].key,
			.value = vrf->sysctls[i].value,
		};
	for (size_t i = 0; i < vrf->n_allows; i++)
		*array_append(&netns->allow, &netns->n_allow) = (struct net_want_port){
			.protocol = vrf->allows[i].protocol,
			.port = vrf->allows[i].port,
		};
}

void wiring_all(struct net_want *want, const struct config *config, const uint32_t *ids)
{
	wiring_begin(want, config, ids);
	for (size_t i = 0; i < config->n_vrfs; i++)
		if (config->vrfs[i].enabled)
			wiring_add(want, &config->vrfs[i], ids[i]);
}
