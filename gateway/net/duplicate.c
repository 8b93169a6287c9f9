// SPDX-License-Identifier: GPL-2.0-or-later
/* ARP probes and neighbour solicitations for addresses of our own. */
#include "net/duplicate.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if_arp.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "net/netns.h"

#define LIST_MAX 64
#define MAC_SIZE 6
/* What is read of one socket before the next has its turn. */
#define READ_MAX 64

/* RFC 826, for Ethernet and IPv4. */
struct arp_packet {
	uint16_t hardware, protocol;
	uint8_t hardware_size, protocol_size;
	uint16_t operation;
	uint8_t sender_mac[MAC_SIZE], sender[4];
	uint8_t target_mac[MAC_SIZE], target[4];
};
_Static_assert(sizeof(struct arp_packet) == 28, "it is as on the wire");

struct asking {
	net_own_mac_fn is_own;
	const void *data;
};

static bool is_v4(const struct net_duplicate *d)
{
	return d->address.family == AF_INET;
}

/* ---- sockets ---- */

static int arp_open(const struct net_duplicate *d)
{
	const struct sockaddr_ll place = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ARP),
		.sll_ifindex = d->ifindex,
	};
	/* Without a protocol it hears nothing before it is bound. */
	cleanup_fd int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (const struct sockaddr *)&place, sizeof(place)) < 0)
		return -errno;
	return steal_fd(&fd);
}

/* Our own kernel must not hear what we ask: it would take it for another host's. */
static int nd_open(const struct net_duplicate *d)
{
	cleanup_fd int fd =
		socket(AF_INET6, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_ICMPV6);
	struct icmp6_filter filter;
	int hops = 255, off = 0;

	ICMP6_FILTER_SETBLOCKALL(&filter);
	ICMP6_FILTER_SETPASS(ND_NEIGHBOR_ADVERT, &filter);
	if (fd < 0 || setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &filter, sizeof(filter)) < 0 ||
		setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &hops, sizeof(hops)) < 0 ||
		setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, &off, sizeof(off)) < 0 ||
		setsockopt(fd, SOL_SOCKET, SO_BINDTOIFINDEX, &d->ifindex, sizeof(d->ifindex)) < 0)
		return -errno;
	return steal_fd(&fd);
}

static int open_inside(const struct net_duplicate *d)
{
	cleanup_fd int netns_fd = netns_open(d->netns, NULL);
	cleanup(netns_leave) int back = -1;

	if (netns_fd < 0 || netns_enter(netns_fd, &back, NULL) < 0)
		return -1;
	return is_v4(d) ? arp_open(d) : nd_open(d);
}

void net_duplicates_open(struct net_duplicate *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int fd = open_inside(&list[i]);

		list[i].fd = fd < 0 ? -1 : fd;
		list[i].found = list[i].has_mac = false;
	}
}

void net_duplicates_close(struct net_duplicate *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		cleanup_close_fd(&list[i].fd);
		list[i].fd = -1;
	}
}

/* ---- asking ---- */

static void arp_ask(const struct net_duplicate *d)
{
	struct arp_packet packet = {
		.hardware = htons(ARPHRD_ETHER),
		.protocol = htons(ETH_P_IP),
		.hardware_size = MAC_SIZE,
		.protocol_size = sizeof(packet.sender),
		.operation = htons(ARPOP_REQUEST),
	};
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ARP),
		.sll_ifindex = d->ifindex,
		.sll_halen = MAC_SIZE,
	};

	memcpy(packet.sender_mac, d->own_mac, MAC_SIZE);
	memcpy(packet.target, d->address.bytes, sizeof(packet.target));
	memset(to.sll_addr, 0xff, MAC_SIZE);
	(void)sendto(
		d->fd, &packet, sizeof(packet), MSG_NOSIGNAL, (struct sockaddr *)&to, sizeof(to));
}

