// SPDX-License-Identifier: GPL-2.0-or-later
/* What must go on while customers and proxies attack, with sockets as programs have them. */
#pragma once

#include "attacks.h"
#include "net/reach.h"

#define PATIENCE_MS 3000

enum doing { CONNECT, REFUSED, POLL, UNREACHABLE, PING };

struct service {
	const char *name;
	enum doing doing;
	const char *netns, *address;
	uint16_t port;
};

static const struct service services[] = {
	{ "TCP to a device", CONNECT, "acme", "10.0.0.1", 80 },
	{ "TCP to a device, IPv6", CONNECT, "acme", "fd01::1", 80 },
	{ "TCP that a device refuses", REFUSED, "acme", "10.0.0.1", 81 },
	{ "UDP to a device", POLL, "acme", "10.0.0.1", 161 },
	{ "UDP to a device, IPv6", POLL, "acme", "fd01::1", 161 },
	{ "UDP that a device refuses", UNREACHABLE, "acme", "10.0.0.1", 162 },
	{ "UDP that a device refuses, IPv6", UNREACHABLE, "acme", "fd01::1", 162 },
	{ "ping of a device", PING, "acme", "10.0.0.1", 0 },
	{ "ping of a device, IPv6", PING, "acme", "fd01::1", 0 },
	{ "ping by a customer", PING, "custa", "10.0.0.2", 0 },
	{ "ping by a customer, IPv6", PING, "custa", "fd01::2", 0 },
	{ "proxy to itself", CONNECT, "acme", "127.0.0.1", PROXY_PORT },
	{ "proxy to itself, IPv6", CONNECT, "acme", "::1", PROXY_PORT },
	{ "proxy to server", CONNECT, "acme", ROOT_A, SERVER_PORT },
	{ "server to proxy", CONNECT, "", INSIDE_A, PROXY_PORT },
	{ "another vrfgate's proxy to server", CONNECT, "charlie", ROOT_C, OTHER_PORT },
	{ "server to another vrfgate's proxy", PING, "", INSIDE_C, 0 },
	{ "customer to an allowed port", CONNECT, "custb", "10.0.0.2", PROXY_PORT },
	{ "customer to an allowed port, IPv6", CONNECT, "custb", "fd01::2", PROXY_PORT },
	{ "from one interface to another of a VRF that forwards", CONNECT, "sitea", "10.0.0.1",
		80 },
	{ "root to a host", PING, "", "203.0.113.2", 0 },
	{ "host to root", CONNECT, "host", "203.0.113.1", 22 },
};
#define N_SERVICES (sizeof(services) / sizeof(*services))

static const struct {
	const char *netns, *address;
	uint16_t port;
} listening[] = {
	{ "custa", "10.0.0.1", 80 },
	{ "custa", "fd01::1", 80 },
	{ "", ROOT_A, SERVER_PORT },
	{ "", ROOT_C, OTHER_PORT },
	{ "", "203.0.113.1", 22 },
	{ "acme", INSIDE_A, PROXY_PORT },
	{ "acme", "127.0.0.1", PROXY_PORT },
	{ "acme", "::1", PROXY_PORT },
	{ "bravo", "10.0.0.2", PROXY_PORT },
	{ "bravo", "fd01::2", PROXY_PORT },
};
#define N_LISTENING (sizeof(listening) / sizeof(*listening))

static int listeners[N_LISTENING], devices[2]; /* UDP, of either family */

static inline int udp_socket(enum place place, const struct sockaddr_storage *to)
{
	int fd = customers_socket(place, to->ss_family, SOCK_DGRAM, 0);
	struct timeval timeout = { .tv_sec = PATIENCE_MS / 1000 };

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	return fd;
}

static inline void services_begin(void)
{
	for (size_t i = 0; i < N_LISTENING; i++) {
		listeners[i] =
			world_listen(listening[i].netns, listening[i].address, listening[i].port);
		/* Room for all: nobody accepts. */
		assert_int_equal(listen(listeners[i], 64), 0);
	}
	for (int i = 0; i < 2; i++) {
		struct sockaddr_storage at = world_endpoint(i ? "fd01::1" : "10.0.0.1", 161);

		devices[i] = udp_socket(CUSTA, &at);
		assert_int_equal(bind(devices[i], (struct sockaddr *)&at, sizeof(at)), 0);
	}
}

static inline bool connects(const char *netns, const char *address, uint16_t port)
{
	return world_connect(netns, address, port) == 0;
}

static inline bool pings(const char *netns, const char *address)
{
	struct address to = world_address(address);
	struct net_reach reach = { *netns ? netns : NULL, NULL, &to, PATIENCE_MS };
	uint64_t rtt_us;

	return net_reach_ping(&reach, &rtt_us, NULL) == 0;
}

static inline int udp_connect(const struct service *service)
{
	struct sockaddr_storage to = world_endpoint(service->address, service->port);
	int fd = udp_socket(ACME, &to);

	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	assert_int_equal(send(fd, "what?", 5, 0), 5);
	return fd;
}

/* The device answers where it was asked. */
static inline bool polls(const struct service *service)
{
	cleanup_fd int fd = udp_connect(service);
	int device = devices[strchr(service->address, ':') != NULL];
	struct sockaddr_storage from;
	socklen_t size = sizeof(from);
	char text[16];

	return recvfrom(device, text, sizeof(text), 0, (struct sockaddr *)&from, &size) == 5 &&
		sendto(device, "that!!", 6, 0, (struct sockaddr *)&from, size) == 6 &&
		recv(fd, text, sizeof(text), 0) == 6;
}

static inline bool is_unreachable(const struct service *service)
{
	cleanup_fd int fd = udp_connect(service);
	char text[16];

	return recv(fd, text, sizeof(text), 0) < 0 && errno == ECONNREFUSED;
}

static inline bool works(const struct service *service)
{
	switch (service->doing) {
	case CONNECT:
		return connects(service->netns, service->address, service->port);
	case REFUSED:
		return world_connect(service->netns, service->address, service->port) ==
			ECONNREFUSED;
	case POLL:
		return polls(service);
	case UNREACHABLE:
		return is_unreachable(service);
	case PING:
		return pings(service->netns, service->address);
	}
	return false;
}
