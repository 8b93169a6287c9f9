// SPDX-License-Identifier: GPL-2.0-or-later
/* One change of the kernel as plain data: what a plan holds, prints and applies. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "net/want.h"

struct net_batch; /* net/channel.h */

enum net_act_kind {
	NET_ACT_NETNS_CREATE,
	NET_ACT_NETNS_DELETE,
	NET_ACT_LINK_CREATE,
	NET_ACT_LINK_DELETE,
	NET_ACT_LINK_MOVE_IN,
	NET_ACT_LINK_GIVE_BACK,
	NET_ACT_LINK_RENAME,
	NET_ACT_LINK_SET_UP,
	NET_ACT_LINK_SET_DOWN,
	NET_ACT_LINK_SET_ARP, /* on */
	NET_ACT_LINK_RELEASE, /* from a bridge or the like that it was put into */
	NET_ACT_LINK_SET_MTU,
	NET_ACT_LINK_SET_MAC,
	NET_ACT_LINK_SET_ADDR_GEN_MODE,
	NET_ACT_LINK_SET_GUARDS,
	NET_ACT_ALTNAME_ADD,
	NET_ACT_ALTNAME_DELETE,
	NET_ACT_ADDRESS_ADD,
	NET_ACT_ADDRESS_DELETE,
	NET_ACT_NEIGHBOUR_SET,
	NET_ACT_ROUTE_ADD,
	NET_ACT_ROUTE_DELETE,
	NET_ACT_SYSCTL_SET,
	NET_ACT_FIREWALL_SET,
	NET_ACT_FIREWALL_DELETE,
	NET_ACT_KINDS,
};

/* A new link, and its other end where it is a pair. */
struct net_act_create {
	enum net_link_kind kind;
	bool stays; /* in the root namespace; else it is made straight in the act's own */
	const char *parent;
	int parent_ifindex; /* 0: to be found by name */
	uint16_t vlan_id;
	uint16_t vlan_protocol;
	uint32_t mode;      /* macvlan, ipvlan */
	uint32_t mtu_bytes; /* 0: the kernel's */
	bool has_mac;
	uint8_t mac[6];
	const char *peer_netns; /* veth: NULL is the act's own namespace */
	const char *peer_name;
	int peer_ifindex;    /* 0: the kernel's choice */
	uint8_t peer_mac[6]; /* with has_mac */
};

struct net_act_hop {
	char dev[NET_IFNAME_SIZE]; /* "": the kernel finds it */
	int ifindex;               /* of that; 0: to be found by name */
	struct address via;
	bool onlink;
};

struct net_act_route {
	struct address destination;
	uint32_t metric;    /* 0: the kernel's default */
	struct address via; /* of its first next hop, over the act's link; AF_UNSPEC: none */
	bool onlink;
	bool prefix; /* that which the kernel makes with an address, made as it does */
	struct address
		source; /* what is sent by it comes from there; AF_UNSPEC: as the kernel chooses */
	const struct net_act_hop *others; /* its other next hops */
	size_t n_others;
	const char *rival; /* "foreign route '...' is in its place"; NULL: none was */
};

struct net_act_neighbour {
	struct address address;
	uint8_t mac[6];
};

struct net_act_address {
	struct address address;
	bool nodad;
	bool retry; /* it is there, and the kernel does not use it: deleted to be added again */
};

struct net_act_sysctl {
	const char *key;
	const char *value;
};

struct net_act_firewall {
	const char *table;
	bool replace;                  /* the table is there */
	const char *chains;            /* root: as net_firewall has them; else NULL */
	struct net_batch *transaction; /* else the messages that make it */
};

struct net_act_mtu {
	uint32_t bytes;
	/* The device below, which has less: the kernel will refuse it; "": it has not. */
	char below[NET_IFNAME_SIZE];
	uint32_t below_bytes;
};

/* Plain data: what it points to is the plan's own, and nothing of it the want's or the have's. */
struct net_act {
	enum net_act_kind kind;
	bool in_root;               /* done in the root namespace, else in the group's own */
	bool minor;                 /* where it fails all else is done nevertheless */
	char link[NET_IFNAME_SIZE]; /* the link it is about, "": none */
	int ifindex; /* of that link; 0: to be found by name. Of a new one: to be given */
	union {
		const char *
			name; /* of a namespace, new name of a link, altname, kind and name of a master */
		struct net_act_create create;
		struct net_act_address address;
		struct net_act_neighbour neighbour;
		struct net_act_route route;
		struct net_act_sysctl sysctl;
		struct net_act_firewall firewall;
		struct net_act_mtu mtu;
		uint32_t number; /* addr_gen_mode; guards: a bit for each of net_guards[] */
		uint8_t mac[6];
	};
};

/*
 * Which act it is: the same one planned again has the same identity, whatever words it is told in. The kernel's numbers
 * of links, new with every link, are no part of it. It outlives the plan.
 */
struct net_act_id {
	enum net_act_kind kind;
	bool in_root;
	char link[NET_IFNAME_SIZE]; /* "": none */
	uint64_t hash;              /* of these and of all else that tells acts apart */
};

struct net_act_id net_act_identify(const struct net_act *act);
bool net_act_id_equal(const struct net_act_id *a, const struct net_act_id *b);

/* True for the deletion of an uplink, by its root end, that has another number than this. */
bool net_act_renumbers(const struct net_act *act, uint32_t id);

bool net_act_makes_uplink(const struct net_act *act);

/* True for an act that others stand on, and that what is not named in a want has a say in: names and
 * numbers taken, ends left over. */
bool net_act_is_structural(const struct net_act *act);

/* True for an act that takes away something which may be in use. */
bool net_act_disturbs(const struct net_act *act);

/* True for the deletion or adding of an address that is a duplicate: no repair, an attempt. */
bool net_act_is_retry(const struct net_act *act);

/* What of a VRF an act is about. */
enum net_aspect {
	NET_ASPECT_NETNS,
	NET_ASPECT_LINK,
	NET_ASPECT_ADDRESS, /* and routes */
	NET_ASPECT_UPLINK,
};

enum net_aspect net_act_aspect(const struct net_act *act);

#define NET_ACT_TEXT_SIZE 512

/* The kind as a word for programs: "address_add". */
const char *net_act_name(enum net_act_kind kind);

/* Words for people (net/act_words.c), which nothing is decided by.
 *
 * What is done, without its link: "add address 10.0.0.2/30"; returns text. */
const char *net_act_phrase(const struct net_act *act, char text[NET_ACT_TEXT_SIZE]);

/* All of it: "add address 10.0.0.2/30 to eth0.10"; returns text. */
const char *net_act_text(const struct net_act *act, char text[NET_ACT_TEXT_SIZE]);
