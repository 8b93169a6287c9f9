// SPDX-License-Identifier: GPL-2.0-or-later
/* NICs of the root namespace that are moved in, and given back as they were. */
#include <errno.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "net/link.h"
#include "net/planner.h"

static bool device_fits(const struct net_goals_context *context, const struct net_have_netns *netns,
	const struct net_want_link *want, const struct net_have_link *link)
{
	struct net_mark mark;

	(void)context;
	return net_mark_parse(link->mark, &mark) && mark.kind == NET_MARK_MOVED &&
		net_have_is_device(netns, link, &mark, want);
}

/* What nobody gave a size is as it came. One of hardware, or of a kind that we do not know, may have no ARP. */
static void device_init(struct net_goal *goal, const struct net_goals_context *context,
	const struct net_goals *goals)
{
	const struct net_have_link *link = goal->have ? goal->have : goal->renamed;
	const struct net_link_type *type = link ? net_link_type_find(link->kind) : NULL;
	struct net_mark mark;

	(void)context;
	(void)goals;
	goal->arp = type && type->arp;
	if (!goal->mtu_bytes && link && net_mark_parse(link->mark, &mark))
		goal->mtu_bytes = mark.was.mtu_bytes;
}

static bool device_excludes(const struct net_want_link *a, const struct net_want_link *b)
{
	(void)a;
	return b->kind == NET_LINK_DEVICE;
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

/* A NIC for a VRF that another one of ours, or itself, gives back before any is moved in: as it is inside there, and
 * where. NULL: none comes. */
static const struct net_have_link *coming_device(const struct net_goals_context *context,
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

/* With it what is on it would leave, or lose its way. */
static void check_use(const struct net_validation *v, const struct net_goal *goal,
	const struct net_have_link *device)
{
	const struct net_have_link *above =
		net_validate_find_above(v, device, net_link_is_exclusive);

	net_validate_other_names(v, goal, device);
	if (!net_validate_is_port(v, goal, device, "device") && above)
		net_fault_add(v, NULL, EBUSY, goal->name,
			"device '%s' carries '%s' (%s): delete that first", device->name,
			above->name, above->kind);
}

static void device_validate(const struct net_validation *v, const struct net_goal *goal,
	const struct net_have_link *parent)
{
	const struct net_have_link *link = net_have_find_device(
		v->context->have, goal->want, v->goals->want->name, v->context->owner);
	const struct net_have_netns *from;
	struct net_mark mark;

	(void)parent;
	if (!link && coming_device(v->context, goal->want, v->goals->want->name, &from))
		return;
	if (!link)
		net_fault_add_missing(v, NULL, goal, "device");
	else if (link->mark[0] &&
		!(net_mark_parse(link->mark, &mark) && mark.kind == NET_MARK_MOVED))
		net_fault_add(v, NULL, EBUSY, goal->name, "device '%s' was made by vrfgate (%s)",
			goal->want->parent, link->mark);
	else if (link->flags & IFF_LOOPBACK)
		net_fault_add(v, NULL, EINVAL, goal->name, "device '%s' cannot be moved",
			goal->want->parent);
	else
		check_use(v, goal, link);
}

static bool is_free_for(
	const struct net_planner *planner, const struct net_have_link *link, const char *name)
{
	const struct net_have_link *other = net_have_find_root(planner->context.have, name);

	return !other || other == link;
}

/* A NIC back in the root namespace gets its own settings again; last goes the mark. */
static void restore_device(struct net_planner *planner, const char *mark_text, const char *name,
	const struct net_have_link *link, const struct net_mark_was *was)
{
	if (link->mtu_bytes != was->mtu_bytes)
		net_planner_add(planner, NET_ACT_LINK_SET_MTU, true, name)->mtu.bytes =
			was->mtu_bytes;
	if (memcmp(link->mac, was->mac, sizeof(was->mac)) != 0)
		memcpy(net_planner_add(planner, NET_ACT_LINK_SET_MAC, true, name)->mac, was->mac,
			sizeof(was->mac));
	if (was->up)
		net_planner_add(planner, NET_ACT_LINK_SET_UP, true, name);
	if (was->alias == net_mark_alias(link->name) && is_free_for(planner, link, link->name))
		net_planner_add(planner, NET_ACT_ALTNAME_ADD, true, name)->name =
			net_planner_keep(planner, link->name);
	net_planner_add(planner, NET_ACT_ALTNAME_DELETE, true, name)->name =
		net_planner_keep(planner, mark_text);
}

/* Its old name, or a free one where somebody has taken that meanwhile. */
static const char *free_name(struct net_planner *planner, const char *name)
{
	char other[NET_IFNAME_SIZE];

	if (!net_have_find_root(planner->context.have, name))
		return net_planner_keep(planner, name);
	for (unsigned int i = 0;; i++) {
		snprintf(other, sizeof(other), "dev%u", i);
		if (!net_have_find_root(planner->context.have, other))
			return net_planner_keep(planner, other);
	}
}

void net_plan_give_back(struct net_planner *planner, const struct net_have_link *link)
{
	const char *name;
	struct net_act *act;
	struct net_mark mark;

	if (!net_mark_parse(link->mark, &mark))
		return;
	name = free_name(planner, mark.was.name);
	act = net_planner_add(planner, NET_ACT_LINK_GIVE_BACK, false, link->name);
	act->ifindex = link->ifindex;
	act->name = name;
	restore_device(planner, link->mark, name, link, &mark.was);
}

/* Up it would keep its name on kernels before 6.2 (EBUSY). Returns the new name. */
static const char *rename_link(struct net_planner *planner, bool in_root,
	const struct net_have_link *link, const char *name)
{
	struct net_act *act;

	if (link->flags & IFF_UP)
		net_planner_add(planner, NET_ACT_LINK_SET_DOWN, in_root, link->name)->ifindex =
			link->ifindex;
	act = net_planner_add(planner, NET_ACT_LINK_RENAME, in_root, link->name);
	act->ifindex = link->ifindex;
	act->name = net_planner_keep(planner, name);
	return name;
}

void net_plan_returned(struct net_planner *planner, const struct net_stray *stray)
{
	const char *name = stray->link->name;

	if (strcmp(name, stray->mark.was.name) != 0)
		name = rename_link(
			planner, true, stray->link, free_name(planner, stray->mark.was.name));
	restore_device(planner, stray->link->mark, name, stray->link, &stray->mark.was);
}

void net_plan_rename(struct net_planner *planner, struct net_goal *goal)
{
	rename_link(planner, false, goal->renamed, goal->name);
	goal->fresh = *goal->renamed;
	goal->fresh.flags &= ~(unsigned int)IFF_UP;
	goal->have = &goal->fresh;
}

/* As it will be in the root namespace by then; aliased: its name inside is an alternative one of it there, which
 * the kernel has once only. */
static struct net_have_link device_of(struct net_planner *planner, const struct net_goals *goals,
	const struct net_goal *goal, bool *aliased)
{
	const struct net_have *have = planner->context.have;
	const struct net_have_link *link =
		net_have_find_device(have, goal->want, goals->want->name, planner->context.owner);
	const struct net_have_netns *from = &have->root;
	struct net_have_link coming;
	struct net_mark mark;

	*aliased = link && strcmp(link->name, goal->name) != 0 &&
		net_have_is_named(from, link, goal->name);
	if (link)
		return *link;
	link = coming_device(&planner->context, goal->want, goals->want->name, &from);
	coming = *link;
	(void)net_mark_parse(coming.mark, &mark);
	/* Given back it has that again where it is the name that it has inside now. */
	*aliased = strcmp(mark.was.name, goal->name) != 0 &&
		(strcmp(link->name, goal->name) == 0 ? mark.was.alias == net_mark_alias(goal->name)
						     : net_have_is_named(from, link, goal->name));
	coming.ifindex = 0;
	coming.mtu_bytes = mark.was.mtu_bytes;
	coming.flags = mark.was.up ? IFF_UP : 0;
	coming.mark[0] = '\0';
	memcpy(coming.name, mark.was.name, sizeof(coming.name));
	memcpy(coming.mac, mark.was.mac, sizeof(coming.mac));
	return coming;
}

/* The mark goes on before the move, so that a NIC can never be inside and unknown. */
static void device_move(struct net_planner *planner, struct net_goals *goals, struct net_goal *goal)
{
	bool aliased;
	const struct net_have_link link = device_of(planner, goals, goal, &aliased);
	struct net_mark_was was = { .mtu_bytes = link.mtu_bytes, .up = link.flags & IFF_UP };
	const char *name = net_planner_keep(planner, link.name);
	struct net_act *act;

	goal->fresh = link;
	if (!link.mark[0]) {
		memcpy(was.name, link.name, sizeof(was.name));
		memcpy(was.mac, link.mac, sizeof(was.mac));
		was.alias = aliased ? net_mark_alias(goal->name) : 0;
		net_mark_moved(goal->fresh.mark, goals->want->name, &was, planner->context.owner);
		act = net_planner_add(planner, NET_ACT_ALTNAME_ADD, true, name);
		act->name = net_planner_keep(planner, goal->fresh.mark);
	}
	if (aliased)
		net_planner_add(planner, NET_ACT_ALTNAME_DELETE, true, name)->name =
			net_planner_keep(planner, goal->name);
	act = net_planner_add(planner, NET_ACT_LINK_MOVE_IN, true, goal->name);
	act->name = name;
	act->ifindex = link.ifindex;
	goal->fresh.ifindex = 0;
	goal->fresh.flags = 0;
	goal->fresh.addr_gen_mode = IN6_ADDR_GEN_MODE_EUI64;
	net_plan_forget_guards(&goal->fresh);
	goal->fresh.accept_ra = goal->fresh.accept_redirects6 = 1;
	goal->fresh.disable_ipv6 = 0;
	goal->have = &goal->fresh;
}

const struct net_link_type net_link_device = {
	.moved = true,
	.init = device_init,
	.fits = device_fits,
	.excludes = device_excludes,
	.validate = device_validate,
	.create = device_move,
};
