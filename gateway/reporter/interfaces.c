// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The interfaces of a host: one for the agent and one for SNMP always, JMX and IPMI where the
 * config has them; each main and at the host's address or name. We own that, and of an interface
 * that the config describes all that it says; the rest is made with usual values and then the
 * operator's.
 */
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "reporter/plan.h"
#include "zabbix/json.h"

/* One interface as the config wants it. */
struct interface {
	enum reporter_interface_type type;
	bool wanted, given;
	uint16_t port;
	const struct config_snmp *snmp; /* NULL: not of SNMP */
};

#define N_INTERFACES 4

static void interfaces_list(const struct config_host *host, struct interface list[N_INTERFACES])
{
	list[0] = (struct interface){ REPORTER_INTERFACE_AGENT, true, host->agent.given,
		host->agent.port, NULL };
	list[1] = (struct interface){ REPORTER_INTERFACE_SNMP, true, host->snmp.given,
		host->snmp.port, &host->snmp };
	list[2] = (struct interface){ REPORTER_INTERFACE_IPMI, host->ipmi.given, host->ipmi.given,
		host->ipmi.port, NULL };
	list[3] = (struct interface){ REPORTER_INTERFACE_JMX, host->jmx.given, host->jmx.given,
		host->jmx.port, NULL };
}

/* The details of an SNMP interface in strings, as the API gives them back. */
static json_t *details_make(const struct config_snmp *snmp)
{
	char level[2] = { (char)('0' + snmp->level), '\0' };
	char auth[2] = { (char)('0' + snmp->auth), '\0' };
	char priv[2] = { (char)('0' + snmp->priv), '\0' };
	json_t *details;

	if (snmp->version < 3)
		return zabbix_json_pack("{s:s, s:o}", "version", snmp->version == 1 ? "1" : "2",
			"community", zabbix_json_string(snmp->community));
	details = zabbix_json_pack("{s:s, s:o, s:o, s:s}", "version", "3", "securityname",
		zabbix_json_string(snmp->user), "contextname", zabbix_json_string(snmp->context),
		"securitylevel", level);
	if (snmp->level >= CONFIG_SNMP_AUTH_NO_PRIV)
		json_object_update_new(details,
			zabbix_json_pack("{s:s, s:o}", "authprotocol", auth, "authpassphrase",
				zabbix_json_string(snmp->auth_passphrase)));
	if (snmp->level == CONFIG_SNMP_AUTH_PRIV)
		json_object_update_new(details,
			zabbix_json_pack("{s:s, s:o}", "privprotocol", priv, "privpassphrase",
				zabbix_json_string(snmp->priv_passphrase)));
	return details;
}

static json_t *port_make(uint16_t port)
{
	char text[8];

	snprintf(text, sizeof(text), "%u", port);
	return json_string(text);
}

/* Where the host is, as fields of an interface: of the two only the one that is used. */
static json_t *place_make(const struct config_host *host)
{
	char address[ADDRESS_TEXT_SIZE];

	if (host->dns)
		return zabbix_json_pack(
			"{s:i, s:o}", "useip", 0, "dns", zabbix_json_string(host->dns));
	return zabbix_json_pack(
		"{s:i, s:s}", "useip", 1, "ip", address_format(&host->address, false, address));
}

static bool is_at(const json_t *have, json_t *place)
{
	const char *key;
	json_t *value;

	json_object_foreach (place, key, value) {
		const json_t *there = json_object_get(have, key);

		if (json_is_integer(value) ? zabbix_json_number(there) != json_integer_value(value)
					   : !zabbix_json_same(value, there))
			return false;
	}
	return true;
}

static json_t *interface_make(const struct interface *want, json_t *place)
{
	json_t *made = zabbix_json_pack("{s:i, s:i, s:s, s:s, s:o}", "type", want->type, "main", 1,
		"ip", "", "dns", "", "port", port_make(want->port));
	json_t *details;

	json_object_update(made, place);
	if (!want->snmp)
		return made;
	details = details_make(want->snmp);
	json_object_set_new(details, "bulk", json_string("1"));
	json_object_set_new(made, "details", details);
	return made;
}

json_t *reporter_interfaces_make(const struct config_host *want)
{
	struct interface list[N_INTERFACES];
	cleanup_json json_t *place = place_make(want);
	json_t *all = json_array();

	interfaces_list(want, list);
	for (size_t i = 0; i < N_INTERFACES; i++)
		if (list[i].wanted)
			json_array_append_new(all, interface_make(&list[i], place));
	return all;
}

static const json_t *interface_find(const json_t *interfaces, enum reporter_interface_type type)
{
	const json_t *each;
	size_t i;

	json_array_foreach (interfaces, i, each) {
		if (zabbix_json_number(json_object_get(each, "type")) == type &&
			zabbix_json_number(json_object_get(each, "main")) == 1)
			return each;
	}
	return NULL;
}

/* The details with ours laid over them; NULL where they are right. */
static json_t *details_difference(const struct config_snmp *snmp, json_t *have)
{
	cleanup_json json_t *want = details_make(snmp);
	bool same_version = zabbix_json_same(
		json_object_get(want, "version"), json_object_get(have, "version"));
	bool differs = false;
	const char *key;
	json_t *value, *all;

	json_object_foreach (want, key, value)
		differs = differs || !zabbix_json_same(value, json_object_get(have, key));
	if (!differs)
		return NULL;
	/* Fields of another version would be refused. */
	all = same_version ? json_copy(have) : json_object();
	json_object_update(all, want);
	return all;
}

/* What hostinterface.update has to say; an empty object where all is right. */
static json_t *interface_difference(const struct interface *want, json_t *place, const json_t *have)
{
	json_t *params = json_object();
	json_t *details;

	if (!is_at(have, place))
		json_object_update(params, place);
	if (!want->given)
		return params;
	if (zabbix_json_number(json_object_get(have, "port")) != want->port)
		json_object_set_new(params, "port", port_make(want->port));
	details = want->snmp ? details_difference(want->snmp, json_object_get(have, "details"))
			     : NULL;
	if (details)
		json_object_set_new(params, "details", details);
	return params;
}

/* The write that one interface needs; NULL: none. */
static json_t *interface_write(
	const struct interface *want, json_t *place, const json_t *have, const char **method)
{
	const json_t *there = interface_find(json_object_get(have, "interfaces"), want->type);
	json_t *params =
		there ? interface_difference(want, place, there) : interface_make(want, place);

	*method = there ? "hostinterface.update" : "hostinterface.create";
	if (json_object_size(params) == 0) {
		json_decref(params);
		return NULL;
	}
	if (there)
		json_object_set(params, "interfaceid", json_object_get(there, "interfaceid"));
	else
		json_object_set(params, "hostid", json_object_get(have, "hostid"));
	return params;
}

void reporter_plan_interfaces(struct reporter_plan *plan, const struct config_host *want,
	const json_t *have, enum reporter_write_kind *kind)
{
	struct interface list[N_INTERFACES];
	cleanup_json json_t *place = place_make(want);

	interfaces_list(want, list);
	for (size_t i = 0; i < N_INTERFACES; i++) {
		const char *method = NULL;
		json_t *params =
			list[i].wanted ? interface_write(&list[i], place, have, &method) : NULL;

		if (!params)
			continue;
		reporter_plan_change(plan, *kind, "host", want->name, method,
			interface_find(json_object_get(have, "interfaces"), list[i].type), params);
		*kind = REPORTER_WRITE_PART;
	}
}
