// SPDX-License-Identifier: GPL-2.0-or-later
/* The rules of the root namespace, in nft(8)'s words. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/hash.h"
#include "net/firewall.h"
#include "net/mark.h"

/* Types of ICMPv6 that a host may not be without: RFC 4890 4.4. */
#define ICMPV6_FAULTS     "destination-unreachable, packet-too-big, time-exceeded, parameter-problem"
#define ICMP_FAULTS       "destination-unreachable, time-exceeded, parameter-problem"
#define ICMPV6_NEIGHBOURS "nd-neighbor-solicit, nd-neighbor-advert"

/* ---- writing ---- */

struct writer {
	FILE *out;
	uint32_t owner;
	const char *chain;
	uint64_t chain_hash;
	uint64_t digest;
};

static void chain(struct writer *w, const char *name, const char *header)
{
	if (w->chain)
		fputs("}\n", w->out);
	fprintf(w->out, "chain %s { %s;\n", name, header);
	w->chain = name;
	w->chain_hash = hash_text(HASH_BASIS, header);
}

__attribute__((format(printf, 3, 4))) static void rule(
	struct writer *w, const char *purpose, const char *format, ...)
{
	char comment[NET_FIREWALL_COMMENT_SIZE];
	cleanup_free char *words = NULL;
	va_list arguments;

	va_start(arguments, format);
	if (vasprintf(&words, format, arguments) < 0)
		abort();
	va_end(arguments);
	net_firewall_comment(comment, purpose, w->owner, hash_text(w->chain_hash, words));
	fprintf(w->out, "%s comment \"%s\"\n", words, comment);
	w->digest = net_firewall_fold_rule(w->digest, w->chain, comment);
}

static void writer_begin(
	struct writer *w, struct net_firewall *firewall, size_t *size, const char *owner)
{
	memset(firewall, 0, sizeof(*firewall));
	*w = (struct writer){ .owner = net_mark_owner(owner) };
	w->out = open_memstream(&firewall->chains, size);
	if (!w->out)
		abort();
}

static void writer_end(struct writer *w, struct net_firewall *firewall)
{
	fputs("}\n", w->out);
	if (fclose(w->out) != 0)
		abort();
	firewall->digest = w->digest;
}

void net_firewall_finish(struct net_firewall *firewall)
{
	free(firewall->chains);
	memset(firewall, 0, sizeof(*firewall));
}

/* ---- the rules ---- */

/* Uplinks are told by our link group: a name can be anybody's. A rule about all of them is the same for
 * every vrfgate of the machine; past it each judges its own prefix. */
#define TEXT_OF(number) #number
#define TEXT(number)    TEXT_OF(number)
#define FROM_OTHERS     "meta iifgroup != " TEXT(NET_LINK_GROUP)
#define TO_OTHERS       "meta oifgroup != " TEXT(NET_LINK_GROUP)

/* For each packet that it looks up with oif, fib makes a route in IPv6, at a fifth of a stream's speed: what it has
 * found right is known for a while. */
#define KNOWN_SET                                                \
	"set known { type iface_index . ipv6_addr; size 65536; " \
	"flags dynamic,timeout; timeout 1m; }\n"

static void write_root_prerouting(struct writer *w)
{
	fputs(KNOWN_SET, w->out);
	chain(w, "prerouting", "type filter hook prerouting priority raw; policy accept");
	w->chain_hash = hash_text(w->chain_hash, KNOWN_SET);
	rule(w, "no uplink", FROM_OTHERS " accept");
	rule(w, "not spoofed", "iif . ip6 saddr @known accept");
	/* fib takes them for duplicate address detection and DHCP, which uplinks do without. */
	rule(w, "spoofed", "ip6 saddr :: drop");
	rule(w, "spoofed", "ip saddr 0.0.0.0 drop");
	/* Only the other end of an uplink's own network has its way back there. */
	rule(w, "spoofed", "fib saddr . iif oif missing drop");
	rule(w, "not spoofed", "add @known { iif . ip6 saddr }");
}

/* Addresses in words. */
struct places {
	char prefix[ADDRESS_TEXT_SIZE];
	char prefix4[ADDRESS_TEXT_SIZE]; /* "": uplinks have no IPv4 */
	char server[NET_SERVERS_MAX *
		ADDRESS_TEXT_SIZE]; /* "": none; several as a set of nftables */
};

