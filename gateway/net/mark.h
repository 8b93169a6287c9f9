// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Marks of ownership: alternative interface names (IFLA_ALT_IFNAME) that the kernel keeps for us,
 * so that no state file can be lost or lie.
 *
 *	vrfgate:VRF@OWNER             lo of a namespace we made; root end of its uplink
 *	vrfgate:VRF:IFNAME@OWNER      a link we made inside
 *	vrfgate:VRF:was:OLD@OWNER     a NIC we moved in; OLD is NAME/MTU/MAC/UP, what to
 *	                              give it back as, and behind it "a" and a hash where its name
 *	                              inside was an alternative one, which the kernel has once only
 *	vrfgate:*:IFNAME@OWNER        a VLAN device of the root namespace that several VRFs may
 *	                              stand on
 *	vrfgate:*:forward:WORD@OWNER  lo of the root namespace, where we have it forward: ipv6, ipv6-default,
 *	                              ipv4:IFNAME (net/forwarding.h); ipv4 by earlier versions
 *
 * OWNER is eight hex digits of the FNV-1a hash of the owner's name. An altname is unique among the
 * names of its namespace, hence IFNAME.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "net/want.h"

#define NET_MARK_SIZE   128 /* ALTIFNAMSIZ */
#define NET_MARK_PREFIX "vrfgate:"

/*
 * The second mark, set in the very message that makes a link and so never missing: "vrf" in ASCII.
 * It counts only inside a namespace that bears our mark.
 */
#define NET_LINK_GROUP 7762534 /* 0x767266, in decimal as nft(8) has it */

/* rtm_protocol of our routes and IFA_PROTO of our addresses (the kernel's since 5.18): "v". */
#define NET_PROTOCOL 118

enum net_mark_kind {
	NET_MARK_NETNS,
	NET_MARK_LINK,
	NET_MARK_MOVED,
	NET_MARK_SHARED,
	NET_MARK_FORWARDING,
};

/* What a moved NIC was before. */
struct net_mark_was {
	char name[NET_IFNAME_SIZE];
	uint32_t mtu_bytes;
	uint8_t mac[6];
	bool up;
	uint16_t
		alias; /* net_mark_alias() of the alternative name that its name inside was; 0: it was none */
};

/* Never 0. */
uint16_t net_mark_alias(const char *name);

struct net_mark {
	enum net_mark_kind kind;
	char vrf[NET_MARK_SIZE];
	uint32_t owner;
	struct net_mark_was was; /* NET_MARK_MOVED */
};

uint32_t net_mark_owner(const char *owner);

/* False where the text is no mark of any vrfgate. */
bool net_mark_parse(const char *text, struct net_mark *mark);

/* Each writes a mark and returns it. */
const char *net_mark_netns(char mark[NET_MARK_SIZE], const char *vrf, uint32_t owner);
const char *net_mark_link(
	char mark[NET_MARK_SIZE], const char *vrf, const char *ifname, uint32_t owner);
const char *net_mark_shared(char mark[NET_MARK_SIZE], const char *ifname, uint32_t owner);
const char *net_mark_moved(
	char mark[NET_MARK_SIZE], const char *vrf, const struct net_mark_was *was, uint32_t owner);
const char *net_mark_forwarding(char mark[NET_MARK_SIZE], const char *word, uint32_t owner);

/* The word of such a mark; false where it is none, or another owner's. */
bool net_mark_forwarding_word(const char *mark, uint32_t owner, char word[NET_MARK_SIZE]);
