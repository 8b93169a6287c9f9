// SPDX-License-Identifier: GPL-2.0-or-later
/* The plan: groups of acts, what goes first, then the wanted namespaces. */
#include "net/plan.h"

#include <errno.h>
#include <inttypes.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "net/channel.h"
#include "net/link.h"
#include "net/planner.h"

/* How long namespaces that go are waited for, since the last one went. */
#define PATIENCE_MS 5000

struct net_act *net_planner_add(
	struct net_planner *planner, enum net_act_kind kind, bool in_root, const char *link)
{
	struct net_act *act = array_append(&planner->group->acts, &planner->group->n_acts);

	act->kind = kind;
	act->in_root = in_root;
	snprintf(act->link, sizeof(act->link), "%s", link ? link : "");
	return act;
}

void net_planner_sysctl(
	struct net_planner *planner, bool in_root, const char *key, const char *value)
{
	struct net_act *act = net_planner_add(planner, NET_ACT_SYSCTL_SET, in_root, NULL);

	act->sysctl.key = key;
	act->sysctl.value = value;
}

const char *net_planner_keep(struct net_planner *planner, const char *text)
{
	strings_add(&planner->plan->texts, text);
	return planner->plan->texts.items[planner->plan->texts.count - 1];
}

static void group_begin(struct net_planner *planner, const char *netns)
{
	planner->group = array_append(&planner->plan->groups, &planner->plan->n_groups);
	planner->group->netns = net_planner_keep(planner, netns);
}

struct net_act_hop *net_planner_keep_hops(struct net_planner *planner, size_t count)
{
	struct net_act_hop *hops = count ? xcalloc(count, sizeof(*hops)) : NULL;

	if (hops)
		*array_append(&planner->plan->hops, &planner->plan->n_hops) = hops;
	return hops;
}

struct net_batch *net_planner_keep_batch(struct net_planner *planner)
{
	struct net_batch *batch = xcalloc(1, sizeof(*batch));

	*array_append(&planner->plan->batches, &planner->plan->n_batches) = batch;
	return batch;
}

/* ---- strays ---- */

static int want_compare(const void *a, const void *b)
{
	return strcmp((*(const struct net_want_netns *const *)a)->name,
		(*(const struct net_want_netns *const *)b)->name);
}

/* Pointers to the wanted namespaces, sorted by name. */
static const struct net_want_netns **want_index(const struct net_want *want)
{
	const struct net_want_netns **index = xcalloc(want->n_netns, sizeof(*index));

	for (size_t i = 0; i < want->n_netns; i++)
		index[i] = &want->netns[i];
	if (want->n_netns)
		qsort(index, want->n_netns, sizeof(*index), want_compare);
	return index;
}

static const struct net_want_netns *want_find(
	const struct net_want_netns **index, size_t count, const char *name)
{
	const struct net_want_netns key = { .name = name }, *pointer = &key;
	const struct net_want_netns **found =
		count ? bsearch(&pointer, index, count, sizeof(*index), want_compare) : NULL;

	return found ? *found : NULL;
}

/* Not wanted, and not to go either. */
static bool is_spared(const struct net_want *want, const char *name)
{
	for (size_t i = 0; i < want->n_keep; i++)
		if (strcmp(want->keep[i], name) == 0)
			return true;
	return want->partial;
}

static bool is_stray(const struct net_have *have, const struct net_want_netns *netns,
	const struct net_have_link *link, const struct net_mark *mark)
{
	char name[NET_IFNAME_SIZE];

	if (mark->kind == NET_MARK_SHARED || mark->kind == NET_MARK_FORWARDING)
		return false;
	if (!netns)
		return true;
	if (mark->kind == NET_MARK_MOVED)
		return !net_have_is_wanted_device(&have->root, link, mark, netns);
	return !netns->has_uplink || strcmp(link->name, net_uplink_root_name(netns->id, name)) != 0;
}

static int stray_compare(const void *a, const void *b)
{
	return strcmp(
		((const struct net_stray *)a)->mark.vrf, ((const struct net_stray *)b)->mark.vrf);
}

