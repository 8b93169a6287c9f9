// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads the root namespace into the have, whole or by name. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "net/dump.h"
#include "net/goal.h"
#include "net/have_read.h"

#define LO_IFINDEX     1
#define cleanup_socket cleanup(net_channel_close)

/* The kernel itself has marked lo's addresses since it knows the attribute. */
static void learn_address_protocol(struct net_have *have)
{
	for (size_t i = 0; i < have->root.n_addresses; i++)
		if (have->root.addresses[i].protocol)
			have->knows_address_protocol = true;
}

/* What the machine's administrator says for links to come; no dump has it. */
static void learn_ipv6(struct net_have *have)
{
	cleanup_fd int fd =
		open("/proc/sys/net/ipv6/conf/default/disable_ipv6", O_RDONLY | O_CLOEXEC);
	char value;

	have->ipv6_off = fd >= 0 && read(fd, &value, 1) == 1 && value != '0';
}

int net_have_read_root(bool wait, struct net_have *have, struct error *err)
{
	static const net_have_dump_fn dumps[] = {
		net_have_dump_links, net_dump_addresses, net_dump_neighbours,
		NULL, /* not its routes: there may be a million, none of them ours */
	};
	cleanup_socket struct net_channel channel = NET_CHANNEL_INIT;
	int ret = net_channel_open(&channel, err);

	if (ret == 0)
		ret = net_have_dump(&channel, dumps, wait, &have->root, err);
	learn_address_protocol(have);
	learn_ipv6(have);
	return ret;
}

/* ---- by name ---- */

/* What is known is not sorted yet. */
static const struct net_have_link *find_read(const struct net_have *have, const char *name)
{
	for (size_t i = 0; i < have->root.n_links; i++)
		if (net_have_is_named(&have->root, &have->root.links[i], name))
			return &have->root.links[i];
	return NULL;
}

/* Of its alternative names only the one that it was asked for by is of interest. */
static int read_link(
	struct net_channel *channel, struct net_have *have, const char *name, struct error *err)
{
	struct net_have_link link;
	int ret;

	if (find_read(have, name))
		return 0;
	ret = net_dump_link(channel, name, 0, &link, err);
	if (ret == 0 && !net_have_find_ifindex(&have->root, link.ifindex))
		*array_append(&have->root.links, &have->root.n_links) = link;
	if (ret == 0 && strcmp(link.name, name) != 0)
		net_have_add_altname(&have->root, link.ifindex, name);
	if (ret != -ENODEV)
		return ret;
	error_clear(err);
	return 0;
}

/* The devices that a link stands on, as far down as their names can be told. */
static int read_lower(struct net_channel *channel, struct net_have *have,
	const struct net_want_link *link, struct error *err)
{
	char name[NET_IFNAME_SIZE], parent[NET_IFNAME_SIZE];
	int ret = link->parent ? read_link(channel, have, link->parent, err) : 0;
	const struct net_have_link *found =
		ret == 0 && link->parent ? find_read(have, link->parent) : NULL;

	if (!found)
		return ret;
	memcpy(parent, found->name, sizeof(parent));
	for (size_t tags = 1; ret == 0 && tags < link->n_tags; tags++)
		if (net_goal_outer_name(link, parent, tags, name))
			ret = read_link(channel, have, name, err);
	return ret;
}

static int read_root_end(struct net_channel *channel, const struct net_want *want,
	const struct net_want_netns *netns, struct net_have *have, struct error *err)
{
	const struct net_have_link *link;
	struct address root[NET_UPLINK_FAMILIES], inside[NET_UPLINK_FAMILIES];
	size_t n = net_want_uplink_addresses(want, netns->id, root, inside);
	char name[NET_IFNAME_SIZE];
	int ret = read_link(channel, have, net_uplink_root_name(netns->id, name), err);

	link = net_have_find_link(&have->root, name);
	if (ret < 0 || !link)
		return ret;
	ret = net_dump_link_addresses(channel, link->ifindex, &have->root, err);
	for (size_t i = 0; ret == 0 && i < n; i++)
		ret = net_dump_neighbour(channel, link->ifindex, &inside[i], &have->root, err);
	return ret;
}

static int read_netns_root(struct net_channel *channel, const struct net_want *want,
	const struct net_want_netns *netns, struct net_have *have, struct error *err)
{
	int ret = netns->has_uplink ? read_root_end(channel, want, netns, have, err) : 0;

	for (size_t i = 0; ret == 0 && i < netns->n_links; i++)
		ret = read_lower(channel, have, &netns->links[i], err);
	return ret;
}

int net_have_read_named_root(const struct net_want *want, struct net_have *have, struct error *err)
{
	cleanup_socket struct net_channel channel = NET_CHANNEL_INIT;
	int ret = net_channel_open(&channel, err);

	if (ret == 0)
		ret = net_dump_link_addresses(&channel, LO_IFINDEX, &have->root, err);
	learn_address_protocol(have);
	learn_ipv6(have);
	for (size_t i = 0; ret == 0 && i < want->n_netns; i++)
		ret = read_netns_root(&channel, want, &want->netns[i], have, err);
	return ret;
}
