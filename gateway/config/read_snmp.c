// SPDX-License-Identifier: GPL-2.0-or-later
/* How a device is asked by SNMP: the keys that hosts and discovery have alike. */
#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "config/check.h"
#include "config/model.h"
#include "config/reader.h"
#include "config/type.h"

#define SNMP(field)      offsetof(struct config_snmp, field)
#define INTERFACE(field) offsetof(struct config_host_interface, field)

static const char *const level_words[] = {
	[CONFIG_SNMP_NO_AUTH_NO_PRIV] = "noAuthNoPriv",
	[CONFIG_SNMP_AUTH_NO_PRIV] = "authNoPriv",
	[CONFIG_SNMP_AUTH_PRIV] = "authPriv",
	NULL,
};

/* The index is Zabbix's number for it: details.authprotocol and details.privprotocol. Net-SNMP's word first, then that
 * of Zabbix where it has another. */
static const char *const auth_words[] = { "MD5", "SHA|SHA1", "SHA224", "SHA256", "SHA384", "SHA512",
	NULL };
static const char *const priv_words[] = { "DES", "AES|AES128", "AES192", "AES256", "AES192C",
	"AES256C", NULL };

/* Port first. */
#define SNMP_KEYS                                                                                  \
	{ "port", &config_type_uint16, SNMP(port), .fallback = "161", .min = 1, .max = 65535 },    \
		{ "version", &config_type_uint32, SNMP(version), .fallback = "2", .min = 1,        \
			.max = 3 },                                                                \
		{ "community", &config_type_string, SNMP(community),                               \
			.fallback = "{$SNMP_COMMUNITY}", .check = config_check_not_empty },        \
		{ "user", &config_type_string, SNMP(user), .fallback = "" },                       \
		{ "context", &config_type_string, SNMP(context), .fallback = "" },                 \
		{ "level", &config_type_word, SNMP(level), .fallback = "authPriv",                 \
			.words = level_words },                                                    \
		{ "auth", &config_type_word, SNMP(auth), .fallback = "SHA", .words = auth_words }, \
		{ "priv", &config_type_word, SNMP(priv), .fallback = "AES", .words = priv_words }, \
		{ "auth_passphrase", &config_type_string, SNMP(auth_passphrase),                   \
			.fallback = "{$SNMP_AUTH}", .check = config_check_macro },                 \
	{                                                                                          \
		"priv_passphrase", &config_type_string, SNMP(priv_passphrase),                     \
			.fallback = "{$SNMP_PRIV}", .check = config_check_macro                    \
	}

const struct config_key config_snmp_keys[] = { SNMP_KEYS, { 0 } };

static const char *const kind_words[] = { "agent", "snmp", "ipmi", "jmx", NULL };

static_assert(offsetof(struct config_host_interface, snmp) == 0, "the keys of SNMP are its own");

const struct config_key config_host_interface_keys[] = {
	SNMP_KEYS,
	{ "kind", &config_type_word, INTERFACE(kind), .words = kind_words },
	{ "address", &config_type_host, .offset = INTERFACE(address) },
	{ "dns", &config_type_string, INTERFACE(dns), .check = config_check_host_name },
	{ 0 },
};

static const struct config_schema schema_snmp = { .name = "snmp", .keys = config_snmp_keys };

void config_read_snmp_defaults(struct config_snmp *snmp)
{
	config_read_defaults(&schema_snmp, snmp);
}

void config_refuse_snmp(struct config_reader *reader, const struct config_section *section)
{
	for (const struct config_key *key = config_snmp_keys; key->name; key++)
		if (strcmp(key->name, "port") != 0 && config_section_find(section, key->name))
			config_complain(&reader->faults, section,
				config_section_line_of(section, key->name),
				"%s: a key of SNMP, expected kind = snmp beside it", key->name);
}

void config_judge_snmp(struct config_reader *reader, const struct config_section *section,
	const struct config_snmp *snmp)
{
	if (snmp->version == 3 && !*snmp->user)
		config_complain(&reader->faults, section, section->line,
			"version 3 without a user, expected user = \"NAME\"");
}

void config_read_snmp(struct config_reader *reader, const struct config_section *section,
	struct config_snmp *snmp)
{
	config_read_section(reader, section, &schema_snmp, snmp);
	config_judge_snmp(reader, section, snmp);
}
