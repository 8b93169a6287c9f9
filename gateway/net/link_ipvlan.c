// SPDX-License-Identifier: GPL-2.0-or-later
/* Ipvlans, which share the MAC of a NIC of the root namespace. A NIC has one mode for all of its ipvlans, which the last
 * one made decides, and no macvlan beside them. */
#include <errno.h>
#include <linux/if_link.h>
#include <netlink/attr.h>
#include <stdio.h>
#include <string.h>

#include "net/link.h"
#include "net/message.h"
#include "net/planner.h"

static const char *const modes[] = {
	[IPVLAN_MODE_L2] = "l2",
	[IPVLAN_MODE_L3] = "l3",
	[IPVLAN_MODE_L3S] = "l3s",
};

/* In the others the kernel switches ARP off. */
static void ipvlan_init(struct net_goal *goal, const struct net_goals_context *context,
	const struct net_goals *goals)
{
	(void)context;
	(void)goals;
	goal->arp = goal->want->mode == IPVLAN_MODE_L2;
}

static bool ipvlan_fits(const struct net_goals_context *context, const struct net_have_netns *netns,
	const struct net_want_link *want, const struct net_have_link *link)
{
	(void)context;
	(void)netns;
	return link->mode == want->mode;
}

static bool ipvlan_excludes(const struct net_want_link *a, const struct net_want_link *b)
{
	return b->kind == NET_LINK_MACVLAN || (b->kind == NET_LINK_IPVLAN && a->mode != b->mode);
}

/* It may have the address, and a macvlan the parent. */
static bool ipvlan_claims(const struct net_want_link *want, const struct net_have_link *link)
{
	(void)want;
	return strcmp(link->kind, "ipvlan") == 0 || strcmp(link->kind, "macvlan") == 0;
}

static bool is_ipvlan(const struct net_have_link *link)
{
	return strcmp(link->kind, "ipvlan") == 0;
}

/* Of its kin only those in the root namespace can be seen. */
static void ipvlan_validate(const struct net_validation *v, const struct net_goal *goal,
	const struct net_have_link *parent)
{
	const struct cause cause = cause_of(CAUSE_PARENT_TAKEN, 0, parent->name);
	const struct net_have_link *other;

	if (net_validate_is_port(v, goal, parent, "parent"))
		return;
	other = net_validate_find_above(v, parent, is_ipvlan);
	if (is_ipvlan(parent))
		net_fault_add(v, &cause, EINVAL, goal->name,
			"parent '%s' is an ipvlan itself, expected its parent", parent->name);
	else if (other && other->mode != goal->want->mode)
		net_fault_add(v, &cause, EBUSY, goal->name,
			"'%s' has '%s' (ipvlan mode %s): no mode %s beside it", parent->name,
			other->name, other->mode < 3 ? modes[other->mode] : "?",
			modes[goal->want->mode]);
	else if (!other && (other = net_validate_find_above(v, parent, net_link_is_exclusive)))
		net_fault_add(v, &cause, EBUSY, goal->name,
			"'%s' is taken by '%s' (%s): no ipvlan beside it", parent->name,
			other->name, other->kind);
}

static void ipvlan_create(
	struct net_planner *planner, struct net_goals *goals, struct net_goal *goal)
{
	net_plan_create_on(planner, goals, goal, goal->want->parent)->mode = goal->want->mode;
}

static void ipvlan_phrase(const struct net_act_create *create, char *text, size_t size)
{
	snprintf(text, size, "ipvlan %s on '%s'", modes[create->mode], create->parent);
}

static void ipvlan_put(struct nl_msg *message, const struct net_act *act,
	const struct net_message_context *context)
{
	(void)context;
	net_message_put_u16(message, IFLA_IPVLAN_MODE, (uint16_t)act->create.mode);
}

static void ipvlan_read(struct net_have_link *link, struct nlattr *data)
{
	struct nlattr *ipvlan[IFLA_IPVLAN_MAX + 1];

	if (nla_parse_nested(ipvlan, IFLA_IPVLAN_MAX, data, NULL) == 0 && ipvlan[IFLA_IPVLAN_MODE])
		link->mode = nla_get_u16(ipvlan[IFLA_IPVLAN_MODE]);
}

const struct net_link_type net_link_ipvlan = {
	.word = "ipvlan",
	.on_parent = true,
	.hints = { { EOPNOTSUPP,
			   "no ipvlan, or not that mode, in this kernel (try 'modprobe ipvlan')" },
		{ EBUSY, "a bridge, bond or macvlan has that parent, maybe in another namespace" },
		{ EINVAL, "that parent is no Ethernet link" } },
	.init = ipvlan_init,
	.fits = ipvlan_fits,
	.excludes = ipvlan_excludes,
	.claims = ipvlan_claims,
	.validate = ipvlan_validate,
	.create = ipvlan_create,
	.phrase = ipvlan_phrase,
	.put = ipvlan_put,
	.read = ipvlan_read,
};
