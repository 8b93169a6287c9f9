// SPDX-License-Identifier: GPL-2.0-or-later
/* Macvlans, each with a MAC of its own on a NIC of the root namespace. */
#include <errno.h>
#include <linux/if_link.h>
#include <netlink/attr.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "net/link.h"
#include "net/message.h"
#include "net/planner.h"

/* The same after every rebuild and on every boot, another on every gateway and NIC. */
static void macvlan_init(struct net_goal *goal, const struct net_goals_context *context,
	const struct net_goals *goals)
{
	const struct net_have_link *parent = net_goal_below(context, goal->want);
	const char *texts[] = { context->want->owner, goals->want->name, goal->name };
	uint64_t hash = HASH_BASIS;

	if (goal->has_mac)
		return;
	if (parent)
		hash = hash_bytes(hash, parent->mac, sizeof(parent->mac));
	for (size_t t = 0; t < sizeof(texts) / sizeof(*texts); t++)
		hash = hash_text(hash, texts[t]);
	for (size_t i = 0; i < 6; i++)
		goal->mac[i] = (uint8_t)(hash >> (8 * i));
	goal->mac[0] = (uint8_t)((goal->mac[0] & ~0x01) | 0x02);
}

static bool macvlan_claims(const struct net_want_link *want, const struct net_have_link *link)
{
	return strcmp(link->kind, "ipvlan") == 0 ||
		(want->has_mac && strcmp(link->kind, "macvlan") == 0 &&
			memcmp(want->mac, link->mac, sizeof(want->mac)) == 0);
}

/* Two macvlans of a NIC cannot have one address: who gives it up is made anew, so that it is free. */
static bool is_wanted_mac(const struct net_goals_context *context, const uint8_t mac[6])
{
	const struct net_want *want = context->want;

	for (size_t i = 0; i < want->n_netns; i++)
		for (size_t l = 0; l < want->netns[i].n_links; l++) {
			const struct net_want_link *link = &want->netns[i].links[l];

			if (link->has_mac && link->kind == NET_LINK_MACVLAN &&
				memcmp(link->mac, mac, sizeof(link->mac)) == 0)
				return true;
		}
	return false;
}

static bool macvlan_fits(const struct net_goals_context *context,
	const struct net_have_netns *netns, const struct net_want_link *want,
	const struct net_have_link *link)
{
	(void)netns;
	return (want->has_mac && memcmp(want->mac, link->mac, sizeof(want->mac)) == 0) ||
		!is_wanted_mac(context, link->mac);
}

static bool macvlan_excludes(const struct net_want_link *a, const struct net_want_link *b)
{
	return b->kind == NET_LINK_IPVLAN ||
		(b->kind == NET_LINK_MACVLAN && a->has_mac && b->has_mac &&
			memcmp(a->mac, b->mac, sizeof(a->mac)) == 0);
}

static bool is_passthru(const struct net_have_link *link)
{
	return (strcmp(link->kind, "macvlan") == 0 || strcmp(link->kind, "macvtap") == 0) &&
		link->mode == MACVLAN_MODE_PASSTHRU;
}

static bool excludes_macvlan(const struct net_have_link *link)
{
	return is_passthru(link) || strcmp(link->kind, "ipvlan") == 0 ||
		strcmp(link->kind, "ipvtap") == 0;
}

bool net_link_is_exclusive(const struct net_have_link *link)
{
	return strcmp(link->kind, "macvlan") == 0 || strcmp(link->kind, "macvtap") == 0 ||
		excludes_macvlan(link);
}

static void macvlan_validate(const struct net_validation *v, const struct net_goal *goal,
	const struct net_have_link *parent)
{
	const struct cause cause = cause_of(CAUSE_PARENT_TAKEN, 0, parent->name);
	const struct net_have_link *other;

	if (net_validate_is_port(v, goal, parent, "parent"))
		return;
	other = net_validate_find_above(v, parent, excludes_macvlan);
	if (other)
		net_fault_add(v, &cause, EBUSY, goal->name,
			"'%s' is taken by '%s' (%s%s): no macvlan beside it", parent->name,
			other->name, other->kind, is_passthru(other) ? " mode passthru" : "");
}

static void macvlan_create(
	struct net_planner *planner, struct net_goals *goals, struct net_goal *goal)
{
	struct net_act_create *create =
		net_plan_create_on(planner, goals, goal, goal->want->parent);

	create->has_mac = true;
	create->mode = MACVLAN_MODE_BRIDGE;
}

static void macvlan_phrase(const struct net_act_create *create, char *text, size_t size)
{
	snprintf(text, size, "macvlan on '%s'", create->parent);
}

static void macvlan_put(struct nl_msg *message, const struct net_act *act,
	const struct net_message_context *context)
{
	(void)context;
	net_message_put_u32(message, IFLA_MACVLAN_MODE, act->create.mode);
}

static void macvlan_read(struct net_have_link *link, struct nlattr *data)
{
	struct nlattr *macvlan[IFLA_MACVLAN_MAX + 1];

	if (nla_parse_nested(macvlan, IFLA_MACVLAN_MAX, data, NULL) == 0 &&
		macvlan[IFLA_MACVLAN_MODE])
		link->mode = nla_get_u32(macvlan[IFLA_MACVLAN_MODE]);
}

const struct net_link_type net_link_macvlan = {
	.word = "macvlan",
	.on_parent = true,
	.arp = true,
	.hints = { { EOPNOTSUPP, "no macvlan in this kernel (try 'modprobe macvlan')" },
		{ EBUSY, "a bridge, bond or ipvlan has that parent, maybe in another namespace" },
		{ EINVAL,
			"that parent is no Ethernet link, or a macvlan has it for itself (mode passthru)" } },
	.init = macvlan_init,
	.fits = macvlan_fits,
	.excludes = macvlan_excludes,
	.claims = macvlan_claims,
	.validate = macvlan_validate,
	.create = macvlan_create,
	.phrase = macvlan_phrase,
	.put = macvlan_put,
	.read = macvlan_read,
};
