// SPDX-License-Identifier: GPL-2.0-or-later
/* Faults of a namespace, all found before anything is done. */
#include "net/validate.h"

#include <errno.h>
#include <inttypes.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/memory.h"
#include "net/link.h"
#include "net/sysctl.h"

void net_fault_add(const struct net_validation *v, const struct cause *cause, int code,
	const char *interface, const char *format, ...)
{
	struct error err = ERROR_INIT;
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	error_set(&err, code, "%s", text);
	if (cause)
		err.cause = *cause;
	if (interface)
		error_wrap(&err, -err.code, "interface '%s'", interface);
	*array_append(&v->faults->items, &v->faults->count) = err;
}

static bool check_standing(const struct net_validation *v)
{
	const char *name = v->goals->want->name;

	if (v->goals->have->standing == NET_HAVE_FOREIGN)
		net_fault_add(v, NULL, EEXIST, NULL,
			"namespace '%s' is already there and was not made by vrfgate", name);
	if (v->goals->have->standing == NET_HAVE_OTHERS)
		net_fault_add(v, NULL, EEXIST, NULL,
			"namespace '%s' is already there and belongs to another vrfgate", name);
	return v->goals->have->standing < NET_HAVE_OTHERS;
}

static bool overlap(const struct address *a, const struct address *b)
{
	return address_in_network(a, b) || address_in_network(b, a);
}

/* What the customer has must not be an uplink's: an interface's network, or a route to something in the
 * uplinks' prefix. One that only goes around that prefix loses nothing but the four addresses. */
