// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two customers with the same addresses, and what they must not reach. VRF acme forwards between its
 * two interfaces, bravo lets its customer in at two ports:
 *
 *	custa 10.0.0.1 fd01::1, 10.55.0.1 ---- 10.0.0.2 fd01::2 cust
 *	sitea 10.1.0.1 ------------------------------- 10.1.0.2 site  acme ::2 ---- ::1 vg0
 *	custb 10.0.0.1 fd01::1, 10.66.0.1 ---- 10.0.0.2 fd01::2 cust bravo ::6 ---- ::5 vg1
 *	host 203.0.113.2 fd77::2 ------------------------------ 203.0.113.1 fd77::1 host0
 *	far 198.51.100.2 --------------------------------------------- 198.51.100.1 far0
 *	charlie ::1e ----------------------------------------------------------- ::1d vg7
 *
 * with vg0, vg1, vg7, host0 and far0 in the root namespace. Another vrfgate made charlie.
 */
#pragma once

#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <sys/ioctl.h>

#include "frame.h"

#define ANYCAST_A "fd5a:b1c0:de00::" /* of routers, RFC 4291, 2.6.1 */
#define ROOT_A    "fd5a:b1c0:de00::1"
#define INSIDE_A  "fd5a:b1c0:de00::2"
#define ROOT_B    "fd5a:b1c0:de00::5"
#define INSIDE_B  "fd5a:b1c0:de00::6"

#define ROOT_C   "fd5a:b1c0:de01::1d"
#define INSIDE_C "fd5a:b1c0:de01::1e"

#define SERVER_PORT 10051
#define OTHER_PORT  10061 /* of the server that charlie's proxy sends to */
#define PROXY_PORT  10051
#define TRAP_PORT   162

enum place { ROOT, ACME, BRAVO, CUSTA, SITEA, CUSTB, HOST, FAR, CHARLIE, PLACES };

static const char *const place_netns[PLACES] = { "", "acme", "bravo", "custa", "sitea", "custb",
	"host", "far", "charlie" };

/* No filter of the host's own, and no delay by duplicate address detection. */
static inline void customers_connect(void)
{
	static const char script[] =
		"set -e\n"
		"loose=\"net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0\"\n"
		"sysctl -qw $loose\n"
		"add() { ip netns add $1; ip -n $1 link set lo up\n"
		"	nsenter --net=/run/netns/$1 sysctl -qw $loose\n"
		"	ip link add $2 type veth peer name eth0 netns $1; ip link set $2 up\n"
		"	shift 2; for a; do ip -n $n addr add $a dev eth0 nodad 2>/dev/null; done\n"
		"	ip -n $n link set eth0 up; }\n"
		"n=custa; add $n nica 10.0.0.1/24 fd01::1/64\n"
		"n=sitea; add $n nics 10.1.0.1/24\n"
		"n=custb; add $n nicb 10.0.0.1/24 fd01::1/64 fe80::1/64\n"
		"n=host; add $n host0 203.0.113.2/24 fd77::2/64\n"
		"n=far; add $n far0 198.51.100.2/24\n"
		"ip addr add 198.51.100.1/24 dev far0\n"
		"ip addr add 203.0.113.1/24 dev host0; ip addr add fd77::1/64 dev host0 nodad\n"
		"ip -n custa addr add 10.55.0.1/32 dev lo; ip -n custb addr add 10.66.0.1/32 dev lo\n"
		"ip -n custb addr add fd66::1/128 dev lo\n"
		"for n in custa custb; do ip -n $n route add default via 10.0.0.2\n"
		"	ip -n $n route add default via fd01::2; done\n"
		"ip -n sitea route add default via 10.1.0.2\n"
		"ip -n host route add default via 203.0.113.1\n"
		"ip -n host route add default via fd77::1\n";

	assert_int_equal(system(script), 0);
	assert_true(world_settle());
}

/* ---- what vrfgate makes ---- */

static inline struct net_want_link *customers_add_link(struct net_want_netns *netns,
	const char *name, const char *nic, const struct address *addresses, size_t n)
{
	struct net_want_link *link = world_add_link(netns, name, NET_LINK_DEVICE, nic);

	link->addresses = addresses;
	link->n_addresses = n;
	return link;
}

static inline struct net_want guarded_want(void)
{
	struct net_want want = world_want();

	want.firewall = true;
	want.server_port = SERVER_PORT;
	return want;
}

/* net_want_finish() it, as the next one. */
static inline struct net_want customers_want(void)
{
	static struct address cust[2], site[1];
	static const struct net_want_port allow[] = {
		{ IPPROTO_TCP, PROXY_PORT },
		{ IPPROTO_UDP, TRAP_PORT },
	};
	struct net_want want = guarded_want();
	struct net_want_netns *acme, *bravo;

	cust[0] = world_address("10.0.0.2/24");
	cust[1] = world_address("fd01::2/64");
	site[0] = world_address("10.1.0.2/24");
	world_add_netns(&want, "acme", 0);
	bravo = world_add_netns(&want, "bravo", 1);
	acme = &want.netns[0];
	customers_add_link(acme, "cust", "nica", cust, 2);
	customers_add_link(acme, "site", "nics", site, 1);
	customers_add_link(bravo, "cust", "nicb", cust, 2);
	for (size_t i = 0; i < want.n_netns; i++) {
		want.netns[i].firewall = true;
		world_add_route(&want.netns[i], "0.0.0.0/0", "10.0.0.1", NULL);
		world_add_route(&want.netns[i], "::/0", "fd01::1", NULL);
	}
	world_add_route(bravo, "fd02::/64", "fe80::1", "cust");
	acme->forward = true;
	for (size_t i = 0; i < 2; i++)
		*(struct net_want_port *)array_append(&bravo->allow, &bravo->n_allow) = allow[i];
	return want;
}

