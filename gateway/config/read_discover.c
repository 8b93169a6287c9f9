// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The discover sections: which addresses Zabbix shall look at, and how.
 * Limits: Zabbix manual, "Discovery rule object" of the API, and CIPRangeParser of the frontend.
 */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "config/check.h"
#include "config/model.h"
#include "config/reader.h"
#include "config/type.h"

#define DISCOVER(field) offsetof(struct config_discover, field)

/* drules.iprange holds so many characters; a range of it no more than 65536 addresses. */
#define RANGES_MAX           2048
#define IPV4_PREFIX_SHORTEST 16
#define IPV4_PREFIX_LONGEST  30
#define IPV6_PREFIX_SHORTEST 112

static int network_parse(const char *text, struct config_range *range, struct error *err)
{
	struct address network;
	int r = config_network_parse(text, &network, err);

	if (r < 0)
		return r;
	if (network.family == AF_INET &&
		(network.prefix_length < IPV4_PREFIX_SHORTEST ||
			network.prefix_length > IPV4_PREFIX_LONGEST))
		return error_set(err, EINVAL,
			"not a size that Zabbix discovers, expected /%d to /%d, or a single address",
			IPV4_PREFIX_SHORTEST, IPV4_PREFIX_LONGEST);
	if (network.family == AF_INET6 && network.prefix_length < IPV6_PREFIX_SHORTEST)
		return error_set(err, EINVAL,
			"more than the 65536 addresses that Zabbix discovers, expected /%d or longer",
			IPV6_PREFIX_SHORTEST);
	range->first = network;
	range->first.prefix_length = (uint8_t)(address_size(&network) * 8);
	address_network_last(&network, &range->last);
	return 0;
}

/* "10.0.0.10-20" and "fd00::1-ff": the other end of the last part. */
static int span_parse(
	const char *text, const char *dash, struct config_range *range, struct error *err)
{
	cleanup_free char *first = xstrndup(text, (size_t)(dash - text));
	const char *dot = strrchr(first, '.'), *colon = strrchr(first, ':');
	const char *part = dot ? dot : colon;
	cleanup_free char *last =
		part ? xasprintf("%.*s%s", (int)(part - first) + 1, first, dash + 1) : NULL;

	if (!part || config_check_address(first, NULL) < 0 ||
		config_check_address(last, NULL) < 0 || strpbrk(dash + 1, ".:"))
		return error_set(err, EINVAL,
			"not a range, expected FIRST-LAST with the last part only behind the dash, such as 10.0.0.10-20");
	address_parse(&range->first, first);
	address_parse(&range->last, last);
	if (!address_in_range(&range->first, &range->last, &range->first))
		return error_set(
			err, EINVAL, "ends before it begins, expected the lower end first");
	return 0;
}

static int range_parse(const char *text, struct config_range *range, struct error *err)
{
	const char *dash = strchr(text, '-');

	if (strchr(text, '/'))
		return network_parse(text, range, err);
	if (dash)
		return span_parse(text, dash, range, err);
	if (address_parse(&range->first, text) < 0)
		return error_set(err, EINVAL,
			"no addresses, expected NETWORK/PREFIX, ADDRESS or a range such as 10.0.0.10-20");
	range->last = range->first;
	return 0;
}

static int range_store(
	const struct config_key *key, const char *text, void *object, struct error *err)
{
	struct config_discover *discover = object;
	struct config_range parsed = { 0 };
	int r = range_parse(text, &parsed, err);

	(void)key;
	if (r < 0)
		return r;
	parsed.text = xstrdup(text);
	*array_append(&discover->ranges, &discover->n_ranges) = parsed;
	return 0;
}

/* What a check is called, and the port of one that is written without. */
static const struct probe {
	const char *word;
	enum config_probe_type type;
	uint16_t port;
	bool takes_port;
} probes[] = {
	{ "icmp", CONFIG_PROBE_ICMP, 0, false },
	{ "snmp", CONFIG_PROBE_SNMP, 0, false },
	{ "agent", CONFIG_PROBE_AGENT, 10050, true },
	{ "tcp", CONFIG_PROBE_TCP, 0, true },
	{ "ssh", CONFIG_PROBE_SSH, 22, true },
	{ "telnet", CONFIG_PROBE_TELNET, 23, true },
	{ "http", CONFIG_PROBE_HTTP, 80, true },
	{ "https", CONFIG_PROBE_HTTPS, 443, true },
	{ "ftp", CONFIG_PROBE_FTP, 21, true },
	{ "smtp", CONFIG_PROBE_SMTP, 25, true },
	{ "pop", CONFIG_PROBE_POP, 110, true },
	{ "imap", CONFIG_PROBE_IMAP, 143, true },
	{ "nntp", CONFIG_PROBE_NNTP, 119, true },
	{ "ldap", CONFIG_PROBE_LDAP, 389, true },
};

static const struct probe *probe_find(const char *text, size_t length)
{
	for (size_t i = 0; i < sizeof(probes) / sizeof(probes[0]); i++)
		if (strlen(probes[i].word) == length && strncmp(probes[i].word, text, length) == 0)
			return &probes[i];
	return NULL;
}

