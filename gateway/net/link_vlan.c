// SPDX-License-Identifier: GPL-2.0-or-later
/* VLANs, stacked ones on outer devices that several VRFs share in the root namespace. */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netlink/attr.h>
#include <stdio.h>
#include <string.h>

#include "net/link.h"
#include "net/message.h"
#include "net/planner.h"

static bool vlan_fits(const struct net_goals_context *context, const struct net_have_netns *netns,
	const struct net_want_link *want, const struct net_have_link *link)
{
	(void)context;
	(void)netns;
	return link->vlan_id == want->tags[want->n_tags - 1] &&
		link->vlan_protocol == net_goal_vlan_protocol(want, want->n_tags - 1);
}

static bool vlan_excludes(const struct net_want_link *a, const struct net_want_link *b)
{
	return b->kind == NET_LINK_VLAN && a->n_tags == b->n_tags &&
		a->outer_8021ad == b->outer_8021ad &&
		memcmp(a->tags, b->tags, a->n_tags * sizeof(*a->tags)) == 0;
}

static bool vlan_claims(const struct net_want_link *want, const struct net_have_link *link)
{
	for (size_t i = 0; strcmp(link->kind, "vlan") == 0 && i < want->n_tags; i++)
		if (want->tags[i] == link->vlan_id)
			return true;
	return false;
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
static void check_outer(const struct net_validation *v, const struct net_goal *goal,
	const struct net_have_link *parent, size_t tags, const struct net_have_link *below)
{
	uint16_t id = goal->want->tags[tags - 1];
	const struct net_have_link *named = NULL;
	const struct net_have_link *user = vlan_user(
		v->context->have, below->ifindex, id, net_goal_vlan_protocol(goal->want, tags - 1));
	char name[NET_IFNAME_SIZE], object[CAUSE_OBJECT_SIZE];
	struct cause cause;

	snprintf(object, sizeof(object), "%u on %s", id, below->name);
	cause = cause_of(CAUSE_VLAN_TAKEN, 0, object);
	if (net_goal_outer_name(goal->want, parent->name, tags, name))
		named = net_have_find_root(v->context->have, name);
	if (named && !net_goal_is_our_outer(v->context, named))
		net_fault_add(v, &cause, EEXIST, goal->name,
			"link '%s' is already there and is not vlan %u on '%s'", name, id,
			below->name);
	else if (user)
		net_fault_add(v, &cause, EEXIST, goal->name,
			"vlan %u on '%s' is already used by link '%s'", id, below->name,
			user->name);
}

/* Walks the tags from the outermost on as far as devices exist. */
static void check_tags(const struct net_validation *v, const struct net_goal *goal,
	const struct net_have_link *parent)
{
	const struct net_want_link *want = goal->want;
	const struct net_have_link *below = parent, *user;

	for (size_t tags = 1; tags < want->n_tags; tags++) {
		const struct net_have_link *outer = net_goal_outer(v->context, want, tags);

		if (!outer) {
			check_outer(v, goal, parent, tags, below);
			return;
		}
		below = outer;
	}
	user = vlan_user(v->context->have, below->ifindex, want->tags[want->n_tags - 1],
		net_goal_vlan_protocol(want, want->n_tags - 1));
	if (user && !net_goal_outer_goes(v->context, user))
		net_fault_add(v, NULL, EEXIST, goal->name,
			"vlan %u on '%s' is already used by link '%s'",
			want->tags[want->n_tags - 1], below->name, user->name);
}

static void vlan_validate(const struct net_validation *v, const struct net_goal *goal,
	const struct net_have_link *parent)
{
	const struct cause cause = cause_of(CAUSE_PARENT_DOWN, 0, goal->want->parent);

	if (!(parent->flags & IFF_UP))
		net_fault_add(
			v, &cause, ENETDOWN, goal->name, "parent '%s' is down", goal->want->parent);
	check_tags(v, goal, parent);
}

static void create_outer(struct net_planner *planner, const struct net_want_link *want, size_t tags,
	const char *below, const char *name)
{
	char mark[NET_MARK_SIZE];
	struct net_act *act = net_planner_add(planner, NET_ACT_LINK_CREATE, true, name);

	act->create = (struct net_act_create){
		.kind = NET_LINK_VLAN,
		.stays = true,
		.parent = net_planner_keep(planner, below),
		.vlan_id = want->tags[tags - 1],
		.vlan_protocol = net_goal_vlan_protocol(want, tags - 1),
	};
	act = net_planner_add(planner, NET_ACT_ALTNAME_ADD, true, name);
	act->name = net_planner_keep(planner, net_mark_shared(mark, name, planner->context.owner));
	net_planner_add(planner, NET_ACT_LINK_SET_UP, true, name);
}

static bool is_taken(const struct net_planner *planner, const char *name)
{
	return strings_contain(&planner->outer_names, name) ||
		(net_have_find_root(planner->context.have, name) &&
			!net_goal_outer_goes(&planner->context,
				net_have_find_root(planner->context.have, name)));
}

/* As an operator would, "eth0.100"; another one where that is too long or taken. */
static const char *choose_outer_name(struct net_planner *planner, const struct net_want_link *want,
	const char *parent, size_t tags)
{
	char name[NET_IFNAME_SIZE];

	if (!net_goal_outer_name(want, parent, tags, name) || is_taken(planner, name))
		for (unsigned int i = 0; i == 0 || is_taken(planner, name); i++)
			snprintf(name, sizeof(name), "outer%u", i);
	return net_planner_keep(planner, name);
}

/* "BELOW/PROTOCOL ID" */
static const char *outer_key(struct net_planner *planner, const struct net_want_link *want,
	size_t tags, const char *below)
{
	char key[64];

	snprintf(key, sizeof(key), "%s/%x %u", below, net_goal_vlan_protocol(want, tags - 1),
		want->tags[tags - 1]);
	return net_planner_keep(planner, key);
}

/* That device's name; it is made, or set up, with the first that needs it. */
static const char *plan_outer(struct net_planner *planner, const struct net_want_link *want,
	const char *parent, size_t tags, const char *below)
{
	const struct net_have_link *link = net_goal_outer(&planner->context, want, tags);
	const char *key = outer_key(planner, want, tags, below), *name;

	for (size_t i = 0; i < planner->outer_keys.count; i++)
		if (strcmp(planner->outer_keys.items[i], key) == 0)
			return net_planner_keep(planner, planner->outer_names.items[i]);
	name = link ? link->name : choose_outer_name(planner, want, parent, tags);
	if (!link)
		create_outer(planner, want, tags, below, name);
	else if (!(link->flags & IFF_UP) && net_goal_is_our_outer(&planner->context, link))
		net_planner_add(planner, NET_ACT_LINK_SET_UP, true, name);
	strings_add(&planner->outer_keys, key);
	strings_add(&planner->outer_names, name);
	return name;
}

/* Its own name, whichever the config knows it by. */
static const char *parent_name(const struct net_planner *planner, const struct net_want_link *want)
{
	const struct net_have_link *link = net_have_find_root(planner->context.have, want->parent);

	return link ? link->name : want->parent;
}

const char *net_plan_outers(struct net_planner *planner, const struct net_want_link *want)
{
	const char *parent = want->n_tags > 1 ? parent_name(planner, want) : want->parent;
	const char *below = parent;

	for (size_t tags = 1; tags < want->n_tags; tags++)
		below = plan_outer(planner, want, parent, tags, below);
	return below;
}

/* It takes its flags from what it is made on. */
static void vlan_create(struct net_planner *planner, struct net_goals *goals, struct net_goal *goal)
{
	const struct net_want_link *want = goal->want;
	const struct net_have_link *trunk = net_have_find_root(planner->context.have, want->parent);
	struct net_act_create *create =
		net_plan_create_on(planner, goals, goal, net_plan_outers(planner, want));

	create->vlan_id = want->tags[want->n_tags - 1];
	create->vlan_protocol = net_goal_vlan_protocol(want, want->n_tags - 1);
	goal->fresh.flags |= trunk ? trunk->flags & IFF_NOARP : 0;
}

static void vlan_phrase(const struct net_act_create *create, char *text, size_t size)
{
	snprintf(text, size, "vlan %u on '%s'", create->vlan_id, create->parent);
}

static void vlan_put(struct nl_msg *message, const struct net_act *act,
	const struct net_message_context *context)
{
	(void)context;
	net_message_put_u16(message, IFLA_VLAN_ID, act->create.vlan_id);
	net_message_put_u16(message, IFLA_VLAN_PROTOCOL, htons(act->create.vlan_protocol));
}

static void vlan_read(struct net_have_link *link, struct nlattr *data)
{
	struct nlattr *vlan[IFLA_VLAN_MAX + 1];

	if (nla_parse_nested(vlan, IFLA_VLAN_MAX, data, NULL) < 0)
		return;
	if (vlan[IFLA_VLAN_ID])
		link->vlan_id = nla_get_u16(vlan[IFLA_VLAN_ID]);
	if (vlan[IFLA_VLAN_PROTOCOL])
		link->vlan_protocol = ntohs(nla_get_u16(vlan[IFLA_VLAN_PROTOCOL]));
}

const struct net_link_type net_link_vlan = {
	.word = "vlan",
	.on_parent = true,
	.arp = true,
	.passing = EEXIST,
	.hints = { { EEXIST, "a link in another namespace has it" },
		{ EOPNOTSUPP,
			"no 802.1Q in this kernel (try 'modprobe 8021q'), or none on that parent" } },
	.fits = vlan_fits,
	.excludes = vlan_excludes,
	.claims = vlan_claims,
	.validate = vlan_validate,
	.create = vlan_create,
	.phrase = vlan_phrase,
	.put = vlan_put,
	.read = vlan_read,
};
