// SPDX-License-Identifier: GPL-2.0-or-later
/* Requests of rtnetlink, built by libnl-route where it knows the attribute. */
#include "net/message.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netlink/addr.h>
#include <netlink/msg.h>
#include <netlink/route/addr.h>
#include <netlink/route/neighbour.h>
#include <netlink/route/nexthop.h>
#include <netlink/route/route.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "net/have.h"
#include "net/link.h"
#include "net/mark.h"

static void put_address(struct nl_addr **address)
{
	nl_addr_put(*address);
}

#define cleanup_address cleanup(put_address)

void net_message_free(struct nl_msg **message)
{
	nlmsg_free(*message);
}

bool net_message_parse(
	const struct nlmsghdr *header, size_t skip, struct nlattr **attributes, int max)
{
	return nlmsg_parse((struct nlmsghdr *)header, (int)skip, attributes, max, NULL) == 0;
}

/* libnl fails here for want of memory only. */
static void *need(void *p)
{
	if (!p)
		abort();
	return p;
}

static void need_zero(int ret)
{
	if (ret < 0)
		abort();
}

static struct nl_addr *make_address(const struct address *address)
{
	struct nl_addr *made =
		need(nl_addr_build(address->family, address->bytes, address_size(address)));

	nl_addr_set_prefixlen(made, address->prefix_length);
	return made;
}

/* ---- changes of a link ---- */

static struct nl_msg *link_message(int type, int ifindex, const char *name, unsigned int flags)
{
	struct ifinfomsg info = { .ifi_index = ifindex, .ifi_flags = flags, .ifi_change = flags };
	struct nl_msg *message = need(nlmsg_alloc_size(512));

	need(nlmsg_put(message, 0, 0, type, 0, 0));
	need_zero(nlmsg_append(message, &info, sizeof(info), NLMSG_ALIGNTO));
	if (!ifindex && name)
		need_zero(nla_put_string(message, IFLA_IFNAME, name));
	return message;
}

static struct nl_msg *act_message(int type, const struct net_act *act,
	const struct net_message_context *c, unsigned int flags)
{
	return link_message(type, c->ifindex, act->link, flags);
}

static struct nl_msg *build_up(const struct net_act *act, const struct net_message_context *c)
{
	return act_message(RTM_SETLINK, act, c, IFF_UP);
}

static struct nl_msg *build_down(const struct net_act *act, const struct net_message_context *c)
{
	struct nl_msg *message = act_message(RTM_SETLINK, act, c, 0);

	((struct ifinfomsg *)nlmsg_data(nlmsg_hdr(message)))->ifi_change = IFF_UP;
	return message;
}

static struct nl_msg *build_arp(const struct net_act *act, const struct net_message_context *c)
{
	struct nl_msg *message = act_message(RTM_SETLINK, act, c, 0);

	((struct ifinfomsg *)nlmsg_data(nlmsg_hdr(message)))->ifi_change = IFF_NOARP;
	return message;
}

static struct nl_msg *build_release(const struct net_act *act, const struct net_message_context *c)
{
	struct nl_msg *message = act_message(RTM_SETLINK, act, c, 0);

	need_zero(nla_put_u32(message, IFLA_MASTER, 0));
	return message;
}

static struct nl_msg *build_delete(const struct net_act *act, const struct net_message_context *c)
{
	return act_message(RTM_DELLINK, act, c, 0);
}

static struct nl_msg *build_mtu(const struct net_act *act, const struct net_message_context *c)
{
	struct nl_msg *message = act_message(RTM_SETLINK, act, c, 0);

	need_zero(nla_put_u32(message, IFLA_MTU, act->mtu.bytes));
	return message;
}

static struct nl_msg *build_mac(const struct net_act *act, const struct net_message_context *c)
{
	struct nl_msg *message = act_message(RTM_SETLINK, act, c, 0);

	need_zero(nla_put(message, IFLA_ADDRESS, sizeof(act->mac), act->mac));
	return message;
}

static struct nl_msg *build_addr_gen_mode(
	const struct net_act *act, const struct net_message_context *c)
{
	struct nl_msg *message = act_message(RTM_SETLINK, act, c, 0);
	struct nlattr *spec = need(nla_nest_start(message, IFLA_AF_SPEC));
	struct nlattr *inet6 = need(nla_nest_start(message, AF_INET6));

	need_zero(nla_put_u8(message, IFLA_INET6_ADDR_GEN_MODE, (uint8_t)act->number));
	nla_nest_end(message, inet6);
	nla_nest_end(message, spec);
	return message;
}

