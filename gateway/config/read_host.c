// SPDX-License-Identifier: GPL-2.0-or-later
/* The host sections: a device, and the ways in which Zabbix shall ask it. */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "config/check.h"
#include "config/model.h"
#include "config/reader.h"
#include "config/type.h"

#define HOST(field)  offsetof(struct config_host, field)
#define PORT(field)  offsetof(struct config_port, field)
#define IPMI(field)  offsetof(struct config_ipmi, field)
#define AGENT(field) offsetof(struct config_agent, field)

#define PORT_KEY(field, number)                                                                    \
	{                                                                                          \
		"port", &config_type_uint16, (field), .fallback = (number), .min = 1, .max = 65535 \
	}

/* Macros that vrfgate itself gives to hosts begin so, and tags of its mark. */
#define RESERVED_MACRO "{$VRFGATE."
#define RESERVED_TAG   "vrfgate."

/* A macro as Zabbix tells one from another: the context without its quotes and what stands before it. The
 * caller frees it. */
static char *macro_identity(const char *name)
{
	size_t length = strcspn(name, ":}");
	const char *from = name + length + (name[length] == ':');
	char *identity = xcalloc(strlen(name) + 1, 1), *to = identity + length;
	bool quoted;

	memcpy(identity, name, length);
	from += strspn(from, " ");
	if (strncmp(from, "regex:", 6) == 0) {
		*to++ = '~';
		from += 6 + strspn(from + 6, " ");
	} else if (name[length] == ':') {
		*to++ = ':';
	}
	quoted = *from == '"';
	for (from += quoted; *from && *from != (quoted ? '"' : '}'); *to++ = *from++)
		if (quoted && from[0] == '\\' && from[1] == '"')
			from++;
	*to = '\0';
	return identity;
}

static int macro_judge(
	const struct config_host *host, const char *name, const char *value, struct error *err)
{
	cleanup_free char *identity = macro_identity(name);
	int r;

	if (strncmp(name, RESERVED_MACRO, strlen(RESERVED_MACRO)) == 0)
		return error_set(err, EINVAL,
			"vrfgate's own, expected a name that does not begin with " RESERVED_MACRO);
	for (size_t i = 0; i < host->n_macros; i++) {
		cleanup_free char *other = macro_identity(host->macros[i].name);

		if (strcmp(identity, other) == 0)
			return error_set(
				err, EINVAL, "the macro is there twice, expected each once");
	}
	r = config_check_length("the macro", name, CONFIG_MAX_HOST_WORD, err);
	return r < 0 ? r : config_check_length("the value", value, CONFIG_MAX_MACRO_VALUE, err);
}

static int macro_store(
	const struct config_key *key, const char *text, void *object, struct error *err)
{
	struct config_host *host = object;
	size_t length = config_macro_length(text);
	cleanup_free char *name = xstrndup(text, length);
	struct config_host_macro *macro;
	int r;

	(void)key;
	if (length == 0 || text[length] != '=')
		return error_set(err, EINVAL,
			"no value of a user macro, expected {$NAME}=VALUE, the name of capital letters, digits, '.' and '_', such as {$SNMP_COMMUNITY}=public");
	r = macro_judge(host, name, text + length + 1, err);
	if (r < 0)
		return r;
	macro = array_append(&host->macros, &host->n_macros);
	macro->name = steal_ptr(&name);
	macro->value = xstrdup(text + length + 1);
	return 0;
}

/* Zabbix takes a name many times, but each with another value. */
static int tag_judge(
	const struct config_host *host, const char *name, const char *value, struct error *err)
{
	int r;

	if (strcmp(name, "vrf") == 0 || strcmp(name, "vrfgate") == 0 ||
		strncmp(name, RESERVED_TAG, strlen(RESERVED_TAG)) == 0)
		return error_set(err, EINVAL,
			"vrfgate's own mark, expected another name than vrf, vrfgate and " RESERVED_TAG
			"*");
	for (size_t i = 0; i < host->n_tags; i++)
		if (strcmp(host->tags[i].name, name) == 0 &&
			strcmp(host->tags[i].value, value) == 0)
			return error_set(err, EINVAL, "there twice, expected each tag once");
	r = config_check_length("the name", name, CONFIG_MAX_HOST_WORD, err);
	return r < 0 ? r : config_check_length("the value", value, CONFIG_MAX_HOST_WORD, err);
}

