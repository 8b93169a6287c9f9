// SPDX-License-Identifier: GPL-2.0-or-later
/* The plan for people and for programs. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
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

static void print_fault(const struct net_plan_group *group, const struct error *fault, FILE *out)
{
	fprintf(out, "%s: cannot bring up: %s\n", group->netns, fault->text);
}

static void print_warning(
	const struct net_plan_group *group, const struct error *warning, FILE *out)
{
	fprintf(out, "%s: warning: %s\n", group->netns, warning->text);
}

void net_plan_print(const struct net_plan *plan, FILE *out)
{
	for (size_t i = 0; i < plan->n_groups; i++) {
		for (size_t f = 0; f < plan->groups[i].faults.count; f++)
			print_fault(&plan->groups[i], &plan->groups[i].faults.items[f], out);
		for (size_t w = 0; w < plan->groups[i].warnings.count; w++)
			print_warning(&plan->groups[i], &plan->groups[i].warnings.items[w], out);
	}
	tell_plan(plan, print_act, out);
}

/* ---- in short ---- */

/* In the order of telling, but for the settings, which come last. */
enum part {
	PART_SETTING,
	PART_NETNS,
	PART_UPLINK,
	PART_INTERFACE,
	PART_OUTER,
	PART_ADDRESS,
	PART_ROUTE,
	PART_FIREWALL,
	PARTS,
};

/* One of the first kind goes without a number. */
static const struct {
	const char *one, *many;
	bool bare;
} parts[PARTS] = {
	[PART_NETNS] = { "namespace", "namespaces", true },
	[PART_UPLINK] = { "uplink", "uplinks", true },
	[PART_INTERFACE] = { "interface", "interfaces", false },
	[PART_OUTER] = { "outer VLAN", "outer VLANs", false },
	[PART_ADDRESS] = { "address", "addresses", false },
	[PART_ROUTE] = { "route", "routes", false },
	[PART_FIREWALL] = { "firewall", "firewalls", true },
	[PART_SETTING] = { "setting", "settings", false },
};

static enum part part_of_link(const struct net_act *act)
{
	if (net_act_makes_uplink(act))
		return PART_UPLINK;
	return act->create.stays ? PART_OUTER : PART_INTERFACE;
}

static enum part part_of(const struct net_act *act)
{
	static const enum part of_kinds[NET_ACT_KINDS] = {
		[NET_ACT_NETNS_CREATE] = PART_NETNS,
		[NET_ACT_ADDRESS_ADD] = PART_ADDRESS,
		[NET_ACT_ROUTE_ADD] = PART_ROUTE,
		[NET_ACT_FIREWALL_SET] = PART_FIREWALL,
	};

	return act->kind == NET_ACT_LINK_CREATE ? part_of_link(act) : of_kinds[act->kind];
}

static bool group_makes_uplink(const struct net_plan_group *group)
{
	for (size_t i = 0; i < group->n_acts; i++)
		if (net_act_makes_uplink(&group->acts[i]))
			return true;
	return false;
}

/* The whole of an uplink that is made is one thing. */
static void parts_count(const struct net_plan_group *group, size_t counts[PARTS])
{
	bool uplink = group_makes_uplink(group);

	for (size_t i = 0; i < group->n_acts; i++) {
		const struct net_act *act = &group->acts[i];

		if (net_act_disturbs(act) ||
			(uplink && !net_act_makes_uplink(act) &&
				net_act_aspect(act) == NET_ASPECT_UPLINK))
			continue;
		counts[part_of(act)]++;
	}
}

static bool group_is_new(const struct net_plan_group *group)
{
	for (size_t i = 0; i < group->n_acts; i++)
		if (group->acts[i].kind == NET_ACT_NETNS_CREATE &&
			strcmp(group->acts[i].name, group->netns) == 0)
			return true;
	return false;
}

char *net_plan_group_parts(const struct net_plan_group *group)
{
	size_t counts[PARTS] = { 0 };
	struct strings words = { 0 };
	char *list, *text = NULL;

	parts_count(group, counts);
	for (int i = 1; i <= PARTS; i++) {
		int part = i % PARTS;

		if (counts[part] == 1 && parts[part].bare)
			strings_add(&words, parts[part].one);
		else if (counts[part])
			strings_addf(&words, "%zu %s", counts[part],
				counts[part] == 1 ? parts[part].one : parts[part].many);
	}
	list = strings_join(&words, ", ");
	if (words.count)
		text = xasprintf("%s: %s", group_is_new(group) ? "new" : "changed", list);
	free(list);
	strings_finish(&words);
	return text;
}

static bool group_is_shared(const struct net_plan_group *group)
{
	return strcmp(group->netns, NET_PLAN_SHARED) == 0;
}

bool net_plan_group_print(const struct net_plan_group *group, bool all, FILE *out)
{
	bool each = all || group->removed || group_is_shared(group);

	for (size_t i = 0; i < group->n_acts; i++)
		if (each || net_act_disturbs(&group->acts[i]))
			print_act(group, &group->acts[i], out);
	return each;
}

static void summarize_group(const struct net_plan_group *group, FILE *out)
{
	char *parts_told = NULL;

	if (!net_plan_group_print(group, false, out))
		parts_told = net_plan_group_parts(group);
	if (parts_told)
		fprintf(out, "vrf %s: %s\n", group->netns, parts_told);
	free(parts_told);
}