/* "snmp", "tcp/22", "https/8443" */
static int probe_parse(const char *text, struct config_probe *parsed, struct error *err)
{
	size_t length = strcspn(text, "/");
	const struct probe *probe = probe_find(text, length);
	int64_t port;

	if (!probe)
		return error_set(err, EINVAL,
			"not a check, expected icmp, snmp, agent, tcp/PORT, ssh, telnet, http, https, ftp, smtp, pop, imap, nntp or ldap");
	*parsed = (struct config_probe){ probe->type, probe->port };
	if (text[length] == '\0')
		return probe->type == CONFIG_PROBE_TCP
			? error_set(err, EINVAL, "no port, expected tcp/PORT such as tcp/22")
			: 0;
	if (!probe->takes_port)
		return error_set(err, EINVAL, "takes no port here, expected %s", probe->word);
	if (config_number_parse(text + length + 1, 1, 65535, &port, NULL) < 0)
		return error_set(
			err, EINVAL, "no port, expected %s/PORT with 1 to 65535", probe->word);
	parsed->port = (uint16_t)port;
	return 0;
}

static void probes_clear(const struct config_key *key, void *object)
{
	struct config_discover *discover = object;

	(void)key;
	free(discover->probes);
	discover->probes = NULL;
	discover->n_probes = 0;
}

static int probe_store(
	const struct config_key *key, const char *text, void *object, struct error *err)
{
	struct config_discover *discover = object;
	struct config_probe parsed = { 0 };
	int r = probe_parse(text, &parsed, err);

	(void)key;
	if (r < 0)
		return r;
	for (size_t i = 0; i < discover->n_probes; i++)
		if (discover->probes[i].type == parsed.type &&
			discover->probes[i].port == parsed.port)
			return error_set(err, EINVAL, "there twice, expected each check once");
	*array_append(&discover->probes, &discover->n_probes) = parsed;
	return 0;
}

static const struct config_type type_range = { .list = true, .store = range_store };
static const struct config_type type_probe = {
	.list = true,
	.clear = probes_clear,
	.store = probe_store,
};

static const struct config_key discover_keys[] = {
	{ .name = "range", .type = &type_range },
	{ "checks", &type_probe, .fallback = "icmp" },
	{ "interval", &config_type_uint32, DISCOVER(interval_s), .fallback = "3600", .min = 1,
		.max = 7 * 86400 },
	{ "templates", &config_type_strings, DISCOVER(templates), .check = config_check_not_empty },
	{ 0 },
};

static void snmp_read(
	struct config_reader *reader, const struct config_section *section, void *parent)
{
	struct config_discover *discover = parent;

	discover->snmp.given = true;
	config_read_snmp(reader, section, &discover->snmp);
}

/* The ranges with a comma between each two. */
static size_t ranges_length(const struct config_discover *discover)
{
	size_t length = 0;

	for (size_t i = 0; i < discover->n_ranges; i++)
		length += strlen(discover->ranges[i].text) + (i > 0);
	return length;
}

static void discover_judge(struct config_reader *reader, const struct config_section *section,
	const struct config_discover *discover)
{
	const struct config_section *snmp = config_section_child(section, "snmp");
	const struct config_entry *range = config_section_find(section, "range");

	if (!range || range->n_values == 0)
		config_complain(&reader->faults, section, config_section_line_of(section, "range"),
			"no range, expected range = \"NETWORK/PREFIX\"");
	if (ranges_length(discover) > RANGES_MAX)
		config_complain(&reader->faults, section, config_section_line_of(section, "range"),
			"range has %zu characters, expected at most %d; a second discover section takes more",
			ranges_length(discover), RANGES_MAX);
	if (discover->n_probes == 0 && config_section_find(section, "checks")->n_values == 0)
		config_complain(&reader->faults, section, config_section_line_of(section, "checks"),
			"no checks, expected checks = { \"icmp\" } or others");
	if (snmp && !config_discover_probe(discover, CONFIG_PROBE_SNMP))
		config_complain(&reader->faults, snmp, snmp->line,
			"nothing is asked by SNMP, expected \"snmp\" among the checks");
}

static void discover_read(
	struct config_reader *reader, const struct config_section *section, void *parent)
{
	struct config_vrf *vrf = parent;
	struct config_discover *discover = array_append(&vrf->discovers, &vrf->n_discovers);

	discover->line = section->line;
	config_read_defaults(&config_schema_discover, discover);
	config_read_snmp_defaults(&discover->snmp);
	config_read_section(reader, section, &config_schema_discover, discover);
	config_complain_of_doubles(reader, section, "templates");
	discover->has_templates = config_section_find(section, "templates") != NULL;
	config_judge_templates(reader, section, &discover->templates);
	discover_judge(reader, section, discover);
}

static const struct config_schema schema_snmp = {
	.name = "snmp",
	.keys = config_snmp_keys,
	.read = snmp_read,
};

static const struct config_schema *const discover_sections[] = { &schema_snmp, NULL };

const struct config_schema config_schema_discover = {
	.name = "discover",
	.many = true,
	.keys = discover_keys,
	.sections = discover_sections,
	.read = discover_read,
};