static int tag_store(
	const struct config_key *key, const char *text, void *object, struct error *err)
{
	struct config_host *host = object;
	size_t length = strcspn(text, "=");
	const char *value = text[length] ? text + length + 1 : "";
	cleanup_free char *name = xstrndup(text, length);
	struct config_host_tag *tag;
	int r;

	(void)key;
	if (length == 0)
		return error_set(
			err, EINVAL, "no tag, expected NAME=VALUE or NAME such as site=berlin");
	r = tag_judge(host, name, value, err);
	if (r < 0)
		return r;
	tag = array_append(&host->tags, &host->n_tags);
	tag->name = steal_ptr(&name);
	tag->value = xstrdup(value);
	return 0;
}

/* Source: Zabbix manual, API, "Host object", "Host inventory"; 6.0 and 7.0 have the same. */
static bool is_inventory_field(const char *name)
{
	static const char *const fields[] = { "type", "type_full", "name", "alias", "os", "os_full",
		"os_short", "serialno_a", "serialno_b", "tag", "asset_tag", "macaddress_a",
		"macaddress_b", "hardware", "hardware_full", "software", "software_full",
		"software_app_a", "software_app_b", "software_app_c", "software_app_d",
		"software_app_e", "contact", "location", "location_lat", "location_lon", "notes",
		"chassis", "model", "hw_arch", "vendor", "contract_number", "installer_name",
		"deployment_status", "url_a", "url_b", "url_c", "host_networks", "host_netmask",
		"host_router", "oob_ip", "oob_netmask", "oob_router", "date_hw_purchase",
		"date_hw_install", "date_hw_expiry", "date_hw_decomm", "site_address_a",
		"site_address_b", "site_address_c", "site_city", "site_state", "site_country",
		"site_zip", "site_rack", "site_notes", "poc_1_name", "poc_1_email", "poc_1_phone_a",
		"poc_1_phone_b", "poc_1_cell", "poc_1_screen", "poc_1_notes", "poc_2_name",
		"poc_2_email", "poc_2_phone_a", "poc_2_phone_b", "poc_2_cell", "poc_2_screen",
		"poc_2_notes" };

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (strcmp(fields[i], name) == 0)
			return true;
	return false;
}

static int inventory_store(
	const struct config_key *key, const char *text, void *object, struct error *err)
{
	struct config_host *host = object;
	size_t length = strcspn(text, "=");
	cleanup_free char *name = xstrndup(text, length);
	struct config_host_tag *field;
	int r;

	(void)key;
	if (!text[length] || !is_inventory_field(name))
		return error_set(err, EINVAL,
			"no field of the inventory, expected FIELD=VALUE with a field as the API of Zabbix names it, such as location=Berlin");
	for (size_t i = 0; i < host->n_inventory; i++)
		if (strcmp(host->inventory[i].name, name) == 0)
			return error_set(
				err, EINVAL, "the field is there twice, expected each once");
	r = config_check_description(text + length + 1, err);
	if (r < 0)
		return r;
	field = array_append(&host->inventory, &host->n_inventory);
	field->name = steal_ptr(&name);
	field->value = xstrdup(text + length + 1);
	return 0;
}

static const struct config_type type_macro = { .list = true, .store = macro_store };
static const struct config_type type_tag = { .list = true, .store = tag_store };
static const struct config_type type_inventory = { .list = true, .store = inventory_store };

