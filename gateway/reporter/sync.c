// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One pass of bringing Zabbix in step. Each step stands on what Zabbix says after the one before:
 *	1. read all						1 request, or one each 4000 objects
 *	2. import our own template, read templates again	only where it is missing
 *	3. write groups, read them again			only where something differs
 *	4. write proxies, read them again			likewise
 *	5. write hosts, read them again, verify			likewise; before that, who has the names of
 *								those that are missing, and what is in the
 *								templates that are to be linked
 *	6. write rules of discovery, read them again, write	likewise
 *	   the actions that go with them
 *	7. read what discovery has found, and name it		only where there is discovery
 *	8. delete what is gone from the config			likewise
 */
#include "reporter/sync.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "reporter/adoption.h"
#include "reporter/alteration.h"
#include "reporter/handover.h"
#include "reporter/import.h"
#include "reporter/names.h"
#include "reporter/plan.h"
#include "reporter/renames.h"
#include "zabbix/json.h"

struct pass {
	struct zabbix_api *api;
	struct reporter_plan plan;
	struct reporter_view view;
	struct reporter_writes writes;
	bool look;
	json_t *tried; /* by one that looks: methods to which it has the right */
};

void reporter_sync_result_finish(struct reporter_sync_result *result)
{
	strings_finish(&result->problems);
	strings_finish(&result->changes);
	strings_finish(&result->notes);
	strings_finish(&result->released);
	json_decref(result->elsewhere);
	*result = (struct reporter_sync_result){ 0 };
}

void reporter_plan_change(struct reporter_plan *plan, enum reporter_write_kind kind,
	const char *what, const char *name, const char *method, const json_t *before,
	json_t *params)
{
	char *details = reporter_alteration_text(plan->view, plan->words, method, before, params);

	reporter_writes_add(plan->writes, kind, what, name, method, params);
	reporter_writes_add_details(plan->writes, details);
}

/* What one that looks does in the place of sending. */
static int pass_describe(struct pass *pass, struct error *err)
{
	int r = reporter_writes_try(&pass->writes, pass->api, pass->tried, err);

	reporter_writes_describe(&pass->writes, pass->plan.result);
	return r;
}

/* Sends what is planned, and where there was something reads these kinds again. */
static int pass_carry_out(
	struct pass *pass, enum reporter_kind first, enum reporter_kind last, struct error *err)
{
	int r;

	if (pass->writes.count == 0)
		return 0;
	if (pass->look)
		return pass_describe(pass, err);
	r = reporter_writes_send(&pass->writes, pass->api, pass->plan.result, err);
	if (r < 0)
		return r;
	return reporter_view_read(&pass->view, pass->api, pass->plan.inventory, first, last, err);
}

/* A pass that only looks goes on as if what it would have made were there. */
static void pretend_missing(
	struct pass *pass, enum reporter_kind kind, const char *key, const char *id)
{
	if (pass->look && !reporter_view_find(&pass->view, kind, key))
		reporter_view_pretend(
			&pass->view, kind, key, zabbix_json_pack("{s:s}", id, REPORTER_NEW_ID));
}

/* Whether we may import: nothing is, as the call lacks all that it needs, which is no fault. */
static int import_try(struct zabbix_api *api, struct error *err)
{
	int r = zabbix_api_call(api, "configuration.import", json_object(), NULL, err);

	if (r < 0 && (zabbix_api_error_is_denied(err) || zabbix_api_error_is_unreachable(err)))
		return r;
	error_clear(err);
	return 0;
}

