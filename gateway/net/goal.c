// SPDX-License-Identifier: GPL-2.0-or-later
/* Goals: what should be, beside what is. */
#include "net/goal.h"

#include <linux/if_ether.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/memory.h"
#include "net/link.h"

static void uplink_mac(uint8_t mac[6], bool root, uint32_t id)
{
	mac[0] = root ? 0x02 : 0x06; /* locally administered */
	mac[1] = 'v';
	mac[2] = (uint8_t)(id >> 24);
	mac[3] = (uint8_t)(id >> 16);
	mac[4] = (uint8_t)(id >> 8);
	mac[5] = (uint8_t)id;
}

bool net_goal_outer_name(const struct net_want_link *link, const char *parent, size_t n_tags,
	char name[NET_IFNAME_SIZE])
{
	char text[NET_IFNAME_SIZE + 6 * NET_MAX_TAGS];
	size_t used = (size_t)snprintf(text, sizeof(text), "%s", parent);

	for (size_t i = 0; i < n_tags && used < sizeof(text); i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, ".%u", link->tags[i]);
	if (used >= NET_IFNAME_SIZE)
		return false;
	memcpy(name, text, used + 1);
	return true;
}

uint16_t net_goal_vlan_protocol(const struct net_want_link *link, size_t n)
{
	return n == 0 && link->outer_8021ad ? ETH_P_8021AD : ETH_P_8021Q;
}

bool net_goal_is_our_outer(
	const struct net_goals_context *context, const struct net_have_link *link)
{
	struct net_mark mark;

	return net_mark_parse(link->mark, &mark) && mark.kind == NET_MARK_SHARED &&
		mark.owner == context->owner;
}

static bool is_vlan_on(const struct net_have_link *link, int lower, uint16_t id, uint16_t protocol)
{
	return link->lower == lower && link->lower_here && link->vlan_id == id &&
		link->vlan_protocol == protocol;
}

static const struct net_have_link *find_outer(const struct net_goals_context *context,
	const struct net_want_link *want, const struct net_have_link *parent, size_t tags,
	const struct net_have_link *below)
{
	uint16_t id = want->tags[tags - 1], protocol = net_goal_vlan_protocol(want, tags - 1);
	const struct net_have_netns *root = &context->have->root;
	const struct net_have_link *named = NULL;
	char name[NET_IFNAME_SIZE];

	if (net_goal_outer_name(want, parent->name, tags, name))
		named = net_have_find_root(context->have, name);
	if (named && is_vlan_on(named, below->ifindex, id, protocol))
		return named;
	for (size_t i = 0; i < root->n_links; i++)
		if (is_vlan_on(&root->links[i], below->ifindex, id, protocol) &&
			net_goal_is_our_outer(context, &root->links[i]))
			return &root->links[i];
	return NULL;
}

const struct net_have_link *net_goal_outer(
	const struct net_goals_context *context, const struct net_want_link *link, size_t n_tags)
{
	const struct net_have_link *parent = net_have_find_root(context->have, link->parent);
	const struct net_have_link *below = parent;

	for (size_t tags = 1; below && tags <= n_tags; tags++)
		below = find_outer(context, link, parent, tags, below);
	return below;
}

bool net_goal_outer_goes(const struct net_goals_context *context, const struct net_have_link *link)
{
	const struct net_want *want = context->want;

	if (want->partial || want->n_keep || !net_goal_is_our_outer(context, link))
		return false;
	for (size_t i = 0; i < want->n_netns; i++)
		for (size_t l = 0; l < want->netns[i].n_links; l++) {
			const struct net_want_link *wanted = &want->netns[i].links[l];

			for (size_t tags = 1; tags < wanted->n_tags; tags++)
				if (net_goal_outer(context, wanted, tags) == link)
					return false;
		}
	return true;
}

const struct net_have_link *net_goal_below(
	const struct net_goals_context *context, const struct net_want_link *link)
{
	return net_goal_outer(context, link, link->n_tags ? link->n_tags - 1 : 0);
}

