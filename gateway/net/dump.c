// SPDX-License-Identifier: GPL-2.0-or-later
/* rtnetlink dumps parsed into the have. */
#include "net/dump.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/neighbour.h>
#include <linux/netconf.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "net/link.h"
#include "net/message.h"

#define MAC_SIZE 6

static void copy_mac(uint8_t mac[MAC_SIZE], struct nlattr *attribute)
{
	if (attribute && nla_len(attribute) == MAC_SIZE)
		memcpy(mac, nla_data(attribute), MAC_SIZE);
}

static void copy_address(
	struct address *address, uint8_t family, uint8_t prefix_length, struct nlattr *attribute)
{
	address->family = family;
	address->prefix_length = prefix_length;
	if (attribute && (size_t)nla_len(attribute) == address_size(address))
		memcpy(address->bytes, nla_data(attribute), address_size(address));
}

/* ---- links ---- */

/* Its mark, and where they are asked for the names that are none. */
static void link_read_names(
	struct net_have_link *link, struct net_have_netns *netns, struct nlattr *list)
{
	struct nlattr *property;
	int rest;

	nla_for_each_nested(property, list, rest)
	{
		const char *name = nla_data(property);

		if (nla_type(property) != IFLA_ALT_IFNAME)
			continue;
		if (strncmp(name, NET_MARK_PREFIX, strlen(NET_MARK_PREFIX)) != 0) {
			if (netns)
				net_have_add_altname(netns, link->ifindex, name);
		} else if (!link->mark[0]) {
			nla_strlcpy(link->mark, property, sizeof(link->mark));
		}
	}
}

static void link_read_bridge(struct net_have_link *link, struct nlattr *data)
{
	struct nlattr *bridge[IFLA_BR_MAX + 1];

	if (nla_parse_nested(bridge, IFLA_BR_MAX, data, NULL) == 0 &&
		bridge[IFLA_BR_VLAN_FILTERING])
		link->filters_vlans = nla_get_u8(bridge[IFLA_BR_VLAN_FILTERING]);
}

static void link_read_kind(struct net_have_link *link, struct nlattr *attribute)
{
	struct nlattr *info[IFLA_INFO_MAX + 1];
	const struct net_link_type *type;

	if (nla_parse_nested(info, IFLA_INFO_MAX, attribute, NULL) < 0)
		return;
	if (info[IFLA_INFO_SLAVE_KIND])
		nla_strlcpy(link->port_kind, info[IFLA_INFO_SLAVE_KIND], sizeof(link->port_kind));
	if (!info[IFLA_INFO_KIND])
		return;
	nla_strlcpy(link->kind, info[IFLA_INFO_KIND], sizeof(link->kind));
	type = strcmp(link->kind, "macvtap") == 0 ? &net_link_macvlan
						  : net_link_type_find(link->kind);
	if (!info[IFLA_INFO_DATA])
		return;
	if (type && type->read)
		type->read(link, info[IFLA_INFO_DATA]);
	else if (strcmp(link->kind, "bridge") == 0)
		link_read_bridge(link, info[IFLA_INFO_DATA]);
}

/* The n-th value of an array of devconf values (n from 0); -1 where it is too short. */
static int devconf_value(struct nlattr *array, size_t n)
{
	int32_t value;

	if (!array || (size_t)nla_len(array) < (n + 1) * sizeof(value))
		return -1;
	memcpy(&value, (char *)nla_data(array) + n * sizeof(value), sizeof(value));
	return value;
}

static void link_read_ipv4(struct net_have_link *link, struct nlattr *conf)
{
	link->forwarding4 = devconf_value(conf, IPV4_DEVCONF_FORWARDING - 1);
	for (size_t i = 0; i < NET_GUARDS; i++)
		link->guards[i] = devconf_value(conf, (size_t)net_guards[i].devconf - 1);
}

