// SPDX-License-Identifier: GPL-2.0-or-later
/* The rules themselves. */
#include "net/firewall.h"

#include <inttypes.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "net/mark.h"

#define FNV_BASIS UINT64_C(14695981039346656037)
#define FNV_PRIME UINT64_C(1099511628211)

/* Types of ICMP that a host may not be without: RFC 1122 3.2.2, RFC 4890 4.4. */
#define ICMP_FAULTS       "destination-unreachable, time-exceeded, parameter-problem"
#define ICMPV6_FAULTS     "destination-unreachable, packet-too-big, time-exceeded, parameter-problem"
#define ICMPV6_NEIGHBOURS "nd-neighbor-solicit, nd-neighbor-advert"

/* ---- writing ---- */

struct writer {
	FILE *out;
	uint32_t owner;
	const char *chain;
	uint64_t chain_hash;
	uint64_t digest;
};

static uint64_t hash_text(uint64_t hash, const char *text)
{
	for (const char *p = text;; p++) {
		hash = (hash ^ (uint8_t)*p) * FNV_PRIME;
		if (!*p)
			return hash;
	}
}

static uint64_t fold_rule(uint64_t digest, const char *chain, const char *comment)
{
	return hash_text(hash_text(digest ? digest : FNV_BASIS, chain), comment);
}

static void chain(struct writer *w, const char *name, const char *header)
{
	if (w->chain)
		fputs("}\n", w->out);
	fprintf(w->out, "chain %s { %s;\n", name, header);
	w->chain = name;
	w->chain_hash = hash_text(FNV_BASIS, header);
}

__attribute__((format(printf, 3, 4))) static void rule(
	struct writer *w, const char *purpose, const char *format, ...)
{
	char words[512], comment[96];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(words, sizeof(words), format, arguments);
	va_end(arguments);
	snprintf(comment, sizeof(comment), "%s [vrfgate@%08" PRIx32 " %08" PRIx32 "]", purpose,
		w->owner, (uint32_t)hash_text(w->chain_hash, words));
	fprintf(w->out, "%s comment \"%s\"\n", words, comment);
	w->digest = fold_rule(w->digest, w->chain, comment);
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

/* ---- inside ---- */

/* Nothing of the uplink is tracked: that would cost each of its packets, and it needs no state. */
static void write_raw(struct writer *w)
{
	chain(w, "prerouting", "type filter hook prerouting priority raw; policy accept");
	rule(w, "untracked", "iifname \"" NET_UPLINK_INSIDE "\" notrack");
	chain(w, "output", "type filter hook output priority raw; policy accept");
	rule(w, "untracked", "oifname \"" NET_UPLINK_INSIDE "\" notrack");
}

/* The uplink is the gateway's own: its ends talk to each other, and nobody else to either. */
static void write_uplink_input(
	struct writer *w, const struct net_want *want, const struct net_want_netns *netns)
{
	char text[ADDRESS_TEXT_SIZE];
	struct address root, own;