static int template_step(struct pass *pass, struct error *err)
{
	const struct reporter_inventory *inventory = pass->plan.inventory;
	const json_t *there =
		reporter_view_find(&pass->view, REPORTER_KIND_TEMPLATE, REPORTER_TEMPLATE_GATEWAY);
	struct error why = ERROR_INIT;
	int r;

	if (there &&
		!zabbix_json_find(json_object_get(there, "macros"), "macro", REPORTER_MACRO_SENDER))
		strings_addf(&pass->plan.result->problems,
			"template '%s' is that of an earlier version, in which anybody may send values: `vrfgate import` brings the present one",
			REPORTER_TEMPLATE_GATEWAY);
	if (!inventory->template_text || there)
		return 0;
	r = pass->look ? import_try(pass->api, &why)
		       : reporter_import(pass->api, "yaml", inventory->template_text, &why);
	if (r < 0 && zabbix_api_error_is_unreachable(&why)) {
		*err = why;
		return r;
	}
	if (r < 0)
		strings_addf(&pass->plan.result->problems, "template '%s': %s",
			REPORTER_TEMPLATE_GATEWAY, why.text);
	else
		strings_addf(
			&pass->plan.result->changes, "+ template '%s'", REPORTER_TEMPLATE_GATEWAY);
	if (pass->look && r == 0)
		pretend_missing(
			pass, REPORTER_KIND_TEMPLATE, REPORTER_TEMPLATE_GATEWAY, "templateid");
	if (pass->look)
		return 0;
	return reporter_view_read(&pass->view, pass->api, inventory, REPORTER_KIND_TEMPLATE,
		REPORTER_KIND_TEMPLATE_NAME, err);
}

static int groups_step(struct pass *pass, struct error *err)
{
	const struct reporter_inventory *inventory = pass->plan.inventory;
	cleanup_json json_t *names = reporter_names_groups(inventory);
	const json_t *name;
	size_t i;
	int r;

	reporter_plan_groups(&pass->plan);
	r = pass_carry_out(pass, REPORTER_KIND_PROXY_GROUP, REPORTER_KIND_GROUP, err);
	json_array_foreach (names, i, name)
		pretend_missing(pass, REPORTER_KIND_GROUP, json_string_value(name), "groupid");
	for (i = 0; i < inventory->n_proxies; i++)
		if (inventory->proxies[i].group)
			pretend_missing(pass, REPORTER_KIND_PROXY_GROUP,
				inventory->proxies[i].group, "proxy_groupid");
	return r;
}

/* As Zabbix has it now. */
static void handover_result(struct pass *pass)
{
	const struct reporter_inventory *inventory = pass->plan.inventory;
	const struct reporter_owner owner = reporter_owner_of(inventory);
	struct reporter_sync_result *result = pass->plan.result;
	const char *vrf;
	json_t *other;

	result->elsewhere = json_object();
	json_object_foreach (pass->plan.elsewhere, vrf, other) {
		cleanup_free char *text = xasprintf("gateway '%s' (id %.8s)",
			zabbix_json_text(other, "gateway"), zabbix_json_text(other, "id"));

		json_object_set_new(result->elsewhere, vrf, zabbix_json_string(text));
	}
	for (size_t i = 0; i < inventory->n_given_up; i++) {
		const struct reporter_given_up *given = &inventory->given_up[i];

		if (given->released && given->at_rest &&
			(!reporter_view_find(&pass->view, REPORTER_KIND_PROXY, given->vrf) ||
				reporter_handover_is_given(&pass->view, &owner, given->vrf)))
			strings_add(&result->released, given->vrf);
	}
}

static int proxies_step(struct pass *pass, struct error *err)
{
	const struct reporter_inventory *inventory = pass->plan.inventory;
	int r;

	r = reporter_handover_read(&pass->plan, &pass->view, pass->api, err);
	if (r < 0)
		return r;
	reporter_adopt_proxies(&pass->view, inventory);
	reporter_plan_handover(&pass->plan);
	reporter_plan_proxies(&pass->plan);
	r = pass_carry_out(pass, REPORTER_KIND_PROXY, REPORTER_KIND_PROXY_NAME, err);
	for (size_t i = 0; !pass->look && i < inventory->n_proxies; i++)
		reporter_handover_drop(&pass->plan, inventory->proxies[i].vrf);
	handover_result(pass);
	/* One whose name somebody else's has is not made. */
	for (size_t i = 0; i < inventory->n_proxies; i++)
		if (!reporter_view_find(
			    &pass->view, REPORTER_KIND_PROXY_NAME, inventory->proxies[i].name))
			pretend_missing(
				pass, REPORTER_KIND_PROXY, inventory->proxies[i].vrf, "proxyid");
	return r;
}

