// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What `up` costs, in ms per VRF, beside ip -batch doing the same work in the same run: namespace,
 * macvlan with address and two routes, IPv6 uplink with permanent neighbours, marks. Everything in
 * mount and network namespaces of its own. Arguments: the numbers of VRFs (10 100 500).
 */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "net/plan.h"

#define ROUNDS 3

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void die(const char *what)
{
	fprintf(stderr, "bench_up: %s\n", what);
	exit(1);
}

static void run(const char *command)
{
	if (system(command) != 0)
		die(command);
}

static void make_world(void)
{
	if (unshare(CLONE_NEWNS | CLONE_NEWNET) < 0 ||
		mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
		mount("tmpfs", "/run", "tmpfs", 0, NULL) < 0 || mkdir("/run/netns", 0755) < 0 ||
		mkdir("/run/vrfgate-bench", 0755) < 0)
		die(strerror(errno));
	run("ip link set lo up; ip link add trunk0 type veth peer name wire0 && ip link set trunk0 up && "
	    "ip link set wire0 up");
}

/* ---- ours ---- */

static const struct address customer = { AF_INET, 30, { 10, 0, 0, 2 } };
static const struct address gateway = { AF_INET, 32, { 10, 0, 0, 1 } };

static void fill_netns(struct net_want_netns *netns, uint32_t id)
{
	struct net_want_link *link = array_append(&netns->links, &netns->n_links);
	struct net_want_route *route;

	netns->name = xasprintf("bench%u", id);
	netns->has_uplink = true;
	netns->id = id;
	link->name = "cust";
	link->kind = NET_LINK_MACVLAN;
	link->parent = "trunk0";
	link->addresses = &customer;
	link->n_addresses = 1;
	for (int i = 0; i < 2; i++) {
		route = array_append(&netns->routes, &netns->n_routes);
		route->destination.family = AF_INET;
		route->destination.prefix_length = i ? 16 : 0;
		memcpy(route->destination.bytes, i ? "\xc0\xa8\0\0" : "\0\0\0\0", 4);
		route->via = gateway;
		route->dev = "cust";
	}
}

static struct net_want make_want(uint32_t count)
{
	struct net_want want = { .owner = "/run/vrfgate-bench", .uplink_mtu_bytes = 1500 };

	if (address_parse(&want.uplink_prefix, "fd5a:b1c0:de00::/64") < 0)
		die("prefix");
	for (uint32_t i = 0; i < count; i++)
		fill_netns(array_append(&want.netns, &want.n_netns), i);
	return want;
}

static void complain(const struct net_outcome *outcome, void *data)
{
	(void)data;
	if (outcome->error.code)
		fprintf(stderr, "%s: %s\n", outcome->netns, outcome->error.text);
}

/* Milliseconds of reading, comparing and applying; *acts is what there was to do. */
static double measure_plan(const struct net_want *want, size_t *acts)
{
	double start = now_ms();
	struct net_have *have;
	struct net_plan *plan;
	struct error err = ERROR_INIT;
	double elapsed;

	if (net_have_read(want, &have, &err) < 0)
		die(err.text);
	plan = net_plan_create(want, have);
	*acts = net_plan_count(plan);
	if (*acts && net_plan_apply(plan, complain, NULL, &err) < 0)
		die(err.text);
	elapsed = now_ms() - start;
	net_plan_destroy(plan);
	net_have_destroy(have);
	return elapsed;
}

/*
 * ---- ip -batch ----
 *
 * The quickest way there is with it to the same state: devices made in place, one batch for the
 * root namespace and one inside each. What ip cannot do, sysctl(8) does.
 */

static void write_root_batch(const struct net_want *want)
{
	cleanup_file FILE *f = fopen("/run/vrfgate-bench/root", "w");

	for (uint32_t i = 0; f && i < want->n_netns; i++) {
		uint32_t low = i * 4;

		fprintf(f, "netns add bench%u\n", i);
		fprintf(f,
			"link add vg%u address 02:76:00:00:%02x:%02x numtxqueues 1 numrxqueues 1 "
			"group 7762534 type veth peer name uplink address 06:76:00:00:%02x:%02x numtxqueues 1 "
			"numrxqueues 1 netns bench%u\n",
			i, i >> 8, i & 255, i >> 8, i & 255, i);
		fprintf(f, "link property add dev vg%u altname vrfgate:bench%u@0\n", i, i);
		fprintf(f, "link set vg%u addrgenmode none\nlink set vg%u up\n", i, i);
		fprintf(f, "addr add fd5a:b1c0:de00::%x/126 dev vg%u nodad\n", low + 1, i);
		fprintf(f,
			"neigh add fd5a:b1c0:de00::%x lladdr 06:76:00:00:%02x:%02x dev vg%u nud "
			"permanent\n",
			low + 2, i >> 8, i & 255, i);
		fprintf(f,
			"link add link trunk0 name cust netns bench%u group 7762534 type macvlan mode bridge\n",
			i);
	}
}