static void find_strays(struct net_planner *planner, const struct net_want_netns **index)
{
	const struct net_goals_context *context = &planner->context;
	struct net_mark mark;

	for (size_t i = 0; i < context->have->root.n_links; i++) {
		const struct net_have_link *link = &context->have->root.links[i];
		const struct net_want_netns *netns;

		if (!link->mark[0] || !net_mark_parse(link->mark, &mark) ||
			mark.owner != context->owner)
			continue;
		netns = want_find(index, context->want->n_netns, mark.vrf);
		if (!is_stray(context->have, netns, link, &mark) ||
			(!netns && is_spared(context->want, mark.vrf)))
			continue;
		*array_append(&planner->strays, &planner->n_strays) =
			(struct net_stray){ link, mark };
	}
	if (planner->n_strays)
		qsort(planner->strays, planner->n_strays, sizeof(*planner->strays), stray_compare);
}

const struct net_stray *net_planner_strays(
	const struct net_planner *planner, const char *vrf, size_t *count)
{
	size_t low = 0, high = planner->n_strays, end;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (strcmp(planner->strays[middle].mark.vrf, vrf) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (end = low; end < planner->n_strays; end++)
		if (strcmp(planner->strays[end].mark.vrf, vrf) != 0)
			break;
	*count = end - low;
	return planner->strays + low;
}

/* ---- groups ---- */

static void plan_create_netns(struct net_planner *planner, const char *name)
{
	const struct net_have_netns *have = net_have_find_netns(planner->context.have, name);

	if ((have && have->standing == NET_HAVE_OURS) || strings_contain(&planner->created, name))
		return;
	net_planner_add(planner, NET_ACT_NETNS_CREATE, true, NULL)->name =
		net_planner_keep(planner, name);
	strings_add(&planner->created, name);
}

/* Other ends of veth pairs need a namespace to be born in. */
static void plan_create_peers(struct net_planner *planner, const struct net_want_netns *want)
{
	for (size_t i = 0; i < want->n_links; i++)
		if (want->links[i].peer_netns)
			plan_create_netns(planner, want->links[i].peer_netns);
}

static void plan_lo(struct net_planner *planner, const struct net_goals *goals)
{
	const struct net_have_link *lo = net_have_find_link(goals->have, "lo");

	if (!lo || !(lo->flags & IFF_UP))
		net_planner_add(planner, NET_ACT_LINK_SET_UP, false, "lo")->ifindex = 1;
}

static void plan_root_end(struct net_planner *planner, struct net_goals *goals)
{
	net_plan_addresses_delete6(planner, goals, &goals->items[0]);
	net_plan_settings(planner, goals, &goals->items[0]);
	net_plan_addresses_delete4(planner, goals, &goals->items[0]);
	net_plan_addresses_add4(planner, goals, &goals->items[0]);
}

static void fill_group(struct net_planner *planner, struct net_goals *goals)
{
	struct net_route_goals *routes;
	size_t n_strays, first = goals->want->has_uplink ? 1 : 0;
	const struct net_stray *strays = net_planner_strays(planner, goals->want->name, &n_strays);

	for (size_t i = 0; i < n_strays; i++)
		net_plan_stray(planner, &strays[i]);
	net_plan_links_delete(planner, goals);
	planner->group->n_early = planner->group->n_acts;
	plan_create_peers(planner, goals->want);
	plan_create_netns(planner, goals->want->name);
	net_plan_firewall(planner, goals);
	net_plan_sysctls_first(planner, goals);
	net_plan_links_create(planner, goals);
	if (first)
		plan_root_end(planner, goals);
	plan_lo(planner, goals);
	for (size_t i = first; i < goals->count; i++)
		net_plan_addresses_delete6(planner, goals, &goals->items[i]);
	for (size_t i = first; i < goals->count; i++)
		net_plan_settings(planner, goals, &goals->items[i]);
	routes = net_plan_routes_delete(planner, goals);
	for (size_t i = first; i < goals->count; i++)
		net_plan_addresses_delete4(planner, goals, &goals->items[i]);
	for (size_t i = first; i < goals->count; i++)
		net_plan_addresses_add4(planner, goals, &goals->items[i]);
	net_plan_routes_add(planner, goals, routes);
	net_plan_sysctls_last(planner, goals);
}

/* What the link gets, as far as it can be told; 0: it cannot. */
static uint32_t mtu_of(const struct net_planner *planner, const struct net_goal *goal)
{
	const struct net_have_link *parent = goal->want->parent
		? net_have_find_root(planner->context.have, goal->want->parent)
		: NULL;

	if (goal->narrow)
		return goal->narrow->mtu_bytes;
	if (goal->mtu_bytes || !goal->want->n_tags)
		return goal->mtu_bytes;
	/* An outer device that is still to be made gets that of the NIC. */
	return parent ? parent->mtu_bytes : 0;
}

static bool has_ipv6_address(const struct net_goal *goal)
{
	for (size_t i = 0; i < goal->n_addresses; i++)
		if (goal->addresses[i].family == AF_INET6)
			return true;
	return false;
}

/* A parent that grows later gives them back. */
static void warn_of_mtu(struct net_planner *planner, const struct net_goal *goal)
{
	struct net_faults *warnings = &planner->group->warnings;
	uint32_t mtu_bytes = goal->want ? mtu_of(planner, goal) : 0;
	struct error error = ERROR_INIT;

	if (!mtu_bytes || mtu_bytes >= IPV6_MIN_MTU || !has_ipv6_address(goal))
		return;
	(void)error_set(&error, EINVAL,
		"interface '%s': no IPv6 address can be set: parent '%s' has an mtu of %" PRIu32
		", IPv6 needs %d or more",
		goal->name, goal->want->parent ? goal->want->parent : goal->name, mtu_bytes,
		IPV6_MIN_MTU);
	error.cause = cause_of(CAUSE_PARENT_NARROW, 0, goal->want->parent);
	*array_append(&warnings->items, &warnings->count) = error;
}

static void plan_wanted(struct net_planner *planner, const struct net_want_netns *want)
{
	struct net_goals goals;

	group_begin(planner, want->name);
	net_goals_init(&goals, &planner->context, want);
	net_validate_goals(&goals, &planner->context, &planner->group->faults);
	if (!planner->group->faults.count)
		fill_group(planner, &goals);
	for (size_t i = 0; !planner->group->faults.count && i < goals.count; i++)
		warn_of_mtu(planner, &goals.items[i]);
	net_goals_finish(&goals);
}

/* The root end of its uplink tells when a namespace is really gone. */
static const struct net_have_link *removed_uplink(
	const struct net_planner *planner, const char *name)
{
	size_t count;
	const struct net_stray *strays = net_planner_strays(planner, name, &count);

	for (size_t i = 0; i < count; i++)
		if (strays[i].mark.kind == NET_MARK_NETNS)
			return strays[i].link;
	return NULL;
}

/* A namespace's links go a while after it; one that another needs goes at once. */
static bool is_claimed(const struct net_planner *planner, const struct net_have_link *have)
{
	const struct net_want *want = planner->context.want;

	for (size_t i = 0; i < want->n_netns; i++)
		for (size_t l = 0; l < want->netns[i].n_links; l++) {
			const struct net_want_link *link = &want->netns[i].links[l];
			const struct net_link_type *type = net_link_type(link->kind);

			if (type->claims && type->claims(link, have))
				return true;
		}
	return false;
}

static bool is_claimed_uplink(const struct net_planner *planner, const char *name)
{
	const struct net_want *want = planner->context.want;
	char wanted[NET_IFNAME_SIZE];

	for (size_t i = 0; i < want->n_netns; i++)
		if (want->netns[i].has_uplink &&
			strcmp(net_uplink_root_name(want->netns[i].id, wanted), name) == 0)
			return true;
	return false;
}

static void plan_removed(struct net_planner *planner, const struct net_have_netns *have)
{
	const struct net_have_link *uplink;

	group_begin(planner, have->name);
	planner->group->removed = true;
	for (size_t i = 0; i < have->n_links; i++) {
		struct net_mark mark;

		if (net_mark_parse(have->links[i].mark, &mark) && mark.kind == NET_MARK_MOVED)
			net_plan_give_back(planner, &have->links[i]);
	}
	for (size_t i = 0; i < have->n_links; i++)
		if (is_claimed(planner, &have->links[i]))
			net_planner_add(planner, NET_ACT_LINK_DELETE, false, have->links[i].name)
				->ifindex = have->links[i].ifindex;
	uplink = removed_uplink(planner, have->name);
	if (uplink && is_claimed_uplink(planner, uplink->name)) {
		net_planner_add(planner, NET_ACT_LINK_DELETE, true, uplink->name)->ifindex =
			uplink->ifindex;
		uplink = NULL;
	}
	net_planner_add(planner, NET_ACT_NETNS_DELETE, true, uplink ? uplink->name : NULL)->name =
		planner->group->netns;
}

static bool is_removed(const struct net_planner *planner, const char *name)
{
	const struct net_have_netns *have = net_have_find_netns(planner->context.have, name);

	return have && have->standing == NET_HAVE_OURS;
}

/* What is left in the root namespace of VRFs that have none any more. */
static void plan_orphans(struct net_planner *planner, const struct net_want_netns **index)
{
	const char *last = "";

	for (size_t i = 0; i < planner->n_strays; i++) {
		const struct net_stray *stray = &planner->strays[i];
		bool moved = stray->mark.kind == NET_MARK_MOVED;

		if (want_find(index, planner->context.want->n_netns, stray->mark.vrf) ||
			(!moved && is_removed(planner, stray->mark.vrf)))
			continue;
		if (strcmp(last, stray->mark.vrf) != 0) {
			last = stray->mark.vrf;
			group_begin(planner, last);
			planner->group->removed = true;
		}
		net_plan_stray(planner, stray);
	}
}

/* Before any uplink is made. */
static void plan_shared_first(struct net_planner *planner)
{
	group_begin(planner, NET_PLAN_SHARED);
	net_plan_root_firewall(planner);
	if (!planner->group->n_acts)
		planner->plan->n_groups--;
}

/* Outer VLAN devices that no group stands on. Of nested ones the outermost takes the others along,
 * so the last made comes first. */
static void plan_outers(struct net_planner *planner)
{
	const struct net_goals_context *context = &planner->context;
	struct net_mark mark;

	for (size_t i = context->have->root.n_links; i-- > 0;) {
		const struct net_have_link *link = &context->have->root.links[i];

		if (!net_mark_parse(link->mark, &mark) || mark.kind != NET_MARK_SHARED ||
			mark.owner != context->owner ||
			strings_contain(&planner->outers, link->name))
			continue;
		net_planner_add(planner, NET_ACT_LINK_DELETE, true, link->name)->ifindex =
			link->ifindex;
	}
}

static void plan_shared_last(struct net_planner *planner)
{
	group_begin(planner, NET_PLAN_SHARED);
	planner->group->removed = true;
	plan_outers(planner);
	planner->group->n_early = planner->group->n_acts;
	net_plan_root_firewall_delete(planner);
	if (!planner->group->n_acts)
		planner->plan->n_groups--;
}

/* Faulty namespaces keep what they stand on. */
static void remember_outers(struct net_planner *planner, const struct net_want *want)
{
	for (size_t i = 0; i < want->n_netns; i++)
		for (size_t l = 0; l < want->netns[i].n_links; l++) {
			const struct net_want_link *link = &want->netns[i].links[l];

			for (size_t tags = 1; tags < link->n_tags; tags++) {
				const struct net_have_link *outer =
					net_goal_outer(&planner->context, link, tags);

				if (outer && !strings_contain(&planner->outers, outer->name))
					strings_add(&planner->outers, outer->name);
			}
		}
}

struct net_plan *net_plan_create(const struct net_want *want, const struct net_have *have)
{
	struct net_plan *plan = xcalloc(1, sizeof(*plan));
	struct net_planner planner = {
		.context = { want, have, net_mark_owner(want->owner) },
		.plan = plan,
	};
	const struct net_want_netns **index = want_index(want);

	plan->owner = planner.context.owner;
	plan->patience_ms = PATIENCE_MS;
	find_strays(&planner, index);
	remember_outers(&planner, want);
	/* First what goes: another VRF may be waiting for its VLAN. */
	for (size_t i = 0; i < have->n_netns; i++)
		if (have->netns[i].standing == NET_HAVE_OURS &&
			!want_find(index, want->n_netns, have->netns[i].name) &&
			!is_spared(want, have->netns[i].name))
			plan_removed(&planner, &have->netns[i]);
	plan_orphans(&planner, index);
	plan_shared_first(&planner);
	for (size_t i = 0; i < want->n_netns; i++)
		plan_wanted(&planner, &want->netns[i]);
	/* What the spared ones stand on is not known here. */
	if (!want->partial && !want->n_keep)
		plan_shared_last(&planner);
	free(index);
	free(planner.strays);
	strings_finish(&planner.created);
	strings_finish(&planner.outers);
	strings_finish(&planner.outer_keys);
	strings_finish(&planner.outer_names);
	strings_finish(&planner.veths);
	return plan;
}

void net_plan_set_patience(struct net_plan *plan, unsigned int patience_ms)
{
	plan->patience_ms = patience_ms;
}

void net_plan_destroy(struct net_plan *plan)
{
	if (!plan)
		return;
	for (size_t i = 0; i < plan->n_groups; i++) {
		free(plan->groups[i].acts);
		free(plan->groups[i].faults.items);
		free(plan->groups[i].warnings.items);
	}
	free(plan->groups);
	for (size_t i = 0; i < plan->n_hops; i++)
		free(plan->hops[i]);
	free(plan->hops);
	for (size_t i = 0; i < plan->n_batches; i++) {
		net_batch_finish(plan->batches[i]);
		free(plan->batches[i]);
	}
	free(plan->batches);
	strings_finish(&plan->texts);
	free(plan);
}

/* One group alone has nobody to wait for. */
bool net_plan_is_staged(const struct net_plan *plan)
{
	size_t groups = 0, early = 0;

	for (size_t i = 0; i < plan->n_groups; i++) {
		const struct net_plan_group *group = &plan->groups[i];

		if (group->faults.count || (group->removed && !group->n_early))
			continue;
		groups += group->n_acts > 0;
		early += group->n_early > 0;
	}
	return early && groups > 1;
}

size_t net_plan_count(const struct net_plan *plan)
{
	size_t count = 0;

	for (size_t i = 0; i < plan->n_groups; i++)
		count += plan->groups[i].n_acts;
	return count;
}

size_t net_plan_count_faults(const struct net_plan *plan)
{
	size_t count = 0;

	for (size_t i = 0; i < plan->n_groups; i++)
		count += plan->groups[i].faults.count;
	return count;
}

void net_plan_list_removed(const struct net_plan *plan, struct strings *names)
{
	for (size_t i = 0; i < plan->n_groups; i++)
		for (size_t a = 0; a < plan->groups[i].n_acts; a++)
			if (plan->groups[i].acts[a].kind == NET_ACT_NETNS_DELETE)
				strings_add(names, plan->groups[i].netns);
}

static void group_filter(struct net_plan_group *group, net_plan_may_fn may, void *data)
{
	size_t kept = 0, early = 0;

	for (size_t i = 0; i < group->n_acts; i++) {
		const struct net_act act = group->acts[i];

		if (net_act_is_retry(&act) || may(group->netns, &act, data)) {
			group->acts[kept++] = act;
			early += i < group->n_early;
		} else if (net_act_is_structural(&act)) {
			kept = early = 0;
			break;
		}
	}
	group->n_acts = kept;
	group->n_early = early;
}

void net_plan_filter(struct net_plan *plan, net_plan_may_fn may, void *data)
{
	for (size_t i = 0; i < plan->n_groups; i++)
		if (!plan->groups[i].removed && !plan->groups[i].faults.count)
			group_filter(&plan->groups[i], may, data);
}
