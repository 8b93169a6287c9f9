// SPDX-License-Identifier: GPL-2.0-or-later
/* Neighbour entries of gateways: RTM_GETNEIGH of one, and RTM_NEWNEIGH with NTF_USE. */
#include "net/gateway.h"

#include <errno.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <stdlib.h>
#include <string.h>

#include "net/channel.h"

static struct nl_msg *message_create(
	int type, int flags, const struct ndmsg *info, const struct address *address)
{
	struct nl_msg *message = nlmsg_alloc_simple(type, flags);

	if (!message)
		abort();
	nlmsg_append(message, (void *)info, sizeof(*info), NLMSG_ALIGNTO);
	nla_put(message, NDA_DST, (int)address_size(address), address->bytes);
	return message;
}

struct entry {
	uint16_t state; /* NUD_* */
	uint8_t mac[6];
};

static void entry_store(const struct nlmsghdr *header, void *data)
{
	const struct ndmsg *info = nlmsg_data(header);
	struct entry *entry = data;
	struct nlattr *mac;

	if (header->nlmsg_type != RTM_NEWNEIGH)
		return;
	entry->state = info->ndm_state;
	mac = nlmsg_find_attr((struct nlmsghdr *)header, sizeof(*info), NDA_LLADDR);
	if (mac && nla_len(mac) == sizeof(entry->mac))
		memcpy(entry->mac, nla_data(mac), sizeof(entry->mac));
}

static enum net_neighbour neighbour_of(uint16_t state)
{
	if (state & (NUD_FAILED | NUD_INCOMPLETE))
		return NET_NEIGHBOUR_FAILED;
	if (state & NUD_PERMANENT)
		return NET_NEIGHBOUR_SET;
	return state & ~NUD_NOARP ? NET_NEIGHBOUR_KNOWN : NET_NEIGHBOUR_UNKNOWN;
}

static bool is_gone(int ret)
{
	return ret == -ENOENT || ret == -ENODEV;
}

/* *entry stays as it is where there is none. */
static int entry_read(struct net_channel *channel, const struct net_gateway *gateway,
	struct entry *entry, struct error *err)
{
	struct ndmsg info = {
		.ndm_family = gateway->address->family,
		.ndm_ifindex = gateway->ifindex,
	};
	struct nl_msg *request = message_create(RTM_GETNEIGH, 0, &info, gateway->address);
	int ret = net_channel_get(channel, request, entry_store, entry, err);

	nlmsg_free(request);
	if (!is_gone(ret))
		return ret;
	if (err)
		error_clear(err);
	return 0;
}

bool net_gateway_mac(
	struct net_channel *channel, int ifindex, const struct address *address, uint8_t mac[6])
{
	static const uint8_t none[6];
	const struct net_gateway gateway = { .ifindex = ifindex, .address = address };
	struct entry entry = { .state = NUD_NONE };

	if (entry_read(channel, &gateway, &entry, NULL) < 0)
		return false;
	memcpy(mac, entry.mac, sizeof(entry.mac));
	return memcmp(entry.mac, none, sizeof(none)) != 0;
}

/* Where the kernel cannot, as on a link that is down, the entry stays as it is. */
static void entry_use(struct net_channel *channel, const struct net_gateway *gateway)
{
	struct ndmsg info = {
		.ndm_family = gateway->address->family,
		.ndm_ifindex = gateway->ifindex,
		.ndm_flags = NTF_USE,
	};
	struct nl_msg *message =
		message_create(RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, &info, gateway->address);
	struct net_batch batch = { 0 };
	struct net_batch_fault fault;

	net_batch_add(&batch, message);
	nlmsg_free(message);
	(void)net_batch_send(&batch, 0, 1, NULL, NULL, channel, &fault, NULL);
	net_batch_finish(&batch);
}

static bool is_to_be_asked(const struct net_gateway *gateway, uint16_t state)
{
	if (state & NUD_NOARP)
		return false;
	switch (gateway->neighbour) {
	case NET_NEIGHBOUR_FAILED:
		return true;
	case NET_NEIGHBOUR_UNKNOWN:
		return gateway->insist || gateway->refresh;
	case NET_NEIGHBOUR_KNOWN:
		return gateway->refresh && (state & NUD_STALE);
	case NET_NEIGHBOUR_SET:
		return false;
	}
	__builtin_unreachable();
}

static int gateway_read(struct net_channel *channel, struct net_gateway *gateway, struct error *err)
{
	struct entry entry = { .state = NUD_NONE };
	int ret = gateway->ifindex ? entry_read(channel, gateway, &entry, err) : 0;

	gateway->neighbour = neighbour_of(entry.state);
	memcpy(gateway->mac, entry.mac, sizeof(gateway->mac));
	if (ret == 0 && gateway->ifindex && is_to_be_asked(gateway, entry.state))
		entry_use(channel, gateway);
	return ret;
}

int net_gateways_read(
	struct net_channel *channel, struct net_gateway *gateways, size_t count, struct error *err)
{
	int ret = 0;

	for (size_t i = 0; i < count; i++)
		gateways[i].neighbour = NET_NEIGHBOUR_UNKNOWN;
	for (size_t i = 0; ret == 0 && i < count; i++)
		ret = gateway_read(channel, &gateways[i], err);
	return ret;
}