/* What is in templates that are to be linked; where there are none nothing is asked. */
static int links_read(struct pass *pass, void (*collect)(struct reporter_plan *), struct error *err)
{
	collect(&pass->plan);
	return reporter_links_read(&pass->plan.links, pass->api, pass->plan.lacking, err);
}

/* Hosts of the config that other gateways have; of a VRF that is another's as a whole that is told. */
static void claims_note(struct pass *pass)
{
	const struct reporter_inventory *inventory = pass->plan.inventory;
	const struct reporter_owner owner = reporter_owner_of(inventory);

	for (size_t i = 0; i < inventory->n_proxies; i++) {
		const struct reporter_proxy *proxy = &inventory->proxies[i];

		for (size_t j = 0;
			!json_object_get(pass->plan.elsewhere, proxy->vrf) && j < proxy->n_hosts;
			j++) {
			const json_t *holder = reporter_view_find(
				&pass->view, REPORTER_KIND_HOST_NAME, proxy->hosts[j].name);
			const char *id = holder ? reporter_mark_other_host(holder, &owner) : NULL;

			if (id)
				reporter_handover_claim(
					&pass->plan, id, "host", proxy->hosts[j].name);
		}
	}
	reporter_handover_tell_claims(&pass->plan);
}

static int hosts_step(struct pass *pass, struct error *err)
{
	int r = reporter_view_read(&pass->view, pass->api, pass->plan.inventory,
		REPORTER_KIND_HOST_NAME, REPORTER_KIND_VISIBLE, err);

	if (r == 0)
		r = reporter_adopt_hosts(&pass->view, pass->api, pass->plan.inventory, err);
	if (r == 0)
		r = reporter_handover_read_hosts(&pass->plan, &pass->view, pass->api, err);
	if (r == 0)
		claims_note(pass);
	if (r == 0)
		reporter_renames_find(&pass->view, pass->plan.inventory);
	if (r == 0)
		r = links_read(pass, reporter_plan_hosts_collect, err);
	if (r < 0)
		return r;
	reporter_plan_hosts(&pass->plan);
	r = pass_carry_out(pass, REPORTER_KIND_HOST, REPORTER_KIND_HOST, err);
	if (r == 0 && !pass->look)
		reporter_plan_verify_hosts(&pass->plan);
	pass->plan.result->has_own_host = reporter_view_find(&pass->view, REPORTER_KIND_HOST,
						  reporter_plan_gateway(&pass->plan)) != NULL;
	return r;
}

static int rules_step(struct pass *pass, struct error *err)
{
	const char *name;
	json_t *wanted;
	int r;

	reporter_plan_rules(&pass->plan);
	r = pass_carry_out(pass, REPORTER_KIND_RULE, REPORTER_KIND_RULE, err);
	json_object_foreach (pass->plan.discoveries, name, wanted)
		pretend_missing(pass, REPORTER_KIND_RULE, name, "druleid");
	return r;
}

static int actions_step(struct pass *pass, struct error *err)
{
	reporter_plan_actions(&pass->plan);
	return pass_carry_out(pass, REPORTER_KIND_ACTION, REPORTER_KIND_ACTION, err);
}

static int found_step(struct pass *pass, struct error *err)
{
	int r = reporter_view_read(&pass->view, pass->api, pass->plan.inventory,
		REPORTER_KIND_FOUND, REPORTER_KIND_FOUND, err);

	reporter_handover_merge_hosts(&pass->view);
	if (r == 0)
		r = links_read(pass, reporter_plan_found_collect, err);
	if (r < 0)
		return r;
	reporter_plan_found(&pass->plan);
	return pass_carry_out(pass, REPORTER_KIND_HOST, REPORTER_KIND_HOST, err);
}

