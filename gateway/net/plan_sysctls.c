// SPDX-License-Identifier: GPL-2.0-or-later
/* Planning a namespace's sysctls, and the guards of links that are sysctls by another name. Where the user
 * says something about a key, his word stands alone. */
#include <linux/ip.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "net/planner.h"
#include "net/sysctl.h"

static bool user_sets(const struct net_goals *goals, const char *key)
{
	for (size_t i = 0; i < goals->want->n_sysctls; i++)
		if (strcmp(goals->want->sysctls[i].key, key) == 0)
			return true;
	return false;
}

#define KEY_SIZE 80

/* "net.ipv6.conf.eth0/10.accept_ra" */
static const char *conf_key(
	char key[KEY_SIZE], const char *family, const char *link, const char *leaf)
{
	size_t used = (size_t)snprintf(key, KEY_SIZE, "net.%s.conf.", family);

	for (const char *p = link; *p; p++)
		key[used++] = *p == '.' ? '/' : *p;
	snprintf(key + used, KEY_SIZE - used, ".%s", leaf);
	return key;
}

/* The key of a link is for that link; the one of `all` or `default` for all inside. */
static bool user_sets_conf(
	const struct net_goals *goals, const char *family, const char *link, const char *leaf)
{
	const char *const names[] = { link, "all", "default" };
	char key[KEY_SIZE];

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (user_sets(goals, conf_key(key, family, names[i], leaf)))
			return true;
	return false;
}

/* ---- before there are links ---- */

static bool makes_links(const struct net_goals *goals)
{
	for (size_t i = 0; i < goals->count; i++) {
		const struct net_goal *goal = &goals->items[i];

		if (!goal->have && !goal->renamed && !goal->in_root)
			return true;
	}
	return false;
}

/* True where it has to be written. A new namespace does not forward: that is part of its making. */
static bool plan_forwarding(
	struct net_planner *planner, const struct net_goals *goals, const char *key, int have)
{
	if (have == goals->want->forward || user_sets(goals, key))
		return false;
	net_planner_sysctl(planner, false, key, goals->want->forward ? "1" : "0");
	return true;
}

/* What a namespace inherits of its host counts beside the setting of a link, or is where a new link
 * begins. Not read back: it may not have been set where a crash came between, so it is set again with
 * every new link. */
static void plan_general_guards(struct net_planner *planner, const struct net_goals *goals)
{
	static const char no_ipv6[] = "net.ipv6.conf.default.disable_ipv6";
	static const struct {
		const char *key, *value;
	} guards[] = {
		{ "net.ipv6.conf.default.accept_ra", "0" },
		{ "net.ipv6.conf.default.accept_redirects", "0" },
		{ "net.ipv4.conf.all.accept_redirects", "0" },
		{ "net.ipv4.conf.all.send_redirects", "0" },
		{ "net.ipv4.conf.all.proxy_arp", "0" },
		{ "net.ipv4.conf.all.rp_filter", "1" },
	};

	for (size_t i = 0; i < sizeof(guards) / sizeof(*guards); i++)
		if (!user_sets(goals, guards[i].key))
			net_planner_sysctl(planner, false, guards[i].key, guards[i].value);
	/* It may inherit that of its host (net.core.devconf_inherit_init_net). */
	if (planner->context.have->ipv6_off && !user_sets(goals, no_ipv6))
		net_planner_sysctl(planner, false, no_ipv6, "0");
}

void net_plan_sysctls_first(struct net_planner *planner, const struct net_goals *goals)
{
	static const char redirects[] = "net.ipv4.conf.all.accept_redirects";
	bool created = goals->have->standing != NET_HAVE_OURS, written = false;
	const struct net_have_link *lo = created ? NULL : net_have_find_link(goals->have, "lo");

	if (!user_sets(goals, "net.ipv4.conf.all.forwarding"))
		written = plan_forwarding(
			planner, goals, "net.ipv4.ip_forward", lo ? lo->forwarding4 > 0 : 0);
	(void)plan_forwarding(
		planner, goals, "net.ipv6.conf.all.forwarding", lo ? lo->forwarding6 > 0 : 0);
	if (created || makes_links(goals))
		plan_general_guards(planner, goals);
	/* The kernel turns it with forwarding. */
	else if (written && !user_sets(goals, redirects))
		net_planner_sysctl(planner, false, redirects, "0");
}

/* ---- of a link ---- */

const struct net_guard net_guards[NET_GUARDS] = {
	{ IPV4_DEVCONF_RP_FILTER, "rp_filter", 1 },
	{ IPV4_DEVCONF_ACCEPT_REDIRECTS, "accept_redirects", 0 },
	{ IPV4_DEVCONF_SEND_REDIRECTS, "send_redirects", 0 },
	{ IPV4_DEVCONF_ACCEPT_SOURCE_ROUTE, "accept_source_route", 0 },
	{ IPV4_DEVCONF_PROXY_ARP, "proxy_arp", 0 },
};

