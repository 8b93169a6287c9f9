// SPDX-License-Identifier: GPL-2.0-or-later
/* Faults of a namespace, all found before anything is done. */
#include "net/judge.h"

#include <errno.h>
#include <inttypes.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "net/sysctl.h"

struct judge {
	const struct net_goals *goals;
	const struct net_goals_context *context;
	net_goal_fault_fn fault;
	void *data;
};

__attribute__((format(printf, 5, 0))) static void say_all(const struct judge *j,
	const struct cause *cause, int code, const char *interface, const char *format,
	va_list args)
{
	struct error err = ERROR_INIT;
	char text[512];

	vsnprintf(text, sizeof(text), format, args);
	error_set(&err, code, "%s", text);
	if (cause)
		err.cause = *cause;
	if (interface)
		error_wrap(&err, "interface '%s'", interface);
	j->fault(j->data, &err);
}

__attribute__((format(printf, 4, 5))) static void say(
	const struct judge *j, int code, const char *interface, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say_all(j, NULL, code, interface, format, args);
	va_end(args);
}

/* Of what may speak against other namespaces as well. */
__attribute__((format(printf, 5, 6))) static void say_shared(const struct judge *j,
	const struct cause *cause, int code, const char *interface, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say_all(j, cause, code, interface, format, args);
	va_end(args);
}

static bool judge_standing(const struct judge *j)
{
	const char *name = j->goals->want->name;

	if (j->goals->have->standing == NET_HAVE_FOREIGN)
		say(j, EEXIST, NULL, "namespace '%s' is already there and was not made by vrfgate",
			name);
	if (j->goals->have->standing == NET_HAVE_OTHERS)
		say(j, EEXIST, NULL,
			"namespace '%s' is already there and belongs to another vrfgate", name);
	return j->goals->have->standing < NET_HAVE_OTHERS;
}

static bool overlap(const struct address *a, const struct address *b)
{
	return address_in_network(a, b) || address_in_network(b, a);
}

/* What the customer has must not be an uplink's: an interface's network, or a route to something in the
 * uplinks' prefix. One that only goes around that prefix loses nothing but the four addresses. */
static void judge_uplink_ipv4(const struct judge *j, const struct net_want_netns *want,
	const struct address *prefix, const struct address *inside)
{
	char text[ADDRESS_TEXT_SIZE], other[ADDRESS_TEXT_SIZE];

	address_format(inside, true, text);
	for (size_t i = 0; i < want->n_links; i++)
		for (size_t a = 0; a < want->links[i].n_addresses; a++)
			if (overlap(inside, &want->links[i].addresses[a]))
				say(j, EADDRINUSE, want->links[i].name,
					"its address %s overlaps with %s of the uplink, expected another prefix4 in section uplink",
					address_format(&want->links[i].addresses[a], true, other),
					text);
	for (size_t i = 0; i < want->n_routes; i++) {
		const struct address *destination = &want->routes[i].destination;

		if (overlap(inside, destination) &&
			destination->prefix_length >= prefix->prefix_length)
			say(j, EADDRINUSE, NULL,
				"route '%s' overlaps with %s of the uplink, expected another prefix4 in section uplink",
				address_format(destination, true, other), text);
	}
}

/* Whether an interface has the address in its network. */
static bool is_customers(const struct net_want_netns *netns, const struct address *address)
{
	for (size_t i = 0; i < netns->n_links; i++)
		for (size_t a = 0; a < netns->links[i].n_addresses; a++)
			if (address_in_network(&netns->links[i].addresses[a], address))
				return true;
	return false;
}

/* A next hop that is the machine's side of another VRF's uplink. */
static void judge_next_hops(const struct judge *j, const struct net_want_netns *netns,
	const struct address *prefix, const struct address *root)
{
	char text[ADDRESS_TEXT_SIZE], own[ADDRESS_TEXT_SIZE];

	for (size_t i = 0; i < netns->n_routes; i++) {
		const struct net_want_route *route = &netns->routes[i];

		if (route->dev || !address_in_network(prefix, &route->via) ||
			is_customers(netns, &route->via) ||
			memcmp(route->via.bytes, root->bytes, address_size(root)) == 0)
			continue;
		say(j, EHOSTUNREACH, NULL,
			"next hop %s is not the machine's side of this VRF's uplink, expected %s",
			address_format(&route->via, false, text), address_format(root, false, own));
	}
}