static void faults_gather(const struct net_plan *plan, struct causes *causes)
{
	for (size_t i = 0; i < plan->n_groups; i++) {
		const struct net_plan_group *group = &plan->groups[i];

		for (size_t f = 0; f < group->faults.count; f++)
			causes_add(causes, &group->faults.items[f].cause, group->netns);
		for (size_t w = 0; w < group->warnings.count; w++)
			causes_add(causes, &group->warnings.items[w].cause, group->netns);
	}
}

static void print_faults(const struct net_plan *plan, FILE *out)
{
	struct causes causes = { 0 };

	faults_gather(plan, &causes);
	for (size_t i = 0; i < causes.count; i++) {
		char *text = cause_tell(&causes.items[i].cause, &causes.items[i].vrfs);

		if (causes.items[i].vrfs.count > 1)
			fprintf(out, "%s\n", text);
		free(text);
	}
	for (size_t i = 0; i < plan->n_groups; i++) {
		const struct net_plan_group *group = &plan->groups[i];

		for (size_t f = 0; f < group->faults.count; f++)
			if (!causes_shared(&causes, &group->faults.items[f].cause))
				print_fault(group, &group->faults.items[f], out);
		for (size_t w = 0; w < group->warnings.count; w++)
			if (!causes_shared(&causes, &group->warnings.items[w].cause))
				print_warning(group, &group->warnings.items[w], out);
	}
	causes_finish(&causes);
}

void net_plan_summarize(const struct net_plan *plan, FILE *out)
{
	print_faults(plan, out);
	if (net_plan_count(plan) <= NET_PLAN_SHORT)
		tell_plan(plan, print_act, out);
	else
		for (size_t i = 0; i < plan->n_groups; i++)
			summarize_group(&plan->groups[i], out);
}

/* ---- totals ---- */

void net_totals_add(
	struct net_totals *totals, const struct net_plan_group *group, bool failed, size_t acts)
{
	totals->acts += acts;
	if (group_is_shared(group))
		return;
	if (failed)
		totals->failed++;
	else if (group->removed)
		totals->removed++;
	else if (group_is_new(group))
		totals->created++;
	else if (group->n_acts)
		totals->changed++;
}

struct net_totals net_plan_totals(const struct net_plan *plan)
{
	struct net_totals totals = { 0 };

	for (size_t i = 0; i < plan->n_groups; i++)
		net_totals_add(&totals, &plan->groups[i], plan->groups[i].faults.count > 0,
			plan->groups[i].n_acts);
	return totals;
}

/* 16500 as "16,500". */
static void print_grouped(size_t number, FILE *out)
{
	if (number >= 1000)
		print_grouped(number / 1000, out);
	fprintf(out, number >= 1000 ? ",%03zu" : "%zu", number % 1000);
}

void net_totals_print(const struct net_totals *totals, FILE *out)
{
	size_t vrfs = totals->created + totals->changed + totals->removed + totals->failed;

	if (!vrfs && !totals->acts)
		return;
	fprintf(out, "%zu VRF%s: %zu new, %zu changed", vrfs, vrfs == 1 ? "" : "s", totals->created,
		totals->changed);
	if (totals->removed)
		fprintf(out, ", %zu removed", totals->removed);
	if (totals->failed)
		fprintf(out, ", %zu with faults", totals->failed);
	fputs("; ", out);
	print_grouped(totals->acts, out);
	fprintf(out, " act%s\n", totals->acts == 1 ? "" : "s");
}

/* ---- for programs ---- */

static json_t *totals_to_json(const struct net_plan *plan)
{
	struct net_totals totals = net_plan_totals(plan);

	return json_pack("{s:I, s:I, s:I, s:I, s:I}", "new", (json_int_t)totals.created, "changed",
		(json_int_t)totals.changed, "removed", (json_int_t)totals.removed, "failed",
		(json_int_t)totals.failed, "acts", (json_int_t)totals.acts);
}

static json_t *act_to_json(const struct net_plan_group *group, const struct net_act *act)
{
	char text[NET_ACT_TEXT_SIZE];

	return json_pack("{s:s, s:s, s:s, s:s*, s:s}", "netns", group->netns, "act",
		net_act_name(act->kind), "text", net_act_text(act, text), "link",
		act->link[0] ? act->link : NULL, "place", act->in_root ? "root" : "netns");
}

static void append_act(const struct net_plan_group *group, const struct net_act *act, void *data)
{
	json_array_append_new(data, act_to_json(group, act));
}

static void faults_append(json_t *list, const char *netns, const struct net_faults *faults)
{
	for (size_t i = 0; i < faults->count; i++)
		json_array_append_new(list,
			json_pack("{s:s, s:s, s:o}", "netns", netns, "text", faults->items[i].text,
				"cause", json_cause(&faults->items[i].cause)));
}

json_t *net_plan_to_json(const struct net_plan *plan)
{
	json_t *acts = json_array(), *faults = json_array(), *warnings = json_array(), *shared;
	struct causes causes = { 0 };

	for (size_t i = 0; i < plan->n_groups; i++) {
		const struct net_plan_group *group = &plan->groups[i];

		faults_append(faults, group->netns, &group->faults);
		faults_append(warnings, group->netns, &group->warnings);
	}
	tell_plan(plan, append_act, acts);
	faults_gather(plan, &causes);
	shared = json_shared_causes(&causes, "netns");
	causes_finish(&causes);
	return json_pack("{s:i, s:o, s:o, s:o, s:o, s:o}", "schema", 1, "acts", acts, "faults",
		faults, "warnings", warnings, "causes", shared, "totals", totals_to_json(plan));
}
