// SPDX-License-Identifier: GPL-2.0-or-later
/* Host groups and proxy groups: gateways may share them, so they carry no mark and are only made. */
#include "base/cleanup.h"
#include "reporter/names.h"
#include "reporter/plan.h"
#include "zabbix/json.h"

static void host_group_plan(struct reporter_plan *plan, const char *name)
{
	if (reporter_view_find(plan->view, REPORTER_KIND_GROUP, name)) {
		plan->result->unchanged++;
		return;
	}
	reporter_writes_add(plan->writes, REPORTER_WRITE_CREATE, "host group", name,
		"hostgroup.create", zabbix_json_pack("{s:o}", "name", zabbix_json_string(name)));
}

static void proxy_group_plan(struct reporter_plan *plan, const char *name)
{
	if (plan->words->proxy_is_host)
		strings_addf(&plan->result->problems,
			"proxy group '%s': proxy groups need Zabbix 7.0, the proxies stand alone",
			name);
	else if (reporter_view_find(plan->view, REPORTER_KIND_PROXY_GROUP, name))
		plan->result->unchanged++;
	else
		reporter_writes_add(plan->writes, REPORTER_WRITE_CREATE, "proxy group", name,
			"proxygroup.create",
			zabbix_json_pack("{s:o}", "name", zabbix_json_string(name)));
}

void reporter_plan_groups(struct reporter_plan *plan)
{
	cleanup_json json_t *groups = reporter_names_groups(plan->inventory);
	cleanup_json json_t *proxy_groups = reporter_names_proxy_groups(plan->inventory);
	const json_t *name;
	size_t i;

	json_array_foreach (groups, i, name)
		host_group_plan(plan, json_string_value(name));
	json_array_foreach (proxy_groups, i, name)
		proxy_group_plan(plan, json_string_value(name));
}

const char *reporter_plan_proxy_group_id(
	const struct reporter_plan *plan, const struct reporter_proxy *proxy)
{
	const json_t *have;

	if (!proxy->group || plan->words->proxy_is_host)
		return REPORTER_NO_ID;
	have = reporter_view_find(plan->view, REPORTER_KIND_PROXY_GROUP, proxy->group);
	return have ? zabbix_json_text(have, "proxy_groupid") : NULL;
}