/* To the solicited-node multicast address (RFC 4291, 2.7.1); who answers says its hardware address. */
static void nd_ask(const struct net_duplicate *d)
{
	static const uint8_t group[] = { 0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff };
	struct {
		struct nd_neighbor_solicit head;
		uint8_t type, length, mac[MAC_SIZE];
	} packet = { .type = ND_OPT_SOURCE_LINKADDR, .length = 1 };
	struct sockaddr_in6 to = { .sin6_family = AF_INET6, .sin6_scope_id = (uint32_t)d->ifindex };

	packet.head.nd_ns_type = ND_NEIGHBOR_SOLICIT;
	memcpy(&packet.head.nd_ns_target, d->address.bytes, sizeof(packet.head.nd_ns_target));
	memcpy(packet.mac, d->own_mac, MAC_SIZE);
	memcpy(&to.sin6_addr, group, sizeof(group));
	memcpy(to.sin6_addr.s6_addr + sizeof(group), d->address.bytes + sizeof(group),
		sizeof(to.sin6_addr) - sizeof(group));
	(void)sendto(
		d->fd, &packet, sizeof(packet), MSG_NOSIGNAL, (struct sockaddr *)&to, sizeof(to));
}

/* ---- answers, which anybody may have made up ---- */

static bool is_host_mac(const uint8_t mac[MAC_SIZE])
{
	static const uint8_t none[MAC_SIZE];

	return !(mac[0] & 1) && memcmp(mac, none, MAC_SIZE) != 0;
}

static void note(struct net_duplicate *d, const struct asking *asking, const uint8_t mac[MAC_SIZE])
{
	if (!is_host_mac(mac) || asking->is_own(d, mac, asking->data))
		return;
	d->found = d->has_mac = true;
	memcpy(d->mac, mac, MAC_SIZE);
}

/* Whatever it is for: who sends with our address has it. */
static void arp_judge(
	struct net_duplicate *d, const struct asking *asking, const uint8_t *data, size_t size)
{
	struct arp_packet packet;

	if (size < sizeof(packet))
		return;
	memcpy(&packet, data, sizeof(packet));
	if (packet.hardware == htons(ARPHRD_ETHER) && packet.protocol == htons(ETH_P_IP) &&
		packet.hardware_size == MAC_SIZE && packet.protocol_size == sizeof(packet.sender) &&
		memcmp(packet.sender, d->address.bytes, sizeof(packet.sender)) == 0)
		note(d, asking, packet.sender_mac);
}

static void nd_judge(
	struct net_duplicate *d, const struct asking *asking, const uint8_t *data, size_t size)
{
	struct nd_neighbor_advert head;

	if (size < sizeof(head))
		return;
	memcpy(&head, data, sizeof(head));
	if (head.nd_na_type != ND_NEIGHBOR_ADVERT ||
		memcmp(&head.nd_na_target, d->address.bytes, sizeof(head.nd_na_target)) != 0)
		return;
	for (size_t at = sizeof(head); at + 8 <= size && data[at + 1]; at += data[at + 1] * 8U)
		if (data[at] == ND_OPT_TARGET_LINKADDR) {
			note(d, asking, data + at + 2);
			return;
		}
}

static void read_answers(struct net_duplicate *d, const struct asking *asking)
{
	uint8_t data[256];
	ssize_t n;

	for (int i = 0; i < READ_MAX && !d->found; i++) {
		n = recv(d->fd, data, sizeof(data), 0);
		if (n < 0)
			return;
		if (is_v4(d))
			arp_judge(d, asking, data, (size_t)n);
		else
			nd_judge(d, asking, data, (size_t)n);
	}
}

/* Those that are waited for; how many. */
static size_t poll_fill(const struct net_duplicate *list, size_t count, struct pollfd *polls)
{
	size_t waiting = 0;

	for (size_t i = 0; i < count; i++) {
		bool waits = list[i].fd >= 0 && !list[i].found;

		polls[i] = (struct pollfd){ .fd = waits ? list[i].fd : -1, .events = POLLIN };
		waiting += waits;
	}
	return waiting;
}

void net_duplicates_ask(struct net_duplicate *list, size_t count, uint64_t timeout_ms,
	net_own_mac_fn is_own, const void *data)
{
	const struct asking asking = { is_own, data };
	uint64_t until_ms = clock_now_ms() + timeout_ms, now_ms;
	struct pollfd polls[LIST_MAX];

	if (count > LIST_MAX)
		count = LIST_MAX;
	for (size_t i = 0; i < count; i++) {
		if (list[i].fd < 0)
			continue;
		if (is_v4(&list[i]))
			arp_ask(&list[i]);
		else
			nd_ask(&list[i]);
	}
	while ((now_ms = clock_now_ms()) < until_ms && poll_fill(list, count, polls)) {
		if (poll(polls, count, (int)(until_ms - now_ms)) < 0 && errno != EINTR)
			return;
		for (size_t i = 0; i < count; i++)
			if (polls[i].revents)
				read_answers(&list[i], &asking);
	}
}
