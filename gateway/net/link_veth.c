// SPDX-License-Identifier: GPL-2.0-or-later
/* Veth pairs: between two namespaces, and with the root namespace as an uplink. */
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/veth.h>
#include <netlink/attr.h>
#include <stdio.h>
#include <string.h>

#include "net/link.h"
#include "net/message.h"
#include "net/planner.h"

static bool veth_fits(const struct net_goals_context *context, const struct net_have_netns *netns,
	const struct net_want_link *want, const struct net_have_link *link)
{
	const struct net_have_netns *other = net_have_find_netns(context->have, want->peer_netns);
	const struct net_have_link *peer =
		other ? net_have_find_link(other, want->peer_name) : NULL;

	(void)netns;
	return peer && strcmp(peer->kind, "veth") == 0 && net_links_are_pair(link, peer);
}

static void veth_validate(const struct net_validation *v, const struct net_goal *goal,
	const struct net_have_link *parent)
{
	const struct net_want_link *want = goal->want;
	const struct net_have_netns *other =
		net_have_find_netns(v->context->have, want->peer_netns);
	const struct net_have_link *peer;

	(void)parent;
	if (other && other->standing >= NET_HAVE_OTHERS)
		net_fault_add(v, NULL, EEXIST, goal->name,
			"namespace '%s' of its other end was not made by vrfgate",
			want->peer_netns);
	peer = other ? net_have_find_link(other, want->peer_name) : NULL;
	if (peer && !net_have_link_is_ours(peer))
		net_fault_add(v, NULL, EEXIST, goal->name,
			"link '%s' in namespace '%s' is already there and was not made by vrfgate",
			want->peer_name, want->peer_netns);
}

/* Both ends begin with what the one has whose group makes them. */
static uint32_t peer_mtu(const struct net_planner *planner, const struct net_want_link *want)
{
	const struct net_want *all = planner->context.want;

	for (size_t i = 0; i < all->n_netns; i++)
		for (size_t l = 0; l < all->netns[i].n_links; l++) {
			const struct net_want_link *link = &all->netns[i].links[l];

			if (strcmp(all->netns[i].name, want->peer_netns) == 0 &&
				strcmp(link->name, want->peer_name) == 0 && link->mtu_bytes)
				return link->mtu_bytes;
		}
	return ETH_DATA_LEN;
}

/* Either end's group makes both: the one that comes first. */
static void veth_create(struct net_planner *planner, struct net_goals *goals, struct net_goal *goal)
{
	const struct net_want_link *want = goal->want;
	char end[NET_MARK_SIZE];
	struct net_act *act;

	snprintf(end, sizeof(end), "%s/%s", goals->want->name, want->name);
	if (strings_contain(&planner->veths, end)) {
		snprintf(goal->fresh.name, sizeof(goal->fresh.name), "%s", goal->name);
		net_plan_forget_guards(&goal->fresh);
		goal->fresh.accept_ra = goal->fresh.accept_redirects6 = 1;
		goal->fresh.mtu_bytes = peer_mtu(planner, want);
		if (goal->fresh.mtu_bytes < IPV6_MIN_MTU)
			goal->fresh.addr_gen_mode = goal->fresh.accept_ra =
				goal->fresh.accept_redirects6 = goal->fresh.disable_ipv6 = -1;
		goal->have = &goal->fresh;
		return;
	}
	act = net_plan_create_inside(planner, goals, goal);
	act->create.peer_netns = net_planner_keep(planner, want->peer_netns);
	act->create.peer_name = net_planner_keep(planner, want->peer_name);
	snprintf(end, sizeof(end), "%s/%s", want->peer_netns, want->peer_name);
	strings_add(&planner->veths, end);
}

static void veth_phrase(const struct net_act_create *create, char *text, size_t size)
{
	snprintf(text, size, "veth to '%s%s%s'", create->peer_netns ? create->peer_netns : "",
		create->peer_netns ? "/" : "", create->peer_name);
}

static void veth_put(struct nl_msg *message, const struct net_act *act,
	const struct net_message_context *context)
{
	const struct net_act_create *create = &act->create;
	struct nlattr *peer = net_message_begin_peer(message, VETH_INFO_PEER, create->peer_ifindex);

	net_message_put_end(message, create->peer_name, create,
		create->has_mac && create->stays ? create->peer_mac : NULL,
		create->peer_netns ? context->peer_netns_fd : context->netns_fd);
	nla_nest_end(message, peer);
}

const struct net_link_type net_link_veth = {
	.word = "veth",
	.arp = true,
	.mtu_bytes = ETH_DATA_LEN,
	.passing = EEXIST,
	.hints = { { EOPNOTSUPP, "no veth in this kernel (try 'modprobe veth')" } },
	.fits = veth_fits,
	.validate = veth_validate,
	.create = veth_create,
	.phrase = veth_phrase,
	.put = veth_put,
};
