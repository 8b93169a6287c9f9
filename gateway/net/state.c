// SPDX-License-Identifier: GPL-2.0-or-later
/* A fresh reading of one namespace for `status`. */
#include "net/state.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "net/channel.h"
#include "net/dump.h"
#include "net/have_read.h"
#include "net/netns.h"

static void copy_addresses(
	struct net_link_state *state, const struct net_have_netns *have, int ifindex)
{
	for (size_t i = 0; i < have->n_addresses; i++) {
		const struct net_have_address *address = &have->addresses[i];

		if (address->ifindex != ifindex)
			continue;
		if (address->link_local)
			*array_append(&state->link_locals, &state->n_link_locals) =
				(struct net_link_address){ address->address, address->standing };
		else
			*array_append(&state->addresses, &state->n_addresses) =
				(struct net_link_address){ address->address, address->standing };
	}
}

static void copy_link(struct net_netns_state *state, const struct net_have_netns *have,
	const struct net_have_link *link)
{
	struct net_link_state *copy = array_append(&state->links, &state->n_links);

	copy->ifindex = link->ifindex;
	memcpy(copy->name, link->name, sizeof(copy->name));
	snprintf(copy->kind, sizeof(copy->kind), "%s", link->kind[0] ? link->kind : "device");
	copy->up = link->flags & IFF_UP;
	copy->carrier = link->flags & NET_HAVE_CARRIER;
	if (link->master)
		(void)net_have_master_text(have, link, copy->master);
	copy->ethernet = link->ethernet && !(link->flags & (IFF_NOARP | IFF_LOOPBACK));
	memcpy(copy->mac, link->mac, sizeof(copy->mac));
	copy->rx_bytes = link->rx_bytes;
	copy->tx_bytes = link->tx_bytes;
	copy->rx_errors = link->rx_errors;
	copy->tx_errors = link->tx_errors;
	copy_addresses(copy, have, link->ifindex);
}

/* What a VLAN or macvlan stands on. */
static void copy_lower(
	struct net_link_state *state, const struct net_have *have, const struct net_have_link *link)
{
	const struct net_have_link *lower;

	if (link->lower_here || strcmp(link->kind, "veth") == 0 || !link->lower)
		return;
	lower = net_have_find_ifindex(&have->root, link->lower);
	if (!lower)
		return;
	memcpy(state->lower, lower->name, sizeof(state->lower));
	state->lower_up = lower->flags & IFF_UP;
	state->lower_carrier = lower->flags & NET_HAVE_CARRIER;
}

static void copy_netns(
	struct net_netns_state *state, const struct net_have_netns *have, const char *name)
{
	const struct net_have_link *lo = net_have_find_link(have, "lo");
	struct net_mark mark;

	state->exists = lo && net_mark_parse(lo->mark, &mark) && mark.kind == NET_MARK_NETNS &&
		strcmp(mark.vrf, name) == 0;
	state->owner = state->exists ? mark.owner : 0;
	for (size_t i = 0; state->exists && i < have->n_links; i++)
		if (!(have->links[i].flags & IFF_LOOPBACK))
			copy_link(state, have, &have->links[i]);
}

static int dump_links_counted(
	struct net_channel *channel, struct net_have_netns *have, struct error *err)
{
	return net_dump_links(channel, true, have, err);
}

static int read_entered(struct net_have_netns *have, struct error *err)
{
	static const net_have_dump_fn dumps[] = { dump_links_counted, net_dump_addresses, NULL };
	cleanup(net_channel_close) struct net_channel channel = NET_CHANNEL_INIT;
	int ret = net_channel_open(&channel, err);

	return ret < 0 ? ret : net_have_dump(&channel, dumps, false, have, err);
}

int net_netns_state_read(const char *name, struct net_netns_state *state, struct error *err)
{
	cleanup(net_have_netns_clear) struct net_have_netns have = { 0 };
	cleanup_fd int fd = netns_open(name, NULL);
	cleanup(netns_leave) int back = -1;
	int ret;

	memset(state, 0, sizeof(*state));
	if (fd == -ENOENT || fd == -EINVAL)
		return 0;
	if (fd < 0)
		return error_set_errno(err, -fd, "cannot open namespace '%s'", name);
	ret = netns_enter(fd, &back, err);
	if (ret == 0)
		ret = read_entered(&have, err);
	if (ret < 0)
		return error_wrap(err, ret, "namespace '%s'", name);
	copy_netns(state, &have, name);
	return 0;
}

void net_netns_state_copy(
	const struct net_have *have, const char *name, struct net_netns_state *state)
{
	const struct net_have_netns *netns = net_have_find_netns(have, name);

	memset(state, 0, sizeof(*state));
	if (netns && netns->standing == NET_HAVE_OURS)
		copy_netns(state, netns, name);
	for (size_t i = 0; i < state->n_links; i++)
		copy_lower(&state->links[i], have, net_have_find_link(netns, state->links[i].name));
}

void net_netns_state_finish(struct net_netns_state *state)
{
	for (size_t i = 0; i < state->n_links; i++) {
		free(state->links[i].addresses);
		free(state->links[i].link_locals);
	}
	free(state->links);
	memset(state, 0, sizeof(*state));
}

bool net_netns_state_has_mac(const struct net_netns_state *state, const uint8_t mac[6])
{
	for (size_t i = 0; i < state->n_links; i++)
		if (memcmp(state->links[i].mac, mac, sizeof(state->links[i].mac)) == 0)
			return true;
	return false;
}

bool net_netns_state_answers(
	const struct net_netns_state *state, const struct address *address, const uint8_t mac[6])
{
	if (!net_netns_state_has_mac(state, mac))
		return false;
	for (size_t i = 0; i < state->n_links; i++)
		for (size_t a = 0; a < state->links[i].n_addresses; a++)
			if (address_same_host(&state->links[i].addresses[a].address, address))
				return true;
	return false;
}

const struct net_link_state *net_netns_state_find(
	const struct net_netns_state *state, const char *name)
{
	for (size_t i = 0; i < state->n_links; i++)
		if (strcmp(state->links[i].name, name) == 0)
			return &state->links[i];
	return NULL;
}

const struct net_link_address *net_link_state_find_address(
	const struct net_link_state *link, const struct address *address)
{
	for (size_t i = 0; link && i < link->n_addresses; i++)
		if (address_equal(&link->addresses[i].address, address))
			return &link->addresses[i];
	for (size_t i = 0; link && i < link->n_link_locals; i++)
		if (address_equal(&link->link_locals[i].address, address))
			return &link->link_locals[i];
	return NULL;
}

bool net_link_state_asks_for(const struct net_link_state *link, int family)
{
	if (!link || !link->up || !link->carrier || !link->ethernet)
		return false;
	for (size_t i = 0; family == AF_INET6 && i < link->n_link_locals; i++)
		if (link->link_locals[i].address.family == AF_INET6 &&
			link->link_locals[i].standing == NET_ADDRESS_USABLE)
			return true;
	for (size_t i = 0; family == AF_INET && i < link->n_addresses; i++)
		if (link->addresses[i].address.family == AF_INET)
			return true;
	return false;
}

bool net_link_is_missing(const char *name)
{
	cleanup(net_channel_close) struct net_channel channel = NET_CHANNEL_INIT;
	struct net_have_link link;

	return net_channel_open(&channel, NULL) == 0 &&
		net_dump_link(&channel, name, 0, &link, NULL) == -ENODEV;
}
