// SPDX-License-Identifier: GPL-2.0-or-later
/* What speaks against bringing a namespace up: names taken, parents missing. All is found before anything is done. */
#pragma once

#include "base/error.h"
#include "net/goal.h"

/* Texts are outside-in, below the namespace's name. */
struct net_faults {
	struct error *items;
	size_t count;
};

/* Appends what is at fault in the want alone, by the number of the uplink: IPv4 networks of the customer that take from
 * it, next hops that are another one's. */
void net_validate_want(
	const struct net_want *want, const struct net_want_netns *netns, struct net_faults *faults);

/* Appends all that speaks against making what is missing. */
void net_validate_goals(const struct net_goals *goals, const struct net_goals_context *context,
	struct net_faults *faults);

/* ---- for the kinds of links (net/link.h) ---- */

struct net_validation {
	const struct net_goals *goals;
	const struct net_goals_context *context;
	struct net_faults *faults;
};

/* cause: what may speak against other namespaces as well; NULL: nothing. interface may be NULL, too. */
__attribute__((format(printf, 5, 6))) void net_fault_add(const struct net_validation *v,
	const struct cause *cause, int code, const char *interface, const char *format, ...);

/* word: what the device is to the link that lacks it. */
void net_fault_add_missing(const struct net_validation *v, const struct cause *cause,
	const struct net_goal *goal, const char *word);

/* The config judges what has one name; one device under two names only the kernel knows. */
void net_validate_other_names(const struct net_validation *v, const struct net_goal *goal,
	const struct net_have_link *device);

/* Whether the device is a port of a bridge or the like, which has been told then. */
bool net_validate_is_port(const struct net_validation *v, const struct net_goal *goal,
	const struct net_have_link *link, const char *instead);

/* The first of the root namespace's links on a device of which that is so. */
const struct net_have_link *net_validate_find_above(const struct net_validation *v,
	const struct net_have_link *below, bool (*is)(const struct net_have_link *link));

/* One that has its parent for itself, or shares it with its like alone: a macvlan, an ipvlan. */
bool net_link_is_exclusive(const struct net_have_link *link);