void net_judge_want(const struct net_want *want, const struct net_want_netns *netns,
	net_goal_fault_fn fault, void *data)
{
	const struct judge j = { NULL, NULL, fault, data };
	const struct address *prefix4 = &want->uplink_prefix4;
	struct address root, inside;

	if (!netns->has_uplink)
		return;
	if (net_uplink_addresses(&want->uplink_prefix, netns->id, &root, &inside) == 0)
		judge_next_hops(&j, netns, &want->uplink_prefix, &root);
	if (prefix4->family != AF_UNSPEC &&
		net_uplink_addresses(prefix4, netns->id, &root, &inside) == 0) {
		judge_uplink_ipv4(&j, netns, prefix4, &inside);
		judge_next_hops(&j, netns, prefix4, &root);
	}
}

/* The end of an uplink of ours whose number another VRF gets: deleted before anything is made. */
static bool root_end_goes(const struct judge *j, const struct net_have_link *link)
{
	const struct net_want *want = j->context->want;
	char name[NET_IFNAME_SIZE];
	struct net_mark mark;

	if (!net_mark_parse(link->mark, &mark) || mark.kind != NET_MARK_NETNS ||
		mark.owner != j->context->owner)
		return false;
	for (size_t i = 0; i < want->n_netns; i++)
		if (strcmp(want->netns[i].name, mark.vrf) == 0)
			return !want->netns[i].has_uplink ||
				strcmp(net_uplink_root_name(want->netns[i].id, name), link->name) !=
				0;
	for (size_t i = 0; i < want->n_keep; i++)
		if (strcmp(want->keep[i], mark.vrf) == 0)
			return false;
	return !want->partial;
}

static void judge_uplink(const struct judge *j)
{
	const struct net_goal *root = &j->goals->items[0];
	const struct net_have_link *link = net_have_find_root(j->context->have, root->name);
	const struct address *prefix4 = &j->context->want->uplink_prefix4;
	struct address a, b;

	if (net_uplink_addresses(&j->context->want->uplink_prefix, j->goals->want->id, &a, &b) < 0)
		say(j, ERANGE, NULL, "uplink %" PRIu32 " does not fit into the uplink prefix",
			j->goals->want->id);
	if (prefix4->family != AF_UNSPEC) {
		if (net_uplink_addresses(prefix4, j->goals->want->id, &a, &b) < 0)
			say(j, ERANGE, NULL,
				"uplink %" PRIu32 " does not fit into the uplink prefix4",
				j->goals->want->id);
		else
			judge_uplink_ipv4(j, j->goals->want, prefix4, &b);
	}
	if (!root->have && !root->misfit && link && !root_end_goes(j, link))
		say(j, EEXIST, root->name,
			"a link of that name is already there and was not made by vrfgate for '%s'",
			j->goals->want->name);
}

/* A link inside that has the goal's name but is not ours. */
static void judge_name(const struct judge *j, const struct net_goal *goal)
{
	const struct net_have_link *link = net_have_find_link(j->goals->have, goal->name);

	if (link && !net_have_link_is_ours(link))
		say(j, EEXIST, goal->name,
			"a link of that name is already there and was not made by vrfgate");
}

static const struct net_have_link *vlan_user(
	const struct net_have *have, int parent, uint16_t id, uint16_t protocol)
{
	for (size_t i = 0; i < have->root.n_links; i++) {
		const struct net_have_link *link = &have->root.links[i];

		if (link->lower == parent && link->vlan_id == id && link->lower_here &&
			link->vlan_protocol == protocol)
			return link;
	}
	return NULL;
}

