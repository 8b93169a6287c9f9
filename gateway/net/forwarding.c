// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading and judging the root namespace's forwarding. */
#include "net/forwarding.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "net/channel.h"
#include "net/dump.h"

#define LO_IFINDEX 1
#define SEAL       "ipv6-default"
/* Between the family and a link's name, which has none. */
#define WAY        ":"

static const struct {
	uint8_t family;
	const char *key;
	const char *word;
} kinds[NET_FORWARDING_KINDS] = {
	[NET_FORWARDING_IPV6] = { AF_INET6, "net.ipv6.conf.all.forwarding", "ipv6" },
	[NET_FORWARDING_IPV4] = { AF_INET, "net.ipv4.ip_forward", "ipv4" },
};

/* ---- reading ---- */

static int read_switches(struct net_channel *channel,
	struct net_have_forwarding have[NET_FORWARDING_KINDS], struct error *err)
{
	int ret = 0;

	for (int kind = 0; ret == 0 && kind < NET_FORWARDING_KINDS; kind++)
		ret = net_dump_forwarding_now(channel, kinds[kind].family, &have[kind].on, err);
	if (ret == 0)
		ret = net_dump_forwarding_default(
			channel, AF_INET6, &have[NET_FORWARDING_IPV6].shared, err);
	return ret;
}

static struct net_have_way *add_way(struct net_have_forwarding *have, const char *name)
{
	struct net_have_way *way = &have->ways[have->n_ways];

	if (have->n_ways == NET_FORWARDING_WAYS || strlen(name) >= sizeof(way->name))
		return NULL;
	have->n_ways++;
	memset(way, 0, sizeof(*way));
	memcpy(way->name, name, strlen(name) + 1);
	return way;
}

/* The words of our marks: "ipv4", "ipv6", "ipv6-default", "ipv4:eth0". */
static void learn_mark(struct net_have_forwarding have[NET_FORWARDING_KINDS], const char *word)
{
	static const char way4[] = "ipv4" WAY;
	struct net_have_way *way;

	for (int kind = 0; kind < NET_FORWARDING_KINDS; kind++)
		have[kind].ours |= strcmp(word, kinds[kind].word) == 0;
	have[NET_FORWARDING_IPV6].sealed |= strcmp(word, SEAL) == 0;
	if (strncmp(word, way4, strlen(way4)) != 0)
		return;
	way = add_way(&have[NET_FORWARDING_IPV4], word + strlen(way4));
	if (way)
		way->ours = true;
}

static int read_marks(struct net_channel *channel, uint32_t owner,
	struct net_have_forwarding have[NET_FORWARDING_KINDS], struct error *err)
{
	cleanup(strings_finish) struct strings marks = { 0 };
	char word[NET_MARK_SIZE];
	int ret = net_dump_marks(channel, LO_IFINDEX, &marks, err);

	for (size_t i = 0; i < marks.count; i++)
		if (net_mark_forwarding_word(marks.items[i], owner, word))
			learn_mark(have, word);
	return ret;
}

static struct net_have_way *find_way(struct net_have_forwarding *have, const char *name)
{
	for (size_t i = 0; i < have->n_ways; i++)
		if (strcmp(have->ways[i].name, name) == 0)
			return &have->ways[i];
	return NULL;
}

/* Where packets to a node of the server leave, and so its answers come. */
static int read_wanted_way(struct net_channel *channel, const struct address *node,
	struct net_have_forwarding *have, bool *unreachable, struct error *err)
{
	struct net_have_link link = { 0 };
	struct net_have_way *way;
	int ifindex = 0;
	int ret = net_dump_way(channel, node, &ifindex, err);

	*unreachable = ret == 0 && ifindex == 0;
	/* One of this machine's own addresses. */
	if (ret < 0 || ifindex == 0 || ifindex == LO_IFINDEX)
		return ret;
	ret = net_dump_link(channel, NULL, ifindex, &link, err);
	if (ret == -ENODEV) {
		*unreachable = true;
		error_clear(err);
		return 0;
	}
	way = ret == 0 ? find_way(have, link.name) : NULL;
	if (ret == 0 && !way)
		way = add_way(have, link.name);
	if (way)
		way->wanted = true;
	return ret;
}

static int read_wanted_ways(struct net_channel *channel, const struct net_want *want,
	struct net_have_forwarding *have, struct error *err)
{
	int ret = 0;

	for (size_t i = 0; ret == 0 && i < want->servers.count; i++)
		ret = read_wanted_way(
			channel, &want->servers.nodes[i], have, &have->unreachable[i], err);
	return ret;
}

static int read_ways(
	struct net_channel *channel, struct net_have_forwarding *have, struct error *err)
{
	int ret = 0;

	for (size_t i = 0; ret == 0 && i < have->n_ways; i++) {
		struct net_have_link link = { 0 };

		ret = net_dump_link(channel, have->ways[i].name, 0, &link, err);
		if (ret == -ENODEV) {
			error_clear(err);
			ret = 0;
		}
		have->ways[i].ifindex = link.ifindex;
		have->ways[i].on = link.ifindex && link.forwarding4 > 0;
	}
	return ret;
}