static int prune_step(struct pass *pass, struct error *err)
{
	reporter_plan_prune(&pass->plan);
	if (pass->look)
		return pass_describe(pass, err);
	return reporter_writes_send(&pass->writes, pass->api, pass->plan.result, err);
}

/* Neither can tell the other but here. */
static void others_tell(struct reporter_plan *plan)
{
	const char *id;
	json_t *example;

	json_object_foreach (plan->view->others, id, example)
		strings_addf(&plan->result->problems,
			"another gateway named '%s' (id %.8s) has %s in this Zabbix: set gateway.name of one of the two to another name",
			reporter_plan_gateway(plan), id, json_string_value(example));
}

static int pass_run(struct pass *pass, struct error *err)
{
	static int (*const steps[])(struct pass *, struct error *) = { template_step, groups_step,
		proxies_step, hosts_step, rules_step, actions_step, found_step, prune_step };
	int r = reporter_view_read(
		&pass->view, pass->api, pass->plan.inventory, 0, REPORTER_KIND_ACTION, err);

	for (size_t i = 0; r == 0 && i < sizeof(steps) / sizeof(steps[0]); i++)
		r = steps[i](pass, err);
	others_tell(&pass->plan);
	return r;
}

static void pass_init(struct pass *pass, struct zabbix_api *api,
	const struct reporter_inventory *inventory, struct reporter_sync_result *result)
{
	*pass = (struct pass){ .api = api, .tried = json_object() };
	pass->plan = (struct reporter_plan){
		.inventory = inventory,
		.words = zabbix_api_words(api),
		.view = &pass->view,
		.writes = &pass->writes,
		.result = result,
		.proxy_vrfs = json_object(),
		.host_vrfs = json_object(),
		.discoveries = json_object(),
		.lacking = json_object(),
		.elsewhere = json_object(),
		.claims = json_array(),
	};
}

static void pass_finish(struct pass *pass)
{
	json_decref(pass->tried);
	json_decref(pass->plan.proxy_vrfs);
	json_decref(pass->plan.host_vrfs);
	json_decref(pass->plan.discoveries);
	json_decref(pass->plan.lacking);
	json_decref(pass->plan.elsewhere);
	json_decref(pass->plan.claims);
	reporter_links_finish(&pass->plan.links);
	free(pass->plan.senders);
	reporter_view_finish(&pass->view);
	reporter_writes_finish(&pass->writes);
}

int reporter_sync(struct zabbix_api *api, const struct reporter_inventory *inventory, bool look,
	struct reporter_sync_result *result, struct error *err)
{
	struct pass pass;
	int r;

	pass_init(&pass, api, inventory, result);
	pass.look = look;
	reporter_plan_senders(&pass.plan, api);
	r = pass_run(&pass, err);
	if (zabbix_api_hint(api))
		strings_add(&result->notes, zabbix_api_hint(api));
	pass_finish(&pass);
	return r;
}

static int key_pass_run(struct pass *pass, struct error *err)
{
	const struct reporter_inventory *inventory = pass->plan.inventory;
	const struct strings *problems = &pass->plan.result->problems;
	int r = reporter_view_read(&pass->view, pass->api, inventory, REPORTER_KIND_PROXY,
		REPORTER_KIND_PROXY_NAME, err);

	if (r < 0)
		return r;
	reporter_plan_proxy_key(&pass->plan, &inventory->proxies[0]);
	r = reporter_writes_send(&pass->writes, pass->api, pass->plan.result, err);
	if (r == 0 && problems->count > 0)
		return error_set(err, EEXIST, "%s", problems->items[0]);
	return r;
}

int reporter_sync_key(
	struct zabbix_api *api, const struct reporter_inventory *inventory, struct error *err)
{
	cleanup(reporter_sync_result_finish) struct reporter_sync_result result = { 0 };
	struct pass pass;
	int r;

	pass_init(&pass, api, inventory, &result);
	r = key_pass_run(&pass, err);
	pass_finish(&pass);
	return r;
}