static const struct config_key host_keys[] = {
	{ "address", &config_type_host, .offset = HOST(address) },
	{ "dns", &config_type_string, HOST(dns), .check = config_check_host_name },
	{ "visible", &config_type_string, HOST(visible), .check = config_check_visible_name },
	{ "description", &config_type_string, HOST(description),
		.check = config_check_description },
	{ "enabled", &config_type_bool, HOST(enabled), .fallback = "true" },
	{ "adopt", &config_type_bool, HOST(adopt), .fallback = "false" },
	{ "groups", &config_type_strings, HOST(groups), .check = config_check_host_group },
	{ "templates", &config_type_strings, HOST(templates), .check = config_check_not_empty },
	{ .name = "macros", .type = &type_macro },
	{ .name = "tags", .type = &type_tag },
	{ .name = "inventory", .type = &type_inventory },
	{ 0 },
};

static const struct config_key agent_keys[] = {
	PORT_KEY(AGENT(port), "10050"),
	{ "psk_file", &config_type_string, AGENT(psk_file), .fallback = "",
		.check = config_check_path_or_empty },
	{ "psk_identity", &config_type_string, AGENT(psk_identity),
		.check = config_check_psk_identity },
	{ 0 },
};
static const struct config_key jmx_keys[] = { PORT_KEY(PORT(port), "12345"), { 0 } };

static const struct config_key ipmi_keys[] = {
	PORT_KEY(IPMI(port), "623"),
	{ "user", &config_type_string, IPMI(user), .fallback = "" },
	{ "password", &config_type_string, IPMI(password), .fallback = "{$IPMI_PASSWORD}",
		.check = config_check_macro },
	{ 0 },
};

static const struct config_schema schema_agent;
static const struct config_schema schema_snmp;
static const struct config_schema schema_jmx;
static const struct config_schema schema_ipmi;

static void agent_read(
	struct config_reader *reader, const struct config_section *section, void *parent)
{
	struct config_host *host = parent;

	host->agent.given = true;
	config_read_section(reader, section, &schema_agent, &host->agent);
	if (host->agent.psk_identity && !*host->agent.psk_file)
		config_complain(&reader->faults, section,
			config_section_line_of(section, "psk_identity"),
			"psk_identity without a key, expected psk_file = \"PATH\"");
}

static void snmp_read(
	struct config_reader *reader, const struct config_section *section, void *parent)
{
	struct config_snmp *snmp = &((struct config_host *)parent)->snmp;

	snmp->given = true;
	config_read_snmp(reader, section, snmp);
}

static void jmx_read(
	struct config_reader *reader, const struct config_section *section, void *parent)
{
	struct config_host *host = parent;

	host->jmx.given = true;
	config_read_section(reader, section, &schema_jmx, &host->jmx);
}

static void ipmi_read(
	struct config_reader *reader, const struct config_section *section, void *parent)
{
	struct config_host *host = parent;

	host->ipmi.given = true;
	config_read_section(reader, section, &schema_ipmi, &host->ipmi);
}

static const struct config_schema schema_interface;

/* By the one or the other Zabbix reaches it. */
static void whereabouts_judge(struct config_reader *reader, const struct config_section *section)
{
	bool has_address = config_section_find(section, "address");
	bool has_name = config_section_find(section, "dns");

	if (!has_address && !has_name)
		config_complain(&reader->faults, section, section->line,
			"no address, expected address = \"ADDRESS\" or dns = \"NAME\"");
	else if (has_address && has_name)
		config_complain(&reader->faults, section, config_section_line_of(section, "dns"),
			"dns: beside an address, expected one of the two");
}

static bool has_first(const struct config_host *host, enum config_host_interface_kind kind)
{
	return (kind != CONFIG_HOST_INTERFACE_IPMI || host->ipmi.given) &&
		(kind != CONFIG_HOST_INTERFACE_JMX || host->jmx.given);
}

