// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The least that a VRF costs the kernel: what stands between a program and this one's figures is
 * the program's own. Makes, reads and removes the set of the benchmark with one sendmsg per VRF and
 * namespace; nothing is looked at before, marked, or kept for a next time.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/net_namespace.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "request.h"

#define NETNS_DIR     "/run/netns"
#define OWN_NETNS     "/proc/thread-self/ns/net"
#define NAME_SIZE     32
#define LINK_GROUP    7762534
#define LO            1
/* Chosen, so that no index need be asked for. None of them is in use in the root namespace. */
#define ROOT_BASE     0x100000
#define UPLINK        0x200000
#define CUSTOMER      0x200001
#define UPLINK_PREFIX 126

static const unsigned char customer_address[] = { 10, 0, 0, 2 };
static const unsigned char gateway_address[] = { 10, 0, 0, 1 };

struct mac {
	unsigned char bytes[6];
};

struct address6 {
	unsigned char bytes[16];
};

static struct mac uplink_mac(unsigned int id, int root)
{
	return (struct mac){ { root ? 0x02 : 0x06, 0x76, 0, 0, (unsigned char)(id >> 8),
		(unsigned char)id } };
}

/* ::4n+1 in the root namespace, ::4n+2 inside. */
static struct address6 uplink_address(unsigned int id, int root)
{
	unsigned int low = id * 4 + (root ? 1 : 2);

	return (struct address6){ { 0xfd, 0x5a, 0xb1, 0xc0,
		0xde, [14] = (unsigned char)(low >> 8), [15] = (unsigned char)low } };
}

static const char *netns_path(unsigned int id)
{
	static char path[NAME_SIZE];

	snprintf(path, sizeof(path), NETNS_DIR "/bench%u", id);
	return path;
}

static int open_socket(void)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	if (fd < 0)
		err(1, "socket");
	return fd;
}

static int open_netns(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		err(1, "%s", path);
	return fd;
}

/* ---- messages ---- */

static void begin_new_link(struct request *request, int ifindex, const char *name, int up)
{
	const struct ifinfomsg body = {
		.ifi_index = ifindex, .ifi_flags = up ? IFF_UP : 0, .ifi_change = up ? IFF_UP : 0
	};

	request_begin(request, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &body, sizeof(body));
	request_put_text(request, IFLA_IFNAME, name);
	request_put_u32(request, IFLA_GROUP, LINK_GROUP);
}

/* The kernel would make a queue for each CPU. */
static void put_uplink_end(struct request *request, struct mac mac)
{
	request_put(request, IFLA_ADDRESS, &mac, sizeof(mac));
	request_put_u32(request, IFLA_NUM_TX_QUEUES, 1);
	request_put_u32(request, IFLA_NUM_RX_QUEUES, 1);
}

static void add_uplink(struct request *request, unsigned int id, int netns_fd)
{
	const struct ifinfomsg peer = { .ifi_index = UPLINK };
	char name[NAME_SIZE];
	size_t info, data, end;

	snprintf(name, sizeof(name), "vg%u", id);
	begin_new_link(request, (int)(ROOT_BASE + id), name, 0);
	put_uplink_end(request, uplink_mac(id, 1));
	info = request_nest(request, IFLA_LINKINFO, NULL, 0);
	request_put_text(request, IFLA_INFO_KIND, "veth");
	data = request_nest(request, IFLA_INFO_DATA, NULL, 0);
	end = request_nest(request, VETH_INFO_PEER, &peer, sizeof(peer));
	request_put_text(request, IFLA_IFNAME, "uplink");
	put_uplink_end(request, uplink_mac(id, 0));
	request_put_u32(request, IFLA_NET_NS_FD, (uint32_t)netns_fd);
	request_unnest(request, end);
	request_unnest(request, data);
	request_unnest(request, info);
}

