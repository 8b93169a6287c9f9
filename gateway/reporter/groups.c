// SPDX-License-Identifier: GPL-2.0-or-later
/* The host group: many gateways may share it, so it carries no mark and is only ever made. */
#include "reporter/plan.h"
#include "zabbix/json.h"

void reporter_plan_group(struct reporter_plan *plan)
{
	const char *name = plan->inventory->config->zabbix.host_group;

	if (reporter_view_find(plan->view, REPORTER_KIND_GROUP, name)) {
		plan->result->unchanged++;
		return;
	}
	reporter_writes_add(plan->writes, REPORTER_WRITE_CREATE, "host group", name,
		"hostgroup.create", zabbix_json_pack("{s:o}", "name", zabbix_json_string(name)));
}
