// SPDX-License-Identifier: GPL-2.0-or-later
/* Goals: what should be, beside what is. */
#include "net/goal.h"

#include <linux/if_ether.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/hash.h"
#include "base/memory.h"
#include "net/judge.h"

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

			for (size_t tags = 1;
				wanted->kind == NET_LINK_VLAN && tags < wanted->n_tags; tags++)
				if (net_goal_outer(context, wanted, tags) == link)
					return false;
		}
	return true;
}

static const struct net_have_link *root_below(
	const struct net_goals_context *context, const struct net_want_link *link)
{
	return net_goal_outer(
		context, link, link->kind == NET_LINK_VLAN && link->n_tags ? link->n_tags - 1 : 0);
}

static bool fits_parent(const struct net_goals_context *context, const struct net_want_link *want,
	const struct net_have_link *link)
{
	const struct net_have_link *below = root_below(context, want);

	return below && link->lower == below->ifindex && !link->lower_here;
}

static bool fits_vlan(const struct net_goals_context *context, const struct net_have_netns *netns,
	const struct net_want_link *want, const struct net_have_link *link)
{
	(void)netns;
	return strcmp(link->kind, "vlan") == 0 && fits_parent(context, want, link) &&
		link->vlan_id == want->tags[want->n_tags - 1] &&
		link->vlan_protocol == net_goal_vlan_protocol(want, want->n_tags - 1);
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

static bool fits_macvlan(const struct net_goals_context *context,
	const struct net_have_netns *netns, const struct net_want_link *want,
	const struct net_have_link *link)
{
	(void)netns;
	return strcmp(link->kind, "macvlan") == 0 && fits_parent(context, want, link) &&
		((want->has_mac && memcmp(want->mac, link->mac, sizeof(want->mac)) == 0) ||
			!is_wanted_mac(context, link->mac));
}

static bool fits_device(const struct net_goals_context *context, const struct net_have_netns *netns,
	const struct net_want_link *want, const struct net_have_link *link)
{
	struct net_mark mark;

	(void)context;
	return net_mark_parse(link->mark, &mark) && mark.kind == NET_MARK_MOVED &&
		net_have_is_device(netns, link, &mark, want);
}

static bool fits_veth(const struct net_goals_context *context, const struct net_have_netns *netns,
	const struct net_want_link *want, const struct net_have_link *link)
{
	const struct net_have_netns *other = net_have_find_netns(context->have, want->peer_netns);
	const struct net_have_link *peer =
		other ? net_have_find_link(other, want->peer_name) : NULL;

	(void)netns;
	return strcmp(link->kind, "veth") == 0 && peer && strcmp(peer->kind, "veth") == 0 &&
		link->lower == peer->ifindex && peer->lower == link->ifindex;
}

typedef bool (*fits_fn)(const struct net_goals_context *, const struct net_have_netns *,
	const struct net_want_link *, const struct net_have_link *);

static const fits_fn fits[] = {
	[NET_LINK_VLAN] = fits_vlan,
	[NET_LINK_MACVLAN] = fits_macvlan,
	[NET_LINK_DEVICE] = fits_device,
	[NET_LINK_VETH] = fits_veth,
};

static bool has_ipv6(const struct net_want_link *link)
{
	for (size_t i = 0; i < link->n_addresses; i++)
		if (link->addresses[i].family == AF_INET6)
			return true;
	return false;
}

/* The same after every rebuild and on every boot, another on every gateway and NIC. */
static void macvlan_mac(uint8_t mac[6], const struct net_goals_context *context,
	const struct net_want_netns *netns, const struct net_want_link *link)
{
	const struct net_have_link *parent = root_below(context, link);
	const char *texts[] = { context->want->owner, netns->name, link->name };
	uint64_t hash = HASH_BASIS;

	if (parent)
		hash = hash_bytes(hash, parent->mac, sizeof(parent->mac));
	for (size_t t = 0; t < sizeof(texts) / sizeof(*texts); t++)
		hash = hash_text(hash, texts[t]);
	for (size_t i = 0; i < 6; i++)
		mac[i] = (uint8_t)(hash >> (8 * i));
	mac[0] = (uint8_t)((mac[0] & ~0x01) | 0x02);
}

static void goal_init_link(struct net_goal *goal, const struct net_goals_context *context,
	const struct net_goals *goals, const struct net_want_link *want)
{
	goal->want = want;
	goal->name = want->name;
	goal->mtu_bytes = want->mtu_bytes;
	goal->has_mac = want->has_mac;
	memcpy(goal->mac, want->mac, sizeof(goal->mac));
	if (want->kind == NET_LINK_MACVLAN && !want->has_mac)
		macvlan_mac(goal->mac, context, goals->want, want);
	goal->quiet = !has_ipv6(want) && !net_want_accepts_ra(goals->want, want->name);
	goal->addresses = want->addresses;
	goal->n_addresses = want->n_addresses;
	net_mark_link(goal->mark, goals->want->name, want->name, context->owner);
}

/* What was moved in is lost to the root namespace, so it is known by its mark, not its name. */
static const struct net_have_link *find_renamed(const struct net_goals_context *context,
	const struct net_have_netns *netns, const struct net_want_link *want)
{
	for (size_t i = 0; want->kind == NET_LINK_DEVICE && i < netns->n_links; i++)
		if (fits_device(context, netns, want, &netns->links[i]))
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
	if (link && fits[goal->want->kind](context, goals->have, goal->want, link))
		goal->have = link;
	else
		goal->misfit = link;
	/* Two that swap their names go by the root namespace. */
	if (!goal->have && !(link && is_moved(link)))
		goal->renamed = find_renamed(context, goals->have, goal->want);
}

/* What it holds of NICs it gives back before anything is moved in. */
static bool gives_back(const struct net_want *want, const struct net_have_netns *netns,
	const struct net_have_link *link, const struct net_mark *mark, const char *vrf)
{
	if (strcmp(netns->name, vrf) == 0)
		return true;
	for (size_t i = 0; i < want->n_netns; i++)
		if (strcmp(want->netns[i].name, netns->name) == 0)
			return !net_have_is_wanted_device(netns, link, mark, &want->netns[i]);
	for (size_t i = 0; i < want->n_keep; i++)
		if (strcmp(want->keep[i], netns->name) == 0)
			return false;
	return !want->partial;
}

const struct net_have_link *net_goal_coming_device(const struct net_goals_context *context,
	const struct net_want_link *device, const char *vrf, const struct net_have_netns **from)
{
	struct net_mark mark;

	for (size_t i = 0; i < context->have->n_netns; i++) {
		const struct net_have_netns *netns = *from = &context->have->netns[i];

		for (size_t l = 0; l < netns->n_links; l++)
			if (net_mark_parse(netns->links[l].mark, &mark) &&
				mark.kind == NET_MARK_MOVED && mark.owner == context->owner &&
				net_have_is_device(netns, &netns->links[l], &mark, device) &&
				gives_back(context->want, netns, &netns->links[l], &mark, vrf))
				return &netns->links[l];
	}
	return NULL;
}

/* What a link has that nobody gave a size: that of the device below, or as it came. 0: not known. */
static uint32_t usual_mtu(const struct net_goal *goal, const struct net_goals_context *context)
{
	const struct net_have_link *link = goal->have ? goal->have : goal->renamed, *below;
	struct net_mark mark;

	if (goal->want->kind == NET_LINK_VETH)
		return ETH_DATA_LEN;
	if (goal->want->kind == NET_LINK_DEVICE)
		return link && net_mark_parse(link->mark, &mark) ? mark.was.mtu_bytes : 0;
	below = root_below(context, goal->want);
	/* On macsec a VLAN is smaller than what it is on. */
	return below && strcmp(below->kind, "macsec") != 0 ? below->mtu_bytes : 0;
}

/* On that it cannot have the one it was given. */
static const struct net_have_link *find_narrow(
	const struct net_goal *goal, const struct net_goals_context *context)
{
	const struct net_want_link *want = goal->want;
	const struct net_have_link *below = NULL;

	if (want->kind == NET_LINK_VLAN || want->kind == NET_LINK_MACVLAN)
		below = root_below(context, want);
	/* An outer device that is still to be made gets that of the NIC. */
	if (!below && want->kind == NET_LINK_VLAN)
		below = net_have_find_root(context->have, want->parent);
	return below && want->mtu_bytes > below->mtu_bytes ? below : NULL;
}

static void goal_init_uplink(struct net_goal *goal, const struct net_goals_context *context,
	const struct net_goals *goals, bool root)
{
	uint32_t id = goals->want->id;

	goal->in_root = root;
	net_uplink_root_name(id, goal->root_name);
	goal->name = root ? goal->root_name : NET_UPLINK_INSIDE;
	goal->mtu_bytes = context->want->uplink_mtu_bytes;
	goal->has_mac = true;
	goal->quiet = true;
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

static bool are_pair(const struct net_have_link *a, const struct net_have_link *b)
{
	return a->lower == b->ifindex && b->lower == a->ifindex;
}

/* Its mark may not be on yet where a crash came between, or be lost: then its group and the other
 * end tell. */
static bool root_end_is_ours(const struct net_goal *goal, const struct net_have_link *link,
	const struct net_have_link *inner)
{
	if (!link->mark[0])
		return link->group == NET_LINK_GROUP && inner && are_pair(link, inner);
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
	if (outer && inner && are_pair(outer, inner)) {
		root->have = outer;
		inside->have = inner;
	} else {
		root->misfit = outer;
		inside->misfit = inner;
	}
}

void net_goals_init(struct net_goals *goals, const struct net_goals_context *context,
	const struct net_want_netns *want, net_goal_fault_fn fault, void *data)
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
	for (size_t i = 0; i < want->n_links; i++, n++) {
		goal_init_link(&goals->items[n], context, goals, &want->links[i]);
		goal_find_link(&goals->items[n], context, goals);
		if (!goals->items[n].mtu_bytes)
			goals->items[n].mtu_bytes = usual_mtu(&goals->items[n], context);
		goals->items[n].narrow = find_narrow(&goals->items[n], context);
	}
	goals->count = n;
	net_judge_goals(goals, context, fault, data);
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
