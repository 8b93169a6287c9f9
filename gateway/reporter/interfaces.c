// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The interfaces of a host: one for the agent, one for SNMP, both main and at the host's address.
 * We own the address only: port, SNMP version and the like are made with usual values and then
 * the operator's.
 */
#include <string.h>

#include "reporter/plan.h"
#include "zabbix/json.h"

enum interface_type {
	INTERFACE_AGENT = 1,
	INTERFACE_SNMP = 2,
};

static const struct interface_default {
	enum interface_type type;
	const char *port;
} interface_defaults[] = {
	{ INTERFACE_AGENT, "10050" },
	{ INTERFACE_SNMP, "161" },
};

#define N_INTERFACES (sizeof(interface_defaults) / sizeof(interface_defaults[0]))

static json_t *interface_make(const struct interface_default *what, const char *address)
{
	json_t *made = zabbix_json_pack("{s:i, s:i, s:i, s:s, s:s, s:s}", "type", what->type,
		"main", 1, "useip", 1, "ip", address, "dns", "", "port", what->port);

	if (what->type == INTERFACE_SNMP)
		json_object_set_new(made, "details",
			zabbix_json_pack("{s:i, s:i, s:s}", "version", 2, "bulk", 1, "community",
				"{$SNMP_COMMUNITY}"));
	return made;
}

json_t *reporter_interfaces_make(const struct config_host *want)
{
	char address[ADDRESS_TEXT_SIZE];
	json_t *all = json_array();

	address_format(&want->address, false, address);
	for (size_t i = 0; i < N_INTERFACES; i++)
		json_array_append_new(all, interface_make(&interface_defaults[i], address));
	return all;
}

static const json_t *interface_find(const json_t *interfaces, enum interface_type type)
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

static bool address_agrees(const json_t *interface, const char *address)
{
	return zabbix_json_number(json_object_get(interface, "useip")) == 1 &&
		strcmp(zabbix_json_text(interface, "ip"), address) == 0;
}

/* The write that one interface needs; NULL params: none. */
static json_t *interface_write(const struct interface_default *what, const char *address,
	const json_t *have, const char **method)
{
	const json_t *there = interface_find(json_object_get(have, "interfaces"), what->type);
	json_t *params;

	if (there && address_agrees(there, address))
		return NULL;
	*method = there ? "hostinterface.update" : "hostinterface.create";
	if (there)
		return zabbix_json_pack("{s:s, s:i, s:s}", "interfaceid",
			zabbix_json_text(there, "interfaceid"), "useip", 1, "ip", address);
	params = interface_make(what, address);
	json_object_set(params, "hostid", json_object_get(have, "hostid"));
	return params;
}

void reporter_plan_interfaces(struct reporter_plan *plan, const struct config_host *want,
	const json_t *have, enum reporter_write_kind *kind)
{
	char address[ADDRESS_TEXT_SIZE];

	address_format(&want->address, false, address);
	for (size_t i = 0; i < N_INTERFACES; i++) {
		const char *method = NULL;
		json_t *params = interface_write(&interface_defaults[i], address, have, &method);

		if (!params)
			continue;
		reporter_writes_add(plan->writes, *kind, "host", want->name, method, params);
		*kind = REPORTER_WRITE_PART;
	}
}
