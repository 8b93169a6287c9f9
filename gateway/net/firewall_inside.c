// SPDX-License-Identifier: GPL-2.0-or-later
/* The rules of a namespace. */
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>

/* These behind those: both define the same. */
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>

#include "net/firewall.h"
#include "net/mark.h"
#include "net/rules.h"

/* What a host may not be without: RFC 1122 3.2.2, RFC 4890 4.4. */
static const struct icmp_types {
	int family;
	uint8_t first, last;
	bool faults; /* tell what is wrong with a packet of ours */
	const char *purpose;
} icmp_types[] = {
	{ AF_INET, ICMP_ECHO, ICMP_ECHO, false, "echo requests" },
	{ AF_INET, ICMP_DEST_UNREACH, ICMP_DEST_UNREACH, true, "errors" },
	{ AF_INET, ICMP_TIME_EXCEEDED, ICMP_PARAMETERPROB, true, "errors" },
	{ AF_INET6, ICMP6_ECHO_REQUEST, ICMP6_ECHO_REQUEST, false, "echo requests" },
	{ AF_INET6, ND_NEIGHBOR_SOLICIT, ND_NEIGHBOR_ADVERT, false, "neighbours" },
	/* These two, packet too big and time exceeded. */
	{ AF_INET6, ICMP6_DST_UNREACH, ICMP6_PARAM_PROB, true, "errors" },
};

#define N_ICMP_TYPES (sizeof(icmp_types) / sizeof(*icmp_types))

static void match_uplink(struct net_rules *rules)
{
	net_rule_match_interface(rules, NET_RULE_SOURCE, NET_UPLINK_INSIDE, false);
}

/* Nothing of the uplink is tracked: that would cost each of its packets, and it needs no state. */
static void write_raw(struct net_rules *rules)
{
	net_rules_chain(rules, "prerouting", NF_INET_PRE_ROUTING, NF_IP_PRI_RAW, NF_ACCEPT);
	match_uplink(rules);
	net_rule_end_untracked(rules, "untracked");
	net_rules_chain(rules, "output", NF_INET_LOCAL_OUT, NF_IP_PRI_RAW, NF_ACCEPT);
	net_rule_match_interface(rules, NET_RULE_DESTINATION, NET_UPLINK_INSIDE, false);
	net_rule_end_untracked(rules, "untracked");
}

static void end_icmp(struct net_rules *rules, const struct icmp_types *types)
{
	net_rule_match_icmp(rules, types->family, types->first, types->last);
	net_rule_end(rules, NF_ACCEPT, types->purpose);
}

/* A server elsewhere, and what is wrong with a packet on its way there. */
static void write_server_input(struct net_rules *rules, const struct net_servers *servers)
{
	for (size_t i = 0; i < servers->count; i++) {
		match_uplink(rules);
		net_rule_match_host(rules, NET_RULE_SOURCE, &servers->nodes[i]);
		net_rule_end(rules, NF_ACCEPT, "server");
	}
	for (size_t i = 0; servers->count > 0 && i < N_ICMP_TYPES; i++)
		if (icmp_types[i].faults && icmp_types[i].family == net_servers_family(servers)) {
			match_uplink(rules);
			end_icmp(rules, &icmp_types[i]);
		}
}

/* The uplink is the gateway's own: its ends talk to each other, and nobody else to either. */
static void write_uplink_input(
	struct net_rules *rules, const struct net_want *want, const struct net_want_netns *netns)
{
	struct address root[NET_UPLINK_FAMILIES], own[NET_UPLINK_FAMILIES];
	size_t n = net_want_uplink_addresses(want, netns->id, root, own);

