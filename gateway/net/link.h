// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A kind of link is a file of its own (net/link_vlan.c and its like) with one row: what it wants beside the rest, whether
 * what the kernel has fits, what speaks against making it, how its making is planned, put into a message, read and told.
 */
#pragma once

#include "net/want.h"

struct net_act;
struct net_act_create;
struct net_goal;
struct net_goals;
struct net_goals_context;
struct net_have_link;
struct net_have_netns;
struct net_message_context;
struct net_planner;
struct net_validation;
struct nl_msg;
struct nlattr;

#define NET_LINK_HINTS 4

/* What is NULL, or 0, a kind has not. */
struct net_link_type {
	const char *word; /* the kernel's, IFLA_INFO_KIND */
	bool moved;       /* in, and not made: known by its mark, whatever its name */
	bool on_parent; /* it stands on a device of the root namespace, and has no more than that one's MTU */
	bool arp; /* it has ARP, and nothing but somebody's hand or its parent switches that off */
	uint32_t mtu_bytes; /* where nobody says another; 0: that of the parent */
	int passing;        /* the errno of its making while what is in its way is about to go */
	struct net_link_hint {
		int code; /* of its making, where that does not tell what is the matter */
		const char *text;
	} hints[NET_LINK_HINTS];

	/* Sets what of a goal is the kind's own, once it is known what the kernel has of it. */
	void (*init)(struct net_goal *goal, const struct net_goals_context *context,
		const struct net_goals *goals);
	/* Whether that link, which is ours, is what is wanted in that namespace, beside the word and the parent. */
	bool (*fits)(const struct net_goals_context *context, const struct net_have_netns *netns,
		const struct net_want_link *want, const struct net_have_link *link);
	/* Whether another wanted link cannot be on the same device. */
	bool (*excludes)(const struct net_want_link *want, const struct net_want_link *other);
	/* Whether a link that goes, some time after its namespace, would be in the way of one wanted. */
	bool (*claims)(const struct net_want_link *want, const struct net_have_link *link);
	/* Tells what speaks against making it (net/validate.h), once its parent is a good one; NULL with no parent: it
	 * has none. */
	void (*validate)(const struct net_validation *v, const struct net_goal *goal,
		const struct net_have_link *parent);
	/* Appends the acts of its making, where that is not one alone; goal->have is what there will be then. */
	void (*create)(struct net_planner *planner, struct net_goals *goals, struct net_goal *goal);
	/* "vlan 10 on 'eth0'"; NULL: the word */
	void (*phrase)(const struct net_act_create *create, char *text, size_t size);
	/* Appends what is in IFLA_INFO_DATA of the message that makes it. */
	void (*put)(struct nl_msg *message, const struct net_act *act,
		const struct net_message_context *context);
	/* Reads that of a dump. */
	void (*read)(struct net_have_link *link, struct nlattr *data);
};

#define NET_LINK_DECLARE(upper, lower) extern const struct net_link_type net_link_##lower;
NET_LINK_KINDS(NET_LINK_DECLARE)

const struct net_link_type *net_link_type(enum net_link_kind kind);

/* By the kernel's word; NULL: it is no kind that we make. */
const struct net_link_type *net_link_type_find(const char *word);
