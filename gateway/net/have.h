// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the kernel has, as plain data: filled by net_have_read() from dumps, or by hand in tests of
 * the plan. All values are as the kernel normalises them.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "net/firewall.h"
#include "net/forwarding.h"
#include "net/mark.h"
#include "net/want.h"

/* A setting of IPv4 on a link that keeps something out: /proc/sys/net/ipv4/conf/LINK/LEAF, and its
 * number in IFLA_INET_CONF. */
struct net_guard {
	int devconf; /* IPV4_DEVCONF_*, linux/ip.h */
	const char *leaf;
	int value; /* as it should be */
};

#define NET_GUARDS 5
extern const struct net_guard net_guards[NET_GUARDS];

#define NET_HAVE_CARRIER 0x10000 /* IFF_LOWER_UP, which <net/if.h> does not have */

struct net_have_link {
	int ifindex;
	char name[NET_IFNAME_SIZE];
	char kind[16];      /* "vlan", "macvlan", "veth"; "" for hardware */
	unsigned int flags; /* IFF_* */
	uint32_t mtu_bytes;
	uint32_t group;
	uint8_t mac[6];
	bool ethernet;   /* ARPHRD_ETHER */
	int lower;       /* ifindex of the link below, or of the veth peer; 0: none */
	bool lower_here; /* that one is in the same namespace */
	uint16_t vlan_id;
	uint16_t vlan_protocol; /* ETH_P_8021Q, ETH_P_8021AD; host order */
	int master;             /* ifindex of the bridge, bond or the like that it is in; 0: none */
	char port_kind[16];     /* of what that is: "bridge", "bond" */
	uint32_t mode;          /* of a macvlan or ipvlan, as the kernel has it */
	bool filters_vlans;     /* bridge */
	int addr_gen_mode;      /* IN6_ADDR_GEN_MODE_*; -1 where the link has no IPv6, as below */
	int accept_ra;
	int accept_redirects6;
	int disable_ipv6;
	int forwarding6;
	int forwarding4;
	int guards[NET_GUARDS];                            /* of net_guards[] */
	uint64_t rx_bytes, tx_bytes, rx_errors, tx_errors; /* 0 where not asked for */
	char mark[NET_MARK_SIZE];                          /* an altname of ours; "": none */
};

/* An alternative name (ip-link(8), altname) that is none of ours. */
struct net_have_altname {
	int ifindex;
	char *name;
};

/* What the kernel's duplicate address detection (RFC 4862, 5.4) has said of an address. */
enum net_address_standing {
	NET_ADDRESS_USABLE,
	NET_ADDRESS_TENTATIVE, /* it has not ended, or waits for a carrier */
	NET_ADDRESS_DUPLICATE, /* another host has it, and we cannot use it */
};

struct net_have_address {
	int ifindex;
	struct address address;
	enum net_address_standing standing;
	uint8_t protocol; /* IFA_PROTO */
	bool passing;     /* has a lifetime, as those by router advertisements and DHCP */
	bool secondary;   /* IPv4: goes when the first of its network is deleted */
	bool link_local;
};

struct net_have_hop {
	int ifindex;        /* 0: none */
	struct address via; /* AF_UNSPEC: none */
};

/* A unicast route of the main table. */
struct net_have_route {
	struct address destination;
	int ifindex; /* of its first next hop, as via */
	struct address via;
	struct net_have_hop *others; /* its other next hops */
	size_t n_others;
	uint32_t metric;
	uint8_t protocol;
};

/* A route of the main table that sends nothing on. */
struct net_have_discard {
	struct address destination;
	uint8_t type; /* RTN_BLACKHOLE, RTN_UNREACHABLE or RTN_PROHIBIT */
	uint8_t protocol;
	uint32_t table;
	uint32_t metric;
	uint32_t nexthop; /* id of the next-hop object that it is by, ip-nexthop(8); 0: none */
};

/* A rule of policy routing, ip-rule(8). */
struct net_have_rule {
	uint8_t family;
	uint8_t action; /* FR_ACT_* */
	uint8_t protocol;
	bool inverted;
	uint32_t priority;
	uint32_t table;
	struct address from, to; /* AF_UNSPEC: all */
	char iif[NET_IFNAME_SIZE], oif[NET_IFNAME_SIZE];
	bool selects_more; /* by mark, user, port or the like */
};