static void write_root_sysctls(const struct net_want *want)
{
	cleanup_file FILE *f = fopen("/run/vrfgate-bench/sysctls", "w");

	for (uint32_t i = 0; f && i < want->n_netns; i++)
		fprintf(f, "net.ipv6.conf.vg%u.accept_ra=0\n", i);
}

static void write_inside_batch(uint32_t i)
{
	char path[64];
	cleanup_file FILE *f = NULL;

	snprintf(path, sizeof(path), "/run/vrfgate-bench/%u", i);
	f = fopen(path, "w");
	if (!f)
		die(path);
	fprintf(f, "link set lo up\nlink property add dev lo altname vrfgate:b@0\n");
	fprintf(f, "link property add dev uplink altname vrfgate:b:uplink@0\n");
	fprintf(f, "link set uplink addrgenmode none\nlink set uplink up\n");
	fprintf(f, "addr add fd5a:b1c0:de00::%x/126 dev uplink nodad\n", i * 4 + 2);
	fprintf(f,
		"neigh add fd5a:b1c0:de00::%x lladdr 02:76:00:00:%02x:%02x dev uplink nud permanent\n",
		i * 4 + 1, i >> 8, i & 255);
	fprintf(f, "link property add dev cust altname vrfgate:b:cust@0\n");
	fprintf(f, "link set cust addrgenmode none\nlink set cust up\n");
	fprintf(f, "addr add 10.0.0.2/30 dev cust\nroute add default via 10.0.0.1\n");
	fprintf(f, "route add 192.168.0.0/16 via 10.0.0.1\n");
}

static double measure_batch(const struct net_want *want)
{
	char command[512];
	double start;

	write_root_batch(want);
	write_root_sysctls(want);
	for (uint32_t i = 0; i < want->n_netns; i++)
		write_inside_batch(i);
	snprintf(command, sizeof(command),
		"ip -batch /run/vrfgate-bench/root && i=0 && while [ $i -lt %zu ]; do "
		"ip netns exec bench$i sysctl -qw net.ipv6.conf.default.accept_ra=0 "
		"net.ipv4.ip_forward=0 net.ipv6.conf.all.forwarding=0 && "
		"ip -n bench$i -batch /run/vrfgate-bench/$i || exit 1; i=$((i + 1)); done; "
		"sysctl -qp /run/vrfgate-bench/sysctls",
		want->n_netns);
	start = now_ms();
	run(command);
	return now_ms() - start;
}

static double measure_batch_down(const struct net_want *want)
{
	cleanup_file FILE *f = fopen("/run/vrfgate-bench/down", "w");
	double start;

	for (size_t i = 0; f && i < want->n_netns; i++)
		fprintf(f, "netns del bench%zu\n", i);
	if (f)
		fflush(f);
	start = now_ms();
	run("ip -batch /run/vrfgate-bench/down; while ip -o link | grep -q ' vg'; do sleep 0.01; done");
	return now_ms() - start;
}

/* ---- the table ---- */

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *values)
{
	qsort(values, ROUNDS, sizeof(*values), compare);
	return values[ROUNDS / 2];
}

static void measure(uint32_t count)
{
	struct net_want want = make_want(count), none = make_want(0);
	double up[ROUNDS], again[ROUNDS], down[ROUNDS], batch[ROUNDS], batch_down[ROUNDS];
	double per_vrf, per_vrf_batch;
	size_t acts;

	for (int i = 0; i < ROUNDS; i++) {
		up[i] = measure_plan(&want, &acts);
		again[i] = measure_plan(&want, &acts);
		if (acts)
			die("up is not idempotent");
		down[i] = measure_plan(&none, &acts);
		batch[i] = measure_batch(&want);
		batch_down[i] = measure_batch_down(&want);
	}
	per_vrf = median(up) / count;
	per_vrf_batch = median(batch) / count;
	printf("%5u %14.2f %14.2f %7.1f %14.1f %12.0f %14.0f\n", count, per_vrf, per_vrf_batch,
		per_vrf_batch / per_vrf, median(again), median(down), median(batch_down));
	fflush(stdout);
	for (size_t i = 0; i < want.n_netns; i++)
		free((char *)want.netns[i].name);
	net_want_finish(&want);
}

int main(int argc, char **argv)
{
	static char *const usual[] = { (char *)"10", (char *)"100", (char *)"500", NULL };
	char *const *counts = argc > 1 ? argv + 1 : usual;

	make_world();
	printf("%5s %14s %14s %7s %14s %12s %14s\n", "VRFs", "up ms/VRF", "ip+sysctl", "ratio",
		"no-op up ms", "down ms", "ip del ms");
	while (*counts)
		measure((uint32_t)strtoul(*counts++, NULL, 10));
	return 0;
}
