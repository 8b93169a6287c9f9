// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Zabbix's network discovery: for each discover section a rule on its VRF's proxy, which looks, and
 * an action, which makes hosts of what answers, in a group of that VRF. Both are ours whole.
 *
 * An action can neither name a host nor, before 7.0, tag it: reporter/found.c does. That of 7.0
 * would tag any host that has the address at the proxy, an operator's too, so it is not used.
 */
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "reporter/mark.h"
#include "reporter/names.h"
#include "reporter/plan.h"
#include "zabbix/json.h"

/* dchecks.type of SNMP by version, host_source and name_source of the API */
#define CHECK_SNMP_V1 "10"
#define CHECK_SNMP_V2 "11"
#define CHECK_SNMP_V3 "13"
#define SOURCE_IP     "2"
#define SOURCE_VALUE  "3"

/* What a device calls itself. */
#define SYSNAME_OID "1.3.6.1.2.1.1.5.0"
#define AGENT_KEY   "system.hostname"

/* action: eventsource, evaltype, conditiontype, operator and operationtype of the API */
#define EVENTSOURCE_DISCOVERY "1"
#define EVALTYPE_AND          "1"
#define CONDITION_HOST_IP     "7"
#define CONDITION_STATUS      "10"
#define CONDITION_RULE        "18"
#define OPERATOR_EQUAL        "0"
#define OPERATOR_NOT_EQUAL    "1"
#define STATUS_UP             "0"
#define OPERATION_ADD_HOST    "2"
#define OPERATION_ADD_GROUP   "4"

/* conditions.value holds so many characters; of addresses it may be a list. */
#define CONDITION_MAX 255

/* A discover section in its place. */
struct section {
	const struct reporter_proxy *proxy;
	const struct config_discover *discover;
	const char *proxyid;
	const char *name; /* of rule and action */
};

typedef void section_fn(struct reporter_plan *plan, const struct section *section);

static void sections_visit(struct reporter_plan *plan, section_fn *visit)
{
	const struct reporter_owner owner = reporter_owner_of(plan->inventory);

	for (size_t i = 0; i < plan->inventory->n_proxies; i++) {
		const struct reporter_proxy *proxy = &plan->inventory->proxies[i];

		for (size_t j = 0; j < proxy->n_discovers; j++) {
			cleanup_free char *name =
				reporter_mark_discovery(&owner, proxy->vrf, j + 1);
			struct section section = { proxy, &proxy->discovers[j],
				reporter_plan_proxy_id(plan, proxy), name };

			json_object_set_new(plan->discoveries, name, json_true());
			/* Why there is no proxy is a problem already told. */
			if (section.proxyid)
				visit(plan, &section);
		}
	}
}

/* --- comparing and writing, the same for rules and actions --- */

/* True where `have` says what `want` says; a list has the same members in any order. */
static bool value_agrees(const json_t *want, const json_t *have)
{
	const json_t *each, *there;
	const char *key;
	size_t i, j;

	if (json_is_object(want)) {
		json_object_foreach ((json_t *)want, key, each)
			if (!value_agrees(each, json_object_get(have, key)))
				return false;
		return json_is_object(have);
	}
	if (!json_is_array(want))
		return zabbix_json_same(want, have);
	json_array_foreach (want, i, each) {
		bool found = false;

		json_array_foreach (have, j, there)
			found = found || value_agrees(each, there);
		if (!found)
			return false;
	}
	return json_array_size(want) == json_array_size(have);
}

static json_t *fields_differing(json_t *want, const json_t *have)
{
	json_t *fields = json_object();
	const char *key;
	json_t *value;

	json_object_foreach (want, key, value)
		if (!value_agrees(value, json_object_get(have, key)))
			json_object_set(fields, key, value);
	return fields;
}

static const struct object_words {
	enum reporter_kind kind;
	const char *what, *id, *create, *update;
} rule_words = { REPORTER_KIND_RULE, "discovery rule", "druleid", "drule.create", "drule.update" },
  action_words = { REPORTER_KIND_ACTION, "discovery action", "actionid", "action.create",
	  "action.update" };