	if (net_uplink_addresses(&want->uplink_prefix, netns->id, &root, &own) < 0)
		return;
	rule(w, "gateway", "iifname \"" NET_UPLINK_INSIDE "\" ip6 saddr %s accept",
		address_format(&root, false, text));
	rule(w, "spoofed", "iifname \"" NET_UPLINK_INSIDE "\" drop");
	rule(w, "spoofed", "ip6 saddr %s drop", address_format(&root, true, text));
	rule(w, "to the uplink's address", "ip6 daddr %s drop", address_format(&own, false, text));
}

static void write_allowed(struct writer *w, const struct net_want_netns *netns)
{
	for (size_t i = 0; i < netns->n_allow; i++)
		rule(w, "allowed", "%s dport %u accept",
			netns->allow[i].protocol == IPPROTO_TCP ? "tcp" : "udp",
			netns->allow[i].port);
}

static void write_input(
	struct writer *w, const struct net_want *want, const struct net_want_netns *netns)
{
	chain(w, "input", "type filter hook input priority filter; policy drop");
	rule(w, "own", "iifname \"lo\" accept");
	if (netns->has_uplink)
		write_uplink_input(w, want, netns);
	/* Not `related`: that has redirects, too. */
	rule(w, "answers", "ct state established accept");
	rule(w, "needed", "icmp type { echo-request, " ICMP_FAULTS " } accept");
	rule(w, "needed",
		"icmpv6 type { echo-request, " ICMPV6_NEIGHBOURS ", " ICMPV6_FAULTS " } accept");
	write_allowed(w, netns);
	rule(w, "all else", "drop");
}

static void write_forward(struct writer *w, const struct net_want_netns *netns)
{
	chain(w, "forward", "type filter hook forward priority filter; policy drop");
	if (netns->forward)
		rule(w, "between customer interfaces",
			"iifname != \"" NET_UPLINK_INSIDE "\" oifname != \"" NET_UPLINK_INSIDE
			"\" accept");
	rule(w, "all else", "drop");
}

void net_firewall_inside(struct net_firewall *firewall, const struct net_want *want,
	const struct net_want_netns *netns)
{
	struct writer w;
	size_t size;

	writer_begin(&w, firewall, &size, want->owner);
	if (netns->has_uplink)
		write_raw(&w);
	write_input(&w, want, netns);
	write_forward(&w, netns);
	writer_end(&w, firewall);
}

/* ---- root ---- */

/* Uplinks are told by our link group: a name can be anybody's. A rule about all of them is the same for
 * every vrfgate of the machine; past it each judges its own prefix. */
#define FROM_OTHERS "meta iifgroup != %u"
#define TO_OTHERS   "meta oifgroup != %u"

static void write_root_prerouting(struct writer *w)
{
	chain(w, "prerouting", "type filter hook prerouting priority raw; policy accept");
	rule(w, "no uplink", FROM_OTHERS " accept", NET_LINK_GROUP);
	/* fib takes it for duplicate address detection, which uplinks do without. */
	rule(w, "spoofed", "ip6 saddr :: drop");
	/* Only the other end of an uplink's own network has its way back there. */
	rule(w, "spoofed", "fib saddr . iif oif missing drop");
}

static void write_root_input(struct writer *w, const char *prefix, uint16_t server_port)
{
	chain(w, "input", "type filter hook input priority filter; policy accept");
	rule(w, "no uplink", FROM_OTHERS " accept", NET_LINK_GROUP);
	rule(w, "another vrfgate's", "ip6 saddr != %s accept", prefix);
	rule(w, "neighbours", "icmpv6 type { " ICMPV6_NEIGHBOURS " } accept");
	rule(w, "another uplink's address", "fib daddr . iif type != local drop");
	rule(w, "server", "tcp dport %u accept", server_port);
	/* Not tracked: that would have the kernel track whatever passes the host. */
	rule(w, "answers", "tcp flags & (syn | ack) != syn accept");
	rule(w, "answers", "icmpv6 type { echo-reply, " ICMPV6_FAULTS " } accept");
	rule(w, "all else", "drop");
}

static void write_root_forward(struct writer *w, const char *prefix)
{
	chain(w, "forward", "type filter hook forward priority filter; policy accept");
	rule(w, "no uplink", FROM_OTHERS " " TO_OTHERS " accept", NET_LINK_GROUP, NET_LINK_GROUP);
	rule(w, "another vrfgate's", "ip6 saddr != %s ip6 daddr != %s accept", prefix, prefix);
	rule(w, "all else", "drop");
}

void net_firewall_root(struct net_firewall *firewall, const struct net_want *want)
{
	char prefix[ADDRESS_TEXT_SIZE];
	struct writer w;
	size_t size;

	address_format(&want->uplink_prefix, true, prefix);
	writer_begin(&w, firewall, &size, want->owner);
	write_root_prerouting(&w);
	write_root_input(&w, prefix, want->server_port);
	write_root_forward(&w, prefix);
	writer_end(&w, firewall);
}

const char *net_firewall_own_table(uint32_t owner, char name[NET_FIREWALL_NAME_SIZE])
{
	snprintf(name, NET_FIREWALL_NAME_SIZE, NET_FIREWALL_TABLE "-%08" PRIx32, owner);
	return name;
}

/* ---- what is had ---- */

void net_firewall_fold(
	struct net_have_firewall *have, uint32_t owner, const char *chain_name, const char *comment)
{
	char mark[24];

	snprintf(mark, sizeof(mark), "[vrfgate@%08" PRIx32 " ", owner);
	if (!have->digest)
		have->foreign = true;
	if (comment && strstr(comment, mark))
		have->foreign = false;
	have->digest = fold_rule(have->digest, chain_name, comment ? comment : "");
}