	for (size_t i = 0; i < n; i++) {
		match_uplink(rules);
		net_rule_match_host(rules, NET_RULE_SOURCE, &root[i]);
		net_rule_end(rules, NF_ACCEPT, "gateway");
	}
	write_server_input(rules, &want->servers);
	match_uplink(rules);
	net_rule_end(rules, NF_DROP, "spoofed");
	for (size_t i = 0; i < n; i++) {
		net_rule_match_network(rules, NET_RULE_SOURCE, &root[i]);
		net_rule_end(rules, NF_DROP, "spoofed");
	}
	for (size_t i = 0; i < want->servers.count; i++) {
		net_rule_match_host(rules, NET_RULE_SOURCE, &want->servers.nodes[i]);
		net_rule_end(rules, NF_DROP, "spoofed");
	}
	for (size_t i = 0; i < n; i++) {
		net_rule_match_host(rules, NET_RULE_DESTINATION, &own[i]);
		net_rule_end(rules, NF_DROP, "to the uplink's address");
	}
}

/* RFC 4861, 6.1.2: of a router on the link, and nobody else. */
static void write_router_advertisements(struct net_rules *rules, const struct net_want_netns *netns)
{
	static const struct address link_local = {
		.family = AF_INET6, .prefix_length = 10, .bytes = { 0xfe, 0x80 }
	};

	for (size_t i = 0; i < netns->n_links; i++) {
		if (!net_want_accepts_ra(netns, netns->links[i].name))
			continue;
		net_rule_match_interface(rules, NET_RULE_SOURCE, netns->links[i].name, false);
		net_rule_match_network(rules, NET_RULE_SOURCE, &link_local);
		net_rule_match_hop_limit(rules, 255);
		net_rule_match_icmp(rules, AF_INET6, ND_ROUTER_ADVERT, ND_ROUTER_ADVERT);
		net_rule_end(rules, NF_ACCEPT, "router advertisements");
	}
}

static void write_allowed(struct net_rules *rules, const struct net_want_netns *netns)
{
	for (size_t i = 0; i < netns->n_allow; i++) {
		net_rule_match_port(rules, netns->allow[i].protocol, netns->allow[i].port);
		net_rule_end(rules, NF_ACCEPT, "allowed");
	}
}

static void write_input(
	struct net_rules *rules, const struct net_want *want, const struct net_want_netns *netns)
{
	net_rules_chain(rules, "input", NF_INET_LOCAL_IN, NF_IP_PRI_FILTER, NF_DROP);
	net_rule_match_interface(rules, NET_RULE_SOURCE, "lo", false);
	net_rule_end(rules, NF_ACCEPT, "own");
	if (netns->has_uplink)
		write_uplink_input(rules, want, netns);
	/* Not `related`: that has redirects, too. */
	net_rule_match_established(rules);
	net_rule_end(rules, NF_ACCEPT, "answers");
	for (size_t i = 0; i < N_ICMP_TYPES; i++)
		end_icmp(rules, &icmp_types[i]);
	write_router_advertisements(rules, netns);
	write_allowed(rules, netns);
	net_rule_end(rules, NF_DROP, "all else");
}

static void write_forward(struct net_rules *rules, const struct net_want_netns *netns)
{
	net_rules_chain(rules, "forward", NF_INET_FORWARD, NF_IP_PRI_FILTER, NF_DROP);
	if (netns->forward) {
		net_rule_match_interface(rules, NET_RULE_SOURCE, NET_UPLINK_INSIDE, true);
		net_rule_match_interface(rules, NET_RULE_DESTINATION, NET_UPLINK_INSIDE, true);
		net_rule_end(rules, NF_ACCEPT, "between customer interfaces");
	}
	net_rule_end(rules, NF_DROP, "all else");
}

uint64_t net_firewall_inside(struct net_batch *batch, const struct net_want *want,
	const struct net_want_netns *netns, bool replace)
{
	struct net_rules rules;

	net_rules_begin(&rules, batch, NET_FIREWALL_TABLE, replace, net_mark_owner(want->owner));
	if (netns->has_uplink)
		write_raw(&rules);
	write_input(&rules, want, netns);
	write_forward(&rules, netns);
	net_rules_end(&rules);
	return rules.digest;
}
