// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What we made for VRFs and hosts that are gone from the config, and what is there twice. A VRF that is
 * there but disabled keeps what it has, and so does one that went without anybody saying that it is meant to.
 */
#include <string.h>

#include "base/cleanup.h"
#include "reporter/handover.h"
#include "reporter/mark.h"
#include "reporter/plan.h"
#include "zabbix/json.h"

/* One that another gateway has is not ours to tell of. */
static bool vrf_is_told(const struct reporter_plan *plan, const char *vrf)
{
	if (json_object_get(plan->elsewhere, vrf))
		return false;
	for (size_t i = 0; i < plan->inventory->n_proxies; i++)
		if (strcmp(plan->inventory->proxies[i].vrf, vrf) == 0)
			return true;
	return false;
}

static bool vrf_is_gone(const struct reporter_plan *plan, const char *vrf, struct strings *spared)
{
	const struct reporter_owner owner = reporter_owner_of(plan->inventory);

	if (config_find_vrf(plan->inventory->config, vrf) ||
		reporter_handover_is_given(plan->view, &owner, vrf) ||
		reporter_handover_is_left(plan, vrf))
		return false;
	if (strings_contain(&plan->inventory->removed, vrf))
		return true;
	if (!strings_contain(spared, vrf))
		strings_add(spared, vrf);
	return false;
}

static void kept_tell(struct reporter_plan *plan, const char *what, const char *name)
{
	strings_addf(&plan->result->notes,
		"%s '%s' is not in the config any more and stays: it was taken over, not made, by vrfgate",
		what, name);
}

/* Without a VRF's tag it is the gateway's own, or one whose tag somebody took away. */
static bool host_is_gone(
	struct reporter_plan *plan, const char *name, const json_t *host, struct strings *spared)
{
	const struct reporter_owner owner = reporter_owner_of(plan->inventory);
	const char *vrf = reporter_mark_tag(host, REPORTER_TAG_VRF);

	if (!*vrf || json_object_get(plan->host_vrfs, name))
		return false;
	if (*reporter_mark_tag(host, REPORTER_TAG_ADOPTED)) {
		kept_tell(plan, "host", name);
		return false;
	}
	/* Its history is that of another gateway, from which its VRF came. */
	if (!reporter_mark_is_own_host(host, &owner)) {
		strings_addf(&plan->result->notes,
			"host '%s' came with VRF '%s' and is not in the config: it stays", name,
			vrf);
		return false;
	}
	if (!config_find_vrf(plan->inventory->config, vrf))
		return vrf_is_gone(plan, vrf, spared);
	/* What discovery has found is not in the config and stays as long as its VRF. */
	return vrf_is_told(plan, vrf) && !*reporter_mark_tag(host, REPORTER_TAG_FOUND);
}

static bool discovery_is_gone(
	const struct reporter_plan *plan, const char *name, struct strings *spared)
{
	const struct reporter_owner owner = reporter_owner_of(plan->inventory);
	cleanup_free char *vrf = NULL, *id = NULL;
	size_t n;

	if (json_object_get(plan->discoveries, name) ||
		!reporter_mark_discovery_read(name, &owner, &vrf, &id, &n))
		return false;
	return config_find_vrf(plan->inventory->config, vrf) ? vrf_is_told(plan, vrf)
							     : vrf_is_gone(plan, vrf, spared);
}

static void discoveries_prune(struct reporter_plan *plan, enum reporter_kind kind, const char *what,
	const char *id, const char *method, struct strings *spared)
{
	const char *name;
	json_t *object;

	json_object_foreach (plan->view->objects[kind], name, object)
		if (discovery_is_gone(plan, name, spared))
			reporter_writes_add(plan->writes, REPORTER_WRITE_DELETE, what, name, method,
				json_incref(json_object_get(object, id)));
}

/* Neither of two with one name gets all of its values. */
static void doubles_prune(struct reporter_plan *plan, enum reporter_kind kind, const char *what,
	const char *name_word, const char *id_word, const char *method)
{
	json_t *object;
	size_t i;

	json_array_foreach (plan->view->doubles[kind], i, object) {
		const char *name = zabbix_json_text(object, name_word);
		json_t *id = json_object_get(object, id_word);

		if (plan->inventory->config->zabbix.prune)
			reporter_writes_add(plan->writes, REPORTER_WRITE_DELETE, what, name, method,
				json_incref(id));
		else
			strings_addf(&plan->result->problems,
				"Zabbix has more than one %s '%s': delete the younger (%s %s), or let zabbix.prune do it",
				what, name, id_word, json_string_value(id));
	}
}

static void spared_tell(struct reporter_plan *plan, const struct strings *spared)
{
	cleanup_free char *list = strings_list(spared);

	if (spared->count)
		strings_addf(&plan->result->problems,
			"zabbix.prune keeps the objects of VRFs that went from the config without 'vrfgate reload --remove': %s",
			list);
}

static void proxy_prune(struct reporter_plan *plan, const char *vrf, const json_t *proxy)
{
	const struct reporter_owner owner = reporter_owner_of(plan->inventory);

	if (reporter_mark_is_adopted(zabbix_json_text(proxy, "description"), &owner))
		kept_tell(plan, "proxy", zabbix_json_text(proxy, plan->words->proxy_name));
	else
		reporter_writes_add(plan->writes, REPORTER_WRITE_DELETE, "proxy of VRF", vrf,
			"proxy.delete", json_incref(json_object_get(proxy, "proxyid")));
}

void reporter_plan_prune(struct reporter_plan *plan)
{
	struct strings spared = { 0 };
	const char *key;
	json_t *object;

	doubles_prune(plan, REPORTER_KIND_HOST, "host", "host", "hostid", "host.delete");
	doubles_prune(plan, REPORTER_KIND_PROXY, "proxy", plan->words->proxy_name, "proxyid",
		"proxy.delete");
	if (!plan->inventory->config->zabbix.prune)
		return;
	/* Zabbix deletes no rule that an action names. */
	discoveries_prune(plan, REPORTER_KIND_ACTION, "discovery action", "actionid",
		"action.delete", &spared);
	discoveries_prune(
		plan, REPORTER_KIND_RULE, "discovery rule", "druleid", "drule.delete", &spared);
	/* Hosts before proxies: Zabbix deletes no proxy that has some. */
	json_object_foreach (plan->view->objects[REPORTER_KIND_HOST], key, object)
		if (host_is_gone(plan, key, object, &spared))
			reporter_writes_add(plan->writes, REPORTER_WRITE_DELETE, "host", key,
				"host.delete", json_incref(json_object_get(object, "hostid")));
	json_object_foreach (plan->view->objects[REPORTER_KIND_PROXY], key, object)
		if (vrf_is_gone(plan, key, &spared))
			proxy_prune(plan, key, object);
	spared_tell(plan, &spared);
	strings_finish(&spared);
}