/* Takes want over. */
static void object_plan(struct reporter_plan *plan, const struct object_words *words,
	const char *name, json_t *want)
{
	const json_t *have = reporter_view_find(plan->view, words->kind, name);
	json_t *fields;

	if (!have) {
		reporter_writes_add(plan->writes, REPORTER_WRITE_CREATE, words->what, name,
			words->create, want);
		return;
	}
	fields = fields_differing(want, have);
	json_decref(want);
	if (json_object_size(fields) == 0) {
		plan->result->unchanged++;
		json_decref(fields);
		return;
	}
	json_object_set(fields, words->id, json_object_get(have, words->id));
	reporter_plan_change(
		plan, REPORTER_WRITE_UPDATE, words->what, name, words->update, have, fields);
}

/* --- rules --- */

static json_t *number_text(unsigned number)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", number);
	return json_string(text);
}

static json_t *snmp_check_make(const struct config_snmp *snmp)
{
	json_t *check = zabbix_json_pack(
		"{s:s, s:o}", "key_", SYSNAME_OID, "ports", number_text(snmp->port));

	if (snmp->version < 3) {
		json_object_update_new(check,
			zabbix_json_pack("{s:s, s:o}", "type",
				snmp->version == 1 ? CHECK_SNMP_V1 : CHECK_SNMP_V2,
				"snmp_community", zabbix_json_string(snmp->community)));
		return check;
	}
	json_object_update_new(check,
		zabbix_json_pack("{s:s, s:o, s:o, s:o}", "type", CHECK_SNMP_V3,
			"snmpv3_securityname", zabbix_json_string(snmp->user), "snmpv3_contextname",
			zabbix_json_string(snmp->context), "snmpv3_securitylevel",
			number_text(snmp->level)));
	if (snmp->level >= CONFIG_SNMP_AUTH_NO_PRIV)
		json_object_update_new(check,
			zabbix_json_pack("{s:o, s:o}", "snmpv3_authprotocol",
				number_text(snmp->auth), "snmpv3_authpassphrase",
				zabbix_json_string(snmp->auth_passphrase)));
	if (snmp->level == CONFIG_SNMP_AUTH_PRIV)
		json_object_update_new(check,
			zabbix_json_pack("{s:o, s:o}", "snmpv3_privprotocol",
				number_text(snmp->priv), "snmpv3_privpassphrase",
				zabbix_json_string(snmp->priv_passphrase)));
	return check;
}

static json_t *check_make(const struct config_probe *probe, const struct config_snmp *snmp)
{
	json_t *check;

	if (probe->type == CONFIG_PROBE_SNMP)
		return snmp_check_make(snmp);
	check = zabbix_json_pack("{s:o}", "type", number_text(probe->type));
	if (probe->port)
		json_object_set_new(check, "ports", number_text(probe->port));
	if (probe->type == CONFIG_PROBE_AGENT)
		json_object_set_new(check, "key_", json_string(AGENT_KEY));
	return check;
}

/* The check whose value is the device's name, which Zabbix takes from one only; NULL: none. */
static const struct config_probe *naming_probe(const struct config_discover *discover)
{
	const struct config_probe *snmp = config_discover_probe(discover, CONFIG_PROBE_SNMP);

	return snmp ? snmp : config_discover_probe(discover, CONFIG_PROBE_AGENT);
}

/* A host is told from others by its address, and so are its first names. */
static json_t *checks_make(const struct config_discover *discover)
{
	const struct config_probe *naming = naming_probe(discover);
	json_t *checks = json_array();

	for (size_t i = 0; i < discover->n_probes; i++) {
		json_t *check = check_make(&discover->probes[i], &discover->snmp);

		json_object_update_new(check,
			zabbix_json_pack("{s:s, s:s, s:s}", "uniq", "0", "host_source", SOURCE_IP,
				"name_source",
				&discover->probes[i] == naming ? SOURCE_VALUE : "0"));
		json_array_append_new(checks, check);
	}
	return checks;
}

static json_t *ranges_make(const struct config_discover *discover)
{
	cleanup_free char *text = xstrdup("");

	for (size_t i = 0; i < discover->n_ranges; i++) {
		cleanup_free char *before = text;

		text = xasprintf("%s%s%s", before, i > 0 ? "," : "", discover->ranges[i].text);
	}
	return zabbix_json_string(text);
}

/* What Zabbix knows of a check's services stays where the check is the same. */
static void checks_keep(json_t *checks, const json_t *have)
{
	const json_t *there;
	json_t *check;
	size_t i, j;

	json_array_foreach (checks, i, check)
		json_array_foreach (have, j, there)
			if (value_agrees(check, there)) {
				json_object_set(
					check, "dcheckid", json_object_get(there, "dcheckid"));
				break;
			}
}