static struct nl_msg *build_guards(const struct net_act *act, const struct net_message_context *c)
{
	struct nl_msg *message = act_message(RTM_SETLINK, act, c, 0);
	struct nlattr *spec = need(nla_nest_start(message, IFLA_AF_SPEC));
	struct nlattr *inet = need(nla_nest_start(message, AF_INET));
	struct nlattr *conf = need(nla_nest_start(message, IFLA_INET_CONF));

	for (size_t i = 0; i < NET_GUARDS; i++)
		if (act->number & 1U << i)
			need_zero(nla_put_u32(
				message, net_guards[i].devconf, (uint32_t)net_guards[i].value));
	nla_nest_end(message, conf);
	nla_nest_end(message, inet);
	nla_nest_end(message, spec);
	return message;
}

static struct nl_msg *build_rename(const struct net_act *act, const struct net_message_context *c)
{
	struct nl_msg *message = link_message(RTM_SETLINK, c->ifindex, NULL, 0);

	need_zero(nla_put_string(message, IFLA_IFNAME, act->name));
	return message;
}

static struct nl_msg *build_move_in(const struct net_act *act, const struct net_message_context *c)
{
	struct nl_msg *message = link_message(RTM_SETLINK, c->ifindex, NULL, 0);

	need_zero(nla_put_string(message, IFLA_IFNAME, act->link));
	need_zero(nla_put_u32(message, IFLA_NET_NS_FD, (uint32_t)c->netns_fd));
	return message;
}

static struct nl_msg *build_give_back(
	const struct net_act *act, const struct net_message_context *c)
{
	struct nl_msg *message = link_message(RTM_SETLINK, c->ifindex, NULL, 0);

	need_zero(nla_put_string(message, IFLA_IFNAME, act->name));
	need_zero(nla_put_u32(message, IFLA_NET_NS_FD, (uint32_t)c->root_fd));
	return message;
}

/* libnl knows no altnames (IFLA_PROP_LIST). */
static struct nl_msg *build_altname(int type, int ifindex, const char *name, const char *altname)
{
	struct nl_msg *message = link_message(type, ifindex, name, 0);
	struct nlattr *list = need(nla_nest_start(message, IFLA_PROP_LIST | NLA_F_NESTED));

	if (type == RTM_NEWLINKPROP)
		nlmsg_hdr(message)->nlmsg_flags |= NLM_F_CREATE | NLM_F_EXCL | NLM_F_APPEND;
	need_zero(nla_put_string(message, IFLA_ALT_IFNAME, altname));
	nla_nest_end(message, list);
	return message;
}

static struct nl_msg *build_altname_add(
	const struct net_act *act, const struct net_message_context *c)
{
	return build_altname(RTM_NEWLINKPROP, c->ifindex, act->link, act->name);
}

static struct nl_msg *build_altname_delete(
	const struct net_act *act, const struct net_message_context *c)
{
	return build_altname(RTM_DELLINKPROP, c->ifindex, act->link, act->name);
}

struct nl_msg *net_message_build_mark(int ifindex, const char *name, const char *mark)
{
	return build_altname(RTM_NEWLINKPROP, ifindex, name, mark);
}

struct nl_msg *net_message_build_delete_group(void)
{
	struct nl_msg *message = link_message(RTM_DELLINK, 0, NULL, 0);

	need_zero(nla_put_u32(message, IFLA_GROUP, NET_LINK_GROUP));
	return message;
}

/* ---- new links ---- */

void net_message_put_u16(struct nl_msg *message, int attribute, uint16_t value)
{
	need_zero(nla_put_u16(message, attribute, value));
}

void net_message_put_u32(struct nl_msg *message, int attribute, uint32_t value)
{
	need_zero(nla_put_u32(message, attribute, value));
}

void net_message_put_end(struct nl_msg *message, const char *name,
	const struct net_act_create *create, const uint8_t *mac, int netns_fd)
{
	need_zero(nla_put_string(message, IFLA_IFNAME, name));
	need_zero(nla_put_u32(message, IFLA_GROUP, NET_LINK_GROUP));
	/* The kernel would make a queue of a veth for each CPU. */
	if (create->peer_name) {
		net_message_put_u32(message, IFLA_NUM_TX_QUEUES, 1);
		net_message_put_u32(message, IFLA_NUM_RX_QUEUES, 1);
	}
	if (create->mtu_bytes)
		need_zero(nla_put_u32(message, IFLA_MTU, create->mtu_bytes));
	if (mac)
		need_zero(nla_put(message, IFLA_ADDRESS, 6, mac));
	if (netns_fd >= 0)
		need_zero(nla_put_u32(message, IFLA_NET_NS_FD, (uint32_t)netns_fd));
}