static void add_customer(struct request *request, int parent, int netns_fd)
{
	size_t info, data;

	begin_new_link(request, CUSTOMER, "cust", 0);
	request_put_u32(request, IFLA_LINK, (uint32_t)parent);
	request_put_u32(request, IFLA_NET_NS_FD, (uint32_t)netns_fd);
	info = request_nest(request, IFLA_LINKINFO, NULL, 0);
	request_put_text(request, IFLA_INFO_KIND, "macvlan");
	data = request_nest(request, IFLA_INFO_DATA, NULL, 0);
	request_put_u32(request, IFLA_MACVLAN_MODE, MACVLAN_MODE_BRIDGE);
	request_unnest(request, data);
	request_unnest(request, info);
}

/* Without a link-local address of its own, so also without duplicate address detection. */
static void set_addr_gen_mode_none(struct request *request, int ifindex)
{
	const struct ifinfomsg body = { .ifi_index = ifindex };
	const unsigned char none = IN6_ADDR_GEN_MODE_NONE;
	size_t families, family;

	request_begin(request, RTM_SETLINK, 0, &body, sizeof(body));
	families = request_nest(request, IFLA_AF_SPEC, NULL, 0);
	family = request_nest(request, AF_INET6, NULL, 0);
	request_put(request, IFLA_INET6_ADDR_GEN_MODE, &none, sizeof(none));
	request_unnest(request, family);
	request_unnest(request, families);
}

static void set_up(struct request *request, int ifindex)
{
	const struct ifinfomsg body = {
		.ifi_index = ifindex, .ifi_flags = IFF_UP, .ifi_change = IFF_UP
	};

	request_begin(request, RTM_SETLINK, 0, &body, sizeof(body));
}

static void add_uplink_address(struct request *request, unsigned int id, int root)
{
	struct address6 address = uplink_address(id, root);
	const struct ifaddrmsg body = { .ifa_family = AF_INET6,
		.ifa_prefixlen = UPLINK_PREFIX,
		.ifa_index = root ? ROOT_BASE + id : UPLINK };

	request_begin(request, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, &body, sizeof(body));
	request_put(request, IFA_LOCAL, &address, sizeof(address));
	request_put_u32(request, IFA_FLAGS, IFA_F_NODAD);
}

static void add_uplink_neighbour(struct request *request, unsigned int id, int root)
{
	struct address6 address = uplink_address(id, !root);
	struct mac mac = uplink_mac(id, !root);
	const struct ndmsg body = { .ndm_family = AF_INET6,
		.ndm_ifindex = root ? (int)(ROOT_BASE + id) : UPLINK,
		.ndm_state = NUD_PERMANENT };

	request_begin(request, RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, &body, sizeof(body));
	request_put(request, NDA_DST, &address, sizeof(address));
	request_put(request, NDA_LLADDR, &mac, sizeof(mac));
}

static void add_customer_address(struct request *request)
{
	const struct ifaddrmsg body = {
		.ifa_family = AF_INET, .ifa_prefixlen = 30, .ifa_index = CUSTOMER
	};

	request_begin(request, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, &body, sizeof(body));
	request_put(request, IFA_LOCAL, customer_address, sizeof(customer_address));
	request_put(request, IFA_ADDRESS, customer_address, sizeof(customer_address));
}

static void add_default_route(struct request *request)
{
	const struct rtmsg body = { .rtm_family = AF_INET,
		.rtm_table = RT_TABLE_MAIN,
		.rtm_protocol = RTPROT_STATIC,
		.rtm_type = RTN_UNICAST };

	request_begin(request, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, &body, sizeof(body));
	request_put(request, RTA_GATEWAY, gateway_address, sizeof(gateway_address));
	request_put_u32(request, RTA_OIF, CUSTOMER);
}

/* First of all, as the kernel would choose a number once a link crosses. */
static void add_nsid(struct request *request, unsigned int id, int netns_fd)
{
	const struct rtgenmsg body = { .rtgen_family = AF_UNSPEC };

	request_begin(request, RTM_NEWNSID, 0, &body, sizeof(body));
	request_put_u32(request, NETNSA_NSID, id);
	request_put_u32(request, NETNSA_FD, (uint32_t)netns_fd);
}

/* ---- up ---- */

static void make_netns(unsigned int id)
{
	const char *path = netns_path(id);
	int fd;

	if (unshare(CLONE_NEWNET) < 0)
		err(1, "unshare");
	fd = open(path, O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0);
	if (fd < 0 || close(fd) < 0 || mount(OWN_NETNS, path, "none", MS_BIND, NULL) < 0)
		err(1, "%s", path);
}

