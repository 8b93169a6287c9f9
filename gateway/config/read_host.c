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

#define HOST(field) offsetof(struct config_host, field)
#define PORT(field) offsetof(struct config_port, field)
#define IPMI(field) offsetof(struct config_ipmi, field)

#define PORT_KEY(field, number)                                                                    \
	{                                                                                          \
		"port", &config_type_uint16, (field), .fallback = (number), .min = 1, .max = 65535 \
	}

static int macro_store(
	const struct config_key *key, const char *text, void *object, struct error *err)
{
	struct config_host *host = object;
	const char *end = strstr(text, "}=");
	cleanup_free char *name = end ? xstrndup(text, (size_t)(end - text) + 1) : NULL;
	struct config_host_macro *macro;

	(void)key;
	if (!name || config_check_macro(name, NULL) < 0)
		return error_set(err, EINVAL,
			"no value of a user macro, expected {$NAME}=VALUE such as {$SNMP_COMMUNITY}=public");
	macro = array_append(&host->macros, &host->n_macros);
	macro->name = steal_ptr(&name);
	macro->value = xstrdup(end + 2);
	return 0;
}

static int tag_store(
	const struct config_key *key, const char *text, void *object, struct error *err)
{
	struct config_host *host = object;
	size_t length = strcspn(text, "=");
	struct config_host_tag *tag;

	(void)key;
	if (length == 0)
		return error_set(
			err, EINVAL, "no tag, expected NAME=VALUE or NAME such as site=berlin");
	tag = array_append(&host->tags, &host->n_tags);
	tag->name = xstrndup(text, length);
	tag->value = xstrdup(text[length] ? text + length + 1 : "");
	return 0;
}

static const struct config_type type_macro = { .list = true, .store = macro_store };
static const struct config_type type_tag = { .list = true, .store = tag_store };

static const struct config_key host_keys[] = {
	{ "address", &config_type_host, .offset = HOST(address) },
	{ "templates", &config_type_strings, HOST(templates), .check = config_check_not_empty },
	{ .name = "macros", .type = &type_macro },
	{ .name = "tags", .type = &type_tag },
	{ 0 },
};

static const struct config_key agent_keys[] = { PORT_KEY(PORT(port), "10050"), { 0 } };
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

static void host_defaults(struct config_host *host)
{
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
	if (!config_section_find(section, "address"))
		config_complain(&reader->faults, section, section->line,
			"no address, expected address = \"ADDRESS\"");
}

static const struct config_schema *const host_sections[] = {
	&schema_agent,
	&schema_snmp,
	&schema_jmx,
	&schema_ipmi,
	NULL,
};

const struct config_schema config_schema_host = {
	.name = "host",
	.title = "NAME",
	.keys = host_keys,
	.sections = host_sections,
	.read = host_read,
};
