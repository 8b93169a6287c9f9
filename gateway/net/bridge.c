// SPDX-License-Identifier: GPL-2.0-or-later
/* The VLANs that a bridge has on itself. */
#include "net/bridge.h"

#include <errno.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "net/channel.h"
#include "net/dump.h"
#include "net/message.h"

struct search {
	int ifindex;
	uint16_t id;
	bool found;
};

/* A range is two of them, which may be in two messages only where it is as long as all VLANs there are. */
static void search_vlans(struct search *search, struct nlattr *list)
{
	struct nlattr *attribute;
	uint16_t first = 0;
	int rest;

	nla_for_each_nested(attribute, list, rest)
	{
		struct bridge_vlan_info info;

		if (nla_type(attribute) != IFLA_BRIDGE_VLAN_INFO ||
			nla_len(attribute) < (int)sizeof(info))
			continue;
		memcpy(&info, nla_data(attribute), sizeof(info));
		if (!(info.flags & BRIDGE_VLAN_INFO_RANGE_END))
			first = info.vid;
		if (!(info.flags & BRIDGE_VLAN_INFO_RANGE_BEGIN) && search->id >= first &&
			search->id <= info.vid)
			search->found = true;
	}
}

/* A port's message has the same kind of list; the bridge's own is of its own index. */
static void search_link(const struct nlmsghdr *header, void *data)
{
	struct search *search = data;
	const struct ifinfomsg *info = nlmsg_data(header);
	struct nlattr *a[IFLA_MAX + 1];

	if (header->nlmsg_type == RTM_NEWLINK &&
		net_message_parse(header, sizeof(*info), a, IFLA_MAX) &&
		info->ifi_index == search->ifindex && a[IFLA_AF_SPEC])
		search_vlans(search, a[IFLA_AF_SPEC]);
}

static int dump_vlans(struct net_channel *channel, struct search *search, struct error *err)
{
	struct ifinfomsg info = { .ifi_family = AF_BRIDGE };
	cleanup_message struct nl_msg *request = nlmsg_alloc_simple(RTM_GETLINK, 0);

	if (!request)
		abort();
	nlmsg_append(request, &info, sizeof(info), NLMSG_ALIGNTO);
	nla_put_u32(request, IFLA_EXT_MASK, RTEXT_FILTER_BRVLAN_COMPRESSED);
	return net_channel_dump(channel, request, search_link, search, err);
}

int net_bridge_lacks_vlan(
	const char *parent, uint16_t id, bool *lacks, char name[NET_IFNAME_SIZE], struct error *err)
{
	cleanup(net_channel_close) struct net_channel channel = NET_CHANNEL_INIT;
	struct search search = { .id = id };
	struct net_have_link link = { 0 };
	int ret = net_channel_open(&channel, err);

	*lacks = false;
	if (ret == 0)
		ret = net_dump_link(&channel, parent, 0, &link, err);
	if (ret == -ENODEV) {
		error_clear(err);
		return 0;
	}
	if (ret < 0 || !link.filters_vlans)
		return ret;
	search.ifindex = link.ifindex;
	memcpy(name, link.name, sizeof(link.name));
	ret = dump_vlans(&channel, &search, err);
	*lacks = ret == 0 && !search.found;
	return ret;
}
