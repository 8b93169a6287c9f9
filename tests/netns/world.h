// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A world of its own for each netns test: mount and network namespaces in which nothing of the host
 * can be touched, with a trunk device "trunk0" (a veth whose other end is "wire0").
 */
#pragma once

#include <arpa/inet.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <netinet/in.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../unit/cmocka_all.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/memory.h"
#include "net/have.h"
#include "net/netns.h"
#include "net/plan.h"
#include "net/state.h"

/* Runs a command of ip(8): apart from the code under test. */
__attribute__((format(printf, 1, 2))) static inline int world_run(const char *format, ...)
{
	char command[512];
	va_list args;

	va_start(args, format);
	vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	return system(command);
}

/* What a command prints; the caller's to free. */
static inline char *world_read(const char *command)
{
	FILE *pipe = popen(command, "r");
	char *text = xcalloc(1, 1 << 20);
	size_t size;

	assert_non_null(pipe);
	size = fread(text, 1, (1 << 20) - 1, pipe);
	text[size] = '\0';
	pclose(pipe);
	return text;
}

/* All that `down` must leave as it was; indexes and counters aside. */
static inline char *world_dump(void)
{
	return world_read(
		"ip -o -d link | sed 's/^[0-9]*: //' | sort; ip -br addr | sort; ip route; ip -6 route | sort; "
		"ip netns; ls /run/netns");
}

/* A whole dump is more than cmocka prints. */
static inline void world_fail_at_difference(const char *before, const char *now)
{
	size_t line = 0;

	for (size_t i = 0; before[i] == now[i] && before[i]; i++)
		if (before[i] == '\n')
			line = i + 1;
	fail_msg("was: %.*s; is: %.*s", (int)strcspn(before + line, "\n"), before + line,
		(int)strcspn(now + line, "\n"), now + line);
}

/* Carrier and operational state follow a moment later: they have three seconds to be as before. */
static inline void world_assert_is(const char *before)
{
	uint64_t deadline_ms = clock_now_ms() + 3000;

	for (;;) {
		cleanup_free char *now = world_dump();

		if (strcmp(before, now) == 0)
			return;
		if (clock_now_ms() > deadline_ms)
			world_fail_at_difference(before, now);
	}
}

/* Until both ends of a pair know that they have carrier a dump is not what it will be. */
static inline bool world_settle(void)
{
	uint64_t deadline_ms = clock_now_ms() + 3000;

	while (world_run("ip link show up type veth | grep -q 'state [^U]\\|state UNKNOWN'") == 0)
		if (clock_now_ms() > deadline_ms)
			return false;
	return true;
}

/* In a child of init's namespaces nothing is allowed: then the tests are skipped. */
static inline const char *world_enter(void)
{
	if (unshare(CLONE_NEWNS | CLONE_NEWNET) < 0)
		return strerror(errno);
	if (mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) < 0)
		return strerror(errno);
	(void)mkdir("/run/netns", 0755);
	if (mount("tmpfs", "/run/netns", "tmpfs", 0, NULL) < 0)
		return strerror(errno);
	if (world_run("ip link set lo up") != 0 ||
		world_run("ip link add trunk0 type veth peer name wire0 && "
			  "ip link set trunk0 up && ip link set wire0 up") != 0)
		return "ip(8) cannot make links";
	if (!world_settle())
		return "a veth pair gets no carrier";
	return NULL;
}

/* main() of a test program: TAP's "all skipped" where the world cannot be had, or where `missing` tells
 * what it has not. */
#define world_main_but(tests, missing)                                           \
	int main(void)                                                           \
	{                                                                        \
		const char *why = world_enter();                                 \
                                                                                 \
		if (!why)                                                        \
			why = (missing);                                         \
		if (why) {                                                       \
			printf("1..0 # SKIP no namespaces here: %s\n", why);     \
			return 0;                                                \
		}                                                                \
		return cmocka_run_group_tests_name(__FILE__, tests, NULL, NULL); \
	}
#define world_main(tests) world_main_but(tests, NULL)

static inline struct address world_address(const char *text)
{
	struct address address = { 0 };

	assert_int_equal(address_parse(&address, text), 0);
	return address;
}

/* A want under construction; names are borrowed. */
static inline struct net_want world_want(void)
{
	return (struct net_want){
		.owner = "/run/vrfgate-test",
		.uplink_prefix = world_address("fd5a:b1c0:de00::/64"),
		.uplink_mtu_bytes = 1500,
	};
}

static inline struct net_want_netns *world_add_netns(
	struct net_want *want, const char *name, int id)
{
	struct net_want_netns *netns = array_append(&want->netns, &want->n_netns);

	netns->name = name;
	netns->has_uplink = id >= 0;
	netns->id = id >= 0 ? (uint32_t)id : 0;
	return netns;
}

static inline struct net_want_link *world_add_link(
	struct net_want_netns *netns, const char *name, enum net_link_kind kind, const char *parent)
{
	struct net_want_link *link = array_append(&netns->links, &netns->n_links);