static void fill_root(int root, unsigned int id, int parent, int netns_fd)
{
	struct request request = { .used = 0 };

	add_nsid(&request, id, netns_fd);
	add_uplink(&request, id, netns_fd);
	set_addr_gen_mode_none(&request, (int)(ROOT_BASE + id));
	set_up(&request, (int)(ROOT_BASE + id));
	add_uplink_address(&request, id, 1);
	add_uplink_neighbour(&request, id, 1);
	add_customer(&request, parent, netns_fd);
	request_send(&request, root, "root namespace");
}

static void fill_inside(unsigned int id)
{
	struct request request = { .used = 0 };
	int fd = open_socket();

	set_up(&request, LO);
	set_addr_gen_mode_none(&request, UPLINK);
	set_addr_gen_mode_none(&request, CUSTOMER);
	add_uplink_address(&request, id, 0);
	add_customer_address(&request);
	set_up(&request, UPLINK);
	set_up(&request, CUSTOMER);
	add_uplink_neighbour(&request, id, 0);
	add_default_route(&request);
	request_send(&request, fd, netns_path(id));
	close(fd);
}

static void up(unsigned int count)
{
	int root = open_socket(), parent = (int)if_nametoindex("trunk0");

	if (mkdir(NETNS_DIR, 0755) < 0 && errno != EEXIST)
		err(1, NETNS_DIR);
	for (unsigned int id = 0; id < count; id++) {
		int netns_fd;

		make_netns(id);
		netns_fd = open_netns(OWN_NETNS);
		fill_root(root, id, parent, netns_fd);
		fill_inside(id);
		close(netns_fd);
	}
	close(root);
}

/* ---- sweep: reads all that a comparison needs ---- */

static size_t dump(int fd, uint16_t type, unsigned char family)
{
	const struct ifinfomsg body = { .ifi_family = family };
	struct request request = { .used = 0 };

	request_begin(&request, type, 0, &body, sizeof(body));
	return request_dump(&request, fd, "dump");
}

static size_t dump_all(void)
{
	int fd = open_socket();
	size_t objects = dump(fd, RTM_GETLINK, AF_UNSPEC) + dump(fd, RTM_GETADDR, AF_UNSPEC) +
		dump(fd, RTM_GETNEIGH, AF_UNSPEC);

	objects += dump(fd, RTM_GETROUTE, AF_UNSPEC);
	close(fd);
	return objects;
}

static void sweep(unsigned int count)
{
	size_t objects = dump_all();

	for (unsigned int id = 0; id < count; id++) {
		int netns_fd = open_netns(netns_path(id));

		if (setns(netns_fd, CLONE_NEWNET) < 0)
			err(1, "setns");
		close(netns_fd);
		objects += dump_all();
	}
	printf("%zu objects\n", objects);
}

/* ---- down ---- */

static void allow_descriptors(unsigned int count)
{
	const struct rlimit limit = { count + 64, count + 64 };

	if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
		err(1, "setrlimit");
}

/*
 * Every namespace is held while the names go, and all are let go by the end of the program. The
 * kernel then clears up after them in one pass; else it begins with the first, and each unmount waits
 * for it.
 */
static void down(unsigned int count)
{
	allow_descriptors(count);
	for (unsigned int id = 0; id < count; id++)
		open_netns(netns_path(id));
	for (unsigned int id = 0; id < count; id++)
		if (umount2(netns_path(id), MNT_DETACH) < 0 || unlink(netns_path(id)) < 0)
			err(1, "%s", netns_path(id));
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(unsigned int count);
	} commands[] = { { "up", up }, { "sweep", sweep }, { "down", down } };

	for (size_t i = 0; argc == 3 && i < sizeof(commands) / sizeof(*commands); i++)
		if (strcmp(argv[1], commands[i].name) == 0) {
			commands[i].run((unsigned int)strtoul(argv[2], NULL, 10));
			return 0;
		}
	errx(64, "usage: floor up|sweep|down COUNT");
}