struct nlattr *net_message_begin_peer(struct nl_msg *message, int attribute, int ifindex)
{
	const struct ifinfomsg info = { .ifi_index = ifindex };
	struct nlattr *peer = need(nla_nest_start(message, attribute));

	need_zero(nlmsg_append(message, (void *)&info, sizeof(info), NLMSG_ALIGNTO));
	return peer;
}

static struct nl_msg *build_create(const struct net_act *act, const struct net_message_context *c)
{
	const struct net_act_create *create = &act->create;
	const struct net_link_type *type = net_link_type(create->kind);
	struct nl_msg *message = link_message(RTM_NEWLINK, act->ifindex, NULL, 0);
	struct nlattr *info, *data;

	nlmsg_hdr(message)->nlmsg_flags |= NLM_F_CREATE | NLM_F_EXCL;
	net_message_put_end(message, act->link, create, create->has_mac ? create->mac : NULL,
		create->stays ? -1 : c->netns_fd);
	if (c->parent_ifindex)
		net_message_put_u32(message, IFLA_LINK, (uint32_t)c->parent_ifindex);
	info = need(nla_nest_start(message, IFLA_LINKINFO));
	need_zero(nla_put_string(message, IFLA_INFO_KIND, type->word));
	data = need(nla_nest_start(message, IFLA_INFO_DATA));
	if (type->put)
		type->put(message, act, c);
	nla_nest_end(message, data);
	nla_nest_end(message, info);
	return message;
}

/* ---- addresses and neighbours ---- */

static struct rtnl_addr *make_rtnl_addr(const struct net_act_address *a, int ifindex)
{
	cleanup_address struct nl_addr *local = make_address(&a->address);
	struct rtnl_addr *address = need(rtnl_addr_alloc());

	rtnl_addr_set_ifindex(address, ifindex);
	need_zero(rtnl_addr_set_local(address, local));
	if (a->nodad)
		rtnl_addr_set_flags(address, IFA_F_NODAD);
	return address;
}

static struct nl_msg *build_address_add(
	const struct net_act *act, const struct net_message_context *c)
{
	struct rtnl_addr *address = make_rtnl_addr(&act->address, c->ifindex);
	struct nl_msg *message = NULL;

	need_zero(rtnl_addr_build_add_request(address, NLM_F_CREATE | NLM_F_REPLACE, &message));
	rtnl_addr_put(address);
	need_zero(nla_put_u8(message, IFA_PROTO, NET_PROTOCOL));
	return message;
}

static struct nl_msg *build_address_delete(
	const struct net_act *act, const struct net_message_context *c)
{
	struct rtnl_addr *address = make_rtnl_addr(&act->address, c->ifindex);
	struct nl_msg *message = NULL;

	need_zero(rtnl_addr_build_delete_request(address, 0, &message));
	rtnl_addr_put(address);
	return message;
}

static struct nl_msg *build_neighbour(
	const struct net_act *act, const struct net_message_context *c)
{
	cleanup_address struct nl_addr *destination = make_address(&act->neighbour.address);
	cleanup_address struct nl_addr *mac =
		need(nl_addr_build(AF_LLC, act->neighbour.mac, sizeof(act->neighbour.mac)));
	struct rtnl_neigh *neighbour = need(rtnl_neigh_alloc());
	struct nl_msg *message = NULL;

	rtnl_neigh_set_ifindex(neighbour, c->ifindex);
	rtnl_neigh_set_state(neighbour, NUD_PERMANENT);
	need_zero(rtnl_neigh_set_dst(neighbour, destination));
	rtnl_neigh_set_lladdr(neighbour, mac);
	need_zero(rtnl_neigh_build_add_request(neighbour, NLM_F_CREATE | NLM_F_REPLACE, &message));
	rtnl_neigh_put(neighbour);
	return message;
}

/* ---- routes ---- */

static void add_hop(struct rtnl_route *route, int ifindex, const struct address *via, bool onlink)
{
	struct rtnl_nexthop *hop = need(rtnl_route_nh_alloc());

	if (ifindex)
		rtnl_route_nh_set_ifindex(hop, ifindex);
	if (via->family != AF_UNSPEC) {
		cleanup_address struct nl_addr *address = make_address(via);

		rtnl_route_nh_set_gateway(hop, address);
	}
	if (onlink)
		rtnl_route_nh_set_flags(hop, RTNH_F_ONLINK);
	rtnl_route_add_nexthop(route, hop);
}

