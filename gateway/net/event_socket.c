// SPDX-License-Identifier: GPL-2.0-or-later
/* Events of all namespaces through one socket. */
#include "net/event_socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/netconf.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "net/mark.h"

/* A thousand VRFs that lose their parent at once are three messages of 1.5 KiB each. */
#define RECEIVE_BUFFER (16 * 1024 * 1024)
#define MESSAGE_SIZE   32768

static const int groups[] = {
	RTNLGRP_LINK,
	RTNLGRP_IPV4_IFADDR,
	RTNLGRP_IPV6_IFADDR,
	RTNLGRP_IPV4_ROUTE,
	RTNLGRP_IPV6_ROUTE,
	RTNLGRP_NSID,
	RTNLGRP_IPV4_NETCONF,
	RTNLGRP_IPV6_NETCONF,
	/* Routes by an object that goes, go with it, and those of IPv4 without a word. */
	RTNLGRP_NEXTHOP,
};

#define AT_TYPE     offsetof(struct nlmsghdr, nlmsg_type)
#define AT_FLAGS    offsetof(struct nlmsghdr, nlmsg_flags)
#define AT_PROTOCOL (NLMSG_HDRLEN + offsetof(struct rtmsg, rtm_protocol))
/* The kernel puts NETCONFA_IFINDEX first. */
#define AT_IFINDEX  (NLMSG_HDRLEN + NLMSG_ALIGN(sizeof(struct netconfmsg)) + NLA_HDRLEN)

/* The filter's machine loads in network order what netlink writes in the host's. */
static int filter_attach(int fd)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, AT_TYPE),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_DELNETCONF), 12, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_NEWNETCONF), 7, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_NEWROUTE), 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_DELROUTE), 2, 8),
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, AT_FLAGS),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, htons(NLM_F_REPLACE), 6, 7),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, AT_PROTOCOL),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, NET_PROTOCOL, 4, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, RTPROT_KERNEL, 3, 4),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, AT_IFINDEX),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)NETCONFA_IFINDEX_ALL, 1, 0),
		BPF_JUMP(
			BPF_JMP | BPF_JEQ | BPF_K, htonl((uint32_t)NETCONFA_IFINDEX_DEFAULT), 0, 1),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog program = { sizeof(code) / sizeof(*code), code };

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
}

static int groups_join(int fd, const int *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &list[i], sizeof(list[i])) <
			0)
			return -1;
	return 0;
}

static int socket_set_up(int fd)
{
	const struct sockaddr_nl any = { .nl_family = AF_NETLINK };
	int size = RECEIVE_BUFFER, on = 1;

	/* Beyond net.core.rmem_max; without the right to that, as much as there may be. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (setsockopt(fd, SOL_NETLINK, NETLINK_LISTEN_ALL_NSID, &on, sizeof(on)) < 0)
		return -1;
	return bind(fd, (const struct sockaddr *)&any, sizeof(any));
}

int net_event_socket_open(struct error *err)
{
	cleanup_fd int fd =
		socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);

	if (fd < 0 || filter_attach(fd) < 0 || socket_set_up(fd) < 0 ||
		groups_join(fd, groups, sizeof(groups) / sizeof(*groups)) < 0)
		return error_set_errno(err, errno, "cannot listen for changes in the kernel");
	return steal_fd(&fd);
}

int net_event_socket_open_firewall(struct error *err)
{
	static const int group = NFNLGRP_NFTABLES;
	cleanup_fd int fd =
		socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_NETFILTER);

	if (fd < 0 || socket_set_up(fd) < 0 || groups_join(fd, &group, 1) < 0)
		return error_set_errno(err, errno, "cannot listen for changes of nftables");
	return steal_fd(&fd);
}

const char *net_event_table(const struct nlmsghdr *header)
{
	struct nlattr *table;

	if (header->nlmsg_type >> 8 != NFNL_SUBSYS_NFTABLES ||
		(header->nlmsg_type & 0xff) == NFT_MSG_NEWGEN)
		return NULL;
	/* The same attribute in messages of tables, chains, rules and sets. */
	table = nlmsg_find_attr(
		(struct nlmsghdr *)header, sizeof(struct nfgenmsg), NFTA_TABLE_NAME);
	return table ? nla_get_string(table) : NULL;
}

static int message_nsid(struct msghdr *message)
{
	int nsid = -1;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c))
		if (c->cmsg_level == SOL_NETLINK && c->cmsg_type == NETLINK_LISTEN_ALL_NSID)
			memcpy(&nsid, CMSG_DATA(c), sizeof(nsid));
	return nsid;
}

int net_event_socket_read(int fd, net_event_fn fn, void *data, struct error *err)
{
	_Alignas(NLMSG_ALIGNTO) uint8_t buffer[MESSAGE_SIZE];
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int)) * 2];
	struct sockaddr_nl from = { 0 };
	struct iovec part = { buffer, sizeof(buffer) };
	struct msghdr message = {
		.msg_name = &from,
		.msg_namelen = sizeof(from),
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	ssize_t received = recvmsg(fd, &message, 0);
	int rest = (int)received;

	if (received < 0 && (errno == EAGAIN || errno == EINTR))
		return errno == EINTR;
	if (received < 0)
		return error_set_errno(err, errno, "cannot hear of changes in the kernel");
	/* Port 0 is the kernel: any process may send to a netlink socket. */
	if (from.nl_pid != 0)
		return 1;
	for (struct nlmsghdr *h = (void *)buffer; nlmsg_ok(h, rest); h = nlmsg_next(h, &rest))
		fn(h, message_nsid(&message), data);
	return 1;
}
