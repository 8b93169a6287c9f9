// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The interfaces of a host: one for the agent and one for SNMP always, JMX and IPMI where the
 * config has them; each main and at the host's address or name. We own that, and of an interface
 * that the config describes all that it says; the rest is made with usual values and then the
 * operator's. Further ones are those of the config's interface sections, and an operator's.
 */
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "reporter/names.h"
#include "reporter/plan.h"
#include "zabbix/json.h"

/* One interface as the config wants it. */
struct interface {
	enum reporter_interface_type type;
	bool wanted, given;
	uint16_t port;
	const struct config_snmp *snmp; /* NULL: not of SNMP */
	bool further;                   /* not the host's first of its type */
};

#define N_INTERFACES 4

static void interfaces_list(const struct config_host *host, struct interface list[N_INTERFACES])
{
	list[0] = (struct interface){ REPORTER_INTERFACE_AGENT, true, host->agent.given,
		host->agent.port, NULL, false };
	list[1] = (struct interface){ REPORTER_INTERFACE_SNMP, true, host->snmp.given,
		host->snmp.port, &host->snmp, false };
	list[2] = (struct interface){ REPORTER_INTERFACE_IPMI, host->ipmi.given, host->ipmi.given,
		host->ipmi.port, NULL, false };
	list[3] = (struct interface){ REPORTER_INTERFACE_JMX, host->jmx.given, host->jmx.given,
		host->jmx.port, NULL, false };
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
static json_t *place_make(const char *dns, const struct address *where)
{
	char address[ADDRESS_TEXT_SIZE];

	if (dns)
		return zabbix_json_pack("{s:i, s:o}", "useip", 0, "dns", zabbix_json_string(dns));
	return zabbix_json_pack(
		"{s:i, s:s}", "useip", 1, "ip", address_format(where, false, address));
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
	json_t *made = zabbix_json_pack("{s:i, s:i, s:s, s:s, s:o}", "type", want->type, "main",
		want->further ? 0 : 1, "ip", "", "dns", "", "port", port_make(want->port));
	json_t *details;

	json_object_update(made, place);
	if (!want->snmp)
		return made;
	details = details_make(want->snmp);
	json_object_set_new(details, "bulk", json_string("1"));
	json_object_set_new(made, "details", details);
	return made;
}

static struct interface further_list(const struct config_host_interface *interface)
{
	bool is_snmp = interface->kind == CONFIG_HOST_INTERFACE_SNMP;

	return (struct interface){ (enum reporter_interface_type)(interface->kind + 1), true, true,
		interface->snmp.port, is_snmp ? &interface->snmp : NULL, true };
}

static json_t *further_make(const struct config_host_interface *interface)
{
	struct interface want = further_list(interface);
	cleanup_json json_t *place = place_make(interface->dns, &interface->address);

	return interface_make(&want, place);
}

json_t *reporter_interfaces_make(const struct config_host *want)
{
	struct interface list[N_INTERFACES];
	cleanup_json json_t *place = place_make(want->dns, &want->address);
	json_t *all = json_array();

	interfaces_list(want, list);
	for (size_t i = 0; i < N_INTERFACES; i++)
		if (list[i].wanted)
			json_array_append_new(all, interface_make(&list[i], place));
	for (size_t i = 0; i < want->n_interfaces; i++)
		json_array_append_new(all, further_make(&want->interfaces[i]));
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

/* Plans the write that one interface needs, if any; there: as Zabbix has it, or NULL. */
static void interface_plan(struct reporter_plan *plan, const char *host, const json_t *have,
	const struct interface *want, json_t *place, const json_t *there,
	enum reporter_write_kind *kind)
{
	json_t *params =
		there ? interface_difference(want, place, there) : interface_make(want, place);

	if (json_object_size(params) == 0) {
		json_decref(params);
		return;
	}
	if (there)
		json_object_set(params, "interfaceid", json_object_get(there, "interfaceid"));
	else
		json_object_set(params, "hostid", json_object_get(have, "hostid"));
	reporter_plan_change(plan, *kind, "host", host,
		there ? "hostinterface.update" : "hostinterface.create", there, params);
	*kind = REPORTER_WRITE_PART;
}

/* --- further ones --- */

/*
 * Which of those that Zabbix has is which of the config the host's macro says: NAME=TYPE/PLACE/PORT of each, with a
 * space between, as they were written last.
 */
static char *spot_of(const json_t *there)
{
	bool by_name = zabbix_json_number(json_object_get(there, "useip")) == 0;

	return xasprintf("%lld/%s/%s",
		(long long)zabbix_json_number(json_object_get(there, "type")),
		zabbix_json_text(there, by_name ? "dns" : "ip"), zabbix_json_text(there, "port"));
}

static char *spot_make(const struct config_host_interface *interface)
{
	char room[ADDRESS_TEXT_SIZE];
	const char *place =
		interface->dns ? interface->dns : address_format(&interface->address, false, room);

	return xasprintf("%d/%s/%u", (int)interface->kind + 1, place, interface->snmp.port);
}

char *reporter_interfaces_record(const struct config_host *want)
{
	char *record = NULL;

	for (size_t i = 0; i < want->n_interfaces; i++) {
		cleanup_free char *spot = spot_make(&want->interfaces[i]), *before = record;

		record = xasprintf("%s%s%s=%s", before ? before : "", before ? " " : "",
			want->interfaces[i].name, spot);
	}
	return record;
}

/* Where an interface of that name was written last; the caller frees it. NULL: nowhere. */
static char *record_find(const json_t *have, const char *name)
{
	const char *word = zabbix_json_text(zabbix_json_find(json_object_get(have, "macros"),
						    "macro", REPORTER_MACRO_INTERFACES),
		"value");
	size_t length = strlen(name);

	for (; *word; word += strspn(word, " ")) {
		size_t size = strcspn(word, " ");

		if (size > length && strncmp(word, name, length) == 0 && word[length] == '=')
			return xstrndup(word + length + 1, size - length - 1);
		word += size;
	}
	return NULL;
}

/* The only one there, or that at the spot, of those that are no host's first and not taken. */
static const json_t *further_at(const json_t *have, enum reporter_interface_type type,
	const char *spot, const json_t *taken)
{
	const json_t *each, *found = NULL;
	size_t i, count = 0;

	json_array_foreach (json_object_get(have, "interfaces"), i, each) {
		cleanup_free char *there = spot_of(each);

		if (zabbix_json_number(json_object_get(each, "type")) != type ||
			zabbix_json_number(json_object_get(each, "main")) == 1 ||
			json_object_get(taken, zabbix_json_text(each, "interfaceid")) ||
			(spot && strcmp(spot, there) != 0))
			continue;
		found = each;
		count++;
	}
	return spot || count == 1 ? found : NULL;
}

/* Moved by hand it is at neither spot; where it can be no other, it is that. */
static const json_t *further_find(
	const json_t *have, const struct config_host_interface *interface, const json_t *taken)
{
	enum reporter_interface_type type = (enum reporter_interface_type)(interface->kind + 1);
	cleanup_free char *last = record_find(have, interface->name);
	cleanup_free char *spot = spot_make(interface);
	const json_t *found = last ? further_at(have, type, last, taken) : NULL;

	if (!found)
		found = further_at(have, type, spot, taken);
	return found || !last ? found : further_at(have, type, NULL, taken);
}

static void further_plan(struct reporter_plan *plan, const struct config_host *want,
	const json_t *have, enum reporter_write_kind *kind)
{
	cleanup_json json_t *taken = json_object();

	for (size_t i = 0; i < want->n_interfaces; i++) {
		const struct config_host_interface *each = &want->interfaces[i];
		const json_t *there = further_find(have, each, taken);
		struct interface interface = further_list(each);
		cleanup_json json_t *place = place_make(each->dns, &each->address);

		if (there)
			json_object_set_new(
				taken, zabbix_json_text(there, "interfaceid"), json_true());
		interface_plan(plan, want->name, have, &interface, place, there, kind);
	}
}

void reporter_plan_interfaces(struct reporter_plan *plan, const struct config_host *want,
	const json_t *have, enum reporter_write_kind *kind)
{
	struct interface list[N_INTERFACES];
	cleanup_json json_t *place = place_make(want->dns, &want->address);

	interfaces_list(want, list);
	for (size_t i = 0; i < N_INTERFACES; i++)
		if (list[i].wanted)
			interface_plan(plan, want->name, have, &list[i], place,
				interface_find(json_object_get(have, "interfaces"), list[i].type),
				kind);
	further_plan(plan, want, have, kind);
}
