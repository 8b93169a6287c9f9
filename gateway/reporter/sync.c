// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One pass of bringing Zabbix in step. Each step stands on what Zabbix says after the one before:
 *	1. read proxies, group, hosts, templates	1 request
 *	2. write proxies and group, read them again	only where something differs
 *	3. write hosts, read them again, verify		likewise
 */
#include "reporter/sync.h"

#include <errno.h>

#include "base/cleanup.h"
#include "reporter/plan.h"
#include "zabbix/json.h"

void reporter_sync_result_finish(struct reporter_sync_result *result)
{
	strings_finish(&result->problems);
	*result = (struct reporter_sync_result){ 0 };
}

/* Sends what is planned, and where there was something reads these kinds again. */
static int plan_carry_out(struct reporter_plan *plan, struct zabbix_api *api,
	struct reporter_view *view, enum reporter_kind first, enum reporter_kind last,
	struct error *err)
{
	int r;

	if (plan->writes->n_calls == 0)
		return 0;
	r = reporter_writes_send(plan->writes, api, plan->result, err);
	return r < 0 ? r : reporter_view_read(view, api, plan->inventory, first, last, err);
}

static int sync_steps(struct zabbix_api *api, struct reporter_plan *plan,
	struct reporter_view *view, struct error *err)
{
	int r = reporter_view_read(
		view, api, plan->inventory, REPORTER_KIND_PROXY, REPORTER_KIND_TEMPLATE, err);

	if (r < 0)
		return r;
	reporter_plan_group(plan);
	reporter_plan_proxies(plan);
	r = plan_carry_out(plan, api, view, REPORTER_KIND_PROXY, REPORTER_KIND_GROUP, err);
	if (r < 0)
		return r;
	reporter_plan_hosts(plan);
	r = plan_carry_out(plan, api, view, REPORTER_KIND_HOST, REPORTER_KIND_HOST, err);
	if (r < 0)
		return r;
	reporter_plan_verify_hosts(plan);
	return 0;
}

int reporter_sync(struct zabbix_api *api, const struct reporter_inventory *inventory,
	struct reporter_sync_result *result, struct error *err)
{
	cleanup(reporter_view_finish) struct reporter_view view = { 0 };
	cleanup(reporter_writes_finish) struct reporter_writes writes = { 0 };
	cleanup_json json_t *proxy_vrfs = json_object(), *host_vrfs = json_object();
	struct reporter_plan plan = {
		.inventory = inventory,
		.words = zabbix_api_words(api),
		.view = &view,
		.writes = &writes,
		.result = result,
		.proxy_vrfs = proxy_vrfs,
		.host_vrfs = host_vrfs,
	};

	return sync_steps(api, &plan, &view, err);
}