static void link_read_protocols(struct net_have_link *link, struct nlattr *attribute)
{
	struct nlattr *families[AF_MAX + 1], *v4[IFLA_INET_MAX + 1], *v6[IFLA_INET6_MAX + 1];

	if (nla_parse_nested(families, AF_MAX, attribute, NULL) < 0)
		return;
	if (families[AF_INET] && nla_parse_nested(v4, IFLA_INET_MAX, families[AF_INET], NULL) == 0)
		link_read_ipv4(link, v4[IFLA_INET_CONF]);
	if (!families[AF_INET6] ||
		nla_parse_nested(v6, IFLA_INET6_MAX, families[AF_INET6], NULL) < 0)
		return;
	if (v6[IFLA_INET6_ADDR_GEN_MODE])
		link->addr_gen_mode = nla_get_u8(v6[IFLA_INET6_ADDR_GEN_MODE]);
	link->accept_ra = devconf_value(v6[IFLA_INET6_CONF], DEVCONF_ACCEPT_RA);
	link->accept_redirects6 = devconf_value(v6[IFLA_INET6_CONF], DEVCONF_ACCEPT_REDIRECTS);
	link->disable_ipv6 = devconf_value(v6[IFLA_INET6_CONF], DEVCONF_DISABLE_IPV6);
	link->forwarding6 = devconf_value(v6[IFLA_INET6_CONF], DEVCONF_FORWARDING);
}

static void link_read_statistics(struct net_have_link *link, struct nlattr *attribute)
{
	struct rtnl_link_stats64 s = { 0 };
	size_t size = (size_t)nla_len(attribute);

	memcpy(&s, nla_data(attribute), size < sizeof(s) ? size : sizeof(s));
	link->rx_bytes = s.rx_bytes;
	link->tx_bytes = s.tx_bytes;
	link->rx_errors = s.rx_errors;
	link->tx_errors = s.tx_errors;
}

/* netns: where its alternative names go; NULL: they are of no interest. */
static void link_read(
	struct net_have_link *link, struct net_have_netns *netns, const struct nlmsghdr *header)
{
	const struct ifinfomsg *info = nlmsg_data(header);
	struct nlattr *a[IFLA_MAX + 1];

	if (!net_message_parse(header, sizeof(*info), a, IFLA_MAX))
		return;
	link->ifindex = info->ifi_index;
	link->flags = info->ifi_flags;
	link->ethernet = info->ifi_type == ARPHRD_ETHER;
	link->addr_gen_mode = link->accept_ra = link->forwarding6 = link->forwarding4 = -1;
	link->accept_redirects6 = link->disable_ipv6 = -1;
	if (a[IFLA_IFNAME])
		nla_strlcpy(link->name, a[IFLA_IFNAME], sizeof(link->name));
	if (a[IFLA_MTU])
		link->mtu_bytes = nla_get_u32(a[IFLA_MTU]);
	if (a[IFLA_GROUP])
		link->group = nla_get_u32(a[IFLA_GROUP]);
	copy_mac(link->mac, a[IFLA_ADDRESS]);
	if (a[IFLA_MASTER])
		link->master = nla_get_s32(a[IFLA_MASTER]);
	if (a[IFLA_LINK]) {
		link->lower = nla_get_s32(a[IFLA_LINK]);
		link->lower_here = !a[IFLA_LINK_NETNSID];
	}
	if (a[IFLA_LINKINFO])
		link_read_kind(link, a[IFLA_LINKINFO]);
	if (a[IFLA_AF_SPEC])
		link_read_protocols(link, a[IFLA_AF_SPEC]);
	if (a[IFLA_PROP_LIST])
		link_read_names(link, netns, a[IFLA_PROP_LIST]);
	if (a[IFLA_STATS64])
		link_read_statistics(link, a[IFLA_STATS64]);
}

static void link_append(const struct nlmsghdr *header, void *data)
{
	struct net_have_netns *netns = data;

	if (header->nlmsg_type == RTM_NEWLINK)
		link_read(array_append(&netns->links, &netns->n_links), netns, header);
}

const struct net_have_link *net_dump_event_link(
	const struct nlmsghdr *header, struct net_have_netns *netns)
{
	struct net_have_link *link = array_append(&netns->links, &netns->n_links);

	link_read(link, netns, header);
	return link;
}

static struct nl_msg *link_request(int ifindex, uint32_t ext_mask)
{
	struct ifinfomsg info = { .ifi_index = ifindex };
	struct nl_msg *message = nlmsg_alloc_simple(RTM_GETLINK, 0);

	if (!message)
		abort();
	nlmsg_append(message, &info, sizeof(info), NLMSG_ALIGNTO);
	nla_put_u32(message, IFLA_EXT_MASK, ext_mask);
	return message;
}