	link->name = name;
	link->kind = kind;
	link->parent = parent;
	return link;
}

static inline struct net_want_route *world_add_route(
	struct net_want_netns *netns, const char *destination, const char *via, const char *dev)
{
	struct net_want_route *route = array_append(&netns->routes, &netns->n_routes);

	route->destination = world_address(destination);
	if (via)
		route->via = world_address(via);
	route->dev = dev;
	return route;
}

static inline void world_report(const struct net_outcome *outcome, void *data)
{
	struct error *first = data;

	if (outcome->error.code && !first->code) {
		*first = outcome->error;
		error_wrap(first, -first->code, "vrf '%s'", outcome->netns);
	}
}

static inline size_t world_count(const struct net_want *want)
{
	struct net_have *have;
	struct net_plan *plan;
	struct error err = ERROR_INIT;
	size_t count;

	if (net_have_read(want, &have, &err) < 0)
		fail_msg("%s", err.text);
	plan = net_plan_create(want, have);
	count = net_plan_count(plan);
	if (count)
		net_plan_print(plan, stderr);
	net_plan_destroy(plan);
	net_have_destroy(have);
	return count;
}

/* Reads, compares, applies; *err is the first namespace's trouble. Returns the acts planned. */
static inline size_t world_try(const struct net_want *want, struct error *err)
{
	struct net_have *have;
	struct net_plan *plan;
	size_t count;

	error_clear(err);
	if (net_have_read(want, &have, err) < 0)
		fail_msg("%s", err->text);
	plan = net_plan_create(want, have);
	count = net_plan_count(plan);
	if (getenv("V"))
		net_plan_print(plan, stderr);
	(void)net_plan_apply(plan, world_report, err, NULL);
	net_plan_destroy(plan);
	net_have_destroy(have);
	return count;
}

/* Compares one namespace as the supervisor does, and applies; the acts planned, and how many links of the
 * root namespace were looked at (NULL: of no interest). */
static inline size_t world_mend(const struct net_want *want, size_t n, size_t *looked_at)
{
	struct net_want one = *want;
	struct net_have *have;
	struct net_plan *plan;
	struct error err = ERROR_INIT, failed = ERROR_INIT;
	size_t acts;

	one.partial = true;
	one.netns = &want->netns[n];
	one.n_netns = 1;
	if (net_compare(&one, &have, &plan, &err) < 0)
		fail_msg("%s", err.text);
	acts = net_plan_count(plan);
	if (looked_at)
		*looked_at = have->root.n_links;
	(void)net_plan_apply(plan, world_report, &failed, NULL);
	if (failed.code)
		fail_msg("%s", failed.text);
	net_plan_destroy(plan);
	net_have_destroy(have);
	return acts;
}

static inline size_t world_up(const struct net_want *want)
{
	struct error err;
	size_t count = world_try(want, &err);

	if (err.code)
		fail_msg("%s", err.text);
	return count;
}

static inline void world_down(void)
{
	struct net_want none = world_want();

	world_up(&none);
}

/* A TCP socket made in a namespace ("" is the root one). */
static inline int world_socket(const char *netns, int family)
{
	cleanup(netns_leave) int back = -1;
	cleanup_fd int fd = *netns ? netns_open(netns, NULL) : -1;

	if (*netns)
		assert_int_equal(netns_enter(fd, &back, NULL), 0);
	return socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

static inline struct sockaddr_storage world_endpoint(const char *address, uint16_t port)
{
	struct address a = world_address(address);
	struct sockaddr_storage endpoint = { .ss_family = a.family };

	if (a.family == AF_INET) {
		((struct sockaddr_in *)&endpoint)->sin_port = htons(port);
		memcpy(&((struct sockaddr_in *)&endpoint)->sin_addr, a.bytes, 4);
	} else {
		((struct sockaddr_in6 *)&endpoint)->sin6_port = htons(port);
		memcpy(&((struct sockaddr_in6 *)&endpoint)->sin6_addr, a.bytes, 16);
	}
	return endpoint;
}

/* Listens at an address of a namespace; the fd is the caller's. */
static inline int world_listen(const char *netns, const char *address, uint16_t port)
{
	struct sockaddr_storage endpoint = world_endpoint(address, port);
	int fd = world_socket(netns, endpoint.ss_family);

	assert_int_equal(bind(fd, (struct sockaddr *)&endpoint, sizeof(endpoint)), 0);
	assert_int_equal(listen(fd, 8), 0);
	return fd;
}

/* 0, or the errno of a connect of at most two seconds. */
static inline int world_connect(const char *netns, const char *address, uint16_t port)
{
	struct sockaddr_storage endpoint = world_endpoint(address, port);
	cleanup_fd int fd = world_socket(netns, endpoint.ss_family);
	struct timeval timeout = { .tv_sec = 2 };

	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout));
	return connect(fd, (struct sockaddr *)&endpoint, sizeof(endpoint)) == 0 ? 0 : errno;
}