static bool fits_parent(const struct net_goals_context *context, const struct net_want_link *want,
	const struct net_have_link *link)
{
	const struct net_have_link *below = net_goal_below(context, want);

	return below && link->lower == below->ifindex && !link->lower_here;
}

static bool has_ipv6(const struct net_want_link *link)
{
	for (size_t i = 0; i < link->n_addresses; i++)
		if (link->addresses[i].family == AF_INET6)
			return true;
	return false;
}

static void goal_init_link(struct net_goal *goal, const struct net_goals_context *context,
	const struct net_goals *goals, const struct net_want_link *want)
{
	goal->want = want;
	goal->arp = net_link_type(want->kind)->arp;
	goal->name = want->name;
	goal->mtu_bytes = want->mtu_bytes;
	goal->has_mac = want->has_mac;
	memcpy(goal->mac, want->mac, sizeof(goal->mac));
	goal->quiet = !has_ipv6(want) && !net_want_accepts_ra(goals->want, want->name);
	goal->addresses = want->addresses;
	goal->n_addresses = want->n_addresses;
	net_mark_link(goal->mark, goals->want->name, want->name, context->owner);
}

static bool fits(const struct net_goals_context *context, const struct net_have_netns *netns,
	const struct net_want_link *want, const struct net_have_link *link)
{
	const struct net_link_type *type = net_link_type(want->kind);

	if (type->word && strcmp(link->kind, type->word) != 0)
		return false;
	return (!type->on_parent || fits_parent(context, want, link)) &&
		(!type->fits || type->fits(context, netns, want, link));
}

/* What was moved in is lost to the root namespace, so it is known by its mark, not its name. */
static const struct net_have_link *find_renamed(const struct net_goals_context *context,
	const struct net_have_netns *netns, const struct net_want_link *want)
{
	bool moved = net_link_type(want->kind)->moved;

	for (size_t i = 0; moved && i < netns->n_links; i++)
		if (fits(context, netns, want, &netns->links[i]))
			return &netns->links[i];
	return NULL;
}

static bool is_moved(const struct net_have_link *link)
{
	struct net_mark mark;

	return net_mark_parse(link->mark, &mark) && mark.kind == NET_MARK_MOVED;
}

static void goal_find_link(struct net_goal *goal, const struct net_goals_context *context,
	const struct net_goals *goals)
{
	const struct net_have_link *link = goals->have->standing == NET_HAVE_OURS
		? net_have_find_link(goals->have, goal->name)
		: NULL;

	if (link && !net_have_link_is_ours(link))
		return;
	if (link && fits(context, goals->have, goal->want, link))
		goal->have = link;
	else
		goal->misfit = link;
	/* Two that swap their names go by the root namespace. */
	if (!goal->have && !(link && is_moved(link)))
		goal->renamed = find_renamed(context, goals->have, goal->want);
}

/* The device below, where on that the link cannot have the MTU it was given. */
static const struct net_have_link *find_narrow(
	const struct net_goal *goal, const struct net_goals_context *context)
{
	const struct net_want_link *want = goal->want;
	const struct net_have_link *below = net_goal_below(context, want);

	/* An outer device that is still to be made gets that of the NIC. */
	if (!below)
		below = net_have_find_root(context->have, want->parent);
	return below && want->mtu_bytes > below->mtu_bytes ? below : NULL;
}

/* What nobody gave a size has that of the device below. On macsec a VLAN is smaller than what it is on. */
static uint32_t usual_mtu(const struct net_want_link *want, const struct net_goals_context *context)
{
	const struct net_have_link *below = net_goal_below(context, want);

	return below && strcmp(below->kind, "macsec") != 0 ? below->mtu_bytes : 0;
}