static void rule_plan(struct reporter_plan *plan, const struct section *section)
{
	const json_t *have = reporter_view_find(plan->view, REPORTER_KIND_RULE, section->name);
	json_t *want = zabbix_json_pack("{s:o, s:o, s:o, s:s, s:s, s:o}", "name",
		zabbix_json_string(section->name), "iprange", ranges_make(section->discover),
		"delay", number_text(section->discover->interval_s), "status", "0",
		plan->words->host_proxy, section->proxyid, "dchecks",
		checks_make(section->discover));

	if (have)
		checks_keep(json_object_get(want, "dchecks"), json_object_get(have, "dchecks"));
	object_plan(plan, &rule_words, section->name, want);
}

void reporter_plan_rules(struct reporter_plan *plan)
{
	sections_visit(plan, rule_plan);
}

/* --- actions --- */

static json_t *condition_make(const char *type, const char *operator, const char * value)
{
	return zabbix_json_pack(
		"{s:s, s:s, s:s}", "conditiontype", type, "operator", operator, "value", value);
}

/* The addresses that need no host: the gateway's own, and those that have one by the config. */
static void known_addresses(const struct section *section, struct strings *known)
{
	const struct reporter_proxy *proxy = section->proxy;
	char text[ADDRESS_TEXT_SIZE];

	for (size_t i = 0; i < proxy->n_own_addresses; i++)
		if (config_discover_covers(section->discover, &proxy->own_addresses[i]))
			strings_add(known, address_format(&proxy->own_addresses[i], false, text));
	for (size_t i = 0; i < proxy->n_hosts; i++)
		if (!proxy->hosts[i].dns &&
			config_discover_covers(section->discover, &proxy->hosts[i].address))
			strings_add(known, address_format(&proxy->hosts[i].address, false, text));
}

static void conditions_add_known(json_t *conditions, const struct section *section)
{
	cleanup(strings_finish) struct strings known = { 0 };
	char list[CONDITION_MAX + 1] = "";

	known_addresses(section, &known);
	for (size_t i = 0; i < known.count; i++) {
		if (strlen(list) + 1 + strlen(known.items[i]) > CONDITION_MAX) {
			json_array_append_new(conditions,
				condition_make(CONDITION_HOST_IP, OPERATOR_NOT_EQUAL, list));
			*list = '\0';
		}
		snprintf(list + strlen(list), sizeof(list) - strlen(list), "%s%s", *list ? "," : "",
			known.items[i]);
	}
	if (*list)
		json_array_append_new(
			conditions, condition_make(CONDITION_HOST_IP, OPERATOR_NOT_EQUAL, list));
}

static json_t *conditions_make(const struct section *section, const char *ruleid)
{
	json_t *conditions = json_array();

	json_array_append_new(conditions, condition_make(CONDITION_RULE, OPERATOR_EQUAL, ruleid));
	json_array_append_new(
		conditions, condition_make(CONDITION_STATUS, OPERATOR_EQUAL, STATUS_UP));
	conditions_add_known(conditions, section);
	return conditions;
}

static void action_plan(struct reporter_plan *plan, const struct section *section)
{
	cleanup_free char *group_name =
		reporter_names_found_group(plan->inventory, section->proxy->vrf);
	const json_t *group = reporter_view_find(plan->view, REPORTER_KIND_GROUP, group_name);
	const json_t *rule = reporter_view_find(plan->view, REPORTER_KIND_RULE, section->name);

	if (!group || !rule)
		return;
	object_plan(plan, &action_words, section->name,
		zabbix_json_pack("{s:o, s:s, s:s, s:{s:s, s:o}, s:[{s:s}, {s:s, s:[{s:s}]}]}",
			"name", zabbix_json_string(section->name), "eventsource",
			EVENTSOURCE_DISCOVERY, "status", "0", "filter", "evaltype", EVALTYPE_AND,
			"conditions", conditions_make(section, zabbix_json_text(rule, "druleid")),
			"operations", "operationtype", OPERATION_ADD_HOST, "operationtype",
			OPERATION_ADD_GROUP, "opgroup", "groupid",
			zabbix_json_text(group, "groupid")));
}

void reporter_plan_actions(struct reporter_plan *plan)
{
	sections_visit(plan, action_plan);
}