static void write_servers(const struct net_servers *servers, char *text)
{
	char address[ADDRESS_TEXT_SIZE];

	if (servers->count > 1)
		text = stpcpy(text, "{ ");
	for (size_t i = 0; i < servers->count; i++) {
		text = i ? stpcpy(text, ", ") : text;
		text = stpcpy(text, address_format(&servers->nodes[i], false, address));
	}
	if (servers->count > 1)
		stpcpy(text, " }");
}

static struct places places_of(const struct net_want *want)
{
	struct places places = { 0 };

	address_format(&want->uplink_prefix, true, places.prefix);
	if (want->uplink_prefix4.family != AF_UNSPEC)
		address_format(&want->uplink_prefix4, true, places.prefix4);
	write_servers(&want->servers, places.server);
	return places;
}

static const char *ip_of(const struct net_servers *servers)
{
	return net_servers_family(servers) == AF_INET6 ? "ip6" : "ip";
}

/* Not tracked where it need not be: that would have the kernel track whatever passes the host. */
#define ANSWER "tcp flags & (syn | ack) != syn"

static void write_root_input(
	struct writer *w, const struct net_want *want, const struct places *places)
{
	chain(w, "input", "type filter hook input priority filter; policy accept");
	rule(w, "no uplink", FROM_OTHERS " accept");
	rule(w, "another vrfgate's", "ip6 saddr != %s accept", places->prefix);
	if (*places->prefix4)
		rule(w, "another vrfgate's", "ip saddr != %s accept", places->prefix4);
	else
		rule(w, "another vrfgate's", "meta nfproto ipv4 accept");
	rule(w, "neighbours", "icmpv6 type { " ICMPV6_NEIGHBOURS " } accept");
	/* It may have an address of this machine all the same. */
	if (*places->server)
		rule(w, "server", "%s daddr %s tcp dport %u accept", ip_of(&want->servers),
			places->server, want->server_port);
	rule(w, "another uplink's address", "fib daddr . iif type != local drop");
	rule(w, "server", "tcp dport %u accept", want->server_port);
	rule(w, "answers", ANSWER " accept");
	rule(w, "answers", "icmpv6 type { echo-reply, " ICMPV6_FAULTS " } accept");
	rule(w, "all else", "drop");
}

#define OUTWARD "meta iifgroup " TEXT(NET_LINK_GROUP) " " TO_OTHERS " "
#define INWARD  FROM_OTHERS " meta oifgroup " TEXT(NET_LINK_GROUP) " "

static void write_routed(struct writer *w, const struct net_want *want, const struct places *places)
{
	bool six = net_servers_family(&want->servers) == AF_INET6;
	const char *p = six ? places->prefix : places->prefix4, *server = places->server;
	const char *ip = ip_of(&want->servers);
	const char *faults =
		six ? "icmpv6 type { " ICMPV6_FAULTS " }" : "icmp type { " ICMP_FAULTS " }";

	rule(w, "to the server", OUTWARD "%s saddr %s %s daddr %s tcp dport %u accept", ip, p, ip,
		server, want->server_port);
	rule(w, "answers", INWARD "%s saddr %s %s daddr %s tcp sport %u " ANSWER " accept", ip,
		server, ip, p, want->server_port);
	if (want->proxy_port) {
		rule(w, "to passive proxies", INWARD "%s saddr %s %s daddr %s tcp dport %u accept",
			ip, server, ip, p, want->proxy_port);
		rule(w, "answers", OUTWARD "%s saddr %s %s daddr %s tcp sport %u " ANSWER " accept",
			ip, p, ip, server, want->proxy_port);
	}
	rule(w, "needed", OUTWARD "%s saddr %s %s daddr %s %s accept", ip, p, ip, server, faults);
	rule(w, "needed", INWARD "%s daddr %s %s accept", ip, p, faults);
}