static void check_uplink_ipv4(const struct net_validation *v, const struct net_want_netns *want,
	const struct address *prefix, const struct address *inside)
{
	char text[ADDRESS_TEXT_SIZE], other[ADDRESS_TEXT_SIZE];

	address_format(inside, true, text);
	for (size_t i = 0; i < want->n_links; i++)
		for (size_t a = 0; a < want->links[i].n_addresses; a++)
			if (overlap(inside, &want->links[i].addresses[a]))
				net_fault_add(v, NULL, EADDRINUSE, want->links[i].name,
					"its address %s overlaps with %s of the uplink, expected another prefix4 in section uplink",
					address_format(&want->links[i].addresses[a], true, other),
					text);
	for (size_t i = 0; i < want->n_routes; i++) {
		const struct address *destination = &want->routes[i].destination;

		if (overlap(inside, destination) &&
			destination->prefix_length >= prefix->prefix_length)
			net_fault_add(v, NULL, EADDRINUSE, NULL,
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
static void check_next_hops(const struct net_validation *v, const struct net_want_netns *netns,
	const struct address *prefix, const struct address *root)
{
	char text[ADDRESS_TEXT_SIZE], own[ADDRESS_TEXT_SIZE];

	for (size_t i = 0; i < netns->n_routes; i++) {
		const struct net_want_route *route = &netns->routes[i];

		if (route->dev || !address_in_network(prefix, &route->via) ||
			is_customers(netns, &route->via) ||
			memcmp(route->via.bytes, root->bytes, address_size(root)) == 0)
			continue;
		net_fault_add(v, NULL, EHOSTUNREACH, NULL,
			"next hop %s is not the machine's side of this VRF's uplink, expected %s",
			address_format(&route->via, false, text), address_format(root, false, own));
	}
}

void net_validate_want(
	const struct net_want *want, const struct net_want_netns *netns, struct net_faults *faults)
{
	const struct net_validation v = { NULL, NULL, faults };
	const struct address *prefix4 = &want->uplink_prefix4;
	struct address root, inside;

	if (!netns->has_uplink)
		return;
	if (net_uplink_addresses(&want->uplink_prefix, netns->id, &root, &inside) == 0)
		check_next_hops(&v, netns, &want->uplink_prefix, &root);
	if (prefix4->family != AF_UNSPEC &&
		net_uplink_addresses(prefix4, netns->id, &root, &inside) == 0) {
		check_uplink_ipv4(&v, netns, prefix4, &inside);
		check_next_hops(&v, netns, prefix4, &root);
	}
}

/* The end of an uplink of ours whose number another VRF gets: deleted before anything is made. */
static bool root_end_goes(const struct net_validation *v, const struct net_have_link *link)
{
	const struct net_want *want = v->context->want;
	char name[NET_IFNAME_SIZE];
	struct net_mark mark;

	if (!net_mark_parse(link->mark, &mark) || mark.kind != NET_MARK_NETNS ||
		mark.owner != v->context->owner)
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

static void check_uplink(const struct net_validation *v)
{
	const struct net_goal *root = &v->goals->items[0];
	const struct net_have_link *link = net_have_find_root(v->context->have, root->name);
	const struct address *prefix4 = &v->context->want->uplink_prefix4;
	struct address a, b;

	if (net_uplink_addresses(&v->context->want->uplink_prefix, v->goals->want->id, &a, &b) < 0)
		net_fault_add(v, NULL, ERANGE, NULL,
			"uplink %" PRIu32 " does not fit into the uplink prefix",
			v->goals->want->id);
	if (prefix4->family != AF_UNSPEC) {
		if (net_uplink_addresses(prefix4, v->goals->want->id, &a, &b) < 0)
			net_fault_add(v, NULL, ERANGE, NULL,
				"uplink %" PRIu32 " does not fit into the uplink prefix4",
				v->goals->want->id);
		else
			check_uplink_ipv4(v, v->goals->want, prefix4, &b);
	}
	if (!root->have && !root->misfit && link && !root_end_goes(v, link))
		net_fault_add(v, NULL, EEXIST, root->name,
			"a link of that name is already there and was not made by vrfgate for '%s'",
			v->goals->want->name);
}

/* A link inside that has the goal's name but is not ours. */
static void check_name(const struct net_validation *v, const struct net_goal *goal)
{
	const struct net_have_link *link = net_have_find_link(v->goals->have, goal->name);

	if (link && !net_have_link_is_ours(link))
		net_fault_add(v, NULL, EEXIST, goal->name,
			"a link of that name is already there and was not made by vrfgate");
}

static void check_sysctls(const struct net_validation *v)
{
	const struct net_want_netns *want = v->goals->want;

	for (size_t i = 0; i < want->n_sysctls; i++)
		if (!net_sysctl_key_valid(want->sysctls[i].key))
			net_fault_add(v, NULL, EINVAL, NULL, "sysctl '%s' is no key under net.",
				want->sysctls[i].key);
}

/* ---- for the kinds of links ---- */

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

void net_fault_add_missing(const struct net_validation *v, const struct cause *cause,
	const struct net_goal *goal, const char *word)
{
	const char *name = goal->want->parent;
	const struct net_have_netns *elsewhere = find_elsewhere(v->context->have, name);

	if (elsewhere)
		net_fault_add(v, cause, ENODEV, goal->name,
			"%s '%s' not found: it is in namespace '%s'", word, name, elsewhere->name);
	else
		net_fault_add(v, cause, ENODEV, goal->name, "%s '%s' not found", word, name);
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

bool net_validate_is_port(const struct net_validation *v, const struct net_goal *goal,
	const struct net_have_link *link, const char *instead)
{
	const struct net_have_link *master =
		net_have_find_ifindex(&v->context->have->root, link->master);
	const char *word = port_word(link), *name = master ? master->name : "?";
	const struct cause cause = cause_of(CAUSE_PARENT_TAKEN, 0, link->name);

	if (word)
		net_fault_add(v, &cause, EBUSY, goal->name, "'%s' is %s '%s': use '%s' as %s",
			link->name, word, name, name, instead);
	return word;
}

const struct net_have_link *net_validate_find_above(const struct net_validation *v,
	const struct net_have_link *below, bool (*is)(const struct net_have_link *link))
{
	const struct net_have_netns *root = &v->context->have->root;

	for (size_t i = 0; i < root->n_links; i++)
		if (root->links[i].lower == below->ifindex && root->links[i].lower_here &&
			is(&root->links[i]))
			return &root->links[i];
	return NULL;
}

static bool exclude_each_other(const struct net_want_link *a, const struct net_want_link *b)
{
	const struct net_link_type *type = net_link_type(a->kind);

	return type->excludes && type->excludes(a, b);
}

/* The config judges what has one name; one device under two names only the kernel knows. */
void net_validate_other_names(const struct net_validation *v, const struct net_goal *goal,
	const struct net_have_link *device)
{
	const struct net_want *want = v->context->want;

	for (size_t i = 0; i < want->n_netns; i++)
		for (size_t l = 0; l < want->netns[i].n_links; l++) {
			const struct net_want_link *other = &want->netns[i].links[l];

			if (other == goal->want)
				return;
			if (!exclude_each_other(other, goal->want) || !other->parent ||
				strcmp(other->parent, goal->want->parent) == 0 ||
				net_have_find_root(v->context->have, other->parent) != device)
				continue;
			net_fault_add(v, NULL, EEXIST, goal->name,
				"'%s' is '%s', used in the same way by interface '%s' of '%s'",
				goal->want->parent, other->parent, other->name,
				want->netns[i].name);
		}
}

/* NULL where it cannot be one, which has been told. */
static const struct net_have_link *check_parent(
	const struct net_validation *v, const struct net_goal *goal)
{
	const char *name = goal->want->parent;
	const struct net_have_link *parent = net_have_find_root(v->context->have, name);
	const struct cause cause = cause_of(CAUSE_PARENT_MISSING, 0, name);

	if (!parent) {
		net_fault_add_missing(v, &cause, goal, "parent");
		return NULL;
	}
	net_validate_other_names(v, goal, parent);
	if (!(parent->flags & IFF_LOOPBACK))
		return parent;
	net_fault_add(v, NULL, EINVAL, goal->name, "parent '%s' is the loopback interface", name);
	return NULL;
}

static void check_link(const struct net_validation *v, const struct net_goal *goal)
{
	const struct net_link_type *type = net_link_type(goal->want->kind);
	const struct net_have_link *parent = type->on_parent ? check_parent(v, goal) : NULL;

	if (type->validate && (parent || !type->on_parent))
		type->validate(v, goal, parent);
}

void net_validate_goals(const struct net_goals *goals, const struct net_goals_context *context,
	struct net_faults *faults)
{
	const struct net_validation v = { goals, context, faults };

	if (!check_standing(&v))
		return;
	check_sysctls(&v);
	if (goals->want->has_uplink)
		check_uplink(&v);
	for (size_t i = 0; i < goals->count; i++) {
		const struct net_goal *goal = &goals->items[i];

		if (goal->have || goal->renamed || goal->in_root)
			continue;
		check_name(&v, goal);
		if (goal->want)
			check_link(&v, goal);
	}
}
