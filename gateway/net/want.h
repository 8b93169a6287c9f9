// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What should exist in the kernel, as plain data: filled by the caller (from the config and the
 * allocated ids), read by net/. All pointers are borrowed from the caller for as long as the want
 * lives; only the arrays are the want's own (net_want_finish()).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"

#define NET_MAX_TAGS 4

#define NET_SERVERS_MAX 8

/* Where a Zabbix server is reached: a cluster at an address for each of its nodes, all of one family. */
struct net_servers {
	struct address nodes[NET_SERVERS_MAX];
	size_t count;
};

/* AF_UNSPEC: there are none. */
uint8_t net_servers_family(const struct net_servers *servers);
bool net_servers_contain(const struct net_servers *servers, const struct address *address);

/* A device is an existing NIC of the root namespace, moved in and given back; a veth leads to another namespace of the
 * want. Each kind is a row in a file of its own, net/link_vlan.c and its like. */
#define NET_LINK_KINDS(KIND)   \
	KIND(VLAN, vlan)       \
	KIND(MACVLAN, macvlan) \
	KIND(DEVICE, device)   \
	KIND(VETH, veth)       \
	KIND(DUMMY, dummy)     \
	KIND(IPVLAN, ipvlan)

#define NET_LINK_ENUM(upper, lower) NET_LINK_##upper,
enum net_link_kind { NET_LINK_KINDS(NET_LINK_ENUM) };

struct net_want_link {
	const char *name; /* inside the namespace */
	enum net_link_kind kind;
	const char *parent;          /* vlan, macvlan, device: name in the root namespace */
	uint16_t tags[NET_MAX_TAGS]; /* vlan: outermost first; all but the last are shared root
					devices */
	size_t n_tags;
	bool outer_8021ad;  /* protocol of tags[0]; the others are 802.1Q */
	uint32_t mtu_bytes; /* 0: the kernel's */
	uint32_t mode;      /* ipvlan: IPVLAN_MODE_* */
	bool has_mac;
	uint8_t mac[6];
	const char *peer_netns; /* veth: the namespace and name of the other end */
	const char *peer_name;
	const struct address *addresses;
	size_t n_addresses;
};

/* A way to a destination; those of the same destination and metric are the next hops of one route. */
struct net_want_route {
	struct address destination; /* /0 of a family: default */
	struct address via;         /* AF_UNSPEC: none */
	const char *dev;            /* NULL: the kernel finds it by via */
	uint32_t metric;            /* 0: the kernel's default */
};

struct net_want_sysctl {
	const char *key;
	const char *value;
};

/* Which addresses that the kernel holds, but does not use, are deleted and added once more, so that it looks
 * for a duplicate again. */
enum net_retry {
	NET_RETRY_NONE,
	NET_RETRY_DUPLICATES,
	NET_RETRY_TENTATIVE, /* those, too, that it has not ended with */
};

/* A port open to customers. */
struct net_want_port {
	uint8_t protocol; /* IPPROTO_TCP, IPPROTO_UDP */
	uint16_t port;
};

struct net_want_netns {
	const char *name; /* /run/netns/NAME */
	bool has_uplink;
	uint32_t id; /* with an uplink: n of ::4n+1 and of "vg" n */
	struct net_want_link *links;
	size_t n_links;
	struct net_want_route *routes;
	size_t n_routes;
	struct net_want_sysctl *sysctls;
	size_t n_sysctls;
	enum net_retry retry;
	bool forward;  /* between its own links; never to or from the uplink */
	bool firewall; /* a table of rules; see net/firewall.h */
	struct net_want_port *allow;
	size_t n_allow;
};

/* A TCP port of this machine by which the server reaches a passive proxy. */
struct net_want_passive {
	uint16_t port;
	struct address proxy;
};

/* Where a server with an address of its own is. */
enum net_server_place {
	NET_SERVER_HERE,   /* on this machine: nothing is forwarded */
	NET_SERVER_ROUTED, /* elsewhere, and it sees the addresses of the uplinks */
	NET_SERVER_NAT,    /* elsewhere, IPv4, and it sees one of this machine */
};

struct net_want {
	const char *owner;            /* run_dir: tells this vrfgate's things from another one's */
	struct address uplink_prefix; /* AF_INET6 */
	struct address
		uplink_prefix4; /* AF_INET: the uplinks have IPv4, too; AF_UNSPEC: they have not */
	struct net_servers servers; /* what they lead to; none: nothing but their root side */
	enum net_server_place server_place; /* where it has an address */
	uint32_t uplink_mtu_bytes;
	bool firewall;        /* in the root namespace, where there is an uplink */
	uint16_t server_port; /* open to uplinks */
	uint16_t proxy_port;  /* of passive proxies, open to the server; 0: there are none */
	struct net_want_passive
		*passive; /* with NET_SERVER_NAT; of all namespaces, also in a partial want */
	size_t n_passive;
	struct net_want_netns *netns;
	size_t n_netns;
	bool partial;      /* true: nothing is said of namespaces not named, so none is removed */
	const char **keep; /* namespaces of ours that are neither wanted nor to be removed yet */
	size_t n_keep;
	bool keeps_uplinks; /* some of these have one: what the root namespace has for uplinks stays right */
	bool hurried; /* where the kernel's tables go on changing that is told, -EINTR, and not waited out */
};

/* Frees the arrays, not what they point to. */
void net_want_finish(struct net_want *want);

/* The value that its sysctls give accept_ra of that link, or else of `default`, where router advertisements are
 * taken; NULL: they are not. */
const char *net_want_accepts_ra(const struct net_want_netns *netns, const char *link);

/* The two addresses of uplink n in a prefix, /126 or /30: root side 4n+1, inside 4n+2; -ERANGE outside
 * the prefix. */
int net_uplink_addresses(
	const struct address *prefix, uint32_t id, struct address *root, struct address *inside);

#define NET_UPLINK_FAMILIES 2

/* Those of uplink n in all prefixes of the want, IPv6 first; how many there are on each side. */
size_t net_want_uplink_addresses(const struct net_want *want, uint32_t id,
	struct address root[NET_UPLINK_FAMILIES], struct address inside[NET_UPLINK_FAMILIES]);

/* How many uplinks a prefix holds, at most UINT32_MAX. */
uint32_t net_uplink_capacity(const struct address *prefix);

#define NET_IFNAME_SIZE   16
#define NET_UPLINK_INSIDE "uplink"
#define NET_UPLINK_ROOT   "vg" /* and the id */

/* Returns name. */
const char *net_uplink_root_name(uint32_t id, char name[NET_IFNAME_SIZE]);