int net_forwarding_read(const struct net_want *want,
	struct net_have_forwarding have[NET_FORWARDING_KINDS], struct error *err)
{
	cleanup(net_channel_close) struct net_channel channel = NET_CHANNEL_INIT;
	int ret = net_channel_open(&channel, err);

	memset(have, 0, NET_FORWARDING_KINDS * sizeof(*have));
	if (ret == 0)
		ret = read_switches(&channel, have, err);
	if (ret == 0)
		ret = read_marks(&channel, net_mark_owner(want->owner), have, err);
	if (ret == 0 && net_forwarding_wanted(want, NET_FORWARDING_IPV4))
		ret = read_wanted_ways(&channel, want, &have[NET_FORWARDING_IPV4], err);
	if (ret == 0)
		ret = read_ways(&channel, &have[NET_FORWARDING_IPV4], err);
	have[NET_FORWARDING_IPV6].shared &=
		have[NET_FORWARDING_IPV6].ours && have[NET_FORWARDING_IPV6].sealed;
	return ret;
}

/* ---- judging ---- */

const char *net_forwarding_key(enum net_forwarding_kind kind)
{
	return kinds[kind].key;
}

const char *net_forwarding_mark(
	char mark[NET_MARK_SIZE], enum net_forwarding_kind kind, const char *way, uint32_t owner)
{
	char word[NET_IFNAME_SIZE + 8];

	snprintf(word, sizeof(word), "%s%s%s", kinds[kind].word, way ? WAY : "", way ? way : "");
	return net_mark_forwarding(mark, word, owner);
}

const char *net_forwarding_seal(char mark[NET_MARK_SIZE], uint32_t owner)
{
	return net_mark_forwarding(mark, SEAL, owner);
}

bool net_forwarding_wanted(const struct net_want *want, enum net_forwarding_kind kind)
{
	return want->server_place != NET_SERVER_HERE &&
		net_servers_family(&want->servers) == kinds[kind].family;
}

bool net_forwarding_is_general(
	const struct net_have_forwarding *have, enum net_forwarding_kind kind)
{
	const struct net_have_forwarding *h = &have[kind];

	return h->on && (!h->ours || (kind == NET_FORWARDING_IPV6 && h->shared));
}

static bool is_ours_alone(const struct net_want *want, const struct net_have_forwarding *have,
	enum net_forwarding_kind kind)
{
	return net_forwarding_wanted(want, kind) && !net_forwarding_is_general(have, kind);
}

bool net_forwarding_narrow(const struct net_want *want, const struct net_have_forwarding *have)
{
	return is_ours_alone(want, have, NET_FORWARDING_IPV6);
}

bool net_forwarding_way_narrow(const struct net_want *want, const struct net_have_forwarding *have,
	const struct net_have_way *way)
{
	/* By somebody else on that link alone, for what he forwards from it. */
	return is_ours_alone(want, have, NET_FORWARDING_IPV4) &&
		(way->ours || !way->on || have[NET_FORWARDING_IPV4].on);
}

const struct net_have_way *net_forwarding_next_way(
	const struct net_have_forwarding *have, const struct net_have_way *before)
{
	const struct net_have_forwarding *ipv4 = &have[NET_FORWARDING_IPV4];

	for (size_t i = before ? (size_t)(before - ipv4->ways) + 1 : 0; i < ipv4->n_ways; i++)
		if (ipv4->ways[i].wanted && ipv4->ways[i].ifindex)
			return &ipv4->ways[i];
	return NULL;
}

/* ---- for people ---- */

static void warn_ipv6(const struct net_have_forwarding *have, struct strings *warnings)
{
	if (have->ours && have->on && !have->shared)
		strings_add(warnings,
			"IPv6 forwarding was off on this machine and is on for uplinks alone"
			" (net.ipv6.conf.all.forwarding): other IPv6 packets that it would forward are"
			" dropped until another program sets that, too");
}

static void warn_ipv4(const struct net_want *want, const struct net_have_forwarding *have,
	struct strings *warnings)
{
	const struct net_have_way *way = NULL;
	char server[ADDRESS_TEXT_SIZE];

	for (size_t i = 0; i < want->servers.count; i++)
		if (have[NET_FORWARDING_IPV4].unreachable[i])
			strings_addf(warnings, "this machine has no route to the Zabbix server %s",
				address_format(&want->servers.nodes[i], false, server));
	while ((way = net_forwarding_next_way(have, way)))
		if (way->ours && way->on)
			strings_addf(warnings,
				"IPv4 forwarding was off on this machine and is on for uplinks alone"
				" (net.ipv4.conf.%s.forwarding): other IPv4 packets that come in by %s are dropped"
				" until another program sets net.ipv4.ip_forward",
				way->name, way->name);
}

int net_forwarding_warn(const struct net_want *want, struct strings *warnings, struct error *err)
{
	struct net_have_forwarding have[NET_FORWARDING_KINDS];
	int ret;

	if (want->servers.count == 0 || want->server_place == NET_SERVER_HERE)
		return 0;
	ret = net_forwarding_read(want, have, err);
	if (ret < 0)
		return ret;
	if (net_forwarding_wanted(want, NET_FORWARDING_IPV6))
		warn_ipv6(&have[NET_FORWARDING_IPV6], warnings);
	else
		warn_ipv4(want, have, warnings);
	return 0;
}