static inline struct net_want customers_other_want(void)
{
	struct net_want want = guarded_want();

	want.owner = "/run/vrfgate-other";
	want.uplink_prefix = world_address("fd5a:b1c0:de01::/64");
	want.server_port = OTHER_PORT;
	world_add_netns(&want, "charlie", 7)->firewall = true;
	return want;
}

/* Until nobody objects to an address it cannot be bound to. */
static inline void customers_await_addresses(void)
{
	uint64_t deadline_ms = clock_now_ms() + 10000;

	while (world_run(
		       "for n in acme bravo; do ip -n $n addr show tentative; done | grep -q .") ==
		0)
		assert_true(clock_now_ms() < deadline_ms);
}

/* ---- a way into each place ---- */

static inline int customers_socket(enum place place, int family, int type, int protocol)
{
	cleanup(netns_leave) int back = -1;
	cleanup_fd int netns = place == ROOT ? -1 : netns_open(place_netns[place], NULL);
	int fd;

	if (place != ROOT)
		assert_int_equal(netns_enter(netns, &back, NULL), 0);
	fd = socket(family, type | SOCK_CLOEXEC, protocol);
	assert_true(fd >= 0);
	return fd;
}

/* A link of a place: where frames go out, or whom they are for. */
struct end {
	enum place place;
	const char *link;
};

/* Puts frames on the wire; a raw frame is the most that net_raw, all that a proxy may have, is good for. */
struct sender {
	int fd;
	uint8_t from[6], to[6];
};

static inline void end_ask(struct end end, unsigned long what, struct ifreq *answer)
{
	cleanup_fd int fd = customers_socket(end.place, AF_INET, SOCK_DGRAM, 0);

	snprintf(answer->ifr_name, sizeof(answer->ifr_name), "%s", end.link);
	assert_int_equal(ioctl(fd, what, answer), 0);
}

/* A socket for each sender: each that is closed costs the kernel milliseconds. */
static inline void sender_open(struct sender *sender, struct end out, struct end in)
{
	struct sockaddr_ll link = { .sll_family = AF_PACKET };
	struct ifreq answer = { 0 };

	end_ask(in, SIOCGIFHWADDR, &answer);
	memcpy(sender->to, answer.ifr_hwaddr.sa_data, 6);
	end_ask(out, SIOCGIFHWADDR, &answer);
	memcpy(sender->from, answer.ifr_hwaddr.sa_data, 6);
	end_ask(out, SIOCGIFINDEX, &answer);
	link.sll_ifindex = answer.ifr_ifindex;
	sender->fd = customers_socket(out.place, AF_PACKET, SOCK_RAW, 0);
	assert_int_equal(bind(sender->fd, (struct sockaddr *)&link, sizeof(link)), 0);
}

static inline void sender_begin(const struct sender *sender, struct frame *frame, uint16_t type)
{
	frame_begin(frame, sender->to, sender->from, type);
}

static inline void sender_send(const struct sender *sender, const struct frame *frame)
{
	assert_int_equal(send(sender->fd, frame->bytes, frame->size, 0), frame->size);
}

/* ---- who hears what ---- */

/* Raw sockets get what the firewall has let in, whether anybody listens there or not. */
struct capture {
	enum place place;
	int fd;
};

#define CAPTURES (PLACES * 6)

static inline void capture_open(struct capture captures[CAPTURES])
{
	static const struct {
		int family;
		int protocol;
	} sorts[6] = {
		{ AF_INET, IPPROTO_TCP },
		{ AF_INET, IPPROTO_UDP },
		{ AF_INET, IPPROTO_ICMP },
		{ AF_INET6, IPPROTO_TCP },
		{ AF_INET6, IPPROTO_UDP },
		{ AF_INET6, IPPROTO_ICMPV6 },
	};

	for (size_t i = 0; i < CAPTURES; i++) {
		captures[i].place = (enum place)(i / 6);
		captures[i].fd = customers_socket(captures[i].place, sorts[i % 6].family,
			SOCK_RAW | SOCK_NONBLOCK, sorts[i % 6].protocol);
	}
}

/* Waits until one of them hears something, and calls heard() for all that there is by then; false
 * after that time of silence. */
static inline bool capture_listen(const struct capture captures[CAPTURES], int timeout_ms,
	void (*heard)(enum place place, const void *packet, size_t size))
{
	struct pollfd fds[CAPTURES];
	uint8_t packet[2048];
	ssize_t size;

	for (size_t i = 0; i < CAPTURES; i++)
		fds[i] = (struct pollfd){ .fd = captures[i].fd, .events = POLLIN };
	if (poll(fds, CAPTURES, timeout_ms) <= 0)
		return false;
	for (size_t i = 0; i < CAPTURES; i++)
		while ((size = recv(captures[i].fd, packet, sizeof(packet), 0)) > 0)
			heard(captures[i].place, packet, (size_t)size);
	return true;
}
