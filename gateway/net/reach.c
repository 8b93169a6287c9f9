// SPDX-License-Identifier: GPL-2.0-or-later
/* Pings, connections and neighbours from inside a namespace. */
#include "net/reach.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "net/channel.h"
#include "net/netns.h"

#define TRIES       2
#define PACKET_SIZE 64

static uint64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* --- inside the namespace --- */

typedef int (*inside_fn)(const struct net_reach *reach, void *data, struct error *err);

static int run_inside(const struct net_reach *reach, inside_fn run, void *data, struct error *err)
{
	cleanup_fd int fd = reach->netns ? netns_open(reach->netns, err) : -1;
	cleanup(netns_leave) int back = -1;

	if (reach->netns && (fd < 0 || netns_enter(fd, &back, err) < 0))
		return -err->code;
	return run(reach, data, err);
}

struct endpoint {
	struct sockaddr_storage address;
	socklen_t size;
};

static struct endpoint endpoint_of(const struct net_reach *reach, uint16_t port)
{
	struct endpoint endpoint = { 0 };
	struct sockaddr_in *v4 = (struct sockaddr_in *)&endpoint.address;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&endpoint.address;

	if (reach->to->family == AF_INET) {
		*v4 = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(port) };
		memcpy(&v4->sin_addr, reach->to->bytes, sizeof(v4->sin_addr));
		endpoint.size = sizeof(*v4);
	} else {
		*v6 = (struct sockaddr_in6){ .sin6_family = AF_INET6, .sin6_port = htons(port) };
		memcpy(&v6->sin6_addr, reach->to->bytes, sizeof(v6->sin6_addr));
		if (reach->interface && IN6_IS_ADDR_LINKLOCAL(&v6->sin6_addr))
			v6->sin6_scope_id = if_nametoindex(reach->interface);
		endpoint.size = sizeof(*v6);
	}
	return endpoint;
}

struct way {
	int type, protocol;
	uint16_t port;
	struct endpoint to; /* filled in inside: a link-local address names an interface there */
};

static int socket_inside(const struct net_reach *reach, void *data, struct error *err)
{
	struct way *way = data;
	int fd = socket(reach->to->family, way->type | SOCK_CLOEXEC | SOCK_NONBLOCK, way->protocol);

	way->to = endpoint_of(reach, way->port);
	return fd < 0 ? error_set_errno(err, errno, "cannot make a socket") : fd;
}

/* --- ping --- */

static uint16_t checksum(const uint8_t *data, size_t size)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < size; i += 2)
		sum += (uint32_t)data[i] << 8 | data[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons((uint16_t)~sum);
}

/* Echo request and reply have the same form in both families: type, code, checksum, id, sequence. */
struct echo {
	uint8_t type, code;
	uint16_t checksum, id, sequence;
};

static int echo_send(int fd, const struct net_reach *reach, uint16_t sequence, struct error *err)
{
	bool v4 = reach->to->family == AF_INET;
	struct echo echo = { v4 ? ICMP_ECHO : ICMP6_ECHO_REQUEST, 0, 0, htons((uint16_t)getpid()),
		htons(sequence) };
	uint8_t packet[PACKET_SIZE] = { 0 };

	memcpy(packet, &echo, sizeof(echo));
	/* That of ICMPv6 is the kernel's to fill in. */
	if (v4)
		echo.checksum = checksum(packet, sizeof(packet));
	memcpy(packet, &echo, sizeof(echo));
	return send(fd, packet, sizeof(packet), 0) < 0 ? error_set_errno(err, errno, "cannot send")
						       : 0;
}

/* A raw socket of IPv4 gives the IP header too. */
static bool echo_is_answer(const uint8_t *packet, size_t size, uint8_t family, uint16_t sequence)
{
	size_t skip = family == AF_INET && size > 0 ? (size_t)(packet[0] & 15) * 4 : 0;
	struct echo echo;

	if (size < skip + sizeof(echo))
		return false;
	memcpy(&echo, packet + skip, sizeof(echo));
	return echo.type == (family == AF_INET ? ICMP_ECHOREPLY : ICMP6_ECHO_REPLY) &&
		echo.id == htons((uint16_t)getpid()) && echo.sequence == htons(sequence);
}

/* 1: it came; 0: it did not in time. */
static int echo_await(int fd, uint8_t family, uint16_t sequence, uint64_t until_us)
{
	uint8_t packet[1024];

	for (;;) {
		struct pollfd ready = { .fd = fd, .events = POLLIN };
		uint64_t now = now_us();
		ssize_t n;

		if (now >= until_us || poll(&ready, 1, (int)((until_us - now + 999) / 1000)) <= 0)
			return 0;
		n = recv(fd, packet, sizeof(packet), 0);
		if (n > 0 && echo_is_answer(packet, (size_t)n, family, sequence))
			return 1;
	}
}