int net_dump_links(struct net_channel *channel, bool statistics, struct net_have_netns *netns,
	struct error *err)
{
	cleanup_message struct nl_msg *request =
		link_request(0, statistics ? 0 : RTEXT_FILTER_SKIP_STATS);

	return net_channel_dump(channel, request, link_append, netns, err);
}

static void link_store(const struct nlmsghdr *header, void *data)
{
	if (header->nlmsg_type == RTM_NEWLINK)
		link_read(data, NULL, header);
}

int net_dump_link(struct net_channel *channel, const char *name, int ifindex,
	struct net_have_link *link, struct error *err)
{
	cleanup_message struct nl_msg *request = link_request(ifindex, RTEXT_FILTER_SKIP_STATS);

	memset(link, 0, sizeof(*link));
	if (name)
		nla_put_string(request,
			strlen(name) < NET_IFNAME_SIZE ? IFLA_IFNAME : IFLA_ALT_IFNAME, name);
	return net_channel_get(channel, request, link_store, link, err);
}

static void marks_append(const struct nlmsghdr *header, void *data)
{
	struct nlattr *a[IFLA_MAX + 1], *property;
	struct strings *marks = data;
	int rest;

	if (header->nlmsg_type != RTM_NEWLINK ||
		!net_message_parse(header, sizeof(struct ifinfomsg), a, IFLA_MAX) ||
		!a[IFLA_PROP_LIST])
		return;
	nla_for_each_nested(property, a[IFLA_PROP_LIST], rest)
	{
		if (nla_type(property) == IFLA_ALT_IFNAME &&
			strncmp(nla_data(property), NET_MARK_PREFIX, strlen(NET_MARK_PREFIX)) == 0)
			strings_add(marks, nla_data(property));
	}
}

int net_dump_marks(
	struct net_channel *channel, int ifindex, struct strings *marks, struct error *err)
{
	cleanup_message struct nl_msg *request = link_request(ifindex, RTEXT_FILTER_SKIP_STATS);

	return net_channel_get(channel, request, marks_append, marks, err);
}

/* ---- addresses ---- */

static enum net_address_standing standing_of(unsigned int flags)
{
	if (flags & IFA_F_DADFAILED)
		return NET_ADDRESS_DUPLICATE;
	/* An optimistic one can be used meanwhile. */
	return (flags & (IFA_F_TENTATIVE | IFA_F_OPTIMISTIC)) == IFA_F_TENTATIVE
		? NET_ADDRESS_TENTATIVE
		: NET_ADDRESS_USABLE;
}

static void address_append(const struct nlmsghdr *header, void *data)
{
	struct net_have_netns *netns = data;
	const struct ifaddrmsg *info = nlmsg_data(header);
	struct nlattr *a[IFA_MAX + 1];
	struct net_have_address *address;

	if (header->nlmsg_type != RTM_NEWADDR ||
		!net_message_parse(header, sizeof(*info), a, IFA_MAX))
		return;
	address = array_append(&netns->addresses, &netns->n_addresses);
	address->ifindex = (int)info->ifa_index;
	address->secondary = info->ifa_family == AF_INET && (info->ifa_flags & IFA_F_SECONDARY);
	address->passing = !(info->ifa_flags & IFA_F_PERMANENT);
	address->standing = standing_of(info->ifa_flags);
	address->link_local = info->ifa_scope == RT_SCOPE_LINK;
	copy_address(&address->address, info->ifa_family, info->ifa_prefixlen,
		a[IFA_LOCAL] ? a[IFA_LOCAL] : a[IFA_ADDRESS]);
	if (a[IFA_PROTO])
		address->protocol = nla_get_u8(a[IFA_PROTO]);
}

static int dump(struct net_channel *channel, int type, const void *info, size_t size,
	net_channel_fn fn, struct net_have_netns *netns, struct error *err)
{
	cleanup_message struct nl_msg *request = nlmsg_alloc_simple(type, 0);

	if (!request)
		abort();
	nlmsg_append(request, (void *)info, size, NLMSG_ALIGNTO);
	return net_channel_dump(channel, request, fn, netns, err);
}

int net_dump_addresses(struct net_channel *channel, struct net_have_netns *netns, struct error *err)
{
	struct ifaddrmsg info = { .ifa_family = AF_UNSPEC };

	return dump(channel, RTM_GETADDR, &info, sizeof(info), address_append, netns, err);
}

