// SPDX-License-Identifier: GPL-2.0-or-later
/* Kinds of checks with processes of their own. */
#include "zabbix/pollers.h"

#include <stdlib.h>
#include <string.h>

const struct zabbix_poller_kind zabbix_poller_kinds[ZABBIX_POLLERS] = {
	/* Before 7.0 the ordinary pollers have them. */
	[ZABBIX_POLLER_HTTP_AGENT] = { "HTTP agent items", 19, "StartHTTPAgentPollers", 700, 0, 1,
		NULL },
	[ZABBIX_POLLER_WEB] = { "web scenarios", -1, "StartHTTPPollers", 0, 0, 1, NULL },
	[ZABBIX_POLLER_ODBC] = { "database monitor items", 11, "StartODBCPollers", 600, 0, 1,
		NULL },
	[ZABBIX_POLLER_IPMI] = { "IPMI items", 12, "StartIPMIPollers", 0, 0, 0, NULL },
	[ZABBIX_POLLER_JMX] = { "JMX items", 16, "StartJavaPollers", 0, 0, 0, "JavaGateway" },
	[ZABBIX_POLLER_BROWSER] = { "browser items", 22, "StartBrowserPollers", 700, 0, 1,
		"WebDriverURL" },
	/* From 7.0 on a process that is always there has them. */
	[ZABBIX_POLLER_INTERNAL] = { "internal items", 5, "StartHistoryPollers", 600, 700, 5,
		NULL },
};

bool zabbix_poller_has_key(enum zabbix_poller which, unsigned version)
{
	const struct zabbix_poller_kind *kind = &zabbix_poller_kinds[which];

	return version >= kind->since && (!kind->until || version < kind->until);
}

unsigned zabbix_demand_kinds(const struct zabbix_demand *demand)
{
	unsigned kinds = 0;

	for (unsigned i = 0; i < ZABBIX_POLLERS; i++)
		if (demand->kinds[i].count > 0)
			kinds |= ZABBIX_POLLER_BIT(i);
	return kinds;
}

const char *zabbix_conf_find(const char *conf, const char *key)
{
	size_t length = strlen(key);
	const char *value = NULL;

	for (const char *line = conf; *line; line += strcspn(line, "\n"), line += *line == '\n')
		if (strncmp(line, key, length) == 0 && line[length] == '=')
			value = line + length + 1;
	return value;
}

static bool is_given(const char *conf, const char *key)
{
	const char *value = zabbix_conf_find(conf, key);

	return value && *value && *value != '\n';
}

unsigned zabbix_conf_polls(const char *conf, unsigned version)
{
	unsigned polls = 0;

	for (unsigned i = 0; i < ZABBIX_POLLERS; i++) {
		const struct zabbix_poller_kind *kind = &zabbix_poller_kinds[i];
		const char *number = zabbix_conf_find(conf, kind->key);
		unsigned long count = number ? strtoul(number, NULL, 10) : kind->fallback;

		if (!zabbix_poller_has_key((enum zabbix_poller)i, version) ||
			(count > 0 && (!kind->address_key || is_given(conf, kind->address_key))))
			polls |= ZABBIX_POLLER_BIT(i);
	}
	return polls;
}