static void goal_fill(struct net_goal *goal, const struct net_goals_context *context,
	const struct net_goals *goals, const struct net_want_link *want)
{
	const struct net_link_type *type = net_link_type(want->kind);

	goal_init_link(goal, context, goals, want);
	goal_find_link(goal, context, goals);
	if (type->init)
		type->init(goal, context, goals);
	if (!goal->mtu_bytes)
		goal->mtu_bytes = type->on_parent ? usual_mtu(want, context) : type->mtu_bytes;
	if (type->on_parent)
		goal->narrow = find_narrow(goal, context);
}

static void goal_init_uplink(struct net_goal *goal, const struct net_goals_context *context,
	const struct net_goals *goals, bool root)
{
	uint32_t id = goals->want->id;

	goal->in_root = root;
	net_uplink_root_name(id, goal->root_name);
	goal->name = root ? goal->root_name : NET_UPLINK_INSIDE;
	goal->mtu_bytes = context->want->uplink_mtu_bytes;
	goal->arp = goal->has_mac = goal->quiet = true;
	uplink_mac(goal->mac, root, id);
	uplink_mac(goal->neighbour_mac, !root, id);
	goal->addresses = goal->own_addresses;
	goal->n_addresses = goal->n_neighbours = net_want_uplink_addresses(context->want, id,
		root ? goal->own_addresses : goal->neighbours,
		root ? goal->neighbours : goal->own_addresses);
	for (size_t i = 0; i < goal->n_neighbours; i++)
		goal->neighbours[i].prefix_length =
			(uint8_t)(address_size(&goal->neighbours[i]) * 8);
	if (root)
		net_mark_netns(goal->mark, goals->want->name, context->owner);
	else
		net_mark_link(goal->mark, goals->want->name, goal->name, context->owner);
}

/* Its mark may not be on yet where a crash came between, or be lost: then its group and the other
 * end tell. */
static bool root_end_is_ours(const struct net_goal *goal, const struct net_have_link *link,
	const struct net_have_link *inner)
{
	if (!link->mark[0])
		return link->group == NET_LINK_GROUP && inner && net_links_are_pair(link, inner);
	return strcmp(link->mark, goal->mark) == 0;
}

/* The two ends stand or fall together. */
static void uplink_find(struct net_goal *root, struct net_goal *inside,
	const struct net_goals_context *context, const struct net_goals *goals)
{
	const struct net_have_link *outer = net_have_find_root(context->have, root->name);
	const struct net_have_link *inner = goals->have->standing == NET_HAVE_OURS
		? net_have_find_link(goals->have, inside->name)
		: NULL;

	if (inner && !net_have_link_is_ours(inner))
		inner = NULL;
	if (outer && !root_end_is_ours(root, outer, inner))
		outer = NULL;
	if (outer && inner && net_links_are_pair(outer, inner)) {
		root->have = outer;
		inside->have = inner;
	} else {
		root->misfit = outer;
		inside->misfit = inner;
	}
}

void net_goals_init(struct net_goals *goals, const struct net_goals_context *context,
	const struct net_want_netns *want)
{
	static const struct net_have_netns absent = { .standing = NET_HAVE_ABSENT };
	size_t n = 0;

	goals->want = want;
	goals->have = net_have_find_netns(context->have, want->name);
	if (!goals->have)
		goals->have = &absent;
	goals->items = xcalloc(want->n_links + 2, sizeof(*goals->items));
	if (want->has_uplink) {
		goal_init_uplink(&goals->items[n++], context, goals, true);
		goal_init_uplink(&goals->items[n++], context, goals, false);
		uplink_find(&goals->items[0], &goals->items[1], context, goals);
	}
	for (size_t i = 0; i < want->n_links; i++)
		goal_fill(&goals->items[n++], context, goals, &want->links[i]);
	goals->count = n;
}

void net_goals_finish(struct net_goals *goals)
{
	free(goals->items);
	memset(goals, 0, sizeof(*goals));
}

struct net_goal *net_goals_find(const struct net_goals *goals, const char *name)
{
	for (size_t i = 0; i < goals->count; i++)
		if (!goals->items[i].in_root && strcmp(goals->items[i].name, name) == 0)
			return &goals->items[i];
	return NULL;
}