int net_dump_link_addresses(
	struct net_channel *channel, int ifindex, struct net_have_netns *netns, struct error *err)
{
	struct ifaddrmsg info = { .ifa_family = AF_UNSPEC, .ifa_index = (uint32_t)ifindex };

	return dump(channel, RTM_GETADDR, &info, sizeof(info), address_append, netns, err);
}

/* ---- routes ---- */

static void hop_read(struct net_have_hop *hop, uint8_t family, int ifindex, struct nlattr *gateway)
{
	hop->ifindex = ifindex;
	if (gateway)
		copy_address(&hop->via, family, family == AF_INET ? 32 : 128, gateway);
}

/* The kernel tells all next hops of a destination and metric as one route, in IPv6, too. */
static void route_read_hops(struct net_have_route *route, uint8_t family, struct nlattr *attribute)
{
	struct rtnexthop *next = nla_data(attribute);
	int rest = nla_len(attribute);
	bool first = true;

	for (; RTNH_OK(next, rest); rest -= RTNH_ALIGN(next->rtnh_len), next = RTNH_NEXT(next)) {
		struct nlattr *a[RTA_MAX + 1];
		struct net_have_hop hop = { 0 };

		if (nla_parse(a, RTA_MAX, (void *)RTNH_DATA(next),
			    next->rtnh_len - (int)sizeof(*next), NULL) < 0)
			return;
		hop_read(&hop, family, next->rtnh_ifindex, a[RTA_GATEWAY]);
		if (!first)
			*array_append(&route->others, &route->n_others) = hop;
		route->ifindex = first ? hop.ifindex : route->ifindex;
		route->via = first ? hop.via : route->via;
		first = false;
	}
}

static bool type_discards(uint8_t type)
{
	return type == RTN_BLACKHOLE || type == RTN_UNREACHABLE || type == RTN_PROHIBIT;
}

static void discard_read(struct net_have_netns *netns, const struct rtmsg *info, struct nlattr **a)
{
	struct net_have_discard *discard = array_append(&netns->discards, &netns->n_discards);

	discard->type = info->rtm_type;
	discard->protocol = info->rtm_protocol;
	discard->table = a[RTA_TABLE] ? nla_get_u32(a[RTA_TABLE]) : info->rtm_table;
	copy_address(&discard->destination, info->rtm_family, info->rtm_dst_len, a[RTA_DST]);
	if (a[RTA_PRIORITY])
		discard->metric = nla_get_u32(a[RTA_PRIORITY]);
	if (a[RTA_NH_ID])
		discard->nexthop = nla_get_u32(a[RTA_NH_ID]);
}

static void discard_append(const struct nlmsghdr *header, void *data)
{
	const struct rtmsg *info = nlmsg_data(header);
	struct nlattr *a[RTA_MAX + 1];

	if (header->nlmsg_type == RTM_NEWROUTE &&
		net_message_parse(header, sizeof(*info), a, RTA_MAX) &&
		type_discards(info->rtm_type))
		discard_read(data, info, a);
}

int net_dump_discards(struct net_channel *channel, int family, uint8_t type,
	struct net_have_netns *netns, struct error *err)
{
	struct rtmsg info = { .rtm_family = (uint8_t)family, .rtm_type = type };

	return dump(channel, RTM_GETROUTE, &info, sizeof(info), discard_append, netns, err);
}

static void route_append(const struct nlmsghdr *header, void *data)
{
	struct net_have_netns *netns = data;
	const struct rtmsg *info = nlmsg_data(header);
	struct nlattr *a[RTA_MAX + 1];
	struct net_have_route *route;

	if (header->nlmsg_type != RTM_NEWROUTE || info->rtm_table != RT_TABLE_MAIN ||
		(info->rtm_flags & RTM_F_CLONED) ||
		!net_message_parse(header, sizeof(*info), a, RTA_MAX))
		return;
	if (type_discards(info->rtm_type))
		discard_read(netns, info, a);
	if (info->rtm_type != RTN_UNICAST)
		return;
	route = array_append(&netns->routes, &netns->n_routes);
	route->protocol = info->rtm_protocol;
	copy_address(&route->destination, info->rtm_family, info->rtm_dst_len, a[RTA_DST]);
	if (a[RTA_GATEWAY])
		copy_address(&route->via, info->rtm_family, info->rtm_family == AF_INET ? 32 : 128,
			a[RTA_GATEWAY]);
	if (a[RTA_OIF])
		route->ifindex = nla_get_s32(a[RTA_OIF]);
	if (a[RTA_MULTIPATH])
		route_read_hops(route, info->rtm_family, a[RTA_MULTIPATH]);
	if (a[RTA_PRIORITY])
		route->metric = nla_get_u32(a[RTA_PRIORITY]);
}