/* A device of somebody else that has the usual name of an outer one, but is another. */
static void judge_outer(const struct judge *j, const struct net_goal *goal,
	const struct net_have_link *parent, size_t tags, const struct net_have_link *below)
{
	uint16_t id = goal->want->tags[tags - 1];
	const struct net_have_link *named = NULL;
	const struct net_have_link *user = vlan_user(
		j->context->have, below->ifindex, id, net_goal_vlan_protocol(goal->want, tags - 1));
	char name[NET_IFNAME_SIZE], object[CAUSE_OBJECT_SIZE];
	struct cause cause;

	snprintf(object, sizeof(object), "%u on %s", id, below->name);
	cause = cause_of(CAUSE_VLAN_TAKEN, 0, object);
	if (net_goal_outer_name(goal->want, parent->name, tags, name))
		named = net_have_find_root(j->context->have, name);
	if (named && !net_goal_is_our_outer(j->context, named))
		say_shared(j, &cause, EEXIST, goal->name,
			"link '%s' is already there and is not vlan %u on '%s'", name, id,
			below->name);
	else if (user)
		say_shared(j, &cause, EEXIST, goal->name,
			"vlan %u on '%s' is already used by link '%s'", id, below->name,
			user->name);
}

/* Walks the tags from the outermost on as far as devices exist. */
static void judge_tags(
	const struct judge *j, const struct net_goal *goal, const struct net_have_link *parent)
{
	const struct net_want_link *want = goal->want;
	const struct net_have_link *below = parent, *user;

	for (size_t tags = 1; tags < want->n_tags; tags++) {
		const struct net_have_link *outer = net_goal_outer(j->context, want, tags);

		if (!outer) {
			judge_outer(j, goal, parent, tags, below);
			return;
		}
		below = outer;
	}
	user = vlan_user(j->context->have, below->ifindex, want->tags[want->n_tags - 1],
		net_goal_vlan_protocol(want, want->n_tags - 1));
	if (user && !net_goal_outer_goes(j->context, user))
		say(j, EEXIST, goal->name, "vlan %u on '%s' is already used by link '%s'",
			want->tags[want->n_tags - 1], below->name, user->name);
}

/* A namespace of ours that has it, moved in or made. */
static const struct net_have_netns *find_elsewhere(const struct net_have *have, const char *name)
{
	for (size_t i = 0; i < have->n_netns; i++)
		for (size_t l = 0; l < have->netns[i].n_links; l++) {
			const struct net_have_link *link = &have->netns[i].links[l];
			struct net_mark mark;

			if (net_mark_parse(link->mark, &mark) && mark.kind == NET_MARK_MOVED &&
				net_have_is_device(&have->netns[i], link, &mark,
					&(struct net_want_link){ .parent = name }))
				return &have->netns[i];
		}
	return NULL;
}

/* word: what it is to the link that lacks it. cause: NULL where that is the link's own trouble. */
static void say_missing(const struct judge *j, const struct cause *cause,
	const struct net_goal *goal, const char *word)
{
	const char *name = goal->want->parent;
	const struct net_have_netns *elsewhere = find_elsewhere(j->context->have, name);

	if (elsewhere)
		say_shared(j, cause, ENODEV, goal->name,
			"%s '%s' not found: it is in namespace '%s'", word, name, elsewhere->name);
	else
		say_shared(j, cause, ENODEV, goal->name, "%s '%s' not found", word, name);
}

/* What takes all frames of the links that are in it. */
static const char *port_word(const struct net_have_link *link)
{
	static const struct {
		const char *kind, *word;
	} words[] = {
		{ "bridge", "a port of bridge" },
		{ "bond", "a slave of bond" },
		{ "team", "a port of team" },
		{ "openvswitch", "a port of Open vSwitch" },
		{ "hsr", "a port of HSR device" },
	};

	for (size_t i = 0; link->master && i < sizeof(words) / sizeof(*words); i++)
		if (strcmp(link->port_kind, words[i].kind) == 0)
			return words[i].word;
	return NULL;
}