/* The sections of a host may come in any order, so it is judged when all are read. */
static void interface_judge(struct config_reader *reader, const struct config_section *section,
	const struct config_host *host, size_t index)
{
	static const char *const words[] = { "agent", "snmp", "ipmi", "jmx" };
	const struct config_host_interface *interface = &host->interfaces[index];
	struct error err = ERROR_INIT;

	if (config_check_name(interface->name, &err) < 0)
		config_complain(&reader->faults, section, section->line, "%s", err.text);
	for (size_t i = 0; i < index; i++)
		if (strcmp(host->interfaces[i].name, interface->name) == 0)
			config_complain(&reader->faults, section, section->line,
				"there twice, first at line %d", host->interfaces[i].line);
	if (!config_section_find(section, "kind"))
		config_complain(&reader->faults, section, section->line,
			"no kind, expected kind = agent, snmp, ipmi or jmx");
	else if (!has_first(host, interface->kind))
		config_complain(&reader->faults, section, section->line,
			"a further one of its kind, but the host has no first; expected %s { } in the host",
			words[interface->kind]);
	if (interface->kind == CONFIG_HOST_INTERFACE_SNMP)
		config_judge_snmp(reader, section, &interface->snmp);
	else
		config_refuse_snmp(reader, section);
	whereabouts_judge(reader, section);
}

static void interface_read(
	struct config_reader *reader, const struct config_section *section, void *parent)
{
	static const uint16_t ports[] = { 10050, 161, 623, 12345 };
	struct config_host *host = parent;
	struct config_host_interface *interface =
		array_append(&host->interfaces, &host->n_interfaces);

	interface->name = xstrdup(section->title);
	interface->line = section->line;
	config_read_snmp_defaults(&interface->snmp);
	config_read_section(reader, section, &schema_interface, interface);
	if (!config_section_find(section, "port"))
		interface->snmp.port = ports[interface->kind];
}

static const struct config_schema schema_agent = {
	.name = "agent",
	.keys = agent_keys,
	.read = agent_read,
};

static const struct config_schema schema_snmp = {
	.name = "snmp",
	.keys = config_snmp_keys,
	.read = snmp_read,
};

static const struct config_schema schema_jmx = {
	.name = "jmx",
	.keys = jmx_keys,
	.read = jmx_read,
};

static const struct config_schema schema_ipmi = {
	.name = "ipmi",
	.keys = ipmi_keys,
	.read = ipmi_read,
};

static const struct config_schema schema_interface = {
	.name = "interface",
	.title = "NAME",
	.keys = config_host_interface_keys,
	.read = interface_read,
};

/* Zabbix has no template whose technical name holds a comma. */
void config_judge_templates(struct config_reader *reader, const struct config_section *section,
	const struct strings *templates)
{
	for (size_t i = 0; i < templates->count; i++)
		if (strchr(templates->items[i], ','))
			config_complain(&reader->doubts, section,
				config_section_line_of(section, "templates"),
				"templates \"%s\": several names in one text, expected templates = { \"A\", \"B\" }",
				templates->items[i]);
}

static void host_defaults(struct config_host *host)
{
	config_read_defaults(&config_schema_host, host);
	config_read_defaults(&schema_agent, &host->agent);
	config_read_snmp_defaults(&host->snmp);
	config_read_defaults(&schema_jmx, &host->jmx);
	config_read_defaults(&schema_ipmi, &host->ipmi);
}

static void host_read(
	struct config_reader *reader, const struct config_section *section, void *parent)
{
	struct config_vrf *vrf = parent;
	struct config_host *host = array_append(&vrf->hosts, &vrf->n_hosts);
	struct error err = ERROR_INIT;

	host->name = xstrdup(section->title);
	host->line = section->line;
	if (config_check_zabbix_name(host->name, &err) < 0)
		config_complain(&reader->faults, section, section->line, "%s", err.text);
	host_defaults(host);
	config_read_section(reader, section, &config_schema_host, host);
	host->enabled_given = config_section_find(section, "enabled");
	config_complain_of_doubles(reader, section, "templates");
	config_complain_of_doubles(reader, section, "groups");
	config_judge_templates(reader, section, &host->templates);
	whereabouts_judge(reader, section);
	for (size_t i = 0; i < host->n_interfaces; i++)
		interface_judge(reader, config_section_nth(section, "interface", i), host, i);
}

static const struct config_schema *const host_sections[] = {
	&schema_agent,
	&schema_snmp,
	&schema_jmx,
	&schema_ipmi,
	&schema_interface,
	NULL,
};

const struct config_schema config_schema_host = {
	.name = "host",
	.title = "NAME",
	.keys = host_keys,
	.sections = host_sections,
	.read = host_read,
};
