// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * All hosts of the inventory: the devices of each VRF, a host for each proxy's own figures, and one
 * for the gateway, which the server itself monitors.
 */
#include <string.h>

#include "reporter/names.h"
#include "reporter/plan.h"
#include "zabbix/json.h"

typedef void host_fn(struct reporter_plan *plan, const struct reporter_host *want);

static const char *const proxy_template[] = { REPORTER_TEMPLATE_PROXY };
static const char *const gateway_template[] = { REPORTER_TEMPLATE_GATEWAY };
static const struct strings proxy_templates = { (char **)proxy_template, 1 };
static const struct strings gateway_templates = { (char **)gateway_template, 1 };

/* A host that two VRFs name would go back and forth between them: the first keeps it. */
static bool name_is_free(struct reporter_plan *plan, const char *name, const char *vrf)
{
	const char *other = zabbix_json_text(plan->host_vrfs, name);

	if (*other)
		strings_addf(&plan->result->problems,
			"host '%s': VRFs '%s' and '%s' both name it, names in Zabbix are unique",
			name, other, vrf);
	else
		json_object_set_new(plan->host_vrfs, name, zabbix_json_string(vrf));
	return !*other;
}

static void proxy_hosts_visit(struct reporter_plan *plan, const struct reporter_proxy *proxy,
	const char *groupid, host_fn *visit)
{
	const char *proxyid = reporter_plan_proxy_id(plan, proxy);
	const char *proxy_groupid = reporter_plan_proxy_group_id(plan, proxy);
	struct reporter_host want = {
		.name = proxy->name,
		.vrf = proxy->vrf,
		.groupid = groupid,
		.proxyid = proxyid,
		.proxy_groupid = REPORTER_NO_ID,
		.templates = &proxy_templates,
	};

	/* Why one of them is missing is a problem already told. */
	if (!proxyid || !proxy_groupid)
		return;
	visit(plan, &want);
	want.proxy_groupid = proxy_groupid;
	for (size_t i = 0; i < proxy->n_hosts; i++) {
		want.device = &proxy->hosts[i];
		want.name = want.device->name;
		want.templates = &want.device->templates;
		want.visible = want.device->visible;
		want.key = proxy->keys && *want.device->agent.psk_file ? &proxy->keys[i] : NULL;
		want.macros = want.device->macros;
		want.n_macros = want.device->n_macros;
		visit(plan, &want);
	}
}

static void hosts_visit(struct reporter_plan *plan, host_fn *visit)
{
	const json_t *group = reporter_view_find(
		plan->view, REPORTER_KIND_GROUP, plan->inventory->config->zabbix.host_group);
	const char *groupid = zabbix_json_text(group, "groupid");
	const struct config_host_macro senders = { (char *)REPORTER_MACRO_SENDER, plan->senders };
	struct reporter_host gateway = {
		.name = reporter_plan_gateway(plan),
		.groupid = groupid,
		.proxyid = REPORTER_NO_ID,
		.proxy_groupid = REPORTER_NO_ID,
		.templates = &gateway_templates,
		.macros = &senders,
		.n_macros = 1,
	};

	if (!group)
		return;
	visit(plan, &gateway);
	for (size_t i = 0; i < plan->inventory->n_proxies; i++)
		proxy_hosts_visit(plan, &plan->inventory->proxies[i], groupid, visit);
}

static void host_plan(struct reporter_plan *plan, const struct reporter_host *want)
{
	if (!name_is_free(plan, want->name, want->vrf ? want->vrf : want->name))
		return;
	if (want->key && want->key->fault)
		strings_addf(&plan->result->problems,
			"host '%s': its key in Zabbix stays as it is: agent.psk_file: %s",
			want->name, want->key->fault);
	reporter_plan_host(plan, want);
}

static void host_collect(struct reporter_plan *plan, const struct reporter_host *want)
{
	if (!reporter_view_find(plan->view, REPORTER_KIND_HOST_NAME, want->name))
		reporter_templates_collect(
			plan, want, reporter_view_find(plan->view, REPORTER_KIND_HOST, want->name));
}

void reporter_plan_hosts_collect(struct reporter_plan *plan)
{
	hosts_visit(plan, host_collect);
}

void reporter_plan_hosts(struct reporter_plan *plan)
{
	hosts_visit(plan, host_plan);
}

static void host_verify(struct reporter_plan *plan, const struct reporter_host *want)
{
	const json_t *have = reporter_view_find(plan->view, REPORTER_KIND_HOST, want->name);

	/* One that two VRFs name is a problem already told. */
	if (!want->vrf || strcmp(zabbix_json_text(plan->host_vrfs, want->name), want->vrf) != 0)
		return;
	if (have && !reporter_host_is_attached(plan, want, have))
		strings_addf(&plan->result->problems,
			"host '%s': Zabbix did not attach it to the proxy of VRF '%s'", want->name,
			want->vrf);
}

void reporter_plan_verify_hosts(struct reporter_plan *plan)
{
	hosts_visit(plan, host_verify);
}
