// SPDX-License-Identifier: GPL-2.0-or-later
/* RTM_GETSTATS (rtnetlink(7)). */
#include "net/counters.h"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "net/channel.h"
#include "net/netns.h"

static struct net_link_state *link_find(struct net_netns_state *state, int ifindex)
{
	for (size_t i = 0; i < state->n_links; i++)
		if (state->links[i].ifindex == ifindex)
			return &state->links[i];
	return NULL;
}

static void counters_store(const struct nlmsghdr *header, void *data)
{
	const struct if_stats_msg *info = nlmsg_data(header);
	struct net_link_state *link = link_find(data, (int)info->ifindex);
	struct nlattr *a[IFLA_STATS_MAX + 1];
	struct rtnl_link_stats64 stats = { 0 };
	size_t size;

	if (header->nlmsg_type != RTM_NEWSTATS || !link ||
		nlmsg_parse((struct nlmsghdr *)header, sizeof(*info), a, IFLA_STATS_MAX, NULL) <
			0 ||
		!a[IFLA_STATS_LINK_64])
		return;
	size = (size_t)nla_len(a[IFLA_STATS_LINK_64]);
	memcpy(&stats, nla_data(a[IFLA_STATS_LINK_64]),
		size < sizeof(stats) ? size : sizeof(stats));
	link->rx_bytes = stats.rx_bytes;
	link->tx_bytes = stats.tx_bytes;
	link->rx_errors = stats.rx_errors;
	link->tx_errors = stats.tx_errors;
}

static int entered_read(struct net_netns_state *state, struct error *err)
{
	struct if_stats_msg info = {
		.filter_mask = IFLA_STATS_FILTER_BIT(IFLA_STATS_LINK_64),
	};
	cleanup(net_channel_close) struct net_channel channel = NET_CHANNEL_INIT;
	struct nl_msg *request;
	int ret = net_channel_open(&channel, err);

	if (ret < 0)
		return ret;
	request = nlmsg_alloc_simple(RTM_GETSTATS, 0);
	if (!request)
		abort();
	nlmsg_append(request, &info, sizeof(info), NLMSG_ALIGNTO);
	ret = net_channel_dump(&channel, request, counters_store, state, err);
	nlmsg_free(request);
	return ret;
}

int net_counters_read(const char *netns, struct net_netns_state *state, struct error *err)
{
	cleanup_fd int fd = netns_open(netns, err);
	cleanup(netns_leave) int back = -1;
	int ret = fd < 0 ? fd : netns_enter(fd, &back, err);

	return ret < 0 ? ret : entered_read(state, err);
}
