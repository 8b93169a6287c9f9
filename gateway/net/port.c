// SPDX-License-Identifier: GPL-2.0-or-later
/* SOCK_DIAG_BY_FAMILY dumps (sock_diag(7)) of a port's connections. */
#include "net/port.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>
#include <netlink/msg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "net/channel.h"
#include "net/netns.h"

struct reading {
	uint16_t port;
	struct net_port_peers *peers;
};

static struct address peer_address(const struct inet_diag_msg *info)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	const uint8_t *bytes = (const uint8_t *)info->id.idiag_dst;
	struct address address = { .family = AF_INET, .prefix_length = 32 };

	if (info->idiag_family == AF_INET6 && memcmp(bytes, mapped, sizeof(mapped)) == 0)
		bytes += sizeof(mapped);
	else if (info->idiag_family == AF_INET6)
		address = (struct address){ .family = AF_INET6, .prefix_length = 128 };
	memcpy(address.bytes, bytes, address_size(&address));
	return address;
}

static void peer_count(struct net_port_peers *peers, const struct address *address)
{
	peers->connections++;
	for (size_t i = 0; i < peers->count; i++)
		if (address_equal(&peers->peers[i].address, address)) {
			peers->peers[i].connections++;
			return;
		}
	if (peers->count < NET_PORT_PEERS_MAX)
		peers->peers[peers->count++] = (struct net_port_peer){ *address, 1 };
}

static void connection_store(const struct nlmsghdr *header, void *data)
{
	const struct inet_diag_msg *info = nlmsg_data(header);
	const struct reading *reading = data;
	struct address address;

	if (header->nlmsg_type != SOCK_DIAG_BY_FAMILY ||
		nlmsg_datalen(header) < (int)sizeof(*info) || info->idiag_inode == 0 ||
		ntohs(info->id.idiag_sport) != reading->port)
		return;
	address = peer_address(info);
	peer_count(reading->peers, &address);
}

static void listener_store(const struct nlmsghdr *header, void *data)
{
	const struct inet_diag_msg *info = nlmsg_data(header);

	if (header->nlmsg_type == SOCK_DIAG_BY_FAMILY &&
		nlmsg_datalen(header) >= (int)sizeof(*info))
		net_port_set_add(data, ntohs(info->id.idiag_sport));
}

/* Sockets in a state of TCP, of one port or, 0, of all. */
struct dump {
	int state;
	uint16_t port;
	void (*store)(const struct nlmsghdr *header, void *data);
	void *data;
};

static int family_read(
	struct net_channel *channel, int family, const struct dump *dump, struct error *err)
{
	struct inet_diag_req_v2 query = {
		.sdiag_family = (uint8_t)family,
		.sdiag_protocol = IPPROTO_TCP,
		.idiag_states = 1U << dump->state,
		.id.idiag_sport = htons(dump->port),
	};
	struct nl_msg *request = nlmsg_alloc_simple(SOCK_DIAG_BY_FAMILY, 0);
	int ret;

	if (!request)
		abort();
	nlmsg_append(request, &query, sizeof(query), NLMSG_ALIGNTO);
	ret = net_channel_dump(channel, request, dump->store, dump->data, err);
	nlmsg_free(request);
	return ret;
}

static int by_connections(const void *a, const void *b)
{
	const struct net_port_peer *one = a, *other = b;

	return (one->connections < other->connections) - (one->connections > other->connections);
}

static int sockets_read(const struct dump *dump, struct error *err)
{
	cleanup(net_channel_close) struct net_channel channel = NET_CHANNEL_INIT;
	int ret = net_channel_open_sockets(&channel, err);

	if (ret == 0)
		ret = family_read(&channel, AF_INET, dump, err);
	if (ret == 0)
		ret = family_read(&channel, AF_INET6, dump, err);
	return ret;
}

int net_port_listeners_read(struct net_port_set *ports, struct error *err)
{
	return sockets_read(&(struct dump){ TCP_LISTEN, 0, listener_store, ports }, err);
}

int net_port_peers_read(
	const char *netns, uint16_t port, struct net_port_peers *peers, struct error *err)
{
	cleanup_fd int fd = netns_open(netns, err);
	cleanup(netns_leave) int back = -1;
	int ret = fd < 0 ? fd : netns_enter(fd, &back, err);

	memset(peers, 0, sizeof(*peers));
	if (ret == 0)
		ret = sockets_read(&(struct dump){ TCP_ESTABLISHED, port, connection_store,
					   &(struct reading){ port, peers } },
			err);
	qsort(peers->peers, peers->count, sizeof(peers->peers[0]), by_connections);
	return ret;
}

const char *net_port_peers_format(const struct net_port_peers *peers, char text[128])
{
	const struct net_port_peer *first = &peers->peers[0];
	char address[ADDRESS_TEXT_SIZE], others[48] = "";

	text[0] = '\0';
	if (peers->count == 0)
		return text;
	if (peers->count > 1)
		snprintf(others, sizeof(others), " and %zu other%s", peers->count - 1,
			peers->count > 2 ? "s" : "");
	snprintf(text, 128, "%s (%zu connection%s)%s",
		address_format(&first->address, false, address), first->connections,
		first->connections == 1 ? "" : "s", others);
	return text;
}