static void write_nat(struct writer *w, const struct net_want *want, const struct places *places)
{
	const char *p = places->prefix4, *server = places->server;

	rule(w, "to the server", OUTWARD "ip saddr %s ip daddr %s tcp dport %u accept", p, server,
		want->server_port);
	rule(w, "needed", OUTWARD "ip saddr %s ip daddr %s ct state related accept", p, server);
	rule(w, "answers", INWARD "ip daddr %s ct state established,related accept", p);
	if (!want->n_passive)
		return;
	rule(w, "to passive proxies",
		INWARD "ip saddr %s ip daddr %s tcp dport %u ct status dnat accept", server, p,
		want->proxy_port);
	rule(w, "answers",
		OUTWARD "ip saddr %s ip daddr %s tcp sport %u ct direction reply "
			"ct state established ct status dnat accept",
		p, server, want->proxy_port);
}

/* The server's way to each passive proxy: a port of this machine, for it alone. */
static void write_root_passive(
	struct writer *w, const struct net_want *want, const struct places *places)
{
	cleanup_free char *ports = NULL;
	char text[ADDRESS_TEXT_SIZE];
	size_t size;
	FILE *out;

	if (!want->n_passive)
		return;
	out = open_memstream(&ports, &size);
	if (!out)
		abort();
	for (size_t i = 0; i < want->n_passive; i++)
		fprintf(out, "%s%u : %s", i ? ", " : "", want->passive[i].port,
			address_format(&want->passive[i].proxy, false, text));
	if (fclose(out) != 0)
		abort();
	chain(w, "passive", "type nat hook prerouting priority dstnat; policy accept");
	rule(w, "to passive proxies",
		FROM_OTHERS " ip saddr %s fib daddr type local "
			    "dnat ip to tcp dport map { %s }:%u",
		places->server, ports, want->proxy_port);
}

/* What we have switched on is for uplinks, and for nothing that was not forwarded before. */
static void write_narrow(
	struct writer *w, const struct net_want *want, const struct net_have_forwarding *forwarding)
{
	const struct net_have_way *way = NULL;

	if (net_forwarding_narrow(want, forwarding))
		rule(w, "forwards for uplinks alone",
			"meta nfproto ipv6 " FROM_OTHERS " " TO_OTHERS " drop");
	while ((way = net_forwarding_next_way(forwarding, way)))
		if (net_forwarding_way_narrow(want, forwarding, way))
			rule(w, "forwards for uplinks alone",
				"meta nfproto ipv4 meta iif %d " TO_OTHERS " drop", way->ifindex);
}

static void write_root_forward(struct writer *w, const struct net_want *want,
	const struct places *places, const struct net_have_forwarding *forwarding)
{
	const char *p = places->prefix, *p4 = places->prefix4;

	chain(w, "forward", "type filter hook forward priority filter; policy accept");
	write_narrow(w, want, forwarding);
	rule(w, "no uplink", FROM_OTHERS " " TO_OTHERS " accept");
	rule(w, "another vrfgate's", "ip6 saddr != %s ip6 daddr != %s accept", p, p);
	if (*p4)
		rule(w, "another vrfgate's", "ip saddr != %s ip daddr != %s accept", p4, p4);
	else
		rule(w, "another vrfgate's", "meta nfproto ipv4 accept");
	if (want->server_place == NET_SERVER_ROUTED)
		write_routed(w, want, places);
	else if (want->server_place == NET_SERVER_NAT)
		write_nat(w, want, places);
	rule(w, "all else", "drop");
}

static void write_root_masquerade(
	struct writer *w, const struct net_want *want, const struct places *places)
{
	if (want->server_place != NET_SERVER_NAT)
		return;
	chain(w, "postrouting", "type nat hook postrouting priority srcnat; policy accept");
	rule(w, "to the server", "ip saddr %s ip daddr %s " TO_OTHERS " masquerade",
		places->prefix4, places->server);
}

void net_firewall_root(struct net_firewall *firewall, const struct net_want *want,
	const struct net_have_forwarding forwarding[NET_FORWARDING_KINDS])
{
	struct places places = places_of(want);
	struct writer w;
	size_t size;

	writer_begin(&w, firewall, &size, want->owner);
	write_root_prerouting(&w);
	write_root_input(&w, want, &places);
	write_root_forward(&w, want, &places, forwarding);
	write_root_passive(&w, want, &places);
	write_root_masquerade(&w, want, &places);
	writer_end(&w, firewall);
}