/* A permanent neighbour. */
struct net_have_neighbour {
	int ifindex;
	struct address address;
	uint8_t mac[6];
};

struct net_have_sysctl {
	const char *key; /* borrowed from the want */
	char *value;     /* NULL: no such key */
};

enum net_have_standing {
	NET_HAVE_ABSENT,
	NET_HAVE_STALE,   /* a file, but no namespace */
	NET_HAVE_OURS,    /* its lo bears our mark */
	NET_HAVE_OTHERS,  /* ... the mark of another vrfgate */
	NET_HAVE_FOREIGN, /* ... none */
};

struct net_have_netns {
	char *name;
	enum net_have_standing standing; /* all below is read of OURS only */
	struct net_have_link *links;
	size_t n_links;
	struct net_have_altname *altnames;
	size_t n_altnames;
	struct net_have_address *addresses;
	size_t n_addresses;
	struct net_have_route *routes;
	size_t n_routes;
	struct net_have_discard *discards;
	size_t n_discards;
	struct net_have_rule *rules;
	size_t n_rules;
	struct net_have_neighbour *neighbours;
	size_t n_neighbours;
	struct net_have_sysctl *sysctls; /* those wanted */
	size_t n_sysctls;
	struct net_have_firewall firewall;
};

struct net_have {
	bool knows_address_protocol; /* the kernel has IFA_PROTO */
	bool ipv6_off;               /* new links of the root namespace begin without IPv6 */
	struct net_have_netns root;  /* its links, and what hangs on links of ours */
	struct net_have_forwarding forwarding[NET_FORWARDING_KINDS]; /* of the root namespace */
	struct net_have_netns *netns;                                /* sorted by name */
	size_t n_netns;
};

/* Appends an empty one. */
struct net_have_netns *net_have_add_netns(struct net_have *have, const char *name);

/* Sorts namespaces and root links by name; to be called once all are there. */
void net_have_sort(struct net_have *have);

/* An alternative name more of a link; the text is copied. */
void net_have_add_altname(struct net_have_netns *netns, int ifindex, const char *name);

/* NULL where there is none. */
const struct net_have_netns *net_have_find_netns(const struct net_have *have, const char *name);
const struct net_have_link *net_have_find_link(
	const struct net_have_netns *netns, const char *name);
const struct net_have_link *net_have_find_ifindex(const struct net_have_netns *netns, int ifindex);

/* Of that name, or with that as an alternative one. */
bool net_have_is_named(
	const struct net_have_netns *netns, const struct net_have_link *link, const char *name);

/* A link of the root namespace by name, or by an alternative one; quick once sorted. */
const struct net_have_link *net_have_find_root(const struct net_have *have, const char *name);

/* A NIC of the root namespace to be moved in: by the mark of an earlier move, else by name. */
const struct net_have_link *net_have_find_device(const struct net_have *have,
	const struct net_want_link *device, const char *vrf, uint32_t owner);

/* Whether the NIC that bears the mark of a move, and is in that namespace now, is that device of a want. */
bool net_have_is_device(const struct net_have_netns *netns, const struct net_have_link *link,
	const struct net_mark *mark, const struct net_want_link *device);

/* Whether it is to be moved into that namespace. */
bool net_have_is_wanted_device(const struct net_have_netns *netns, const struct net_have_link *link,
	const struct net_mark *mark, const struct net_want_netns *want);

/* True for a link inside a namespace of ours that we made or moved in. */
bool net_have_link_is_ours(const struct net_have_link *link);

/* The ends of a veth pair. */
bool net_links_are_pair(const struct net_have_link *a, const struct net_have_link *b);

/* What it is a port or slave of: "bridge br0"; returns text. */
const char *net_have_master_text(const struct net_have_netns *netns,
	const struct net_have_link *link, char text[2 * NET_IFNAME_SIZE]);

void net_have_destroy(struct net_have *have);

/* Frees what hangs on a namespace; its name and standing stay. */
void net_have_netns_clear(struct net_have_netns *netns);