int net_dump_routes(struct net_channel *channel, struct net_have_netns *netns, struct error *err)
{
	struct rtmsg info = { .rtm_family = AF_UNSPEC };

	return dump(channel, RTM_GETROUTE, &info, sizeof(info), route_append, netns, err);
}

static void way_store(const struct nlmsghdr *header, void *data)
{
	struct nlattr *a[RTA_MAX + 1];

	if (header->nlmsg_type == RTM_NEWROUTE &&
		net_message_parse(header, sizeof(struct rtmsg), a, RTA_MAX) && a[RTA_OIF])
		*(int *)data = nla_get_s32(a[RTA_OIF]);
}

int net_dump_way(
	struct net_channel *channel, const struct address *to, int *ifindex, struct error *err)
{
	struct rtmsg info = { .rtm_family = to->family,
		.rtm_dst_len = (uint8_t)(address_size(to) * 8) };
	cleanup_message struct nl_msg *request = nlmsg_alloc_simple(RTM_GETROUTE, 0);
	int ret;

	if (!request)
		abort();
	*ifindex = 0;
	nlmsg_append(request, &info, sizeof(info), NLMSG_ALIGNTO);
	nla_put(request, RTA_DST, (int)address_size(to), to->bytes);
	ret = net_channel_get(channel, request, way_store, ifindex, err);
	/* No route, or one that says so. */
	if (ret == -ENETUNREACH || ret == -EHOSTUNREACH || ret == -EINVAL || ret == -EACCES) {
		error_clear(err);
		ret = 0;
	}
	return ret;
}

/* ---- rules ---- */

static void rule_append(const struct nlmsghdr *header, void *data)
{
	static const int more[] = { FRA_FWMARK, FRA_FWMASK, FRA_UID_RANGE, FRA_IP_PROTO,
		FRA_SPORT_RANGE, FRA_DPORT_RANGE, FRA_TUN_ID, FRA_FLOW, FRA_L3MDEV };
	struct net_have_netns *netns = data;
	const struct fib_rule_hdr *info = nlmsg_data(header);
	struct nlattr *a[FRA_MAX + 1];
	struct net_have_rule *rule;

	/* Those of multicast routing are told as families of their own. */
	if (header->nlmsg_type != RTM_NEWRULE ||
		!net_message_parse(header, sizeof(*info), a, FRA_MAX) ||
		(info->family != AF_INET && info->family != AF_INET6))
		return;
	rule = array_append(&netns->rules, &netns->n_rules);
	rule->family = info->family;
	rule->action = info->action;
	rule->inverted = info->flags & FIB_RULE_INVERT;
	rule->table = a[FRA_TABLE] ? nla_get_u32(a[FRA_TABLE]) : info->table;
	rule->priority = a[FRA_PRIORITY] ? nla_get_u32(a[FRA_PRIORITY]) : 0;
	rule->protocol = a[FRA_PROTOCOL] ? nla_get_u8(a[FRA_PROTOCOL]) : RTPROT_UNSPEC;
	rule->selects_more = info->tos;
	if (a[FRA_SRC])
		copy_address(&rule->from, info->family, info->src_len, a[FRA_SRC]);
	if (a[FRA_DST])
		copy_address(&rule->to, info->family, info->dst_len, a[FRA_DST]);
	if (a[FRA_IIFNAME])
		nla_strlcpy(rule->iif, a[FRA_IIFNAME], sizeof(rule->iif));
	if (a[FRA_OIFNAME])
		nla_strlcpy(rule->oif, a[FRA_OIFNAME], sizeof(rule->oif));
	for (size_t i = 0; i < sizeof(more) / sizeof(*more); i++)
		rule->selects_more = rule->selects_more || a[more[i]];
}

