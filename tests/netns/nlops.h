// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Operations by netlink: changes by rtnetlink, without the fork that each ip(8) costs and without
 * the code under test. A namespace "" is the root one. Each returns 0, or a negative NLE_* where the
 * kernel refused.
 */
#pragma once

#include <fcntl.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>

#include "world.h"

static inline void nlops_free_socket(struct nl_sock **socket)
{
	nl_socket_free(*socket);
}
#define cleanup_nl_sock cleanup(nlops_free_socket)

/* A netlink socket of a namespace; NULL where there is no such namespace. */
static inline struct nl_sock *nlops_socket(const char *netns)
{
	cleanup_fd int fd = *netns ? netns_open(netns, NULL) : -1;
	cleanup(netns_leave) int back = -1;
	struct nl_sock *nl;

	if (*netns && (fd < 0 || netns_enter(fd, &back, NULL) < 0))
		return NULL;
	nl = nl_socket_alloc();
	assert_non_null(nl);
	assert_int_equal(nl_connect(nl, NETLINK_ROUTE), 0);
	return nl;
}

/* 0: no such link. */
static inline int nlops_ifindex(const char *netns, const char *name)
{
	cleanup_fd int fd = *netns ? netns_open(netns, NULL) : -1;
	cleanup(netns_leave) int back = -1;

	if (*netns && (fd < 0 || netns_enter(fd, &back, NULL) < 0))
		return 0;
	return (int)if_nametoindex(name);
}

/* Of a deletion the same bits would ask for many at once (NLM_F_BULK). */
static inline int nlops_flags(int type)
{
	bool add = type == RTM_NEWADDR || type == RTM_NEWROUTE || type == RTM_NEWNEIGH ||
		type == RTM_NEWLINKPROP;

	return add ? NLM_F_CREATE | NLM_F_EXCL : 0;
}

static inline int nlops_send(const char *netns, struct nl_msg *message)
{
	cleanup_nl_sock struct nl_sock *nl = nlops_socket(netns);

	if (!nl) {
		nlmsg_free(message);
		return -NLE_OBJ_NOTFOUND;
	}
	return nl_send_sync(nl, message);
}

/* ---- links ---- */

static inline struct nl_msg *nlops_link(int type, int flags, int ifindex, bool up, bool change)
{
	struct ifinfomsg info = {
		.ifi_index = ifindex,
		.ifi_flags = up ? IFF_UP : 0,
		.ifi_change = change ? IFF_UP : 0,
	};
	struct nl_msg *message = nlmsg_alloc_simple(type, flags);

	assert_non_null(message);
	assert_int_equal(nlmsg_append(message, &info, sizeof(info), NLMSG_ALIGNTO), 0);
	return message;
}

static inline int nlops_set_up(const char *netns, const char *name, bool up)
{
	return nlops_send(netns, nlops_link(RTM_SETLINK, 0, nlops_ifindex(netns, name), up, true));
}

static inline int nlops_delete_link(const char *netns, const char *name)
{
	int ifindex = nlops_ifindex(netns, name);

	return ifindex ? nlops_send(netns, nlops_link(RTM_DELLINK, 0, ifindex, false, false))
		       : -NLE_OBJ_NOTFOUND;
}

static inline int nlops_set_number(
	const char *netns, const char *name, int attribute, uint32_t number)
{
	struct nl_msg *message =
		nlops_link(RTM_SETLINK, 0, nlops_ifindex(netns, name), false, false);

	nla_put_u32(message, attribute, number);
	return nlops_send(netns, message);
}

/* Set down first, as kernels before 6.2 want it. */
static inline int nlops_rename(const char *netns, const char *name, const char *other)
{
	int ifindex = nlops_ifindex(netns, name);
	struct nl_msg *message = nlops_link(RTM_SETLINK, 0, ifindex, false, false);

	nla_put_string(message, IFLA_IFNAME, other);
	if (nlops_set_up(netns, name, false) != 0) {
		nlmsg_free(message);
		return -NLE_OBJ_NOTFOUND;
	}
	return nlops_send(netns, message);
}

/* Into the root namespace, as when its own dies. */
static inline int nlops_move_out(const char *netns, const char *name)
{
	struct nl_msg *message =
		nlops_link(RTM_SETLINK, 0, nlops_ifindex(netns, name), false, false);
	cleanup_fd int root = netns_open_own(NULL);

	nla_put_u32(message, IFLA_NET_NS_FD, (uint32_t)root);
	return nlops_send(netns, message);
}

/* RTM_NEWLINKPROP or RTM_DELLINKPROP. */
static inline int nlops_altname(const char *netns, int type, const char *name, const char *altname)
{
	struct nl_msg *message =
		nlops_link(type, nlops_flags(type), nlops_ifindex(netns, name), false, false);
	struct nlattr *list = nla_nest_start(message, IFLA_PROP_LIST | NLA_F_NESTED);

	nla_put_string(message, IFLA_ALT_IFNAME, altname);
	nla_nest_end(message, list);
	return nlops_send(netns, message);
}