/* Where no next hop is beyond the link. */
static bool is_on_link(const struct net_act_route *r)
{
	bool on_link = r->destination.family == AF_INET && r->via.family == AF_UNSPEC;

	for (size_t i = 0; i < r->n_others; i++)
		on_link = on_link && r->others[i].via.family == AF_UNSPEC;
	return on_link;
}

static struct rtnl_route *make_route(
	const struct net_act_route *r, const struct net_message_context *c)
{
	cleanup_address struct nl_addr *destination = make_address(&r->destination);
	struct rtnl_route *route = need(rtnl_route_alloc());

	rtnl_route_set_family(route, r->destination.family);
	need_zero(rtnl_route_set_dst(route, destination));
	rtnl_route_set_table(route, RT_TABLE_MAIN);
	rtnl_route_set_type(route, RTN_UNICAST);
	rtnl_route_set_protocol(route, r->prefix ? RTPROT_KERNEL : NET_PROTOCOL);
	rtnl_route_set_scope(route, is_on_link(r) ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE);
	if (r->metric)
		rtnl_route_set_priority(route, r->metric);
	if (r->source.family != AF_UNSPEC) {
		cleanup_address struct nl_addr *source = make_address(&r->source);

		need_zero(rtnl_route_set_pref_src(route, source));
	}
	add_hop(route, c->ifindex, &r->via, r->onlink);
	for (size_t i = 0; i < r->n_others; i++)
		add_hop(route, c->hops[i], &r->others[i].via, r->others[i].onlink);
	return route;
}

static struct nl_msg *build_route_add(
	const struct net_act *act, const struct net_message_context *c)
{
	struct rtnl_route *route = make_route(&act->route, c);
	struct nl_msg *message = NULL;

	need_zero(rtnl_route_build_add_request(route, NLM_F_CREATE | NLM_F_EXCL, &message));
	rtnl_route_put(route);
	if (act->route.onlink && !act->route.n_others)
		((struct rtmsg *)nlmsg_data(nlmsg_hdr(message)))->rtm_flags |= RTNH_F_ONLINK;
	return message;
}

static struct nl_msg *build_route_delete(
	const struct net_act *act, const struct net_message_context *c)
{
	struct rtnl_route *route = make_route(&act->route, c);
	struct nl_msg *message = NULL;

	need_zero(rtnl_route_build_del_request(route, 0, &message));
	rtnl_route_put(route);
	return message;
}

typedef struct nl_msg *(*build_fn)(const struct net_act *, const struct net_message_context *);

static const struct {
	build_fn build;
	bool needs_ifindex;
} builders[NET_ACT_KINDS] = {
	[NET_ACT_LINK_CREATE] = { build_create, false },
	[NET_ACT_LINK_DELETE] = { build_delete, false },
	[NET_ACT_LINK_MOVE_IN] = { build_move_in, false },
	[NET_ACT_LINK_GIVE_BACK] = { build_give_back, true },
	[NET_ACT_LINK_RENAME] = { build_rename, true },
	[NET_ACT_LINK_SET_UP] = { build_up, false },
	[NET_ACT_LINK_SET_DOWN] = { build_down, false },
	[NET_ACT_LINK_SET_ARP] = { build_arp, false },
	[NET_ACT_LINK_RELEASE] = { build_release, false },
	[NET_ACT_LINK_SET_MTU] = { build_mtu, false },
	[NET_ACT_LINK_SET_MAC] = { build_mac, false },
	[NET_ACT_LINK_SET_ADDR_GEN_MODE] = { build_addr_gen_mode, false },
	[NET_ACT_LINK_SET_GUARDS] = { build_guards, false },
	[NET_ACT_ALTNAME_ADD] = { build_altname_add, false },
	[NET_ACT_ALTNAME_DELETE] = { build_altname_delete, false },
	[NET_ACT_ADDRESS_ADD] = { build_address_add, true },
	[NET_ACT_ADDRESS_DELETE] = { build_address_delete, true },
	[NET_ACT_NEIGHBOUR_SET] = { build_neighbour, true },
	[NET_ACT_ROUTE_ADD] = { build_route_add, true },
	[NET_ACT_ROUTE_DELETE] = { build_route_delete, true },
};

bool net_message_needs_ifindex(const struct net_act *act)
{
	return act->link[0] && builders[act->kind].needs_ifindex;
}

struct nl_msg *net_message_build(
	const struct net_act *act, const struct net_message_context *context)
{
	build_fn build = builders[act->kind].build;

	return build ? build(act, context) : NULL;
}
