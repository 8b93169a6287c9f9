// SPDX-License-Identifier: GPL-2.0-or-later
/* The inside of a plan, and of its making. */
#pragma once

#include "base/error.h"
#include "base/strings.h"
#include "net/act.h"
#include "net/goal.h"
#include "net/plan.h"
#include "net/validate.h"

#define IPV6_MIN_MTU 1280 /* RFC 8200, 5 */

/* The acts of one namespace, in the order they must be done; or its faults. */
struct net_plan_group {
	const char *netns; /* NET_PLAN_SHARED: what several namespaces share */
	bool removed;      /* it goes altogether */
	struct net_act *acts;
	size_t n_acts;
	size_t n_early; /* first acts that free what another group may be waiting for */
	struct net_faults faults;
	struct net_faults warnings; /* acts that the kernel will refuse, and all else is done */
};

struct net_plan {
	struct net_plan_group *groups;
	size_t n_groups;
	uint32_t owner;
	unsigned int patience_ms;
	struct strings texts; /* what acts borrow and nobody else owns; as the next hops */
	struct net_act_hop **hops;
	size_t n_hops;
	struct net_batch **batches;
	size_t n_batches;
};

/* A link of the root namespace with our mark that is not what the want has. */
struct net_stray {
	const struct net_have_link *link;
	struct net_mark mark;
};

struct net_planner {
	struct net_goals_context context;
	struct net_plan *plan;
	struct net_plan_group *group; /* being filled */
	struct net_stray *strays;     /* sorted by VRF */
	size_t n_strays;
	struct strings created; /* namespaces that an earlier group makes */
	struct strings outers;  /* outer VLAN devices that are there and wanted */
	struct strings outer_keys,
		outer_names;  /* those that groups so far make, and how they name them */
	struct strings veths; /* "NETNS/NAME" of ends whose pair an earlier group makes */
};

/* True where the early acts of all groups come before all else of any. */
bool net_plan_is_staged(const struct net_plan *plan);

/* Appends an act to the group being filled. */
struct net_act *net_planner_add(
	struct net_planner *planner, enum net_act_kind kind, bool in_root, const char *link);

/* Appends the writing of a key; both texts live as long as the plan. */
void net_planner_sysctl(
	struct net_planner *planner, bool in_root, const char *key, const char *value);

/* Keeps a copy of a text for as long as the plan lives. */
const char *net_planner_keep(struct net_planner *planner, const char *text);

/* As many next hops for as long as the plan lives, empty; NULL for none. */
struct net_act_hop *net_planner_keep_hops(struct net_planner *planner, size_t count);

/* An empty batch, likewise. */
struct net_batch *net_planner_keep_batch(struct net_planner *planner);

/* The strays of a VRF, *count of them. */
const struct net_stray *net_planner_strays(
	const struct net_planner *planner, const char *vrf, size_t *count);

/* plan_links.c: what is too much, then what is missing, of the links. */
void net_plan_stray(struct net_planner *planner, const struct net_stray *stray);
void net_plan_links_delete(struct net_planner *planner, struct net_goals *goals);
void net_plan_links_create(struct net_planner *planner, struct net_goals *goals);

/* For the kinds of links: the making of one in the goal's namespace, and of one on a device of the root namespace. */
struct net_act *net_plan_create_inside(
	struct net_planner *planner, const struct net_goals *goals, struct net_goal *goal);
struct net_act_create *net_plan_create_on(struct net_planner *planner,
	const struct net_goals *goals, struct net_goal *goal, const char *below);
/* A link begins with what its namespace inherited. */
void net_plan_forget_guards(struct net_have_link *fresh);

/* link_device.c: back to the root namespace; one that came back on its own, with its namespace's end; its name inside,
 * which puts all on it again, for set down it loses its IPv6 addresses and routes. */
void net_plan_give_back(struct net_planner *planner, const struct net_have_link *link);
void net_plan_returned(struct net_planner *planner, const struct net_stray *stray);
void net_plan_rename(struct net_planner *planner, struct net_goal *goal);

/* link_vlan.c: the shared devices that the last tag stands on are there and up; returns the innermost's name, the
 * parent's where there is none. */
const char *net_plan_outers(struct net_planner *planner, const struct net_want_link *want);

/* plan_firewall.c: of a namespace, and of the root namespace, as its uplinks want it. */
void net_plan_firewall(struct net_planner *planner, const struct net_goals *goals);
void net_plan_root_firewall(struct net_planner *planner);
void net_plan_root_firewall_delete(struct net_planner *planner);

/* plan_forwarding.c: of the root namespace; `all`: as if no uplink needed it. */
void net_plan_forwarding_off(struct net_planner *planner, bool all);
void net_plan_forwarding_on(struct net_planner *planner);
/* What comes in by an uplink is forwarded to a server elsewhere. */
void net_plan_forwarding_uplink(struct net_planner *planner, const struct net_goal *root);

/* plan_settings.c: marks, settings and addresses of one link. IPv6 addresses go first, for one may come
 * back with another length or on another link; IPv4 ones last, for with the last one the kernel takes
 * the link's routes away. */
void net_plan_addresses_delete6(
	struct net_planner *planner, const struct net_goals *goals, const struct net_goal *goal);
void net_plan_settings(
	struct net_planner *planner, const struct net_goals *goals, struct net_goal *goal);
void net_plan_addresses_delete4(
	struct net_planner *planner, const struct net_goals *goals, const struct net_goal *goal);
/* Those that had to wait for that. */
void net_plan_addresses_add4(
	struct net_planner *planner, const struct net_goals *goals, const struct net_goal *goal);
/* A link with too small an MTU has no IPv6; with the right one it comes back with new settings. */
bool net_plan_has_ipv6(const struct net_goal *goal);
bool net_plan_ipv6_comes_back(const struct net_goal *goal);

/* plan_routes.c: what must go before IPv4 addresses do, then what is missing, with an end of the goals. */
struct net_route_goals *net_plan_routes_delete(
	struct net_planner *planner, const struct net_goals *goals);
void net_plan_routes_add(
	struct net_planner *planner, const struct net_goals *goals, struct net_route_goals *routes);

/* plan_sysctls.c: no redirects, router advertisements, source routes or foreign sources, no forwarding
 * but between own links where wanted, no IPv6 on links without an IPv6 address. */
void net_plan_guards(
	struct net_planner *planner, const struct net_goals *goals, const struct net_goal *goal);
void net_plan_sysctls_first(struct net_planner *planner, const struct net_goals *goals);
void net_plan_sysctls_last(struct net_planner *planner, const struct net_goals *goals);