/* Both ends in that namespace, the first one up. */
static inline int nlops_add_veth(const char *netns, const char *name, const char *peer)
{
	struct nl_msg *message = nlops_link(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0, true, true);
	struct ifinfomsg peer_info = { 0 };
	struct nlattr *info, *data, *end;

	nla_put_string(message, IFLA_IFNAME, name);
	info = nla_nest_start(message, IFLA_LINKINFO);
	nla_put_string(message, IFLA_INFO_KIND, "veth");
	data = nla_nest_start(message, IFLA_INFO_DATA);
	end = nla_nest_start(message, VETH_INFO_PEER);
	nlmsg_append(message, &peer_info, sizeof(peer_info), NLMSG_ALIGNTO);
	nla_put_string(message, IFLA_IFNAME, peer);
	nla_nest_end(message, end);
	nla_nest_end(message, data);
	nla_nest_end(message, info);
	return nlops_send(netns, message);
}

static inline int nlops_add_macvlan(const char *netns, const char *name, const char *parent)
{
	struct nl_msg *message = nlops_link(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0, true, true);
	struct nlattr *info;

	nla_put_string(message, IFLA_IFNAME, name);
	nla_put_u32(message, IFLA_LINK, (uint32_t)nlops_ifindex(netns, parent));
	info = nla_nest_start(message, IFLA_LINKINFO);
	nla_put_string(message, IFLA_INFO_KIND, "macvlan");
	nla_nest_end(message, info);
	return nlops_send(netns, message);
}

/* ---- what hangs on links ---- */

/* RTM_NEWADDR or RTM_DELADDR. */
static inline int nlops_address(
	const char *netns, int type, const char *link, const struct address *address)
{
	struct ifaddrmsg info = {
		.ifa_family = (uint8_t)address->family,
		.ifa_prefixlen = address->prefix_length,
		.ifa_index = (unsigned int)nlops_ifindex(netns, link),
	};
	struct nl_msg *message = nlmsg_alloc_simple(type, nlops_flags(type));

	nlmsg_append(message, &info, sizeof(info), NLMSG_ALIGNTO);
	nla_put(message, IFA_LOCAL, (int)address_size(address), address->bytes);
	return nlops_send(netns, message);
}

/* RTM_NEWROUTE or RTM_DELROUTE; a deletion needs no more than the destination and the metric. */
static inline int nlops_route(const char *netns, int type, const struct address *destination,
	const char *link, uint32_t metric)
{
	struct rtmsg info = {
		.rtm_family = (unsigned char)destination->family,
		.rtm_dst_len = destination->prefix_length,
		.rtm_table = RT_TABLE_MAIN,
		.rtm_type = type == RTM_NEWROUTE ? RTN_UNICAST : RTN_UNSPEC,
		.rtm_protocol = type == RTM_NEWROUTE ? RTPROT_STATIC : RTPROT_UNSPEC,
		.rtm_scope = type == RTM_NEWROUTE ? RT_SCOPE_LINK : RT_SCOPE_NOWHERE,
	};
	struct nl_msg *message = nlmsg_alloc_simple(type, nlops_flags(type));

	nlmsg_append(message, &info, sizeof(info), NLMSG_ALIGNTO);
	nla_put(message, RTA_DST, (int)address_size(destination), destination->bytes);
	if (link)
		nla_put_u32(message, RTA_OIF, (uint32_t)nlops_ifindex(netns, link));
	if (metric)
		nla_put_u32(message, RTA_PRIORITY, metric);
	return nlops_send(netns, message);
}

/* RTM_NEWNEIGH (permanent, at 02:00:00:00:00:01) or RTM_DELNEIGH. */
static inline int nlops_neighbour(
	const char *netns, int type, const char *link, const struct address *address)
{
	struct ndmsg info = {
		.ndm_family = (uint8_t)address->family,
		.ndm_ifindex = nlops_ifindex(netns, link),
		.ndm_state = NUD_PERMANENT,
	};
	struct nl_msg *message = nlmsg_alloc_simple(type, nlops_flags(type));

	nlmsg_append(message, &info, sizeof(info), NLMSG_ALIGNTO);
	nla_put(message, NDA_DST, (int)address_size(address), address->bytes);
	nla_put(message, NDA_LLADDR, 6, "\x02\0\0\0\0\x01");
	return nlops_send(netns, message);
}

/* ---- namespaces ---- */

static inline void nlops_path(char path[64], const char *netns)
{
	snprintf(path, 64, NETNS_DIR "/%s", netns);
}

/* As `ip netns add`. */
static inline void nlops_add_netns(const char *netns)
{
	cleanup(netns_leave) int back = netns_open_own(NULL);
	char path[64];

	(void)back; /* clang does not see that leaving the function uses it */
	nlops_path(path, netns);
	close(open(path, O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0));
	assert_int_equal(unshare(CLONE_NEWNET), 0);
	assert_int_equal(mount("/proc/thread-self/ns/net", path, "none", MS_BIND, NULL), 0);
}

/* As `ip netns del`; or its first half, which leaves a stale file. */
static inline int nlops_delete_netns(const char *netns, bool leave_file)
{
	char path[64];

	nlops_path(path, netns);
	if (umount2(path, MNT_DETACH) < 0)
		return -NLE_OBJ_NOTFOUND;
	return leave_file ? 0 : unlink(path);
}

/* Writes under /proc/sys of a namespace. */
static inline int nlops_sysctl(const char *netns, const char *path, const char *value)
{
	cleanup_fd int fd = netns_open(netns, NULL), file = -1;
	cleanup(netns_leave) int back = -1;

	if (fd < 0 || netns_enter(fd, &back, NULL) < 0)
		return -NLE_OBJ_NOTFOUND;
	file = open(path, O_WRONLY | O_CLOEXEC);
	return write(file, value, strlen(value)) > 0 ? 0 : -NLE_FAILURE;
}
