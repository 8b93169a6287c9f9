// SPDX-License-Identifier: GPL-2.0-or-later
/* The plan for people and for programs. */
#include "base/memory.h"
#include "net/planner.h"

/* Tells each act in the order of doing: early ones of all groups come before the others of those that are
 * not removed. */
typedef void (*tell_fn)(const struct net_plan_group *group, const struct net_act *act, void *data);

static void tell_acts(
	const struct net_plan_group *group, size_t from, size_t to, tell_fn tell, void *data)
{
	for (size_t a = from; a < to; a++)
		tell(group, &group->acts[a], data);
}

static void tell_plan(const struct net_plan *plan, tell_fn tell, void *data)
{
	bool staged = net_plan_is_staged(plan);
	size_t first = 0;

	for (; first < plan->n_groups && staged; first++) {
		if (!plan->groups[first].removed || plan->groups[first].n_early)
			break;
		tell_acts(&plan->groups[first], 0, plan->groups[first].n_acts, tell, data);
	}
	for (size_t i = first; i < plan->n_groups && staged; i++)
		tell_acts(&plan->groups[i], 0, plan->groups[i].n_early, tell, data);
	for (size_t i = first; i < plan->n_groups; i++)
		tell_acts(&plan->groups[i], staged ? plan->groups[i].n_early : 0,
			plan->groups[i].n_acts, tell, data);
}

static void print_act(const struct net_plan_group *group, const struct net_act *act, void *data)
{
	char text[NET_ACT_TEXT_SIZE];

	fprintf(data, "%s: %s\n", group->netns, net_act_text(act, text));
}

void net_plan_print(const struct net_plan *plan, FILE *out)
{
	for (size_t i = 0; i < plan->n_groups; i++)
		for (size_t f = 0; f < plan->groups[i].faults.count; f++)
			fprintf(out, "%s: cannot bring up: %s\n", plan->groups[i].netns,
				plan->groups[i].faults.items[f]);
	tell_plan(plan, print_act, out);
}

static json_t *act_to_json(const struct net_plan_group *group, const struct net_act *act)
{
	char text[NET_ACT_TEXT_SIZE];

	return json_pack("{s:s, s:s, s:s, s:s*, s:s}", "netns", group->netns, "act",
		net_act_name(act->kind), "text", net_act_text(act, text), "link", act->link,
		"place", act->in_root ? "root" : "netns");
}

static void append_act(const struct net_plan_group *group, const struct net_act *act, void *data)
{
	json_array_append_new(data, act_to_json(group, act));
}

json_t *net_plan_to_json(const struct net_plan *plan)
{
	json_t *acts = json_array(), *faults = json_array();

	for (size_t i = 0; i < plan->n_groups; i++) {
		const struct net_plan_group *group = &plan->groups[i];

		for (size_t f = 0; f < group->faults.count; f++)
			json_array_append_new(faults,
				json_pack("{s:s, s:s}", "netns", group->netns, "text",
					group->faults.items[f]));
	}
	tell_plan(plan, append_act, acts);
	return json_pack("{s:i, s:o, s:o}", "schema", 1, "acts", acts, "faults", faults);
}
