// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Want minus have: the ordered acts that bring the kernel to what is wanted. The comparison is a
 * pure function; printing and applying take the same plan, so a dry run executes all the logic.
 *
 * One group of acts per namespace: a fault in one stops only that one.
 *
 * Ownership: every link we make carries an altname (net/mark.h): the root end of an uplink, and the
 * lo of every namespace we make, "vrfgate:VRF@OWNER"; a link inside "vrfgate:VRF:IFNAME@OWNER"; a
 * shared outer VLAN device "vrfgate:*:IFNAME@OWNER", OWNER being eight hex digits of the FNV-1a
 * hash of want->owner. Our routes and addresses carry protocol 118. What lacks the mark is never
 * changed or deleted.
 */
#pragma once

#include <jansson.h>
#include <stdio.h>

#include "base/error.h"
#include "base/strings.h"
#include "net/act.h"
#include "net/have.h"
#include "net/want.h"

struct net_plan;
struct net_plan_group;

/* Stands for a namespace's name where acts serve several: the root namespace's firewall, outer VLAN
 * devices that go. */
#define NET_PLAN_SHARED "*"

/* Reads what the kernel has of all that the want and its owner's marks concern. Blocks for the
 * dumps. */
int net_have_read(const struct net_want *want, struct net_have **have, struct error *err);

/*
 * Reads and compares. Of a partial want only what it names is read of the root namespace, which holds
 * a link of every VRF there is; where that shows more than settings to put right, all is read after
 * all. Either is the caller's to destroy.
 * Blocks for the dumps.
 */
int net_compare(const struct net_want *want, struct net_have **have, struct net_plan **plan,
	struct error *err);

/*
 * Compares. The plan borrows nothing of want and have. A namespace that cannot be (name taken by somebody
 * else, parent missing) gets a fault in place of acts. Namespaces of ours that are not wanted any
 * more are removed. An empty want is the plan of `down`.
 */
struct net_plan *net_plan_create(const struct net_want *want, const struct net_have *have);
void net_plan_destroy(struct net_plan *plan);

/* Acts in the plan; 0 where kernel and want agree. Faults are not acts. */
size_t net_plan_count(const struct net_plan *plan);
size_t net_plan_count_faults(const struct net_plan *plan);

/* One line an act: "acme: add address 10.0.0.2/30 to eth0.10"; faults as "acme: cannot bring up:
 * why", and what the kernel will refuse, while all else is done, as "acme: warning: why".
 */
void net_plan_print(const struct net_plan *plan, FILE *out);

/* So many acts are few: each is told. */
#define NET_PLAN_SHORT 50

/*
 * The same in short: a fault that many have in common once, with their count (base/cause.h); of more than
 * NET_PLAN_SHORT acts a line a namespace, "vrf acme: new: namespace, uplink, 1 interface, 3 routes", but each act
 * that takes something away from one that is there, and each of the root namespace.
 */
void net_plan_summarize(const struct net_plan *plan, FILE *out);

/* The acts of one namespace that a plan of many tells singly, or all; true where none is left out. */
bool net_plan_group_print(const struct net_plan_group *group, bool all, FILE *out);

/* Those left out, counted: "new: namespace, uplink, 1 interface, 3 routes"; NULL for none. The caller frees it. */
char *net_plan_group_parts(const struct net_plan_group *group);

/* How many namespaces a plan is about, or what was done of it, and the acts. */
struct net_totals {
	size_t created, changed, removed, failed, acts;
};

void net_totals_add(
	struct net_totals *totals, const struct net_plan_group *group, bool failed, size_t acts);
struct net_totals net_plan_totals(const struct net_plan *plan);

/* "500 VRFs: 500 new, 0 changed; 16,500 acts"; nothing where there is nothing. */
void net_totals_print(const struct net_totals *totals, FILE *out);

/* { "schema": 1, "acts": [ { "netns", "act", "text", ... } ],
 *   "faults": [ { "netns", "text", "cause": { "kind", "object", "text" } or null } ],
 *   "warnings": the same of what costs itself alone,
 *   "causes": [ { "kind", "object", "text", "summary", "netns": [] } ], those of more than one, or the
 *   gateway's own;
 *   "totals": { "new", "changed", "removed", "failed", "acts" } }
 */
json_t *net_plan_to_json(const struct net_plan *plan);

/* Appends the names of the namespaces that it deletes. */
void net_plan_list_removed(const struct net_plan *plan, struct strings *names);

/*
 * Asks of each act of each wanted namespace whether it may be done. One that may not is left out; where
 * others would stand on it, as on the making of a link, all of its namespace are. Of another try with a
 * duplicate address it does not ask: the want has said so (enum net_retry).
 */
typedef bool (*net_plan_may_fn)(const char *netns, const struct net_act *act, void *data);

void net_plan_filter(struct net_plan *plan, net_plan_may_fn may, void *data);

/* How one namespace fared. */
struct net_outcome {
	const struct net_plan_group *group; /* borrowed from the plan */
	const char *netns;                  /* likewise */
	bool removed;                       /* it was a removal */
	size_t acts;                        /* done */
	size_t retries;                     /* duplicate addresses that were added again */
	struct error error;                 /* code 0: all done */
	enum net_aspect aspect;             /* of what failed */
	bool minor;   /* what failed costs nothing else: the namespace can be used */
	bool passing; /* that was in the way which is about to go: worth another try soon */
};

typedef void (*net_outcome_fn)(const struct net_outcome *outcome, void *data);

/* How long net_plan_apply() may block for namespaces that go, since the last one went: 5 s, or this. 0: it
 * waits for nothing. That they have lost their names and nobody is in them is enough, and what is in the way
 * of others makes a passing outcome. */
void net_plan_set_patience(struct net_plan *plan, unsigned int patience_ms);

/*
 * Does the acts, namespace by namespace, and reports each (also those with nothing to do).
 * Returns 0, or -EIO when any failed (their outcomes tell), or another errno when nothing could
 * begin. The caller's own namespace is the same afterwards.
 */
int net_plan_apply(
	const struct net_plan *plan, net_outcome_fn report, void *data, struct error *err);
