// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What we made for VRFs and hosts that are gone from the config. A VRF that is there but disabled
 * keeps what it has.
 */
#include <string.h>

#include "reporter/mark.h"
#include "reporter/plan.h"
#include "zabbix/json.h"

static const char *host_vrf(const json_t *host)
{
	const json_t *tag;
	size_t i;

	json_array_foreach (json_object_get(host, "tags"), i, tag) {
		if (strcmp(zabbix_json_text(tag, "tag"), REPORTER_TAG_VRF) == 0)
			return zabbix_json_text(tag, "value");
	}
	return "";
}

static bool vrf_is_told(const struct reporter_plan *plan, const char *vrf)
{
	for (size_t i = 0; i < plan->inventory->n_proxies; i++)
		if (strcmp(plan->inventory->proxies[i].vrf, vrf) == 0)
			return true;
	return false;
}

/* Without a VRF's tag it is the gateway's own, or one whose tag somebody took away. */
static bool host_is_gone(const struct reporter_plan *plan, const char *name, const json_t *host)
{
	const char *vrf = host_vrf(host);

	if (!*vrf || json_object_get(plan->host_vrfs, name))
		return false;
	return !config_find_vrf(plan->inventory->config, vrf) || vrf_is_told(plan, vrf);
}

void reporter_plan_prune(struct reporter_plan *plan)
{
	const char *key;
	json_t *object;

	if (!plan->inventory->config->zabbix.prune)
		return;
	/* Hosts first: Zabbix deletes no proxy that has some. */
	json_object_foreach (plan->view->objects[REPORTER_KIND_HOST], key, object)
		if (host_is_gone(plan, key, object))
			reporter_writes_add(plan->writes, REPORTER_WRITE_DELETE, "host", key,
				"host.delete", json_incref(json_object_get(object, "hostid")));
	json_object_foreach (plan->view->objects[REPORTER_KIND_PROXY], key, object)
		if (!config_find_vrf(plan->inventory->config, key))
			reporter_writes_add(plan->writes, REPORTER_WRITE_DELETE, "proxy of VRF",
				key, "proxy.delete",
				json_incref(json_object_get(object, "proxyid")));
}