int net_dump_rules(struct net_channel *channel, struct net_have_netns *netns, struct error *err)
{
	struct fib_rule_hdr info = { .family = AF_UNSPEC };
	int ret = dump(channel, RTM_GETRULE, &info, sizeof(info), rule_append, netns, err);

	if (ret != -EOPNOTSUPP)
		return ret;
	error_clear(err);
	return 0;
}

/* ---- neighbours ---- */

static void neighbour_append(const struct nlmsghdr *header, void *data)
{
	struct net_have_netns *netns = data;
	const struct ndmsg *info = nlmsg_data(header);
	struct nlattr *a[NDA_MAX + 1];
	struct net_have_neighbour *neighbour;

	if (header->nlmsg_type != RTM_NEWNEIGH || !(info->ndm_state & NUD_PERMANENT) ||
		!net_message_parse(header, sizeof(*info), a, NDA_MAX) || !a[NDA_DST])
		return;
	neighbour = array_append(&netns->neighbours, &netns->n_neighbours);
	neighbour->ifindex = info->ndm_ifindex;
	copy_address(&neighbour->address, info->ndm_family, info->ndm_family == AF_INET ? 32 : 128,
		a[NDA_DST]);
	copy_mac(neighbour->mac, a[NDA_LLADDR]);
}

int net_dump_neighbours(
	struct net_channel *channel, struct net_have_netns *netns, struct error *err)
{
	struct ndmsg info = { .ndm_family = AF_UNSPEC };

	return dump(channel, RTM_GETNEIGH, &info, sizeof(info), neighbour_append, netns, err);
}

int net_dump_neighbour(struct net_channel *channel, int ifindex, const struct address *address,
	struct net_have_netns *netns, struct error *err)
{
	struct ndmsg info = { .ndm_family = address->family, .ndm_ifindex = ifindex };
	cleanup_message struct nl_msg *request = nlmsg_alloc_simple(RTM_GETNEIGH, 0);
	int ret;

	if (!request)
		abort();
	nlmsg_append(request, &info, sizeof(info), NLMSG_ALIGNTO);
	nla_put(request, NDA_DST, (int)address_size(address), address->bytes);
	ret = net_channel_get(channel, request, neighbour_append, netns, err);
	/* ENODEV: the link has gone since it was read, and its neighbours with it. */
	if (ret == -ENOENT || ret == -ENODEV) {
		error_clear(err);
		ret = 0;
	}
	return ret;
}

/* ---- forwarding ---- */

static void netconf_store(const struct nlmsghdr *header, void *data)
{
	struct nlattr *a[NETCONFA_MAX + 1];

	if (header->nlmsg_type == RTM_NEWNETCONF &&
		net_message_parse(header, sizeof(struct netconfmsg), a, NETCONFA_MAX) &&
		a[NETCONFA_FORWARDING] && nla_get_s32(a[NETCONFA_FORWARDING]) != 0)
		*(bool *)data = true;
}

static int dump_netconf(
	struct net_channel *channel, int family, int32_t place, bool *forwarding, struct error *err)
{
	struct netconfmsg info = { .ncm_family = (uint8_t)family };
	cleanup_message struct nl_msg *request = nlmsg_alloc_simple(RTM_GETNETCONF, 0);

	if (!request)
		abort();
	nlmsg_append(request, &info, sizeof(info), NLMSG_ALIGNTO);
	nla_put_s32(request, NETCONFA_IFINDEX, place);
	return net_channel_get(channel, request, netconf_store, forwarding, err);
}

int net_dump_forwarding_now(
	struct net_channel *channel, int family, bool *forwarding, struct error *err)
{
	*forwarding = false;
	return dump_netconf(channel, family, NETCONFA_IFINDEX_ALL, forwarding, err);
}

int net_dump_forwarding_default(
	struct net_channel *channel, int family, bool *forwarding, struct error *err)
{
	*forwarding = false;
	return dump_netconf(channel, family, NETCONFA_IFINDEX_DEFAULT, forwarding, err);
}

int net_dump_forwarding(
	struct net_channel *channel, int family, bool *forwarding, struct error *err)
{
	int ret = net_dump_forwarding_now(channel, family, forwarding, err);

	return ret < 0 ? ret
		       : dump_netconf(channel, family, NETCONFA_IFINDEX_DEFAULT, forwarding, err);
}
