// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading and judging the root namespace's forwarding. */
#include "net/forwarding.h"

#include <errno.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "net/channel.h"
#include "net/dump.h"

static const struct {
	uint8_t family;
	const char *key;
	const char *word;
} kinds[NET_FORWARDING_KINDS] = {
	[NET_FORWARDING_IPV6] = { AF_INET6, "net.ipv6.conf.all.forwarding", "ipv6" },
	[NET_FORWARDING_IPV4] = { AF_INET, "net.ipv4.ip_forward", "ipv4" },
};

static int read_kind(struct net_channel *channel, uint32_t owner, enum net_forwarding_kind kind,
	struct net_have_forwarding *have, struct error *err)
{
	struct net_have_link lo;
	char mark[NET_MARK_SIZE];
	int ret = net_dump_forwarding_now(channel, kinds[kind].family, &have->on, err);

	if (ret < 0)
		return ret;
	ret = net_dump_link(channel, net_forwarding_mark(mark, kind, owner), 0, &lo, err);
	have->ours = ret == 0;
	if (ret != -ENODEV)
		return ret;
	error_clear(err);
	return 0;
}

int net_forwarding_read(
	uint32_t owner, struct net_have_forwarding have[NET_FORWARDING_KINDS], struct error *err)
{
	cleanup(net_channel_close) struct net_channel channel = NET_CHANNEL_INIT;
	int ret = net_channel_open(&channel, err);

	for (int kind = 0; ret == 0 && kind < NET_FORWARDING_KINDS; kind++)
		ret = read_kind(&channel, owner, (enum net_forwarding_kind)kind, &have[kind], err);
	return ret;
}

const char *net_forwarding_key(enum net_forwarding_kind kind)
{
	return kinds[kind].key;
}

const char *net_forwarding_mark(
	char mark[NET_MARK_SIZE], enum net_forwarding_kind kind, uint32_t owner)
{
	return net_mark_forwarding(mark, kinds[kind].word, owner);
}

bool net_forwarding_wanted(const struct net_want *want, enum net_forwarding_kind kind)
{
	return want->server_place != NET_SERVER_HERE && want->server.family == kinds[kind].family;
}

bool net_forwarding_narrow(const struct net_want *want, const struct net_have_forwarding *have,
	enum net_forwarding_kind kind)
{
	return net_forwarding_wanted(want, kind) && (have[kind].ours || !have[kind].on);
}