static void plan_ipv6_leaf(struct net_planner *planner, const struct net_goals *goals,
	const struct net_goal *goal, const char *leaf, const char *value)
{
	char key[KEY_SIZE];

	if (goal->in_root || !user_sets_conf(goals, "ipv6", goal->name, leaf))
		net_planner_sysctl(planner, goal->in_root,
			net_planner_keep(planner, conf_key(key, "ipv6", goal->name, leaf)), value);
}

/* Before it goes up: then the kernel asks for a router, and need not wait for what comes in its own time. */
static void plan_accept_ra(
	struct net_planner *planner, const struct net_goals *goals, const struct net_goal *goal)
{
	const char *value = net_want_accepts_ra(goals->want, goal->name);
	char key[KEY_SIZE];

	if (value)
		net_planner_sysctl(planner, false,
			net_planner_keep(planner, conf_key(key, "ipv6", goal->name, "accept_ra")),
			net_planner_keep(planner, value));
}

void net_plan_guards(
	struct net_planner *planner, const struct net_goals *goals, const struct net_goal *goal)
{
	uint32_t differing = 0;
	struct net_act *act;

	for (size_t i = 0; i < NET_GUARDS; i++)
		if (goal->have->guards[i] >= 0 && goal->have->guards[i] != net_guards[i].value &&
			(goal->in_root ||
				!user_sets_conf(goals, "ipv4", goal->name, net_guards[i].leaf)))
			differing |= 1U << i;
	if (differing) {
		act = net_planner_add(planner, NET_ACT_LINK_SET_GUARDS, goal->in_root, goal->name);
		act->ifindex = goal->have->ifindex;
		act->number = differing;
	}
	if (goal->want && !(goal->have->flags & IFF_UP))
		plan_accept_ra(planner, goals, goal);
	/* A link without an IPv6 address has no IPv6; before it gets one it has. So has an uplink, whatever
	 * the machine's administrator says of all links. */
	if ((!goal->want || !goal->quiet) && goal->have->disable_ipv6 > 0 &&
		net_plan_has_ipv6(goal))
		plan_ipv6_leaf(planner, goals, goal, "disable_ipv6", "0");
}

/* ---- when all else is done ---- */

static const char *have_sysctl(const struct net_have_netns *have, const char *key)
{
	for (size_t i = 0; i < have->n_sysctls; i++)
		if (strcmp(have->sysctls[i].key, key) == 0)
			return have->sysctls[i].value;
	return NULL;
}

static void plan_ipv6_guards(
	struct net_planner *planner, const struct net_goals *goals, const struct net_goal *goal)
{
	const struct net_have_link *have = goal->have;
	bool new_settings = net_plan_ipv6_comes_back(goal);

	if (!net_plan_has_ipv6(goal))
		return;
	if (have->accept_ra > 0 || new_settings)
		plan_ipv6_leaf(planner, goals, goal, "accept_ra", "0");
	if (have->accept_redirects6 > 0 || new_settings)
		plan_ipv6_leaf(planner, goals, goal, "accept_redirects", "0");
	if (goal->want && goal->quiet && (have->disable_ipv6 == 0 || new_settings))
		plan_ipv6_leaf(planner, goals, goal, "disable_ipv6", "1");
}

static bool is_planned(const struct net_planner *planner, const struct net_want_sysctl *want)
{
	for (size_t i = 0; i < planner->group->n_acts; i++) {
		const struct net_act *act = &planner->group->acts[i];

		if (act->kind == NET_ACT_SYSCTL_SET && strcmp(act->sysctl.key, want->key) == 0 &&
			strcmp(act->sysctl.value, want->value) == 0)
			return true;
	}
	return false;
}

void net_plan_sysctls_last(struct net_planner *planner, const struct net_goals *goals)
{
	for (size_t i = 0; i < goals->want->n_sysctls; i++) {
		const struct net_want_sysctl *want = &goals->want->sysctls[i];
		const char *have = have_sysctl(goals->have, want->key);

		if ((have && net_sysctl_value_equal(have, want->value)) ||
			is_planned(planner, want))
			continue;
		net_planner_sysctl(planner, false, net_planner_keep(planner, want->key),
			net_planner_keep(planner, want->value));
		planner->group->acts[planner->group->n_acts - 1].minor = true;
	}
	for (size_t i = goals->want->has_uplink ? 1 : 0; i < goals->count; i++)
		plan_ipv6_guards(planner, goals, &goals->items[i]);
	if (goals->want->has_uplink) {
		plan_ipv6_guards(planner, goals, &goals->items[0]);
		net_plan_forwarding_uplink(planner, &goals->items[0]);
	}
}