/* Whose port it is; false: nobody's. */
static bool judge_port(const struct judge *j, const struct net_goal *goal,
	const struct net_have_link *link, const char *instead)
{
	const struct net_have_link *master =
		net_have_find_ifindex(&j->context->have->root, link->master);
	const char *word = port_word(link), *name = master ? master->name : "?";
	const struct cause cause = cause_of(CAUSE_PARENT_TAKEN, 0, link->name);

	if (word)
		say_shared(j, &cause, EBUSY, goal->name, "'%s' is %s '%s': use '%s' as %s",
			link->name, word, name, name, instead);
	return word;
}

/* Links that have their parent for themselves, or share it with their like alone. */
static bool excludes_macvlan(const struct net_have_link *link)
{
	return link->passthru || strcmp(link->kind, "ipvlan") == 0 ||
		strcmp(link->kind, "ipvtap") == 0;
}

static bool is_macvlan(const struct net_have_link *link)
{
	return strcmp(link->kind, "macvlan") == 0 || strcmp(link->kind, "macvtap") == 0 ||
		excludes_macvlan(link);
}

/* The first of the root namespace's links on it of which that is so. */
static const struct net_have_link *find_above(const struct judge *j,
	const struct net_have_link *below, bool (*is)(const struct net_have_link *link))
{
	const struct net_have_netns *root = &j->context->have->root;

	for (size_t i = 0; i < root->n_links; i++)
		if (root->links[i].lower == below->ifindex && root->links[i].lower_here &&
			is(&root->links[i]))
			return &root->links[i];
	return NULL;
}

static void judge_macvlan(
	const struct judge *j, const struct net_goal *goal, const struct net_have_link *parent)
{
	const struct cause cause = cause_of(CAUSE_PARENT_TAKEN, 0, parent->name);
	const struct net_have_link *other;

	if (judge_port(j, goal, parent, "parent"))
		return;
	other = find_above(j, parent, excludes_macvlan);
	if (other)
		say_shared(j, &cause, EBUSY, goal->name,
			"'%s' is taken by '%s' (%s%s): no macvlan beside it", parent->name,
			other->name, other->kind, other->passthru ? " mode passthru" : "");
}

static bool same_tags(const struct net_want_link *a, const struct net_want_link *b)
{
	return a->n_tags == b->n_tags && a->outer_8021ad == b->outer_8021ad &&
		memcmp(a->tags, b->tags, a->n_tags * sizeof(*a->tags)) == 0;
}

static bool same_mac(const struct net_want_link *a, const struct net_want_link *b)
{
	return a->has_mac && b->has_mac && memcmp(a->mac, b->mac, sizeof(a->mac)) == 0;
}

/* Whether both cannot be where they are on the same device. */
static bool exclude_each_other(const struct net_want_link *a, const struct net_want_link *b)
{
	if (a->kind != b->kind)
		return false;
	return a->kind == NET_LINK_DEVICE || (a->kind == NET_LINK_VLAN && same_tags(a, b)) ||
		(a->kind == NET_LINK_MACVLAN && same_mac(a, b));
}

/* The config judges what has one name; one device under two names only the kernel knows. */
static void judge_other_names(
	const struct judge *j, const struct net_goal *goal, const struct net_have_link *device)
{
	const struct net_want *want = j->context->want;

	for (size_t i = 0; i < want->n_netns; i++)
		for (size_t l = 0; l < want->netns[i].n_links; l++) {
			const struct net_want_link *other = &want->netns[i].links[l];

			if (other == goal->want)
				return;
			if (!exclude_each_other(other, goal->want) ||
				strcmp(other->parent, goal->want->parent) == 0 ||
				net_have_find_root(j->context->have, other->parent) != device)
				continue;
			say(j, EEXIST, goal->name,
				"'%s' is '%s', used in the same way by interface '%s' of '%s'",
				goal->want->parent, other->parent, other->name,
				want->netns[i].name);
		}
}