int net_reach_ping(const struct net_reach *reach, uint64_t *rtt_us, struct error *err)
{
	bool v4 = reach->to->family == AF_INET;
	struct way way = { .type = SOCK_RAW, .protocol = v4 ? IPPROTO_ICMP : IPPROTO_ICMPV6 };
	cleanup_fd int fd = run_inside(reach, socket_inside, &way, err);

	if (fd < 0)
		return fd;
	if (connect(fd, (struct sockaddr *)&way.to.address, way.to.size) < 0)
		return error_set_errno(err, errno, "cannot send");
	for (uint16_t try = 1; try <= TRIES; try++) {
		uint64_t sent_us = now_us();
		int r = echo_send(fd, reach, try, err);

		if (r < 0)
			return r;
		if (echo_await(fd, reach->to->family, try,
			    sent_us + reach->timeout_ms * 1000 / TRIES)) {
			*rtt_us = now_us() - sent_us;
			return 0;
		}
	}
	return error_set(err, ETIMEDOUT, "no answer");
}

/* --- connect --- */

int net_reach_connect(const struct net_reach *reach, uint16_t port, struct error *err)
{
	struct way way = { .type = SOCK_STREAM, .port = port };
	cleanup_fd int fd = run_inside(reach, socket_inside, &way, err);
	struct pollfd ready = { .fd = fd, .events = POLLOUT };
	struct timeval patience = { (time_t)(reach->timeout_ms / 1000),
		(suseconds_t)(reach->timeout_ms % 1000 * 1000) };
	socklen_t size = sizeof(int);
	int code = 0;

	if (fd < 0)
		return fd;
	if (connect(fd, (struct sockaddr *)&way.to.address, way.to.size) < 0 &&
		errno != EINPROGRESS)
		return error_set_errno(err, errno, "cannot connect");
	if (poll(&ready, 1, (int)reach->timeout_ms) <= 0)
		return error_set(err, ETIMEDOUT, "no answer");
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &code, &size) < 0 || code != 0)
		return error_set_errno(err, code ? code : errno, "cannot connect");
	if (fcntl(fd, F_SETFL, 0) < 0 ||
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) < 0 ||
		setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) < 0)
		return error_set_errno(err, errno, "cannot set up a socket");
	return steal_fd(&fd);
}

/* --- neighbours --- */

struct lookup {
	const struct address *to;
	int ifindex; /* 0: on whichever */
	enum net_neighbour neighbour;
	uint8_t *mac;
};

static void neighbour_judge(const struct nlmsghdr *header, void *data)
{
	struct lookup *lookup = data;
	const struct ndmsg *info = nlmsg_data(header);
	struct nlattr *a[NDA_MAX + 1];

	if (header->nlmsg_type != RTM_NEWNEIGH || info->ndm_family != lookup->to->family ||
		(lookup->ifindex && info->ndm_ifindex != lookup->ifindex) ||
		nlmsg_parse((struct nlmsghdr *)header, sizeof(*info), a, NDA_MAX, NULL) < 0 ||
		!a[NDA_DST] || (size_t)nla_len(a[NDA_DST]) != address_size(lookup->to) ||
		memcmp(nla_data(a[NDA_DST]), lookup->to->bytes, address_size(lookup->to)) != 0)
		return;
	if (info->ndm_state & (NUD_FAILED | NUD_INCOMPLETE)) {
		lookup->neighbour = NET_NEIGHBOUR_FAILED;
	} else if (a[NDA_LLADDR] && nla_len(a[NDA_LLADDR]) == 6) {
		lookup->neighbour =
			info->ndm_state & NUD_PERMANENT ? NET_NEIGHBOUR_SET : NET_NEIGHBOUR_KNOWN;
		memcpy(lookup->mac, nla_data(a[NDA_LLADDR]), 6);
	}
}

static int neighbour_inside(const struct net_reach *reach, void *data, struct error *err)
{
	cleanup(net_channel_close) struct net_channel channel = NET_CHANNEL_INIT;
	struct ndmsg info = { .ndm_family = reach->to->family };
	struct lookup *lookup = data;
	struct nl_msg *request;
	int r = net_channel_open(&channel, err);

	lookup->ifindex = reach->interface ? (int)if_nametoindex(reach->interface) : 0;
	if (r < 0)
		return r;
	request = nlmsg_alloc_simple(RTM_GETNEIGH, 0);
	if (!request)
		abort();
	nlmsg_append(request, &info, sizeof(info), NLMSG_ALIGNTO);
	r = net_channel_dump(&channel, request, neighbour_judge, data, err);
	nlmsg_free(request);
	/* The table changed meanwhile: what was looked for was seen all the same, or comes to be. */
	return r == -EINTR ? 0 : r;
}

int net_reach_neighbour(const struct net_reach *reach, enum net_neighbour *neighbour,
	uint8_t mac[6], struct error *err)
{
	struct lookup lookup = { .to = reach->to, .mac = mac };
	int r = run_inside(reach, neighbour_inside, &lookup, err);

	*neighbour = lookup.neighbour;
	return r;
}
