// SPDX-License-Identifier: GPL-2.0-or-later
/* The plan for people and for programs. */
#include "base/memory.h"
#include "net/planner.h"

void net_plan_print(const struct net_plan *plan, FILE *out)
{
	char text[NET_ACT_TEXT_SIZE];

	for (size_t i = 0; i < plan->n_groups; i++) {
		const struct net_plan_group *group = &plan->groups[i];

		for (size_t f = 0; f < group->faults.count; f++)
			fprintf(out, "%s: cannot bring up: %s\n", group->netns,
				group->faults.items[f]);
		for (size_t a = 0; a < group->n_acts; a++)
			fprintf(out, "%s: %s\n", group->netns, net_act_text(&group->acts[a], text));
	}
}

static json_t *act_to_json(const struct net_plan_group *group, const struct net_act *act)
{
	char text[NET_ACT_TEXT_SIZE];

	return json_pack("{s:s, s:s, s:s, s:s*, s:s}", "netns", group->netns, "act",
		net_act_name(act->kind), "text", net_act_text(act, text), "link", act->link,
		"place", act->in_root ? "root" : "netns");
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
		for (size_t a = 0; a < group->n_acts; a++)
			json_array_append_new(acts, act_to_json(group, &group->acts[a]));
	}
	return json_pack("{s:i, s:o, s:o}", "schema", 1, "acts", acts, "faults", faults);
}