static void judge_parent(const struct judge *j, const struct net_goal *goal)
{
	const struct net_want_link *want = goal->want;
	const struct net_have_link *parent = net_have_find_root(j->context->have, want->parent);

	struct cause cause;

	if (!parent) {
		cause = cause_of(CAUSE_PARENT_MISSING, 0, want->parent);
		say_missing(j, &cause, goal, "parent");
		return;
	}
	judge_other_names(j, goal, parent);
	if (parent->flags & IFF_LOOPBACK) {
		say(j, EINVAL, goal->name, "parent '%s' is the loopback interface", want->parent);
		return;
	}
	if (want->kind != NET_LINK_VLAN) {
		judge_macvlan(j, goal, parent);
		return;
	}
	cause = cause_of(CAUSE_PARENT_DOWN, 0, want->parent);
	if (!(parent->flags & IFF_UP))
		say_shared(j, &cause, ENETDOWN, goal->name, "parent '%s' is down", want->parent);
	judge_tags(j, goal, parent);
}

/* With it what is on it would leave, or lose its way. */
static void judge_use(
	const struct judge *j, const struct net_goal *goal, const struct net_have_link *device)
{
	const struct net_have_link *above = find_above(j, device, is_macvlan);

	judge_other_names(j, goal, device);
	if (!judge_port(j, goal, device, "device") && above)
		say(j, EBUSY, goal->name, "device '%s' carries '%s' (%s): delete that first",
			device->name, above->name, above->kind);
}

static void judge_device(const struct judge *j, const struct net_goal *goal)
{
	const struct net_have_link *link = net_have_find_device(
		j->context->have, goal->want, j->goals->want->name, j->context->owner);
	const struct net_have_netns *from;
	struct net_mark mark;

	if (!link && net_goal_coming_device(j->context, goal->want, j->goals->want->name, &from))
		return;
	if (!link)
		say_missing(j, NULL, goal, "device");
	else if (link->mark[0] &&
		!(net_mark_parse(link->mark, &mark) && mark.kind == NET_MARK_MOVED))
		say(j, EBUSY, goal->name, "device '%s' was made by vrfgate (%s)",
			goal->want->parent, link->mark);
	else if (link->flags & IFF_LOOPBACK)
		say(j, EINVAL, goal->name, "device '%s' cannot be moved", goal->want->parent);
	else
		judge_use(j, goal, link);
}

static void judge_veth(const struct judge *j, const struct net_goal *goal)
{
	const struct net_want_link *want = goal->want;
	const struct net_have_netns *other =
		net_have_find_netns(j->context->have, want->peer_netns);
	const struct net_have_link *peer;

	if (other && other->standing >= NET_HAVE_OTHERS)
		say(j, EEXIST, goal->name,
			"namespace '%s' of its other end was not made by vrfgate",
			want->peer_netns);
	peer = other ? net_have_find_link(other, want->peer_name) : NULL;
	if (peer && !net_have_link_is_ours(peer))
		say(j, EEXIST, goal->name,
			"link '%s' in namespace '%s' is already there and was not made by vrfgate",
			want->peer_name, want->peer_netns);
}

typedef void (*judge_fn)(const struct judge *j, const struct net_goal *goal);

static const judge_fn judges[] = {
	[NET_LINK_VLAN] = judge_parent,
	[NET_LINK_MACVLAN] = judge_parent,
	[NET_LINK_DEVICE] = judge_device,
	[NET_LINK_VETH] = judge_veth,
};

static void judge_sysctls(const struct judge *j)
{
	const struct net_want_netns *want = j->goals->want;

	for (size_t i = 0; i < want->n_sysctls; i++)
		if (!net_sysctl_key_valid(want->sysctls[i].key))
			say(j, EINVAL, NULL, "sysctl '%s' is no key under net.",
				want->sysctls[i].key);
}

void net_judge_goals(const struct net_goals *goals, const struct net_goals_context *context,
	net_goal_fault_fn fault, void *data)
{
	const struct judge j = { goals, context, fault, data };

	if (!judge_standing(&j))
		return;
	judge_sysctls(&j);
	if (goals->want->has_uplink)
		judge_uplink(&j);
	for (size_t i = 0; i < goals->count; i++) {
		const struct net_goal *goal = &goals->items[i];

		if (goal->have || goal->renamed || goal->in_root)
			continue;
		judge_name(&j, goal);
		if (goal->want)
			judges[goal->want->kind](&j, goal);
	}
}
