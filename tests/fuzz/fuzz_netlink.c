// SPDX-License-Identifier: GPL-2.0-or-later
/* Answers of the kernel: dumps of links, addresses, routes, neighbours and rules, by the first byte. */
#include <linux/netlink.h>
#include <netlink/msg.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fuzz.h"
#include "net/dump.h"
#include "net/firewall_kernel.h"

typedef int (*dump_fn)(struct net_channel *, struct net_have_netns *, struct error *);

static int links_dump(struct net_channel *channel, struct net_have_netns *have, struct error *err)
{
	return net_dump_links(channel, true, have, err);
}

static int rules_dump(struct net_channel *channel, struct net_have_netns *have, struct error *err)
{
	have->firewall = (struct net_have_firewall){ .table = NET_FIREWALL_TABLE };
	return net_firewall_read_rules(channel, 1, &have->firewall, err);
}

static const dump_fn dumps[] = { links_dump, net_dump_addresses, net_dump_routes,
	net_dump_neighbours, rules_dump };

/* Messages are told from others by their sequence number, which fuzzing would not find. */
static void sequence_set(uint8_t *data, size_t size)
{
	struct nlmsghdr *header = (void *)data;

	for (int rest = (int)size; nlmsg_ok(header, rest); header = nlmsg_next(header, &rest))
		header->nlmsg_seq = 1;
}

static void kernel_say(int fd, const uint8_t *data, size_t size)
{
	struct nlmsghdr end = { sizeof(end), NLMSG_DONE, 0, 1, 0 };
	cleanup_free uint8_t *answer = xcalloc(1, size + 1);

	memcpy(answer, data, size);
	sequence_set(answer, size);
	if ((size > 0 && send(fd, answer, size, 0) < 0) || send(fd, &end, sizeof(end), 0) < 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct net_channel channel = NET_CHANNEL_INIT;
	struct net_have_netns have = { 0 };
	struct error err = ERROR_INIT;
	int fds[2];

	/* More than one reading takes is not the kernel's. */
	if (size == 0 || size > 32768)
		return 0;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0)
		abort();
	channel.fd = fds[0];
	kernel_say(fds[1], data + 1, size - 1);
	(void)dumps[data[0] % (sizeof(dumps) / sizeof(*dumps))](&channel, &have, &err);
	net_have_netns_clear(&have);
	close(fds[0]);
	close(fds[1]);
	return 0;
}
